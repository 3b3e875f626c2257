package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/report"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/diag"
	"rexian/runtime/suite"
)

type testCmd struct {
	reportFlags
	Coverage string        `help:"coverage" placeholder:"FILE"`
	Only     []string      `name:"run" sep:"none" placeholder:"TEXT" help:"run"`
	Verbose  bool          `short:"v" help:"verbose"`
	Missed   bool          `help:"missed"`
	Over     string        `help:"test_over" enum:",sip" default:""`
	Clock    bool          `help:"test_clock"`
	Longest  time.Duration `help:"test_longest" default:"60s"`
	mutateFlags
	generateFlags
	settingFlags
	Where []string `arg:"" optional:"" help:"test_where"`
}

func (testCmd) Help() string {
	return "  rexian test flows\n  rexian test --run 欠税 -v flows\n  rexian test --missed flows\n  rexian test --format junit --output junit.xml flows\n" +
		"  rexian test --coverage lcov.info flows\n  rexian test --coverage coverage.json flows\n  rexian test --coverage coverage.html flows\n  rexian test --over sip flows\n" +
		"  rexian test --mutate flows\n  rexian test --mutate --changed git:origin/main --score 95 flows\n" +
		"  rexian test --generate --out flows/补测.flow flows\n" +
		"  rexian test --over sip 12366.example.cn:5060 flows"
}

// sound checks a program and refuses one with errors, which it prints.
func (a *app) sound(path string, set ...settingFlags) (*program, *check.Program, error) {
	p, checked, _, err := a.checked(path, set...)
	if err != nil {
		return nil, nil, err
	}
	return p, checked, nil
}

// checked is sound that also gives the findings, and with errFindings the program.
func (a *app) checked(path string, set ...settingFlags) (*program, *check.Program, []diag.Diagnostic, error) {
	p, err := a.load(path, set...)
	if err != nil {
		return nil, nil, nil, err
	}
	checked, found := p.Check()
	if failed, warned := count(found); failed > 0 {
		printer := a.plain(p.Source)
		if err := printer.Print(a.Err, found); err != nil {
			return nil, nil, nil, err
		}
		fmt.Fprintf(a.Err, "\n%s\n", a.tally(len(p.Paths()), failed, warned))
		return p, checked, found, cli.ErrFindings
	}
	return p, checked, found, nil
}

// emit compiles a program that was found sound. One that does not fit the machine is a finding like others, and
// printed.
func (a *app) emit(p *program, checked *check.Program, o emit.Options) (*emit.Output, error) {
	out, err := emit.Emit(checked, o)
	if large, ok := errors.AsType[*emit.TooLarge](err); ok {
		printer := a.plain(p.Source)
		if err := printer.Print(a.Err, []diag.Diagnostic{large.Finding()}); err != nil {
			return nil, err
		}
		return nil, cli.ErrFindings
	}
	return out, err
}

func (c *testCmd) Run(a *app) error {
	path, address, err := c.where(a)
	if err != nil {
		return err
	}
	p, checked, found, err := a.checked(path, c.settingFlags)
	if errors.Is(err, cli.ErrFindings) && c.form() != report.Text && c.form() != report.JSON {
		// Whoever waits for a report gets one, of why there are no tests.
		return errors.Join(err, c.send(a, func(w io.Writer) error {
			return report.WriteFindings(w, c.form(), a.findings(p, found))
		}))
	}
	if err != nil {
		return err
	}
	if c.Generate {
		return c.propose(a, path, p, checked)
	}
	if c.asked() {
		return c.measure(a, path, p, checked)
	}
	if a.Progress && c.forPeople() {
		fmt.Fprint(a.Err, a.Say("正在测试…", "testing…"), "\r")
	}
	g := graph.Build(checked)
	out, err := a.emit(p, checked, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		return err
	}
	opt := suite.Options{Checked: checked, Program: out.Program, Graph: g, Sources: map[string][]byte{}}
	for _, name := range p.Paths() {
		opt.Sources[name] = p.Source(name)
	}
	if len(c.Only) > 0 {
		opt.Select = func(name string) bool {
			return slices.ContainsFunc(c.Only, func(text string) bool { return strings.Contains(name, text) })
		}
	}
	ctx := context.Background()
	if c.Over != "" {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt) // calls take minutes: what was found until then is told
		defer stop()
		line, err := a.lineFor(ctx, p.Root(), address, c.Clock, out.Program, opt.Sources, nil)
		if err != nil {
			return cli.Wrong(err)
		}
		defer line.close()
		if err := c.leaveOut(&opt, address != ""); err != nil {
			return err
		}
		opt.Driver, opt.AtOnce = line, callsAtOnce
		if c.forPeople() {
			opt.Progress = func(done, total int) { a.meter(a.Say("通话测试", "calling"), done, total) }
		}
	}
	came, err := suite.RunContext(ctx, opt)
	if err != nil {
		return err
	}
	if a.Progress && c.forPeople() {
		fmt.Fprint(a.Err, "\x1b[K")
	}
	err = c.report(a, p, came, address == "")
	if err == nil && came.Failed > 0 {
		err = cli.ErrFindings
	}
	return err
}

