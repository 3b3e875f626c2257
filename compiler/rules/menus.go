package rules

import (
	"fmt"
	"slices"

	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

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
				c.refute(n.File(), n.Span(), diag.Text{Zh: fmt.Sprintf("有一个菜单在第%d层", level),
					En: fmt.Sprintf("a menu lies at level %d", level)}, c.way(n, nil))
			}
			if k := itemsOf(m); items >= 0 && k > items {
				c.refute(n.File(), n.Span(), diag.Text{Zh: fmt.Sprintf("有一个菜单有%d项", k),
					En: diag.Fill("a menu has %d [item|items]", k)}, c.way(n, nil))
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
			if !has || arm.Body != nil && len(arm.Body.Steps) == 1 && same(arm.Body.Steps[0], c.Only) {
				continue
			}
			if path := c.pressing(n, arm); path != nil { // else no call comes there
				c.refute(n.File(), arm.Span(), diag.Text{Zh: "有一个菜单按" + c.Key.Keys + "做的是别的",
					En: "key " + c.Key.Keys + " does something else in a menu"}, path)
			}
		}
	}
}

// way is a way to a node, of calls in which what is given holds; nil if no call comes there.
func (d *decider) way(n *graph.Node, given fixed) *Path {
	p, _, _ := d.search(&walk{track: d.tracking(given, nil), passes: nowhere,
		target: func(m *graph.Node) bool { return m == n }})
	return p
}

// nowhere satisfies a rule.
func nowhere(*graph.Edge, *walk) bool { return false }

// pressing is a way to a menu and through one of its arms.
func (c *claim) pressing(n *graph.Node, arm *ast.Arm) *Path {
	p := c.way(n, nil)
	if p == nil {
		return nil
	}
	for _, e := range c.g.Out(n) {
		if e.Kind == graph.Press && e.Arm == arm && e.Label == c.Key.Keys {
			p.Moves, p.To = append(p.Moves, Move{Edge: e}), e.To
			break
		}
	}
	return p
}
