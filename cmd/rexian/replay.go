package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/kept"
	"rexian/runtime/replay"
)

type replayCmd struct {
	List    bool   `help:"replay_list"`
	Day     string `help:"replay_day" placeholder:"2026-11-29"`
	Choose  bool   `help:"replay_choose"`
	Tests   string `help:"replay_tests" placeholder:"FILE"`
	Verbose bool   `short:"v" help:"replay_verbose"`
	JSON    bool   `help:"json" xor:"form"`
	settingFlags
	On       string `help:"replay_on" placeholder:"FLOWS|BUNDLE|git:REVISION:FOLDER|HASH"`
	Markdown bool   `help:"replay_markdown" xor:"form"`
	Data     string `arg:"" optional:"" default:"data" help:"replay_data"`
}

// Help shows examples.
func (replayCmd) Help() string {
	return "  rexian replay --list data\n  rexian replay --list --day 2026-11-29 data\n  rexian replay data\n" +
		"  rexian replay --day 2026-11-29 --on flows data\n  rexian replay --on git:HEAD:flows --markdown data > replay.md\n" +
		"  rexian replay --choose --list data\n  rexian replay --choose --on flows data\n" +
		"  rexian replay --choose --on flows --tests flows/昨天.flow data"
}

func (c *replayCmd) Run(a *app) error {
	d, err := a.traces(c.Data)
	if err != nil {
		return err
	}
	if c.Tests != "" {
		if err := c.testsFit(a); err != nil {
			return err
		}
	}
	if c.List && c.Day == "" && !c.Choose {
		return c.days(a, d)
	}
	d.on(a.Now.AddDate(0, 0, -1))
	if c.Day != "" {
		if err := d.choose(a, c.Day); err != nil {
			return err
		}
	}
	if c.Choose {
		if err := d.few(a); err != nil {
			return err
		}
	}
	switch {
	case c.Tests != "":
		return c.tests(a, d)
	case c.List:
		return c.calls(a, d)
	}
	return c.replay(a, d)
}

// day is a day of kept calls in a data folder.
type day struct {
	data     string // the folder
	zone     *time.Location
	from, to time.Time
	choice   *replay.Choice // of its calls; nil for all
}

// traces finds the calls that a server kept in a data folder. Its days are those of the zone of what served last.
func (a *app) traces(data string) (*day, error) {
	data = a.File(data)
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		return nil, a.Usage("找不到数据文件夹 %s", "the data folder %s is not there", data)
	}
	d := &day{data: data, zone: a.Now.Location()}
	hash, err := deploy.Last(d.versions())
	if err != nil {
		return nil, cli.Wrong(err)
	}
	if hash != "" {
		v, err := deploy.Read(d.versions(), hash)
		if err == nil {
			d.zone = v.Zone
		}
	}
	return d, nil
}

func (d *day) versions() string { return filepath.Join(d.data, deploy.Folder) }

func (d *day) folder() string { return filepath.Join(d.data, kept.Folder) }

// choose takes the day that somebody wrote.
func (d *day) choose(a *app, written string) error {
	at, err := time.ParseInLocation(time.DateOnly, written, d.zone)
	if err != nil {
		return a.Usage("--day 要写成 2026-11-29", "--day is written 2026-11-29")
	}
	d.on(at)
	return nil
}

// on takes the day of a moment.
func (d *day) on(at time.Time) {
	y, m, n := at.In(d.zone).Date()
	d.from, d.to = time.Date(y, m, n, 0, 0, 0, 0, d.zone), time.Date(y, m, n+1, 0, 0, 0, 0, d.zone)
}

// few chooses the calls of the day that stand for all, and tells how many these are.
func (d *day) few(a *app) error {
	torn := 0
	c, err := replay.Choose(d.version, func(do func([]byte) error) (err error) {
		torn, err = d.read(do)
		return err
	})
	switch {
	case err != nil:
		return cli.Wrong(err)
	case c.Calls == 0:
		return d.none(a)
	}
	d.choice = c
	a.damaged(torn, c.Unread)
	if n := c.Missing + c.Unlike; n > 0 {
		fmt.Fprintln(a.Err, a.Say("%s 通没有参加挑选：当时的版本没有保存，或者走出来不一样",
			"%s [call was|calls were] not chosen from: the version is not kept, or comes out otherwise", diag.Figure(n)))
	}
	return nil
}

// none says that a day has no calls.
func (d *day) none(a *app) error {
	return a.Usage("%s 里没有 %s 的通话；rexian replay --list 列出有的日子",
		"%s holds no calls of %s; rexian replay --list tells the days", d.folder(), d.from.Format(time.DateOnly))
}

