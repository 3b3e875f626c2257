package acd

import "slices"

// setAgent takes an agent: a new one is out, another goes on as before.
func (d *Distributor) setAgent(p *Agent) {
	if p == nil || p.ID == "" {
		return
	}
	a := d.agents[p.ID]
	if a == nil {
		d.listedAgents++
		a = &agent{listed: d.listedAgents, state: Out, since: d.now, at: -1}
		d.agents[p.ID] = a
		d.roster = append(d.roster, a)
	}
	if a.gone {
		a.gone, a.next = false, ""
	}
	a.Agent = *p
	a.Skills = slices.Clone(p.Skills)
	d.learn(a)
	d.count()
	if a.at >= 0 {
		d.unready(a)
		d.free(a)
	}
}

// agent does what an event says of an agent. One who is held for a caller is not any more, but where nothing changes.
func (d *Distributor) agent(a *agent, e Event) {
	switch e.Kind {
	case DropAgent, SignOut, SetBreak, Lost, Engage:
		if o := a.offer; o != nil && o.held != nil {
			c := o.caller
			d.letGo(c)
			defer d.await(c)
		}
	}
	switch e.Kind {
	case DropAgent:
		a.gone = true
		d.ask(a, Out, "")
	case SignIn:
		if a.state == Out || a.state == Unknown || a.next != "" {
			d.ask(a, Ready, "")
		}
	case SignOut:
		d.ask(a, Out, e.Reason)
	case SetReady:
		if a.state != Out {
			d.ask(a, Ready, "")
		}
	case SetBreak:
		if a.state != Out {
			d.ask(a, Break, e.Reason)
		}
	case Lost:
		if a.state != Out && a.state != Unknown && a.next != Out {
			if a.next == Break || a.state == Break {
				a.was = Break
			} else {
				a.was = Ready
			}
			d.ask(a, Unknown, e.Reason)
		}
	case Found:
		if a.state == Unknown {
			d.end(a, a.was, "")
		} else if a.next == Unknown {
			a.next = ""
		}
	case HoldOn:
		if a.state == Talking {
			d.set(a, Hold, "")
		}
	case HoldOff:
		if a.state == Hold {
			d.set(a, Talking, "")
		}
	case Engage:
		d.engage(a)
	case Disengage:
		d.disengage(a, a.direct-1)
	case TalkOver:
		if a.direct > 0 && a.offer == nil && e.Offer == 0 {
			d.disengage(a, 0)
		} else if a.offer != nil && (a.state == Talking || a.state == Hold) &&
			(e.Offer == 0 || a.offer.id == e.Offer) {
			d.over(a)
		}
	}
}

// engage is an agent who begins to talk to somebody whom no queue has sent.
func (d *Distributor) engage(a *agent) {
	a.direct++
	if a.state.on() || a.state == Out {
		return
	}
	if a.state == Break || a.state == Unknown {
		a.next, a.nextWhy = a.state, a.reason
	}
	a.wrap.drop()
	if a.state == WrapUp {
		a.wrappedAt = d.now
	}
	d.set(a, Talking, "")
}

// disengage is the end of talks that no queue has sent, but for so many. An agent who is with a caller of a queue, too,
// goes on with that one.
func (d *Distributor) disengage(a *agent, left int) {
	if a.direct == 0 {
		return
	}
	a.direct = max(left, 0)
	if a.direct > 0 || a.offer != nil || a.state != Talking && a.state != Hold {
		return
	}
	a.ended = d.now
	d.settle(a)
}

// ask brings an agent into a state, or notes it for the end of the call that is on.
func (d *Distributor) ask(a *agent, s State, reason string) {
	if a.state.on() {
		a.next, a.nextWhy = s, reason
		if s == Ready {
			a.next = ""
		}
		return
	}
	a.next = ""
	if a.state == s && !a.gone {
		return
	}
	if a.state == Out || a.state == Break || a.state == Unknown {
		a.came = d.now
	}
	d.end(a, s, reason)
}

// end is the end of what an agent did: what comes next.
func (d *Distributor) end(a *agent, s State, reason string) {
	a.wrap.drop()
	if s == Ready && a.direct > 0 { // another talk, which no queue has sent, goes on
		s, reason = Talking, ""
	}
	if a.state == WrapUp {
		a.wrappedAt = d.now
		a.queue.figures.handled(a.since, d.now)
	}
	d.set(a, s, reason)
	if a.gone && s == Out {
		d.unready(a)
		delete(d.agents, a.ID)
		d.roster = slices.DeleteFunc(d.roster, func(o *agent) bool { return o == a })
		return
	}
	d.free(a)
}

