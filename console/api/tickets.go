package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/table"
	"rexian/stdlib/ticket"
)

// Tickets are what callers left to be done.
type Tickets interface {
	Create(ctx context.Context, d ticket.Draft, now time.Time) (ticket.Ticket, error)
	Page(ctx context.Context, of ticket.Search, after string, limit int) ([]ticket.Ticket, error)
	Get(ctx context.Context, number string) (ticket.Ticket, error)
	History(ctx context.Context, number string) ([]ticket.Event, error)
	Recordings(ctx context.Context, number string) ([]string, error)
	Act(ctx context.Context, number string, s ticket.Step, now time.Time) (ticket.Ticket, error)
	Overdue(t ticket.Ticket, now time.Time) bool
}

// Ticket is a ticket. Moments are Unix milliseconds. Of an anonymous one nobody sees the telephone or the name.
type Ticket struct {
	Number     string `json:"number"`
	Class      string `json:"class"`
	State      string `json:"state"`
	Anonymous  bool   `json:"anonymous,omitempty"`
	Phone      string `json:"phone,omitempty"` // masked, but for who works at tickets, in get-ticket
	Unit       string `json:"unit,omitempty"`  // who has it
	Call       string `json:"call,omitempty"`
	Received   int64  `json:"received"`
	Due        int64  `json:"due"` // the end of the last working day
	Overdue    bool   `json:"overdue,omitempty"`
	Urges      int64  `json:"urges,omitempty"`
	Supervised bool   `json:"supervised,omitempty"`
	Closed     int64  `json:"closed,omitempty"`
	Version    int64  `json:"version"` // for If-Match

	// What follows is not in lists.
	Name       string        `json:"name,omitempty"`
	Content    string        `json:"content,omitempty"`
	Reply      string        `json:"reply,omitempty"`
	Path       string        `json:"path,omitempty"` // the flows that the call went through
	Recordings []string      `json:"recordings,omitempty"`
	Steps      []TicketEvent `json:"steps,omitempty"`
}

// TicketEvent is a step of a ticket.
type TicketEvent struct {
	At     int64  `json:"at"`
	By     string `json:"by"`
	Do     string `json:"do"`
	Was    string `json:"was,omitempty"`
	Became string `json:"became"`
	Note   string `json:"note,omitempty"`
}

