package check

import (
	"math/big"
	"slices"
	"strings"

	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// told is what a comparison with a literal says of a value: that it lies between two ends, nil for none, or that it is
// a text.
type told struct {
	of                *ast.Ref
	at                diag.Span
	low, high         *big.Rat
	lowOpen, highOpen bool // the end is not included
	text              *string
}

// hollow finds `a more than 5 and a less than 3`, which never holds, and `a is not 1 or a is not 2`, which always does:
// the two sides compare the same value with literals that leave it nothing in common. Of `or` the opposites are looked
// at. What stands within a side has been told there.
func (c *checker) hollow(e *ast.Binary) {
	never := e.Op == words.And
	left := c.comparisons(e.X, e.Op, never, nil)
	right := c.comparisons(e.Y, e.Op, never, nil)
	if c.apart(left, left) != nil || c.apart(right, right) != nil {
		return
	}
	if pair := c.apart(left, right); pair != nil {
		x, y := pair[0], pair[1]
		what := diag.Text{Zh: "永远成立", En: "always true"}
		if never {
			what = diag.Text{Zh: "永远不成立", En: "never true"}
		}
		d := diag.New("RX2158", c.file, y.at, what, c.src[y.of.Span().Start:y.of.Span().End]).WithRelated(c.file, x.at,
			diag.Text{Zh: "前面的比较", En: "the comparison before"})
		if fix, ok := c.otherWay(e); ok {
			d = d.WithFix(fix)
		}
		c.diags = append(c.diags, d)
	}
}

// apart finds a comparison of each list that have nothing in common though they are about the same value.
func (c *checker) apart(left, right []told) []told {
	for _, y := range right {
		for _, x := range left {
			if c.sameValue(x.of, y.of) && x.and(y).hollow() {
				return []told{x, y}
			}
		}
	}
	return nil
}

// comparisons lists what the parts of a condition say that op joins, or the opposites of what they say.
func (c *checker) comparisons(e ast.Expr, op string, asSaid bool, list []told) []told {
	switch x := e.(type) {
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return c.comparisons(x.X, op, asSaid, list)
		}
	case *ast.Binary:
		if x.Op == op {
			return c.comparisons(x.Y, op, asSaid, c.comparisons(x.X, op, asSaid, list))
		}
		if t, ok := c.comparison(x, asSaid); ok {
			return append(list, t)
		}
	}
	return list
}

// turned are the relations with their sides exchanged, opposite those that hold where the others do not.
var (
	turned = map[string]string{"is": "is", "is not": "is not", "more than": "less than", "less than": "more than",
		"at least": "no more than", "no more than": "at least"}
	opposite = map[string]string{"is": "is not", "is not": "is", "more than": "no more than",
		"no more than": "more than", "less than": "at least", "at least": "less than"}
)

// comparison is what a comparison of a value with a literal says, or the opposite.
func (c *checker) comparison(e *ast.Binary, asSaid bool) (told, bool) {
	op, with := e.Op, e.Y
	ref, ok := e.X.(*ast.Ref)
	if !ok {
		ref, ok = e.Y.(*ast.Ref)
		op, with = turned[op], e.X
	}
	if !asSaid {
		op = opposite[op]
	}
	if !ok || op == "" || op == "is not" || !c.varying(ref) || !literal(with) {
		return told{}, false
	}
	t := told{of: ref, at: e.Span()}
	if k, known := c.p.ConstOf(with); known && k.Type != nil && k.Type.IsText() {
		t.text = &k.S
		return t, op == "is"
	}
	k, known := c.p.folded(with)
	if !known || !types.Same(k.Type, c.p.TypeOf(ref)) {
		return told{}, false
	}
	switch op {
	case "is":
		t.low, t.high = k.n, k.n
	case "more than", "at least":
		t.low, t.lowOpen = k.n, op == "more than"
	case "less than", "no more than":
		t.high, t.highOpen = k.n, op == "less than"
	}
	return t, true
}

// varying tells whether a reference is a value of the call by its bare name, or a field of one.
func (c *checker) varying(r *ast.Ref) bool {
	m := c.p.RefOf(r)
	if m == nil || m.Symbol == nil || m.Called || m.Key != nil {
		return false
	}
	return m.Symbol.Kind == Local || m.Symbol.Kind == Param || m.Symbol.Kind == CallData
}

func (c *checker) sameValue(a, b *ast.Ref) bool {
	m, n := c.p.RefOf(a), c.p.RefOf(b)
	return m.Symbol == n.Symbol && slices.Equal(m.Fields, n.Fields)
}

// literal tells whether a value is written here: a deployment may give a setting another one.
func literal(e ast.Expr) bool {
	plain := true
	ast.Walk(e, func(n ast.Node) bool {
		if _, is := n.(*ast.Ref); is {
			plain = false
		}
		return plain
	})
	return plain
}

// and is what two comparisons of one value say together.
func (t told) and(o told) told {
	if t.text != nil && o.text != nil && *t.text != *o.text {
		return told{low: big.NewRat(1, 1), high: new(big.Rat)}
	}
	if o.low != nil && (t.low == nil || o.low.Cmp(t.low) > 0 || o.low.Cmp(t.low) == 0 && o.lowOpen) {
		t.low, t.lowOpen = o.low, o.lowOpen
	}
	if o.high != nil && (t.high == nil || o.high.Cmp(t.high) < 0 || o.high.Cmp(t.high) == 0 && o.highOpen) {
		t.high, t.highOpen = o.high, o.highOpen
	}
	return t
}

// hollow tells whether nothing lies between the ends.
func (t told) hollow() bool {
	if t.low == nil || t.high == nil {
		return false
	}
	n := t.low.Cmp(t.high)
	return n > 0 || n == 0 && (t.lowOpen || t.highOpen)
}

// otherWay is the fix that joins the sides by the other word, in the tongue of the one that stands there.
func (c *checker) otherWay(e *ast.Binary) (diag.Fix, bool) {
	at := diag.Span{Start: e.X.Span().End, End: e.Y.Span().Start}
	word := strings.TrimSpace(c.src[at.Start:at.End])
	other := map[string]string{"and": "or", "or": "and", "且": "或", "并且": "或者", "或": "且", "或者": "并且"}[word]
	if other == "" {
		return diag.Fix{}, false
	}
	at.Start += strings.Index(c.src[at.Start:at.End], word)
	at.End = at.Start + len(word)
	return diag.Fix{Title: diag.Text{Zh: "改为“" + other + "”", En: "write " + other},
		Edits: []diag.Edit{{File: c.file, Span: at, New: other}}}, true
}
