package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/replay"
)

// replay runs the calls of a day.
func (c *replayCmd) replay(a *app, d *day) error {
	var on *deploy.Version
	if c.On != "" {
		v, err := a.ready(c.On, d, c.settingFlags)
		if err != nil {
			return err
		}
		on = v
	}
	torn := 0
	report, unread, err := replay.Run(d.version, on, func(do func([]byte) error) (err error) {
		torn, err = d.read(do)
		return err
	})
	if err != nil {
		return cli.Wrong(err)
	}
	if report.Calls == 0 {
		return d.none(a)
	}
	switch {
	case c.JSON:
		err = cli.WriteJSON(a.Out, struct {
			Day string `json:"day"`
			On  string `json:"on"`
			*replay.Report
		}{d.from.Format(time.DateOnly), c.On, report})
	case c.Markdown:
		err = a.replayMarkdown(a.Out, d, report)
	default:
		err = a.replayText(a.Out, d, report)
	}
	a.damaged(torn, unread)
	if err == nil && (report.Same < report.Calls || report.Open > 0) {
		err = cli.ErrFindings
	}
	return err
}

// version reads a kept version.
func (d *day) version(hash string) (*deploy.Version, error) { return deploy.Read(d.versions(), hash) }

// ready is a version by what somebody wrote: where its flows or its bundle are, or the beginning of its hash.
func (a *app) ready(name string, d *day, set settingFlags) (*deploy.Version, error) {
	if hash, ok := d.hash(name); ok {
		v, err := d.version(hash)
		if err != nil {
			return nil, cli.Wrong(err)
		}
		return v, nil
	}
	path := name
	if rest, ok := strings.CutPrefix(name, "git:"); ok {
		dir, clean, err := a.revision(rest)
		if err != nil {
			return nil, err
		}
		defer clean()
		path = dir
	}
	if strings.HasSuffix(path, ".rxb") {
		v, err := deploy.FromBundle(a.File(path))
		if err != nil {
			return nil, cli.Wrong(err)
		}
		return v, nil
	}
	p, err := a.load(path, set)
	if err != nil {
		return nil, err
	}
	p.Silent = true
	v, err := p.Version()
	if refused, ok := errors.AsType[*deploy.Refused](err); ok {
		printer := a.plain(refused.Source)
		if err := printer.Print(a.Err, refused.Findings); err != nil {
			return nil, err
		}
		return nil, a.Usage("%s 有错误，没法重放", "%s has errors: calls cannot run on it", name)
	}
	if err != nil {
		return nil, cli.Wrong(err)
	}
	return v, nil
}

// leastHash is how many letters of a hash name a version.
const leastHash = 8

// hash is the kept version whose hash begins so; false if none does, or several do.
func (d *day) hash(begin string) (string, bool) {
	if len(begin) < leastHash || strings.Trim(begin, "0123456789abcdef") != "" {
		return "", false
	}
	found, err := filepath.Glob(filepath.Join(d.versions(), begin+"*.rxb"))
	if err != nil || len(found) != 1 {
		return "", false
	}
	return strings.TrimSuffix(filepath.Base(found[0]), ".rxb"), true
}

// replayVerdict sums a replay up in a sentence or more.
func (a *app) replayVerdict(d *day, r *replay.Report) []string {
	day := d.from.Format(time.DateOnly)
	var list []string
	if d.choice != nil {
		list = append(list, a.stands(d))
	}
	switch {
	case r.Same == r.Calls:
		list = append(list, a.Say("%s：%s 通，结果都一样", "%s: %s [call|calls], all with the same result", day,
			diag.Figure(r.Calls)))
	case r.Heard > 0:
		list = append(list, a.Say("%s：%s 通中 %s 通结果不同，另有 %s 通只是听到的、记下的不同",
			"%s: of %s [call|calls] %s [has|have] another result, and %s more only [hears or writes|hear or write] down something else", day,
			diag.Figure(r.Calls), diag.Figure(r.Differ), diag.Figure(r.Heard)))
	default:
		list = append(list, a.Say("%s：%s 通中 %s 通结果不同", "%s: of %s [call|calls] %s [has|have] another result", day,
			diag.Figure(r.Calls), diag.Figure(r.Differ)))
	}
	if r.Missing > 0 {
		list = append(list, a.Say("%s 通当时的版本没有保存，没有比", "of %s [call|calls] the version is not kept: not compared",
			diag.Figure(r.Missing)))
	}
	if r.Unlike > 0 {
		list = append(list, a.Say("%s 通在当时的版本上走出来不一样，没有比",
			"%s [call comes|calls come] out otherwise on the version of that time: not compared", diag.Figure(r.Unlike)))
	}
	return list
}

