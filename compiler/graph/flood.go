package graph

// flood marks the nodes that edges lead to from some nodes, those included. An edge that needs another node is taken as
// soon as that one has been come to, or if it is among have, where that is given. It looks at each edge once.
func (g *Graph) flood(from []*Node, have []bool, follow func(*Edge) bool) []bool {
	seen := make([]bool, len(g.Nodes))
	if have == nil {
		have = seen
	}
	stack := make([]int32, 0, 64)
	come := func(n *Node) {
		if !seen[n.ID] {
			seen[n.ID] = true
			stack = append(stack, n.ID)
		}
	}
	for _, n := range from {
		come(n)
	}
	for len(stack) > 0 {
		n := g.Nodes[stack[len(stack)-1]]
		stack = stack[:len(stack)-1]
		for _, e := range g.Out(n) {
			if (e.Needs == nil || have[e.Needs.ID]) && follow(e) {
				come(e.To)
			}
		}
		if n.Kind != Exit && n.Kind != Escaped {
			continue
		}
		for _, e := range g.unlocks[n] {
			if have[n.ID] && seen[e.From.ID] && follow(e) {
				come(e.To)
			}
		}
	}
	return seen
}

// inside tells whether an edge stays within its flow.
func inside(e *Edge) bool { return e.Kind != Goto && e.Kind != Do }

// unasked tells whether the machine takes an edge by itself, and for ever if it comes to it again and again: a hang-up
// ends the call, and so does its third error.
func unasked(e *Edge) bool { return !e.Active && e.Kind != Hangup && e.Kind != Error }

// entries are the beginnings of all flows.
func (g *Graph) entries() []*Node {
	list := make([]*Node, len(g.Flows))
	for i, fl := range g.Flows {
		list[i] = fl.Entry
	}
	return list
}

// flow finds out what can be come to within each flow, and which flows come to their end by themselves.
func (g *Graph) flow() {
	entries := g.entries()
	g.live = g.flood(entries, nil, inside)
	g.quiet = g.flood(entries, nil, func(e *Edge) bool { return inside(e) && unasked(e) })
	all := entries
	for _, fl := range g.Flows {
		for _, n := range fl.handles {
			all = append(all, n)
		}
	}
	g.written = g.flood(all, g.live, inside)
	for _, fl := range g.Flows {
		fl.QuietReturn = g.quiet[fl.Exit.ID]
		for _, s := range fl.Sites {
			s.Next.Active = !g.quiet[s.To.Exit.ID]
		}
	}
}

// Takeable marks the edges that some call can take, by number: those that begin at a node that calls can come to, from
// a telephone number, a message, a campaign, or a handler of `defaults`. Every branch counts as possible, whatever its
// condition.
func (g *Graph) Takeable() []bool {
	seen := g.flood(g.roots, nil, func(*Edge) bool { return true })
	take := make([]bool, len(g.Edges))
	for i, e := range g.Edges {
		take[i] = seen[e.From.ID] && (e.Needs == nil || seen[e.Needs.ID])
	}
	return take
}

// Entered tells which flows calls, messages and campaigns can come to, in the order of Flows.
func (g *Graph) Entered() []bool {
	seen := g.flood(g.roots, nil, func(*Edge) bool { return true })
	list := make([]bool, len(g.Flows))
	for i, fl := range g.Flows {
		list[i] = seen[fl.Entry.ID]
	}
	return list
}

// Reachable marks the nodes that edges lead to from some nodes, those included.
func (g *Graph) Reachable(from ...*Node) []bool {
	return g.flood(from, nil, func(*Edge) bool { return true })
}

// Roots are where calls, messages and campaigns begin, and the entry of the handlers of defaults.
func (g *Graph) Roots() []*Node { return g.roots }

// Flood marks the nodes that edges which follow accepts lead to from some nodes, through all flows, those included.
func (g *Graph) Flood(from []*Node, follow func(*Edge) bool) []bool {
	return g.flood(from, nil, follow)
}

// Runners are the steps that run a flow.
func (g *Graph) Runners(fl *Flow) []*Node {
	list := make([]*Node, len(fl.sites))
	for i, s := range fl.sites {
		list[i] = s.Node
	}
	return list
}

// Spread follows the edges that follow accepts from some nodes: within a flow, or through all flows. A do goes on
// behind it once the end of what it runs has been come to as well.
func (g *Graph) Spread(from []*Node, within bool, follow func(*Edge) bool) {
	if within {
		g.flood(from, g.live, func(e *Edge) bool { return inside(e) && follow(e) })
		return
	}
	g.flood(from, nil, follow)
}
