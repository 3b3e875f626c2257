package acd

import "math"

// goal is a target that queues have: a share of their callers is answered within a time. Queues with the same target
// have one goal, so that their callers are served in the order of joining.
type goal struct {
	share  float64
	within int64
	kept   float64 // the share of late that was answered in time: see count
	unit   float64 // what a wait is measured in, ms
}

// The share that was kept is that of the last memory callers or so. stress is how much more a queue's waits weigh for
// each point by which it is behind its target: at one point they count double.
const (
	memory = 1000
	stress = 100
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
	g := &goal{share: share, within: within, kept: share}
	g.measure()
	d.goals = append(d.goals, g)
	return g
}

// measure works out the unit. It is the wait whose mean would keep the target were waits exponential, so that 80 % in
// 15 s and 90 % in 15 s can be compared; more of them for who keeps more than is asked, and less for who is behind.
// Head-of-line waits in these units alone (the delay ratio of Gurvich and Whitt) keep all targets when there are many
// agents; with few, queues with a short target fall behind: a line has not grown as long yet.
func (g *goal) measure() {
	behind := g.share - g.kept
	weight := 1 + stress*behind
	if behind < 0 {
		weight = 1 / (1 - stress*behind)
	}
	g.unit = float64(g.within) / math.Log(1/(1-g.share)) / weight
}

// count takes a caller in whose wait is over. Who gave up before the time was over says nothing.
func (g *goal) count(waited int64, answered bool) {
	if waited <= g.within && !answered {
		return
	}
	hit := 0.0
	if waited <= g.within {
		hit = 1
	}
	g.kept += (hit - g.kept) / memory
	g.measure()
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