// replayClasses name the kinds of differences.
var replayClasses = map[replay.Class]diag.Text{replay.Ending: {Zh: "结束", En: "ending"},
	replay.Agent: {Zh: "座席", En: "agent"}, replay.Queue: {Zh: "排队", En: "queue"},
	replay.Transfer: {Zh: "转接", En: "transfer"}, replay.Voicemail: {Zh: "留言", En: "voicemail"},
	replay.Ticket: {Zh: "工单", En: "ticket"}, replay.Text: {Zh: "短信", En: "text"},
	replay.Callback: {Zh: "回呼", En: "callback"}, replay.Goes: {Zh: "去处", En: "where it leads"},
	replay.Keys: {Zh: "按键", En: "keys"}, replay.Words: {Zh: "文字", En: "words"},
	replay.Lookups: {Zh: "查询", En: "lookups"}, replay.Records: {Zh: "记录", En: "records"}}

// example names a call that shows a difference.
func (a *app) example(d *day, e *replay.Example) string {
	who := exchange.Masked(e.Caller)
	if who == "" {
		who = a.Say("无号码", "no number")
	}
	return a.Say("如 %s %s（%s）", "such as %s %s (%s)", time.UnixMilli(e.Started).In(d.zone).Format(time.TimeOnly),
		cli.Printable(who), cli.Printable(e.ID))
}

func (a *app) replayText(w io.Writer, d *day, r *replay.Report) error {
	for _, line := range a.replayVerdict(d, r) {
		fmt.Fprintln(w, line)
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		fmt.Fprintln(w, a.Say("%6s 通  [%s] %s", "%6s [call|calls]  [%s] %s", diag.Figure(g.Calls),
			replayClasses[g.Class].In(a.Tongue), cli.Printable(g.Sentence.In(a.Tongue))))
		fmt.Fprintf(w, "           %s\n", a.example(d, &g.Example))
		for j := range g.Example.Differences {
			if x := &g.Example.Differences[j]; x.Sentence() != g.Sentence {
				fmt.Fprintf(w, "             + [%s] %s\n", replayClasses[x.Class].In(a.Tongue),
					cli.Printable(x.Sentence().In(a.Tongue)))
			}
		}
	}
	if r.Open > 0 {
		fmt.Fprintln(w, a.Say("没能走到底的 %s 通：", "%s [call|calls] could not be followed to the end:", diag.Figure(r.Open)))
		for _, why := range r.Reasons {
			fmt.Fprintln(w, a.Say("%6s 通  %s", "%6s [call|calls]  %s", diag.Figure(why.Calls),
				cli.Printable(why.Why.In(a.Tongue))))
		}
	}
	return nil
}

func (a *app) replayMarkdown(w io.Writer, d *day, r *replay.Report) error {
	fmt.Fprintf(w, "## %s\n", a.Say("%s 的电话在新版本上", "The calls of %s on the new version", d.from.Format(time.DateOnly)))
	for _, line := range a.replayVerdict(d, r) {
		fmt.Fprintf(w, "\n%s\n", line)
	}
	if len(r.Groups) > 0 {
		fmt.Fprintf(w, "\n| %s | %s | %s |\n| ---: | --- | --- |\n", a.Say("通", "calls"), a.Say("不同", "difference"),
			a.Say("例", "example"))
	}
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	for i := range r.Groups {
		g := &r.Groups[i]
		fmt.Fprintf(w, "| %s | **%s** %s | %s |\n", diag.Figure(g.Calls), replayClasses[g.Class].In(a.Tongue),
			cell.Replace(cli.Printable(g.Sentence.In(a.Tongue))), cell.Replace(a.example(d, &g.Example)))
	}
	for i, why := range r.Reasons {
		if i == 0 {
			fmt.Fprintf(w, "\n%s\n\n", a.Say("没能走到底的：", "Not followed to their ends:"))
		}
		fmt.Fprintf(w, "- %s × %s\n", diag.Figure(why.Calls), cli.Printable(why.Why.In(a.Tongue)))
	}
	return nil
}
