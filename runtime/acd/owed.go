package acd

import "math"

// Callers who are owed a call stand in the heaps like those on the line, by the key of the place that they had. They
// are called when the time to their turn is no longer than a telephone rings, and at the latest when their turn has
// come: then the agent is held for them while it rings. So nobody with a later key is served before them, they are
// served before nobody with an earlier one, and no more of them are called than agents will be free.
//
//	away ──Call──▶ ringing ──Reached──▶ waiting, as any other caller
//	                  └──Unreached──▶ away: the place is kept for who calls in; Left(unreached) when that is over
//
// Who joins the queue from the same number meanwhile has the place, and is called only if they leave again unserved.

// Times of callbacks, in milliseconds.
const (
	CallRing = 30_000  // how long the number of a caller who is owed a call rings
	KeptFor  = 900_000 // how long the place is kept of one who did not answer
	sight    = 1_000   // how often it is looked whose turn comes soon
)

// Reasons of Unreached that are not the person's: they are not called again for the first, and later for the other.
// Reasons of Left for who is owed a call.
const (
	Postponed = "postponed" // could not be called now
	Unreached = "unreached" // did not answer, and did not call within KeptFor
	Served    = "served"    // has called in and was answered
	Merged    = "merged"    // the same number is owed a call for this queue already
)

// owe lets a caller who is owed a call stand in a queue.
func (d *Distributor) owe(e Event) {
	q := d.queues[e.Queue]
	if d.callers[e.Caller] != nil {
		return
	}
	p := place{e.Queue, e.Number}
	key := e.Key
	if key == 0 {
		key = d.now
	}
	refuse := ""
	if q == nil || e.Number == "" {
		refuse = NoAgents
	} else if o := d.owed[p]; o != nil {
		refuse = Merged
		if key < o.key {
			o.key = key
			if o.at >= 0 {
				o.unstand()
				d.await(o)
			}
		}
	}
	if refuse != "" {
		d.decide(Decision{Kind: Left, Caller: e.Caller, Queue: e.Queue, Reason: refuse, Owed: true})
		return
	}
	d.joined++
	c := &caller{id: e.Caller, number: e.Number, queue: q, seq: d.joined, key: key, joined: min(key, d.now),
		first: min(key, d.now), at: -1, owed: true, away: true}
	d.callers[c.id], d.owed[p], c.place = c, c, p
	d.away++
	for _, o := range d.members(q) {
		if o.number == c.number && !o.owed && c.inside == nil {
			d.takes(o, c)
			if o.offer == nil {
				o.unstand()
				d.await(o)
			}
		}
	}
	d.plan(c)
	if e.Until > 0 {
		d.keep(c, e.Until, "")
		return
	}
	d.await(c)
	d.foresee()
}

// takes gives the place of one who is owed a call to the same person on the line. It returns the agent who was held.
func (d *Distributor) takes(c, owed *caller) *agent {
	owed.inside, c.stands = c, owed
	at := c.at >= 0
	c.unstand()
	if c.key = min(c.key, owed.key); at {
		d.stand(c)
	}
	owed.unstand()
	return d.letGo(owed)
}

// aside tells that a caller stands nowhere for now.
func (c *caller) aside() bool { return c.away && (c.inside != nil || c.kept != nil || c.later != nil) }

// hold lets an agent whose turn a caller is who is away wait until they have answered.
func (d *Distributor) hold(c *caller, a *agent, why *Why) {
	c.unstand()
	d.offered++
	why.Owed = true
	o := &offer{id: d.offered, caller: c, held: why}
	d.offers[o.id], c.offer = o, o
	d.reserve(o, c, a)
	d.call(c, a.ID)
}

// call has the number of a caller called, once.
func (d *Distributor) call(c *caller, held string) {
	if c.calling {
		return
	}
	c.calling = true
	d.decide(Decision{Kind: Call, Caller: c.id, Queue: c.queue.Name, Agent: held, Ring: CallRing, Owed: true})
}

// letGo takes away the agent who is held for a caller, nil if none is: the agent is ready, and in no list until free.
func (d *Distributor) letGo(c *caller) *agent {
	o := c.offer
	if o == nil || o.held == nil {
		return nil
	}
	a := o.agents[0]
	c.offer, o.caller = nil, nil
	d.forget(o, a)
	d.set(a, Ready, "")
	return a
}

// yields gives a caller on the line whom nobody ready can serve the agent who is held for one whose turn is later, if
// there is one. Who is away takes no such agent: there would be two calls for one.
func (d *Distributor) yields(c *caller) {
	if d.away == 0 || c.away {
		return
	}
	var later *caller
	for _, a := range d.roster {
		if a.offer == nil || a.offer.held == nil || !a.can(c.class) {
			continue
		}
		if o := a.offer.caller; d.sooner(c, o) && (later == nil || d.sooner(later, o)) {
			later = o
		}
	}
	if later == nil {
		return
	}
	a := d.letGo(later)
	why := &Why{Order: c.queue.Order, Yielded: true, Among: 1, Waited: d.now - c.first, Place: d.now - c.key,
		Next: d.now - later.first}
	d.offer(c, []*agent{a}, why)
	d.await(later)
}

