package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rexian/media/sip"
	"rexian/runtime/acd"
	"rexian/stdlib/fn"
)

// Why something is not done with queues and agents.
var (
	ErrNoQueue    = errors.New("there is no such queue")
	ErrNotReady   = errors.New("the agent is not ready")
	ErrNotWaiting = errors.New("the caller waits in no queue")
)

// QueueNow is how a queue stands now.
type QueueNow struct {
	acd.Standing
	SignedIn, Ready, Busy int // agents
}

// Queues are the queues of the version that serves, and those that calls of older ones are in.
func (x *Exchange) Queues() []QueueNow {
	q := x.queues
	if v := x.o.Deployment.Stable(); v != nil {
		for i := range v.Program.Queues {
			q.take(v.Program, v.Program.Queues[i].Name)
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	var list []QueueNow
	for _, s := range q.acd.Queues(x.o.Now().UnixMilli()) {
		n := QueueNow{Standing: s}
		n.SignedIn, n.Ready, n.Busy = q.acd.Count(s.Name)
		list = append(list, n)
	}
	return list
}

// CloseQueue closes a queue or opens it again: who waits there leaves with the outcome closed, as whoever comes.
func (x *Exchange) CloseQueue(name string, closed bool) error {
	if !slices.ContainsFunc(x.Queues(), func(n QueueNow) bool { return n.Name == name }) {
		return ErrNoQueue
	}
	kind := acd.OpenQueue
	if closed {
		kind = acd.CloseQueue
	}
	x.queues.tell(acd.Event{Kind: kind, Queue: name})
	return nil
}

// TakeOver rings a telephone of ours and gives the caller to it, instead of whom the caller talks to; until it answers
// the two go on talking. It returns as Supervise does.
func (x *Exchange) TakeOver(ctx context.Context, call, phone, by string) error {
	if x.o.Ours == nil || !x.o.Ours(phone) {
		return ErrNoPhone
	}
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		t := c.talking()
		if t == nil {
			result <- ErrAlone
			return
		}
		c.note("take over", map[string]any{"phone": phone, "by": by})
		t.pass(t.peer, sip.Outbound{To: phone}, result)
	})
}

// PickUp rings an agent who is ready for a caller who waits in a queue, or for whom other telephones ring: those stop.
// It returns when the agent's telephone begins to be rung.
func (x *Exchange) PickUp(ctx context.Context, call, agent, by string) error {
	i := slices.IndexFunc(x.AgentList(), func(a AgentNow) bool { return a.ID == agent })
	switch {
	case i < 0:
		return ErrNoAgent
	case x.AgentList()[i].State != acd.Ready:
		return ErrNotReady
	}
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		w := c.seat
		if w == nil || !w.joined || w.talking || w.gone {
			result <- ErrNotWaiting
			return
		}
		c.note("pick up", map[string]any{"agent": agent, "by": by})
		w.queues.tell(acd.Event{Kind: acd.Pick, Caller: w.id, Agent: agent})
		result <- nil
	})
}

// DialFor rings an agent's telephone, and when the agent has answered it calls a number and lets the two talk: a click
// in place of keys. It returns when the agent has answered, or with why nobody does; the call goes on by itself.
func (x *Exchange) DialFor(ctx context.Context, id, agent, number string) error {
	phone, there := x.PhoneOf(agent)
	if !there {
		return ErrNoAgent
	}
	entry, ok := 0, x.o.Desk != nil
	if ok {
		entry, ok = x.o.Desk.Function(deskNumber)
	}
	if !ok {
		return errNoWay
	}
	x.running.Add()
	if err := x.admit(true); err != nil {
		x.running.Done()
		return fmt.Errorf("%w: %w", ErrNoPlace, err)
	}
	ringing, cancel := context.WithTimeout(ctx, ringLimit)
	defer cancel()
	leg, err := x.dial(ringing, sip.Outbound{To: phone, From: number})
	if err != nil {
		x.active.Add(-1)
		x.running.Done()
		return err
	}
	c := x.telephone(leg, &Arrangement{}, known(id))
	c.free = x.engages(leg, phone)
	c.direction, c.desk, c.version, c.entry, c.release = "out", true, x.o.Desk, entry, func() {}
	c.prepare(fn.Caller{CallID: c.id, Phone: tame(phone), Number: tame(number)})
	go x.runs(c)
	return nil
}
