package check

import (
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// block checks the steps of a block in a scope of its own.
func (c *checker) block(b *ast.Block) {
	if b == nil {
		return
	}
	c.scope(func() {
		for _, s := range b.Steps {
			c.step(s)
		}
	})
}

// voiceWords are the one-word steps that need a call.
var voiceWords = map[string]bool{"again": true, "hangup": true, "reject": true, "pause recording": true,
	"resume recording": true}

// step checks one step.
func (c *checker) step(s ast.Step) {
	c.channelOf(s)
	switch s := s.(type) {
	case *ast.Say:
		if s.Options {
			break
		}
		c.said(s.Said, false)
	case *ast.If:
		c.value(s.Cond, types.Of(types.YesNo))
		c.block(s.Then)
		c.block(s.Else)
	case *ast.Let:
		c.let(s)
	case *ast.Do:
		c.do(s)
	case *ast.MenuStep:
		if s.Menu != nil {
			c.menu(s.Menu)
		}
	case ast.Act:
		c.act(s)
	case *ast.Pause:
		c.figure(s.For, types.Of(types.Duration), "pause")
	case *ast.Language:
		c.value(s.To, types.Of(types.Language))
	case *ast.Goto:
		c.enterFlow(s.Target, false)
	case *ast.Match:
		c.match(s)
	case *ast.Repeat:
		c.loop()
		c.cap(s.Most, 1000)
		c.loops++
		c.block(s.Body)
		c.loops--
	case *ast.ForEach:
		c.loop()
		c.forEach(s)
	case *ast.Word:
		c.word(s)
	case *ast.Return:
		c.returned(s)
	case *ast.Voicemail:
		c.mailbox(s.Name)
	case *ast.RunSurvey:
		if f := c.wants(s.Name, Flow); f != nil && c.p.Flows[f.Index].Form != SurveyForm {
			c.report("RX2004", s.Name.Span(), s.Name.Text, kindText[Flow], diag.Text{Zh: "问卷", En: "a survey"})
		} else if f != nil && c.flow != nil {
			c.flow.Exits = append(c.flow.Exits, Exit{Do: true, Target: c.p.Flows[f.Index]})
		}
	case *ast.Reply:
		c.text(s.Text, written, false, false)
	case *ast.Attach:
		if t := c.expr(s.Value, nil); !t.IsBad() {
			switch {
			case t.Secret:
				c.leaked("RX6004", s.Value)
			case t.IsNamed() || t.Kind == types.Nothing || t.Kind == types.Message:
				c.report("RX2128", s.Value.Span(), t.Describe())
			}
		}
	case *ast.Mark:
		c.fixed(s.Name)
		if m := plain(s.Name); m != "" {
			c.marks[m]++
			c.kept.mark(m, c.owner)
		}
	case *ast.Topic:
		c.value(s.Value, types.Of(types.Text))
		if t, ok := s.Value.(*ast.StringLit); ok {
			c.worth(t)
		}
	case *ast.SurveyAsk:
		c.surveyAsk(s)
	}
}

// putThrough checks what a call is put through to: a number of the network, or an extension of 3 to 8 digits.
func (c *checker) putThrough(e ast.Expr) {
	extension := &types.Type{Kind: types.Digits, Min: 3, Max: 8}
	want := types.Of(types.Phone)
	if extensions(e) {
		want = extension
	}
	t := c.expr(e, want)
	if t.Kind == types.Digits && t.Min >= 3 && t.Max <= 8 {
		want = extension
	}
	c.fit(e, t, want)
}

// extensions tells whether an expression is written as an extension, or as one of two.
func extensions(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.StringLit:
		text, whole := x.Plain()
		return whole && ident.IsExtension(text)
	case *ast.Paren:
		return len(x.Tail) == 0 && extensions(x.X)
	case *ast.Cond:
		return len(x.Tail) == 0 && extensions(x.Then) && extensions(x.Else)
	}
	return false
}

