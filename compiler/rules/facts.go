package rules

import (
	"slices"
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// formula is a condition as far as it can be reasoned about: atoms joined by and, or, not. A nil formula is not known.
type formula struct {
	op     string // "atom", "not", "and", "or"
	atom   int
	x, y   *formula
	rivals *[]rival // the atom's
}

// atom is a statement that is true or false and stays so until something that it mentions is given another value. What
// hours, lists, switches and settings say stays the same for the length of a call.
type atom struct {
	key      string
	about    []*check.Symbol
	volatile *check.Symbol // the hours, list, switch or clock that it asks, nil for none
	local    bool          // it mentions a local or a parameter
	caller   bool          // it mentions who calls
	withheld bool          // it says that the caller's number is withheld
	rivals   []rival
}

// truth is what is known of an atom.
type truth uint8

const (
	unknown truth = iota
	yes
	no
)

func (t truth) not() truth {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

// beliefs are what is known of all atoms.
type beliefs interface {
	is(atom int) truth
	learn(atom int, t truth)
}

// logic knows the atoms of a program and the formulas of its conditions.
type logic struct {
	p        *check.Program
	atoms    []*atom
	byKey    map[string]int
	compared map[string][]compared // the atoms that compare a value with a constant, by the value
	clocked  map[int]clocked       // those among them that compare the day of the week or the hour
	absent   map[string]int        // the atom that a value is empty, by the value
	present  map[string][]int      // those that say anything else of it
	formulas map[ast.Expr]*formula
	answers  map[*ast.Arm]*formula // of the arms of a match
}

func newLogic(p *check.Program) *logic {
	return &logic{p: p, byKey: map[string]int{}, compared: map[string][]compared{}, clocked: map[int]clocked{},
		absent: map[string]int{}, present: map[string][]int{},
		formulas: map[ast.Expr]*formula{},
		answers:  map[*ast.Arm]*formula{}}
}

// of is the formula of a condition; nil if nothing can be said about it.
func (l *logic) of(e ast.Expr) *formula {
	if e == nil {
		return nil
	}
	if f, ok := l.formulas[e]; ok {
		return f
	}
	f := l.read(e)
	l.formulas[e] = f
	return f
}

func (l *logic) read(e ast.Expr) *formula {
	switch x := e.(type) {
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return l.of(x.X)
		}
	case *ast.Unary:
		if x.Op == words.Not {
			return negated(l.of(x.X))
		}
	case *ast.BoolLit:
		return nil
	case *ast.Binary:
		switch x.Op {
		case words.And, words.Or:
			a, b := l.of(x.X), l.of(x.Y)
			if a == nil && b == nil {
				return nil
			}
			return &formula{op: x.Op, x: a, y: b}
		case words.IsNot:
			return negated(l.atom("is", []ast.Expr{x.X, x.Y}))
		case words.NotIn:
			return negated(l.atom("in", []ast.Expr{x.X, x.Y}))
		case words.NoMoreThan:
			return negated(l.atom("more than", []ast.Expr{x.X, x.Y}))
		case words.NotLaterThan:
			return negated(l.atom("later than", []ast.Expr{x.X, x.Y}))
		case words.NotEarlierThan:
			return negated(l.atom("earlier than", []ast.Expr{x.X, x.Y}))
		case words.AtLeast:
			return negated(l.atom("less than", []ast.Expr{x.X, x.Y}))
		}
		return l.atom(x.Op, []ast.Expr{x.X, x.Y})
	case *ast.State:
		kind, not := x.Kind, x.Not
		switch kind {
		case "closed":
			kind, not = "open", !not
		case "off":
			kind, not = "on", !not
		}
		f := l.atom(kind, []ast.Expr{x.X})
		if not {
			return negated(f)
		}
		return f
	case *ast.Ref:
		return l.atom("true", []ast.Expr{x})
	}
	return nil
}

func negated(f *formula) *formula {
	if f == nil {
		return nil
	}
	if f.op == "not" {
		return f.x
	}
	return &formula{op: "not", x: f}
}

// atom finds or makes the atom of a relation between some values; nil if one of them may change by itself.
func (l *logic) atom(op string, values []ast.Expr) *formula {
	var key strings.Builder
	a := &atom{}
	key.WriteString(op)
	for _, v := range values {
		key.WriteByte('\n')
		if !l.stable(v, a) {
			return nil
		}
		key.WriteString(l.written(v))
	}
	a.key = key.String()
	id, ok := l.byKey[a.key]
	if !ok {
		id = len(l.atoms)
		l.byKey[a.key] = id
		l.atoms = append(l.atoms, a)
		l.rival(id, op, values)
	}
	return &formula{op: "atom", atom: id, rivals: &l.atoms[id].rivals}
}

// written is an expression as text: the same for the same, in whichever tongue the names of the library are.
func (l *logic) written(e ast.Expr) string {
	var b strings.Builder
	if ast.Dump(&b, e, false) != nil {
		return ""
	}
	s := b.String()
	name := func(t diag.Text) { s = strings.ReplaceAll(s, " :Name "+t.Zh, " :Name "+t.En) }
	ast.Walk(e, func(n ast.Node) bool {
		if r, ok := n.(*ast.Ref); ok {
			if m := l.p.RefOf(r); m != nil && m.Symbol != nil {
				if m.Symbol.Lib != nil {
					for _, w := range m.Symbol.Lib.Path {
						name(w.Text)
					}
				}
				for _, f := range m.Fields {
					name(f.Name)
				}
			}
		}
		return true
	})
	return s
}

// stable tells whether a value stays the same until one of its names is given another, and notes these names.
func (l *logic) stable(e ast.Expr, a *atom) bool {
	ok := true
	ast.Walk(e, func(n ast.Node) bool {
		r, isRef := n.(*ast.Ref)
		if !isRef {
			_, bad := n.(*ast.Bad)
			ok = ok && !bad
			return ok
		}
		s := l.p.SymbolOf(r)
		if s == nil {
			ok = false
			return false
		}
		switch s.Kind {
		case check.Function:
			ok = ok && steady(s.Lib)
			if s.Lib != nil && slices.Contains(clockValues, s.Lib.ID) {
				a.volatile = s
			}
			a.caller = a.caller || s.Lib != nil && s.Lib.ID == "caller"
		case check.Hours, check.Switch, check.NamesList:
			a.volatile = s
		case check.Local, check.Param:
			a.local = true
			a.about = append(a.about, s)
		case check.CallData, check.Setting, check.Tag:
			a.about = append(a.about, s)
		case check.Table:
			ok = false
		}
		return ok
	})
	return ok
}

// steadyValues are the library's values of the running call that stay the same as long as it lasts.
var steadyValues = []string{"caller", "call.number", "call.id", "target"}

// clockValues are those of the day and the hour. Like opening hours they count as the same all through a call.
var clockValues = []string{"now", "today", "this_month", "last_month", "next_month"}

// steady tells whether a function of the library gives the same for the same, whenever it is asked.
func steady(f *library.Function) bool {
	if f == nil || f.Class == library.Lookup {
		return false
	}
	return len(f.Params) > 0 && f.Class == library.Builtin || slices.Contains(steadyValues, f.ID) ||
		slices.Contains(clockValues, f.ID)
}

// eval tells what is known of a formula.
func (f *formula) eval(b beliefs) truth {
	if f == nil {
		return unknown
	}
	switch f.op {
	case "atom":
		t := b.is(f.atom)
		for i := 0; t == unknown && i < len(*f.rivals); i++ {
			if r := (*f.rivals)[i]; b.is(r.atom) == r.is {
				t = r.not.not()
			}
		}
		return t
	case "not":
		return f.x.eval(b).not()
	}
	x, y := f.x.eval(b), f.y.eval(b)
	decides, else_ := no, yes
	if f.op == "or" {
		decides, else_ = yes, no
	}
	switch {
	case x == decides || y == decides:
		return decides
	case x == else_ && y == else_:
		return else_
	}
	return unknown
}

// assume learns what follows from a formula's being so.
func (f *formula) assume(t truth, b beliefs) {
	if f == nil {
		return
	}
	switch f.op {
	case "atom":
		b.learn(f.atom, t)
	case "not":
		f.x.assume(t.not(), b)
	default:
		all, rest := yes, no // an `and` that holds: both do
		if f.op == "or" {
			all, rest = no, yes
		}
		if t == all {
			f.x.assume(all, b)
			f.y.assume(all, b)
			return
		}
		if f.x.eval(b) == all {
			f.y.assume(rest, b)
		} else if f.y.eval(b) == all {
			f.x.assume(rest, b)
		}
	}
}

// arm is the formula of a match's arm being the one that fits, as far as its labels can be reasoned about.
func (l *logic) arm(m *ast.Match, arm *ast.Arm) *formula {
	if f, ok := l.answers[arm]; ok {
		return f
	}
	var f *formula
	for i, label := range arm.Labels {
		g := l.label(m, label)
		if g == nil {
			f = nil
			break
		}
		if i == 0 {
			f = g
		} else {
			f = &formula{op: "or", x: f, y: g}
		}
	}
	l.answers[arm] = f
	return f
}

func (l *logic) label(m *ast.Match, label *ast.ArmLabel) *formula {
	if k := l.p.LabelOf(label); k != nil && k.Tag != "" {
		for _, part := range k.Fields {
			if part.Compare != nil {
				return nil
			}
		}
		switch k.Tag {
		case "open":
			return l.atom("open", []ast.Expr{m.Value})
		case "closed":
			return negated(l.atom("open", []ast.Expr{m.Value}))
		}
		if f := l.atom("tag "+k.Tag, []ast.Expr{m.Value}); f != nil {
			return f
		}
		return nil
	}
	if label.To != nil || label.Value == nil {
		return nil
	}
	return l.atom("is", []ast.Expr{m.Value, label.Value})
}

// cases are the ways in which a formula can be so, as what they say of its atoms. No two ways say the same, and in some
// other part a formula that is not known says nothing.
func (f *formula) cases(t truth) []fixed {
	if f == nil {
		return []fixed{{}}
	}
	switch f.op {
	case "atom":
		return []fixed{{f.atom: t}}
	case "not":
		return f.x.cases(t.not())
	}
	all := yes // an `and` that holds, an `or` that does not: both parts
	if f.op == "or" {
		all = no
	}
	if t == all {
		return joined(f.x.cases(all), f.y.cases(all))
	}
	one := f.x.cases(t)
	if f.x == nil || f.y == nil {
		return []fixed{{}}
	}
	return append(one, joined(f.x.cases(t.not()), f.y.cases(t))...)
}

// joined are the ways in which two formulas are so together.
func joined(xs, ys []fixed) (list []fixed) {
	for _, x := range xs {
		for _, y := range ys {
			both, fits := fixed{}, true
			for a, t := range x {
				both[a] = t
			}
			for a, t := range y {
				fits = fits && (both[a] == unknown || both[a] == t)
				both[a] = t
			}
			if fits {
				list = append(list, both)
			}
		}
	}
	return list
}

// possible tells whether no two of the atoms exclude each other.
func (l *logic) possible(f fixed) bool {
	for a, t := range f {
		if slices.ContainsFunc(l.atoms[a].rivals, func(r rival) bool { return t == r.not && f[r.atom] == r.is }) {
			return false
		}
	}
	return true
}

// whole tells whether all of a formula is known.
func (f *formula) whole() bool {
	return f != nil && (f.op == "atom" || f.x.whole() && (f.op == "not" || f.y.whole()))
}
