package exchange

import (
	"context"
	"slices"
	"sync"
	"time"

	"rexian/compiler/bundle"
	"rexian/media/sip"
	"rexian/runtime/room"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/call"
)

// Agent is a person at a telephone who is signed in for as long as the exchange runs.
type Agent struct {
	ID     string
	Phone  string // what the Dialer is given
	Skills []string
}

// seats are the agents and who waits for them. Of those with a skill the one idle longest is offered a caller; callers
// come by priority, then by the time they have waited.
type seats struct {
	mu      sync.Mutex
	agents  []*seat
	waiting []*waiter
	ticks   int64 // orders what happened within one moment
}

type seat struct {
	Agent
	busy  bool
	since int64 // tick of becoming idle
	after time.Time
}

func newSeats(agents []Agent) *seats {
	s := &seats{}
	s.set(agents)
	return s
}

// set takes other agents. The seat of one who was there is the same, so that a call that is on ends there.
func (s *seats) set(agents []Agent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.agents
	s.agents = nil
	for _, a := range agents {
		i := slices.IndexFunc(before, func(o *seat) bool { return o.ID == a.ID })
		if i < 0 {
			s.ticks++ // nobody is idle longer than who was there
			s.agents = append(s.agents, &seat{Agent: a, since: s.ticks})
			continue
		}
		before[i].Phone, before[i].Skills = a.Phone, a.Skills // the ID is the same, and read without the lock
		s.agents = append(s.agents, before[i])
	}
}

// phone is where an agent is called now.
func (s *seats) phone(a *seat) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.Phone
}

// at is the agent whose telephone this is, "" if it is nobody's.
func (s *seats) at(phone string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.agents {
		if a.Phone == phone {
			return a.ID
		}
	}
	return ""
}

// serves tells whether an agent has one of the skills.
func (a *seat) serves(skills []string) bool {
	return slices.ContainsFunc(a.Skills, func(s string) bool { return slices.Contains(skills, s) })
}

// join puts a caller into a queue; an outcome instead if it is full, or nobody ever signed in for it.
func (s *seats) join(w *waiter) (outcome string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.agents, func(a *seat) bool { return a.serves(w.all) }) {
		return "no_agents"
	}
	if w.queue.Capacity > 0 {
		n := 0
		for _, o := range s.waiting {
			if o.queue.Name == w.queue.Name {
				n++
			}
		}
		if n >= int(w.queue.Capacity) {
			return "full"
		}
	}
	s.ticks++
	w.order = s.ticks
	s.waiting = append(s.waiting, w)
	slices.SortStableFunc(s.waiting, func(a, b *waiter) int {
		if a.priority != b.priority {
			return int(b.priority - a.priority)
		}
		return int(a.order - b.order)
	})
	return ""
}

// remove takes a caller out of the queue.
func (s *seats) remove(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = slices.DeleteFunc(s.waiting, func(o *waiter) bool { return o == w })
}

// offer finds an agent for a caller: one that is free now and that no caller before this one could have. It is the
// caller's until free gives it back.
func (s *seats) offer(w *waiter, now time.Time) *seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *seat
	for _, a := range s.agents {
		if a.busy || now.Before(a.after) || !a.serves(w.open) || slices.Contains(w.tried, a.ID) {
			continue
		}
		if best == nil || a.since < best.since {
			best = a
		}
	}
	if best == nil {
		return nil
	}
	for _, o := range s.waiting {
		if o == w {
			break
		}
		if best.serves(o.open) && !slices.Contains(o.tried, best.ID) {
			return nil // somebody before us is offered this agent
		}
	}
	best.busy = true
	return best
}

// free gives an agent back, who takes no call before pause has passed.
func (s *seats) free(a *seat, pause time.Duration, now time.Time) {
	s.mu.Lock()
	s.ticks++
	a.busy, a.since, a.after = false, s.ticks, now.Add(pause)
	s.mu.Unlock()
}

// count is how many agents there are, and how many of them ring or talk.
func (s *seats) count() (signedIn, busy int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.agents {
		if a.busy {
			busy++
		}
	}
	return len(s.agents), busy
}

// ahead is how many callers of the same queue come before one.
func (s *seats) ahead(w *waiter) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int64(0)
	for _, o := range s.waiting {
		if o == w {
			break
		}
		if o.queue.Name == w.queue.Name {
			n++
		}
	}
	return n
}

// lookup answers what flows ask about agents; skills tells which of them serve a queue.
func (s *seats) lookup(e vm.Effect, skills func(queue string) []string) (vm.Event, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := arg(e, 0).Str()
	number := func(n int64) (vm.Event, bool) {
		return vm.Event{Kind: vm.Answer, Value: vm.Int(n * 1_000_000)}, true
	}
	switch e.Name {
	case "agent.signed_in", "agent.idle":
		n := int64(0)
		for _, a := range s.agents {
			if (queue == "" || a.serves(skills(queue))) && (e.Name == "agent.signed_in" || !a.busy) {
				n++
			}
		}
		return number(n)
	}
	return vm.Event{}, false
}

