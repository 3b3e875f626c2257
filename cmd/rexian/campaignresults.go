package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/admin"
	"rexian/cmd/rexian/cli"
	"rexian/compiler/library"
	"rexian/console/api"
	"rexian/runtime/dialer"
	"rexian/stdlib/table"
)

type campaignResultsCmd struct {
	campaignFlags
	Output string `short:"o" help:"campaign_output" placeholder:"FILE"`
	Count  string `help:"campaign_by" enum:",outcome,hour,class,office,tax" default:"" placeholder:"WHAT"`
}

// Help shows examples.
func (campaignResultsCmd) Help() string {
	return "  rexian campaign results 欠税催缴\n  rexian campaign results 欠税催缴 -o 结果.xlsx\n" +
		"  rexian campaign results 欠税催缴 -o results.csv --tongue en\n" +
		"  rexian campaign results 欠税催缴 --count office"
}

// Run writes all calls of the latest run, numbers masked, as CSV or XLSX; as CSV to the screen without a file.
func (c *campaignResultsCmd) Run(a *app) error {
	if c.Count != "" {
		return c.count(a)
	}
	n := 0
	err := a.sheetTo(c.Output, func(out io.Writer, f table.Format) (err error) {
		n, err = c.write(a, out, f)
		return err
	})
	if err == nil && c.Output != "" {
		fmt.Fprintln(a.Err, a.Say("%s：%d 通", "%s: %d [call|calls]", c.Output, n))
	}
	return err
}

// count shows the calls of the latest run by what they have in common.
func (c *campaignResultsCmd) count(a *app) error {
	var now struct {
		Groups []api.CallGroup `json:"groups"`
	}
	if err := c.get(a, "/results?by="+c.Count, &now); err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	for _, g := range now.Groups {
		key := cli.Printable(cli.Or(g.Key, a.Say("不详", "not known")))
		if c.Count == "outcome" {
			key = a.Say("合计", "all")
		}
		if c.Count == "hour" {
			key += a.Say(" 时", ":00")
		}
		line := a.Say("%s：%d 通，接通 %d（%.1f%%）", "%s: %d [call|calls], %d answered (%.1f%%)", key, g.Calls, g.Answered,
			100*float64(g.Answered)/float64(max(g.Calls, 1)))
		if g.Promised > 0 {
			line += a.Say("，承诺缴款 %d", ", %d promised to pay", g.Promised)
		}
		fmt.Fprintln(a.Out, line)
		tallied(a, a.Say("通话", "calls"), g.Outcomes, admin.OutcomeWord)
	}
	return nil
}

// write writes the calls, page by page; nothing where there are none to be asked for.
func (c *campaignResultsCmd) write(a *app, out io.Writer, format table.Format) (n int, err error) {
	header := strings.Split(a.Say("对象,次数,号码,拨打时间,接通时间,结束时间,结果,SIP,原因值,说明,中继,通话编号",
		"target,attempt,number,called,answered,ended,outcome,sip,q850,detail,trunk,call"), ",")
	var sheet *table.Sheet
	defer func() {
		if sheet != nil {
			err = errors.Join(err, sheet.Close(err == nil))
		}
	}()
	for after := ""; ; {
		var page struct {
			Attempts []api.Attempt `json:"attempts"`
			Next     string        `json:"next"`
		}
		if err := c.get(a, "/attempts?after="+url.QueryEscape(after), &page); err != nil {
			return n, err
		}
		if sheet == nil {
			if sheet, err = table.NewSheet(out, format, header...); err != nil {
				return 0, err
			}
		}
		for _, x := range page.Attempts {
			if err := sheet.Row(attemptCells(a, &x)...); err != nil {
				return n, err
			}
			n++
		}
		if after = page.Next; after == "" {
			return n, nil
		}
	}
}

func attemptCells(a *app, x *api.Attempt) []string {
	figure := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	moment := func(ms int64) string {
		if ms == 0 {
			return ""
		}
		return cli.Instant(ms, time.DateTime)
	}
	outcome := x.Outcome
	if outcome == "" {
		outcome = "on"
	}
	return []string{strconv.FormatInt(x.Target, 10), strconv.FormatInt(x.Attempt, 10), x.Number, moment(x.Begun),
		moment(x.Answered), moment(x.Ended), admin.OutcomeWord(&a.App, outcome), figure(x.SIP), figure(x.Q850),
		x.Detail, x.Trunk, x.Call}
}

type campaignSimulateCmd struct {
	JSON    bool             `help:"json"`
	Targets int              `help:"campaign_targets" default:"10000"`
	From    string           `help:"campaign_from" placeholder:"MOMENT"`
	Rate    map[string]int64 `help:"campaign_rate" placeholder:"OUTCOME=SHARE"`
	Lines   int              `help:"campaign_lines" default:"0"`
	Stretch int64            `help:"campaign_stretch" default:"100"`
	Name    string           `arg:"" help:"campaign_name"`
	Path    string           `arg:"" help:"path" default:"."`
}

// Help shows examples.
func (campaignSimulateCmd) Help() string {
	return "  rexian campaign simulate 欠税催缴 flows --targets 100000\n" +
		"  rexian campaign simulate 欠税催缴 flows --from 2026-12-01T09:00 --rate 接通=40 --rate 占线=10 --rate 无人接听=50"
}

