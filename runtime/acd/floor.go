package acd

// Standing is how a queue stands now. Times are milliseconds.
type Standing struct {
	Name    string
	Closed  bool
	Waiting int   // callers who wait or are offered
	Longest int64 // how long the first of them has waited here
}

// Queues are the queues as they are now, as they were added.
func (d *Distributor) Queues(now int64) []Standing {
	list := make([]Standing, 0, len(d.listed))
	for _, q := range d.listed {
		s := Standing{Name: q.Name, Closed: q.closed, Waiting: q.members}
		for _, c := range d.callers {
			if c.queue == q && !c.away {
				s.Longest = max(s.Longest, now-c.joined)
			}
		}
		list = append(list, s)
	}
	return list
}

// Waits tells whether a caller waits or is offered.
func (d *Distributor) Waits(caller string) bool { return d.callers[caller] != nil }

// pick gives a caller who waits, or whom others are offered, to an agent who is ready and asks for it, whatever the
// order and the skills.
func (d *Distributor) pick(e Event) {
	c, a := d.callers[e.Caller], d.agents[e.Agent]
	if c == nil || c.away || a == nil || a.at < 0 {
		return
	}
	if o := c.offer; o != nil {
		o.caller, c.offer = nil, nil
		d.withdraw(c, o, nil)
	}
	c.unstand()
	d.offer(c, []*agent{a}, &Why{Order: c.queue.Order, Picked: true, Among: 1, Waited: d.now - c.first,
		Place: d.now - c.key, Idle: d.now - a.idle()})
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
