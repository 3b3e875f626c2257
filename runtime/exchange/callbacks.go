package exchange

import (
	"context"
	"errors"
	"time"

	"rexian/runtime/acd"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// Callbacks keeps who is owed a call. Its methods are safe for use by several goroutines.
type Callbacks interface {
	// Claim takes a callback before its number is called, and returns the id that the call shall have; ErrTaken if it
	// is not to be called, or another server does.
	Claim(ctx context.Context, id string) (call string, err error)
	// Settle tells what became of a callback; it returns at once.
	Settle(id string, s Settlement)
}

// Settlement is what became of a callback: New again, Missed, Task, or Done by an agent.
type Settlement struct {
	State CallbackState
	Agent string
	Note  string // an outcome, or a reason of the distributor's
}

// CallbackState is where a callback stands.
type CallbackState string

// The states that a call brings one into.
const (
	CallbackAgain  CallbackState = "new"
	CallbackMissed CallbackState = "missed"
	CallbackTask   CallbackState = "task"
	CallbackDone   CallbackState = "done"
)

// Owed is a caller who is owed a call. Moments are Unix milliseconds.
type Owed struct {
	ID, Queue, Number string
	Shown             string // the number that is shown
	Lang              string // that they spoke
	Call              string // in which they asked
	Place             int64  // since when their place counts
	Kept              int64  // until when it is kept of one who did not answer; 0: they are to be called
	Settling          bool   // what became of it is being written: it is left as it is
}

// owing is what the exchange knows of those who are owed a call.
type owing struct {
	list    map[string]Owed
	calling map[string]context.CancelFunc // here: ends the ringing
	numbers map[string]bool               // that have a call now
	calls   map[string]string             // in which they are called back, while an agent has anything to do with them
}

// callOf is the call of a caller as the distributor knows them: one who is owed a call stands there by that in which
// they asked for it, and has another when they are called back. mu is held.
func (q *queues) callOf(caller string) string {
	if call, ok := q.owing.calls[caller]; ok {
		return call
	}
	return caller
}

// agentDid tells OnAgent of a state that has ended, with the call that it was of.
func (q *queues) agentDid(d acd.Decision) {
	q.mu.Lock()
	caller := d.Caller
	d.Caller = q.callOf(caller)
	if d.Now == acd.Ready || d.Now == acd.Break || d.Now == acd.Out || d.Now == acd.Unknown {
		delete(q.owing.calls, caller)
	}
	q.mu.Unlock()
	q.x.o.OnAgent(d)
}

// Owe tells the exchange of all who are owed a call now. They stand in their queues by their places, and are called
// when their turn comes.
func (x *Exchange) Owe(all []Owed) {
	q := x.queues
	v := x.o.Deployment.Stable()
	if x.o.Callbacks == nil || x.o.CallBack == nil || x.o.Dialer == nil || v == nil {
		return
	}
	var events []acd.Event
	there := map[string]bool{}
	leaves := func(id string) {
		events = append(events, acd.Event{Kind: acd.Leave, Caller: id, Reason: acd.Taken})
	}
	for _, o := range all {
		there[o.ID] = true
		q.mu.Lock()
		known, ok := q.owing.list[o.ID]
		calling := q.owing.calling[o.ID] != nil
		if !calling && !o.Settling {
			q.owing.list[o.ID] = o
		}
		q.mu.Unlock()
		if calling || o.Settling || ok && (known.Kept != 0) == (o.Kept != 0) {
			continue
		}
		if ok {
			leaves(o.ID)
		}
		q.take(v.Program, o.Queue)
		events = append(events,
			acd.Event{Kind: acd.Owe, Caller: o.ID, Queue: o.Queue, Number: o.Number, Key: o.Place,
				Until: o.Kept})
	}
	q.mu.Lock()
	for id := range q.owing.list {
		if !there[id] && q.owing.calling[id] == nil {
			leaves(id)
		}
	}
	q.mu.Unlock()
	if len(events) > 0 {
		q.tell(events...)
	}
}

// callBack calls the number of one whose turn comes, and lets the flow for it talk to who answers.
func (q *queues) callBack(d acd.Decision) {
	whole, end := context.WithCancel(context.Background())
	defer end()
	q.mu.Lock()
	o := q.owing.list[d.Caller]
	q.owing.calling[d.Caller] = end
	busy := q.owing.numbers[o.Number] // talks to an agent, and has asked for another call
	q.owing.numbers[o.Number] = true
	q.mu.Unlock()
	reason := acd.Postponed
	if !busy {
		reason = q.claimed(whole, o, d)
	}
	q.mu.Lock()
	delete(q.owing.calling, d.Caller)
	if !busy {
		delete(q.owing.numbers, o.Number)
	}
	q.mu.Unlock()
	q.tell(acd.Event{Kind: acd.NotHeard, Caller: d.Caller, Reason: reason}) // nothing, if an agent was offered them
}

// claimed calls one who is owed a call if no other server does, and returns why nobody came to the queue.
func (q *queues) claimed(whole context.Context, o Owed, d acd.Decision) (reason string) {
	x := q.x
	ctx, cancel := context.WithTimeout(whole, claimTime)
	call, err := x.o.Callbacks.Claim(ctx, d.Caller)
	cancel()
	switch {
	case errors.Is(err, ErrTaken):
		return acd.Taken
	case err != nil:
		x.o.Logger.Info("a callback waits", "callback", d.Caller, "error", err)
		return acd.Postponed
	}
	q.mu.Lock()
	q.owing.calls[d.Caller] = call
	q.mu.Unlock()
	return q.callsBack(whole, o, call, time.Duration(d.Ring)*time.Millisecond)
}

// callsBack places the call, and returns why nobody came to the queue.
func (q *queues) callsBack(ctx context.Context, o Owed, call string, ring time.Duration) (reason string) {
	x := q.x
	number := callBackNumber
	if o.Lang == "en" {
		number = callBackEnglish
	}
	entry, ok := x.o.CallBack.Function(number)
	if !ok {
		return acd.Postponed
	}
	e, err := x.Place(ctx, Outgoing{ID: call, Version: x.o.CallBack, To: o.Number, Show: o.Shown,
		Func: entry, Ring: ring, Beeps: true, owed: &o})
	switch {
	case err != nil: // there is no place for the call
		return acd.Postponed
	case e.Outcome == "line_fault":
		x.o.Logger.Warn("a callback cannot be made now", "callback", o.ID, "reason", e.Detail)
		return acd.Postponed
	case e.Outcome == "answered":
		return "hung_up"
	}
	return e.Outcome
}

// The numbers under which the flow of callbacks is found, in Chinese and in English.
const (
	callBackNumber  = "0"
	callBackEnglish = "1"
)

// settles tells what was decided of one who is owed a call.
func (q *queues) settles(d acd.Decision) {
	if !d.Owed || q.x.o.Callbacks == nil {
		return
	}
	s := Settlement{State: CallbackTask, Agent: d.Agent, Note: d.Reason}
	q.mu.Lock()
	o, known := q.owing.list[d.Caller]
	switch {
	case d.Kind == acd.Kept && d.Reason == acd.Postponed:
		s = Settlement{State: CallbackAgain}
	case d.Kind == acd.Kept:
		s.State = CallbackMissed
		if known {
			o.Kept = d.At + acd.KeptFor
			q.owing.list[d.Caller] = o
		}
	default:
		delete(q.owing.list, d.Caller)
		if end := q.owing.calling[d.Caller]; end != nil && d.Kind == acd.Left {
			end()
		}
	}
	q.mu.Unlock()
	switch {
	case d.Kind == acd.Left && d.Reason == acd.Taken || d.Kind == acd.Moved:
		return
	case d.Kind == acd.Connect, d.Reason == acd.Merged, d.Reason == acd.Served:
		s.State = CallbackDone
	}
	q.x.o.Callbacks.Settle(d.Caller, s)
}

// returns is one who was owed a call, has answered it, and waits for the agent. Until then they hear ringing.
func (c *telephone) returns(t session.Ticket) {
	q := c.x.queues
	w := &waiter{c: c, queues: q, ticket: t, id: c.owed.ID, since: c.x.o.Now(), joined: true}
	w.context = c.context(c.owed.Queue)
	w.context["X-Rexian-Callback"] = c.owed.Call
	q.mu.Lock()
	waits := q.acd.Waits(w.id)
	if waits {
		q.waiting[w.id] = w
	}
	q.mu.Unlock()
	if !waits { // the queue is gone meanwhile
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: acd.NoAgents}, c.now())
		return
	}
	c.seat = w
	c.holds(ringing())
	q.tell(acd.Event{Kind: acd.Reached, Caller: w.id})
}
