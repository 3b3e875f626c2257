package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// A sum, a product or a quotient of exact decimals. A product is exact within an expression and rounded once, when the
// whole has been computed. Most expressions have one product, or products that are exact anyway; those are
// instructions of the machine. The others are tried with instructions that notice a rounding, and if one does the whole
// is computed again with rational numbers.

// arithmetic evaluates a Binary of + - * / or a Unary minus into r.
func (f *function) arithmetic(x ast.Expr, r int) {
	t := &tree{f: f}
	root := t.plan(x)
	if !t.rounds(root, true) {
		t.fast(root, r, -1)
		return
	}
	t.evaluate(root)
	switch {
	case t.hard:
		t.exact(root, r)
	default:
		var slow, end label
		t.slow = &slow
		t.fast(root, r, -1)
		f.jump(bundle.Jump, 0, &end)
		f.mark(&slow)
		t.exact(root, r)
		f.mark(&end)
	}
}

// term is one operation, or a leaf.
type term struct {
	op   string // "" for a leaf, "neg"
	x, y *term
	kind types.Kind
	leaf ast.Expr
	reg  int   // of a leaf that has been evaluated; -1: it is where it is needed
	k    int64 // a literal's value
	lit  bool
}

// term makes a term that lasts as long as the step that is being emitted.
func (e *emitter) term(t term) *term {
	if len(e.terms) == cap(e.terms) {
		e.terms = make([]term, 0, 64)
	}
	e.terms = append(e.terms, t)
	return &e.terms[len(e.terms)-1]
}

type tree struct {
	f    *function
	hard bool   // what instructions cannot try
	slow *label // where products jump that are not exact, save a whole one at the root; nil: all are
}

// plan returns the operations over the leaves.
func (t *tree) plan(x ast.Expr) *term {
	kind := t.f.e.p.TypeOf(x).Kind
	switch e := x.(type) {
	case *ast.Paren:
		if len(e.Tail) == 0 {
			return t.plan(e.X)
		}
	case *ast.Unary:
		if e.Op == "-" {
			if _, ok := t.f.e.p.ConstOf(e); !ok {
				return t.f.e.term(term{op: "neg", x: t.plan(e.X), kind: kind})
			}
		}
	case *ast.Binary:
		switch e.Op {
		case "+", "-", "*", "/":
			if calendar(kind) || calendar(t.f.e.p.TypeOf(e.X).Kind) {
				// Days are no amounts: each side is a value of its own, rounded if need be.
				a := t.leaf(e.X)
				return t.f.e.term(term{op: e.Op, x: a, y: t.leaf(e.Y), kind: kind})
			}
			a := t.plan(e.X)
			return t.f.e.term(term{op: e.Op, x: a, y: t.plan(e.Y), kind: kind})
		}
	}
	return t.leaf(x)
}

// calendar tells whether values of a kind are points in time.
func calendar(k types.Kind) bool { return k == types.Date || k == types.Month || k == types.Moment }

// leaf is an expression that is no operation on numbers.
func (t *tree) leaf(x ast.Expr) *term {
	leaf := term{kind: t.f.e.p.TypeOf(x).Kind, leaf: x, reg: -1}
	if n, ok := t.f.e.p.ConstOf(x); ok {
		if _, setting := x.(*ast.Ref); !setting {
			leaf.k, leaf.lit = n.N, true
		}
	}
	return t.f.e.term(leaf)
}

// evaluate puts the leaves into registers, left to right, where they may be read twice: that a lookup is asked once.
// Written numbers are loaded where they are read.
func (t *tree) evaluate(n *term) {
	switch {
	case n.op != "":
		t.evaluate(n.x)
		if n.y != nil {
			t.evaluate(n.y)
		}
	case !n.lit:
		n.reg = t.f.operand(n.leaf)
	}
}

// rounds tells whether some product or quotient below the root may be inexact: then instructions that round are wrong.
func (t *tree) rounds(n *term, root bool) bool {
	if n.op == "" {
		return false
	}
	inner := t.rounds(n.x, false)
	if n.y != nil && t.rounds(n.y, false) {
		inner = true
	}
	switch n.op {
	case "/":
		if inner || !root {
			t.hard = true
		}
		return inner || !root
	case "*":
		if inner && root && n.kind == types.Duration {
			t.hard = true
		}
		return inner || !root && !whole(n.x) && !whole(n.y)
	}
	return inner
}

// whole tells whether a term is a literal whole number: a product with it is exact.
func whole(n *term) bool { return n.lit && n.kind == types.Number && n.k%1_000_000 == 0 }

