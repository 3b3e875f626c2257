package check

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// bound is the range that a figure has, both ends included: durations in milliseconds, numbers and working days in
// millionths.
type bound struct {
	kind      types.Kind // Duration; else a number or working days
	what      diag.Text
	low, high int64
	share     bool // a part of the whole, told in per cent
	parts     bool // a number may have decimal places
}

const (
	secondMS = 1000
	minuteMS = 60 * secondMS
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS
	one      = 1_000_000
)

// bounds are the ranges of the figures of each clause. They leave room for what a hotline may want, and none for a slip
// of the unit or of a zero.
var bounds = map[string]bound{
	"wait":          {kind: types.Duration, what: spelt("等待", "wait"), low: secondMS / 2, high: 2 * minuteMS},
	"between":       {kind: types.Duration, what: spelt("键间隔", "between"), low: secondMS / 2, high: minuteMS},
	"longest":       {kind: types.Duration, what: spelt("最长", "longest"), low: secondMS, high: hourMS},
	"silence":       {kind: types.Duration, what: spelt("静默", "silence"), low: secondMS, high: 5 * minuteMS},
	"within":        {kind: types.Duration, what: spelt("限时", "within"), low: secondMS / 10, high: minuteMS},
	"transfer":      {kind: types.Duration, what: spelt("限时", "within"), low: secondMS, high: 5 * minuteMS},
	"pause":         {kind: types.Duration, what: spelt("停顿", "pause"), low: secondMS / 10, high: 5 * minuteMS},
	"scale":         {what: spelt("打分", "scale"), low: 0, high: 100 * one},
	"priority":      {what: spelt("优先级", "priority"), low: 0, high: 100 * one},
	"capacity":      {what: spelt("容量", "capacity"), low: one, high: 10_000 * one},
	"misses":        {what: spelt("漏接", "misses"), low: one, high: 100 * one},
	"every":         {kind: types.Duration, what: spelt("每", "every"), low: secondMS, high: hourMS},
	"from.queue":    {kind: types.Duration, what: spelt("满", "from"), low: 0, high: dayMS},
	"longest.queue": {kind: types.Duration, what: spelt("最长", "longest"), low: secondMS, high: dayMS},
	"ring":          {kind: types.Duration, what: spelt("振铃", "ring"), low: secondMS, high: 5 * minuteMS},
	"wrap up":       {kind: types.Duration, what: spelt("话后处理", "wrap up"), low: 0, high: hourMS},
	"keep place":    {kind: types.Duration, what: spelt("保留排位", "keep place"), low: 0, high: dayMS},
	"target":        {what: spelt("目标", "target"), low: one / 100, high: one * 99 / 100, share: true},
	"target.within": {kind: types.Duration, what: spelt("目标", "target"), low: secondMS, high: hourMS},
	"last agent first": {kind: types.Duration, what: spelt("首问负责", "last agent first"), low: minuteMS,
		high: 366 * dayMS},
	"after":      {kind: types.Duration, what: spelt("隔", "after"), low: secondMS, high: 30 * dayMS},
	"places":     {what: spelt("位数", "places"), low: 0, high: 6 * one},
	"up to":      {what: spelt("限", "up to"), low: one, high: 10 * one},
	"sample":     {what: spelt("抽样", "sample"), low: one / 10_000, high: one, share: true},
	"quota":      {what: spelt("配额", "quota"), low: one, high: 1_000_000 * one},
	"at once":    {what: spelt("并发", "at once"), low: one, high: 1000 * one},
	"per second": {what: spelt("每秒", "per second"), low: one / 10, high: 100 * one, parts: true},
	"accept":     {what: spelt("受理", "accept"), low: one, high: 250 * one},
	"finish":     {what: spelt("办结", "finish"), low: one, high: 250 * one},
	"deadline":   {kind: types.Duration, what: spelt("期限", "a deadline"), low: minuteMS, high: 366 * dayMS},
	"part":       {what: spelt("比例", "part"), low: 0, high: one, share: true},
	"count":      {what: spelt("条数", "count"), low: one, high: 100 * one},
	"for":        {kind: types.Duration, what: spelt("期限", "for"), low: minuteMS, high: 3660 * dayMS},
	"urge":       {what: spelt("催办", "urge"), low: one / 100, high: one, share: true},
	"wait.test":  {kind: types.Duration, what: spelt("等待", "wait"), low: 0, high: 366 * dayMS},
	"after.test": {kind: types.Duration, what: spelt("隔", "after"), low: 0, high: 366 * dayMS},
}

