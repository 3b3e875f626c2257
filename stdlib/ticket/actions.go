package ticket

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"rexian/stdlib/calendar"
	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// State is where a ticket stands.
type State string

// The states.
const (
	Received   State = "received"   // 受理: nobody has it yet
	Dispatched State = "dispatched" // 分发: sent to a unit
	Signed     State = "signed"     // 签收: the unit has taken it
	Processing State = "processing" // 处理
	Waiting    State = "waiting"    // for the customer; its clock stands
	Reviewing  State = "reviewing"  // laid before who decides
	Approved   State = "approved"   // 批示
	Replied    State = "replied"    // 回复: answered, to be followed up
	FollowedUp State = "followed"   // 回访
	Archived   State = "archived"   // 归档
	Refused    State = "refused"    // 不予受理
)

var words = map[State][2]string{
	Received: {"已受理", "received"}, Dispatched: {"已分发", "dispatched"}, Signed: {"已签收", "signed for"},
	Processing: {"处理中", "in progress"},
	Waiting:    {"等待补充材料", "waiting for you"}, Reviewing: {"审批中", "under review"}, Approved: {"已批示", "approved"},
	Replied:    {"已答复", "answered"},
	FollowedUp: {"已回访", "followed up"}, Archived: {"已办结", "closed"}, Refused: {"不予受理", "refused"},
}

// Word is the state as callers hear it.
func (s State) Word(english bool) string {
	w, ok := words[s]
	switch {
	case !ok:
		return string(s)
	case english:
		return w[1]
	}
	return w[0]
}

// Known tells whether there is such a state.
func (s State) Known() bool { return words[s] != [2]string{} }

// Closed tells whether a ticket in the state is done with: nothing is owed to the reporter.
func (s State) Closed() bool { return s == Replied || s == FollowedUp || s == Archived || s == Refused }

// Action is something that is done to a ticket.
type Action string

// The actions.
const (
	Dispatch  Action = "dispatch"  // 分发, to Step.Unit
	Accept    Action = "accept"    // a complaint
	Refuse    Action = "refuse"    // a complaint, while it is not accepted
	Sign      Action = "sign"      // 签收
	Begin     Action = "begin"     // 处理
	Return    Action = "return"    // 退单, to who dispatches
	Transfer  Action = "transfer"  // 转办, to another Step.Unit
	Extend    Action = "extend"    // 延期, by Step.Days working days, once, before the limit is over
	Wait      Action = "wait"      // for the customer
	Resume    Action = "resume"    // the customer has answered
	Submit    Action = "submit"    // 呈批
	Approve   Action = "approve"   // 批示
	SendBack  Action = "send_back" // not approved
	Answer    Action = "answer"    // 回复, with Step.Note as the reply
	FollowUp  Action = "follow_up" // 回访
	Reopen    Action = "reopen"    // the customer is not content
	Archive   Action = "archive"   // 归档
	Supervise Action = "supervise" // 督办
)

// rule is from which states an action leads where; to "" leaves the state.
type rule struct {
	from []State
	to   State
	note bool // it needs a reason
}

// Known tells whether there is such an action.
func (a Action) Known() bool { return slices.Contains(Actions(), a) }

// Actions lists all of them.
func Actions() []Action { return slices.Sorted(maps.Keys(rules)) }

var open = []State{Received, Dispatched, Signed, Processing, Waiting, Reviewing, Approved}

var rules = map[Action]rule{
	Dispatch:  {from: []State{Received}, to: Dispatched},
	Accept:    {from: []State{Received}},
	Refuse:    {from: []State{Received}, to: Refused, note: true},
	Sign:      {from: []State{Dispatched}, to: Signed},
	Begin:     {from: []State{Signed}, to: Processing},
	Return:    {from: []State{Dispatched, Signed, Processing}, to: Received, note: true},
	Transfer:  {from: []State{Signed, Processing}, to: Dispatched, note: true},
	Extend:    {from: []State{Signed, Processing}, note: true},
	Wait:      {from: []State{Processing}, to: Waiting, note: true},
	Resume:    {from: []State{Waiting}, to: Processing},
	Submit:    {from: []State{Processing}, to: Reviewing},
	Approve:   {from: []State{Reviewing}, to: Approved},
	SendBack:  {from: []State{Reviewing}, to: Processing, note: true},
	Answer:    {from: []State{Processing, Approved}, to: Replied, note: true},
	FollowUp:  {from: []State{Replied}, to: FollowedUp},
	Reopen:    {from: []State{Replied, FollowedUp}, to: Processing, note: true},
	Archive:   {from: []State{Replied, FollowedUp, Refused}, to: Archived},
	Supervise: {from: open, note: true},
}

// The errors of Act beside not_found and db.ErrConflict (another has changed the ticket before).
var (
	ErrAction = errors.New("the ticket's state does not allow it")
	ErrNote   = errors.New("it needs a reason, a reply or a unit")
	ErrExtend = errors.New("a limit is extended once, by 1 to 60 working days, before it is over")
)

// Step is an action with what belongs to it.
type Step struct {
	Action  Action
	Actor   string
	Note    string
	Unit    string // of Dispatch and Transfer
	Days    int64  // of Extend
	Version int64  // of the ticket that the actor saw; 0 acts on whatever it is now
}

