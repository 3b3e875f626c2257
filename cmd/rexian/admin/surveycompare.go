package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

type surveyCompareCmd struct {
	Flags
	Question string `help:"survey_question" placeholder:"NAME"`
	Name     string `arg:"" help:"survey_name"`
	First    int64  `arg:"" help:"survey_first"`
	Second   int64  `arg:"" help:"survey_second"`
}

// Help shows examples.
func (surveyCompareCmd) Help() string {
	return "  rexian survey compare 满意度 1 2\n  rexian survey compare 满意度 1 2 --question 解决 --json"
}

// Run shows how answers differ between two versions.
func (c *surveyCompareCmd) Run(a *cli.App) error {
	v := url.Values{"first": {strconv.FormatInt(c.First, 10)}, "second": {strconv.FormatInt(c.Second, 10)}}
	if c.Question != "" {
		v.Set("question", c.Question)
	}
	var now api.Comparison
	fault, err := c.Ask(a, http.MethodGet, "/api/v1/surveys/"+url.PathEscape(c.Name)+"/comparison?"+v.Encode(), nil,
		&now)
	if err != nil {
		return err
	}
	if fault != nil {
		if fault.Reason == api.ReasonQuestion {
			return a.Usage("不能比：两版里这道题不一样（文字、选项或范围改过），或没有一道题相同",
				"not compared: the question has other words, answers or bounds in one version, or no question is the same")
		}
		return a.Usage("没有人答过“%s”，或没有这一版；有哪些见 rexian survey list",
			"nobody was asked %s, or there is no such version; rexian survey list shows which there are", c.Name)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	for _, d := range now.Differences {
		sure := a.Say("（差别不确定）", " (may be none)")
		if d.Certain {
			sure = ""
		}
		fmt.Fprintln(a.Out, a.Say("%s  %s：%d/%d → %d/%d，差 %+.1f%%（%+.1f%% 到 %+.1f%%）%s",
			"%s  %s: %d/%d → %d/%d, %+.1f%% (%+.1f%% to %+.1f%%)%s", cli.Printable(d.Question), cli.Printable(d.Answer),
			d.First,
			d.OfFirst, d.Second, d.OfSecond, 100*d.Share, 100*d.Low, 100*d.High, sure))
	}
	if len(now.Refused) > 0 {
		fmt.Fprintln(a.Out, a.Say("改过，不比：%s", "changed, not compared: %s",
			cli.Printable(strings.Join(now.Refused, a.Say("、", ", ")))))
	}
	return nil
}
