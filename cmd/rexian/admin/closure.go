package admin

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// ClosureCmd is the emergency closures of a running server.
type ClosureCmd struct {
	List closureListCmd `cmd:"" default:"withargs" help:"closure_list"`
	Set  closureSetCmd  `cmd:"" help:"closure_set"`
	Lift closureLiftCmd `cmd:"" help:"closure_lift"`
}

// Help shows examples.
func (ClosureCmd) Help() string {
	return "  rexian closure set --until 2026-11-30T18:00 --text zh=受台风影响，今天暂停人工服务。\n" +
		"  rexian closure set --hours 人工服务 --text zh=系统检修。 --text en='Under maintenance.'\n" +
		"  rexian closure\n  rexian closure lift 3"
}

const closuresPath = "/api/v1/closures"

type closureListCmd struct{ Flags }

// Help shows examples.
func (closureListCmd) Help() string { return "  rexian closure list\n  rexian closure list --json" }

// Run lists the closures in force and announced.
func (c *closureListCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.Closure](c.Flags, a, closuresPath, "closures", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return closureFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"closures": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有临时停用", "nothing is closed in an emergency"))
	}
	for _, x := range all {
		showClosure(a, x)
	}
	return nil
}

func showClosure(a *cli.App, c api.Closure) {
	until := a.Say("解除为止", "until it is lifted")
	if !c.Until.IsZero() {
		until = a.Say("到 %s", "until %s", c.Until.Local().Format(time.DateTime))
	}
	fmt.Fprintf(a.Out, "%d  %s  %s  %s  %s\n", c.ID, cli.Printable(cli.Or(c.Hours, a.Say("全部作息", "all hours"))),
		a.Say("从 %s 起", "from %s", c.From.Local().Format(time.DateTime)), until, cli.Printable(c.By))
	for _, lang := range slices.Sorted(maps.Keys(c.Text)) {
		fmt.Fprintf(a.Out, "    %s  %s\n", cli.Printable(lang), cli.Printable(c.Text[lang]))
	}
}

type closureSetCmd struct {
	Flags
	Hours string   `help:"closure_hours" placeholder:"NAME"`
	From  string   `help:"closure_from" placeholder:"2026-11-30T09:00"`
	Until string   `help:"closure_until" placeholder:"2026-11-30T18:00"`
	Text  []string `help:"closure_text" placeholder:"zh=…" sep:"none"`
}

// Help shows examples.
func (closureSetCmd) Help() string {
	return "  rexian closure set --until 2026-11-30T18:00 --text zh=受台风影响，今天暂停人工服务。\n" +
		"  rexian closure set --hours 人工服务 --from 2026-12-01T09:00 --until 2026-12-01T12:00"
}

// Run closes hours.
func (c *closureSetCmd) Run(a *cli.App) error {
	o := api.ClosureOrder{Hours: c.Hours, Text: map[string]string{}, By: a.Who(c.By)}
	for flag, x := range map[string]struct {
		from string
		to   *time.Time
	}{"from": {c.From, &o.From}, "until": {c.Until, &o.Until}} {
		if x.from == "" {
			continue
		}
		at, err := time.ParseInLocation("2006-01-02T15:04", x.from, a.Now.Location())
		if err != nil {
			return a.Usage("--%s 要写成 2026-11-30T18:00", "--%s is written 2026-11-30T18:00", flag)
		}
		*x.to = at
	}
	for _, t := range c.Text {
		lang, text, ok := strings.Cut(t, "=")
		if !ok {
			lang, text = "zh", t
		}
		o.Text[lang] = text
	}
	var now api.Closure
	fault, err := c.Ask(a, http.MethodPost, closuresPath, o, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return closureFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	showClosure(a, now)
	return nil
}

type closureLiftCmd struct {
	Flags
	ID int64 `arg:"" help:"closure_id"`
}

// Help shows examples.
func (closureLiftCmd) Help() string { return "  rexian closure lift 3" }

// Run ends a closure.
func (c *closureLiftCmd) Run(a *cli.App) error {
	var done map[string]int64
	fault, err := c.Ask(a, http.MethodDelete, closuresPath+"/"+strconv.FormatInt(c.ID, 10)+"?by="+
		url.QueryEscape(a.Who(c.By)), nil, &done)
	if err != nil {
		return err
	}
	if fault != nil {
		return closureFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, done)
	}
	fmt.Fprintln(a.Out, a.Say("停用 %d 已解除", "closure %d is lifted", c.ID))
	return nil
}

func closureFault(a *cli.App, f *api.Fault) error {
	switch f.Reason {
	case api.ReasonNoClosure:
		return a.Usage("没有这个停用，或者已经解除；rexian closure 列出全部",
			"there is no such closure, or it is lifted; rexian closure shows all")
	case api.ReasonNoHours:
		return a.Usage("流程里没有这个作息", "the flows have no such hours")
	case api.ReasonNoLanguage:
		return a.Usage("流程不说这种语言：--text 语种=文字", "the flows do not speak this language: --text LANG=TEXT")
	case api.ReasonBadClosure:
		return a.Usage("停用要先开始后结束、结束在将来；告知最多 300 字",
			"a closure ends after it begins, and in the future; callers are told at most 300 characters")
	}
	return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(f.Error))
}
