package acd

import "slices"

// Distributor is a house of queues and agents.
type Distributor struct {
	now     int64
	queues  map[string]*queue
	listed  []*queue // as they were added
	agents  map[string]*agent
	roster  []*agent // in the order of the agents
	callers map[string]*caller
	classes []*class
	ready   []*agent // who takes a call now, in no order
	offers  map[int64]*offer
	places  map[place]kept
	owed    map[place]*caller // who is owed a call
	away    int               // how many of them are not on the line
	looks   *timer            // whose turn comes soon
	goals   []*goal
	timers  timers
	out     []Decision

	offered, joined, listedAgents, timed int64 // counters that number things
}

// New is a house without queues and agents.
func New() *Distributor {
	return &Distributor{queues: map[string]*queue{}, agents: map[string]*agent{}, callers: map[string]*caller{},
		offers: map[int64]*offer{}, places: map[place]kept{}, owed: map[place]*caller{}}
}

type queue struct {
	Queue
	classes []*class
	open    []int // by the number of steps that are open: which of the classes
	closed  bool
	members int   // who waits or is offered
	staff   int   // agents who are signed in and could serve somebody here
	last    int64 // of the agent who was offered a caller last: agent.listed
	random  uint64
	goal    *goal
	empty   *timer
	figures figures
}

type agent struct {
	Agent
	listed  int64
	state   State
	reason  string
	since   int64
	next    State // what the agent asked for while on a call, "" for nothing
	nextWhy string
	was     State // before unknown
	gone    bool  // listed no more

	serves  []uint64 // classes, by their number
	classes []int
	at      int // in ready, -1 if not
	rest    *timer
	silent  *timer // until the telephone rings
	mute    bool   // it did not
	wrap    *timer

	offer    *offer
	queue    *queue // of the call that is on or was last
	caller   string
	answered int64
	misses   int
	direct   int // talks with somebody who came by no queue

	ended, came, missed   int64 // what being idle is counted from
	calls, talk, signed   int64 // today
	signedFrom, wrappedAt int64
}

// idle is since when an agent has done nothing.
func (a *agent) idle() int64 { return max(a.ended, a.wrappedAt, a.came, a.missed) }

func (a *agent) can(c *class) bool { return a.serves[c.id>>6]&(1<<(c.id&63)) != 0 }

type caller struct {
	id, number string
	last       string
	queue      *queue
	class      *class
	key, seq   int64
	joined     int64 // this queue
	first      int64 // the first one
	step       int   // how many have come
	at         int   // in the heap, -1 if not
	stood      int64 // since when in that heap
	offer      *offer
	due        string // why they leave when the offer has ended
	moves      string // where they go then
	next       *timer
	longest    *timer
	promised   int64 // the moment by which an agent was announced, 0 for none

	owed, away, calling bool    // is owed a call; is not on the line; is being called
	place               place   // in owed
	inside              *caller // the same person, who has called in
	stands              *caller // what such a person is owed
	kept, later         *timer  // while the place is kept of one who did not answer; until they can be called
}

type offer struct {
	id     int64
	caller *caller // nil when it is over
	agents []*agent
	held   *Why // while the agent is held for a caller who is away, and nothing rings there
}

type place struct{ queue, number string }

// kept is the place of a caller who was cut off.
type kept struct{ key, seq, until int64 }

// Apply does what an event asks for, after all that was due before it, and returns what is to be done.
func (d *Distributor) Apply(e Event) []Decision {
	d.out = nil
	d.pass(e.At)
	switch e.Kind {
	case SetQueue:
		d.setQueue(e.Config)
	case CloseQueue, OpenQueue:
		d.setClosed(e.Queue, e.Kind == CloseQueue)
	case SetAgent:
		d.setAgent(e.Person)
	case Join:
		d.join(e)
	case Owe:
		d.owe(e)
	case Reached:
		if c := d.callers[e.Caller]; c != nil {
			d.reached(c)
		}
	case NotHeard:
		if c := d.callers[e.Caller]; c != nil {
			d.unreached(c, e.Reason)
		}
	case Pick:
		d.pick(e)
	case Leave:
		if c := d.callers[e.Caller]; c != nil {
			d.leave(c, e.Reason)
		}
	case Trying, Rings, Answered, Refused:
		d.answer(e)
	case SetFigures:
		if q := d.queues[e.Queue]; q != nil && e.Figures != nil {
			m := q.figures.at(d.now)
			m.Calls, m.Handled = m.Calls+e.Figures.Calls, m.Handled+e.Figures.Handled
			m.Abandoned, m.Waited = m.Abandoned+e.Figures.Abandoned, m.Waited+e.Figures.Waited
		}
	case NewDay:
		d.newDay()
	case Tick:
	default:
		if a := d.agents[e.Agent]; a != nil {
			d.agent(a, e)
		}
	}
	return d.out
}

