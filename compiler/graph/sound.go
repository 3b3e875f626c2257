package graph

import (
	"rexian/compiler/check"
	"rexian/lang/ast"
)

// sounds builds the hang-up edges of the lookups in tables. A table answers at once, so a caller can hang up there only
// while what was said before is still being heard: where words lead to with no step between that waits until they
// were heard. It tells whether there were any.
func (b *builder) sounds() bool {
	if len(b.lookups) == 0 {
		return false
	}
	g := b.g
	heard := make([]bool, len(g.Nodes)) // something may still be heard when the node is come to
	var stack []*Node
	pass := func(e *Edge) {
		if !heard[e.To.ID] {
			heard[e.To.ID] = true
			stack = append(stack, e.To)
		}
	}
	from := func(n *Node) {
		for _, e := range b.g.Out(n) {
			if e.Needs == nil {
				pass(e)
			}
		}
		for _, e := range g.unlocks[n] { // the way on after a do comes from the end of what was run
			pass(e)
		}
	}
	for _, n := range g.Nodes {
		switch n.Step.(type) {
		case *ast.Say, *ast.Pause:
			from(n)
		}
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !b.g.waits(n) {
			from(n)
		}
	}
	for _, n := range b.lookups {
		if heard[n.ID] {
			b.hangup(n, n.Span())
		}
	}
	return true
}

// waits tells whether a step goes on only after all that was said has been heard, or cut off.
func (g *Graph) waits(n *Node) bool {
	if n.Kind == Question {
		return true
	}
	for _, e := range g.Out(n) {
		if e.Kind == Outcome && n.Step != nil && e.Needs == nil {
			a, ok := n.Step.(ast.Act)
			return !ok || !check.Acts[a.Act()].Behind
		}
	}
	return false
}