// figure checks a timer or a figure of a clause: a literal or a setting of the wanted type, within its bounds. Nil is
// not there.
func (c *checker) figure(e ast.Expr, want *types.Type, clause string) {
	if e == nil {
		return
	}
	if _, isBad := e.(*ast.Bad); isBad {
		return
	}
	t := c.value(e, want)
	if t.IsBad() || !t.Fits(want) {
		return
	}
	if _, known := c.p.ConstOf(e); !known {
		c.report("RX2135", e.Span())
		return
	}
	c.bounded(e, clause)
}

// bounded checks that a value, where the compiler knows it, lies within the bounds of its clause.
func (c *checker) bounded(e ast.Expr, clause string) {
	// else its unit is missing, which has been told
	if k, known := c.p.folded(e); known && types.Same(k.Type, c.p.TypeOf(e)) {
		b := bounds[clause]
		n, whole := k.millis()
		if whole && (b.share || b.parts || !counts(k.Type) || n%one == 0) && n >= b.low && n <= b.high {
			return
		}
		d := c.report("RX2136", e.Span(), b.what, b.allowed(k.Type))
		if l, ok := e.(*ast.NumberLit); ok && b.share && l.Unit == "" && l.N >= one && l.N <= 100*one { // 抽样 20
			end := diag.Span{Start: l.Span().End, End: l.Span().End}
			*d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "补上“%”", En: "add %"}, Safe: true,
				Edits: []diag.Edit{{File: c.file, Span: end, New: "%"}}})
		}
	}
}

// counts tells whether values of a type are counted in ones.
func counts(t *types.Type) bool {
	return t.Kind == types.Number || t.Kind == types.Workdays || t.Kind == types.Months
}

// allowed says what a figure may be.
func (b bound) allowed(t *types.Type) diag.Text {
	low, high := shownValue(t.Kind, b.low, b.share), shownValue(t.Kind, b.high, b.share)
	if counts(t) && !b.share && !b.parts {
		return diag.Text{Zh: "是 " + low.Zh + " 到 " + high.Zh + " 之间的整数",
			En: "a whole number from " + low.En + " to " + high.En}
	}
	return diag.Text{Zh: "在 " + low.Zh + " 到 " + high.Zh + " 之间", En: "from " + low.En + " to " + high.En}
}

// shownValue writes a value as a flow does.
func shownValue(kind types.Kind, n int64, share bool) diag.Text {
	if kind != types.Duration {
		if share {
			text := trimZeros(fmt.Sprintf("%d.%02d", n/10_000, n%10_000/100)) + "%"
			return diag.Text{Zh: text, En: text}
		}
		text := trimZeros(fmt.Sprintf("%d.%06d", n/one, n%one))
		return diag.Text{Zh: text, En: text}
	}
	for _, u := range []struct {
		ms     int64
		zh, en string
	}{{dayMS, "天", "d"}, {hourMS, "小时", "h"}, {minuteMS, "分钟", "m"}} {
		if n >= u.ms && n%u.ms == 0 {
			return diag.Text{Zh: fmt.Sprint(n/u.ms, u.zh), En: fmt.Sprint(n/u.ms, u.en)}
		}
	}
	text := trimZeros(fmt.Sprintf("%d.%03d", n/secondMS, n%secondMS))
	return diag.Text{Zh: text + "秒", En: text + "s"}
}

func trimZeros(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

// exact is a value that the compiler has computed, in the units of its type.
type exact struct {
	Type *types.Type
	n    *big.Rat
}

// millis is the value in the units of its type; false if it is no whole number of them, or out of all bounds.
func (x exact) millis() (int64, bool) {
	if !x.n.IsInt() || !x.n.Num().IsInt64() {
		return 0, false
	}
	return x.n.Num().Int64(), true
}

// folded computes a value of literals and settings, also through sums and products.
func (p *Program) folded(e ast.Expr) (exact, bool) {
	if k, ok := p.ConstOf(e); ok {
		if k.Type == nil || k.None || k.S != "" {
			return exact{}, false
		}
		return exact{k.Type, new(big.Rat).SetInt64(k.N)}, true
	}
	switch x := e.(type) {
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return p.folded(x.X)
		}
	case *ast.Unary:
		if k, ok := p.folded(x.X); ok && x.Op == "-" {
			return exact{k.Type, k.n.Neg(k.n)}, true
		}
	case *ast.Binary:
		return p.foldedPair(x)
	}
	return exact{}, false
}