// word checks a step of one word: some need something around them.
func (c *checker) word(s *ast.Word) {
	switch s.Kind {
	case words.Again:
		if c.questions == 0 {
			c.report("RX2017", s.Span(), spelt("重听", "again"),
				diag.Text{Zh: "菜单或询问的分支", En: "an arm of a menu or a question"})
		}
	case words.Next, words.Stop:
		if c.loops == 0 {
			name := spelt("下一轮", "next")
			if s.Kind == words.Stop {
				name = spelt("跳出", "stop")
			}
			c.report("RX2017", s.Span(), name, diag.Text{Zh: "“重复”或“逐条”", En: "repeat or for each"})
		}
	}
}

func spelt(zh, en string) diag.Text { return diag.Text{Zh: zh, En: en} }

// let checks let and set.
func (c *checker) let(s *ast.Let) {
	src := s.Source
	if src == nil || s.Name == nil {
		return
	}
	var target *Symbol
	if s.Set {
		target = c.settable(s.Name)
	}
	var want *types.Type
	if target != nil {
		want = target.Type
	}
	t, span := bad, src.Span()
	var m *Ref
	var outcomes []string
	switch {
	case src.Ask != nil:
		t = c.ask(src.Ask, s, target)
		if !s.Set {
			return // declared by ask, since its confirmation may speak it
		}
	case src.Do != nil:
		t = c.doFlow(src.Do, src.Guard, true)
		if src.Do != nil {
			span = src.Do.Span()
		}
	case src.Expr != nil:
		t, m, outcomes = c.source(src.Expr, want)
		span = src.Expr.Span()
		if t.Kind == types.Nothing {
			explain(c.report("RX2129", span), m)
			t = bad
		}
	}
	if src.Ask == nil {
		c.guarded(s, m, t, outcomes, src.Guard)
	}
	if s.Set {
		if target == nil {
			return
		}
		c.p.locals.Set(s, target)
		if !t.IsBad() && t.Secret {
			explain(c.report("RX6004", span), m)
			return
		}
		if !t.IsBad() && t.Kind != types.None && !t.Fits(target.Type) {
			c.report("RX2101", span, target.Type.Describe(), t.Describe())
		}
		return
	}
	switch {
	case t.IsBad():
	case t.IsNamed() || t.Kind == types.Nothing:
		c.report("RX2128", span, t.Describe())
		t = bad
	case t.Kind == types.None || t.Kind == types.ListOf && t.Elem.IsBad() && m == nil && isEmptyList(src.Expr):
		c.report("RX2119", span)
		t = bad
	}
	c.declare(Local, s.Name, t, s)
}

func isEmptyList(e ast.Expr) bool { l, ok := e.(*ast.List); return ok && len(l.Items) == 0 }

// settable finds what set changes: a let of the same flow, or call data.
func (c *checker) settable(n *ast.Name) *Symbol {
	if n.Text == "" {
		return nil
	}
	s := c.symbol(n.Text)
	if s == nil {
		c.unknown(n, nil)
		return nil
	}
	c.used(s)
	c.occurs(n, s)
	if s.Kind == CallData {
		return s
	}
	if _, isLet := s.Decl.(*ast.Let); s.Kind == Local && isLet {
		return s
	}
	c.report("RX2130", n.Span(), n.Text, kindText[s.Kind])
	return nil
}

// source types the right side of a let or set, or what follows do: the one place for a lookup. m is set, with the
// outcomes, when it is one.
func (c *checker) source(e ast.Expr, want *types.Type) (t *types.Type, m *Ref, outcomes []string) {
	r, ok := e.(*ast.Ref)
	if !ok {
		return c.expr(e, want), nil, nil
	}
	t = c.ref(r, want, true)
	if t == nil {
		t = bad
	}
	c.p.types.Set(e, t)
	m = c.p.RefOf(r)
	if m == nil || m.Symbol == nil {
		return t, nil, nil
	}
	switch {
	case m.Symbol.Kind == Table && m.Key == nil:
		return bad, nil, nil
	case m.Symbol.Kind == Table:
		return t, m, library.TableOutcomes
	case m.Symbol.Kind == Function && m.Symbol.Lib.Class == library.Lookup:
		return t, m, m.Symbol.Lib.AllOutcomes()
	case m.Symbol.Kind == Flow && m.Called:
		c.report("RX2118", e.Span(), m.Symbol.Name)
		return bad, nil, nil
	}
	return t, nil, nil
}