// waiter is a caller in a queue.
type waiter struct {
	c        *telephone
	ticket   session.Ticket
	queue    *bundle.Queue
	priority int64
	order    int64
	since    time.Time
	open     []string // skills that serve now
	all      []string // skills that may ever serve
	tried    []string // agents who did not answer this caller
	agent    *seat    // who rings or talks
	talking  bool
	gone     bool
}

// lookEvery is how often a waiting caller looks for an agent. Waiting is counted in seconds; a quarter of one is soon
// enough.
const lookEvery = 250 * time.Millisecond

// enqueue begins the wait for an agent.
func (c *telephone) enqueue(t session.Ticket, e vm.Effect) {
	name := arg(e, 0).Str()
	i := slices.IndexFunc(c.version.Program.Queues, func(q bundle.Queue) bool { return q.Name == name })
	if i < 0 || c.x.o.Dialer == nil {
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: "no_agents"}, c.now())
		return
	}
	q := &c.version.Program.Queues[i]
	w := &waiter{c: c, ticket: t, queue: q, priority: arg(e, 1).N, since: c.x.o.Now(), open: slices.Clone(q.Skills),
		all: slices.Clone(q.Skills)}
	for _, tier := range q.Tiers {
		w.all = append(w.all, tier.Skills...)
	}
	if outcome := c.x.seats.join(w); outcome != "" {
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: outcome}, c.now())
		return
	}
	c.seat = w
	w.look()
}

// look tries to find an agent, and looks again later.
func (w *waiter) look() {
	if w.gone || w.agent != nil {
		return
	}
	c := w.c
	now := c.x.o.Now()
	for _, tier := range w.queue.Tiers {
		if now.Sub(w.since).Milliseconds() >= tier.After {
			for _, s := range tier.Skills {
				if !slices.Contains(w.open, s) {
					w.open = append(w.open, s)
				}
			}
		}
	}
	c.session.Progress(session.Waiting{Ahead: c.x.seats.ahead(w)}, c.now())
	if a := c.x.seats.offer(w, now); a != nil {
		w.ring(a)
		return
	}
	if now.Sub(w.since)/lookEvery%40 == 39 {
		w.tried = nil // every ten seconds those who did not answer may be asked again
	}
	c.later(w.ticket, lookEvery, w.look)
}

// ring calls an agent.
func (w *waiter) ring(a *seat) {
	c := w.c
	w.agent = a
	limit := ringLimit
	if w.queue.Ring > 0 {
		limit = time.Duration(w.queue.Ring) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	c.jobs[w.ticket] = &job{end: cancel}
	o := sip.Outbound{To: c.x.seats.phone(a), From: c.caller.Phone, OnLeg: c.legs(agentLeg, a.ID)}
	go func() {
		peer, err := c.x.o.Dialer.Dial(ctx, o)
		cancel()
		c.box.put(post{lost: func() { // the caller has gone, whose goroutine would have freed the agent
			dismiss(peer)
			c.x.seats.free(a, 0, c.x.o.Now())
		}, do: func() {
			switch {
			case err != nil:
				c.x.seats.free(a, 0, c.x.o.Now())
				if w.gone {
					return
				}
				w.agent = nil
				w.tried = append(w.tried, a.ID)
				c.log.Info("agent did not answer", "agent", a.ID, "outcome", DialOutcome(err))
				c.drop(w.ticket)
				w.look()
			case w.gone: // the caller waits no more
				dismiss(peer)
				c.x.seats.free(a, 0, c.x.o.Now())
			default:
				w.answered(peer)
			}
		}})
	}()
}

// answered lets caller and agent talk.
func (w *waiter) answered(leg *sip.Call) {
	c := w.c
	w.talking = true
	c.x.seats.remove(w)
	c.rows.change.Agent = w.agent.ID // whoever hangs up first
	c.x.o.Journal.Change(c.id, call.Change{Agent: w.agent.ID})
	c.connected()
	c.talk(w.ticket, leg, room.Agent, w.hungUp, w.free)
	c.note("agent", map[string]any{"agent": w.agent.ID}) // from now on the caller waits no more
	c.log.Info("agent answered", "agent", w.agent.ID, "waited", int(c.x.o.Now().Sub(w.since).Seconds()))
}

// hungUp is the end of the talk on the agent's side: the flow goes on.
func (w *waiter) hungUp() {
	c, agent := w.c, w.agent.ID
	w.leave()
	c.seat = nil
	c.finish(w.ticket, vm.Event{Kind: vm.Done, Agent: agent})
}

// leave ends the wait or the talk, and frees the agent.
func (w *waiter) leave() {
	if w.gone {
		return
	}
	w.gone = true
	w.c.x.seats.remove(w)
	w.free()
}

// free gives the agent who talked back, once: at the end of the talk, or when the agent has passed the caller on.
func (w *waiter) free() {
	if w.talking {
		w.talking = false
		w.c.x.seats.free(w.agent, time.Duration(w.queue.WrapUp)*time.Millisecond, w.c.x.o.Now())
	}
}