// simulated is a simulation as JSON.
type simulated struct {
	Campaign string           `json:"campaign"`
	Targets  int              `json:"targets"`
	Calls    int64            `json:"calls"`
	Reached  int64            `json:"reached"`
	Over     int64            `json:"given_up"`
	Left     int64            `json:"left"`
	Outcomes map[string]int64 `json:"outcomes"`
	Dropped  map[string]int64 `json:"dropped,omitempty"`
	Begins   int64            `json:"begins"`
	Ends     int64            `json:"ends"`
	Most     int              `json:"at_once"`
	Days     map[string]int64 `json:"days"`
	zone     *time.Location
}

// at is a moment by the clock of the flows.
func (s *simulated) at(ms int64) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).In(s.zone).Format("2006-01-02 15:04")
}

// longestSimulation is how much virtual time is played, mostSimulated for how many targets.
const (
	longestSimulation = 366 * 24 * time.Hour
	mostSimulated     = 1_000_000
)

// Run plays the campaign in virtual time, by the very rules of the dialer.
func (c *campaignSimulateCmd) Run(a *app) error {
	if c.Targets < 1 || c.Targets > mostSimulated || c.Stretch < 1 || c.Stretch > 10_000 || c.Lines < 0 {
		return a.Usage("--targets 是 1 到 %d，--stretch 是 1 到 10000，--lines 是 0（不限）或更多",
			"--targets is 1 to %d, --stretch 1 to 10000, --lines 0 (no bound) or more", mostSimulated)
	}
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	v, _, found, err := p.Compile()
	if err != nil {
		return err
	}
	if v == nil {
		if err := a.print(found, p.Source); err != nil {
			return err
		}
		return cli.ErrFindings
	}
	at := -1
	for i := range v.Program.Campaigns {
		if v.Program.Campaigns[i].Name == c.Name {
			at = i
		}
	}
	if at < 0 {
		return a.Usage("没有外呼任务“%s”", "there is no campaign %s", c.Name)
	}
	rates, err := c.rates(a)
	if err != nil {
		return err
	}
	begins := a.Now
	if c.From != "" {
		if begins, err = time.ParseInLocation("2006-01-02T15:04", c.From, v.Zone); err != nil {
			return a.Usage("--from 要写成 2026-12-01T09:00", "--from is written 2026-12-01T09:00")
		}
	}
	plan := dialer.Plan{Rules: dialer.Of(&v.Program.Campaigns[at], v.Schedules, v.Zone), Begins: begins.UnixMilli(),
		Numbers: make([]string, c.Targets)}
	for i := range plan.Numbers {
		plan.Numbers[i] = fmt.Sprintf("13%09d", i)
	}
	return c.show(a, c.play(plan, rates, v.Zone))
}

// rates reads the shares of outcomes; those that are usual if none are given.
func (c *campaignSimulateCmd) rates(a *app) ([]dialer.Tally, error) {
	if len(c.Rate) == 0 {
		return dialer.Usual(), nil
	}
	rates := map[string]int64{}
	for name, share := range c.Rate {
		w, ok := library.Tag(name)
		if !ok || w.ID != dialer.Answered && !slices.Contains(library.CallOutcomes, w.ID) || share < 0 ||
			share > 1_000_000 {
			return nil, a.Usage("--rate 要写成 接通=40，名称是呼叫的结果",
				"--rate is written answered=40, with the outcome of a call")
		}
		rates[w.ID] = share
	}
	return dialer.Shares(rates), nil
}

func (c *campaignSimulateCmd) play(plan dialer.Plan, rates []dialer.Tally, zone *time.Location) simulated {
	out := simulated{zone: zone, Campaign: c.Name, Targets: c.Targets, Days: map[string]int64{},
		Dropped: map[string]int64{}}
	var ends []int64
	played := dialer.Simulate([]dialer.Plan{plan}, c.Lines, dialer.Answering(rates, c.Stretch),
		plan.Begins+longestSimulation.Milliseconds(), func(x dialer.Placed) {
			if out.Begins == 0 {
				out.Begins = x.At
			}
			ends = slices.DeleteFunc(ends, func(end int64) bool { return end <= x.At })
			ends = append(ends, x.Ended)
			out.Most = max(out.Most, len(ends))
			out.Days[time.UnixMilli(x.At).In(zone).Format(time.DateOnly)]++
		})[0]
	out.Calls, out.Reached, out.Over, out.Left = played.Placed, played.Reached, played.Over, played.Left
	out.Outcomes, out.Ends = played.Outcomes, played.Ends
	for why, n := range played.Dropped {
		out.Dropped[string(why)] = n
	}
	return out
}

func (c *campaignSimulateCmd) show(a *app, s simulated) error {
	if c.JSON {
		return cli.WriteJSON(a.Out, s)
	}
	fmt.Fprintln(a.Out, a.Say("%s：%d 个对象，拨 %d 通，打通 %d 个，放弃 %d 个，剩 %d 个；最多同时 %d 路",
		"%s: %d [target|targets], %d [call|calls], %d reached, %d given up, %d left; at most %d [call|calls] at once", cli.Printable(s.Campaign),
		s.Targets,
		s.Calls, s.Reached, s.Over, s.Left, s.Most))
	fmt.Fprintln(a.Out, a.Say("  %s 开始，%s 结束", "  from %s to %s", s.at(s.Begins), s.at(s.Ends)))
	tallied(a, a.Say("通话", "calls"), s.Outcomes, admin.OutcomeWord)
	tallied(a, a.Say("不拨", "not called"), s.Dropped, whyWord)
	days := make([]string, 0, len(s.Days))
	for d := range s.Days {
		days = append(days, d)
	}
	slices.Sort(days)
	for _, d := range days {
		fmt.Fprintf(a.Out, "  %s  %7d\n", d, s.Days[d])
	}
	return nil
}
