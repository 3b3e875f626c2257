package exchange

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"rexian/compiler/bundle"
	"rexian/media/sip"
	"rexian/runtime/acd"
)

// Agent is a person at a telephone.
type Agent struct {
	ID     string
	Name   string
	Phone  string // what the Dialer is given
	Skills []string
	Levels map[string]int // of the skills, 1 to 10; 1 where there is none
	// First is what the agent does when the exchange first hears of them: ready if "", else out or on a break.
	First  acd.State
	Reason string
}

// queues is the distributor of an exchange, and what carries its decisions out: telephones that ring, callers who are
// told. What happens is told to the distributor one thing after the other; its decisions are carried out in their order
// by whoever finds them, without the lock.
type queues struct {
	x        *Exchange
	mu       sync.Mutex
	acd      *acd.Distributor
	agents   map[string]Agent
	taken    map[string]*bundle.Queue // as the distributor has them
	waiting  map[string]*waiter
	rings    map[ring]*ringer
	hands    map[string]*hand // agents who wait on the line to pick a caller up
	owing    owing
	pending  []acd.Decision
	carrying bool
	timer    *time.Timer
	stopped  bool
}

// ring is a telephone that rings for an offer.
type ring struct {
	offer int64
	agent string
}

type ringer struct {
	cancel context.CancelFunc
	peer   *sip.Call // when it has answered
}

func newQueues(x *Exchange) *queues {
	return &queues{x: x, acd: acd.New(), agents: map[string]Agent{}, taken: map[string]*bundle.Queue{},
		waiting: map[string]*waiter{}, rings: map[ring]*ringer{}, hands: map[string]*hand{},
		owing: owing{map[string]Owed{}, map[string]context.CancelFunc{}, map[string]bool{},
			map[string]string{}}}
}

// tell lets events happen now, and carries out what is decided.
func (q *queues) tell(events ...acd.Event) {
	if q.x.o.OnFloor != nil && q == q.x.queues {
		defer q.x.o.OnFloor()
	}
	q.mu.Lock()
	for _, e := range events {
		e.At = q.x.o.Now().UnixMilli()
		q.pending = append(q.pending, q.acd.Apply(e)...)
	}
	q.arm()
	if q.carrying { // whoever does it will come to these
		q.mu.Unlock()
		return
	}
	q.carrying = true
	for len(q.pending) > 0 {
		d := q.pending[0]
		q.pending = q.pending[1:]
		q.mu.Unlock()
		q.carry(d)
		q.mu.Lock()
	}
	q.carrying, q.pending = false, nil
	q.mu.Unlock()
}

// arm sets the timer for what happens by itself. It is called with the lock.
func (q *queues) arm() {
	if q.timer != nil {
		q.timer.Stop()
		q.timer = nil
	}
	if at, ok := q.acd.Next(); ok && !q.stopped {
		wait := time.UnixMilli(at).Sub(q.x.o.Now())
		q.timer = time.AfterFunc(max(wait, 0), func() { q.tell(acd.Event{Kind: acd.Tick}) })
	}
}

// stop ends the timer: no call is left.
func (q *queues) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	if q.timer != nil {
		q.timer.Stop()
	}
}

// carry does what was decided.
func (q *queues) carry(d acd.Decision) {
	q.mu.Lock()
	w := q.waiting[d.Caller]
	r := q.rings[ring{d.Offer, d.Agent}]
	if d.Kind == acd.Connect || d.Kind == acd.Dismiss {
		delete(q.rings, ring{d.Offer, d.Agent})
	}
	if d.Kind == acd.Left || d.Kind == acd.Kept {
		delete(q.waiting, d.Caller)
	}
	q.mu.Unlock()
	switch d.Kind {
	case acd.Call:
		q.x.running.Add()
		go func() {
			defer q.x.running.Done()
			q.callBack(d)
		}()
	case acd.Kept, acd.Connect, acd.Left:
		q.settles(d)
	}
	switch d.Kind {
	case acd.Offer:
		q.ring(w, d)
	case acd.Withdraw:
		if r != nil {
			r.cancel()
		}
	case acd.Dismiss:
		if r != nil {
			dismiss(r.peer)
		}
	case acd.Connect:
		q.connect(w, r, d)
	case acd.Changed:
		q.frees(d)
		if q.x.o.OnAgent != nil && q == q.x.queues {
			q.agentDid(d)
		}
	case acd.Waits, acd.Left, acd.Moved:
		if w != nil {
			w.c.box.put(post{do: func() { w.told(d) }})
		}
	}
}

