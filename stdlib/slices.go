package stdlib

import (
	"context"
	"maps"
	"path/filepath"
	"time"

	"rexian/stdlib/filing"
	"rexian/stdlib/filter"
	"rexian/stdlib/fn"
	"rexian/stdlib/message"
	"rexian/stdlib/taxpayer"
	"rexian/stdlib/ticket"
)

// Config is what a deployment may tell the slices of the library. A zone, a clock and a logger they lack are the Library's.
type Config struct {
	Taxpayer taxpayer.Options
	Filing   filing.Options
	Ticket   ticket.Options
	Filter   filter.Options
	Message  message.Options
	Poll     time.Duration // how often the outbox is looked at for what has become due: 5 s
}

// parts are the slices of the library, one for each word of the domain.
type parts struct {
	taxpayers *taxpayer.Store
	filings   *filing.Store
	tickets   *ticket.Store
	filter    *filter.Store
	messages  *message.Store
	poll      time.Duration
}

// Elsewhere are the functions of the library that are not answered here, but by who knows: the exchange, of its agents.
var Elsewhere = map[string]string{
	"agent.signed_in": "the exchange",
	"agent.idle":      "the exchange",
}

func (l *Library) openSlices() parts {
	c := l.o.Config
	if c.Taxpayer.Zone == nil {
		c.Taxpayer.Zone = l.o.Zone
	}
	if c.Filing.Zone == nil {
		c.Filing.Zone = l.o.Zone
	}
	if c.Ticket.Zone == nil {
		c.Ticket.Zone = l.o.Zone
	}
	if c.Filter.File == "" {
		c.Filter.File = filepath.Join(l.o.Data, "filter.json")
	}
	if c.Filter.Logger == nil {
		c.Filter.Logger = l.o.Logger
	}
	if c.Filter.Now == nil {
		c.Filter.Now = l.o.Now
	}
	if c.Message.Zone == nil {
		c.Message.Zone = l.o.Zone
	}
	if c.Message.Logger == nil {
		c.Message.Logger = l.o.Logger
	}
	if c.Message.Now == nil {
		c.Message.Now = l.o.Now
	}
	if c.Poll <= 0 {
		c.Poll = 5 * time.Second
	}
	return parts{
		taxpayers: taxpayer.New(l.db, c.Taxpayer),
		filings:   filing.New(l.db, c.Filing),
		tickets:   ticket.New(l.db, c.Ticket),
		filter:    filter.New(l.db, c.Filter),
		messages:  message.New(l.db, c.Message),
		poll:      c.Poll,
	}
}

// functions are what the slices answer, by the functions' canonical ids.
func (s parts) functions() map[string]fn.Func {
	all := map[string]fn.Func{}
	for _, part := range []map[string]fn.Func{
		s.taxpayers.Functions(), s.filings.Functions(), s.tickets.Functions(), s.filter.Functions(), s.messages.Functions(),
	} {
		maps.Copy(all, part)
	}
	return all
}

// run does what the slices do beside the calls, until ctx ends.
func (s parts) run(ctx context.Context) { s.messages.Run(ctx, s.poll) }

// Taxpayers, Filings, Tickets, Filter and Messages are the slices themselves, for the console, imports and reports.
func (l *Library) Taxpayers() *taxpayer.Store { return l.slices.taxpayers }

// Filings: see Taxpayers.
func (l *Library) Filings() *filing.Store { return l.slices.filings }

// Tickets: see Taxpayers.
func (l *Library) Tickets() *ticket.Store { return l.slices.tickets }

// Filter: see Taxpayers.
func (l *Library) Filter() *filter.Store { return l.slices.filter }

// Messages: see Taxpayers.
func (l *Library) Messages() *message.Store { return l.slices.messages }
