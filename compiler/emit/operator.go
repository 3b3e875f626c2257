package emit

import (
	"math/bits"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// state evaluates `X is open` and its like.
func (f *function) state(x *ast.State, r int) {
	switch x.Kind {
	case "empty":
		f.expr(x.X, r)
		f.abc(bundle.Empty, r, r, 0)
	case "mobile":
		if f.isCaller(x.X) { // who withholds the number does not call from a mobile one
			f.expr(x.X, r)
		} else {
			f.present(x.X, r)
		}
		f.abc(bundle.Mobile, r, r, 0)
	case "open", words.Closed:
		f.hours(x.X, r)
		f.abc(bundle.Field, r, r, 0)
		if x.Kind == words.Closed {
			f.abc(bundle.Not, r, r, 0)
		}
	case words.On, words.Off:
		f.expr(x.X, r)
		if x.Kind == words.Off {
			f.abc(bundle.Not, r, r, 0)
		}
	}
	if x.Not {
		f.abc(bundle.Not, r, r, 0)
	}
}

// isCaller tells whether an expression is the caller's number.
func (f *function) isCaller(x ast.Expr) bool {
	ref, ok := x.(*ast.Ref)
	if !ok {
		return false
	}
	s := f.e.p.SymbolOf(ref)
	return s != nil && s.Kind == check.Function && s.Lib.ID == "caller"
}

// hours asks opening hours for now: a record of open, reason and next opening.
func (f *function) hours(x ast.Expr, r int) {
	f.named(x, func(s *check.Symbol) {
		site := plainSite(bundle.QuerySite, 0)
		site.Name, site.Index = "hours", int32(s.Index)
		f.effect(r, site)
	})
}

// binary evaluates a comparison, a logical or an arithmetic operation.
func (f *function) binary(x *ast.Binary, r int) {
	switch x.Op {
	case "+", "-", "*", "/":
		f.arithmetic(x, r)
		return
	case words.And, words.Or:
		var end label
		f.expr(x.X, r)
		op := bundle.JumpIfNot
		if x.Op == words.Or {
			op = bundle.JumpIf
		}
		f.jump(op, r, &end)
		f.expr(x.Y, r)
		f.mark(&end)
		return
	case words.In, words.NotIn:
		f.membership(x, r)
		if x.Op == words.NotIn {
			f.abc(bundle.Not, r, r, 0)
		}
		return
	case words.Contains:
		a := f.operand(x.X)
		f.abc(bundle.Contains, r, a, f.operand(x.Y))
		return
	}
	if none(x.X) || none(x.Y) {
		other := x.X
		if none(x.X) {
			other = x.Y
		}
		f.expr(other, r)
		f.abc(bundle.Empty, r, r, 0)
	} else {
		a := f.operand(x.X)
		b := f.operand(x.Y)
		switch x.Op {
		case words.Is, words.IsNot:
			f.abc(f.equal(x.X, x.Y), r, a, b)
		case words.LessThan:
			f.abc(bundle.LtN, r, a, b)
		case words.MoreThan:
			f.abc(bundle.LtN, r, b, a)
		case words.NoMoreThan:
			f.abc(bundle.LeN, r, a, b)
		case words.AtLeast:
			f.abc(bundle.LeN, r, b, a)
		}
	}
	if x.Op == words.IsNot {
		f.abc(bundle.Not, r, r, 0)
	}
}

func none(x ast.Expr) bool { _, ok := x.(*ast.None); return ok }

// equal chooses the comparison for two values' types.
func (f *function) equal(x, y ast.Expr) bundle.Op {
	if isText(f.e.p.TypeOf(x)) || isText(f.e.p.TypeOf(y)) {
		return bundle.EqS
	}
	return bundle.EqN
}

// membership evaluates X in Y: a list kept in the console is asked, any other is searched.
func (f *function) membership(x *ast.Binary, r int) {
	if ref, ok := x.Y.(*ast.Ref); ok {
		if s := f.e.p.SymbolOf(ref); s != nil && s.Kind == check.NamesList {
			// A caller without a number is on no list.
			f.expr(x.X, r)
			site := plainSite(bundle.QuerySite, 1)
			site.Name, site.Index = "list", int32(s.Index)
			t := f.temp(1)
			f.move(t, r)
			var asked, end label
			f.abc(bundle.Empty, r, r, 0)
			f.jump(bundle.JumpIfNot, r, &asked)
			f.load(r, bundle.Const{})
			f.jump(bundle.Jump, 0, &end)
			f.mark(&asked)
			f.effect(t, site)
			f.move(r, t)
			f.mark(&end)
			return
		}
	}
	a := f.operand(x.X)
	base := f.temp(4)
	f.expr(x.Y, base)
	f.load(base+1, bundle.Const{})
	f.load(base+2, bundle.Const{N: 1 << 40})
	eq := bundle.EqN
	if isText(f.e.p.TypeOf(x.X)) {
		eq = bundle.EqS
	}
	var round, found, done, end label
	f.mark(&round)
	f.jump(bundle.Each, base, &done)
	f.abc(eq, r, a, base+3)
	f.jump(bundle.JumpIf, r, &found)
	f.jump(bundle.Jump, 0, &round)
	f.mark(&done)
	f.load(r, bundle.Const{})
	f.jump(bundle.Jump, 0, &end)
	f.mark(&found)
	f.load(r, bundle.Const{N: 1})
	f.mark(&end)
}

// bit is option i's bit in a mask.
func bit(i int) int64 { return int64(1) << (i % bits.UintSize) }
