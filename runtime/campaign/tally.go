package campaign

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rexian/stdlib/campaign"
)

// Group is the calls of a run that have something in common.
type Group struct {
	Key      string // an hour of the day as 09, a class, an office, a tax; "" where it is not known
	Calls    int64
	Answered int64
	Promised int64            // calls in which a payment was promised
	Outcomes map[string]int64 // of the calls
}

// Tally counts the calls of the latest run of a campaign by something, hours by the clock of the flows.
func (e *Engine) Tally(ctx context.Context, name string, by campaign.By) ([]Group, error) {
	run, err := e.o.Store.Latest(ctx, name)
	if err != nil {
		return nil, e.none(name, err)
	}
	list, err := e.o.Store.Tally(ctx, run.ID, by)
	if err != nil {
		return nil, err
	}
	zone := time.UTC
	if v := e.o.Deployment.Stable(); v != nil {
		zone = v.Zone
	}
	var out []Group
	at := map[string]int{}
	for _, t := range list {
		if by == campaign.ByHour {
			h, err := strconv.ParseInt(t.Key, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("an hour of calls: %w", err)
			}
			t.Key = time.Unix(h*3600, 0).In(zone).Format("15")
		}
		i, ok := at[t.Key]
		if !ok {
			i = len(out)
			at[t.Key] = i
			out = append(out, Group{Key: t.Key, Outcomes: map[string]int64{}})
		}
		g := &out[i]
		g.Calls, g.Promised = g.Calls+t.Calls, g.Promised+t.Promised
		g.Outcomes[t.Outcome] += t.Calls
		if t.Outcome == "answered" {
			g.Answered += t.Calls
		}
	}
	return out, nil
}
