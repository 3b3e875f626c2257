package prove

import (
	"bytes"
	"fmt"
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// rules reports the rules that are not true, each with the first place that shows it. The worst case, in time and keys,
// is not proved.
func (a *analysis) rules() {
	for _, r := range a.p.Rules {
		k := r.Decl.Claim
		if k == nil {
			continue
		}
		c := &claim{analysis: a, rule: r, Claim: k}
		switch k.Kind {
		case "every path says", "every path does":
			c.before()
		case "no path reaches":
			c.none()
		case "every menu at most":
			c.menus()
		case "every menu press":
			c.only()
		}
	}
}

// claim is one rule's.
type claim struct {
	*analysis
	*ast.Claim
	rule check.Located[*ast.RuleDecl]
	told bool
}

// untrue reports the rule, with a place of the program that shows it.
func (c *claim) untrue(file string, at diag.Span, why diag.Text) {
	if c.told {
		return
	}
	c.told = true
	name, _ := c.rule.Decl.Name.Plain()
	*c.add() = diag.New("RX3015", c.rule.File, c.rule.Decl.Name.Span(), name, why).WithRelated(file, at,
		diag.Text{Zh: "在这里", En: "here"})
}

// before proves that something has been said or done wherever paths come to a point.
func (c *claim) before() {
	p := c.p.SymbolOf(c.Ref)
	if p == nil {
		return
	}
	why := diag.Text{Zh: fmt.Sprintf("有一条路径之前没有播放%s", p.Name),
		En: fmt.Sprintf("there is a path on which %s was not said before", p.Name)}
	passed := func(e *graph.Edge) bool { return c.says(e.From, p) }
	if c.Kind == "every path does" {
		why = diag.Text{Zh: fmt.Sprintf("有一条路径之前没有执行%s", p.Name),
			En: fmt.Sprintf("there is a path on which %s was not done before", p.Name)}
		passed = func(e *graph.Edge) bool { return e.Kind == graph.Next && c.does(e.From, p) }
	}
	c.reached(passed, why)
}

// none proves that no path comes to a point.
func (c *claim) none() {
	c.reached(func(*graph.Edge) bool { return false },
		diag.Text{Zh: "有这样的路径", En: "there is such a path"})
}

// reached reports each kind of point that is come to along edges that do not satisfy the rule.
func (c *claim) reached(satisfies func(*graph.Edge) bool, why diag.Text) {
	seen := c.come(satisfies)
	for _, p := range c.Points {
		for _, n := range c.g.Nodes {
			if seen[n.ID] && c.isPoint(n, p) {
				c.untrue(n.File(), n.Span, why)
				break
			}
		}
	}
}

// come marks the nodes that calls come to. The handlers of keys and errors hang on the entry of their flow; calls come
// to them only where a caller is listened to, or a step can fail, in that flow or in what it runs.
func (c *claim) come(satisfies func(*graph.Edge) bool) []bool {
	begins := c.g.Roots()
	if c.From != nil {
		if f := c.p.FlowNamed(c.From.Text); f != nil {
			begins = []*graph.Node{c.g.FlowOf(f).Entry, c.g.Defaults().Entry}
		}
	}
	open := map[handlers]bool{}
	for {
		seen := c.g.Flood(begins, func(e *graph.Edge) bool {
			if e.From.Kind == graph.Entry && e.Arm != nil && !open[handlers{e.From.Of, e.Kind}] {
				return false
			}
			return !satisfies(e)
		})
		more := c.open(seen)
		if len(more) == len(open) {
			return seen
		}
		open = more
	}
}

// handlers are those of a flow for one kind of event.
type handlers struct {
	of   *graph.Flow
	kind graph.EdgeKind
}

// open tells which handlers may be needed by what has been come to.
func (c *claim) open(seen []bool) map[handlers]bool {
	open := map[handlers]bool{}
	var list []handlers
	add := func(of *graph.Flow, kind graph.EdgeKind) {
		if h := (handlers{of, kind}); of != nil && !open[h] {
			open[h] = true
			list = append(list, h)
		}
	}
	for _, n := range c.g.Nodes {
		if !seen[n.ID] || n.Of == nil {
			continue
		}
		switch n.Step.(type) {
		case nil, *ast.Say, *ast.Word, *ast.Goto, *ast.Mark, *ast.Block:
			continue
		}
		add(n.Of, graph.Error)
		if n.Kind == graph.Question {
			add(n.Of, graph.Press)
			add(n.Of, graph.Hangup)
		}
		if slices.ContainsFunc(c.g.Out(n), func(e *graph.Edge) bool { return e.Kind == graph.Hangup }) {
			add(n.Of, graph.Hangup)
		}
	}
	for len(list) > 0 {
		h := list[len(list)-1]
		list = list[:len(list)-1]
		for _, n := range c.g.Runners(h.of) {
			if seen[n.ID] {
				add(n.Of, h.kind)
			}
		}
		add(c.g.Defaults(), h.kind)
	}
	return open
}

// says tells whether a step says a prompt.
func (c *claim) says(n *graph.Node, p *check.Symbol) bool {
	x, ok := n.Step.(*ast.Say)
	return ok && x.Said != nil && x.Said.Text != nil && c.p.SymbolOf(x.Said.Text.Ref) == p
}

// does tells whether a step runs a flow or calls a function of the library.
func (c *claim) does(n *graph.Node, p *check.Symbol) bool {
	is := func(r *ast.Ref) bool {
		s := c.p.SymbolOf(r)
		return s != nil && (s == p || s.Lib != nil && s.Lib == p.Lib)
	}
	switch x := n.Step.(type) {
	case *ast.Do:
		return is(x.Call)
	case *ast.RunSurvey:
		return c.p.Find(x.Name.Text) == p
	case *ast.Let:
		if x.Source == nil {
			return false
		}
		r, _ := x.Source.Expr.(*ast.Ref)
		return is(x.Source.Do) || is(r)
	}
	return false
}

// isPoint tells whether a node is what a rule speaks of.
func (c *claim) isPoint(n *graph.Node, p *ast.Point) bool {
	if p.Ref != nil {
		return c.isNamed(n, c.p.SymbolOf(p.Ref))
	}
	switch x := n.Step.(type) {
	case *ast.Let:
		return p.Word == "record" && n.Kind == graph.Question && x.Source.Ask.Record
	case *ast.SurveyAsk:
		return p.Word == "record" && x.Kind == "record"
	case *ast.Enqueue:
		return p.Word == "enqueue"
	case *ast.Transfer:
		return p.Word == "transfer"
	case *ast.Voicemail:
		return p.Word == "voicemail"
	case *ast.Callback:
		return p.Word == "callback"
	case *ast.Word:
		return p.Word == x.Kind
	case *ast.Send:
		return p.Word == "send mail" && x.Mail || p.Word == "send sms" && !x.Mail
	case *ast.Mark:
		if p.Word != "mark" {
			return false
		}
		mark, _ := x.Name.Plain()
		wanted, _ := p.Mark.Plain()
		return mark == wanted
	}
	return false
}

// isNamed tells whether a node is a flow's beginning, or a step that names a prompt, a queue, a mailbox or a function.
func (c *claim) isNamed(n *graph.Node, s *check.Symbol) bool {
	if s == nil {
		return false
	}
	switch s.Kind {
	case check.Flow:
		return n.Kind == graph.Entry && n.Flow() != nil && n.Flow().Symbol == s
	case check.Prompt:
		return c.says(n, s)
	case check.Queue:
		x, ok := n.Step.(*ast.Enqueue)
		if !ok {
			return false
		}
		r, _ := x.Queue.(*ast.Ref)
		return c.p.SymbolOf(r) == s
	case check.Mailbox:
		x, ok := n.Step.(*ast.Voicemail)
		return ok && c.p.Find(x.Name.Text) == s
	}
	return c.does(n, s)
}

// menuOf is the menu that a node waits at; nil if it is none.
func menuOf(n *graph.Node) *ast.Menu {
	if n.Kind != graph.Question {
		return nil
	}
	switch x := n.Step.(type) {
	case *ast.Menu:
		return x
	case *ast.MenuStep:
		return x.Menu
	}
	return nil
}

// menus proves how deep menus lie, and how many items each has. A menu's level is the fewest menus that a caller goes
// through to hear it, itself included.
func (c *claim) menus() {
	levels, items := int64(-1), int64(-1)
	for _, m := range c.Most {
		n, ok := m.(*ast.NumberLit)
		switch {
		case ok && n.Unit == "levels":
			levels = n.N / 1_000_000
		case ok && n.Unit == "items":
			items = n.N / 1_000_000
		}
	}
	passed := map[*graph.Node]bool{}
	for level := int64(1); ; level++ {
		seen := c.g.Flood(c.g.Roots(), func(e *graph.Edge) bool { return menuOf(e.From) == nil || passed[e.From] })
		found := false
		for _, n := range c.g.Nodes {
			m := menuOf(n)
			if m == nil || !seen[n.ID] || passed[n] {
				continue
			}
			found, passed[n] = true, true
			if levels >= 0 && level > levels {
				c.untrue(n.File(), n.Span, diag.Text{Zh: fmt.Sprintf("有一个菜单在第%d层", level),
					En: fmt.Sprintf("a menu lies at level %d", level)})
			}
			if k := itemsOf(m); items >= 0 && k > items {
				c.untrue(n.File(), n.Span, diag.Text{Zh: fmt.Sprintf("有一个菜单有%d项", k),
					En: fmt.Sprintf("a menu has %d items", k)})
			}
		}
		if !found {
			return
		}
	}
}

// itemsOf counts what a menu offers: keys with a label.
func itemsOf(m *ast.Menu) (n int64) {
	for _, arm := range m.Arms {
		if len(arm.Keys) > 0 && arm.Label != nil {
			n++
		}
	}
	return n
}

// only proves that menus that take a key do one thing with it.
func (c *claim) only() {
	for _, n := range c.g.Nodes {
		m := menuOf(n)
		if m == nil {
			continue
		}
		for _, arm := range m.Arms {
			has := slices.ContainsFunc(arm.Keys, func(k *ast.Key) bool { return k.Keys == c.Key.Keys })
			if has && !(arm.Body != nil && len(arm.Body.Steps) == 1 && same(arm.Body.Steps[0], c.Only)) {
				c.untrue(n.File(), arm.Span(), diag.Text{Zh: "有一个菜单按" + c.Key.Keys + "做的是别的",
					En: "key " + c.Key.Keys + " does something else in a menu"})
			}
		}
	}
}

// same tells whether two steps say the same.
func same(x, y ast.Step) bool {
	var a, b bytes.Buffer
	return ast.Dump(&a, x, false) == nil && ast.Dump(&b, y, false) == nil && a.String() == b.String()
}
