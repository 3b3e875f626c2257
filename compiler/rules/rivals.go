package rules

import (
	"math"
	"slices"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// rival is what excludes something of an atom: where another atom is so, this one is not what `not` says.
type rival struct {
	atom int // the other
	is   truth
	not  truth
}

// oppose notes that an atom cannot be one thing while another one is the other.
func (l *logic) oppose(x int, tx truth, y int, ty truth) {
	l.atoms[x].rivals = append(l.atoms[x].rivals, rival{y, ty, tx})
	l.atoms[y].rivals = append(l.atoms[y].rivals, rival{x, tx, ty})
}

// rival notes what excludes a new atom: of what is empty nothing else is true, what is one constant is no other, and
// what comes before eight o'clock does not come after nine.
func (l *logic) rival(id int, op string, values []ast.Expr) {
	if op == "empty" || op == "mobile" || op == words.In && len(values) == 2 {
		l.hollow(id, op, values[0])
	}
	if r, ok := values[0].(*ast.Ref); ok && op == "empty" && len(r.Tail) == 0 {
		s := l.p.SymbolOf(r)
		l.atoms[id].withheld = s != nil && s.Lib != nil && s.Lib.ID == "caller"
	}
	if len(values) != 2 {
		return
	}
	switch op {
	case words.Is, words.LessThan, words.MoreThan, words.EarlierThan, words.LaterThan:
	default:
		return
	}
	named := false // a setting is another in another place
	ast.Walk(values[1], func(n ast.Node) bool {
		_, isRef := n.(*ast.Ref)
		named = named || isRef
		return !named
	})
	with, ok := l.p.ConstOf(values[1])
	if named || !ok || with.None {
		return
	}
	subject := l.written(values[0])
	mine := compared{id, op, with}
	for _, other := range l.compared[subject] {
		l.compare(mine, other)
	}
	l.compared[subject] = append(l.compared[subject], mine)
	if of := l.clockOf(values[0]); of != "" {
		l.clocked[id] = clocked{mine, of}
	}
}

// hollow notes that of what is empty nothing else is true.
func (l *logic) hollow(id int, op string, value ast.Expr) {
	of := l.written(value)
	if op == "empty" {
		l.absent[of] = id
		for _, other := range l.present[of] {
			l.oppose(id, yes, other, yes)
		}
		return
	}
	l.present[of] = append(l.present[of], id)
	if empty, ok := l.absent[of]; ok {
		l.oppose(id, yes, empty, yes)
	}
}

// compared is an atom that compares a value with a constant.
type compared struct {
	atom int
	op   string
	with check.Const
}

// among is which of the values that are held as numbers an atom leaves where it is so, both ends included; false where
// they are no single stretch.
func (c *compared) among(t truth) (least, most int64, ok bool) {
	least, most = math.MinInt64, math.MaxInt64
	switch n := c.with.N; {
	case c.op == words.Is:
		return n, n, t == yes
	case (c.op == words.LessThan || c.op == words.EarlierThan) == (t == yes):
		most = n
		if t == yes {
			most--
		}
	default:
		least = n
		if t == yes {
			least++
		}
	}
	return least, most, true
}

// compare notes what two comparisons of one value exclude. That neither is true says nothing of a value that may be
// absent; the day and the hour never are.
func (l *logic) compare(x, y compared) {
	if x.with.S != "" || y.with.S != "" {
		if x.with.S != y.with.S && x.op == words.Is && y.op == words.Is {
			l.oppose(x.atom, yes, y.atom, yes)
		}
		return
	}
	if x.with.Type == nil || y.with.Type == nil || x.with.Type.Kind != y.with.Type.Kind {
		return
	}
	clock := l.atoms[x.atom].volatile
	there := clock != nil && clock.Kind == check.Function && slices.Contains(clockValues, clock.Lib.ID)
	for _, tx := range []truth{yes, no} {
		for _, ty := range []truth{yes, no} {
			xl, xm, ok := x.among(tx)
			yl, ym, both := y.among(ty)
			if ok && both && (xm < yl || ym < xl) && (there || tx == yes || ty == yes) {
				l.oppose(x.atom, tx, y.atom, ty)
			}
		}
	}
}
