package acd

import (
	"cmp"
	"slices"
)

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
	goals   []*goal
	timers  timers
	out     []Decision

	offered, joined, listedAgents, timed int64 // counters that number things
}

// New is a house without queues and agents.
func New() *Distributor {
	return &Distributor{queues: map[string]*queue{}, agents: map[string]*agent{}, callers: map[string]*caller{},
		offers: map[int64]*offer{}, places: map[place]kept{}}
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
	offer      *offer
	due        string // why they leave when the offer has ended
	moves      string // where they go then
	next       *timer
	longest    *timer
	promised   int64 // the moment by which an agent was announced, 0 for none
}

type offer struct {
	id     int64
	caller *caller // nil when it is over
	agents []*agent
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

// Waiting is how many callers wait, or are being offered.
func (d *Distributor) Waiting() int { return len(d.callers) }

func (d *Distributor) decide(x Decision) {
	x.At = d.now
	d.out = append(d.out, x)
}

// setQueue takes a queue. Those who wait there go on by what it says now.
func (d *Distributor) setQueue(n *Queue) {
	if n == nil || n.Name == "" {
		return
	}
	q := d.queues[n.Name]
	if q == nil {
		q = &queue{random: n.Seed}
		d.queues[n.Name] = q
		d.listed = append(d.listed, q)
	}
	waiting := d.members(q)
	q.Queue, q.goal = *n, d.goal(n.Share, n.Within)
	if q.Seed != n.Seed {
		q.random = n.Seed
	}
	q.Steps = slices.Clone(n.Steps)
	slices.SortStableFunc(q.Steps, func(a, b Step) int { return cmp.Compare(a.After, b.After) })
	q.classes, q.open = nil, nil
	for i := range len(q.Steps) + 1 {
		if i == 0 || len(q.Steps[i-1].Skills) > 0 {
			q.classes = append(q.classes, &class{queue: q, skills: q.skills(i)})
		}
		q.open = append(q.open, len(q.classes)-1)
	}
	d.number()
	for _, c := range waiting {
		c.step, c.at = 0, -1
		d.plan(c)
		if c.offer == nil {
			c.stand()
		}
	}
	d.fill()
}

func order(a, b *caller) int {
	switch {
	case before(a, b):
		return -1
	case before(b, a):
		return 1
	}
	return 0
}

// number gives the classes their numbers anew, and tells each agent which of them to serve.
func (d *Distributor) number() {
	d.classes = d.classes[:0]
	for _, q := range d.listed {
		for _, c := range q.classes {
			c.id = len(d.classes)
			d.classes = append(d.classes, c)
		}
	}
	for _, a := range d.roster {
		d.learn(a)
	}
	d.count()
}

// learn works out whom an agent can serve.
func (d *Distributor) learn(a *agent) {
	a.serves, a.classes = make([]uint64, len(d.classes)/64+1), a.classes[:0]
	for _, c := range d.classes {
		if slices.ContainsFunc(a.Skills, func(s Skill) bool { return slices.Contains(c.skills, s.Name) }) {
			a.serves[c.id>>6] |= 1 << (c.id & 63)
			a.classes = append(a.classes, c.id)
		}
	}
}

// count counts who is signed in for each queue.
func (d *Distributor) count() {
	for _, q := range d.listed {
		q.staff = 0
		all := q.classes[len(q.classes)-1]
		for _, a := range d.roster {
			if a.state != Out && a.can(all) {
				q.staff++
			}
		}
		d.watch(q)
	}
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

// members are who waits in a queue or is offered, in their order.
func (d *Distributor) members(q *queue) []*caller {
	var list []*caller
	for _, c := range d.callers {
		if c.queue == q {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, order)
	return list
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
	d.plan(c)
	d.await(c)
}

// await lets a caller wait: an agent who is ready is offered them at once.
func (d *Distributor) await(c *caller) {
	c.stand()
	if list, why := d.choose(c); len(list) > 0 {
		d.offer(c, list, why)
	}
}

// plan sets the timers of a caller for the queue they stand in.
func (d *Distributor) plan(c *caller) {
	c.next.drop()
	c.longest.drop()
	c.next, c.longest = nil, nil
	if c.queue.Longest > 0 {
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
	from.members--
	d.watch(from)
	c.queue, c.joined, c.step, c.moves = d.queues[to], d.now, 0, ""
	c.queue.members++
	c.queue.figures.at(d.now).arrived++
	c.promised = 0
	d.decide(Decision{Kind: Moved, Caller: c.id, Queue: to})
	if c.queue.closed {
		d.left(c, Closed)
		return
	}
	d.watch(c.queue)
	d.plan(c)
	d.await(c)
}

// leave ends a caller's wait for a reason of their own: their telephones stop ringing.
func (d *Distributor) leave(c *caller, reason string) {
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
	f := c.queue.figures.at(d.now)
	f.Waited += d.now - c.joined
	c.queue.goal.count(d.now-c.joined, false)
	if reason == Abandoned {
		f.Abandoned++
	}
	d.decide(Decision{Kind: Left, Caller: c.id, Queue: c.queue.Name, Reason: reason})
}

func (d *Distributor) remove(c *caller) {
	c.unstand()
	c.next.drop()
	c.longest.drop()
	delete(d.callers, c.id)
	c.queue.members--
	d.watch(c.queue)
}

// Status is what an agent does now.
type Status struct {
	ID, Name string
	State    State
	Reason   string
	Since    int64
	Next     State  // what follows the call that is on, "" if nothing was asked for
	Caller   string // of the call that is on or rings
	Queue    string
	Calls    int64 // today
	Talk     int64 // milliseconds, today
	Misses   int   // in a row
}

// Agents are the agents as they are now, in their order.
func (d *Distributor) Agents() []Status {
	list := make([]Status, 0, len(d.roster))
	for _, a := range d.roster {
		s := Status{ID: a.ID, Name: a.Name, State: a.state, Reason: a.reason, Since: a.since, Next: a.next,
			Caller: a.caller, Calls: a.calls, Talk: a.talk, Misses: a.misses}
		if a.caller != "" && a.queue != nil {
			s.Queue = a.queue.Name
		}
		list = append(list, s)
	}
	return list
}