// reached is a caller who has answered our call and is on the line.
func (d *Distributor) reached(c *caller) {
	if !c.away || !c.calling {
		return
	}
	c.away, c.calling = false, false
	d.away--
	c.kept.drop()
	c.later.drop()
	c.kept, c.later = nil, nil
	c.queue.members++
	d.watch(c.queue)
	o := c.offer
	if o == nil {
		c.unstand()
		d.await(c)
		return
	}
	why := o.held
	o.held = nil
	why.Waited, why.Place = d.now-c.first, d.now-c.key
	list := []*agent{o.agents[0]}
	if c.queue.Order == RingAll {
		for _, a := range d.ready {
			if a.can(c.queue.classes[c.queue.open[c.step]]) {
				list = append(list, a)
			}
		}
		sortListed(list)
	}
	o.agents = nil
	d.ring(o, c, list, why)
}

// unreached is a call to a caller that came to nothing.
func (d *Distributor) unreached(c *caller, reason string) {
	if !c.away || !c.calling {
		return
	}
	c.calling = false
	a := d.letGo(c)
	c.unstand()
	switch {
	case reason == Taken:
		d.left(c, Taken)
	case c.inside != nil: // speaks to us already
		d.decide(Decision{Kind: Kept, Caller: c.id, Queue: c.queue.Name, Reason: Postponed, Owed: true})
	case reason == Postponed:
		d.decide(Decision{Kind: Kept, Caller: c.id, Queue: c.queue.Name, Reason: Postponed, Owed: true})
		c.later = d.after(d.now+restTime, func() { c.later = nil; d.await(c); d.foresee() })
	default:
		d.keep(c, d.now+KeptFor, reason)
	}
	if a != nil {
		d.settle(a)
	}
}

// keep keeps the place of a caller who did not answer, until a moment; longer for one who has called in and waits.
func (d *Distributor) keep(c *caller, until int64, reason string) {
	c.unstand()
	c.kept.drop()
	c.kept = d.after(max(until, d.now), func() {
		if c.inside != nil {
			d.keep(c, d.now+KeptFor, "")
			return
		}
		d.left(c, Unreached)
	})
	if reason != "" {
		d.decide(Decision{Kind: Kept, Caller: c.id, Queue: c.queue.Name, Reason: reason, Owed: true})
	}
}

// gone is a caller who had answered our call and has hung up before an agent answered: the place is kept.
func (d *Distributor) gone(c *caller) {
	c.unstand()
	if o := c.offer; o != nil {
		o.caller, c.offer = nil, nil
		d.withdraw(c, o, nil)
	}
	c.longest.drop()
	c.away, c.due, c.moves = true, "", ""
	d.away++
	c.queue.members--
	d.watch(c.queue)
	d.keep(c, d.now+KeptFor, Abandoned)
}

// Key is the key of a caller who waits, false if nobody of the name does.
func (d *Distributor) Key(id string) (key int64, ok bool) {
	c := d.callers[id]
	if c == nil {
		return 0, false
	}
	return c.key, true
}

// foresee calls those whose turn comes within the time that their telephone rings, in their order, and no more than
// agents will be free within that time. It looks again as long as somebody is owed a call.
func (d *Distributor) foresee() {
	if d.looks != nil {
		return
	}
	waits := false
	for _, q := range d.listed {
		for {
			c := d.nextOwed(q)
			if c == nil {
				break
			}
			waits = true
			mean, _, ok := d.moments(q, d.ahead(c), d.now)
			if !ok || mean > CallRing || d.live(q) >= d.soon(q) {
				break
			}
			d.call(c, "")
		}
	}
	if waits {
		d.looks = d.after(d.now+sight, func() { d.looks = nil; d.foresee() })
	}
}

// nextOwed is who is to be called next for a queue.
func (d *Distributor) nextOwed(q *queue) *caller {
	var first *caller
	for _, c := range d.owed {
		if c.queue == q && c.away && !c.calling && !c.aside() && c.offer == nil && (first == nil || before(c, first)) {
			first = c
		}
	}
	return first
}

// live is how many of a queue are being called, or have answered and wait, for whom no agent is held or rings.
func (d *Distributor) live(q *queue) (n int) {
	for _, c := range d.owed {
		if c.queue == q && (c.calling || !c.away) && c.offer == nil {
			n++
		}
	}
	return n
}

// soon is how many agents a queue will have free within the time that a telephone rings.
func (d *Distributor) soon(q *queue) int {
	f := q.figures.sum(d.now)
	if f.Calls < leastCalls || f.Handled == 0 {
		return 0
	}
	return int(math.Floor(d.share(q, d.now) * float64(f.Calls) / float64(d.busy(q, f.Handled, d.now)) * CallRing))
}
