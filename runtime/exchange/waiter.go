package exchange

import (
	"context"
	"strconv"
	"time"

	"rexian/compiler/bundle"
	"rexian/media/sip"
	"rexian/runtime/acd"
	"rexian/runtime/room"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// waiter is a caller in a queue. Its fields belong to the call's goroutine.
type waiter struct {
	c       *telephone
	queues  *queues
	ticket  session.Ticket
	id      string // as the distributor knows the caller
	queue   string // that was joined; of one who was moved another. The distributor's lock guards it
	since   time.Time
	why     *acd.Why          // of the last offer
	context map[string]string // headers for the agent's telephone; written before the joining
	offer   int64
	agent   string // who talks
	place   int64  // since when the place counts, Unix ms
	joined  bool
	talking bool
	gone    bool
}

// lastTime is how long the joining of a queue waits for the agent of an earlier call to be found.
const lastTime = 500 * time.Millisecond

// enqueue begins the wait for an agent.
func (c *telephone) enqueue(t session.Ticket, e vm.Effect, q *queues) {
	name := arg(e, 0).Str()
	if c.x.o.Dialer == nil && q == c.x.queues || !q.take(c.version.Program, name) {
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: acd.NoAgents}, c.now())
		return
	}
	w := &waiter{c: c, queues: q, ticket: t, id: c.id + "/" + strconv.Itoa(int(t)), queue: name, since: c.x.o.Now()}
	w.context = c.context(name)
	c.seat = w
	if c.queued != nil {
		c.queued()
	}
	join := acd.Event{Kind: acd.Join, Caller: w.id, Queue: name, Number: c.caller.Phone,
		Priority: arg(e, 1).N / 1_000_000}
	within := c.lastAgent(name)
	if within <= 0 || c.x.o.LastAgent == nil || join.Number == "" {
		w.join(join)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastTime)
	c.jobs[t] = &job{end: cancel}
	since := c.stamp().Add(-within)
	go func() {
		agent, err := c.x.o.LastAgent(ctx, join.Number, since)
		cancel()
		if err != nil {
			c.log.Info("who served the caller last is not known", "error", err)
		}
		join.Last = agent
		c.box.put(post{do: func() {
			if !w.gone {
				delete(c.jobs, t)
				w.join(join)
			}
		}})
	}()
}

// lastAgent is how long the agent of an earlier call comes first in a queue.
func (c *telephone) lastAgent(queue string) time.Duration {
	for i := range c.version.Program.Queues {
		if q := &c.version.Program.Queues[i]; q.Name == queue {
			return time.Duration(q.LastAgent) * time.Millisecond
		}
	}
	return 0
}

func (w *waiter) join(e acd.Event) {
	w.joined = true
	w.queues.mu.Lock()
	w.queues.waiting[w.id] = w
	w.queues.mu.Unlock()
	w.queues.tell(e)
	w.queues.mu.Lock()
	place, waits := w.queues.acd.Key(w.id)
	w.queues.mu.Unlock()
	if !waits {
		return
	}
	w.place = place
	if told := w.since.UnixMilli() - e.Priority*1000; place < told-int64(lastTime/time.Millisecond) { // kept
		w.c.note("place", map[string]any{"queue": e.Queue, "since": place})
	}
}

// told does what the distributor has decided of the caller.
func (w *waiter) told(d acd.Decision) {
	c := w.c
	if w.gone || w.talking {
		return
	}
	switch d.Kind {
	case acd.Offer:
		w.why = d.Why
		c.log.Info("offer", "queue", d.Queue, "agents", d.Agents, "why", d.Why.Sentence(d.Agents).En)
		c.session.Offered(true, c.now())
	case acd.Waits:
		c.session.Offered(false, c.now())
	case acd.Moved:
		w.queues.mu.Lock()
		w.queue = d.Queue
		w.queues.mu.Unlock()
		c.note("moved", map[string]any{"queue": d.Queue})
		c.session.Moved(d.Queue, c.now())
	case acd.Left:
		w.gone, c.seat, c.stood = true, nil, w.place
		c.finish(w.ticket, vm.Event{Kind: vm.Outcome, Tag: d.Reason})
	}
}

// answered lets caller and agent talk.
func (w *waiter) answered(leg *sip.Call, d acd.Decision) {
	c := w.c
	w.talking, w.offer, w.agent, c.stood = true, d.Offer, d.Agent, 0
	c.ratesTalk(d.Agent, d.Queue)
	c.talksWith(d.Agent)
	c.connected()
	if c.served != nil {
		c.served()
	}
	talk := c.talk(w.ticket, leg, room.Agent, w.hungUp, w.free)
	talk.home, _ = c.x.PhoneOf(d.Agent)
	note := map[string]any{"agent": d.Agent, "queue": d.Queue}
	if w.why != nil {
		note["why"] = w.why.Sentence([]string{d.Agent}).Zh
	}
	c.note("agent", note) // from now on the caller waits no more
	c.log.Info("agent answered", "agent", d.Agent, "waited", int(c.x.o.Now().Sub(w.since).Seconds()))
}

// hungUp is the end of the talk on the agent's side: the flow goes on.
func (w *waiter) hungUp() {
	c := w.c
	w.leave()
	c.seat = nil
	c.finish(w.ticket, vm.Event{Kind: vm.Done, Agent: w.agent})
}

// leave ends the wait or the talk.
func (w *waiter) leave() {
	if w.gone {
		return
	}
	w.gone = true
	if !w.joined {
		return
	}
	if w.talking {
		w.free()
		return
	}
	w.c.stood = w.place
	reason := "key"
	if w.c.ended {
		reason = acd.Abandoned
	}
	w.queues.tell(acd.Event{Kind: acd.Leave, Caller: w.id, Reason: reason})
}

// free gives the agent who talked back, once: at the end of the talk, or when the agent has passed the caller on.
func (w *waiter) free() {
	if w.talking {
		w.talking = false
		w.queues.tell(acd.Event{Kind: acd.TalkOver, Offer: w.offer, Agent: w.agent})
	}
}

// arranged is a house with one agent who is busy, for a call whose agents a test plays.
func (x *Exchange) arranged(p *bundle.Program) *queues {
	a := Agent{ID: "1001"}
	for i := range p.Queues {
		a.Skills = append(a.Skills, acd.FromProgram(&p.Queues[i]).AllSkills()...)
	}
	q := newQueues(x)
	q.set([]Agent{a})
	q.tell(acd.Event{Kind: acd.Engage, Agent: a.ID})
	return q
}
