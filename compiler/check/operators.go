package check

import (
	"strings"

	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// binary types an operation on two values.
func (c *checker) binary(e *ast.Binary, want *types.Type) *types.Type {
	switch e.Op {
	case words.And, words.Or:
		c.value(e.X, types.Of(types.YesNo))
		before := len(c.diags)
		c.value(e.Y, types.Of(types.YesNo))
		if e.Op == words.Or {
			c.mendAlternative(e, before)
		}
		c.hollow(e)
		return types.Of(types.YesNo)
	case "+", "-", "*", "/":
		return c.arithmetic(e, want)
	}
	c.relation(e)
	return types.Of(types.YesNo)
}

// arithmetic types a sum or a product. What may be combined with what is the table in sumType and productType.
func (c *checker) arithmetic(e *ast.Binary, want *types.Type) *types.Type {
	var x, y *types.Type
	switch e.Op {
	case "+", "-":
		// In a sum a bare number takes the unit of the other side, so that a missing unit is told as such.
		if isBareNumber(e.X) && !isBareNumber(e.Y) {
			y = c.expr(e.Y, nil)
			c.inDays = y.Kind == types.Date
			x = c.expr(e.X, unitOf(y, y))
		} else {
			x = c.expr(e.X, nil)
			c.inDays = x.Kind == types.Date && isBareNumber(e.Y)
			y = c.expr(e.Y, unitOf(x, x))
		}
		c.inDays = false
	default:
		x, y = c.expr(e.X, nil), c.expr(e.Y, nil)
	}
	if x.IsBad() || y.IsBad() {
		return bad
	}
	if x.Secret || y.Secret {
		c.report("RX6002", e.Span())
		return bad
	}
	var kind types.Kind
	if e.Op == "+" || e.Op == "-" {
		kind = sumKind(e.Op, x.Kind, y.Kind)
	} else {
		kind = productKind(e.Op, x.Kind, y.Kind)
	}
	if kind == types.Bad {
		if e.Op == "+" && (x.IsText() || y.IsText()) {
			c.report("RX2110", e.Span())
		} else {
			c.report("RX2111", e.Span(), x.Describe(), y.Describe(), operatorText[e.Op])
		}
		return bad
	}
	c.wholeDays(e, x, y)
	return types.Of(kind)
}

var operatorText = map[string]diag.Text{"+": {Zh: "相加", En: "be added"}, "-": {Zh: "相减", En: "be subtracted"},
	"*": {Zh: "相乘", En: "be multiplied"}, "/": {Zh: "相除", En: "be divided"}}

func isBareNumber(e ast.Expr) bool { n, ok := e.(*ast.NumberLit); return ok && n.Unit == "" }

// unitOf is the type whose unit a bare number beside t lacks: money beside money, days beside a date.
func unitOf(t, same *types.Type) *types.Type {
	switch t.Kind {
	case types.Money, types.Duration:
		return same
	case types.Date, types.Moment:
		return types.Of(types.Duration)
	case types.Month:
		return types.Of(types.Months)
	}
	return nil
}

func sumKind(op string, x, y types.Kind) types.Kind {
	switch {
	case x == y && (x == types.Number || x == types.Money || x == types.Duration || x == types.Months ||
		x == types.Workdays):
		return x
	case op == "-" && x == y && (x == types.Date || x == types.Moment):
		return types.Duration
	case (x == types.Date || x == types.Moment) && y == types.Duration:
		return x
	case x == types.Month && y == types.Months:
		return x
	case op == "+" && x == types.Duration && (y == types.Date || y == types.Moment):
		return y
	}
	return types.Bad
}

func productKind(op string, x, y types.Kind) types.Kind {
	switch {
	case x == types.Number && y == types.Number:
		return types.Number
	case (x == types.Money || x == types.Duration) && y == types.Number:
		return x
	case op == "*" && x == types.Number && (y == types.Money || y == types.Duration):
		return y
	case op == "/" && x == y && (x == types.Money || x == types.Duration):
		return types.Number
	}
	return types.Bad
}

// relation checks a comparison.
func (c *checker) relation(e *ast.Binary) {
	switch e.Op {
	case words.In, words.NotIn:
		c.membership(e)
		return
	case words.Contains:
		x, y := c.expr(e.X, nil), c.expr(e.Y, types.Of(types.Text))
		if c.secretCompared(e, x, y) || x.IsBad() || y.IsBad() {
			return
		}
		if !x.IsText() || !y.IsText() {
			c.report("RX2112", e.Span(), x.Describe(), y.Describe())
		}
		return
	}
	var x, y *types.Type
	if isLiteral(e.X) && !isLiteral(e.Y) {
		y = c.expr(e.Y, nil)
		x = c.expr(e.X, y)
	} else {
		x = c.expr(e.X, nil)
		if e.Op != words.Is && e.Op != words.IsNot && !x.IsBad() && x.IsText() && !x.Secret {
			c.report("RX2114", e.Span(), x.Describe()) // no order: what stands on the other side is no matter
			c.expr(e.Y, nil)
			return
		}
		y = c.expr(e.Y, x)
	}
	if x.IsBad() || y.IsBad() || c.secretCompared(e, x, y) {
		return
	}
	equal := e.Op == words.Is || e.Op == words.IsNot
	if equal && (x.Kind == types.None || y.Kind == types.None) {
		return
	}
	switch {
	case x.Kind == types.ListOf || x.Kind == types.RecordOf || x.IsNamed(),
		y.Kind == types.ListOf || y.Kind == types.RecordOf || y.IsNamed():
		d := c.report("RX2113", e.Span(), x.Describe(), y.Describe())
		if equal && y.Kind == types.Names && x.IsText() {
			c.fixIn(d, e)
		}
	case equal && (x.Fits(y) || y.Fits(x) || x.Kind == types.Digits && y.Kind == types.Digits):
	case equal && x.IsText() && y.IsText() && (x.Kind == types.Text || y.Kind == types.Text):
	case !equal && types.Same(x, y) && x.IsOrdered():
	default:
		if !equal && types.Same(x, y) {
			c.report("RX2114", e.Span(), x.Describe())
		} else {
			d := c.report("RX2112", e.Span(), x.Describe(), y.Describe())
			if x.Kind == types.Number || y.Kind == types.Number {
				c.mendCompared(d, e.X, e.Y, types.Of(types.Number))
			}
			if x.Kind == types.Moment && y.Kind == types.Time || x.Kind == types.Time && y.Kind == types.Moment {
				*d = d.WithNotes(diag.Text{Zh: "“现在”是带日期的时间点；要按几点分开，请声明“作息”，写 如果 办公时间 开放",
					En: "now is a moment with its date; to tell the hours of a day apart declare hours and write if office is open"})
			}
		}
	}
}

// fixIn puts `in` for `is` between a number and a list.
func (c *checker) fixIn(d *diag.Diagnostic, e *ast.Binary) {
	at := diag.Span{Start: e.X.Span().End, End: e.Y.Span().Start}
	zh, en := " 属于 ", " in "
	if e.Op == words.IsNot {
		zh, en = " 不属于 ", " not in "
	}
	word := c.wordAt(at.End, zh, en)
	*d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "改为“" + strings.TrimSpace(zh) + "”", En: "write" + en}, Safe: true,
		Edits: []diag.Edit{{File: c.file, Span: at, New: word}}})
}

