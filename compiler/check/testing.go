package check

import (
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// rule resolves the names of a rule. What it demands is proved by the analyses.
func (c *checker) rule(d *ast.RuleDecl) {
	k := d.Claim
	if k == nil {
		return
	}
	c.wants(k.From, Flow)
	if k.Ref != nil && k.Ref.Name != nil {
		switch k.Kind {
		case "every path says":
			if s := c.named(k.Ref, Prompt); s != nil {
				c.queuePrompt(k.Ref, s)
			}
		case "every path does":
			if k.Ref.Name != nil {
				if f := c.env.Library.Find(k.Ref.Name.Text, second(k.Ref)); f != nil &&
					c.symbol(k.Ref.Name.Text) == nil {
					c.functionName(k.Ref)
				} else {
					c.named(k.Ref, Flow)
				}
			}
		}
	}
	for _, p := range k.Points {
		c.holesForbidden(p.Mark)
		if p.Ref == nil || p.Ref.Name == nil || p.Ref.Name.Text == "" {
			continue
		}
		s := c.symbol(p.Ref.Name.Text)
		switch {
		case s == nil:
			if c.env.Library.Find(p.Ref.Name.Text, second(p.Ref)) != nil {
				c.functionName(p.Ref)
			} else {
				c.named(p.Ref, Flow)
			}
		case s.Kind == Flow || s.Kind == Queue || s.Kind == Prompt || s.Kind == Mailbox:
			c.used(s)
			c.occurs(p.Ref.Name, s)
			c.p.refs.Set(p.Ref, s.plain())
		default:
			c.named(p.Ref, Flow)
		}
	}
	for _, m := range k.Most {
		n, ok := m.(*ast.NumberLit)
		if !ok {
			if _, isBad := m.(*ast.Bad); !isBad {
				c.expr(m, nil)
				c.report("RX2137", m.Span())
			}
			continue
		}
		t := c.expr(n, nil)
		switch {
		case n.Unit == "keys" || n.Unit == "levels" || n.Unit == "items":
		case t.Kind == types.Duration:
		case k.Kind == "every menu at most":
			c.report("RX2105", n.Span(), spelt("层", "levels"), spelt("菜单的层数或项数", "the levels or items of menus"))
		default:
			c.report("RX2105", n.Span(), spelt("秒", "s"), spelt("时长或按键次数", "a time or a number of keys"))
		}
	}
	if k.When != nil {
		c.value(k.When, types.Of(types.YesNo))
	}
	if k.Only != nil {
		c.inFlow(&FlowInfo{Symbol: &Symbol{Kind: Flow, Decl: d}, Form: HandlersForm, Result: types.Of(types.Nothing)},
			func() {
				c.questions, c.loops = 1, 1
				c.step(k.Only)
			})
	}
}

func second(r *ast.Ref) string {
	if len(r.Tail) > 0 && r.Tail[0].Kind == ast.FieldTail && r.Tail[0].Field != nil {
		return r.Tail[0].Field.Text
	}
	return ""
}

// named resolves a reference that is only a name of one kind of thing, without arguments.
func (c *checker) named(r *ast.Ref, kind SymbolKind) *Symbol {
	s := c.wants(r.Name, kind)
	if s == nil {
		return nil
	}
	c.p.refs.Set(r, s.plain())
	return s
}

// functionName resolves a library function that is named and not called.
func (c *checker) functionName(r *ast.Ref) *library.Function {
	f := c.env.Library.Find(r.Name.Text, second(r))
	if f == nil {
		return nil
	}
	c.note(r.Name, f.Path[0])
	m := &Ref{Symbol: c.function(f), Use: &bare}
	c.occurs(r.Name, m.Symbol)
	if len(f.Path) > 1 {
		c.occurs(r.Tail[0].Field, m.Symbol)
		c.note(r.Tail[0].Field, f.Path[1])
		m.Used = 1
	}
	c.p.refs.Set(r, m)
	return f
}

// titles warns of tests that have one title.
func (c *checker) titles() {
	first := map[string]Located[*ast.TestDecl]{}
	for _, t := range c.p.Tests {
		name := plain(t.Decl.Name)
		if name == "" {
			continue
		}
		other, twice := first[name]
		if !twice {
			first[name] = t
			continue
		}
		c.enter(t.File)
		*c.report("RX7018", t.Decl.Name.Span(), name) = diag.New("RX7018", t.File, t.Decl.Name.Span(), name).
			WithRelated(other.File, other.Decl.Name.Span(), diag.Text{Zh: "先在这里用了", En: "first used here"})
	}
}

// testBlock checks the lines of a test: what is assumed fits what is asked, and what is expected has a type.
func (c *checker) testBlock(d *ast.TestDecl) {
	c.test = true
	defer func() { c.test = false }()
	c.locals, c.stack = map[string]*Symbol{}, nil
	for _, i := range d.Items {
		c.testItem(i)
	}
}

func (c *checker) testItem(i *ast.TestItem) {
	switch i.Kind {
	case words.Given:
		if i.Given != nil {
			c.given(i.Given)
		}
	case words.Call:
		if text := plain(i.Number); i.Number != nil && !c.dialled(text) {
			c.report("RX2023", i.Number.Span(), text)
		}
		c.from(i.From)
	case words.Text:
		c.holesForbidden(i.Number)
		c.from(i.From)
	case words.Dial:
		s := c.wants(i.Name, Campaign)
		if s == nil {
			if i.Value != nil {
				if _, isRecord := i.Value.(*ast.Record); !isRecord {
					c.expr(i.Value, nil)
				}
			}
			return
		}
		x := c.p.Campaigns[s.Index]
		if i.Value != nil {
			c.value(i.Value, x.Target.Type)
		}
		if i.Returns != nil {
			c.value(i.Returns, types.OfTags(append([]string{"answered"}, library.CallOutcomes...)...))
		}
	case words.AgentSignsIn:
		for _, s := range i.Skills {
			c.holesForbidden(s)
		}
	case words.Wait:
		c.figure(i.Value, types.Of(types.Duration), "wait.test")
	case words.Press:
		c.figure(i.Value, types.Of(types.Duration), "after.test")
	case words.Hear, words.NotHear:
		c.holesForbidden(i.Words)
	case words.Expect, words.ExpectNot:
		if i.Outcome != nil {
			c.outcome(i.Outcome)
		}
	}
}

// dialled tells whether some number declaration has the number.
func (c *checker) dialled(text string) bool {
	for _, f := range c.p.Files {
		for _, d := range f.Decls {
			if n, ok := d.(*ast.NumberDecl); ok {
				for _, s := range n.Numbers {
					if plain(s) == text {
						return true
					}
				}
			}
		}
	}
	return false
}

// from checks the number of a test's caller; "" is one that is withheld.
func (c *checker) from(s *ast.StringLit) {
	if s == nil {
		return
	}
	if text, whole := s.Plain(); text != "" || !whole {
		c.expr(s, types.Of(types.Phone))
	}
}

// given checks what a test assumes: the answer of a lookup or queue, the members of a list, the state of a switch
// or of hours, the value of a setting.
func (c *checker) given(g *ast.Given) {
	if g.Act != "" {
		c.givenAct(g)
		return
	}
	r := g.Ref
	if r == nil || r.Name == nil || r.Name.Text == "" {
		return
	}
	if g.After != nil {
		c.figure(g.After, types.Of(types.Duration), "after.test")
	}
	s := c.symbol(r.Name.Text)
	if g.Enqueue {
		if c.named(r, Queue) != nil && g.Returns != nil {
			c.value(g.Returns, types.OfTags(append([]string{"answered"}, library.QueueOutcomes...)...))
		}
		return
	}
	if s == nil {
		t, m, outcomes := c.source(r, nil)
		if m == nil {
			if !t.IsBad() {
				c.report("RX2024", r.Span(), refText(r))
			}
			return
		}
		if g.Returns == nil {
			c.report("RX2025", g.Span(), refText(r), spelt("得到 …", "returns …"))
			return
		}
		if n, ok := g.Returns.(*ast.Ref); ok && n.Name != nil && len(n.Tail) == 0 {
			if w, isTag := library.Tag(n.Name.Text); isTag || c.symbol(n.Name.Text) == nil {
				if isTag && contains(outcomes, w.ID) {
					c.expr(n, types.OfTags(outcomes...))
				} else {
					c.notATag(n.Name, outcomes)
				}
				return
			}
		}
		if t.Kind == types.Nothing {
			if b, ok := g.Returns.(*ast.BoolLit); !ok || !b.Yes {
				c.expr(g.Returns, nil)
				c.report("RX2026", g.Returns.Span(), refText(r))
			} else {
				c.expr(g.Returns, nil)
			}
			return
		}
		c.value(g.Returns, t)
		return
	}
	c.used(s)
	c.occurs(r.Name, s)
	c.p.refs.Set(r, s.plain())
	wrong := func(zh, en string) { c.report("RX2025", g.Span(), s.Name, spelt(zh, en)) }
	switch s.Kind {
	case NamesList:
		if g.Has == nil {
			wrong("含 \"号码\"", `has "number"`)
			return
		}
		for _, n := range g.Has {
			c.holesForbidden(n)
		}
	case Switch:
		if g.State != "is on" && g.State != "is off" && g.State != "on" && g.State != "off" {
			wrong("开启 或 关闭", "is on or is off")
		}
	case Hours:
		switch {
		case g.Returns != nil:
			c.value(g.Returns, types.OfTags(library.ClosedReasons...))
		case g.State != "is open" && g.State != "is closed" && g.State != "open" && g.State != "closed":
			wrong("开放、休息 或 得到 休息的原因", "is open, is closed or returns a reason of being closed")
		}
	case Setting:
		switch {
		case g.Is != nil:
			c.value(g.Is, s.Type)
		case g.Returns != nil:
			c.value(g.Returns, s.Type)
		default:
			wrong("是 值", "is VALUE")
		}
	case Queue:
		wrong("前面写“排队”：假设 排队 "+s.Name+" 得到 …", "needs enqueue before it: given enqueue "+s.Name+" returns …")
	default:
		c.report("RX2024", r.Span(), s.Name)
	}
}

// givenAct checks what a test assumes of a transfer, a message or the like: whom it reaches, and how it ends.
func (c *checker) givenAct(g *ast.Given) {
	ends, to := []string{"unavailable"}, types.Of(types.Phone)
	switch g.Act {
	case "transfer":
		ends = append([]string{"answered"}, library.CallOutcomes...)
	case "send mail":
		to = types.Of(types.Text)
	}
	if g.To != nil {
		c.value(g.To, to)
	}
	if g.After != nil {
		c.figure(g.After, types.Of(types.Duration), "after.test")
	}
	if g.Returns == nil {
		return
	}
	if b, ok := g.Returns.(*ast.BoolLit); ok && b.Yes && g.Act != "transfer" {
		c.expr(b, nil)
		return
	}
	c.value(g.Returns, types.OfTags(ends...))
}

// outcome checks what a test expects.
func (c *checker) outcome(o *ast.Outcome) {
	c.holesForbidden(o.Mark)
	c.holesForbidden(o.Contains)
	switch o.Kind {
	case "expr":
		c.value(o.Expr, types.Of(types.YesNo))
	case words.Transfer:
		c.value(o.Expr, types.Of(types.Phone))
	case words.Enqueue:
		if o.Ref != nil {
			c.named(o.Ref, Queue)
		}
		if o.Priority != nil {
			c.value(o.Priority, types.Of(types.Number))
		}
	case words.Callback:
		if o.Ref != nil {
			c.named(o.Ref, Queue)
		}
		if o.Expr != nil {
			c.value(o.Expr, types.Of(types.Phone))
		}
	case words.Voicemail:
		c.wants(o.Name, Mailbox)
	case words.SendSMS, words.SendMail:
		want := types.Of(types.Phone)
		if o.Kind == words.SendMail {
			want = types.Of(types.Text)
		}
		if o.To != nil {
			c.value(o.To, want)
		}
	case words.Called:
		if o.Ref == nil || o.Ref.Name == nil || o.Ref.Name.Text == "" {
			return
		}
		if c.symbol(o.Ref.Name.Text) != nil {
			c.report("RX2004", o.Ref.Name.Span(), o.Ref.Name.Text, kindText[c.symbol(o.Ref.Name.Text).Kind],
				kindText[Function])
			return
		}
		if f := c.functionName(o.Ref); f == nil {
			if _, head := c.env.Library.Head(o.Ref.Name.Text); head && second(o.Ref) != "" {
				n := o.Ref.Tail[0].Field
				meant := guessedOf(n.Text, c.env.Library.Second(o.Ref.Name.Text))
				c.fix(c.report("RX2005", n.Span(), o.Ref.Name.Text, n.Text,
					diag.Text{Zh: "没有“" + n.Text + "”" + meant.said().Zh, En: "has no " + n.Text + meant.said().En}),
					n, meant)
			} else {
				c.unknown(o.Ref.Name, nil)
			}
		} else if f.Class != library.Lookup {
			c.report("RX2024", o.Ref.Span(), refText(o.Ref))
		}
	}
}
