package graph

import (
	"slices"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

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
		return b.branch(x, s)
	case *ast.Match:
		n := b.node(Step, x)
		for _, arm := range x.Arms {
			b.edge(n, b.block(arm.Body, s), Branch, "", arm, arm.Span())
		}
		return n
	case *ast.Repeat:
		return b.loop(x, x.Body, s, true)
	case *ast.ForEach:
		return b.loop(x, x.Body, s, false)
	case *ast.MenuStep:
		return b.menu(x, x.Menu, s, false)
	case *ast.Let:
		return b.let(x, s)
	case *ast.Do:
		n := b.node(Step, x)
		b.do(n, x.Call, s)
		if x.Guard != nil {
			b.guard(n, x, x.Guard.Else, s, false)
		}
		return n
	case *ast.Goto:
		n := b.node(Step, x)
		for _, f := range b.p.FlowsOf(x.Target) {
			to := b.g.flows[f]
			b.edge(n, to.Entry, Goto, f.Name, nil, x.Span())
			b.jumps = append(b.jumps, jump{b.fl, to})
		}
		return n
	case *ast.Return:
		n := b.node(Step, x)
		b.edge(n, s.exit, Next, "", nil, x.Span())
		return n
	case *ast.Word:
		return b.word(x, s)
	case *ast.Voicemail:
		n := b.node(Step, x)
		b.edge(n, b.g.End, Next, "", nil, x.Span())
		b.edge(n, b.g.End, Hangup, "", nil, x.Span())
		return n
	case *ast.RunSurvey:
		n := b.node(Step, x)
		if f := b.p.FlowNamed(x.Name.Text); f != nil {
			b.run(n, f, x.Span(), "", s)
		}
		return n
	case *ast.SurveyAsk:
		return b.surveyAsk(x, s)
	case ast.Act:
		return b.act(x, s)
	}
	n := b.node(Step, st)
	b.edge(n, s.after, Next, "", nil, st.Span())
	return n
}

// act builds a step that goes on, or is the end of the call, or ends in an outcome.
func (b *builder) act(a ast.Act, s scope) *Node {
	row := check.Acts[a.Act()]
	n := b.node(Step, a)
	to := s.after
	if row.Ends {
		to = b.g.End
	}
	b.edge(n, to, Next, "", nil, a.Span())
	b.guard(n, a, a.Otherwise(), s, row.Leaves)
	return n
}

// branch builds an if. A way that is open only with the answer to a survey's question is the caller's doing.
func (b *builder) branch(x *ast.If, s scope) *Node {
	n := b.node(Step, x)
	b.edge(n, b.block(x.Then, s), Branch, "then", nil, x.Then.Span()).Active = b.answered(x.Cond, true)
	other, at := s.after, x.Span()
	if x.Else != nil {
		other, at = b.block(x.Else, s), x.Else.Span()
	}
	b.edge(n, other, Branch, "else", nil, at).Active = b.answered(x.Cond, false)
	return n
}

func (b *builder) answered(cond ast.Expr, holds bool) bool {
	if b.fl.Info == nil || b.fl.Info.Form != check.SurveyForm {
		return false
	}
	return slices.ContainsFunc(b.p.Present(cond, holds), func(s *check.Symbol) bool {
		q, ok := s.Decl.(*ast.SurveyAsk)
		return ok && q.Kind != words.Record
	})
}

// let builds let and set. Without the value there is nothing to go on with, so the arms of a let leave; a set keeps
// what it had.
func (b *builder) let(x *ast.Let, s scope) *Node {
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
		b.guard(n, x, x.Source.Guard.Else, s, !x.Set)
	}
	return n
}

func (b *builder) word(x *ast.Word, s scope) *Node {
	n := b.node(Step, x)
	to := s.after
	switch x.Kind {
	case words.Again:
		to = s.again
	case words.Next:
		to = s.next
	case words.Stop:
		to = s.stop
	case words.Hangup, words.Reject:
		to = b.g.End
	}
	b.edge(n, to, Next, "", nil, x.Span())
	return n
}

// loop builds repeat and for each. A repeat has a round at least, so its way on comes from the end of one.
func (b *builder) loop(st ast.Step, body *ast.Block, s scope, counted bool) *Node {
	n := b.node(Loop, st)
	round := b.node(Round, st)
	in := s.to(round)
	in.next, in.stop = round, s.after
	b.edge(n, b.block(body, in), Branch, "round", nil, st.Span())
	b.lead(round, n, Next, "").Bounded = true
	last := n
	if counted {
		last = round
	}
	b.edge(last, s.after, Branch, "done", nil, st.Span())
	return n
}

// do builds going into a flow and coming back, or calling the library.
func (b *builder) do(n *Node, r *ast.Ref, s scope) {
	flows := b.p.FlowsOf(r)
	for _, f := range flows {
		through := ""
		if b.p.FlowOf(r) == nil {
			through = f.Name
		}
		b.run(n, f, r.Span(), through, s)
	}
	if len(flows) == 0 {
		b.edge(n, s.after, Next, "", nil, r.Span())
	}
}

// run builds going into a flow and coming back. through is the flow's name where a parameter stands for it.
func (b *builder) run(n *Node, f *check.FlowInfo, at diag.Span, through string, s scope) {
	to := b.g.flows[f]
	b.edge(n, to.Entry, Do, f.Name, nil, at)
	next := b.edge(n, s.after, Next, through, nil, at)
	b.needs(next, to.Exit)
	site := &Site{Node: n, In: b.fl, To: to, Next: next, InHandler: b.inHandler}
	b.fl.Sites = append(b.fl.Sites, site)
	to.sites = append(to.sites, site)
}

// guard builds the edges of a step's outcomes: its arms, its otherwise, and where the others are raised. leave says
// that the arms must leave.
func (b *builder) guard(n *Node, st ast.Step, e *ast.Else, s scope, leave bool) {
	arm := func(bl *ast.Block) *Node {
		if leave {
			return b.block(bl, s.to(b.mustLeave(bl)))
		}
		if bl == nil {
			return s.after
		}
		through := b.node(Through, bl)
		b.lead(through, s.after, Next, "")
		return b.block(bl, s.to(through))
	}
	var body *Node
	var arms map[*ast.Arm]*Node
	if e != nil {
		arms = make(map[*ast.Arm]*Node, len(e.Arms))
		if e.Body != nil {
			body = arm(e.Body)
		}
		for _, a := range e.Arms {
			to := arm(a.Body)
			arms[a] = to
			for _, k := range a.Keys {
				b.edge(n, to, Press, k.Keys, a, a.Span()).Active = true
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
		case c.By == check.Raised:
			b.edge(n, b.thrown(c.Tag), Outcome, c.Tag, nil, st.Span())
		}
	}
	if g.Lookup != nil && g.Lookup.Symbol != nil && g.Lookup.Symbol.Kind == check.Table {
		b.lookups = append(b.lookups, n)
		return // see sounds
	}
	b.hangup(n, st.Span())
}