// fast computes with instructions, each leaf evaluated when it is its turn. free is a register for what comes before
// the last operation, -1 if there is none: r itself, unless it may be a name's that is read.
func (t *tree) fast(n *term, r, free int) {
	f := t.f
	next := f.next
	defer func() { f.next = next }()
	if n.op == "" {
		f.move(r, t.reg(n, -1))
		return
	}
	if t.short(n, r, free) {
		return
	}
	a := t.reg(n.x, free)
	if n.op == "neg" {
		f.abc(bundle.Negate, r, a, 0)
		return
	}
	if a == free {
		free = -1
	}
	b := t.reg(n.y, free)
	switch n.op {
	case "*":
		if t.slow != nil {
			f.abc(bundle.TryMul, r, a, b)
			f.jump(bundle.Jump, 0, t.slow)
			return
		}
		op := bundle.MulMoney
		if n.kind == types.Number {
			op = bundle.MulNumber
		}
		f.abc(op, r, a, b)
	case "/":
		op := bundle.DivMoney
		if n.kind == types.Number {
			op = bundle.DivNumber
		}
		f.abc(op, r, a, b)
	default:
		t.sum(n, r, a, b)
	}
}

// short computes with a small whole number that stands in the instruction itself: n + 1, n * 3. A product with a whole
// number is exact, so nothing need be rounded or divided.
func (t *tree) short(n *term, r, free int) bool {
	if n.y == nil || n.kind != types.Number || n.x.kind != types.Number || n.y.kind != types.Number {
		return false
	}
	x, y := n.x, n.y
	if n.op != "-" && whole(x) {
		x, y = y, x
	}
	if !whole(y) {
		return false
	}
	k := y.k / 1_000_000
	op := bundle.AddWhole
	switch {
	case n.op == "*":
		op = bundle.MulWhole
		if k < 0 || k > 255 {
			return false
		}
	case n.op == "-":
		k = -k
		fallthrough
	case n.op == "+":
		if k < -128 || k > 127 {
			return false
		}
	default:
		return false
	}
	t.f.abc(op, r, t.reg(x, free), int(k))
	return true
}

// reg computes a term into free, a register that nothing needs until then, or into a new one where that is -1. A leaf
// has its own.
func (t *tree) reg(n *term, free int) int {
	if n.op == "" {
		if n.reg >= 0 {
			return n.reg
		}
		return t.f.operand(n.leaf)
	}
	if free < 0 {
		free = t.f.temp(1)
	}
	t.fast(n, free, free)
	return free
}

// sum adds or subtracts, with the conversions of dates and times.
func (t *tree) sum(n *term, r, a, b int) {
	f := t.f
	minus := n.op == "-"
	pick := func(add, sub bundle.Op) bundle.Op {
		if minus {
			return sub
		}
		return add
	}
	switch {
	case n.kind == types.Number, n.kind == types.Months, n.kind == types.Workdays:
		f.abc(pick(bundle.AddNumber, bundle.SubNumber), r, a, b)
	case n.kind == types.Money:
		f.abc(pick(bundle.AddMoney, bundle.SubMoney), r, a, b)
	case n.kind == types.Date:
		date, days := a, b
		if n.x.kind == types.Duration {
			date, days = b, a
		}
		d := f.temp(1)
		f.abc(bundle.TimeToDays, d, days, 0)
		f.abc(pick(bundle.AddInt, bundle.SubInt), r, date, d)
	case n.kind == types.Month:
		d := f.temp(1)
		f.abc(bundle.Descale, d, b, 0)
		f.abc(pick(bundle.AddInt, bundle.SubInt), r, a, d)
	case n.kind == types.Duration && n.x.kind == types.Date:
		f.abc(bundle.SubInt, r, a, b)
		f.abc(bundle.DaysToTime, r, r, 0)
	default: // durations and moments
		f.abc(pick(bundle.AddInt, bundle.SubInt), r, a, b)
	}
}

// exact computes with rational numbers.
func (t *tree) exact(n *term, r int) {
	next := t.f.next
	defer func() { t.f.next = next }()
	p := bundle.ExactProgram{Unit: unit(n.kind)}
	t.postfix(n, &p)
	t.f.f.Exacts = append(t.f.f.Exacts, p)
	t.f.abx(bundle.Exact, r, len(t.f.f.Exacts)-1)
}

func (t *tree) postfix(n *term, p *bundle.ExactProgram) {
	switch n.op {
	case "":
		p.Steps = append(p.Steps, bundle.ExactStep{Op: 'r', Reg: uint8(t.reg(n, -1)), Unit: unit(n.kind)})
		return
	case "neg":
		t.postfix(n.x, p)
		p.Steps = append(p.Steps, bundle.ExactStep{Op: 'n'})
		return
	}
	t.postfix(n.x, p)
	t.postfix(n.y, p)
	p.Steps = append(p.Steps, bundle.ExactStep{Op: n.op[0]})
}

// unit is how many of the machine's units make one.
func unit(k types.Kind) int64 {
	switch k {
	case types.Money:
		return 100
	case types.Number, types.Months, types.Workdays:
		return 1_000_000
	case types.Date:
		return 1
	}
	return 1
}