// settle brings an agent whose call is over to what was asked for meanwhile.
func (d *Distributor) settle(a *agent) {
	s, why := a.next, a.nextWhy
	if s == "" {
		s, why = Ready, ""
	}
	a.next, a.nextWhy = "", ""
	d.end(a, s, why)
}

// set changes an agent's state, and tells of the one that has ended.
func (d *Distributor) set(a *agent, s State, reason string) {
	if a.state == s && a.reason == reason {
		return
	}
	d.decide(Decision{Kind: Changed, Agent: a.ID, State: a.state, Reason: a.reason, From: a.since, Now: s,
		NowWhy: reason,
		Caller: a.caller})
	if (a.state == Out) != (s == Out) {
		if s == Out {
			a.signed += d.now - a.signedFrom
		} else {
			a.signedFrom, a.misses = d.now, 0
		}
		a.state = s
		d.count()
	}
	a.state, a.reason, a.since = s, reason, d.now
	if !s.on() && s != WrapUp {
		a.caller = ""
	}
	if s != Ready {
		d.unready(a)
		a.rest.drop()
		a.rest = nil
	}
}

func (d *Distributor) unready(a *agent) {
	if a.at < 0 {
		return
	}
	last := d.ready[len(d.ready)-1]
	d.ready[a.at], last.at = last, a.at
	d.ready[len(d.ready)-1] = nil
	d.ready = d.ready[:len(d.ready)-1]
	a.at = -1
}

// free lets an agent who is ready take the caller whose turn it is, or be there for the next.
func (d *Distributor) free(a *agent) {
	if a.state != Ready || a.rest != nil || a.at >= 0 {
		return
	}
	a.at = len(d.ready)
	d.ready = append(d.ready, a)
	if c, why := d.turn(a); c != nil {
		if c.away {
			d.hold(c, a, why)
			return
		}
		if list, w := d.choose(c); c.queue.Order == RingAll && len(list) > 0 {
			d.offer(c, list, w)
			return
		}
		d.offer(c, []*agent{a}, why)
		return
	}
	if o := d.joint(a); o != nil {
		d.ring(o, o.caller, []*agent{a}, &Why{Order: RingAll, Among: 1, Waited: d.now - o.caller.first})
	}
}

// fill offers whoever can be offered, after queues have changed.
func (d *Distributor) fill() {
	for _, a := range slices.Clone(d.ready) {
		if a.at >= 0 {
			d.unready(a)
			d.free(a)
		}
	}
}

// pause lets an agent rest before the next offer.
func (d *Distributor) pause(a *agent, ms int64) {
	a.rest.drop()
	a.rest = d.after(d.now+ms, func() { a.rest = nil; d.free(a) })
}

// offer lets telephones ring for a caller.
func (d *Distributor) offer(c *caller, list []*agent, why *Why) {
	c.unstand()
	d.offered++
	o := &offer{id: d.offered, caller: c}
	d.offers[o.id] = o
	c.offer = o
	d.ring(o, c, list, why)
}

func (d *Distributor) ring(o *offer, c *caller, list []*agent, why *Why) {
	q := c.queue
	names := make([]string, 0, len(list))
	for _, a := range list {
		names = append(names, a.ID)
		d.reserve(o, c, a)
		a.silent = d.after(d.now+silentTime, func() { d.giveUp(o, a) })
	}
	ring := q.Ring
	if ring <= 0 {
		ring = DefaultRing
	}
	d.decide(Decision{Kind: Offer, Offer: o.id, Caller: c.id, Queue: q.Name, Agents: names, Ring: ring, Why: why,
		Owed: c.owed})
}

// reserve keeps an agent for a caller.
func (d *Distributor) reserve(o *offer, c *caller, a *agent) {
	o.agents = append(o.agents, a)
	d.set(a, Reserved, "")
	a.offer, a.queue, a.caller = o, c.queue, c.id
	c.queue.last = a.listed
}

// giveUp ends the ringing of a telephone that does not ring.
func (d *Distributor) giveUp(o *offer, a *agent) {
	a.silent = nil
	if a.offer == o && a.state == Reserved && o.caller != nil {
		a.mute = true
		d.decide(Decision{Kind: Withdraw, Offer: o.id, Caller: o.caller.id, Agent: a.ID})
	}
}

