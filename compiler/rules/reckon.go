package rules

import (
	"fmt"
	"slices"
	"time"

	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// reckoning is what one solution of the game from a flow to the points of a rule gives.
type reckoning struct {
	Time
	over []excess
}

// excess is a worst case beyond its limit.
type excess struct {
	keys    bool
	worst   int64
	to      *graph.Node
	path    *Path
	unbound *way // what nothing bounds, where that is why
}

// measure finds the times of one state, and refutes the rule where one is beyond its limit. Where a way that shows a
// time takes one condition both ways, it solves the game again and remembers that condition at each place.
func (c *claim) measure(fl *graph.Flow, given fixed, most limit, t *Time) {
	on := c.tracking(given, nil)
	r := c.reckon(on, fl, most)
	if r == nil {
		c.give(fl.Entry, diag.Text{Zh: "互相执行的流程太多，没有算完", En: "too many flows do each other to reckon them all"})
		return
	}
	for {
		broken := c.unlikely(r, given)
		if broken < 0 {
			break
		}
		if on = on.more(broken); on == nil {
			break
		}
		finer := c.reckon(on, fl, most)
		if finer == nil {
			break
		}
		r = finer
		c.v.Same = union(c.v.Same, c.kept(on.tracked))
	}
	t.join(&r.Time)
	for _, x := range r.over {
		switch {
		case x.unbound != nil:
			c.give(x.unbound.edge.From, *x.unbound.open)
		case !c.vague():
			c.refute(x.to.File(), x.to.Span(), x.why(), x.path)
		}
	}
}

// join takes the extremes of two times.
func (t *Time) join(r *Time) {
	if !r.Reached {
		return
	}
	t.Reached = true
	switch {
	case r.Worst < 0:
		t.Worst = -1
	case t.Worst >= 0 && r.Worst >= t.Worst:
		t.Worst, t.Slowest = r.Worst, r.Slowest
	}
	switch {
	case r.WorstKeys < 0:
		t.WorstKeys = -1
	case t.WorstKeys >= 0:
		t.WorstKeys = max(t.WorstKeys, r.WorstKeys)
	}
	if r.Best < t.Best {
		t.Best, t.Quickest = r.Best, r.Quickest
	}
	t.BestKeys = min(t.BestKeys, r.BestKeys)
}

// unlikely finds a condition that one of the ways of a reckoning takes both ways; -1 if none does.
func (c *claim) unlikely(r *reckoning, given fixed) int {
	paths := []*Path{r.Slowest, r.Quickest}
	for _, x := range r.over {
		paths = append(paths, x.path)
	}
	for _, p := range paths {
		if p == nil {
			continue
		}
		if broken := c.contradicted(p, given); broken >= 0 {
			return broken
		}
	}
	return -1
}

// why is half a sentence about an excess.
func (x *excess) why() diag.Text {
	switch {
	case x.worst >= endless:
		return diag.Text{Zh: "没有上限：机器可以让来电人一再绕回来",
			En: "there is no bound: the machine may send the caller back again and again"}
	case x.keys:
		return diag.Text{Zh: fmt.Sprintf("最多要按%d次键", x.worst), En: diag.Fill("it takes up to %d [key|keys]", x.worst)}
	}
	s := seconds(x.worst)
	return diag.Text{Zh: "最多要" + s.Zh, En: "it takes up to " + s.En}
}

// reckon solves the game from a flow, with some conditions remembered; nil if there are too many places.
func (c *claim) reckon(on *track, fl *graph.Flow, most limit) *reckoning {
	known, lead := c.arrivals(on, fl)
	a, begins := on.build(fl, c.spokenAt(fl), known, false)
	if a.full {
		return nil
	}
	r := &reckoning{Time: Time{Best: endless, BestKeys: endless}}
	is := c.targets(a)
	leads := a.reaching(is)
	a.price(leads)
	for _, b := range begins {
		if !leads[b] {
			continue
		}
		r.Reached = true
		c.play(a, b, is, most.time, r, false, lead)
		c.play(a, b, is, most.keys, r, true, lead)
		value := a.solve(is, bestTime, true, nil)
		if best := time.Duration(value[b]) * time.Millisecond; best < r.Best {
			moves, at, _ := a.follow(b, is, value, bestTime, true, nil)
			r.Best, r.Quickest = best, c.onward(a, b, moves, at, lead)
		}
		r.BestKeys = min(r.BestKeys, a.solve(is, keyCount, true, nil)[b])
	}
	return r
}

// arrivals are what may be known where calls come to a flow, and how each comes about. Of a flow that no call comes to
// nothing is known.
func (c *claim) arrivals(on *track, fl *graph.Flow) ([]facts, func(facts) *Path) {
	if len(on.tracked) == 0 {
		var way *Path
		return []facts{0}, func(facts) *Path {
			if way == nil {
				way = c.way(fl.Entry, on.given)
			}
			return way
		}
	}
	w := &walk{track: on, passes: nowhere, target: func(*graph.Node) bool { return false }}
	w.run()
	at := map[facts]int32{}
	var known []facts
	for i, it := range w.items {
		if it.node != fl.Entry.ID || it.event >= 0 {
			continue
		}
		f := it.facts &^ counting
		if _, ok := at[f]; !ok {
			at[f] = int32(i)
			known = append(known, f)
		}
	}
	if len(known) == 0 {
		known = []facts{0}
	}
	return known, func(f facts) *Path {
		i, ok := at[f]
		if !ok {
			return nil
		}
		return w.trace(i)
	}
}

// targets are the places of an arena that are points of the claim.
func (c *claim) targets(a *arena) func(int32) bool {
	hit := make([]bool, len(a.places))
	for i := range a.places {
		hit[i] = slices.ContainsFunc(c.Points,
			func(p *ast.Point) bool { return c.isPoint(a.g.Nodes[a.places[i].node], p) })
	}
	return func(i int32) bool { return hit[i] }
}

// usual is a way from a place that is too long without an emergency closure, which is rare; nil if there is none.
func (c *claim) usual(a *arena, b int32, most int64, m measure, lead func(facts) *Path) *Path {
	from := a.places[b].placeKey
	u, _ := a.build(a.g.Nodes[from.node].Of, []int{int(from.lang)}, []facts{from.facts}, true)
	at, ok := u.index[from]
	if u.full || !ok {
		return nil
	}
	is := c.targets(u)
	leads := u.reaching(is)
	if !leads[at] {
		return nil
	}
	u.price(leads)
	extra := u.rounds(m, leads)
	value := u.solve(is, m, false, extra)
	if value[at] <= most {
		return nil
	}
	moves, end, unbound := u.follow(at, is, value, m, false, extra)
	if unbound != nil {
		return nil
	}
	return c.onward(u, at, moves, end, lead)
}

// play solves the game from a place, for time or for keys.
func (c *claim) play(a *arena, b int32, is func(int32) bool, most int64, r *reckoning, keys bool,
	lead func(facts) *Path) {
	m := worstTime
	if keys {
		m = keyCount
	}
	extra := a.rounds(m, a.reaching(is))
	value := a.solve(is, m, false, extra)
	worst := value[b]
	unbounded := worst >= endless
	moves, at, unbound := a.follow(b, is, value, m, false, extra)
	d := time.Duration(worst) * time.Millisecond
	switch {
	case keys && unbounded:
		r.WorstKeys = -1
	case keys && r.WorstKeys >= 0:
		r.WorstKeys = max(r.WorstKeys, worst)
	case !keys && unbounded:
		r.Worst = -1
	case !keys && r.Worst >= 0 && d >= r.Worst:
		r.Worst, r.Slowest = d, c.onward(a, b, moves, at, lead)
	}
	if most < 0 || worst <= most {
		return
	}
	x := excess{keys: keys, worst: worst, to: a.g.Nodes[a.places[at].node], unbound: unbound}
	if unbound == nil {
		if x.path = c.usual(a, b, most, m, lead); x.path == nil {
			x.path = c.onward(a, b, moves, at, lead)
		}
	}
	r.over = append(r.over, x)
}

// onward is a way from the beginning of a call to a place and on from there.
func (c *claim) onward(a *arena, from int32, moves []Move, at int32, lead func(facts) *Path) *Path {
	way := lead(a.places[from].facts)
	if way == nil {
		return nil
	}
	path := *way
	path.Moves, path.To = slices.Concat(way.Moves, moves), a.g.Nodes[a.places[at].node]
	path.Given = c.assumed(a.given)
	return &path
}
