package check

import (
	"slices"

	"rexian/lang/ast"
	"rexian/lang/words"
)

// Present lists the names whose values are known to be there once a condition has come out as told: those that were
// tested, and those that were compared, since to compare an absent value is an error.
func (p *Program) Present(cond ast.Expr, holds bool) []*Symbol {
	switch x := cond.(type) {
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return p.Present(x.X, holds)
		}
	case *ast.Unary:
		if x.Op == words.Not {
			return p.Present(x.X, !holds)
		}
	case *ast.State:
		// who has no number has no mobile one
		if x.Not == holds && x.Kind == "empty" || x.Not != holds && x.Kind == "mobile" {
			return p.names(x.X)
		}
	case *ast.Binary:
		return p.presentAfter(x, holds)
	}
	return nil
}

func (p *Program) presentAfter(x *ast.Binary, holds bool) []*Symbol {
	switch x.Op {
	case words.And, words.Or:
		a, b := p.Present(x.X, holds), p.Present(x.Y, holds)
		if (x.Op == words.And) == holds { // both sides have come out so
			return append(a, b...)
		}
		// Either has. The right side was looked at only after the left had come out otherwise.
		b = append(b, p.Present(x.X, !holds)...)
		return slices.DeleteFunc(a, func(s *Symbol) bool { return !slices.Contains(b, s) })
	case words.Is, words.IsNot:
		if isNone(x.X) || isNone(x.Y) {
			if (x.Op == words.IsNot) == holds {
				return append(p.names(x.X), p.names(x.Y)...)
			}
			return nil
		}
	case words.In, words.NotIn: // who has no number is on no list
		if s := p.SymbolOf(refOf(x.Y)); s != nil && s.Kind == NamesList {
			if (x.Op == words.In) == holds {
				return p.names(x.X)
			}
			return nil
		}
	}
	return append(p.names(x.X), p.names(x.Y)...)
}

// names is the symbol of a plain name.
func (p *Program) names(e ast.Expr) []*Symbol {
	for {
		x, ok := e.(*ast.Paren)
		if !ok || len(x.Tail) > 0 {
			break
		}
		e = x.X
	}
	if m := p.RefOf(refOf(e)); m != nil && m.Symbol != nil && len(m.Fields) == 0 && m.Key == nil && !m.Called {
		return []*Symbol{m.Symbol}
	}
	return nil
}

func refOf(e ast.Expr) *ast.Ref { r, _ := e.(*ast.Ref); return r }

func isNone(e ast.Expr) bool { _, ok := e.(*ast.None); return ok }
