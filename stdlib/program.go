package stdlib

import (
	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/stdlib/ticket"
)

// UseProgram takes over what a deployed program declares and the library goes by: the calendar of working days and
// deadlines, and the types of tickets with their limits. Without a program, or one that declares no calendar, it is
// that of Config or calendar.China; kinds of tickets that it does not declare are those of Config. What was promised
// before stays. It is called at each deployment and may be called while calls run.
func (l *Library) UseProgram(p *bundle.Program) {
	var c *hours.Calendar
	var kinds []ticket.Kind
	if p != nil {
		if p.Calendar >= 0 && int(p.Calendar) < len(p.Calendars) {
			own := p.Calendars[p.Calendar]
			c = &own
		}
		for _, t := range p.Tickets {
			const million = 1_000_000 // the language counts in millionths
			kinds = append(kinds, ticket.Kind{Class: t.Name, Days: limit(t.Finish), Accept: t.Accept / million,
				UrgeAt: float64(t.Urge) / million})
		}
	}
	l.slices.Filings.Use(c)
	l.slices.Tickets.Use(c, kinds)
}

// limit is a number of working days from millionths; those of ticket.Other where a type of tickets does not say.
func limit(millionths int64) int64 {
	if millionths <= 0 {
		return ticket.Other.Days
	}
	return max(millionths/1_000_000, 1)
}
