// Package chart draws a program as a call tree: each number leads to the menu that it enters, each key of a menu to
// what it chooses, and so on to the queues, the mailboxes and the ends of calls.
//
// A box is a flow or a menu; its lines are the ways out of it, in the order of the text, each with the key, the outcome
// or the condition that leads there. A flow is drawn once, where the fewest steps lead to it; where others go to it as
// well their lines name it. What there is comes from package graph, so that a picture shows just what can happen.
//
// The layout is a tree in columns: a box stands to the right of the box whose line leads to it, and nothing overlaps.
// The same program gives the same bytes.
package chart

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// Coverage is which of some edges tests took.
type Coverage struct{ Taken, Of int }

// Options are what a chart shows beside the tree.
type Options struct {
	Tongue diag.Tongue
	Source func(file string) []byte
	Title  string
	// Times are how long it takes from a flow to a person at worst; a flow that is not there leads to none. Nil: not
	// shown.
	Times map[*check.FlowInfo][]rules.Time
	// Covered tells of a flow how many of its edges tests took. Nil: not shown.
	Covered func(flow string) (Coverage, bool)
	// Taken tells whether tests took an edge. Nil: not shown.
	Taken func(id int32) bool
	// Traffic is what callers did. Nil: not shown.
	Traffic *Traffic
}

// Traffic is where the calls of a day went.
type Traffic struct {
	When    string // the day
	Calls   int
	Edge    func(id int32) int                    // calls that took an edge
	Flow    func(flow string) (calls, hungUp int) // calls that came to a flow, and those whose caller hung up there
	Entered func(kind Kind, flow string) int      // calls that came into a flow by a number, a message, a campaign
}

// Kind is what a box stands for, and what a line leads to.
type Kind string

// The kinds.
const (
	Number   Kind = "number"
	Message  Kind = "message"
	Campaign Kind = "campaign"
	Menu     Kind = "menu"
	Flow     Kind = "flow"
	Survey   Kind = "survey"
	Queue    Kind = "queue"
	Transfer Kind = "transfer"
	Mailbox  Kind = "mailbox"
	Callback Kind = "callback"
	Reply    Kind = "reply"
	End      Kind = "end"
)

// Box is one box of the chart.
type Box struct {
	Kind  Kind
	Title string
	Note  string // a second title: the time to a person
	Cover Coverage
	File  string
	At    diag.Span
	Lines []*Line
	// Calls came here, and of these HungUp hung up here; 0 where traffic is not shown.
	Calls, HungUp int

	X, Y, W, H float64
	info       *check.FlowInfo
	depth      int
}

// Line is one way out of a box.
type Line struct {
	By    string // the key with its label, the outcome, the condition; "" where it is just the next step
	To    string // what it leads to; "" where Child says it
	Kind  Kind   // of what it leads to
	Key   bool   // the caller presses it
	Box   *Box   // what it leads to, wherever that is drawn; nil for an end
	Child bool   // Box is drawn to the right of this line
	Tried bool   // tests went this way; true where that is not known
	Calls int    // that went this way
	At    diag.Span
	Y     float64 // its middle
}

// Chart is a laid-out chart.
type Chart struct {
	Options
	Boxes []*Box // from the top left, each before those that its lines lead to
	W, H  float64
	known map[*check.FlowInfo]*Box
}

// Make makes the chart of a program.
func Make(p *check.Program, g *graph.Graph, o Options) *Chart {
	c := &Chart{Options: o, known: map[*check.FlowInfo]*Box{}}
	for _, f := range p.Flows {
		c.known[f] = c.flow(f)
	}
	for _, f := range p.Flows {
		c.lines(p, g, c.known[f])
	}
	roots := c.roots(p)
	c.layout(c.tree(roots, p.Flows))
	return c
}

func (c *Chart) say(zh, en string) string { return diag.Text{Zh: zh, En: en}.In(c.Tongue) }

// roots are the boxes that calls and messages come in by: numbers that enter the same flow share one.
func (c *Chart) roots(p *check.Program) []*Box {
	var list []*Box
	enter := func(kind Kind, title string, f *check.FlowInfo, file string, at diag.Span) {
		if f == nil || c.known[f] == nil {
			return
		}
		for _, b := range list {
			if b.Kind == kind && kind != Campaign && b.Lines[0].Box == c.known[f] {
				b.Title += c.say("、", ", ") + title
				return
			}
		}
		to, calls := c.known[f], 0
		if c.Traffic != nil {
			calls = c.Traffic.Entered(kind, f.Name)
		}
		list = append(list, &Box{Kind: kind, Title: title, File: file, At: at, Calls: calls,
			Lines: []*Line{{Box: to, Kind: to.Kind, To: to.Title, Tried: true, Calls: calls, At: at}}})
	}
	for _, e := range written(p.Numbers) {
		enter(Number, e.Text, e.Flow, e.File, e.Span)
	}
	for _, e := range written(p.Messages) {
		title := e.Text
		if title == "" {
			title = c.say("其他来信", "other messages")
		}
		enter(Message, title, e.Flow, e.File, e.Span)
	}
	for _, x := range p.Campaigns {
		enter(Campaign, x.Name, p.FlowOf(x.Decl.With), x.File, x.Span)
		enter(Campaign, x.Name+c.say("（滴声后）", " (after beep)"), p.FlowOf(x.Decl.Beep), x.File, x.Span)
	}
	return list
}

