package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rexian/cmd/rexian/admin"
	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// campaignCmd starts campaigns of a running server, watches and ends them.
type campaignCmd struct {
	List      campaignListCmd      `cmd:"" default:"withargs" help:"campaign_list"`
	Preflight campaignPreflightCmd `cmd:"" help:"campaign_preflight"`
	Start     campaignStartCmd     `cmd:"" help:"campaign_start"`
	Pause     campaignPauseCmd     `cmd:"" help:"campaign_pause"`
	Resume    campaignResumeCmd    `cmd:"" help:"campaign_resume"`
	Stop      campaignStopCmd      `cmd:"" help:"campaign_stop"`
	Status    campaignStatusCmd    `cmd:"" help:"campaign_status"`
	Results   campaignResultsCmd   `cmd:"" help:"campaign_results"`
	Simulate  campaignSimulateCmd  `cmd:"" help:"campaign_simulate"`
}

// Help shows examples.
func (campaignCmd) Help() string {
	return "  rexian campaign preflight 欠税催缴\n  rexian campaign start 欠税催缴\n" +
		"  rexian campaign status 欠税催缴 --watch\n  rexian campaign results 欠税催缴 -o 结果.xlsx\n" +
		"  rexian campaign simulate 欠税催缴 flows --targets 100000"
}

// campaignFlags are those of all commands about one campaign.
type campaignFlags struct {
	admin.Flags
	Name string `arg:"" help:"campaign_name"`
}

func (f campaignFlags) path(more string) string {
	return "/api/v1/campaigns/" + url.PathEscape(f.Name) + more
}

// get asks about the campaign; false if the answer was printed, or is a fault.
func (f campaignFlags) get(a *app, more string, out any) error {
	fault, err := f.Ask(&a.App, http.MethodGet, f.path(more), nil, out)
	if err == nil && fault != nil {
		err = campaignFault(a, f.Name, fault)
	}
	return err
}

// order lets the server do something with the campaign, and shows how it stands then.
func (f campaignFlags) order(a *app, o api.CampaignOrder) error {
	o.By = a.Who(f.By)
	var now api.Campaign
	fault, err := f.Ask(&a.App, http.MethodPost, f.path(""), o, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return campaignFault(a, f.Name, fault)
	}
	if f.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	showCampaign(a, &now)
	return nil
}

// campaignFault says in the reader's tongue why the server did not do it.
func campaignFault(a *app, name string, f *api.Fault) error {
	switch f.Reason {
	case api.ReasonNoCampaign:
		return a.Usage("流程里没有外呼任务“%s”；有哪些见 rexian campaign list",
			"the flows have no campaign %s; rexian campaign list shows those they have", name)
	case api.ReasonNoRun:
		return a.Usage("“%s”还没有启动过；启动用 rexian campaign start", "%s was never started; rexian campaign start does it",
			name)
	case api.ReasonActive:
		return a.Usage("“%s”已经在运行或暂停中；先看 rexian campaign status，要重来先 stop",
			"%s runs or is paused already; see rexian campaign status, and stop it first to begin anew", name)
	case api.ReasonState:
		return a.Usage("“%s”现在的状态不能这样做；先看 rexian campaign status",
			"%s is in no state for this; see rexian campaign status",
			name)
	case api.ReasonEmpty:
		return a.Usage("“%s”没有可以拨打的对象；原因见 rexian campaign preflight",
			"%s has nobody to call; rexian campaign preflight says why", name)
	case api.ReasonSample:
		return a.Usage("“%s”没有声明抽样，或名单没有这一栏；--strata 是名单里的一栏，如 主管税务机关",
			"%s declares no sample, or its list has no such field; --strata is a field of the list, such as office",
			name)
	case api.ReasonList:
		return a.Usage("“%s”的呼叫名单取不到；原因在服务的日志里", "the list of %s cannot be read; the server's log says why", name)
	}
	return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(f.Error))
}

// campaignStates are the states of runs.
var campaignStates = map[string]diag.Text{"running": {Zh: "运行中", En: "running"}, "paused": {Zh: "已暂停", En: "paused"},
	"halted": {Zh: "自动停下", En: "halted"}, "done": {Zh: "已完成", En: "done"}, "stopped": {Zh: "已终止", En: "stopped"},
	"": {Zh: "没有启动过", En: "never started"}}

// campaignWhys are the reasons for which targets are not called, and for which a run halts.
var campaignWhys = map[string]diag.Text{"do_not_call": {Zh: "在免拨名单或黑名单上",
	En: "on the list of those who are not called"},
	"no_number": {Zh: "没有电话，或号码不对", En: "no telephone, or no true number"},
	"twice":     {Zh: "名单上重复", En: "on the list twice"}, "not_drawn": {Zh: "抽样没有抽到", En: "left out by the sample"},
	"unknown_zone": {Zh: "不知道当地时间", En: "nobody knows the hour there"},
	"over":         {Zh: "没有可拨的时段了", En: "no more hours to call in"},
	"skipped":      {Zh: "符合免拨条件", En: "skipped by the campaign's condition"},
	"opted_out":    {Zh: "退订了", En: "want no notices"},
	"unreadable":   {Zh: "存的对象读不出来", En: "the stored target cannot be read"},
	"loading":      {Zh: "名单还在装入", En: "its list is being loaded"},
	"sick_line":    {Zh: "线路不正常：连续拒绝或一接就断", En: "the line is sick: it refuses calls, or drops them at once"},
	"program_changed": {Zh: "流程改了，没有这个任务或名单不同了",
		En: "the flows have changed: no such campaign, or a list of another kind"}}