// answer is what came of ringing.
func (d *Distributor) answer(e Event) {
	o, a := d.offers[e.Offer], d.agents[e.Agent]
	if o == nil || a == nil || a.offer != o || a.state != Reserved && a.state != Ringing {
		if e.Kind == Answered {
			d.decide(Decision{Kind: Dismiss, Offer: e.Offer, Agent: e.Agent})
		}
		return
	}
	switch {
	case e.Kind == Trying:
		a.silent.drop()
		a.silent = d.after(d.now+slowTime, func() { d.giveUp(o, a) })
	case e.Kind == Rings:
		d.set(a, Ringing, "")
	case e.Kind == Answered && o.caller == nil: // the caller has gone, or is another's
		d.decide(Decision{Kind: Dismiss, Offer: o.id, Agent: a.ID})
		d.released(o, a, Withdrawn)
	case e.Kind == Answered:
		d.connect(o, a)
	default:
		d.released(o, a, e.Reason)
	}
}

// connect gives a caller to the agent who answered.
func (d *Distributor) connect(o *offer, a *agent) {
	c := o.caller
	o.caller, c.offer = nil, nil
	a.answered, a.misses = d.now, 0
	d.set(a, Talking, "")
	if o := c.stands; o != nil {
		o.inside, c.stands = nil, nil
		d.leave(o, Served)
	}
	d.remove(c)
	if !c.owed { // who was away did not wait as others do
		c.queue.figures.at(d.now).Waited += d.now - c.joined
		d.judge(c.queue.goal, d.now-c.joined, true)
	}
	d.decide(Decision{Kind: Connect, Offer: o.id, Caller: c.id, Queue: c.queue.Name, Agent: a.ID, Owed: c.owed})
	d.withdraw(c, o, a)
	d.forget(o, a)
	a.offer = o // for the end of the talk
}

func (d *Distributor) forget(o *offer, a *agent) {
	a.silent.drop()
	a.silent, a.mute = nil, false
	o.agents = slices.DeleteFunc(o.agents, func(x *agent) bool { return x == a })
	a.offer = nil
	if len(o.agents) == 0 && o.caller == nil {
		delete(d.offers, o.id)
	}
}

// released is an agent whose telephone rings no more.
func (d *Distributor) released(o *offer, a *agent, reason string) {
	if a.mute && reason == Withdrawn {
		reason = Unreachable
	}
	d.forget(o, a)
	switch {
	case missed(reason):
		a.misses++
		a.missed = d.now
		if n := a.queue.Misses; n > 0 && a.misses >= n && a.next != Out {
			a.next, a.nextWhy = Out, Missed
		}
		d.pause(a, restTime)
	case reason == Unreachable || reason == Taken:
		d.pause(a, restTime)
	}
	c := o.caller
	if c == nil || len(o.agents) > 0 {
		d.settle(a)
		return
	}
	o.caller, c.offer = nil, nil
	delete(d.offers, o.id)
	switch { // the caller has the place again before the agent is free
	case c.due != "":
		d.left(c, c.due)
	case c.moves != "":
		d.move(c, c.moves)
	default:
		d.decide(Decision{Kind: Waits, Offer: o.id, Caller: c.id, Queue: c.queue.Name})
		d.stand(c)
	}
	d.settle(a)
	if c.offer == nil && c.at >= 0 {
		c.unstand()
		d.await(c)
	}
}

// over is the end of a talk.
func (d *Distributor) over(a *agent) {
	q := a.queue
	took := d.now - a.answered
	a.offer = nil
	a.calls++
	a.talk += took
	a.ended = d.now
	q.figures.at(d.now).Calls++
	q.figures.handled(a.answered, d.now)
	if q.WrapUp <= 0 || a.next == Out && a.gone {
		d.settle(a)
		return
	}
	d.set(a, WrapUp, "")
	a.wrap = d.after(d.now+q.WrapUp, func() { d.settle(a) })
}

// newDay begins the figures of the day anew.
func (d *Distributor) newDay() {
	for _, a := range d.roster {
		a.calls, a.talk, a.signed, a.signedFrom = 0, 0, 0, d.now
	}
	for p, k := range d.places {
		if k.until < d.now {
			delete(d.places, p)
		}
	}
}
