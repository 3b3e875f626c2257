package graph

import (
	"strconv"

	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Build makes the graph of a checked program. It is deterministic. Of a program with errors it has what could be
// understood.
func Build(p *check.Program) *Graph {
	g := &Graph{byKey: map[key]*Edge{}, flows: map[*check.FlowInfo]*Flow{}, nodes: map[ast.Node]*Node{}}
	b := &builder{g: g, p: p, handlers: map[*ast.Arm]*Node{}}
	g.End = b.node(End, nil)
	for _, f := range p.Flows {
		b.flow, b.file = f, f.File
		fl := &Flow{Info: f, Entry: b.node(Entry, nil), Exit: b.node(Exit, nil)}
		fl.Entry.Span, fl.Exit.Span = f.Span, f.Span
		g.Flows = append(g.Flows, fl)
		g.flows[f] = fl
	}
	b.flow, b.file = nil, ""
	if p.DefaultsFlow != nil {
		b.file = p.DefaultsFlow.File
	}
	defaults := &Flow{Entry: b.node(Entry, nil), Exit: b.node(Exit, nil)}
	g.Flows = append(g.Flows, defaults)
	if p.Defaults != nil {
		b.handle(defaults, p.Defaults.Handlers)
	}
	for _, fl := range g.Flows[:len(p.Flows)] {
		f := fl.Info
		b.flow, b.file = f, f.File
		var after *Node
		switch {
		case f.Form == check.SurveyForm, f.Channel == check.Written, f.Returns && f.Body != nil && !b.mustReturn(f):
			after = fl.Exit // a survey or message flow just ends
		default:
			after = b.node(Fall, nil)
			after.Span = f.Span
		}
		s := scope{after: after, exit: fl.Exit}
		var first *Node
		if f.Menu != nil {
			first = b.menu(f.Menu, f.Menu, s)
			b.handle(fl, f.Handlers)
		} else if f.Body != nil {
			b.handle(fl, f.Handlers)
			first = b.block(f.Body, s)
		}
		if first != nil {
			b.edge(fl.Entry, first, Next, "", nil, f.Span)
		}
	}
	b.returns()
	b.tables()
	g.limits = b.limited()
	return g
}

// mustReturn tells whether falling off a flow that returns is a fault: when it returns a value.
func (b *builder) mustReturn(f *check.FlowInfo) bool {
	return f.Result != nil && f.Result.Kind != types.Nothing
}

type builder struct {
	g        *Graph
	p        *check.Program
	flow     *check.FlowInfo
	file     string
	handlers map[*ast.Arm]*Node // first node of each handler
	dos      []doEdge
	lookups  []*Node   // of tables
	caught   []handler // the edges to the handlers of outcomes
	thrown   []thrown
}

// doEdge is the Next edge of a do, whose activity depends on the flow it runs.
type doEdge struct {
	edge *Edge
	flow *check.FlowInfo
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
	n := &Node{ID: len(b.g.Nodes), Kind: k, Flow: b.flow, Step: step, File: b.file}
	if step != nil {
		n.Span = step.Span()
		b.g.nodes[step] = n
	}
	b.g.Nodes = append(b.g.Nodes, n)
	return n
}

func (b *builder) edge(from, to *Node, kind EdgeKind, label string, arm *ast.Arm, at diag.Span) *Edge {
	if to == nil {
		to = b.g.End
	}
	e := &Edge{ID: len(b.g.Edges), Kind: kind, From: from, To: to, Label: label, Span: at}
	b.g.Edges = append(b.g.Edges, e)
	from.Out = append(from.Out, e)
	to.In = append(to.In, e)
	var step ast.Node = from.Step
	if step == nil && arm != nil {
		step = arm
	}
	k := key{step, kind, label, arm}
	if b.g.byKey[k] == nil {
		b.g.byKey[k] = e
	}
	return e
}

// handle hangs handlers on a flow's entry, by an edge for each key and each label. All their nodes exist before the bodies of
// flows are built, since a step in one may fall to another.
func (b *builder) handle(fl *Flow, arms []*ast.Arm) {
	for _, arm := range arms {
		after := b.node(Fall, nil)
		after.Span = arm.Span()
		for _, l := range arm.Labels {
			if l.Hangup {
				after = b.g.End
			}
		}
		first := b.block(arm.Body, scope{after: after, exit: fl.Exit})
		b.handlers[arm] = first
		for _, k := range arm.Keys {
			b.edge(fl.Entry, first, Press, k.Keys, arm, arm.Span()).Active = true
		}
		for _, l := range arm.Labels {
			kind, label := b.labelled(l)
			e := b.edge(fl.Entry, first, kind, label, arm, arm.Span())
			if kind == Outcome {
				b.caught = append(b.caught, handler{e, fl})
			}
		}
	}
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

// block builds steps from the last to the first and returns the first node, or where the block leads if it is empty.
func (b *builder) block(bl *ast.Block, s scope) *Node {
	if bl == nil {
		return s.after
	}
	return b.steps(bl.Steps, s)
}

func (b *builder) steps(list []ast.Step, s scope) *Node {
	after := s.after
	for i := len(list) - 1; i >= 0; i-- {
		after = b.step(list[i], s.to(after))
	}
	return after
}

// step builds one step whose successor is s.after, and returns its first node.
func (b *builder) step(st ast.Step, s scope) *Node {
	switch x := st.(type) {
	case *ast.Bad:
		return s.after
	case *ast.If:
		n := b.node(Step, x)
		b.edge(n, b.block(x.Then, s), Branch, "then", nil, x.Then.Span())
		if x.Else != nil {
			b.edge(n, b.block(x.Else, s), Branch, "else", nil, x.Else.Span())
		} else {
			b.edge(n, s.after, Branch, "else", nil, x.Span())
		}
		return n
	case *ast.Match:
		n := b.node(Step, x)
		for _, arm := range x.Arms {
			b.edge(n, b.block(arm.Body, s), Branch, "", arm, arm.Span())
		}
		return n
	case *ast.Repeat:
		return b.loop(x, x.Body, s)
	case *ast.ForEach:
		return b.loop(x, x.Body, s)
	case *ast.MenuStep:
		return b.menu(x, x.Menu, s)
	case *ast.Let:
		if x.Source != nil && x.Source.Ask != nil {
			return b.ask(x, x.Source.Ask, s)
		}
		n := b.node(Step, x)
		if x.Source != nil && x.Source.Do != nil {
			b.do(n, x.Source.Do, s)
		} else {
			b.edge(n, s.after, Next, "", nil, x.Span())
		}
		if x.Source != nil && x.Source.Guard != nil {
			b.guard(n, x, x.Source.Guard.Else, s)
		}
		return n
	case *ast.Do:
		n := b.node(Step, x)
		b.do(n, x.Call, s)
		if x.Guard != nil {
			b.guard(n, x, x.Guard.Else, s)
		}
		return n
	case *ast.Goto:
		n := b.node(Step, x)
		if f := b.p.FlowOf(x.Target); f != nil {
			b.edge(n, b.g.flows[f].Entry, Goto, f.Name, nil, x.Span())
		}
		return n
	case *ast.Return:
		n := b.node(Step, x)
		b.edge(n, s.exit, Next, "", nil, x.Span())
		return n
	case *ast.Word:
		n := b.node(Step, x)
		to := s.after
		switch x.Kind {
		case "again":
			to = s.again
		case "next":
			to = s.next
		case "stop":
			to = s.stop
		case "hangup", "reject":
			to = b.g.End
		}
		b.edge(n, to, Next, "", nil, x.Span())
		return n
	case *ast.Voicemail:
		n := b.node(Step, x)
		b.edge(n, b.g.End, Next, "", nil, x.Span())
		b.edge(n, b.g.End, Hangup, "", nil, x.Span())
		return n
	case *ast.RunSurvey:
		n := b.node(Step, x)
		if sym := b.p.Find(x.Name.Text); sym != nil && sym.Kind == check.Flow {
			f := b.p.Flows[sym.Index]
			b.edge(n, b.g.flows[f].Entry, Do, f.Name, nil, x.Span())
			b.dos = append(b.dos, doEdge{b.edge(n, s.after, Next, "", nil, x.Span()), f})
		}
		return n
	case *ast.SurveyAsk:
		n := b.node(Question, x)
		b.edge(n, s.after, Answer, "", nil, x.Span()).Active = true
		if x.Kind != "record" && TriesOf(b.p, nil) > 1 { // a recording is made once
			b.edge(n, n, NoInput, "", nil, x.Span())
			b.edge(n, n, NoMatch, "", nil, x.Span())
		}
		b.edge(n, s.after, Tries, "", nil, x.Span())
		b.edge(n, b.g.End, Hangup, "", nil, x.Span())
		return n
	case *ast.Enqueue:
		return b.outcomes(x, x.Else, s)
	case *ast.Transfer:
		return b.outcomes(x, x.Else, s)
	case *ast.Callback:
		return b.outcomes(x, x.Else, s)
	case *ast.Send:
		return b.outcomes(x, x.Else, s)
	case *ast.Fax:
		return b.outcomes(x, x.Else, s)
	case *ast.ReceiveFax:
		return b.outcomes(x, x.Else, s)
	}
	n := b.node(Step, st)
	b.edge(n, s.after, Next, "", nil, st.Span())
	return n
}

// outcomes builds a step that goes on or ends in an outcome.
func (b *builder) outcomes(st ast.Step, e *ast.Else, s scope) *Node {
	n := b.node(Step, st)
	b.edge(n, s.after, Next, "", nil, st.Span())
	b.guard(n, st, e, s)
	return n
}

// loop builds repeat and for each.
func (b *builder) loop(st ast.Step, body *ast.Block, s scope) *Node {
	n := b.node(Loop, st)
	in := s.to(n)
	in.next, in.stop = n, s.after
	b.edge(n, b.block(body, in), Branch, "round", nil, st.Span())
	if _, counted := st.(*ast.Repeat); !counted || len(n.In) > 0 {
		// A repeat whose body never comes back to it has no last round.
		b.edge(n, s.after, Branch, "done", nil, st.Span())
	}
	return n
}

// do builds going into a flow and coming back, or calling the library.
func (b *builder) do(n *Node, r *ast.Ref, s scope) {
	f := b.p.FlowOf(r)
	if f == nil {
		b.edge(n, s.after, Next, "", nil, r.Span())
		return
	}
	b.edge(n, b.g.flows[f].Entry, Do, f.Name, nil, r.Span())
	b.dos = append(b.dos, doEdge{b.edge(n, s.after, Next, "", nil, r.Span()), f})
}

// guard builds the edges of a step's outcomes: its arms, its otherwise, the handlers.
func (b *builder) guard(n *Node, st ast.Step, e *ast.Else, s scope) {
	var body *Node
	if e != nil && e.Body != nil {
		body = b.block(e.Body, s)
	}
	arms := map[*ast.Arm]*Node{}
	if e != nil {
		for _, arm := range e.Arms {
			to := b.block(arm.Body, s)
			arms[arm] = to
			for _, k := range arm.Keys {
				b.edge(n, to, Press, k.Keys, arm, arm.Span()).Active = true
			}
		}
	}
	g := b.p.GuardOf(st)
	if g == nil {
		return // nothing is waited for
	}
	for i := range g.Catches {
		c := &g.Catches[i]
		switch {
		case c.Arm != nil && arms[c.Arm] != nil:
			b.edge(n, arms[c.Arm], Outcome, c.Tag, c.Arm, c.Arm.Span())
		case c.By == check.ByOtherwise && body != nil:
			b.edge(n, body, Outcome, c.Tag, nil, e.Body.Span())
		case c.By == check.ByCaller:
			b.thrown = append(b.thrown, thrown{n, c.Tag})
			to := b.g.End // it leaves the flow for a handler of one that runs it
			if c.Arm != nil && b.handlers[c.Arm] != nil {
				to = b.handlers[c.Arm] // or, where none of these has one, for that of defaults
			}
			b.edge(n, to, Outcome, c.Tag, nil, st.Span())
		case c.Arm != nil && b.handlers[c.Arm] != nil:
			b.edge(n, b.handlers[c.Arm], Outcome, c.Tag, nil, st.Span())
		}
	}
	if g.Lookup != nil && g.Lookup.Symbol != nil && g.Lookup.Symbol.Kind == check.Table {
		b.lookups = append(b.lookups, n)
		return // see tables
	}
	b.hangup(n, st.Span())
}

// hangup builds the edge of a caller who hangs up while a step waits. A message has no caller on the line.
func (b *builder) hangup(n *Node, at diag.Span) {
	if n.Flow == nil || n.Flow.Channel != check.Written {
		b.edge(n, b.g.End, Hangup, "", nil, at)
	}
}

// menu builds a menu: its lead, its question, its arms. It is known by st: the step, or the menu itself if declared.
func (b *builder) menu(st ast.Node, m *ast.Menu, s scope) *Node {
	q := b.node(Question, st)
	lead := b.steps(m.Lead, s.to(q))
	in := s
	in.again = lead
	b.arms(asked{q: q, limits: m.Limits, arms: m.Arms}, in)
	return lead
}

// ask builds a question for a value.
func (b *builder) ask(st ast.Node, a *ast.Ask, s scope) *Node {
	q := b.node(Question, st)
	lead := b.steps(a.Lead, s.to(q))
	in := s
	in.again = lead
	b.edge(q, s.after, Answer, "", nil, st.Span()).Active = true
	b.arms(asked{q: q, limits: a.Limits, arms: a.Arms, record: a.Record}, in)
	return lead
}

// returns finds which flows can return by quiet edges alone, and makes the Next edges of their callers active where they
// cannot: a fixpoint, from "none can".
func (b *builder) returns() {
	for _, d := range b.dos {
		d.edge.Active = true
	}
	for changed := true; changed; {
		changed = false
		for _, fl := range b.g.Flows {
			if !fl.QuietReturn && b.quiet(fl) {
				fl.QuietReturn, changed = true, true
			}
		}
		for _, d := range b.dos {
			if d.edge.Active && b.g.flows[d.flow].QuietReturn {
				d.edge.Active, changed = false, true
			}
		}
	}
	for _, fl := range b.g.Flows {
		fl.ReturnsAtAll = len(fl.Exit.In) > 0
	}
}

// quiet tells whether a flow's exit can be reached by quiet edges, own tries of questions included, without leaving the
// flow.
func (b *builder) quiet(fl *Flow) bool {
	seen := map[*Node]bool{}
	stack := []*Node{fl.Entry}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n == fl.Exit {
			return true
		}
		if seen[n] || n.Flow != fl.Info {
			continue
		}
		seen[n] = true
		for _, e := range n.Out {
			if !e.Active && e.Kind != Goto && e.Kind != Do {
				stack = append(stack, e.To)
			}
		}
	}
	return false
}
