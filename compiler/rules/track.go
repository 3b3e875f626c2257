package rules

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
)

// facts are what is known of the tracked atoms, two bits each, and in the last bit whether paths count already.
type facts uint64

const counting facts = 1 << 63

// mostTracked is how many atoms can be remembered.
const mostTracked = 31

// track is which atoms a search remembers at each place that it comes to.
type track struct {
	*decider
	given   fixed       // what a `when` says; it holds all through the call
	tracked []int       // the atoms that are remembered
	slot    map[int]int // of an atom: its place among them
}

// tracking remembers some atoms where others are given.
func (d *decider) tracking(given fixed, atoms []int) *track {
	t := &track{decider: d, given: given, tracked: atoms, slot: make(map[int]int, len(atoms))}
	for i, a := range atoms {
		t.slot[a] = i
	}
	return t
}

// more remembers one atom more; nil if it does already, or no more can be remembered.
func (t *track) more(atom int) *track {
	if len(t.tracked) == mostTracked || slices.Contains(t.tracked, atom) {
		return nil
	}
	return t.tracking(t.given, append(slices.Clone(t.tracked), atom))
}

// beginsAs tells what an atom is when a call begins: call data is empty, and a campaign calls a number, and within its
// hours only.
func (d *decider) beginsAs(id int, b Begin) truth {
	a := d.atoms[id]
	switch {
	case filledIn(a) || b.Open != nil && a.volatile == b.Open && opens(a):
		return yes
	case b.Kind == beginCall || b.Kind == beginText:
		return unknown
	case a.withheld:
		return no
	case b.Open != nil && b.Kind == beginDial:
		if c, ok := d.clocked[id]; ok {
			return d.window(b.Open).is(c)
		}
	}
	return unknown
}

// filledIn tells whether an atom says that call data is empty, which it is at first.
func filledIn(a *atom) bool {
	return len(a.about) == 1 && a.about[0].Kind == check.CallData && emptiness(a)
}

// initial is what is known when a call begins. It is false where the rule speaks of other calls.
func (t *track) initial(b Begin) (f facts, ok bool) {
	for id, so := range t.given {
		if is := t.beginsAs(id, b); is != unknown && is != so && !filledIn(t.atoms[id]) {
			return 0, false
		}
	}
	for slot, id := range t.tracked {
		f |= facts(t.beginsAs(id, b)) << (2 * slot)
	}
	return f, true
}

// global forgets what is known of locals: another flow has its own.
func (t *track) global(f facts) facts { return f &^ t.locals(f) }

// locals is what is known of locals only.
func (t *track) locals(f facts) (own facts) {
	for slot, id := range t.tracked {
		if t.atoms[id].local {
			own |= f & (3 << (2 * slot))
		}
	}
	return own
}

// lasting is what is known for as long as the call lasts: of values that nothing sets.
func (t *track) lasting(f facts) facts {
	for slot, id := range t.tracked {
		if slices.ContainsFunc(t.atoms[id].about, func(s *check.Symbol) bool {
			return s.Kind == check.Local || s.Kind == check.Param || s.Kind == check.CallData
		}) {
			f &^= 3 << (2 * slot)
		}
	}
	return f
}

// back is what is known where a flow has come back: what it left, and the locals of who did it.
func (t *track) back(caller, end facts) facts {
	return t.global(end)&^counting | t.locals(caller) | caller&counting
}

// take tells what is known after an edge, and whether it can be taken at all.
func (t *track) take(f facts, e *graph.Edge) (facts, bool) {
	if t.avoids(e) {
		return f, false
	}
	if len(t.tracked) == 0 && len(t.given) == 0 {
		return f, true
	}
	v := &view{t, f}
	if !t.along(e, v) {
		return f, false
	}
	return v.facts, true
}

// view is what is known at a place.
type view struct {
	*track
	facts facts
}

// is tells what is known of an atom.
func (v *view) is(a int) truth {
	if t := v.given[a]; t != unknown {
		return t
	}
	if s, ok := v.slot[a]; ok {
		return truth(v.facts >> (2 * s) & 3)
	}
	return unknown
}

func (v *view) learn(a int, t truth) {
	if s, ok := v.slot[a]; ok {
		v.facts = v.facts&^(3<<(2*s)) | facts(t)<<(2*s)
	}
}
