package prove

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// Some values are absent by their nature: the answer to a survey's question that nobody answered, a fax that was not
// received, the number of a caller who withholds it, the area code of a mobile number, a wait that nobody can tell, the
// agent before there is one, the next opening while an emergency closure has no end. Where such a value may still be absent it is tested with `is
// empty`, or stands in a step whose own `otherwise` takes what comes of it; all else is found here. From where it may
// be absent every way is followed, but those that are open only if it is there, and those behind a place that used it.

// nature is a value that may be absent.
type nature struct {
	is     func(*check.Symbol) bool
	begins []*graph.Node
	call   bool // it is of the whole call
	spoken bool // it is the caller's number
}

// missing are the functions of the library whose value may be absent however they are asked.
var missing = map[string]bool{"area_code": true, "queue.expected_wait": true}

// isMissing tells whether an expression is such a value.
func (a *analysis) isMissing(e ast.Expr) bool {
	if x, ok := e.(*ast.Paren); ok && len(x.Tail) == 0 {
		return a.isMissing(x.X)
	}
	r, ok := e.(*ast.Ref)
	if !ok {
		return false
	}
	s := a.p.SymbolOf(r)
	return s != nil && s.Kind == check.Function && s.Lib != nil && missing[s.Lib.ID]
}

// absent reports the uses of values that may be absent by their nature.
func (a *analysis) absent() {
	for _, n := range a.g.Nodes {
		switch x := n.Step.(type) {
		case *ast.SurveyAsk:
			a.local(x, n, graph.Tries)
		case *ast.ReceiveFax:
			a.local(x, n, graph.Outcome)
		case *ast.Let:
			if x.Source != nil && !x.Set && a.isMissing(x.Source.Expr) {
				a.local(x, n, graph.Next)
			}
		case *ast.Match:
			a.reopens(x, n)
		}
	}
	var entries []*graph.Node
	for _, e := range a.p.Numbers {
		entries = append(entries, a.g.FlowOf(e.Flow).Entry)
	}
	caller := &nature{begins: entries, call: true, spoken: true, is: func(s *check.Symbol) bool {
		return s.Kind == check.Function && s.Lib != nil && s.Lib.ID == "caller"
	}}
	for _, n := range a.usesOf(caller) {
		a.report(diag.New("RX3013", n.File(), a.placeIn(n, caller)))
	}
	agent := &nature{begins: entries, call: true, is: func(s *check.Symbol) bool {
		return s.Kind == check.Function && s.Lib != nil && s.Lib.ID == "call.agent"
	}}
	a.unnamed()
	for _, n := range a.usesOf(agent) {
		a.report(diag.New("RX3014", n.File(), a.placeIn(n, agent), diag.Text{Zh: "通话.座席", En: "call.agent"}))
	}
}

// unnamed reports an area code that is used where it is asked for. A flow that tests one is taken to know: what is
// tested has no name by which it could be told that it is the same.
func (a *analysis) unnamed() {
	v := &nature{is: func(s *check.Symbol) bool {
		return s.Kind == check.Function && s.Lib != nil && s.Lib.ID == "area_code"
	}}
	knows := map[*check.FlowInfo]bool{}
	for _, n := range a.g.Nodes {
		if x, ok := n.Step.(*ast.If); ok {
			ast.Walk(x.Cond, func(e ast.Node) bool {
				if s, ok := e.(*ast.State); ok && s.Kind == "empty" && a.isMissing(s.X) {
					knows[n.Flow()] = true
				}
				return true
			})
		}
	}
	for _, n := range a.g.Nodes {
		if x, ok := n.Step.(*ast.Let); knows[n.Flow()] || ok && x.Source != nil && a.isMissing(x.Source.Expr) {
			continue
		}
		if at := a.placeIn(n, v); at != (diag.Span{}) {
			a.report(diag.New("RX3014", n.File(), at, diag.Text{Zh: "区号", En: "area_code"}))
		}
	}
}