func whyWord(a *cli.App, id string) string {
	if w, ok := campaignWhys[id]; ok {
		return w.In(a.Tongue)
	}
	return cli.Printable(id)
}

// showCampaign prints how a campaign stands.
func showCampaign(a *app, c *api.Campaign) {
	state, ok := campaignStates[c.State]
	if !ok {
		state = diag.Text{Zh: cli.Printable(c.State), En: cli.Printable(c.State)}
	}
	line := fmt.Sprintf("%s  %s", cli.Printable(c.Campaign), state.In(a.Tongue))
	if c.Why != "" {
		line += a.Say("（%s）", " (%s)", whyWord(&a.App, c.Why))
	}
	fmt.Fprintln(a.Out, line)
	if c.Run == "" {
		return
	}
	share := int64(0)
	if c.Targets > 0 {
		share = c.Ready * 100 / c.Targets
	}
	if c.Text {
		fmt.Fprintf(a.Out, "  %s %d%%  %s\n", bar(int(c.Ready), int(c.Targets), 30), share,
			a.Say("%d/%d 个对象，交发 %d 条", "%d of %d, %d handed over", c.Ready, c.Targets, c.Reached))
	} else {
		fmt.Fprintf(a.Out, "  %s %d%%  %s\n", bar(int(c.Ready), int(c.Targets), 30), share,
			a.Say("%d/%d 个对象办完，打通 %d 个，正在通话 %d 路", "%d of %d [target|targets] done, %d reached, %d [call|calls] on", c.Ready, c.Targets,
				c.Reached, c.Live))
	}
	fmt.Fprintln(a.Out, a.Say("  批次 %s，%s 由 %s 启动", "  run %s, started %s by %s", cli.Printable(c.Run),
		cli.Instant(c.Started, time.DateTime), cli.Printable(c.By)))
	if c.Share > 0 {
		fmt.Fprintln(a.Out, a.Say("  抽样种子 %s，名单摘要 %s", "  seed of the sample %s, hash of its list %s",
			cli.Printable(c.Seed),
			cli.Printable(c.Frame)))
		if c.Sample != "" && c.Sample != "random" {
			fmt.Fprintln(a.Out, a.Say("  抽样方式 %s %s", "  drawn %s %s", cli.Printable(c.Sample), cli.Printable(c.Strata)))
		}
	}
	if e := c.Ends; e != nil && e.Likely > 0 {
		fmt.Fprintln(a.Out, a.Say("  预计 %s 完成（%s 到 %s）", "  likely done %s (%s to %s)",
			cli.Instant(e.Likely, "2006-01-02 15:04"),
			cli.Instant(e.Early, "01-02 15:04"), cli.Instant(e.Late, "01-02 15:04")))
	}
	if c.Text {
		tallied(a, a.Say("短信", "texts"), c.Attempts, admin.OutcomeWord)
		tallied(a, a.Say("不发", "not sent"), c.Dropped, whyWord)
		return
	}
	tallied(a, a.Say("通话", "calls"), c.Attempts, admin.OutcomeWord)
	tallied(a, a.Say("不拨", "not called"), c.Dropped, whyWord)
}

// tallied prints counts, the greatest first.
func tallied(a *app, title string, counts map[string]int64, word func(*cli.App, string) string) {
	names := slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		if counts[x] != counts[y] {
			return int(counts[y] - counts[x])
		}
		return strings.Compare(x, y)
	})
	for _, n := range names {
		fmt.Fprintf(a.Out, "  %s  %7d  %s\n", title, counts[n], word(&a.App, n))
	}
}

type campaignListCmd struct{ admin.Flags }

// Help shows examples.
func (campaignListCmd) Help() string { return "  rexian campaign list\n  rexian campaign list --json" }

// Run lists the campaigns of the flows.
func (c *campaignListCmd) Run(a *app) error {
	all, fault, err := admin.Whole[api.Campaign](c.Flags, &a.App, "/api/v1/campaigns", "campaigns", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return campaignFault(a, "", fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"campaigns": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("流程里没有外呼任务", "the flows have no campaigns"))
	}
	for i := range all {
		showCampaign(a, &all[i])
	}
	return nil
}

type campaignPreflightCmd struct{ campaignFlags }

// Help shows examples.
func (campaignPreflightCmd) Help() string { return "  rexian campaign preflight 欠税催缴" }