// json is the report with the failures as records, in one tongue.
func (c *testCmd) json(a *app, w io.Writer, p *program, report *suite.Report) error {
	type result struct {
		suite.Result
		Failures []diag.Record `json:"failures,omitempty"`
	}
	out := struct {
		Passed   int            `json:"passed"`
		Failed   int            `json:"failed"`
		Skipped  int            `json:"skipped"`
		Coverage suite.Coverage `json:"coverage"`
		Results  []result       `json:"results"`
	}{report.Passed, report.Failed, report.Skipped, report.Coverage, []result{}}
	for _, r := range report.Results {
		if r.Passed && !c.Verbose {
			r.Transcript = nil
		}
		out.Results = append(out.Results, result{r, diag.Records(r.Failures, a.Tongue, p.Source)})
	}
	if !c.Missed {
		out.Coverage.Missed = nil
	}
	return cli.WriteJSON(w, out)
}

// text is the report for people. covered tells whether it can be known what the calls went through.
func (c *testCmd) text(a *app, p *program, report *suite.Report, covered bool) error {
	for _, r := range report.Results {
		if r.Skipped != nil {
			fmt.Fprintln(a.Out, a.Say("跳过  %s  (%s:%d)：%s", "skipped  %s  (%s:%d): %s", r.Name, r.File, r.Line,
				r.Skipped.In(a.Tongue)))
			continue
		}
		verdict := a.Say("通过", "ok")
		if !r.Passed {
			verdict = a.Say("失败", "FAILED")
		}
		if r.Passed && !c.Verbose {
			continue
		}
		fmt.Fprintf(a.Out, "%s  %s  (%s:%d)\n", verdict, r.Name, r.File, r.Line)
		for _, line := range r.Transcript {
			fmt.Fprintln(a.Out, a.transcribed(line))
		}
		if err := a.print(r.Failures, p.Source); err != nil {
			return err
		}
		fmt.Fprintln(a.Out)
	}
	if c.Missed && covered {
		for _, e := range report.Coverage.Missed {
			fmt.Fprintln(a.Out, strings.TrimSpace(a.Say("没有测到：%s:%d %s %s", "not tested: %s:%d %s %s", e.File, e.Line,
				e.Flow, e.What.In(a.Tongue))))
		}
	}
	sum := a.Say("%d 个测试通过，%d 个失败", "%d [test|tests] passed, %d failed", report.Passed, report.Failed)
	if covered {
		sum += a.Say("；走过 %d/%d 条分支", "; %d of %d [edge|edges] covered", report.Coverage.Covered, report.Coverage.Edges)
	}
	fmt.Fprintln(a.Out, sum)
	if report.Skipped > 0 {
		fmt.Fprintln(a.Out, a.Say("跳过 %d 个", "%d skipped", report.Skipped))
	}
	return nil
}

// transcribed is a line of a transcript: when, what, where.
func (a *app) transcribed(l suite.Line) string {
	text := l.Text
	if l.Kind != "say" {
		text = "· " + strings.TrimSpace(a.deed(l.Kind)+" "+l.Text)
	} else if l.Cut {
		text += "—"
	}
	line := fmt.Sprintf("  %s  %s", elapsed(l.At), text)
	if l.File != "" {
		line += fmt.Sprintf("  [%s:%d]", l.File, l.Line)
	}
	return line
}

// elapsed is a time since the beginning of a call: 01:05.2.
func elapsed(millis int64) string {
	return fmt.Sprintf("%02d:%02d.%d", millis/60_000, millis/1000%60, millis/100%10)
}

// deed names what a call did; the kinds are those of package sim.
func (a *app) deed(kind string) string {
	names := map[string]diag.Text{
		"mark": {Zh: "标记", En: "mark"}, "enqueue": {Zh: "排队", En: "enqueue"}, "transfer": {Zh: "转接", En: "transfer"},
		"voicemail": {Zh: "留言", En: "voicemail"}, "callback": {Zh: "预约回呼", En: "callback"},
		"send sms":  {Zh: "发短信", En: "send sms"},
		"send mail": {Zh: "发邮件", En: "send mail"}, "fax": {Zh: "传真", En: "fax"}, "reply": {Zh: "回复", En: "reply"},
		"called": {Zh: "查询", En: "called"}, "attach": {Zh: "附带", En: "attach"}, "topic": {Zh: "业务类型", En: "topic"},
		"answer": {Zh: "答卷", En: "answer"}, "press": {Zh: "按", En: "press"}, "record": {Zh: "录音", En: "record"},
		"hangup": {Zh: "挂机", En: "hangup"}, "caller hangs up": {Zh: "主叫挂机", En: "caller hangs up"},
		"lookup": {Zh: "查询中", En: "looking up"}, "agent": {Zh: "座席", En: "agent"}, "miss": {Zh: "没按对", En: "miss"},
	}
	if t, ok := names[kind]; ok {
		return t.In(a.Tongue)
	}
	return kind
}