// Count tells of the agents of a queue, or of all for "": how many are signed in, are ready, and are with a caller or
// being rung.
func (d *Distributor) Count(name string) (signedIn, ready, busy int) {
	q := d.queues[name]
	if q == nil && name != "" {
		return 0, 0, 0
	}
	for _, a := range d.roster {
		if a.state == Out || q != nil && !a.can(q.classes[0]) {
			continue
		}
		signedIn++
		switch {
		case a.state == Ready:
			ready++
		case a.state.on():
			busy++
		}
	}
	return signedIn, ready, busy
}

// Waiting is how many callers wait on the line, or are being offered.
func (d *Distributor) Waiting() int { return len(d.callers) - d.away }

func (d *Distributor) decide(x Decision) {
	x.At = d.now
	if d.out == nil {
		d.out = make([]Decision, 0, 4) // most events lead to fewer
	}
	d.out = append(d.out, x)
}

// staffed tells whether anybody is signed in who could serve a caller of a queue, or of one that they move to.
func (d *Distributor) staffed(q *queue) bool {
	seen := []*queue{q}
	for i := 0; i < len(seen); i++ {
		if seen[i].staff > 0 {
			return true
		}
		for _, s := range seen[i].Steps {
			if to := d.queues[s.MoveTo]; to != nil && !slices.Contains(seen, to) {
				seen = append(seen, to)
			}
		}
	}
	return false
}

// watch begins to look at a queue with callers and without agents, or ends it.
func (d *Distributor) watch(q *queue) {
	if q.members == 0 || d.staffed(q) {
		q.empty.drop()
		q.empty = nil
		return
	}
	if q.empty == nil {
		q.empty = d.after(d.now+emptyTime, func() { q.empty = nil; d.sendAway(q, NoAgents) })
	}
}

// sendAway ends the wait of everybody in a queue.
func (d *Distributor) sendAway(q *queue, reason string) {
	for _, c := range d.members(q) {
		d.due(c, reason)
	}
}

