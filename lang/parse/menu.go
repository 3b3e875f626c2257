package parse

import (
	"strings"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

// menu reads Menu = "{" { Lead } ( Limit | Choice ) { Limit | Arm } "}".
func (r *reader) menu() *ast.Menu {
	from := r.i
	m := &ast.Menu{}
	r.body(menuPlace, func(id string, at int) bool {
		switch id {
		case words.Say, words.Pause, words.ForEach, words.If:
			r.lead(at, len(m.Arms) > 0)
			m.Lead = r.leadStep(m.Lead, id, at)
		case words.Press, words.On, words.Otherwise:
			m.Arms = r.arm(m.Arms, id, at)
		default:
			m.Limits = append(m.Limits, r.limit(id, at))
		}
		return true
	}, func(diag.Span) { m.Faulty = true })
	r.mustCatch(from, m.Arms, m.Faulty)
	return done(r, from, m)
}

// lead reports a step of the lead that stands after the first option, where it would never be heard at
// the place it is written.
func (r *reader) lead(at int, late bool) {
	if late {
		r.report("RX1040", r.tokens[at].Span, r.tokens[at].Text)
	}
}

// leadStep reads a step of a menu's lead.
func (r *reader) leadStep(list []ast.Step, id string, at int) []ast.Step {
	var s ast.Step
	if id == words.Say && r.keyword(words.Options) {
		s = done(r, at, &ast.Say{Options: true})
	} else {
		s = r.step(id, at)
	}
	if r.failing {
		return list
	}
	return append(list, s)
}

// mustCatch reports a menu or a question without `otherwise`.
func (r *reader) mustCatch(from int, arms []*ast.Arm, faulty bool) {
	if r.failing || faulty || from == 0 {
		return
	}
	for _, a := range arms {
		if a.Otherwise {
			return
		}
	}
	at := r.tokens[from-1].Span
	if r.closedAt == r.i {
		return
	}
	r.report("RX1041", at)
}

// ask reads the body of a question: "{" { Lead } { Limit | Arm } "}". t is nil for a recording.
func (r *reader) ask(from int, t *ast.Type) *ast.Ask {
	a := &ast.Ask{Record: t == nil, Type: t}
	at := r.i
	r.body(menuPlace, func(id string, at int) bool {
		switch id {
		case words.Say, words.Pause, words.ForEach, words.If:
			r.lead(at, len(a.Arms) > 0)
			a.Lead = r.leadStep(a.Lead, id, at)
		case words.Press, words.On, words.Otherwise:
			a.Arms = r.arm(a.Arms, id, at)
		default:
			a.Limits = append(a.Limits, r.limit(id, at))
		}
		return true
	}, func(diag.Span) { a.Faulty = true })
	r.mustCatch(at, a.Arms, a.Faulty)
	return done(r, from, a)
}

// arms reads "{" Arms "}".
func (r *reader) arms() (list []*ast.Arm, faulty bool) {
	r.body(armPlace, func(id string, at int) bool {
		list = r.arm(list, id, at)
		return true
	}, func(diag.Span) { faulty = true })
	return list, faulty
}

// arm reads the rest of an arm after its keyword and appends it.
func (r *reader) arm(list []*ast.Arm, id string, from int) []*ast.Arm {
	a := &ast.Arm{}
	switch id {
	case words.Press:
		a.Keys = r.keys()
		r.bareLabel()
		if r.is(token.String) {
			a.Label = r.oneStr()
		}
		a.Unannounced = r.keyword(words.Unannounced)
		if r.keyword(words.When) {
			a.When = r.expr()
		}
	case words.On:
		a.Labels = append(a.Labels, r.label())
		for r.accept(token.Comma) || r.labelsTouch() {
			a.Labels = append(a.Labels, r.label())
		}
	default:
		a.Otherwise = true
	}
	a.Body = r.armBody()
	if r.failing {
		return list
	}
	return append(list, done(r, from, a))
}

// labelsTouch reports 当 未找到 有多个 挂机: a second name where a step should begin, and a step behind it.
func (r *reader) labelsTouch() bool {
	t := r.tok()
	if r.failing || t.Kind != token.Word || t.Has(token.FirstOnLine) || !r.nameHere() {
		return false
	}
	if _, step := r.whichAt(stepPlace, r.i); step {
		return false
	}
	next := r.ahead(1)
	_, step := r.whichAt(stepPlace, min(r.i+1, len(r.tokens)-1))
	if next.Has(token.FirstOnLine) || next.Kind != token.LBrace && next.Kind != token.Comma &&
		!(step && r.reserved(r.i+1)) {
		return false
	}
	if r.near(t.Text, stepPlace.ids) != "" {
		return false
	}
	if head, _ := r.glued(t, stepPlace); head != "" {
		return false
	}
	r.missingComma()
	return true
}

// label reads Label = "hangup" | Value [ ".." Value ].
func (r *reader) label() *ast.ArmLabel {
	from := r.i
	l := &ast.ArmLabel{}
	if r.keyword(words.Hangup) {
		l.Hangup = true
		return done(r, from, l)
	}
	if r.at(words.Press) { // 当 按1
		before := r.tokens[r.i-1].Span
		r.fail("RX1026", before.Join(r.tok().Span), r.src[before.Start:r.tokens[r.i].Span.End],
			r.tokens[r.i].Text).Fix =
			r.delete(diag.Span{Start: before.Start, End: r.tokens[r.i].Span.Start})
		return done(r, from, l)
	}
	l.Value = r.value()
	if r.accept(token.Range) {
		l.To = r.value()
	}
	return done(r, from, l)
}

func (r *reader) keys() []*ast.Key {
	list := []*ast.Key{r.key()}
	for r.is(token.Comma) {
		if s := r.ahead(1); s.Kind == token.String && strings.Trim(s.Text, "0123456789*#") != "" { // 按 2，"留言"
			at := r.tok().Span
			d := r.fail("RX1022", at, diag.Text{Zh: "选项的名称", En: "the name of the option"}, r.raw(r.tok()))
			d.Fix = r.replace(at, " ")
			break
		}
		r.advance()
		list = append(list, r.key())
	}
	return list
}

// key reads Key = NUMBER | "*" | "#" | STRING, and 星号, 井号 with or without 键.
func (r *reader) key() *ast.Key {
	from, t := r.i, r.tok()
	k := &ast.Key{}
	switch {
	case t.Kind == token.Number && !strings.Contains(t.Text, "."):
		k.Keys = t.Text
		r.advance()
		if r.is(token.Measure) {
			r.marks[r.i] = mark{class: Measure}
			r.advance()
		}
	case t.Kind == token.Star, t.Kind == token.Hash:
		k.Keys = t.Text
		r.advance()
		if w := r.tok(); w.Kind == token.Word && w.Text == "键" {
			r.marks[r.i] = mark{class: Measure}
			r.advance()
		}
	case t.Kind == token.String:
		s := r.oneStr()
		text, _ := s.Plain()
		if text == "" || strings.Trim(text, "0123456789*#") != "" {
			r.report("RX1042", t.Span, r.raw(t))
			text = "0"
		}
		k.Keys = text
	case t.Kind == token.Word && words.Key(t.Text) != "":
		k.Keys = words.Key(t.Text)
		r.marks[r.i] = mark{class: TelKey, id: k.Keys}
		r.advance()
	default:
		r.mendKey(r.unexpected(diag.Text{Zh: "按键：数字、* 或 #", En: "a key: a digit, * or #"}))
	}
	return done(r, from, k)
}

// limit reads the rest of a timer, cap or clause of a question.
func (r *reader) limit(id string, from int) *ast.Limit {
	l := &ast.Limit{Kind: id}
	switch id {
	case words.Confirm:
		if r.is(token.String) || r.langHere() {
			l.Words = r.worded()
		}
	case words.Range:
		l.Value = r.value()
		if b, ok := l.Value.(*ast.Binary); ok && b.Op == "-" && !r.is(token.Range) && !r.failing { // 1元-100元
			r.minusForRange(b)
			break
		}
		r.need(token.Range)
		l.To = r.value()
	case words.EndKey:
		l.Key = r.key()
	case words.AllowGlobalKeys:
	case words.Tries:
		l.Value = r.count()
	default:
		l.Value = r.value()
	}
	return done(r, from, l)
}

// surveyAsk reads the rest of `ask NAME [Kind] Words [{ NUMBER STRING }]`.
func (r *reader) surveyAsk(from int) ast.Step {
	a := &ast.SurveyAsk{Name: r.name(Declared), Kind: words.Choice, Min: -1, Max: -1}
	switch {
	case r.keyword(words.Choice):
	case r.keyword(words.Several):
		a.Kind = words.Several
	case r.keyword(words.NPS):
		a.Kind = words.NPS
	case r.keyword(words.Record):
		a.Kind = words.Record
	case r.keyword(words.Scale):
		a.Kind = words.Scale
		if r.is(token.Number) {
			a.Min, a.Max = r.lengths()
		}
	}
	if !r.is(token.String) && !r.langHere() {
		r.mendQuotes(r.unexpected(stringWanted))
		return done(r, from, a)
	}
	a.Words = r.worded()
	if r.is(token.LBrace) {
		r.body(choicePlace, func(_ string, at int) bool {
			if !r.is(token.Number) {
				return false
			}
			k := r.key()
			c := &ast.Choice{Key: k.Keys, Label: r.oneStr()}
			a.Choices = append(a.Choices, done(r, at, c))
			return true
		}, func(diag.Span) {})
	}
	return done(r, from, a)
}

// lengths reads NUMBER [ ".." NUMBER ] as whole numbers; the second is the first when absent.
func (r *reader) lengths() (lo, hi int) {
	lo = r.whole()
	if r.is(token.Minus) && r.ahead(1).Kind == token.Number { // 1-5
		r.report("RX1026", r.tok().Span, "-", "..").Fix = r.replace(r.tok().Span, "..")
		r.advance()
		return lo, r.whole()
	}
	if r.accept(token.Range) {
		return lo, r.whole()
	}
	return lo, lo
}

// whole reads a whole number below a million, with a measure word perhaps.
func (r *reader) whole() int {
	t := r.tok()
	if t.Kind != token.Number || t.N%1_000_000 != 0 || t.N >= 1e12 {
		r.unexpected(diag.Text{Zh: "整数", En: "a whole number"})
		return 0
	}
	r.advance()
	if r.is(token.Measure) {
		r.marks[r.i] = mark{class: Measure}
		r.advance()
	}
	return int(t.N / 1_000_000)
}

// typ reads Type = [ "secret" ] NAME { "." NAME } [ NUMBER [ ".." NUMBER ] ].
func (r *reader) typ() *ast.Type {
	from := r.i
	t := &ast.Type{Min: -1, Max: -1, Secret: r.keyword(words.Secret)}
	if r.digitsMeant() {
		return done(r, from, t)
	}
	t.Path = append(t.Path, r.name(Type))
	for r.accept(token.Dot) {
		t.Path = append(t.Path, r.name(Type))
	}
	if r.is(token.Number) && !r.tok().Has(token.FirstOnLine) {
		t.Min, t.Max = r.lengths()
	} else if w := r.tok(); w.Kind == token.Word && w.Word == nil && !w.Has(token.FirstOnLine) && !r.failing {
		if n, ok := spokenLength(w.Text); ok {
			r.fail("RX1029", w.Span, w.Text, n).Fix = r.replace(w.Span, n)
		}
	}
	return done(r, from, t)
}

// column reads Column = NAME ":" Type.
func (r *reader) column() *ast.Column {
	from := r.i
	c := &ast.Column{Name: r.name(Declared)}
	r.need(token.Colon)
	c.Type = r.typ()
	return done(r, from, c)
}

// params reads Params = "(" [ Columns ] ")" if it stands here.
func (r *reader) params() []*ast.Column {
	if !r.accept(token.LParen) {
		return nil
	}
	var list []*ast.Column
	r.listed(token.RParen, func() {
		t := r.tok() // before a colon any word may stand, but this one is to be used as a name
		if t.Kind == token.Word && t.Word.IsReserved() {
			r.report("RX1023", t.Span, t.Text)
		}
		list = append(list, r.column())
	})
	return list
}