func isLiteral(e ast.Expr) bool {
	switch e.(type) {
	case *ast.NumberLit, *ast.StringLit:
		return true
	}
	return false
}

// secretCompared reports a comparison of a secret.
func (c *checker) secretCompared(e ast.Expr, x, y *types.Type) bool {
	if !x.IsBad() && x.Secret || !y.IsBad() && y.Secret {
		c.report("RX6002", e.Span())
		return true
	}
	return false
}

// membership checks X in Y: a number in a list of the console, or a value among others.
func (c *checker) membership(e *ast.Binary) {
	x := c.expr(e.X, nil)
	var y *types.Type
	if l, ok := e.Y.(*ast.List); ok {
		y = c.expr(l, types.List(x))
	} else {
		y = c.expr(e.Y, nil)
	}
	if x.IsBad() || y.IsBad() || c.secretCompared(e, x, y) {
		return
	}
	switch {
	case y.Kind == types.Names:
		if !x.IsText() {
			c.report("RX2101", e.X.Span(), types.Of(types.Phone).Describe(), x.Describe())
		}
	case y.Kind == types.ListOf:
		if !x.Fits(y.Elem) && !y.Elem.Fits(x) || x.Kind == types.RecordOf || x.Kind == types.ListOf {
			c.report("RX2112", e.Span(), x.Describe(), y.Elem.Describe())
		}
	default:
		c.report("RX2101", e.Y.Span(), diag.Text{Zh: "名单或列表", En: "a list"}, y.Describe())
	}
}

var stateWants = map[string]types.Kind{"open": types.Hours, "closed": types.Hours, "on": types.Switch,
	"off":    types.Switch,
	"mobile": types.Phone}

// state checks `X is empty`, `X is open`…
func (c *checker) state(e *ast.State) {
	t := c.expr(e.X, nil)
	if t.IsBad() {
		return
	}
	if e.Kind == "empty" {
		if t.IsNamed() {
			c.report("RX2115", e.Span(), t.Describe())
		}
		return
	}
	if t.Secret {
		c.report("RX6002", e.Span())
		return
	}
	if want := stateWants[e.Kind]; t.Kind != want {
		c.report("RX2101", e.X.Span(), types.Of(want).Describe(), t.Describe())
	}
}
