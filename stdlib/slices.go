package stdlib

import (
	"maps"
	"path/filepath"
	"time"

	"rexian/stdlib/agent"
	"rexian/stdlib/callback"
	"rexian/stdlib/campaign"
	"rexian/stdlib/customer"
	"rexian/stdlib/dunning"
	"rexian/stdlib/filing"
	"rexian/stdlib/filter"
	"rexian/stdlib/fn"
	"rexian/stdlib/followup"
	"rexian/stdlib/invoice"
	"rexian/stdlib/knowledge"
	"rexian/stdlib/message"
	"rexian/stdlib/notice"
	"rexian/stdlib/office"
	"rexian/stdlib/pin"
	"rexian/stdlib/recording"
	"rexian/stdlib/refund"
	"rexian/stdlib/survey"
	"rexian/stdlib/taxpayer"
	"rexian/stdlib/ticket"
	"rexian/stdlib/user"
	"rexian/stdlib/voicemail"
)

// Config is what a deployment may tell the slices of the library. A zone, a clock and a logger they lack are the
// Library's.
type Config struct {
	Taxpayer    taxpayer.Options
	Filing      filing.Options
	Invoice     invoice.Options
	Ticket      ticket.Options
	Filter      filter.Options
	Message     message.Options
	Poll        time.Duration // how often the outbox is looked at for what has become due: 5 s
	House       time.Duration // how often the house is kept: see Library.KeepHouse; 2 minutes
	MeterDigits int           // of the meters that are read by telephone: 8
	Alerts      []string      // who is told of tickets near or over their limit, beside the log: by mail or text
	Quiet       message.Quiet // when they are not told: alert.DefaultQuiet
}

// Slices are the parts of the library, one for each word of the domain: for the console, imports and reports.
type Slices struct {
	Taxpayers  *taxpayer.Store
	Filings    *filing.Store
	Readings   *filing.Readings
	Invoices   *invoice.Store
	Refunds    *refund.Store
	Offices    *office.Store
	Tickets    *ticket.Store
	Filter     *filter.Store
	Messages   *message.Store
	Notices    *notice.Store
	Knowledge  *knowledge.Store
	Surveys    *survey.Store
	FollowUps  *followup.Store
	Dunning    *dunning.Store
	Recordings *recording.Store
	Voicemails *voicemail.Store
	Customers  *customer.Store
	Callbacks  *callback.Store
	Campaigns  *campaign.Store
	Agents     *agent.Store
	Users      *user.Store
	poll       time.Duration
}

// Elsewhere are the functions of the library that are not answered here, but by who knows: the exchange, of its agents
// and queues.
var Elsewhere = map[string]string{
	"agent.signed_in": "the exchange",
	"agent.idle":      "the exchange",

	"queue.waiting":       "the exchange",
	"queue.expected_wait": "the exchange",
}

func (l *Library) openSlices() Slices {
	c := l.o.Config
	for _, zone := range []**time.Location{&c.Taxpayer.Zone, &c.Filing.Zone, &c.Invoice.Zone, &c.Ticket.Zone,
		&c.Message.Zone} {
		if *zone == nil {
			*zone = l.o.Zone
		}
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
	if c.Message.Logger == nil {
		c.Message.Logger = l.o.Logger
	}
	c.Message.Node = l.o.Node
	if c.Message.Now == nil {
		c.Message.Now = l.o.Now
	}
	if c.House <= 0 {
		l.o.Config.House = 2 * time.Minute
	}
	if c.Poll <= 0 {
		c.Poll = 5 * time.Second
	}
	return Slices{
		Taxpayers:  taxpayer.New(l.db, c.Taxpayer),
		Filings:    filing.New(l.db, c.Filing),
		Readings:   filing.NewReadings(l.db, c.Filing.Zone, c.MeterDigits),
		Invoices:   invoice.New(l.db, c.Invoice),
		Refunds:    refund.New(l.db),
		Offices:    office.New(l.db),
		Tickets:    ticket.New(l.db, c.Ticket),
		Filter:     filter.New(l.db, c.Filter),
		Messages:   message.New(l.db, c.Message),
		Notices:    notice.New(l.db, l.o.Zone),
		Knowledge:  knowledge.New(l.db, l.o.Zone),
		Surveys:    survey.New(l.db),
		FollowUps:  followup.New(l.db),
		Dunning:    dunning.New(l.db, l.o.Zone),
		Recordings: recording.New(l.db),
		Voicemails: voicemail.Open(l.db),
		Customers:  customer.New(l.db),
		Callbacks:  callback.Open(l.db),
		Campaigns:  campaign.New(l.db, campaign.Options{Node: l.o.Node, Boot: l.boot}),
		Agents:     agent.Open(l.db, pin.Hash{}),
		Users:      user.Open(l.db, pin.Hash{}),
		poll:       c.Poll,
	}
}

// Zone is the zone in which the library reckons days.
func (l *Library) Zone() *time.Location { return l.o.Zone }

// Slices are the parts of the library.
func (l *Library) Slices() Slices { return l.slices }

// functions are what the slices answer, by the functions' canonical ids.
func (s Slices) functions() map[string]fn.Func {
	all := map[string]fn.Func{}
	for _, part := range []interface{ Functions() map[string]fn.Func }{
		s.Taxpayers, s.Filings, s.Readings, s.Invoices, s.Refunds, s.Offices, s.Tickets, s.Filter, s.Messages,
		s.Notices,
		s.Knowledge, s.Surveys, s.Dunning,
		s.Recordings, s.Voicemails, s.Customers,
	} {
		maps.Copy(all, part.Functions())
	}
	return all
}
