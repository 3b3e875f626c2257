package check

import (
	"strings"

	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

var bad = types.Of(types.Bad)

// expr finds the type of an expression. want is the type its place expects, nil if it expects none: a
// literal becomes what is wanted (text in quotes a telephone number), and a bare word may be a tag of it. The
// caller checks that the type fits (see value).
func (c *checker) expr(e ast.Expr, want *types.Type) *types.Type {
	t := c.infer(e, want)
	if t == nil {
		t = bad
	}
	if e != nil {
		c.p.types.Set(e, t)
	}
	return t
}

func (c *checker) infer(e ast.Expr, want *types.Type) *types.Type {
	switch e := e.(type) {
	case *ast.NumberLit:
		return c.numberLit(e, want)
	case *ast.StringLit:
		return c.stringLit(e, want)
	case *ast.DateLit:
		if e.Time != nil {
			return types.Of(types.Moment)
		}
		return types.Of(types.Date)
	case *ast.TimeLit:
		return types.Of(types.Time)
	case *ast.MonthLit:
		return types.Of(types.Month)
	case *ast.BoolLit:
		return types.Of(types.YesNo)
	case *ast.LangLit:
		c.languageTag(e)
		return types.Of(types.Language)
	case *ast.None:
		return types.Of(types.None)
	case *ast.Ref:
		return c.ref(e, want, false)
	case *ast.Paren:
		return c.tail(e, e.Tail, c.expr(e.X, want))
	case *ast.Cond:
		return c.cond(e, want)
	case *ast.Unary:
		if e.Op == words.Not {
			c.value(e.X, types.Of(types.YesNo))
			return types.Of(types.YesNo)
		}
		t := c.expr(e.X, want)
		if !t.IsBad() && t.Kind != types.Number && t.Kind != types.Money && t.Kind != types.Duration {
			c.report("RX2104", e.Span(), diag.Text{Zh: "取负", En: "be negated"}, t.Describe())
			return bad
		}
		return t
	case *ast.Binary:
		return c.binary(e, want)
	case *ast.State:
		c.state(e)
		return types.Of(types.YesNo)
	case *ast.List:
		return c.list(e, want)
	case *ast.Record:
		return c.record(e, want)
	}
	return bad
}

// value finds the type of an expression and checks that it fits where want is wanted.
func (c *checker) value(e ast.Expr, want *types.Type) *types.Type {
	t := c.expr(e, want)
	c.fit(e, t, want)
	return t
}

// fit checks that a value of type t may go where want is wanted.
func (c *checker) fit(e ast.Expr, t, want *types.Type) bool {
	if t.IsBad() || want.IsBad() {
		return true
	}
	if t.Secret && !want.Secret {
		c.report("RX6003", e.Span())
		return false
	}
	if t.Kind == types.None || t.Fits(want) {
		return true
	}
	c.mendValue(c.report("RX2101", e.Span(), want.Describe(), t.Describe()), e, t, want)
	return false
}

// numberLit types a number by its unit; without one it is a number, unless money or a time is wanted: then the
// unit is missing.
func (c *checker) numberLit(e *ast.NumberLit, want *types.Type) *types.Type {
	k, exact := numberConst(e)
	if k.Type == nil {
		c.report("RX2107", e.Span())
		return bad
	}
	if !exact {
		c.report("RX2108", e.Span(), k.Type.Describe())
	}
	if e.Unit == "" && want != nil {
		unit, zh := "", ""
		switch want.Kind {
		case types.Money:
			unit, zh = " yuan", "元"
		case types.Duration:
			if unit, zh = "s", "秒"; c.inDays {
				unit, zh = "d", "天"
			}
		case types.Workdays:
			unit, zh = " workdays", "个工作日"
		case types.Months:
			unit, zh = " months", "个月"
		}
		if unit != "" {
			c.missingUnit(e, want, unit, zh)
			return want
		}
	}
	return k.Type
}

func (c *checker) missingUnit(e ast.Expr, want *types.Type, unit, zh string) {
	end := diag.Span{Start: e.Span().End, End: e.Span().End}
	d := c.report("RX2105", e.Span(), diag.Text{Zh: zh, En: unit}, want.Describe())
	if want.Kind == types.Money || want.Kind == types.Duration && !c.longest(e) { // never safe: minutes may be meant
		*d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "补上“" + zh + "”", En: "add the unit"},
			Edits: []diag.Edit{{File: c.file, Span: end, New: c.wordAt(e.Span().Start, zh, unit)}}})
	}
}

// stringLit types text in quotes. It becomes an identifying number where one is wanted, and is checked as one.
func (c *checker) stringLit(e *ast.StringLit, want *types.Type) *types.Type {
	c.holes(e, written)
	text, whole := e.Plain()
	if want == nil || want.IsBad() {
		return types.Of(types.Text)
	}
	switch want.Kind {
	case types.Digits, types.Phone, types.TaxpayerID, types.ResidentID, types.Recording:
	default:
		return types.Of(types.Text)
	}
	if !whole {
		return types.Of(types.Text)
	}
	fault := ident.OK
	switch want.Kind {
	case types.Phone:
		_, _, fault = ident.Phone(text)
	case types.TaxpayerID:
		_, _, fault = ident.TaxpayerID(text)
	case types.ResidentID:
		_, fault = ident.ResidentID(text)
	case types.Digits:
		for _, r := range text {
			if r < '0' || r > '9' {
				fault = ident.Character
			}
		}
		if n := len(text); fault == ident.OK && want.Max > 0 && (n < want.Min || n > want.Max) {
			fault = ident.Length
		}
	}
	t := *want
	t.Secret = false
	if fault != ident.OK {
		c.report("RX2106", e.Span(), text, t.Describe(), faultText[fault])
	}
	if t.Kind == types.Digits {
		t.Min, t.Max = len(text), len(text)
		if want.Max > 0 {
			t.Min, t.Max = want.Min, want.Max
		}
	}
	return &t
}