// Act does a step. It is one conditional change: if two act at the same moment, or somebody acts on what is not what
// was seen, the later gets an error for which db.IsConflict holds.
func (s *Store) Act(ctx context.Context, number string, step Step, now time.Time) (Ticket, error) {
	r, known := rules[step.Action]
	step.Note, step.Unit, step.Actor = intake.Text(step.Note, intake.MaxNote), intake.Line(step.Unit, intake.MaxName),
		intake.Line(step.Actor, intake.MaxName)
	switch {
	case !known:
		return Ticket{}, fmt.Errorf("act on a ticket: no action %q", step.Action)
	case step.Actor == "", r.note && step.Note == "",
		(step.Action == Dispatch || step.Action == Transfer) && step.Unit == "":
		return Ticket{}, ErrNote
	}
	var t Ticket
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		was, err := get(ctx, tx, intake.Digits(number, 10), tx.Engine().ForUpdate())
		if err != nil {
			return err
		}
		if step.Version != 0 && step.Version != was.Version {
			return db.ErrConflict
		}
		if t, err = s.after(was, r, step, now); err != nil {
			return err
		}
		if step.Action == Extend {
			if err := once(ctx, tx, was.Number); err != nil {
				return err
			}
		}
		if err := update(ctx, tx, t, was.Version); err != nil {
			return err
		}
		return history(ctx, tx, t.Number,
			Event{At: now.UnixMilli(), Actor: step.Actor, Action: step.Action, Was: was.State, Became: t.State,
				Note: step.Note})
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("%s a ticket: %w", step.Action, err)
	}
	return t, nil
}

// after is what a step makes of a ticket.
func (s *Store) after(t Ticket, r rule, step Step, now time.Time) (Ticket, error) {
	if !slices.Contains(r.from, t.State) {
		return t, ErrAction
	}
	if r.to != "" {
		t.State = r.to
	}
	t.Version++
	today := intake.Day(now, s.o.Zone)
	switch step.Action {
	case Accept:
		if t.AcceptBy == 0 || t.AcceptedAt > 0 {
			return t, ErrAction
		}
		t.AcceptedAt = now.UnixMilli()
	case Refuse:
		if t.AcceptBy == 0 || t.AcceptedAt > 0 || now.UnixMilli() >= t.AcceptBy { // silence has accepted it
			return t, ErrAction
		}
		t.ClosedAt = now.UnixMilli()
	case Dispatch, Transfer:
		t.Unit = step.Unit
		if t.AcceptBy > 0 && t.AcceptedAt == 0 { // who dispatches accepts
			t.AcceptedAt = min(now.UnixMilli(), t.AcceptBy)
		}
	case Return:
		t.Unit = ""
	case Extend:
		if step.Days < 1 || step.Days > 60 || now.UnixMilli() >= t.DueAt {
			return t, ErrExtend
		}
		t.LimitDays += step.Days
		t.DueAt = s.shift(t.DueAt, step.Days)
		t.Alerted = 0
	case Wait:
		t.WaitingOn = today
	case Resume:
		t.DueAt = s.shift(t.DueAt, calendar.Between(s.calendar(), t.WaitingOn, today))
		t.WaitingOn = 0
	case Answer:
		t.Reply, t.ClosedAt = step.Note, now.UnixMilli()
	case Reopen: // it begins anew, with the whole limit
		t.ClosedAt, t.Alerted = 0, 0
		t.DueAt = intake.EndOf(calendar.Add(s.calendar(), today, t.LimitDays), s.o.Zone)
	case Supervise:
		t.Supervised = true
	}
	return t, nil
}

// once tells whether a ticket has not been extended yet; its row is locked by who asks.
func once(ctx context.Context, q db.Queryer, number string) error {
	var n int64
	if err := q.Get(ctx, &n, `SELECT COUNT(*) FROM ticket_events WHERE ticket = ? AND action = ?`, number,
		string(Extend)); err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	if n > 0 {
		return ErrExtend
	}
	return nil
}

// shift moves the end of a day by working days.
func (s *Store) shift(end, days int64) int64 {
	d := intake.Day(time.UnixMilli(end-1), s.o.Zone)
	return intake.EndOf(calendar.Add(s.calendar(), d, min(days, 10_000)), s.o.Zone)
}

// update writes what may change, if the ticket is still what it was.
func update(ctx context.Context, q db.Queryer, t Ticket, version int64) error {
	return db.Changed(q.Exec(ctx, `UPDATE tickets SET state = ?, unit = ?, reply = ?, accepted_at = ?, limit_days = ?, due_at = ?, waiting_on = ?,
		urges = ?, urged_at = ?, supervised = ?, alerted = ?, closed_at = ?, version = ? WHERE number = ? AND version = ?`,
		string(t.State), t.Unit, t.Reply, t.AcceptedAt, t.LimitDays, t.DueAt, int64(t.WaitingOn),
		t.Urges, t.UrgedAt, bit(t.Supervised), t.Alerted, t.ClosedAt, t.Version, t.Number, version))
}

// Used is the share of a ticket's limit that has gone by, by working days; more than 1 when it is overdue. While it
// waits for the customer it stays what it was.
func (s *Store) Used(t Ticket, now time.Time) float64 {
	today := intake.Day(now, s.o.Zone)
	if t.WaitingOn != 0 && t.WaitingOn < today {
		today = t.WaitingOn
	}
	return 1 - float64(calendar.Between(s.calendar(), today, s.Due(t)))/float64(max(t.LimitDays, 1))
}

// Overdue tells whether a ticket's limit is over.
func (s *Store) Overdue(t Ticket, now time.Time) bool {
	return !t.State.Closed() && t.WaitingOn == 0 && now.UnixMilli() >= t.DueAt
}