// written puts what calls come in by into the order of the text: the author's first number is the hotline's own, and
// what it leads to is drawn behind it.
func written(list []check.Entry) []check.Entry {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b check.Entry) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	return list
}

// flow makes the box of a flow.
func (c *Chart) flow(f *check.FlowInfo) *Box {
	b := &Box{Kind: Flow, Title: f.Name, File: f.File, At: f.Span, info: f}
	switch f.Form {
	case check.MenuForm:
		b.Kind = Menu
	case check.SurveyForm:
		b.Kind = Survey
	}
	if f.Decl != nil {
		b.At = f.Decl.Span()
	}
	if c.Times != nil {
		b.Note = c.toPerson(c.Times[f])
	}
	if c.Covered != nil {
		b.Cover, _ = c.Covered(f.Name)
	}
	if c.Traffic != nil {
		b.Calls, b.HungUp = c.Traffic.Flow(f.Name)
	}
	return b
}

// lines finds the ways out of a flow.
func (c *Chart) lines(p *check.Program, g *graph.Graph, b *Box) {
	fl := g.FlowOf(b.info)
	if fl == nil {
		return
	}
	w := &ways{Chart: c, p: p, g: g, box: b}
	w.branches(b.info.Decl)
	var nodes []*graph.Node
	for _, n := range g.Nodes {
		if n.Of == fl && n.Step != nil && g.Live(n) && (n.Kind == graph.Step || n.Kind == graph.Question) {
			nodes = append(nodes, n)
		}
	}
	slices.SortStableFunc(nodes, func(x, y *graph.Node) int { return cmp.Compare(x.Span().Start, y.Span().Start) })
	for _, n := range nodes {
		w.node(n)
	}
}

// toPerson tells how long it takes to a person at worst; "" where nobody is come to.
func (c *Chart) toPerson(times []rules.Time) string {
	worst, ok := rules.Worst(times)
	switch {
	case !ok:
		return ""
	case worst.Worst < 0:
		return c.say("到人工无上限", "no bound to a person")
	}
	s := worst.Worst.Round(100 * time.Millisecond).Seconds()
	return c.say("≤ "+short(s)+" 秒到人工", "person ≤ "+short(s)+" s")
}

// ways collects the ways out of a flow.
type ways struct {
	*Chart
	p    *check.Program
	g    *graph.Graph
	box  *Box
	arms []branch
}

// branch is a part of a flow that is come to by something: a key, an outcome, a condition.
type branch struct {
	at  diag.Span
	by  string
	key bool
}

// branches finds the arms and the branches of a declaration.
func (w *ways) branches(d ast.Node) {
	if d == nil {
		return
	}
	ast.WalkSteps(d, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Arm:
			w.arms = append(w.arms, w.arm(x))
		case *ast.If:
			cond := w.expr(x.Cond)
			if x.Then != nil {
				w.arms = append(w.arms, branch{at: x.Then.Span(), by: cond})
			}
			if x.Else != nil {
				w.arms = append(w.arms, branch{at: x.Else.Span(), by: w.say("否则", "otherwise")})
			}
		case *ast.Else:
			if x.Body != nil {
				w.arms = append(w.arms, branch{at: x.Span(), by: w.say("否则", "otherwise")})
			}
		}
		return true
	})
}

// arm is what an arm is come to by.
func (w *ways) arm(x *ast.Arm) branch {
	b := branch{at: x.Span()}
	if len(x.Keys) > 0 {
		var keys []string
		for _, k := range x.Keys {
			keys = append(keys, k.Keys)
		}
		b.by, b.key = strings.Join(keys, "/"), true
		if x.Label != nil {
			if t, ok := x.Label.Plain(); ok {
				b.by += " " + t
			}
		}
		b.by = w.cut(b.by, 24)
		return b
	}
	var labels []string
	for _, l := range x.Labels {
		labels = append(labels, w.text(l.Span()))
	}
	if x.Otherwise {
		labels = append(labels, w.say("否则", "otherwise"))
	}
	b.by = w.cut(strings.Join(labels, w.say("、", ", ")), 24)
	return b
}