// local looks after the local that a step declares and that is absent where the step ends by an edge of some kind.
func (a *analysis) local(step ast.Node, n *graph.Node, kind graph.EdgeKind) {
	s := a.p.LocalOf(step)
	if s == nil {
		return
	}
	v := &nature{is: func(x *check.Symbol) bool { return x == s }}
	for _, e := range a.g.Out(n) {
		if e.Kind == kind && e.To != n && e.Needs == nil {
			v.begins = append(v.begins, e.To)
		}
	}
	for _, use := range a.usesOf(v) {
		*a.add() = diag.New("RX3014", use.File(), a.placeIn(use, v), s.Name).WithRelated(n.File(), n.Span(),
			diag.Text{Zh: "这里可能没有得到它", En: "it may not be had here"})
	}
}

// reopens looks after the next opening that an arm for closed hours binds: it is absent while an emergency closure has
// no end, unless an arm before took that reason.
func (a *analysis) reopens(x *ast.Match, n *graph.Node) {
	for _, arm := range x.Arms {
		for _, l := range arm.Labels {
			m := a.p.LabelOf(l)
			if m == nil || m.Tag != "closed" || len(m.Fields) == 0 {
				continue
			}
			emergency := false
			if r, ok := m.Fields[0].Compare.(*ast.Ref); ok {
				s := a.p.SymbolOf(r)
				if emergency = s != nil && s.Tag == "emergency"; !emergency {
					continue
				}
			}
			if len(m.Fields) > 1 && m.Fields[1].Bind != nil {
				a.reopened(m.Fields[1].Bind, n, arm)
			}
			if emergency && (len(m.Fields) < 2 || m.Fields[1].Compare == nil) {
				return
			}
		}
	}
}

func (a *analysis) reopened(s *check.Symbol, n *graph.Node, arm *ast.Arm) {
	v := &nature{is: func(x *check.Symbol) bool { return x == s }}
	for _, e := range a.g.Out(n) {
		if e.Arm == arm {
			v.begins = append(v.begins, e.To)
		}
	}
	for _, use := range a.usesOf(v) {
		a.report(diag.New("RX3021", use.File(), a.placeIn(use, v), s.Name))
	}
}

func (a *analysis) add() *diag.Diagnostic {
	a.found = append(a.found, diag.Diagnostic{})
	return &a.found[len(a.found)-1]
}

// usesOf are the steps that use a value where it may be absent.
func (a *analysis) usesOf(v *nature) []*graph.Node {
	const unknown, no, yes = 0, 1, 2
	uses := make([]uint8, len(a.g.Nodes))
	used := func(n *graph.Node) bool {
		if uses[n.ID] == unknown {
			uses[n.ID] = no
			if a.placeIn(n, v) != (diag.Span{}) {
				uses[n.ID] = yes
			}
		}
		return uses[n.ID] == yes
	}
	a.g.Spread(v.begins, !v.call, func(e *graph.Edge) bool {
		return e.Kind != graph.Hangup && !used(e.From) && !a.implies(e, v)
	})
	var list []*graph.Node
	for id, u := range uses {
		if u == yes {
			list = append(list, a.g.Nodes[id])
		}
	}
	return list
}

// implies tells whether an edge is taken only if a value is there. Behind a queue there was an agent.
func (a *analysis) implies(e *graph.Edge, v *nature) bool {
	if _, queued := e.From.Step.(*ast.Enqueue); queued && v.call && !v.spoken && e.Kind == graph.Next {
		return true
	}
	x, ok := e.From.Step.(*ast.If)
	return ok && e.Kind == graph.Branch && slices.ContainsFunc(a.p.Present(x.Cond, e.Label == "then"), v.is)
}

// placeIn finds where a step uses a value that may be absent; the zero span if it does not.
func (a *analysis) placeIn(n *graph.Node, v *nature) diag.Span {
	if f := n.Flow(); v.spoken && f != nil && f.Form != check.HandlersForm && !f.Caller {
		return diag.Span{}
	}
	u := &user{p: a.p, v: v}
	switch x := n.Step.(type) {
	case nil, *ast.Repeat, *ast.MenuStep, *ast.Menu, *ast.Block, *ast.SurveyAsk, *ast.RunSurvey:
	case *ast.If:
		u.expr(x.Cond, false)
	case *ast.Match:
		u.expr(x.Value, false)
	case *ast.ForEach:
		u.expr(x.List, false)
	case *ast.Let:
		if x.Source != nil && x.Source.Ask == nil {
			u.asked(x.Source.Do, x.Source.Expr, x.Source.Guard)
		}
	case *ast.Do:
		u.asked(nil, x.Call, x.Guard)
	case ast.Act:
		u.act(x)
	default:
		u.node(x)
	}
	return u.at
}

