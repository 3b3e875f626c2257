package graph

import "rexian/lang/ast"

// handler is the edge from the entry of a flow to its handler of an outcome.
type handler struct {
	edge *Edge
	flow *Flow
}

// thrown is an outcome that a step leaves to the flows that run its own.
type thrown struct {
	from *Node
	tag  string
}

// reached tells, while it is being found out, which nodes calls can come to.
type reached []bool

// Takeable marks the edges that some call can take, by number: those that begin at a node that calls can come to, from a
// telephone number, a message, a campaign, or a handler of `defaults`. Every branch counts as possible, whatever its
// condition. The way on after a `do` needs a flow that comes to its end, a handler of an outcome needs a step that may
// have it and does not catch it itself.
func (g *Graph) Takeable() []bool {
	seen, take := make(reached, len(g.Nodes)), make([]bool, len(g.Edges))
	for _, n := range g.roots {
		seen[n.ID] = true
	}
	for changed := true; changed; {
		changed = false
		for _, e := range g.Edges {
			if take[e.ID] || !seen[e.From.ID] {
				continue
			}
			if holds := g.limits[e]; holds != nil && !holds(seen) {
				continue
			}
			take[e.ID], seen[e.To.ID], changed = true, true, true
		}
	}
	return take
}

// limited collects where calls begin, and the edges that need more than that their beginning is reached.
func (b *builder) limited() map[*Edge]func(reached) bool {
	g := b.g
	enter := func(fl *Flow) {
		if fl != nil {
			g.roots = append(g.roots, fl.Entry)
		}
	}
	for _, x := range b.p.Numbers {
		enter(g.flows[x.Flow])
	}
	for _, x := range b.p.Messages {
		enter(g.flows[x.Flow])
		enter(g.flows[x.Otherwise])
	}
	for _, x := range b.p.Campaigns {
		if x.Decl != nil && x.Decl.With != nil {
			enter(g.flows[b.p.FlowOf(x.Decl.With)])
		}
	}
	enter(g.Flows[len(g.Flows)-1])
	limits := map[*Edge]func(reached) bool{}
	for _, d := range b.dos {
		exit := g.flows[d.flow].Exit
		limits[d.edge] = func(seen reached) bool { return seen[exit.ID] }
	}
	for _, h := range b.caught {
		limits[h.edge] = func(seen reached) bool {
			for _, e := range h.edge.To.In {
				if e != h.edge && e.Kind == Outcome && e.Label == h.edge.Label && e.From.Kind != Entry && seen[e.From.ID] {
					return true
				}
			}
			for _, t := range b.thrown {
				if t.tag == h.edge.Label && h.flow.Info != nil && seen[t.from.ID] {
					return true
				}
			}
			return false
		}
	}
	return limits
}

// tables builds the hang-up edges of the lookups in tables. A table answers at once, so a caller can hang up there only
// while what was said before is still being heard.
func (b *builder) tables() {
	exits := map[*Edge]*Node{}
	for _, d := range b.dos {
		exits[d.edge] = b.g.flows[d.flow].Exit
	}
	for _, n := range b.lookups {
		if speaksBefore(n, exits) {
			b.hangup(n, n.Span)
		}
	}
}

// speaksBefore tells whether something said may still be heard at a node: there is a way back from it to words, with no
// step between that waits until they were heard.
func speaksBefore(n *Node, exits map[*Edge]*Node) bool {
	seen := map[*Node]bool{n: true}
	stack := []*Node{n}
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, e := range at.In {
			from := e.From
			if exit := exits[e]; exit != nil {
				from = exit // the way on after a do comes from the end of what was run
			}
			if seen[from] {
				continue
			}
			seen[from] = true
			switch from.Step.(type) {
			case *ast.Say, *ast.Pause:
				return true
			}
			if !waits(from) {
				stack = append(stack, from)
			}
		}
	}
	return false
}

// waits tells whether a step goes on only after all that was said has been heard, or cut off.
func waits(n *Node) bool {
	if n.Kind == Question {
		return true
	}
	for _, e := range n.Out {
		if e.Kind == Outcome {
			switch n.Step.(type) {
			case *ast.Callback, *ast.Send:
				return false // these go on behind the sound
			}
			return true
		}
	}
	return false
}
