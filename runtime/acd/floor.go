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
			if c.queue == q {
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
	if c == nil || a == nil || a.at < 0 {
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