// standing are who waits in a queue or is offered, on the line or away, in their order.
func (d *Distributor) standing(q *queue) []*caller {
	var list []*caller
	for _, c := range d.callers {
		if c.queue == q {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, order)
	return list
}

// members are who of them is on the line.
func (d *Distributor) members(q *queue) []*caller {
	return slices.DeleteFunc(d.standing(q), func(c *caller) bool { return c.away })
}

// due ends a caller's wait for a reason of the queue's, when no offer is open.
func (d *Distributor) due(c *caller, reason string) {
	if c.offer != nil {
		c.due = reason
		return
	}
	d.left(c, reason)
}

func (d *Distributor) setClosed(name string, closed bool) {
	q := d.queues[name]
	if q == nil || q.closed == closed {
		return
	}
	q.closed = closed
	if closed {
		d.sendAway(q, Closed)
	}
}

// join puts a caller into a queue.
func (d *Distributor) join(e Event) {
	q := d.queues[e.Queue]
	refuse := func(reason string) {
		d.decide(Decision{Kind: Left, Caller: e.Caller, Queue: e.Queue, Reason: reason})
	}
	switch {
	case d.callers[e.Caller] != nil:
		return // waits already
	case q == nil:
		refuse(NoAgents)
		return
	case q.closed:
		refuse(Closed)
		return
	case q.Capacity > 0 && q.members >= q.Capacity:
		refuse(Full)
		return
	case !d.staffed(q):
		refuse(NoAgents)
		return
	}
	d.joined++
	c := &caller{id: e.Caller, number: e.Number, queue: q, seq: d.joined, key: d.now - e.Priority*1000, joined: d.now,
		first: d.now, at: -1}
	if q.LastAgent {
		c.last = e.Last
	}
	if e.Key != 0 {
		c.key = min(c.key, e.Key)
	}
	if p := (place{q.Name, e.Number}); e.Number != "" {
		if k, ok := d.places[p]; ok {
			delete(d.places, p)
			if d.now <= k.until {
				c.key, c.seq = min(c.key, k.key), k.seq // before those of the same moment, too
			}
		}
	}
	d.callers[c.id] = c
	q.members++
	q.figures.at(d.now).arrived++
	var held *agent
	if o := d.owed[place{q.Name, e.Number}]; o != nil && o.away && o.inside == nil {
		held = d.takes(c, o)
	}
	d.plan(c)
	d.await(c)
	if held != nil {
		d.settle(held)
	}
}

// await lets a caller wait: an agent who is ready is offered them at once.
func (d *Distributor) await(c *caller) {
	if c.aside() || d.callers[c.id] != c {
		return
	}
	if to := c.moves; to != "" {
		d.move(c, to)
		return
	}
	d.stand(c)
	switch list, why := d.choose(c); {
	case len(list) == 0:
		d.yields(c)
	case c.away:
		d.hold(c, list[0], why)
	default:
		d.offer(c, list, why)
	}
}

// plan sets the timers of a caller for the queue they stand in.
func (d *Distributor) plan(c *caller) {
	c.next.drop()
	c.longest.drop()
	c.next, c.longest = nil, nil
	if c.queue.Longest > 0 && !c.owed {
		c.longest = d.after(c.joined+c.queue.Longest, func() { d.due(c, Timeout) })
	}
	d.nextStep(c)
}

// nextStep waits for the next step; steps whose time has come are open.
func (d *Distributor) nextStep(c *caller) {
	for c.step < len(c.queue.Steps) {
		s := &c.queue.Steps[c.step]
		at := c.joined + s.After
		if s.MoveTo != "" {
			at = max(at, c.joined+leastTime, d.now)
		}
		if at > d.now || s.MoveTo != "" {
			c.next = d.after(at, func() { d.step(c) })
			return
		}
		c.step++
	}
	c.next = nil
}

// step is the moment of a caller's next step.
func (d *Distributor) step(c *caller) {
	s := &c.queue.Steps[c.step]
	c.step++
	d.nextStep(c)
	if to := s.MoveTo; to != "" && d.queues[to] != nil {
		if c.offer != nil {
			c.moves = to
			return
		}
		d.move(c, to)
		return
	}
	if c.offer == nil {
		c.unstand()
		d.await(c)
	}
}

// move puts a caller into another queue. The place is that of the first: the key stays.
func (d *Distributor) move(c *caller, to string) {
	c.unstand()
	from := c.queue
	c.queue, c.joined, c.step, c.moves = d.queues[to], d.now, 0, ""
	if !c.away {
		from.members--
		c.queue.members++
	}
	d.watch(from)
	c.queue.figures.at(d.now).arrived++
	c.promised = 0
	d.decide(Decision{Kind: Moved, Caller: c.id, Queue: to, Owed: c.owed})
	if c.queue.closed && !c.away {
		d.left(c, Closed)
		return
	}
	d.watch(c.queue)
	d.plan(c)
	d.await(c)
}

// leave ends a caller's wait for a reason of their own: their telephones stop ringing.
func (d *Distributor) leave(c *caller, reason string) {
	if c.owed && !c.away && reason == Abandoned {
		d.gone(c)
		return
	}
	if a := d.letGo(c); a != nil {
		defer d.settle(a)
	}
	if o := c.offer; o != nil {
		o.caller, c.offer = nil, nil
		d.withdraw(c, o, nil)
	}
	if reason == Abandoned && c.number != "" && c.queue.KeepPlace > 0 {
		d.places[place{c.queue.Name, c.number}] = kept{c.key, c.seq, d.now + c.queue.KeepPlace}
	}
	d.left(c, reason)
}

// withdraw ends the ringing of an offer but for one agent's.
func (d *Distributor) withdraw(c *caller, o *offer, but *agent) {
	for _, a := range o.agents {
		if a != but {
			d.decide(Decision{Kind: Withdraw, Offer: o.id, Caller: c.id, Agent: a.ID})
		}
	}
}

// left takes a caller out of the house.
func (d *Distributor) left(c *caller, reason string) {
	d.remove(c)
	if !c.owed {
		f := c.queue.figures.at(d.now)
		f.Waited += d.now - c.joined
		d.judge(c.queue.goal, d.now-c.joined, false)
		if reason == Abandoned {
			f.Abandoned++
		}
	}
	d.decide(Decision{Kind: Left, Caller: c.id, Queue: c.queue.Name, Reason: reason, Owed: c.owed})
	if o := c.stands; o != nil { // the place is that of who is owed a call again
		o.inside, c.stands = nil, nil
		if o.away {
			d.await(o)
			d.foresee()
		}
	}
}

func (d *Distributor) remove(c *caller) {
	c.unstand()
	for _, t := range []*timer{c.next, c.longest, c.kept, c.later} {
		t.drop()
	}
	delete(d.callers, c.id)
	if c.owed {
		delete(d.owed, c.place)
	}
	if o := c.inside; o != nil {
		o.stands, c.inside = nil, nil
	}
	if c.away {
		d.away--
		return
	}
	c.queue.members--
	d.watch(c.queue)
}
