package exchange

import (
	"context"
	"errors"
	"maps"
	"slices"

	"rexian/media/sip"
	"rexian/runtime/acd"
	"rexian/runtime/room"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// Joining is what a telephone of ours that has dialled a code wants of another call: it comes into it with the leg that
// it has called us on, and is not rung.
type Joining struct {
	Call string
	Do   JoinKind
	Mode room.Mode // to supervise
	// Agent who picks up; who sits at the telephone otherwise is known.
	Agent string
}

// JoinKind is what a telephone does in the call that it comes into.
type JoinKind uint8

// The kinds of joining.
const (
	ToSupervise JoinKind = iota
	ToTakeOver
	ToPickUp
)

// ErrNotAllowed means that a telephone may not do what it has dialled the code of.
var ErrNotAllowed = errors.New("the telephone may not do that")

// joinOutcomes are how a transfer of a code's flow ends where the telephone does not come into another call.
var joinOutcomes = []struct {
	err error
	tag string
}{{ErrNotAllowed, "refused"}, {ErrNotReady, "busy"}, {ErrFull, "busy"}, {ErrNoCall, "vacant_number"},
	{ErrNoAgent, "vacant_number"}, {ErrNotWaiting, "vacant_number"}, {ErrAlone, "vacant_number"},
	{ErrRings, "vacant_number"}}

// joins takes the telephone of a code into another call. The ticket stands until the leg ends, with that call at the
// latest.
func (c *telephone) joins(t session.Ticket) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTime)
	c.jobs[t] = &job{end: cancel}
	phone, number := c.caller.Phone, c.caller.Number
	go func() {
		defer cancel()
		j, err := c.x.o.Joins(ctx, phone, number)
		if err == nil {
			err = c.x.lends(ctx, c, phone, j)
		}
		c.box.put(post{do: func() {
			if err == nil {
				c.connected()
				return
			}
			tag := "unknown"
			for _, k := range joinOutcomes {
				if errors.Is(err, k.err) {
					tag = k.tag
				}
			}
			c.log.Info("a telephone does not come into a call", "telephone", phone, "reason", err)
			c.finish(t, vm.Event{Kind: vm.Outcome, Tag: tag})
		}})
	}()
}

// lends gives the leg of a call to another one. What fails leaves it where it is.
func (x *Exchange) lends(ctx context.Context, c *telephone, phone string, j Joining) error {
	if j.Do == ToPickUp {
		return x.catches(ctx, c, phone, j)
	}
	return x.within(ctx, j.Call, func(o *telephone, result chan<- error) {
		switch {
		case o == c || !o.up:
			result <- ErrRings
		case j.Do == ToTakeOver:
			o.takenBy(c, phone, result)
		case o.inAll() >= room.Most:
			result <- ErrFull
		default:
			o.supervised(phone, j.Mode, phone)
			g := &guest{c: o, to: phone, role: room.Supervisor, mode: j.Mode, cancel: func() {}}
			o.guests = append(o.guests, g)
			o.borrows(c.leg, supervisorLeg, "")
			result <- g.reached(c.leg, nil)
		}
	})
}

// takenBy gives the caller to a telephone that is on the line already, instead of whom the caller talks to.
func (c *telephone) takenBy(other *telephone, phone string, result chan<- error) {
	t := c.talking()
	switch {
	case t == nil:
		result <- ErrAlone
		return
	case t.passing != nil || c.onward != nil:
		result <- ErrNotReady
		return
	}
	c.note("take over", map[string]any{"phone": phone, "by": phone})
	c.borrows(other.leg, passedLeg, "")
	free := c.x.engages(other.leg, phone)
	t.calling, t.passing = c.calls(func() bool { return t.peer != nil }), func() {}
	result <- t.passed(other.leg, free, nil)
}

// borrows writes the leg of another call down among the legs of this one, too.
func (c *telephone) borrows(leg *sip.Call, kind, agent string) {
	leg.OnEnd(c.begunLeg(kind, agent, leg))
}

// hand is a telephone that has asked for a caller and waits on the line.
type hand struct {
	c      *telephone
	result chan error
}

// catches has an agent pick a caller up on the leg that the agent has called us on.
func (x *Exchange) catches(ctx context.Context, c *telephone, phone string, j Joining) error {
	q, h := x.queues, &hand{c: c, result: make(chan error, 1)}
	q.mu.Lock()
	if q.hands[j.Agent] != nil {
		q.mu.Unlock()
		return ErrNotReady
	}
	q.hands[j.Agent] = h
	q.mu.Unlock()
	err := x.PickUp(ctx, j.Call, j.Agent, phone)
	if err == nil {
		select {
		case err = <-h.result:
			return err
		case <-ctx.Done():
			err = ErrNotWaiting
		}
	}
	if q.hand(j.Agent, h) == nil { // it has been taken meanwhile
		return <-h.result
	}
	return err
}

// hand takes the telephone that waits on the line for an agent to pick up, if it is the one; nil: any.
func (q *queues) hand(agent string, which *hand) *hand {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.hands[agent]
	if h == nil || which != nil && h != which {
		return nil
	}
	delete(q.hands, agent)
	return h
}

// answers is the answer of an agent who waits on the line.
func (q *queues) answers(w *waiter, key ring, h *hand) (*sip.Call, acd.Event) {
	e := acd.Event{Offer: key.offer, Agent: key.agent}
	for _, kind := range []acd.EventKind{acd.Trying, acd.Rings} {
		e.Kind = kind
		q.tell(e)
	}
	leg := h.c.leg
	if !q.confirms(w, key.agent, leg) {
		h.result <- ErrNotReady
		e.Kind, e.Reason = acd.Refused, acd.Taken
		return nil, e
	}
	w.c.borrows(leg, agentLeg, key.agent)
	h.result <- nil
	e.Kind = acd.Answered
	return leg, e
}

// CallerNow is a caller who waits in a queue, or for whom telephones ring.
type CallerNow struct {
	Call, Queue, Number string
	Since               int64 // Unix milliseconds
}

// Callers are those who wait, the one who has waited longest first.
func (x *Exchange) Callers() []CallerNow {
	q := x.queues
	q.mu.Lock()
	defer q.mu.Unlock()
	var list []CallerNow
	for _, w := range q.waiting {
		list = append(list, CallerNow{Call: w.c.id, Queue: w.queue, Number: w.c.caller.Phone,
			Since: w.since.UnixMilli()})
	}
	slices.SortFunc(list, func(a, b CallerNow) int { return int(a.Since - b.Since) })
	return list
}

// Serves are the queues that each agent has a skill for, in any of their steps, by the agents' ids.
func (x *Exchange) Serves() map[string][]string {
	x.Queues() // those of the version that serves
	q := x.queues
	q.mu.Lock()
	defer q.mu.Unlock()
	list := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(q.taken)) {
		all := acd.FromProgram(q.taken[name]).AllSkills()
		for id, a := range q.agents {
			if slices.ContainsFunc(a.Skills, func(s string) bool { return slices.Contains(all, s) }) {
				list[id] = append(list[id], name)
			}
		}
	}
	return list
}
