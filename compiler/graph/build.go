package graph

import (
	"slices"
	"strconv"

	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Build makes the graph of a checked program. It is deterministic. Of a program with errors it has what could be
// understood.
func Build(p *check.Program) *Graph {
	g := &Graph{program: p, flows: make(map[*check.FlowInfo]*Flow, len(p.Flows)),
		unlocks: map[*Node][]*Edge{},
		lasting: map[*ast.Arm]bool{}}
	size := 0
	for _, f := range p.Files {
		size += len(f.Text)
	}
	g.Nodes, g.all = make([]*Node, 0, size/16), make([]*Edge, 0, size/12) // about what there will be
	b := &builder{g: g, p: p}
	g.End = b.node(End, nil)
	for _, f := range p.Flows {
		b.declare(f, f.File)
	}
	file := ""
	if p.DefaultsFlow != nil {
		file = p.DefaultsFlow.File
	}
	defaults := b.declare(nil, file)
	if p.Defaults != nil {
		b.handle(p.Defaults.Handlers)
	}
	for _, fl := range g.Flows[:len(p.Flows)] {
		b.fl = fl
		b.body(fl)
	}
	b.unreached()
	b.outward(defaults)
	b.roots()
	g.link()
	if b.sounds() {
		g.link()
	}
	g.flow()
	if b.settleTries() {
		g.link()
		g.flow()
	}
	b.number()
	g.all = nil // in and out have them
	return g
}

type builder struct {
	g         *Graph
	p         *check.Program
	fl        *Flow
	inHandler bool // what is raised leaves the flow
	uncounted bool // no test can take these edges

	jumps   []jump
	pending []*Node // Raised and Escaped, not led on yet
	lookups []*Node // of tables
	asked   []*asked
	nodes   []Node // room for nodes and edges, many at a time
	edges   []Edge
}

// jump is a goto from one flow to another.
type jump struct{ from, to *Flow }

// declare makes the part of a flow with its ends.
func (b *builder) declare(f *check.FlowInfo, file string) *Flow {
	fl := &Flow{Info: f, Index: len(b.g.Flows), File: file}
	b.fl = fl
	fl.Entry, fl.Exit = b.node(Entry, nil), b.node(Exit, nil)
	if f != nil {
		fl.Entry.at, fl.Exit.at = placeOf(f.Span), placeOf(f.Span)
		b.g.flows[f] = fl
	}
	b.g.Flows = append(b.g.Flows, fl)
	return fl
}

// body builds the handlers and the steps of a flow, a menu or a survey.
func (b *builder) body(fl *Flow) {
	f := fl.Info
	b.handle(f.Handlers)
	s := scope{exit: fl.Exit, after: fl.Exit}
	if !b.mayEnd(f) {
		s.after = b.falls(f)
	}
	var first *Node
	switch {
	case f.Menu != nil:
		first = b.menu(f.Menu, f.Menu, s, true)
	case f.Body != nil:
		first = b.block(f.Body, s)
	default:
		return
	}
	b.edge(fl.Entry, first, Next, "", nil, f.Span)
}

// mayEnd tells whether a flow may just end: a survey, and one that answers a message and returns no value.
func (b *builder) mayEnd(f *check.FlowInfo) bool {
	return f.Form == check.SurveyForm || f.Channel == check.Written &&
		(f.Result == nil || f.Result.Kind == types.Nothing)
}

// falls is the end of a flow that must not just end.
func (b *builder) falls(f *check.FlowInfo) *Node {
	n := b.node(Fall, nil)
	n.Tag, n.at = "RX3001", placeOf(f.Span)
	if f.Returns {
		n.Tag = "RX3002"
	}
	if f.Body != nil && len(f.Body.Steps) > 0 {
		n.at = placeOf(f.Body.Steps[len(f.Body.Steps)-1].Span())
	}
	return n
}

// mustLeave is where the steps of an arm lead that have nothing to go on to.
func (b *builder) mustLeave(bl *ast.Block) *Node {
	n := b.node(Fall, nil)
	n.Tag = "RX3102"
	if bl != nil {
		n.at = placeOf(bl.Span())
		if k := len(bl.Steps); k > 0 {
			n.at = placeOf(bl.Steps[k-1].Span())
		}
	}
	return n
}

// unreached builds what campaigns do for targets that they could not reach, and with which step they write to them. No
// path of a call goes there.
func (b *builder) unreached() {
	b.uncounted = true
	for _, x := range b.p.Campaigns {
		for _, f := range []*check.FlowInfo{x.Unreached, x.Send} {
			if f == nil {
				continue
			}
			fl := b.declare(f, x.File)
			b.edge(fl.Entry, b.block(f.Body, scope{after: b.g.End, exit: b.g.End}), Next, "", nil, x.Span)
		}
	}
	b.uncounted = false
}

// scope is where control words lead.
type scope struct {
	after      *Node // after the block
	again      *Node
	next, stop *Node
	exit       *Node
}

func (s scope) to(after *Node) scope { s.after = after; return s }

func (b *builder) node(k NodeKind, step ast.Node) *Node {
	if len(b.nodes) == 0 {
		b.nodes = make([]Node, 512)
	}
	n := &b.nodes[0]
	b.nodes = b.nodes[1:]
	*n = Node{ID: int32(len(b.g.Nodes)), Kind: k, Of: b.fl, Step: step}
	if step != nil {
		n.at = placeOf(step.Span())
		if k != Round && k != Through {
			b.g.nodes.Set(step, n)
		}
	}
	b.g.Nodes = append(b.g.Nodes, n)
	return n
}

func (b *builder) edge(from, to *Node, kind EdgeKind, label string, arm *ast.Arm, at diag.Span) *Edge {
	if to == nil {
		to = b.g.End
	}
	if len(b.edges) == 0 {
		b.edges = make([]Edge, 512)
	}
	e := &b.edges[0]
	b.edges = b.edges[1:]
	*e = Edge{Kind: kind, From: from, To: to, Arm: arm, Label: label, at: placeOf(at)}
	if b.uncounted {
		e.ID = -1
	}
	b.g.all = append(b.g.all, e)
	return e
}

// lead makes an edge that only leads on.
func (b *builder) lead(from, to *Node, kind EdgeKind, label string) *Edge {
	e := b.edge(from, to, kind, label, nil, from.Span())
	e.ID = -1
	return e
}

// needs says that an edge is taken only if another node has been come to.
func (b *builder) needs(e *Edge, n *Node) {
	e.Needs = n
	b.g.unlocks[n] = append(b.g.unlocks[n], e)
}

// link tells every node its edges.
func (g *Graph) link() {
	g.out = g.adjacent(g.out, func(e *Edge) *Node { return e.From })
	g.in = g.adjacent(g.in, func(e *Edge) *Node { return e.To })
}

// adjacent sorts the edges by one of their ends, in the order in which they were made, in the room of what they were
// before.
func (g *Graph) adjacent(was adjacency, end func(*Edge) *Node) adjacency {
	a := adjacency{edges: slices.Grow(was.edges[:0], len(g.all))[:len(g.all)], from: make([]int32, len(g.Nodes)+1)}
	for _, e := range g.all {
		a.from[end(e).ID+1]++
	}
	for i := range g.Nodes {
		a.from[i+1] += a.from[i]
	}
	next := slices.Clone(a.from)
	for _, e := range g.all {
		id := end(e).ID
		a.edges[next[id]] = e
		next[id]++
	}
	return a
}

// handle builds the handlers of a flow: those for errors, hang-ups and keys hang on its entry, by an edge for each
// label and each key, those for outcomes on the outcome's node.
func (b *builder) handle(arms []*ast.Arm) {
	fl := b.fl
	b.inHandler = true
	for _, arm := range arms {
		var after *Node
		for _, l := range arm.Labels {
			if l.Hangup {
				after = b.g.End
			}
		}
		if after == nil {
			after = b.mustLeave(arm.Body)
		}
		first := b.block(arm.Body, scope{after: after, exit: fl.Exit})
		for _, k := range arm.Keys {
			b.edge(fl.Entry, first, Press, k.Keys, arm, arm.Span()).Active = true
		}
		for _, l := range arm.Labels {
			kind, label := b.labelled(l)
			from := fl.Entry
			if kind == Outcome {
				from = b.raised(fl, label)
				if fl.handles == nil {
					fl.handles = map[string]*Node{}
				}
				if fl.handles[label] != nil {
					continue
				}
				fl.handles[label] = from
			}
			b.edge(from, first, kind, label, arm, arm.Span())
		}
	}
	b.inHandler = false
}

// labelled tells the kind and label of the edge that a label makes.
func (b *builder) labelled(l *ast.ArmLabel) (EdgeKind, string) {
	if l.Hangup {
		return Hangup, ""
	}
	m := b.p.LabelOf(l)
	if m == nil || m.Tag == "" {
		return Branch, ""
	}
	switch m.Tag {
	case "error":
		return Error, ""
	case "noinput":
		return NoInput, count(m.Count)
	case "nomatch":
		return NoMatch, count(m.Count)
	}
	return Outcome, m.Tag
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// number gives the counted edges their numbers.
func (b *builder) number() {
	b.g.Edges = make([]*Edge, 0, len(b.g.all))
	for _, e := range b.g.all {
		if e.ID >= 0 {
			e.ID = int32(len(b.g.Edges))
			b.g.Edges = append(b.g.Edges, e)
		}
	}
}

// hangup builds the edge of a caller who hangs up while a step waits. A message has no caller on the line.
func (b *builder) hangup(n *Node, at diag.Span) {
	if f := n.Flow(); f == nil || f.Channel != check.Written {
		b.edge(n, b.g.End, Hangup, "", nil, at)
	}
}