// do checks `do f(…)`: a flow that returns, or a lookup whose result is dropped.
func (c *checker) do(s *ast.Do) {
	if s.Call == nil || s.Call.Name == nil || s.Call.Name.Text == "" {
		return
	}
	if sym := c.symbol(s.Call.Name.Text); sym != nil && sym.Kind != Table {
		c.doFlow(s.Call, s.Guard, false)
		return
	}
	_, m, outcomes := c.source(s.Call, nil)
	if m == nil && !c.p.TypeOf(s.Call).IsBad() {
		c.report("RX2131", s.Call.Span(), refText(s.Call))
	}
	c.guarded(s, m, nil, outcomes, s.Guard)
}

// doFlow checks `do` of a flow and returns the type of its result. A flow catches its own outcomes, so no
// arms follow.
func (c *checker) doFlow(r *ast.Ref, g *ast.Guard, result bool) *types.Type {
	t := c.enterFlow(r, true)
	if c.data && r != nil { // a flow may speak, and a handler of a hang-up cannot
		c.report("RX3104", r.Span())
	}
	if g != nil {
		if e := g.Else; e != nil {
			c.report("RX3107", e.Span())
			c.elseBodies(e)
		}
		c.figure(g.Within, types.Of(types.Duration), "within")
		if g.Playing != nil {
			c.value(g.Playing, types.Of(types.Prompt))
		}
	}
	if result && !t.IsBad() && t.Kind == types.Nothing {
		c.report("RX2129", r.Span())
		return bad
	}
	return t
}

// elseBodies checks the steps of an otherwise that has no place, for what else is in them.
func (c *checker) elseBodies(e *ast.Else) {
	c.block(e.Body)
	for _, a := range e.Arms {
		c.block(a.Body)
	}
}

// enterFlow checks the target of goto and do, and its arguments, and returns its result's type.
func (c *checker) enterFlow(r *ast.Ref, do bool) *types.Type {
	if r == nil || r.Name == nil || r.Name.Text == "" {
		return bad
	}
	s := c.symbol(r.Name.Text)
	if s == nil {
		if c.env.Library.Find(r.Name.Text, "") == nil {
			if _, head := c.env.Library.Head(r.Name.Text); !head || !do {
				meant := guessed(r.Name.Text, c.names(Flow)...)
				c.fix(c.report("RX2001", r.Name.Span(), r.Name.Text, meant.said()), r.Name, meant)
				c.argsOnly(r)
				return bad
			}
		}
		if do {
			c.report("RX2131", r.Span(), refText(r))
		} else {
			c.report("RX2004", r.Name.Span(), r.Name.Text, kindText[Function], kindText[Flow])
		}
		c.argsOnly(r)
		return bad
	}
	c.used(s)
	c.occurs(r.Name, s)
	m := &Ref{Symbol: s, Use: &bare}
	c.p.refs.Set(r, m)
	if s.Kind == Param && s.Type.Kind == types.Flow {
		if c.flow != nil {
			c.toParam = append(c.toParam, paramExit{c.flow, do, r})
		}
		c.withoutArguments(r)
		return types.Of(types.Nothing)
	}
	if s.Kind != Flow {
		c.report("RX2004", r.Name.Span(), r.Name.Text, kindText[s.Kind], kindText[Flow])
		c.argsOnly(r)
		return bad
	}
	f := c.p.Flows[s.Index]
	rest := c.call(r, m, r.Tail, f.Params)
	if len(rest) > 0 {
		c.report("RX2121", rest[0].Span(), kindText[Flow])
	}
	if c.flow != nil {
		c.flow.Exits = append(c.flow.Exits, Exit{Do: do, Target: f, Ref: r})
	}
	if !do && f.Returns && f.Form != SurveyForm {
		c.report("RX2013", r.Span(), s.Name)
	}
	if f.Form == SurveyForm {
		c.report("RX2014", r.Span(), s.Name)
	}
	return f.Result
}