// user looks for uses of a value in one step. present tells that it is known to be there.
type user struct {
	p  *check.Program
	v  *nature
	at diag.Span
}

// act looks through what an act is given.
func (u *user) act(a ast.Act) {
	var recipient ast.Node
	if of := check.Acts[a.Act()].Recipient; of != nil {
		recipient = of(a)
	}
	for _, part := range a.Parts() {
		if e, ok := part.(ast.Expr); ok && part == recipient {
			u.given(e, a.Otherwise())
		} else {
			u.node(part)
		}
	}
}

// given is a number that an act is for: what comes of its absence is the act's own otherwise to take.
func (u *user) given(e ast.Expr, els *ast.Else) {
	if e != nil && !(els != nil && slices.ContainsFunc(u.names(e), u.v.is)) {
		u.expr(e, false)
	}
}

// asked is what a lookup or a flow is given. A lookup may be given what is absent where it can do without, or where its
// own otherwise takes what comes of it.
func (u *user) asked(do *ast.Ref, e ast.Expr, g *ast.Guard) {
	if do != nil {
		u.node(do)
	}
	r, ok := e.(*ast.Ref)
	m := u.p.RefOf(r)
	if !ok || r == nil || m == nil || m.Symbol == nil || m.Symbol.Lib == nil || m.Symbol.Lib.Class != library.Lookup {
		u.expr(e, false)
		return
	}
	for i, arg := range m.Args {
		if arg == nil || slices.ContainsFunc(u.names(arg), u.v.is) &&
			(m.Symbol.Lib.Params[i].Optional || g != nil && g.Else != nil) {
			continue
		}
		u.expr(arg, false)
	}
}

func (u *user) names(e ast.Expr) []*check.Symbol {
	if r, ok := e.(*ast.Ref); ok {
		if s := u.p.SymbolOf(r); s != nil {
			return []*check.Symbol{s}
		}
	}
	return nil
}

func (u *user) expr(e ast.Expr, present bool) {
	if e == nil || present {
		return
	}
	u.node(e)
}

// node looks through a step or an expression. What follows a test is looked at only where the test leaves it open.
func (u *user) node(n ast.Node) {
	ast.Walk(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Block, *ast.Arm:
			return false
		case *ast.Ref:
			if s := u.p.SymbolOf(x); s != nil && u.v.is(s) && u.at == (diag.Span{}) {
				u.at = x.Span()
			}
		case *ast.State:
			return len(u.names(x.X)) == 0 || x.Kind != "empty" && !(x.Kind == "mobile" && u.v.spoken)
		case *ast.Cond:
			u.expr(x.C, false)
			u.expr(x.Then, u.there(x.C, true))
			u.expr(x.Else, u.there(x.C, false))
			return false
		case *ast.Binary:
			return u.binary(x)
		}
		return true
	})
}

func (u *user) there(cond ast.Expr, holds bool) bool {
	return slices.ContainsFunc(u.p.Present(cond, holds), u.v.is)
}

// binary tells whether both sides are to be looked through.
func (u *user) binary(x *ast.Binary) bool {
	switch x.Op {
	case words.And, words.Or:
		u.expr(x.X, false)
		u.expr(x.Y, u.there(x.X, x.Op == words.And))
		return false
	case words.Is, words.IsNot:
		_, a := x.X.(*ast.None)
		_, b := x.Y.(*ast.None)
		return !a && !b
	case words.In, words.NotIn: // who has no number is on no list
		y := u.names(x.Y)
		return len(y) == 0 || y[0].Kind != check.NamesList
	}
	return true
}
