package rules

import (
	"slices"

	"rexian/compiler/graph"
	"rexian/lang/ast"
)

// contradicted finds an atom that a path takes both ways, where some are given; -1 if there is none.
func (d *decider) contradicted(p *Path, given fixed) int {
	var stack []suspended
	m := &memory{known: map[int]truth{}, given: given}
	for id := range d.atoms {
		if is := d.beginsAs(id, p.Begin); is != unknown {
			m.known[id] = is
		}
	}
	for _, move := range p.Moves {
		e := move.Edge
		switch {
		case e.Kind == graph.Do:
			stack = append(stack, suspended{m, e.From.Of})
			m = m.fresh(d)
			continue
		case e.Kind == graph.Goto && move.At == nil:
			m, stack = m.fresh(d), nil
			continue
		case e.Needs != nil && len(stack) > 0:
			caller := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			m = caller.memory.after(m, d)
		case move.At != nil:
			of := move.At.Of
			for of != e.From.Of && len(stack) > 0 {
				caller := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				m, of = caller.memory.after(m, d), caller.of
			}
			if of != e.From.Of {
				m = m.fresh(d)
			}
			continue
		}
		if !d.along(e, m) {
			return d.clashing(e, m)
		}
	}
	return -1
}

// suspended is a flow that has done another: what is known in it, and which it is.
type suspended struct {
	*memory
	of *graph.Flow
}

// clashing finds an atom of an edge's condition that is known.
func (d *decider) clashing(e *graph.Edge, m *memory) int {
	seen := &memory{known: map[int]truth{}}
	d.guards(e, seen)
	for a := range d.atoms {
		if t := seen.known[a]; t != unknown && m.known[a] != unknown && m.known[a] != t {
			return a
		}
	}
	for a, at := range d.atoms { // what is one constant is no other
		for _, r := range at.rivals {
			if seen.known[a] == r.not && m.is(r.atom) == r.is {
				return r.atom
			}
		}
	}
	for a := range d.atoms { // a formula of several
		if m.known[a] != unknown && mentions(d, e, a) {
			return a
		}
	}
	return -1
}

// mentions tells whether an edge's condition has an atom in it.
func mentions(d *decider, e *graph.Edge, a int) bool {
	var in func(f *formula) bool
	in = func(f *formula) bool {
		switch {
		case f == nil:
			return false
		case f.op == "atom":
			return f.atom == a
		}
		return in(f.x) || in(f.y)
	}
	switch x := e.From.Step.(type) {
	case *ast.If:
		return in(d.logic.of(x.Cond))
	case *ast.Match:
		return slices.ContainsFunc(x.Arms, func(arm *ast.Arm) bool { return in(d.logic.arm(x, arm)) })
	}
	return e.Arm != nil && e.Arm.When != nil && in(d.logic.of(e.Arm.When))
}

// memory is all that is known along one path.
type memory struct {
	known map[int]truth
	given map[int]truth
}

func (m *memory) is(a int) truth {
	if t := m.given[a]; t != unknown {
		return t
	}
	return m.known[a]
}

func (m *memory) learn(a int, t truth) { m.known[a] = t }

// fresh is what is known in another flow.
func (m *memory) fresh(d *decider) *memory {
	n := &memory{known: map[int]truth{}, given: m.given}
	for a, t := range m.known {
		if !d.atoms[a].local {
			n.known[a] = t
		}
	}
	return n
}

// after is what is known where a flow has come back: what it left, and the locals of who did it.
func (m *memory) after(end *memory, d *decider) *memory {
	n := end.fresh(d)
	for a, t := range m.known {
		if d.atoms[a].local {
			n.known[a] = t
		}
	}
	return n
}