// ring lets the telephones of an offer ring.
func (q *queues) ring(w *waiter, d acd.Decision) {
	if w != nil {
		w.c.box.put(post{do: func() { w.told(d) }})
	}
	for _, id := range d.Agents {
		key := ring{d.Offer, id}
		limit := time.Duration(d.Ring) * time.Millisecond
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		q.mu.Lock()
		a := q.agents[id]
		q.rings[key] = &ringer{cancel: cancel}
		q.mu.Unlock()
		if w == nil {
			cancel()
		}
		go q.dial(ctx, w, key, a)
	}
}

// dial calls an agent's telephone for a caller, and tells what came of it. It ends with the ringing.
func (q *queues) dial(ctx context.Context, w *waiter, key ring, a Agent) {
	event := acd.Event{Kind: acd.Refused, Offer: key.offer, Agent: key.agent, Reason: acd.Withdrawn}
	var peer *sip.Call
	if w != nil && ctx.Err() == nil {
		h := q.hand(key.agent, nil)
		switch event.Reason = q.claims(ctx, w, key.agent); {
		case event.Reason != "" && h != nil:
			h.result <- ErrNotReady
		case event.Reason != "":
		case h != nil:
			peer, event = q.answers(w, key, h)
		default:
			peer, event = q.calls(ctx, w, key, a)
		}
	}
	q.mu.Lock()
	r := q.rings[key]
	r.peer = peer
	if event.Kind == acd.Refused {
		delete(q.rings, key)
	}
	q.mu.Unlock()
	r.cancel()
	q.tell(event)
}

// calls rings the telephone of an agent who is claimed; the leg is that of one who has answered.
func (q *queues) calls(ctx context.Context, w *waiter, key ring, a Agent) (*sip.Call, acd.Event) {
	event := acd.Event{Kind: acd.Refused, Offer: key.offer, Agent: key.agent, Reason: acd.Taken}
	rang := false
	o := sip.Outbound{To: a.Phone, From: w.c.caller.Phone, OnLeg: w.c.legs(agentLeg, key.agent)}
	if q.x.house(a.Phone) {
		o.Headers = w.context
	}
	o.OnTrying = func() { q.tell(acd.Event{Kind: acd.Trying, Offer: key.offer, Agent: key.agent}) }
	o.OnProgress = func(int, bool) {
		if !rang {
			rang = true
			q.tell(acd.Event{Kind: acd.Rings, Offer: key.offer, Agent: key.agent})
		}
	}
	leg, err := q.x.o.Dialer.Dial(ctx, o)
	switch {
	case err != nil:
		event.Reason = unanswered(ctx, err)
		w.c.log.Info("agent did not answer", "agent", key.agent, "outcome", event.Reason)
		return nil, event
	case !q.confirms(w, key.agent, leg):
		return nil, event
	}
	event.Kind, event.Reason = acd.Answered, ""
	return leg, event
}

// unanswered is why a telephone that was rung did not answer, as the distributor knows it.
func unanswered(ctx context.Context, err error) string {
	if errors.Is(ctx.Err(), context.Canceled) {
		return acd.Withdrawn
	}
	switch DialOutcome(err) {
	case "no_answer":
		return acd.NoAnswer
	case "busy":
		return acd.Busy
	case "refused":
		return acd.Declined
	}
	return acd.Unreachable
}

