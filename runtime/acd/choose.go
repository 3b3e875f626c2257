package acd

// turn is the caller whom an agent serves next: of the first in each class the one who has waited longest in shares of
// the target, nil if nobody waits.
func (d *Distributor) turn(a *agent) (*caller, *Why) {
	var best, second *caller
	for _, id := range a.classes {
		l := d.classes[id].heap
		if len(l) == 0 {
			continue
		}
		switch c := l[0]; {
		case best == nil || d.sooner(c, best):
			best, second = c, best
		case second == nil || d.sooner(c, second):
			second = c
		}
	}
	if best == nil {
		return nil, nil
	}
	for _, c := range best.class.heap[1:min(3, len(best.class.heap))] { // the second of a heap is one of these
		if second == nil || d.sooner(c, second) {
			second = c
		}
	}
	w := &Why{Order: best.queue.Order, Among: 1, Waited: d.now - best.first, Place: d.now - best.key}
	if second != nil {
		w.Next = d.now - second.first
	}
	return best, w
}

// choose is who rings for a caller, of the agents who are ready: one, or all of them by ring_all; none if none can.
func (d *Distributor) choose(c *caller) ([]*agent, *Why) {
	q := c.queue
	w := &Why{Order: q.Order, Waited: d.now - c.first, Place: d.now - c.key}
	if c.last != "" {
		all := q.classes[len(q.classes)-1]
		if a := d.agents[c.last]; a != nil && a.at >= 0 && a.can(all) {
			w.Last, w.Among = true, 1
			return []*agent{a}, w
		}
	}
	var can []*agent
	for _, a := range d.ready {
		if a.can(c.class) {
			can = append(can, a)
		}
	}
	w.Among = len(can)
	if len(can) < 2 {
		return can, d.explain(w, can)
	}
	switch q.Order {
	case RingAll:
		sortListed(can)
		return can, w
	case Random:
		sortListed(can)
		can = can[int(q.draw()%uint64(len(can))):][:1]
		return can, d.explain(w, can)
	}
	best := can[0]
	for _, a := range can[1:] {
		if d.better(q, c.class, a, best) {
			best = a
		}
	}
	can = []*agent{best}
	return can, d.explain(w, can)
}

// explain adds to a reason how long the chosen agent has been idle.
func (d *Distributor) explain(w *Why, chosen []*agent) *Why {
	if len(chosen) == 1 {
		w.Idle = d.now - chosen[0].idle()
	}
	return w
}

// better tells which of two agents a queue prefers.
func (d *Distributor) better(q *queue, c *class, a, b *agent) bool {
	switch q.Order {
	case RoundRobin:
		x, y := a.listed > q.last, b.listed > q.last
		if x != y {
			return x
		}
		return a.listed < b.listed
	case InOrder:
		return a.listed < b.listed
	case FewestCalls:
		if x, y := a.calls*d.day(b), b.calls*d.day(a); x != y {
			return x < y
		}
	case LeastTalk:
		if x, y := float64(a.talk)*float64(d.day(b)), float64(b.talk)*float64(d.day(a)); x != y {
			return x < y
		}
	case Weighted:
		if x, y := a.level(c), b.level(c); x != y {
			return x > y
		}
	}
	if x, y := a.idle(), b.idle(); x != y {
		return x < y
	}
	return a.listed < b.listed
}

// day is how long an agent has been signed in today.
func (d *Distributor) day(a *agent) int64 {
	ms := a.signed
	if a.state != Out {
		ms += d.now - a.signedFrom
	}
	return max(ms, 1)
}

// level is how well an agent does what a class asks for.
func (a *agent) level(c *class) int {
	best := 0
	for _, s := range a.Skills {
		for _, name := range c.skills {
			if s.Name == name {
				best = max(best, s.Level)
			}
		}
	}
	return best
}

// draw is the next number of a queue's own: SplitMix64 (Steele, Lea and Flood 2014).
func (q *queue) draw() uint64 {
	q.random += 0x9e3779b97f4a7c15
	z := q.random
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// joint is the offer to all that an agent who becomes ready joins: the first in the order of callers.
func (d *Distributor) joint(a *agent) *offer {
	var best *offer
	for _, o := range d.offers {
		c := o.caller
		if c == nil || o.held != nil || c.queue.Order != RingAll || !a.can(c.queue.classes[c.queue.open[c.step]]) {
			continue
		}
		if best == nil || before(c, best.caller) {
			best = o
		}
	}
	return best
}

func sortListed(list []*agent) {
	for i := 1; i < len(list); i++ { // short, and nearly in order
		for j := i; j > 0 && list[j].listed < list[j-1].listed; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}
