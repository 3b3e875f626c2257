package admin

import (
	"fmt"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

type agentRatingsCmd struct {
	Flags
	Of   string `name:"of" help:"agent_ratings_of" enum:"agent,queue" default:"agent"`
	Date string `help:"agent_date" placeholder:"2026-11-30"`
}

// Help shows examples.
func (agentRatingsCmd) Help() string {
	return "  rexian agent ratings\n  rexian agent ratings --of queue --date 2026-11-30 --json"
}

// Run prints what came of asking callers to rate the talks of a day.
func (c *agentRatingsCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.Ratings](c.Flags, a, "/api/v1/ratings", "ratings",
		query(map[string]string{"by": c.Of, "date": c.Date}))
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("%s", "%s", agentProblem(a, fault.Error))
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"ratings": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("这一天没有座席通话", "no agent talked on that day"))
	}
	for _, r := range all {
		response, average := "—", "—"
		if r.Response != nil {
			response = fmt.Sprintf("%.0f%%", 100**r.Response)
		}
		if r.Average != nil {
			average = fmt.Sprintf("%.2f", *r.Average)
		}
		fmt.Fprintln(a.Out, a.Say("%-12s  已评 %d 通，未评 %d，挂机 %d，未邀请 %d；参评率 %s，平均分 %s",
			"%-12s  rated %d [call|calls], not rated %d, hung up %d, not invited %d; response %s, mean score %s",
			cli.Printable(r.Name), r.Rated, r.NoInput, r.HungUp, r.NotInvited, response, average))
	}
	return nil
}
