package acd

import "math"

// goal is a target that queues have: a share of their callers is answered within a time. Queues with the same target
// have one goal, so that their callers are served in the order of joining.
type goal struct {
	share  float64
	within int64
	stress float64 // how far behind the others it is: see judge
	unit   float64 // what a wait is measured in, ms
}

// Each caller who is answered in time or late changes the stress of a target a little: so little that what is learnt is
// that of some thousands of callers, for one busy hour says little. The waits of the queue that is furthest behind
// weigh sixteen times those of the one furthest ahead at most, in the units of measure.
const (
	learning = 0.003
	farthest = 1.386 // ln 16 / 2
)

// goal finds the one of a target.
func (d *Distributor) goal(share float64, within int64) *goal {
	if share <= 0 || share >= 1 {
		share = DefaultShare
	}
	if within <= 0 {
		within = DefaultWithin
	}
	for _, g := range d.goals {
		if g.share == share && g.within == within {
			return g
		}
	}
	g := &goal{share: share, within: within}
	g.measure()
	d.goals = append(d.goals, g)
	return g
}

// measure works out the unit. It is the wait whose mean would keep the target were waits exponential, so that 80 % in
// 15 s and 90 % in 15 s can be compared; more of them for who is ahead, and less for who is behind. Head-of-line waits
// in these units alone (the delay ratio of Gurvich and Whitt) keep all targets when there are many agents; with few,
// queues with a short target fall behind: a line has not grown as long yet.
func (g *goal) measure() {
	g.unit = float64(g.within) / math.Log(1/(1-g.share)) * math.Exp(-g.stress)
}

// judge takes a caller in whose wait is over: stochastic approximation (Robbins and Monro 1951) of the weights by which
// all targets are missed, or exceeded, by as much. Who gave up before the time was over says nothing.
func (d *Distributor) judge(g *goal, waited int64, answered bool) {
	if waited <= g.within && !answered || len(d.goals) < 2 {
		return
	}
	hit := 0.0
	if waited <= g.within {
		hit = 1
	}
	change := learning * (g.share - hit)
	for _, o := range d.goals { // what counts is how they differ
		more := -change / float64(len(d.goals))
		if o == g {
			more += change
		}
		o.stress = min(max(o.stress+more, -farthest), farthest)
		o.measure()
	}
}

// sooner tells which of two callers an agent serves first.
func (d *Distributor) sooner(a, b *caller) bool {
	x, y := a.queue.goal, b.queue.goal
	if x == y {
		return before(a, b)
	}
	l, r := float64(d.now-a.key)/x.unit, float64(d.now-b.key)/y.unit
	return l > r || l == r && before(a, b)
}
