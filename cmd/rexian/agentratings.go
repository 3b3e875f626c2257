package main

import (
	"fmt"
	"net/http"
	"net/url"

	"rexian/console/api"
)

type agentRatingsCmd struct {
	adminFlags
	Of   string `name:"of" help:"agent_ratings_of" enum:"agent,queue" default:"agent"`
	Date string `help:"agent_date" placeholder:"2026-11-30"`
}

// Help shows examples.
func (agentRatingsCmd) Help() string {
	return "  rexian agent ratings\n  rexian agent ratings --of queue --date 2026-11-30 --json"
}

// Run prints what came of asking callers to rate the talks of a day.
func (c *agentRatingsCmd) Run(a *app) error {
	var all []api.Ratings
	for next := ""; ; {
		var page struct {
			Ratings []api.Ratings `json:"ratings"`
			Next    string        `json:"next"`
		}
		fault, err := c.ask(a, http.MethodGet, "/api/v1/ratings?by="+c.Of+"&date="+url.QueryEscape(c.Date)+"&after="+
			url.QueryEscape(next), nil, &page)
		if err != nil {
			return err
		}
		if fault != nil {
			return a.usage("%s", "%s", agentProblem(a, fault.Error))
		}
		if all = append(all, page.Ratings...); page.Next == "" {
			break
		}
		next = page.Next
	}
	if c.JSON {
		return writeJSON(a.out, map[string]any{"ratings": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.out, a.say("这一天没有座席通话", "no agent talked on that day"))
	}
	for _, r := range all {
		response, average := "—", "—"
		if r.Response != nil {
			response = fmt.Sprintf("%.0f%%", 100**r.Response)
		}
		if r.Average != nil {
			average = fmt.Sprintf("%.2f", *r.Average)
		}
		fmt.Fprintln(a.out, a.say("%-12s  已评 %d 通，未评 %d，挂机 %d，未邀请 %d；参评率 %s，平均分 %s",
			"%-12s  rated %d calls, not rated %d, hung up %d, not invited %d; response %s, mean score %s",
			printable(r.Name), r.Rated, r.NoInput, r.HungUp, r.NotInvited, response, average))
	}
	return nil
}