// node adds the way out that a step is, if it is one.
func (w *ways) node(n *graph.Node) {
	switch x := n.Step.(type) {
	case *ast.Goto, *ast.Do, *ast.RunSurvey, *ast.Let:
		for _, e := range w.g.Out(n) {
			if e.Kind != graph.Goto && e.Kind != graph.Do {
				continue
			}
			if to := w.known[e.To.Flow()]; to != nil {
				w.add(n, e, &Line{Box: to, Kind: to.Kind, To: to.Title})
			}
		}
	case *ast.Enqueue:
		w.add(n, nil, &Line{Kind: Queue, To: w.expr(x.Queue)})
	case *ast.Transfer:
		w.add(n, nil, &Line{Kind: Transfer, To: w.say("转接 ", "transfer ") + w.expr(x.Number)})
	case *ast.Callback:
		w.add(n, nil, &Line{Kind: Callback, To: w.say("预约回呼 ", "callback ") + w.expr(x.Queue)})
	case *ast.Voicemail:
		if x.Name != nil {
			w.add(n, nil, &Line{Kind: Mailbox, To: w.say("留言 ", "voicemail ") + x.Name.Text})
		}
	case *ast.Reply:
		w.add(n, nil, &Line{Kind: Reply, To: w.say("回复短信", "reply")})
	case *ast.Word:
		if x.Kind == words.Hangup || x.Kind == words.Reject {
			w.add(n, nil, &Line{Kind: End, To: w.say("挂机", "hang up")})
		}
	}
}

// add adds a way; ways to the same by failures of the same kind are one line.
func (w *ways) add(n *graph.Node, e *graph.Edge, l *Line) {
	l.At = n.Span()
	l.By, l.Key = w.by(n)
	l.Tried, l.Calls = w.tried(n, e), w.calls(n, e)
	for _, old := range w.box.Lines {
		if old.Kind == l.Kind && old.To == l.To && old.Key == l.Key {
			if old.By == l.By {
				old.Tried, old.Calls = old.Tried || l.Tried, old.Calls+l.Calls
				return
			}
			if !old.Key && old.By != "" && l.By != "" && len([]rune(old.By)) < 24 {
				if sep := w.say("、", ", "); !slices.Contains(strings.Split(old.By, sep), l.By) {
					old.By += sep + l.By
				}
				old.Tried, old.Calls = old.Tried && l.Tried, old.Calls+l.Calls
				return
			}
		}
	}
	w.box.Lines = append(w.box.Lines, l)
}

// by is the innermost branch that a step stands in.
func (w *ways) by(n *graph.Node) (string, bool) {
	var in branch
	for _, a := range w.arms {
		if a.at.Start <= n.Span().Start && n.Span().End <= a.at.End && a.at.Start >= in.at.Start {
			in = a
		}
	}
	return in.by, in.key
}

// tried tells whether tests went along an edge, or into a step.
func (w *ways) tried(n *graph.Node, e *graph.Edge) bool {
	if w.Taken == nil {
		return true
	}
	if e != nil && e.ID >= 0 {
		return w.Taken(e.ID)
	}
	edges := append(slices.Clone(w.g.In(n)), w.g.Out(n)...)
	counted := false
	for _, e := range edges {
		if e.ID >= 0 {
			if counted = true; w.Taken(e.ID) {
				return true
			}
		}
	}
	return !counted
}

// calls are how many calls went along an edge, or into a step.
func (w *ways) calls(n *graph.Node, e *graph.Edge) (sum int) {
	if w.Traffic == nil {
		return 0
	}
	if e != nil && e.ID >= 0 {
		return w.Traffic.Edge(e.ID)
	}
	for _, list := range [][]*graph.Edge{w.g.In(n), w.g.Out(n)} {
		counted := false
		for _, e := range list {
			if e.ID >= 0 {
				counted = true
				sum += w.Traffic.Edge(e.ID)
			}
		}
		if counted {
			break
		}
	}
	return min(sum, w.box.Calls)
}

func (w *ways) expr(e ast.Expr) string {
	if e == nil {
		return ""
	}
	return w.cut(w.text(e.Span()), 24)
}

func (w *ways) text(at diag.Span) string {
	src := w.Source(w.box.File)
	if at.Start < 0 || at.End > len(src) || at.Start > at.End {
		return ""
	}
	return strings.Join(strings.Fields(string(src[at.Start:at.End])), " ")
}

// cut shortens a text to some cells.
func (c *Chart) cut(s string, most int) string {
	if diag.Cells(s) <= most {
		return s
	}
	out := ""
	for _, r := range s {
		if diag.Cells(out+string(r)) > most-1 {
			break
		}
		out += string(r)
	}
	return out + "…"
}