// connect hands an agent who has answered over to the caller's goroutine.
func (q *queues) connect(w *waiter, r *ringer, d acd.Decision) {
	over := func() {
		if r != nil {
			dismiss(r.peer)
		}
		q.tell(acd.Event{Kind: acd.TalkOver, Offer: d.Offer, Agent: d.Agent})
	}
	if w == nil || r == nil {
		over()
		return
	}
	q.mu.Lock()
	delete(q.waiting, d.Caller)
	q.mu.Unlock()
	w.c.box.put(post{do: func() {
		if w.gone {
			over()
			return
		}
		w.answered(r.peer, d)
	}, lost: over})
}

// set takes the agents that there are. Who was there is as before, and is called at the new telephone from the next
// call on; who is gone finishes the call that is on.
func (q *queues) set(list []Agent) {
	var events []acd.Event
	q.mu.Lock()
	gone := q.agents
	q.agents = make(map[string]Agent, len(list))
	for _, a := range list {
		p := &acd.Agent{ID: a.ID, Name: a.Name}
		for _, s := range a.Skills {
			p.Skills = append(p.Skills, acd.Skill{Name: s, Level: max(a.Levels[s], 1)})
		}
		events = append(events, acd.Event{Kind: acd.SetAgent, Person: p})
		if _, was := gone[a.ID]; !was && a.First != acd.Out {
			events = append(events, acd.Event{Kind: acd.SignIn, Agent: a.ID})
			if a.First == acd.Break {
				events = append(events, acd.Event{Kind: acd.SetBreak, Agent: a.ID, Reason: a.Reason})
			}
			if q.x.o.Reachable != nil && !q.x.o.Reachable(a.Phone) {
				events = append(events, acd.Event{Kind: acd.Lost, Agent: a.ID, Reason: noPhone})
			}
		}
		delete(gone, a.ID)
		q.agents[a.ID] = a
	}
	for id := range gone {
		events = append(events, acd.Event{Kind: acd.DropAgent, Agent: id})
	}
	q.mu.Unlock()
	q.tell(events...)
}

// at is the agent whose telephone this is, "" if it is nobody's.
func (q *queues) at(phone string) string {
	if phone == "" {
		return ""
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, a := range q.agents {
		if a.Phone == phone {
			return a.ID
		}
	}
	return ""
}

// take brings a queue of a program in, as that has it, with those that its callers may move to; false if it has none of
// the name.
func (q *queues) take(p *bundle.Program, name string) bool {
	var events []acd.Event
	q.mu.Lock()
	names := []string{name}
	found := false
	for i := 0; i < len(names); i++ {
		for j := range p.Queues {
			b := &p.Queues[j]
			if b.Name != names[i] {
				continue
			}
			found = found || i == 0
			for _, t := range b.Tiers {
				if t.MoveTo != "" && !slices.Contains(names, t.MoveTo) {
					names = append(names, t.MoveTo)
				}
			}
			if q.taken[b.Name] != b {
				q.taken[b.Name] = b
				events = append(events, acd.Event{Kind: acd.SetQueue, Config: acd.FromProgram(b)})
			}
		}
	}
	q.mu.Unlock()
	if len(events) > 0 {
		q.tell(events...)
	}
	return found
}

// count tells of the agents of a queue, or of all for "".
func (q *queues) count(queue string) (signedIn, ready, busy int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.acd.Count(queue)
}

// waits is how many callers wait.
func (q *queues) waits() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.acd.Waiting()
}

// ask is what a caller who joined a queue now would find.
func (q *queues) ask(queue string) acd.Place {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.acd.Ask(queue, q.x.o.Now().UnixMilli())
}

// place is where a caller stands.
func (q *queues) place(id string) acd.Place {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.acd.Place(id, q.x.o.Now().UnixMilli())
}
