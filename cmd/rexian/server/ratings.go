package server

import (
	"context"
	"time"

	"rexian/console/api"
	"rexian/stdlib/call"
)

// Ratings count the talks of a part of the office on a day, by the zone of the library, by agent or queue.
func (f *staff) Ratings(ctx context.Context, by, date string, of call.Within) ([]api.Ratings, error) {
	from, to, err := f.span(date)
	if err != nil {
		return nil, err
	}
	if err := f.s.library.Calls().Flush(ctx); err != nil {
		return nil, err
	}
	counts, err := call.CountRatings(ctx, f.s.library.DB(), by, of, from, to)
	if err != nil {
		return nil, err
	}
	list := []api.Ratings{}
	for _, c := range counts {
		list = append(list, api.ShownRatings(api.Ratings{Name: c.Name, Rated: c.Rated, NoInput: c.NoInput,
			HungUp: c.HungUp, NotInvited: c.NotInvited}, c.Sum))
	}
	return list, nil
}

// span is a day by the zone of the library, up to now at the latest; "" is today.
func (f *staff) span(date string) (from, to time.Time, err error) {
	zone := f.s.library.Zone()
	now := f.s.o.Now().In(zone)
	if date == "" {
		date = now.Format(time.DateOnly)
	}
	from, err = time.ParseInLocation(time.DateOnly, date, zone)
	if err != nil {
		return from, to, api.ErrAgentDate
	}
	if to = from.AddDate(0, 0, 1); to.After(now) {
		to = now
	}
	return from, to, nil
}