// TicketDraft is the body of POST /api/v1/tickets.
type TicketDraft struct {
	Class     string `json:"class"`
	Content   string `json:"content"`
	Anonymous bool   `json:"anonymous,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Name      string `json:"name,omitempty"`
	Call      string `json:"call,omitempty"`
	By        string `json:"by"`
}

// TicketStep is the body of POST /api/v1/tickets/NUMBER.
type TicketStep struct {
	Do   string `json:"do"`             // dispatch, accept, refuse, sign, begin, return, transfer, extend, wait, …
	Unit string `json:"unit,omitempty"` // of dispatch and transfer: who has it then
	Note string `json:"note,omitempty"` // the reason; of answer: the reply
	Days int64  `json:"days,omitempty"` // of extend: working days
	By   string `json:"by"`
}

// Reasons of what is not done with tickets.
const (
	ReasonNoTicket     = "no ticket"
	ReasonTicketState  = "ticket state"
	ReasonTicketNote   = "ticket note"
	ReasonTicketExtend = "ticket extend"
	ReasonTicketEmpty  = "ticket empty"
)

func (a *admin) ticketOperations() []operation {
	return []operation{
		{needs: ReadTickets, method: "GET", path: "/api/v1/tickets", id: "list-tickets", narrow: true,
			summary: "Tickets by their numbers", list: "tickets", query: []string{"state", "class", "unit"},
			out: Ticket{}, do: a.getTickets},
		{needs: OpenTickets, method: "POST", path: "/api/v1/tickets", id: "open-ticket",
			summary: "Register a ticket, of a call or of none", in: TicketDraft{}, out: Ticket{}, do: a.postTickets},
		{needs: ReadTickets, method: "GET", path: "/api/v1/tickets/{id}", id: "get-ticket", of: a.ticketParts,
			summary: "A ticket with its steps and recordings, and a version for If-Match", out: Ticket{},
			do: a.getTicket},
		{needs: HandleTickets, method: "POST", path: "/api/v1/tickets/{id}", id: "act-on-ticket", of: a.ticketParts,
			edits: true, summary: "Dispatch, answer, extend, archive a ticket: any step that its state allows",
			in: TicketStep{}, out: Ticket{}, do: a.postTicket},
	}
}

func (a *admin) shownTicket(t ticket.Ticket) Ticket {
	t = t.Masked()
	return Ticket{Number: t.Number, Class: t.Class, State: string(t.State), Anonymous: t.Anonymous,
		Phone: table.MaskPhone(t.Phone), Unit: t.Unit, Call: t.CallID, Received: t.ReceivedAt, Due: t.DueAt,
		Overdue: a.Tickets.Overdue(t, a.Now()), Urges: t.Urges, Supervised: t.Supervised, Closed: t.ClosedAt,
		Version: t.Version}
}

// ticketParts are those of the call that a ticket came in by.
func (a *admin) ticketParts(r *http.Request) (Parts, error) {
	t, err := a.Tickets.Get(r.Context(), r.PathValue("id"))
	if errors.Is(err, fn.Outcome("not_found")) || err == nil && t.CallID == "" {
		return Parts{}, nil
	}
	if err != nil {
		return Parts{}, err
	}
	return a.Calls.Parts(r.Context(), t.CallID)
}

func (a *admin) getTickets(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	most, ok := listed(w, r)
	if !ok {
		return
	}
	of := ticket.Search{State: ticket.State(v.Get("state")), Class: v.Get("class"), Unit: v.Get("unit"),
		Of: a.within(r)}
	if of.State != "" && !of.State.Known() {
		badQuery(w, "there is no such state of tickets")
		return
	}
	rows, err := a.Tickets.Page(r.Context(), of, v.Get("after"), most+1)
	if err != nil {
		a.ticketFault(w, err)
		return
	}
	list, body := []Ticket{}, map[string]any{}
	for _, t := range rows[:min(len(rows), most)] {
		list = append(list, a.shownTicket(t))
	}
	if len(rows) > most {
		body["next"] = list[most-1].Number
	}
	body["tickets"] = list
	reply(w, http.StatusOK, body)
}

func (a *admin) getTicket(w http.ResponseWriter, r *http.Request) {
	a.tellTicket(w, r, r.PathValue("id"))
}

// tellTicket tells all of a ticket; its telephone whole to who works at tickets.
func (a *admin) tellTicket(w http.ResponseWriter, r *http.Request, number string) {
	t, err := a.Tickets.Get(r.Context(), number)
	var steps []ticket.Event
	var recordings []string
	if err == nil {
		steps, err = a.Tickets.History(r.Context(), t.Number)
	}
	if err == nil {
		recordings, err = a.Tickets.Recordings(r.Context(), t.Number)
	}
	if err != nil {
		a.ticketFault(w, err)
		return
	}
	out := a.shownTicket(t)
	if t = t.Masked(); asker(r).may(HandleTickets) {
		out.Phone, out.Name = t.Phone, t.Name
	}
	out.Content, out.Reply, out.Path, out.Recordings = t.Content, t.Reply, t.Path, recordings
	for _, x := range steps {
		out.Steps = append(out.Steps, TicketEvent{At: x.At, By: x.Actor, Do: string(x.Action), Was: string(x.Was),
			Became: string(x.Became), Note: x.Note})
	}
	tagged(w, t.Version)
	reply(w, http.StatusOK, out)
}

func (a *admin) postTickets(w http.ResponseWriter, r *http.Request) {
	var in TicketDraft
	if !read(w, r, &in) {
		return
	}
	bad := ""
	switch {
	case intake.Line(in.By, intake.MaxName) == "":
		reply(w, http.StatusUnprocessableEntity, Fault{Error: ErrNobody.Error(), Reason: ReasonNobody})
		return
	case intake.Text(in.Content, intake.MaxNote) == "" || intake.Line(in.Class, intake.MaxName) == "":
		bad = "a ticket has a class and a content"
	case in.Phone != "" && !intake.Callable(intake.Phone(in.Phone)):
		bad = "the telephone is no number"
	}
	if bad != "" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: bad, Reason: ReasonTicketEmpty})
		return
	}
	if !asker(r).All() { // nobody registers what they do not see
		var parts Parts
		var err error
		if in.Call != "" {
			parts, err = a.Calls.Parts(r.Context(), in.Call)
		}
		switch p := asker(r); {
		case err != nil:
			a.ticketFault(w, err)
			return
		case !p.Holds(parts.Queues, a.roster(p).Teams(parts)):
			a.outside(w)
			return
		}
	}
	t, err := a.Tickets.Create(r.Context(), ticket.Draft{Class: in.Class, Anonymous: in.Anonymous, Phone: in.Phone,
		Name: in.Name, Content: in.Content, CallID: in.Call, Actor: in.By}, a.Now())
	if err != nil {
		a.ticketFault(w, err)
		return
	}
	a.Logger.Info("ticket", "ticket", t.Number, "what", "open", "by", in.By)
	a.tellTicket(w, r, t.Number)
}

func (a *admin) postTicket(w http.ResponseWriter, r *http.Request) {
	var in TicketStep
	was, ok := basis(w, r)
	if !ok || !read(w, r, &in) {
		return
	}
	do := ticket.Action(in.Do)
	switch {
	case !do.Known():
		var all []string
		for _, x := range ticket.Actions() {
			all = append(all, string(x))
		}
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "do is one of " + strings.Join(all, ", "),
			Reason: ReasonNoVerb})
		return
	case intake.Line(in.By, intake.MaxName) == "":
		reply(w, http.StatusUnprocessableEntity, Fault{Error: ErrNobody.Error(), Reason: ReasonNobody})
		return
	}
	t, err := a.Tickets.Act(r.Context(), r.PathValue("id"), ticket.Step{Action: do, Actor: in.By, Note: in.Note,
		Unit: in.Unit, Days: in.Days, Version: was}, a.Now())
	if err != nil {
		a.ticketFault(w, err)
		return
	}
	a.Logger.Info("ticket", "ticket", t.Number, "what", in.Do, "by", in.By)
	a.tellTicket(w, r, t.Number)
}

// ticketFault says why something is not done with tickets.
func (a *admin) ticketFault(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, fn.Outcome("not_found")):
		reply(w, http.StatusNotFound, Fault{Error: "there is no such ticket", Reason: ReasonNoTicket})
		return
	case db.IsConflict(err):
		outdated(w, errors.New("somebody has changed it meanwhile"))
		return
	}
	for _, k := range []struct {
		err    error
		reason string
	}{{ticket.ErrAction, ReasonTicketState}, {ticket.ErrNote, ReasonTicketNote},
		{ticket.ErrExtend, ReasonTicketExtend}} {
		if errors.Is(err, k.err) {
			reply(w, http.StatusUnprocessableEntity, Fault{Error: k.err.Error(), Reason: k.reason})
			return
		}
	}
	a.Logger.Warn("tickets", "error", err)
	fault(w, http.StatusServiceUnavailable, "the tickets cannot be reached at the moment")
}
