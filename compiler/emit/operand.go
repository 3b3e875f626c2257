package emit

import (
	"maps"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/lang/ast"
)

// operand evaluates an expression and returns the register it is in: a local's own, or a temporary. The value is
// present.
func (f *function) operand(x ast.Expr) int {
	if r, ok := f.local(x); ok {
		if f.mayLack(x) {
			f.abc(bundle.Present, r, 0, 0)
		}
		return r
	}
	if k, ok := f.literal(x); ok {
		if r, pinned := f.pinned[k]; pinned {
			return r
		}
	}
	r := f.temp(1)
	f.present(x, r)
	return r
}

// literal is the constant of a number written as such.
func (f *function) literal(x ast.Expr) (bundle.Const, bool) {
	if n, ok := x.(*ast.NumberLit); ok {
		if k, ok := f.e.p.ConstOf(n); ok {
			return constant(k), true
		}
	}
	return bundle.Const{}, false
}

// pin loads the numbers written in a loop's body into registers of the loop, so that its rounds need not. It returns
// what undoes it.
func (f *function) pin(body *ast.Block) func() {
	outer := f.pinned
	f.pinned = maps.Clone(outer)
	if f.pinned == nil {
		f.pinned = map[bundle.Const]int{}
	}
	ast.Walk(body, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok {
			if k, ok := f.literal(x); ok && len(f.pinned) < 24 {
				if _, have := f.pinned[k]; !have {
					r := f.temp(1)
					f.load(r, k)
					f.pinned[k] = r
				}
			}
		}
		return true
	})
	return func() { f.pinned = outer }
}

// local finds the register of a plain name.
func (f *function) local(x ast.Expr) (int, bool) {
	switch x := x.(type) {
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return f.local(x.X)
		}
	case *ast.Ref:
		m := f.e.p.RefOf(x)
		if m == nil || len(m.Fields) > 0 || m.Called || m.Key != nil {
			return 0, false
		}
		return f.slot(m.Symbol)
	}
	return 0, false
}

// slot finds the register of a local, a parameter or a target.
func (f *function) slot(s *check.Symbol) (int, bool) {
	if r, ok := f.bound[s]; ok {
		return r, true
	}
	switch s.Kind {
	case check.Local, check.Param:
		return s.Slot, true
	case check.Target:
		return 0, true
	}
	return 0, false
}

// present evaluates an expression into r and makes sure that it is there.
func (f *function) present(x ast.Expr, r int) {
	f.expr(x, r)
	if f.mayLack(x) {
		f.abc(bundle.Present, r, 0, 0)
	}
}

// mayLack tells whether an expression may be absent.
func (f *function) mayLack(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.None:
		return true
	case *ast.Paren:
		return len(x.Tail) > 0 || f.mayLack(x.X)
	case *ast.Cond:
		return len(x.Tail) > 0 || f.mayLack(x.Then) || f.mayLack(x.Else)
	case *ast.Ref:
		m := f.e.p.RefOf(x)
		if m == nil {
			return false
		}
		if len(m.Fields) > 0 {
			return true
		}
		switch m.Symbol.Kind {
		case check.CallData:
			return true
		case check.Local, check.Param:
			return f.absent[m.Symbol]
		case check.Function:
			switch m.Symbol.Lib.ID {
			case "caller", "call.agent", "call.id", "call.number", "first", "last", "max", "min":
				return true
			}
		}
	}
	return false
}

// findAbsent finds the locals that may hold an absent value: parameters, what lookups gave, and what takes over from
// those.
func (f *function) findAbsent(flow *check.FlowInfo) {
	for _, s := range flow.Params {
		f.absent[s] = true
	}
	for _, s := range flow.Locals {
		if let, ok := s.Decl.(*ast.Let); ok && let.Source != nil && let.Source.Ask != nil {
			continue
		}
		if s.Kind == check.Local {
			f.absent[s] = true
		}
	}
	// A local whose every binding is an arithmetic value or a literal cannot be absent.
	var lets []*ast.Let
	for _, n := range flowNodes(flow) {
		ast.WalkSteps(n, func(n ast.Node) bool {
			if l, ok := n.(*ast.Let); ok {
				lets = append(lets, l)
			}
			return true
		})
	}
	definite := map[*check.Symbol]bool{}
	for _, l := range lets {
		s := f.e.p.LocalOf(l)
		if s == nil || l.Source == nil {
			continue
		}
		ok := l.Source.Ask != nil || l.Source.Expr != nil && certain(l.Source.Expr)
		if was, seen := definite[s]; seen {
			ok = ok && was
		}
		definite[s] = ok
	}
	for s, ok := range definite {
		if ok {
			delete(f.absent, s)
		} else {
			f.absent[s] = true
		}
	}
}

func flowNodes(flow *check.FlowInfo) []ast.Node {
	var list []ast.Node
	if flow.Body != nil {
		list = append(list, flow.Body)
	}
	if flow.Menu != nil {
		list = append(list, flow.Menu)
	}
	for _, h := range flow.Handlers {
		list = append(list, h)
	}
	return list
}

// certain tells whether an expression always has a value, whatever its names hold: it would have failed else.
func certain(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Binary, *ast.Unary, *ast.State, *ast.NumberLit, *ast.StringLit, *ast.DateLit, *ast.TimeLit, *ast.MonthLit,
		*ast.BoolLit, *ast.LangLit, *ast.List, *ast.Record:
		return true
	case *ast.Paren:
		return len(x.Tail) == 0 && certain(x.X)
	}
	return false
}
