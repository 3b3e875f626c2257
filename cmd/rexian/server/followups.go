package server

import (
	"context"

	"rexian/stdlib/followup"
	"rexian/stdlib/ticket"
)

// followUps are what people follow up, of campaigns and of tickets.
type followUps struct {
	*followup.Store
	tickets *ticket.Store
}

// Items are whom a campaign gave up or, without a campaign, the tickets of a class that wait to be followed up.
func (f followUps) Items(ctx context.Context, campaign, class string) ([]followup.Item, error) {
	if campaign != "" {
		return f.GivenUp(ctx, campaign)
	}
	tickets, err := f.tickets.ToFollowUp(ctx, class)
	var list []followup.Item
	for _, t := range tickets {
		list = append(list, followup.Item{Source: t.Number, About: t.Class, Phone: t.Phone})
	}
	return list, err
}