// Run says what would happen if the campaign were started.
func (c *campaignPreflightCmd) Run(a *app) error {
	var p api.Preflight
	if err := c.get(a, "/preflight", &p); err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, p)
	}
	if p.Text {
		fmt.Fprintln(a.Out, a.Say("%s：名单 %d 个，将发 %d 条", "%s: %d on the list, %d will be written to",
			cli.Printable(p.Campaign), p.Listed, p.Kept))
		tallied(a, a.Say("不发", "not sent"), p.Dropped, whyWord)
		if p.Begins > 0 && p.Ends.Likely > 0 {
			fmt.Fprintln(a.Out, a.Say("  最早 %s 开始，预计 %s 发完", "  from %s on, likely done %s",
				cli.Instant(p.Begins, "2006-01-02 15:04"), cli.Instant(p.Ends.Likely, "2006-01-02 15:04")))
		}
		fmt.Fprintln(a.Out, a.Say("  免发条件和退订在每条发出前再查",
			"  whether somebody is skipped or wants none is asked again just before each text"))
		return nil
	}
	fmt.Fprintln(a.Out, a.Say("%s：名单 %d 个，将拨打 %d 个", "%s: %d on the list, %d will be called", cli.Printable(p.Campaign),
		p.Listed,
		p.Kept))
	tallied(a, a.Say("不拨", "not called"), p.Dropped, whyWord)
	if p.Begins > 0 {
		fmt.Fprintln(a.Out, a.Say("  最早 %s 拨出第一通", "  the first call at %s", cli.Instant(p.Begins, "2006-01-02 15:04")))
	}
	if p.Ends.Likely > 0 {
		fmt.Fprintln(a.Out, a.Say("  预计 %s 拨完（%s 到 %s），按通常的接通率估算",
			"  likely done %s (%s to %s), by usual rates of answers",
			cli.Instant(p.Ends.Likely, "2006-01-02 15:04"), cli.Instant(p.Ends.Early, "01-02 15:04"),
			cli.Instant(p.Ends.Late, "01-02 15:04")))
	}
	fmt.Fprintln(a.Out, a.Say("  免拨条件在每次拨打前再查", "  whether somebody is skipped is asked again just before each call"))
	return nil
}

type campaignStartCmd struct {
	campaignFlags
	Seed     string `help:"campaign_seed" placeholder:"TEXT"`
	Priority int64  `help:"campaign_priority" default:"0"`
	Sample   string `help:"campaign_sample" enum:",random,systematic,stratified" default:"" placeholder:"HOW"`
	Strata   string `help:"campaign_strata" placeholder:"FIELD"`
}

// Help shows examples.
func (campaignStartCmd) Help() string {
	return "  rexian campaign start 欠税催缴\n  rexian campaign start 回访 --priority 5\n  rexian campaign start 回访 --seed 2026-11\n" +
		"  rexian campaign start 满意度 --sample stratified --strata 主管税务机关"
}

// Run starts the campaign on the list as it is now.
func (c *campaignStartCmd) Run(a *app) error {
	return c.order(a, api.CampaignOrder{Do: "start", Seed: c.Seed, Priority: c.Priority, Sample: c.Sample,
		Strata: c.Strata})
}

type campaignPauseCmd struct{ campaignFlags }

// Help shows examples.
func (campaignPauseCmd) Help() string { return "  rexian campaign pause 欠税催缴" }

// Run lets no more calls begin; those that are on come to their ends.
func (c *campaignPauseCmd) Run(a *app) error { return c.order(a, api.CampaignOrder{Do: "pause"}) }

type campaignResumeCmd struct{ campaignFlags }

// Help shows examples.
func (campaignResumeCmd) Help() string { return "  rexian campaign resume 欠税催缴" }

// Run lets a campaign that is paused, or halted by itself, go on.
func (c *campaignResumeCmd) Run(a *app) error { return c.order(a, api.CampaignOrder{Do: "resume"}) }

type campaignStopCmd struct{ campaignFlags }

// Help shows examples.
func (campaignStopCmd) Help() string { return "  rexian campaign stop 欠税催缴" }

// Run ends the run for good.
func (c *campaignStopCmd) Run(a *app) error { return c.order(a, api.CampaignOrder{Do: "stop"}) }

type campaignStatusCmd struct {
	campaignFlags
	Watch bool `short:"w" help:"campaign_watch"`
}

// Help shows examples.
func (campaignStatusCmd) Help() string {
	return "  rexian campaign status 欠税催缴\n  rexian campaign status 欠税催缴 --watch\n  rexian campaign status 欠税催缴 --json"
}

// Run shows how the latest run stands.
func (c *campaignStatusCmd) Run(a *app) error {
	for {
		var now api.Campaign
		if err := c.get(a, "", &now); err != nil {
			return err
		}
		if !c.Watch || now.State != "running" {
			if c.Watch && a.Progress {
				fmt.Fprint(a.Err, "\r\x1b[K")
			}
			if c.JSON {
				return cli.WriteJSON(a.Out, now)
			}
			showCampaign(a, &now)
			return nil
		}
		if a.Progress {
			fmt.Fprintf(a.Err, "\r\x1b[K%s %d/%d  %s", bar(int(now.Ready), int(now.Targets), 30), now.Ready,
				now.Targets,
				a.Say("打通 %d，通话 %d 路", "%d reached, %d on", now.Reached, now.Live))
		}
		time.Sleep(time.Second)
	}
}
