package check

import (
	"cmp"
	"slices"

	"rexian/lang/ast"
)

// Queues, flows, prompts, opening hours and mailboxes are values only as parameters, so what a parameter may stand for
// is known: whatever some call hands on for it, directly or through parameters of its own.

// into is an argument for a parameter that stands for a declared thing.
type into struct {
	flow  *FlowInfo // where it stands; nil for no flow
	param *Symbol
	arg   ast.Expr
}

// handsOn notes the arguments of a call.
func (c *checker) handsOn(m *Ref, params []*Symbol) {
	for i, p := range params {
		if !p.Type.IsBad() && p.Type.IsNamed() && i < len(m.Args) && m.Args[i] != nil {
			c.into = append(c.into, into{c.owner, p, m.Args[i]})
		}
	}
}

// pass finds what every parameter may stand for.
func (c *checker) pass() {
	p := c.p
	p.passed = map[*Symbol][]*Symbol{}
	to := map[*Symbol][]*Symbol{}
	type given struct{ param, thing *Symbol }
	seen := map[given]bool{}
	var work []given
	give := func(param, thing *Symbol) {
		if g := (given{param, thing}); !seen[g] {
			seen[g] = true
			work = append(work, g)
		}
	}
	for _, x := range c.into {
		for _, s := range p.namesIn(x.arg) {
			if s.Kind == Param {
				to[s] = append(to[s], x.param)
			} else {
				give(x.param, s)
			}
		}
	}
	for len(work) > 0 {
		g := work[len(work)-1]
		work = work[:len(work)-1]
		p.passed[g.param] = append(p.passed[g.param], g.thing)
		for _, next := range to[g.param] {
			give(next, g.thing)
		}
	}
	for _, list := range p.passed {
		slices.SortFunc(list, func(a, b *Symbol) int { return cmp.Compare(a.Index, b.Index) })
	}
}

// namesIn are the declared things, and the parameters that stand for some, that a value may be.
func (p *Program) namesIn(e ast.Expr) []*Symbol {
	switch e := e.(type) {
	case *ast.Paren:
		return p.namesIn(e.X)
	case *ast.Cond:
		return append(p.namesIn(e.Then), p.namesIn(e.Else)...)
	case *ast.Ref:
		if s := p.SymbolOf(e); s != nil && s.Type != nil {
			return []*Symbol{s}
		}
	}
	return nil
}

// ThingsOf are the declared things that a value of a named type may stand for, in their order: one for a name, several
// for a parameter.
func (p *Program) ThingsOf(e ast.Expr) []*Symbol {
	var list []*Symbol
	for _, s := range p.namesIn(e) {
		if s.Kind == Param {
			list = append(list, p.passed[s]...)
		} else {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *Symbol) int { return cmp.Compare(a.Index, b.Index) })
	return slices.Compact(list)
}

// Passed are the declared things that a parameter may stand for.
func (p *Program) Passed(param *Symbol) []*Symbol { return p.passed[param] }

// FlowsOf are the flows that a goto or do may enter: one for a name, several for a parameter.
func (p *Program) FlowsOf(r *ast.Ref) []*FlowInfo {
	if f := p.FlowOf(r); f != nil {
		return []*FlowInfo{f}
	}
	var list []*FlowInfo
	if s := p.SymbolOf(r); s != nil && s.Kind == Param {
		for _, t := range p.passed[s] {
			if t.Kind == Flow {
				list = append(list, p.Flows[t.Index])
			}
		}
	}
	return list
}

// eachLanguage checks what is said in each language: whatever prompt is meant has words or a recording in every one.
func (c *checker) eachLanguage() {
	for _, x := range c.eachOf {
		c.enter(x.file)
		for _, s := range c.p.ThingsOf(x.ref) {
			if s.Kind != Prompt {
				continue
			}
			p := c.p.Prompts[s.Index]
			for _, tag := range c.p.Languages {
				if p.Words[tag] == nil && p.Audio[tag] == "" && p.Audio[""] == "" {
					c.report("RX4102", x.ref.Span(), LanguageName(tag))
					break
				}
			}
		}
	}
}

// paramExits checks the flows that parameters stand for where they are entered: nothing is known of their parameters
// there, and they are entered as if they stood there.
func (c *checker) paramExits() {
	for _, x := range c.toParam {
		c.enter(x.flow.File)
		for _, f := range c.p.FlowsOf(x.ref) {
			x.flow.Exits = append(x.flow.Exits, Exit{Do: x.do, Target: f, Ref: x.ref})
			switch {
			case f.Form == SurveyForm:
				c.report("RX2014", x.ref.Span(), f.Name)
			case len(f.Params) > 0:
				c.report("RX2020", x.ref.Span(), f.Name)
			case f.Returns && !x.do:
				c.report("RX2013", x.ref.Span(), f.Name)
			}
		}
	}
}