// read gives the records of the day's calls, or of those that were chosen, to do.
func (d *day) read(do func(record []byte) error) (torn int, err error) {
	if d.choice == nil {
		return kept.Read(d.folder(), d.from, d.to, do)
	}
	for _, c := range d.choice.Chosen {
		if err := do(c.Record); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// each gives the calls of the day, each valid until the next.
func (d *day) each(do func(*kept.Call) error) (torn, unread int, err error) {
	var call kept.Call
	torn, err = d.read(func(b []byte) error {
		if call.Decode(b) != nil {
			unread++
			return nil
		}
		return do(&call)
	})
	return torn, unread, err
}

// daySum is what a day kept.
type daySum struct {
	Day      string `json:"day"`
	Calls    int    `json:"calls"`
	Versions int    `json:"versions"`
}

// days lists the days that there are calls of.
func (c *replayCmd) days(a *app, d *day) error {
	d.from, d.to = time.UnixMilli(0), a.Now.AddDate(1, 0, 0)
	var list []daySum
	versions := map[string]bool{}
	torn, unread, err := d.each(func(call *kept.Call) error {
		on := time.UnixMilli(call.Started).In(d.zone).Format(time.DateOnly)
		at := len(list) - 1
		for at >= 0 && list[at].Day > on { // a call is written when it ends
			at--
		}
		if at < 0 || list[at].Day != on {
			at++
			list = append(list, daySum{})
			copy(list[at+1:], list[at:])
			list[at] = daySum{Day: on}
		}
		list[at].Calls++
		if key := on + call.Version; !versions[key] {
			versions[key] = true
			list[at].Versions++
		}
		return nil
	})
	if err != nil {
		return cli.Wrong(err)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, struct {
			Days []daySum `json:"days"`
		}{append([]daySum{}, list...)})
	}
	if len(list) == 0 {
		fmt.Fprintln(a.Out, a.Say("%s 里没有通话经过（traces.mb 是 0，或者还没有来电）",
			"no traces of calls are in %s: traces.mb is 0, or nobody has called yet", d.folder()))
	}
	for _, s := range list {
		fmt.Fprintln(a.Out, a.Say("%s  %6d 通  %d 个版本", "%s  %6d [call|calls]  %d [version|versions]", s.Day, s.Calls, s.Versions))
	}
	a.damaged(torn, unread)
	return nil
}

// damaged tells what of the traces could not be read.
func (a *app) damaged(torn, unread int) {
	if torn > 0 {
		fmt.Fprintln(a.Err, a.Say("%d 段的末尾不完整：那里最后的通话没有算进去（服务正在写，或者曾经中断）",
			"%d [segment has|segments have] no end: the last calls there are left out (the server writes them, or was killed)", torn))
	}
	if unread > 0 {
		fmt.Fprintln(a.Err, a.Say("%d 通的记录看不懂，没有算进去", "%d [record is|records are] not understood and left out", unread))
	}
}

// keptCall is a call as it is listed.
type keptCall struct {
	ID        string    `json:"id"`
	Started   time.Time `json:"started"`
	Seconds   float64   `json:"seconds"`
	Direction string    `json:"direction"`
	Caller    string    `json:"caller"` // masked
	Number    string    `json:"number"`
	Version   string    `json:"version"`
	Result    string    `json:"result"`
	New       int       `json:"new,omitempty"` // of a chosen one: edges that no call before it in the list crosses
}

// calls lists the calls of a day.
func (c *replayCmd) calls(a *app, d *day) error {
	list := []keptCall{}
	torn, unread, err := d.each(func(call *kept.Call) error {
		k := keptCall{call.ID, time.UnixMilli(call.Started).In(d.zone),
			float64(call.Ended-call.Started) / 1000, call.Direction, exchange.Masked(call.Caller), call.Number,
			call.Version, call.How.String(), 0}
		if d.choice != nil {
			k.New = d.choice.Chosen[len(list)].New
		}
		list = append(list, k)
		return nil
	})
	if err != nil {
		return cli.Wrong(err)
	}
	if c.JSON {
		out := struct {
			Calls  []keptCall `json:"calls"`
			Of     int        `json:"of,omitempty"`
			Edges  int        `json:"edges,omitempty"`
			Unlike int        `json:"unlike,omitempty"`
		}{Calls: list}
		if d.choice != nil {
			out.Of, out.Edges, out.Unlike = d.choice.Calls, d.choice.Edges, d.choice.Unlike
		}
		return cli.WriteJSON(a.Out, out)
	}
	for _, k := range list {
		line := fmt.Sprintf("%s  %7.1f s  %-11s → %-8s  %-10s  %.12s  %s", k.Started.Format(time.TimeOnly), k.Seconds,
			cli.Printable(cli.Or(k.Caller, "-")), cli.Printable(k.Number), k.Result, k.Version, cli.Printable(k.ID))
		if d.choice != nil {
			line += "  " + a.Say("新走过 %d 步", "%d new [edge|edges]", k.New)
		}
		fmt.Fprintln(a.Out, line)
	}
	if d.choice != nil {
		fmt.Fprintln(a.Out, a.stands(d))
	} else {
		fmt.Fprintln(a.Out, a.Say("%s：%d 通", "%s: %d [call|calls]", d.from.Format(time.DateOnly), len(list)))
	}
	a.damaged(torn, unread)
	return nil
}

// stands tells what the chosen calls stand for.
func (a *app) stands(d *day) string {
	return a.Say("%s：挑出 %s 通，这天 %s 通走过的 %s 步都在其中",
		"%s: %s [call was|calls were] chosen: together all %[4]s edges that the day's %[3]s [call|calls] crossed",
		d.from.Format(time.DateOnly), diag.Figure(len(d.choice.Chosen)), diag.Figure(d.choice.Calls),
		diag.Figure(d.choice.Edges))
}