func (p *Program) foldedPair(e *ast.Binary) (exact, bool) {
	t := p.TypeOf(e)
	x, okX := p.folded(e.X)
	y, okY := p.folded(e.Y)
	if !okX || !okY || t.IsBad() {
		return exact{}, false
	}
	scale := func(k exact) *big.Rat { // as a plain factor
		return new(big.Rat).Quo(k.n, big.NewRat(one, 1))
	}
	switch e.Op {
	case "+", "-":
		if x.Type.Kind == y.Type.Kind && x.Type.Kind != t.Kind { // between two dates
			return exact{}, false
		}
		a, b := sameUnits(t, x), sameUnits(t, y)
		if e.Op == "-" {
			b.Neg(b)
		}
		return exact{t, a.Add(a, b)}, true
	case "*":
		if y.Type.Kind == types.Number {
			return exact{t, x.n.Mul(x.n, scale(y))}, true
		}
		return exact{t, y.n.Mul(y.n, scale(x))}, true
	case "/":
		switch {
		case y.n.Sign() == 0:
		case x.Type.Kind == y.Type.Kind && x.Type.Kind != types.Number:
			return exact{t, x.n.Mul(x.n.Quo(x.n, y.n), big.NewRat(one, 1))}, true
		default:
			return exact{t, x.n.Quo(x.n, scale(y))}, true
		}
	}
	return exact{}, false
}

// sameUnits is a summand in the units of the sum: days of a duration beside a date, months beside a month.
func sameUnits(t *types.Type, k exact) *big.Rat {
	switch {
	case t.Kind == types.Date && k.Type.Kind == types.Duration:
		return new(big.Rat).Quo(k.n, big.NewRat(dayMS, 1))
	case t.Kind == types.Month && k.Type.Kind == types.Months:
		return new(big.Rat).Quo(k.n, big.NewRat(one, 1))
	}
	return new(big.Rat).Set(k.n)
}

// backwards tells whether the ends of a range are known, or how far they are from the same day or month, and the lower
// one comes last.
func (c *checker) backwards(low, high ast.Expr) bool {
	from, x, okX := c.p.from(low)
	also, y, okY := c.p.from(high)
	return okX && okY && from == also && types.Same(x.Type, y.Type) && x.n.Cmp(y.n) > 0
}

// moving are the values of the library that are of the clock: what each counts from, and how many of its units away.
var moving = map[string]struct {
	from string
	away int64
}{"today": {"today", 0}, "now": {"now", 0}, "last_month": {"month", -1}, "this_month": {"month", 0},
	"next_month": {"month", 1}}

// from computes a value as folded does, or how far it is from what the clock says; from is "" for a known value.
func (p *Program) from(e ast.Expr) (from string, away exact, ok bool) {
	if k, known := p.folded(e); known {
		return "", k, true
	}
	switch x := e.(type) {
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return p.from(x.X)
		}
	case *ast.Ref:
		if s := p.SymbolOf(x); s != nil && s.Kind == Function && len(x.Tail) == 0 {
			if v, moves := moving[s.Lib.ID]; moves {
				return v.from, exact{p.TypeOf(e), big.NewRat(v.away, 1)}, true
			}
		}
	case *ast.Binary:
		at, a, known := p.from(x.X)
		b, steps := p.folded(x.Y)
		if t := p.TypeOf(e); known && steps && (x.Op == "+" || x.Op == "-") && types.Same(t, a.Type) {
			n := sameUnits(t, b)
			if x.Op == "-" {
				n.Neg(n)
			}
			return at, exact{t, n.Add(n, a.n)}, true
		}
	}
	return "", exact{}, false
}

// wholeDays reports a date to which a time is added that is no number of days.
func (c *checker) wholeDays(e *ast.Binary, x, y *types.Type) {
	d, t := e.Y, y
	if x.Kind == types.Duration {
		d, t = e.X, x
	}
	if x.Kind != types.Date && y.Kind != types.Date || t.Kind != types.Duration {
		return
	}
	if k, ok := c.p.folded(d); ok && types.Same(k.Type, c.p.TypeOf(d)) {
		if days := new(big.Rat).Quo(k.n, big.NewRat(dayMS, 1)); !days.IsInt() {
			c.report("RX2151", d.Span())
		}
	}
}

// Bounds lists the range of each figure, for SPEC.md.
func Bounds() string {
	var list []string
	for _, clause := range slices.Sorted(maps.Keys(bounds)) {
		b := bounds[clause]
		name, place, placed := strings.Cut(clause, ".")
		if place == "test" {
			continue
		}
		low, high := shownValue(b.kind, b.low, b.share), shownValue(b.kind, b.high, b.share)
		text := "`" + b.what.En + "` " + b.what.Zh
		if placed || name != b.what.En && clause != "deadline" {
			text += " (" + cmp.Or(place, name) + ")"
		}
		list = append(list, text+" "+low.En+"–"+high.En)
	}
	return wrap(strings.Join(list, " · ") + ".")
}

// wrap breaks a list into lines.
func wrap(text string) string {
	const most = 110
	var b strings.Builder
	line := 0
	for i, item := range strings.Split(text, " · ") {
		if i > 0 {
			b.WriteString(" ·")
			if line += diag.Cells(item) + 3; line > most {
				b.WriteByte('\n')
				line = diag.Cells(item)
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(item)
	}
	return "\n" + b.String()
}