var faultText = map[ident.Fault]diag.Text{
	ident.Length:    {Zh: "位数不对", En: "its length is wrong"},
	ident.Character: {Zh: "有不该有的字符", En: "it holds a character that cannot be"},
	ident.Region:    {Zh: "前几位不是地区代码", En: "its first digits name no region"},
	ident.Date:      {Zh: "其中的日期不存在", En: "the date in it does not exist"},
	ident.Check:     {Zh: "校验位不对，可能抄错了一位", En: "its check character does not fit; one may be mistyped"},
	ident.Unlisted:  {Zh: "不在所列之中", En: "it is not listed"},
	ident.Long:      {Zh: "太长", En: "it is too long"},
}

func (c *checker) cond(e *ast.Cond, want *types.Type) *types.Type {
	c.value(e.C, types.Of(types.YesNo))
	a := c.expr(e.Then, want)
	if want == nil && !a.IsBad() && a.Kind != types.None {
		want = a
	}
	b := c.expr(e.Else, want)
	t, ok := types.Join(a, b)
	if !ok {
		c.report("RX2101", e.Else.Span(), a.Describe(), b.Describe())
	}
	return c.tail(e, e.Tail, t)
}

func (c *checker) list(e *ast.List, want *types.Type) *types.Type {
	var elem *types.Type
	if want != nil && want.Kind == types.ListOf {
		elem = want.Elem
	} else if want != nil && !want.IsBad() && want.Kind != types.RecordOf {
		elem = want // a in [b, c]
	}
	for _, item := range e.Items {
		t := c.expr(item, elem)
		if !t.IsBad() && t.Secret { // a list is no secret, so it may hold none
			c.report("RX6003", item.Span())
			continue
		}
		if elem == nil {
			elem = t
			continue
		}
		c.fit(item, t, elem)
	}
	if elem == nil {
		elem = bad
	}
	return types.List(elem)
}

func (c *checker) record(e *ast.Record, want *types.Type) *types.Type {
	if want == nil || want.Kind != types.RecordOf {
		for _, f := range e.Fields {
			c.expr(f.Value, nil)
		}
		if want == nil {
			c.report("RX2119", e.Span())
		} else if !want.IsBad() {
			c.report("RX2101", e.Span(), want.Describe(), types.Of(types.RecordOf).Kind.Name())
		}
		return bad
	}
	seen := map[*types.Field]bool{}
	for _, f := range e.Fields {
		field := c.field(f.Name, want.Record)
		if field == nil {
			c.expr(f.Value, nil)
			continue
		}
		if seen[field] {
			c.report("RX2103", f.Name.Span(), f.Name.Text, diag.Text{Zh: "写了两次", En: "is given twice"})
		}
		seen[field] = true
		c.value(f.Value, field.Type)
	}
	return want
}

// field finds a field of a record by its name; nil, with a finding, if it has none.
func (c *checker) field(n *ast.Name, r *types.Record) *types.Field {
	if n == nil || n.Text == "" {
		return nil
	}
	f := r.Field(n.Text)
	if f == nil {
		meant := guessedOf(n.Text, r.FieldNames())
		d := c.report("RX2006", n.Span(), r.Name, n.Text, meant.said())
		c.fix(d, n, meant)
		*d = d.WithNotes(fieldList(r))
		return nil
	}
	c.occursField(n, f, false)
	if f.Name.En != f.Name.Zh {
		c.note(n, library.Word{ID: f.ID, Text: f.Name})
	}
	return f
}

// fieldList names the fields of a record.
func fieldList(r *types.Record) diag.Text {
	var zh, en []string
	for _, f := range r.Fields {
		zh, en = append(zh, f.Name.Zh), append(en, f.Name.En)
	}
	return diag.Text{Zh: "有这几项：" + strings.Join(zh, "、"), En: "it has " + strings.Join(en, ", ")}
}

// tail reads the fields after a value in brackets.
func (c *checker) tail(e ast.Expr, tail []ast.Tail, t *types.Type) *types.Type {
	if len(tail) == 0 {
		return t
	}
	m := &Ref{Use: &bare}
	c.p.fields[e] = m
	return c.fieldsOf(m, tail, t)
}

// fieldsOf follows the fields of a tail from a value of type t. Calls and keys have no place in it.
func (c *checker) fieldsOf(m *Ref, tail []ast.Tail, t *types.Type) *types.Type {
	for i := range tail {
		part := &tail[i]
		if t.IsBad() {
			return bad
		}
		if part.Kind != ast.FieldTail {
			for _, a := range part.Args {
				c.expr(a.Value, nil)
			}
			c.report("RX2121", part.Span(), t.Describe())
			return bad
		}
		if part.Field == nil || part.Field.Text == "" {
			return bad
		}
		of, list := t, false
		if t.Kind == types.ListOf {
			of, list = t.Elem, true
		}
		if of.IsBad() {
			return bad
		}
		if of.Kind != types.RecordOf {
			c.report("RX2109", part.Field.Span(), of.Describe(), part.Field.Text)
			return bad
		}
		f := c.field(part.Field, of.Record)
		if f == nil {
			return bad
		}
		ft := f.Type
		if t.Secret && !ft.Secret {
			ft = types.AsSecret(ft)
		}
		if list {
			ft = types.List(ft)
		}
		t = ft
		u := m.own()
		u.Fields, u.Types = append(u.Fields, f), append(u.Types, t)
	}
	return t
}
