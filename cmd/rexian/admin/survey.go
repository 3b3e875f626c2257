package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// SurveyCmd shows what was answered to the surveys of a running server.
type SurveyCmd struct {
	List    surveyListCmd    `cmd:"" default:"withargs" help:"survey_list"`
	Results surveyResultsCmd `cmd:"" help:"survey_results"`
	Compare surveyCompareCmd `cmd:"" help:"survey_compare"`
}

// Help shows examples.
func (SurveyCmd) Help() string {
	return "  rexian survey list\n  rexian survey results 满意度\n  rexian survey results 满意度 --of 2 --json"
}

type surveyListCmd struct{ Flags }

// Help shows examples.
func (surveyListCmd) Help() string { return "  rexian survey list\n  rexian survey list --json" }

// Run lists the versions of the surveys that somebody was asked.
func (c *surveyListCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.Survey](c.Flags, a, "/api/v1/surveys", "surveys", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(fault.Error))
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"surveys": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("还没有人答过问卷", "nobody was asked a survey yet"))
	}
	for _, s := range all {
		quota := ""
		if s.Quota > 0 {
			quota = a.Say("，配额 %d", ", quota %d", s.Quota)
		}
		fmt.Fprintln(a.Out, a.Say("%s  第 %d 版  %s 起  答完 %d 份%s", "%s  version %d  since %s  %d complete%s",
			cli.Printable(s.Survey), s.Version, cli.Instant(s.Launched, time.DateTime), s.Completed, quota))
	}
	return nil
}

type surveyResultsCmd struct {
	Flags
	Of   int64  `help:"survey_version" default:"0" placeholder:"VERSION"`
	Name string `arg:"" help:"survey_name"`
}

// Help shows examples.
func (surveyResultsCmd) Help() string {
	return "  rexian survey results 满意度\n  rexian survey results 满意度 --of 1"
}

// Run prints how often each answer was given, its share, and between which shares that of all lies.
func (c *surveyResultsCmd) Run(a *cli.App) error {
	path := "/api/v1/surveys/" + url.PathEscape(c.Name)
	if c.Of < 0 {
		return a.Usage("--of 是第几版，从 1 起", "--of is a version, from 1 on")
	}
	if c.Of != 0 {
		path += "?version=" + strconv.FormatInt(c.Of, 10)
	}
	var s api.SurveyResults
	fault, err := c.Ask(a, http.MethodGet, path, nil, &s)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("没有人答过“%s”，或没有这一版；有哪些见 rexian survey list",
			"nobody was asked %s, or there is no such version; rexian survey list shows which there are", c.Name)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, s)
	}
	fmt.Fprintln(a.Out, a.Say("%s 第 %d 版：%d 份，答完 %d 份", "%s, version %d: %d [response|responses], %d complete",
		cli.Printable(s.Survey.Survey), s.Version, s.Responses, s.Completed))
	c.rates(a, s.Answers)
	if d := s.Design; d != nil {
		fmt.Fprintln(a.Out, a.Say("按抽样加权：名单 %d 个，%d 层，答了 %d 份", "weighted by the sample: of %d, %d [stratum|strata], %d answered",
			d.Frame, d.Strata, d.Responses))
		c.rates(a, d.Answers)
	}
	return nil
}

// rates prints the answers, those to one question together.
func (c *surveyResultsCmd) rates(a *cli.App, list []api.AnswerRate) {
	question := ""
	for _, x := range list {
		if x.Question != question {
			question = x.Question
			fmt.Fprintf(a.Out, "%s  n=%d\n", cli.Printable(question), x.Of)
		}
		line := a.Say("  %-12s %6d  %5.1f%%  （95%% 区间 %.1f%%–%.1f%%）",
			"  %-12s %6d  %5.1f%%  (95%% interval %.1f%%–%.1f%%)",
			cli.Printable(x.Answer), x.N, 100*x.Share, 100*x.Low, 100*x.High)
		if x.Effect > 0 {
			line += a.Say("  设计效应 %.2f", "  design effect %.2f", x.Effect)
		}
		fmt.Fprintln(a.Out, line)
	}
}