// withoutArguments checks what follows the name of a parameter that is a flow: no more than empty brackets.
func (c *checker) withoutArguments(r *ast.Ref) {
	for i, t := range r.Tail {
		switch {
		case i > 0 || t.Kind != ast.CallTail:
			c.report("RX2121", t.Span(), kindText[Flow])
			return
		case len(t.Args) > 0:
			c.report("RX2102", t.Args[0].Span(), refText(r), 0, countText(len(t.Args)))
		}
	}
	c.argsOnly(r)
}

func (c *checker) argsOnly(r *ast.Ref) {
	for _, t := range r.Tail {
		for _, a := range t.Args {
			c.expr(a.Value, nil)
		}
	}
}

// loop notes that the flow has one.
func (c *checker) loop() {
	if c.flow != nil {
		c.flow.Loops = true
	}
}

func (c *checker) forEach(s *ast.ForEach) {
	if ref, ok := s.List.(*ast.Ref); ok && len(ref.Tail) == 0 {
		c.listed = ref
	}
	t := c.expr(s.List, nil)
	c.listed = nil
	elem := bad
	if !t.IsBad() {
		if t.Kind != types.ListOf {
			c.report("RX2101", s.List.Span(), types.Of(types.ListOf).Describe(), t.Describe())
		} else if elem = t.Elem; t.Secret {
			elem = types.AsSecret(elem)
		}
	}
	if elem == nil {
		elem = bad
	}
	c.cap(s.Most, 1000)
	c.scope(func() {
		if s.Name != nil {
			c.declare(Local, s.Name, elem, s)
		}
		c.loops++
		c.block(s.Body)
		c.loops--
	})
}

// returned checks a return against the flow's result.
func (c *checker) returned(s *ast.Return) {
	if c.flow == nil || c.flow.Form == HandlersForm {
		if s.Value != nil {
			c.expr(s.Value, nil)
		}
		c.report("RX2132", s.Span())
		return
	}
	want := c.flow.Result
	switch {
	case s.Value == nil && want.Kind != types.Nothing && !want.IsBad():
		c.report("RX2133", s.Span(), want.Describe())
	case s.Value != nil && want.Kind == types.Nothing:
		if r, ok := s.Value.(*ast.Ref); ok && r.Name != nil {
			if sym := c.symbol(r.Name.Text); sym != nil && sym.Kind == Flow { // to go there was meant
				c.used(sym)
				c.occurs(r.Name, sym)
				d := c.report("RX1035", r.Name.Span(), r.Name.Text)
				*d = d.WithFix(c.change(diag.Span{Start: s.Span().Start, End: r.Span().Start},
					c.wordAt(s.Span().Start, "转到 ", "goto ")))
				return
			}
		}
		c.expr(s.Value, nil)
		c.report("RX2134", s.Value.Span(), c.flow.Name)
	case s.Value != nil:
		c.value(s.Value, want)
	}
}

// cap checks a cap of rounds or tries: a literal from 1 to most.
func (c *checker) cap(e ast.Expr, most int64) {
	if e == nil {
		return
	}
	n, ok := e.(*ast.NumberLit)
	if !ok {
		if _, isBad := e.(*ast.Bad); !isBad {
			if t := c.expr(e, nil); !t.IsBad() {
				c.report("RX2137", e.Span())
			}
		}
		return
	}
	c.p.types.Set(e, types.Of(types.Number))
	if n.Unit != "" && n.Unit != "items" {
		c.report("RX2137", e.Span())
		return
	}
	if n.N%1_000_000 != 0 || n.N < 1_000_000 || n.N/1_000_000 > most {
		c.report("RX2138", e.Span(), most)
	}
}
