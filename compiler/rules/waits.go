package rules

import (
	"slices"
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// Wait is a step at which a call waits, with what follows each thing that may happen there. None is left out.
type Wait struct {
	Node  *graph.Node
	Cells []Cell
	way   func(*graph.Node) *Path
}

// Way is a way to the wait and on by one of its edges; nil if no call comes there.
func (w *Wait) Way(e *graph.Edge) *Path {
	p := w.way(w.Node)
	if p == nil {
		return nil
	}
	m := Move{Edge: e}
	if e.From != w.Node {
		m.At = w.Node
	}
	p.Moves, p.To = append(p.Moves, m), e.To
	return p
}

// Cell is what follows one thing that may happen at a wait: some edges, or none and why the call stays as it is.
type Cell struct {
	Event diag.Text // the key, "no key", "the caller hangs up", …
	Edges []*graph.Edge
	Stays diag.Text
}

// everyKey are the keys of a telephone.
const everyKey = "0123456789*#"

// What may happen at a wait besides keys.
var (
	timeout  = diag.Text{Zh: "时间到", En: "time runs out"}
	leaves   = diag.Text{Zh: "来电人挂机", En: "the caller hangs up"}
	noData   = diag.Text{Zh: "数据库断开", En: "the database is away"}
	noAgent  = diag.Text{Zh: "座席离开", En: "the agent is gone"}
	asBefore = diag.Text{Zh: "照常等待，与它无关", En: "goes on waiting: it does not need it"}
	kept     = diag.Text{Zh: "记下，留给下一个问题", En: "is kept for the next question"}
	ended    = diag.Text{Zh: "通话结束", En: "the call ends"}
)

// Waits lists the waits that calls come to, in the order of the files and lines.
func Waits(p *check.Program, g *graph.Graph) []Wait {
	d := newDecider(p, g, nil, never)
	seen := g.Reachable(g.Roots()...)
	var list []Wait
	for _, n := range g.Nodes {
		if !seen[n.ID] || !g.Live(n) || n.Flow() != nil && n.Flow().Channel == check.Written {
			continue
		}
		var cells []Cell
		switch n.Step.(type) {
		case *ast.Enqueue:
			cells = d.queueCells(n)
		case *ast.Transfer, *ast.Voicemail, *ast.Fax, *ast.ReceiveFax:
			cells = d.actCells(n)
		default:
			switch {
			case n.Kind == graph.Question:
				cells = d.questionCells(n)
			case n.Kind == graph.Step && d.looksUp(n):
				cells = d.lookupCells(n)
			default:
				continue
			}
		}
		list = append(list, Wait{n, cells, func(n *graph.Node) *Path { return d.way(n, nil) }})
	}
	slices.SortStableFunc(list, func(x, y Wait) int {
		if c := strings.Compare(x.Node.File(), y.Node.File()); c != 0 {
			return c
		}
		return x.Node.Span().Start - y.Node.Span().Start
	})
	return list
}

// looksUp tells whether a step waits for another system.
func (d *decider) looksUp(n *graph.Node) bool {
	st, ok := n.Step.(ast.Step)
	if !ok {
		return false
	}
	k := d.p.GuardOf(st)
	return k != nil && k.Lookup != nil && k.Lookup.Symbol != nil && k.Lookup.Symbol.Lib != nil
}

// leaving are the edges of a kind that leave a node, with one of some labels where any are given.
func (d *decider) leaving(n *graph.Node, kind graph.EdgeKind, labels ...string) (list []*graph.Edge) {
	for _, e := range d.g.Out(n) {
		if e.Kind == kind && e.Needs == nil && (len(labels) == 0 || slices.Contains(labels, e.Label)) {
			list = append(list, e)
		}
	}
	return list
}

// handlers are those that may take an event at a node: of its flow, else of the flows that do it, else of defaults.
func (d *decider) handlers(n *graph.Node, ev event) []*graph.Edge {
	var list []*graph.Edge
	seen := map[*graph.Flow]bool{}
	var up func(fl *graph.Flow)
	up = func(fl *graph.Flow) {
		if fl == nil || seen[fl] {
			return
		}
		seen[fl] = true
		own := 0
		for _, e := range d.g.Out(fl.Entry) {
			if e.Arm != nil && e.Kind == ev.kind && e.Label == ev.keys {
				list = append(list, e)
				own++
			}
		}
		if own > 0 {
			return
		}
		runners := d.g.Runners(fl)
		for _, r := range runners {
			up(r.Of)
		}
		if fl.Calls || len(runners) == 0 {
			up(d.g.Defaults())
		}
	}
	up(n.Of)
	return list
}

// hangup is what follows when the caller hangs up.
func (d *decider) hangup(n *graph.Node) Cell {
	var own []*graph.Edge
	for _, e := range d.leaving(n, graph.Hangup) {
		if e.Arm != nil {
			own = append(own, e)
		}
	}
	if len(own) == 0 {
		own = append(d.handlers(n, event{kind: graph.Hangup}), d.leaving(n, graph.Hangup)...)
	}
	return Cell{Event: leaves, Edges: own, Stays: ended}
}

// questionCells are those of a menu, a field or a recording.
func (d *decider) questionCells(n *graph.Node) (list []Cell) {
	record, field := false, false
	var rows *check.TableInfo
	switch x := n.Step.(type) {
	case *ast.Let:
		record, field = x.Source.Ask.Record, !x.Source.Ask.Record
		rows = d.p.AskRows(x.Source.Ask)
	case *ast.SurveyAsk:
		record = x.Kind == words.Record
	}
	wrong := append(d.leaving(n, graph.NoMatch), d.leaving(n, graph.Tries)...)
	for _, k := range strings.Split(everyKey, "") {
		c := Cell{Event: diag.Text{Zh: "按 " + k, En: "press " + k}}
		for _, e := range d.leaving(n, graph.Press) {
			if strings.HasPrefix(e.Label, k) {
				c.Edges = append(c.Edges, e)
			}
		}
		switch {
		case len(c.Edges) > 0:
		case record:
			c.Edges, c.Stays = d.leaving(n, graph.Answer), diag.Text{Zh: "结束录音", En: "ends the recording"}
		case rows != nil && !rows.Begins(k): // a miss
		case rows != nil && rows.Has(k) && d.p.AskType(n.Step.(*ast.Let).Source.Ask).Max == 1:
			c.Edges = d.leaving(n, graph.Answer)
		case field:
			c.Edges = append(d.leaving(n, graph.Answer), wrong...)
		default:
			if x, survey := n.Step.(*ast.SurveyAsk); survey && answers(x, k) {
				c.Edges = d.leaving(n, graph.Answer)
			}
		}
		if globalKeys(n) && (len(c.Edges) == 0 || record) {
			for _, ev := range d.events {
				if ev.kind == graph.Press && strings.HasPrefix(ev.keys, k) {
					c.Edges = append(c.Edges, d.handlers(n, ev)...)
				}
			}
		}
		if len(c.Edges) == 0 {
			c.Edges = wrong
		}
		if len(c.Edges) == 0 {
			c.Stays = kept
		}
		list = append(list, c)
	}
	miss := append(d.leaving(n, graph.NoInput), d.leaving(n, graph.Tries)...)
	if record {
		miss = append(miss, d.leaving(n, graph.Answer)...)
	}
	return append(list, Cell{Event: timeout, Edges: miss, Stays: ended}, d.hangup(n),
		Cell{Event: noData, Stays: asBefore}, Cell{Event: noAgent, Stays: asBefore})
}

// answers tells whether a key answers a question of a survey, or begins to.
func answers(x *ast.SurveyAsk, key string) bool {
	if len(x.Choices) == 0 {
		return key != "*" && key != "#"
	}
	return slices.ContainsFunc(x.Choices, func(c *ast.Choice) bool { return c.Key == key })
}

// away are the edges of the outcomes that tell that something is not there.
func (d *decider) away(n *graph.Node, tags ...string) []*graph.Edge {
	return d.leaving(n, graph.Outcome, tags...)
}

// lookupCells are those of a lookup: keys wait, time and the database end it.
func (d *decider) lookupCells(n *graph.Node) []Cell {
	gone := d.away(n, "unavailable")
	return append(d.keysKept(), Cell{Event: timeout, Edges: gone, Stays: asBefore}, d.hangup(n),
		Cell{Event: noData, Edges: gone, Stays: asBefore}, Cell{Event: noAgent, Stays: asBefore})
}

func (d *decider) keysKept() (list []Cell) {
	for _, k := range strings.Split(everyKey, "") {
		list = append(list, Cell{Event: diag.Text{Zh: "按 " + k, En: "press " + k}, Stays: kept})
	}
	return list
}

// queueCells are those of waiting for an agent.
func (d *decider) queueCells(n *graph.Node) (list []Cell) {
	for _, c := range d.keysKept() {
		c.Stays = diag.Text{Zh: "不理会", En: "is ignored"}
		for _, e := range d.leaving(n, graph.Press) {
			if "按 "+e.Label == c.Event.Zh {
				c.Edges = append(c.Edges, e)
			}
		}
		list = append(list, c)
	}
	gone := append(d.away(n, "no_agents", "closed"), d.leaving(n, graph.Next)...)
	return append(list, Cell{Event: timeout, Edges: d.away(n, "timeout"), Stays: asBefore}, d.hangup(n),
		Cell{Event: noData, Stays: asBefore}, Cell{Event: noAgent, Edges: gone, Stays: asBefore})
}

// actCells are those of a transfer, a mailbox, a fax.
func (d *decider) actCells(n *graph.Node) []Cell {
	list := d.keysKept()
	for i := range list {
		list[i].Stays = diag.Text{Zh: "不理会", En: "is ignored"}
		switch n.Step.(type) {
		case *ast.Transfer:
			list[i].Stays = diag.Text{Zh: "接通后对方听得到", En: "is heard by the other side once it has answered"}
		case *ast.Voicemail:
			list[i].Stays, list[i].Edges = diag.Text{Zh: "结束留言", En: "ends the message"}, d.leaving(n, graph.Next)
		}
	}
	over := d.away(n, "no_answer", "unavailable", "unknown")
	if len(over) == 0 {
		over = d.leaving(n, graph.Next)
	}
	return append(list, Cell{Event: timeout, Edges: over, Stays: ended}, d.hangup(n),
		Cell{Event: noData, Stays: asBefore}, Cell{Event: noAgent, Stays: asBefore})
}

// Outcome names an edge's outcome in both tongues; none for other edges.
func Outcome(e *graph.Edge) diag.Text {
	if e.Kind != graph.Outcome {
		return diag.Text{}
	}
	return library.TagName(e.Label)
}
