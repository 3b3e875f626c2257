package parse

import (
	"unicode/utf8"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
	"rexian/locale"
)

var exprWanted = diag.Text{Zh: "一个值", En: "a value"}

// bad is the expression that stands where none could be read.
func (r *reader) bad(from int) ast.Expr { return done(r, from, &ast.Bad{}) }

// down enters one more level of nesting; false, with a diagnostic, when it is one too many.
func (r *reader) down() bool {
	r.depth++
	if r.depth > MaxDepth {
		r.tooDeep("RX1034")
		return false
	}
	return true
}

func (r *reader) up() { r.depth-- }

// further counts one more operator of an expression, and as a level, for the tree of 1+1+1… leans as deep as the chain
// is long; false, with a diagnostic, when it is one too many. The chain gives its levels back at its end.
func (r *reader) further() bool {
	r.depth++
	r.operators++
	if r.depth >= MaxDepth || r.operators > MaxDepth { // the operand takes a level itself
		r.tooDeep("RX1048")
		return false
	}
	return true
}

// expr reads Expr: precedence climbs from `or` over `and`, `not`, one comparison, sums and products to
// the single operand. Its operators count together, those in parentheses too: that is what is computed at once. An
// argument, an item of a list, the hole of a text is an Expr of its own.
func (r *reader) expr() ast.Expr {
	outer := r.operators
	r.operators = 0
	x := r.or()
	r.operators = outer
	return x
}

func (r *reader) or() ast.Expr {
	from, depth := r.i, r.depth
	x := r.and()
	for (r.keyword(words.Or) || r.joins(words.Or)) && r.further() {
		x = done(r, from, &ast.Binary{Op: words.Or, X: x, Y: r.and()})
	}
	r.depth = depth
	return x
}

func (r *reader) and() ast.Expr {
	from, depth := r.i, r.depth
	x := r.not()
	for (r.keyword(words.And) || r.joins(words.And)) && r.further() {
		x = done(r, from, &ast.Binary{Op: words.And, X: x, Y: r.not()})
	}
	r.depth = depth
	return x
}

func (r *reader) not() ast.Expr {
	from := r.i
	if !r.at(words.NotIn) && r.keyword(words.Not) {
		defer r.up()
		if !r.down() {
			return r.bad(from)
		}
		return done(r, from, &ast.Unary{Op: words.Not, X: r.not()})
	}
	return r.comparison()
}

// signs are the relations spelled with signs.
var signs = map[token.Kind]string{token.Eq: words.Is, token.Ne: words.IsNot, token.Lt: words.LessThan,
	token.Le: words.NoMoreThan,
	token.Gt: words.MoreThan, token.Ge: words.AtLeast}

// dated are the words of dates for the four orders.
var dated = map[string]string{words.LaterThan: words.MoreThan, words.EarlierThan: words.LessThan,
	words.NotLaterThan:   words.NoMoreThan,
	words.NotEarlierThan: words.AtLeast}

// later are the words for the four orders beside a date, a month or a time.
var later = map[string]string{words.MoreThan: words.LaterThan, words.LessThan: words.EarlierThan,
	words.NoMoreThan: words.NotLaterThan, words.AtLeast: words.NotEarlierThan}

func isDay(x ast.Expr) bool {
	switch x.(type) {
	case *ast.DateLit, *ast.MonthLit, *ast.TimeLit:
		return true
	}
	return false
}

// states are the phrases that end a comparison.
var states = map[string]ast.State{words.IsEmpty: {Kind: "empty"}, words.IsNotEmpty: {Kind: "empty", Not: true},
	words.IsOpen: {Kind: "open"}, words.IsClosed: {Kind: "closed"}, words.IsOn: {Kind: words.On},
	words.IsOff:    {Kind: "off"},
	words.IsMobile: {Kind: "mobile"}, words.IsNotMobile: {Kind: "mobile", Not: true}}

func (r *reader) comparison() ast.Expr {
	from := r.i
	x := r.sum()
	if op, ok := signs[r.tok().Kind]; ok {
		sign := r.i
		r.advance()
		if op == words.Is && r.stateBehind(sign, false) {
			return done(r, from, &ast.Bad{})
		}
		y := r.sum()
		r.marks[sign] = mark{class: Sign, id: op}
		if later[op] != "" && (isDay(x) || isDay(y)) {
			r.marks[sign].id = later[op]
		}
		return done(r, from, &ast.Binary{Op: op, X: x, Y: y})
	}
	id := ""
	if r.than(r.i, false) {
		return done(r, from, &ast.Bad{})
	}
	if s, ok := r.which(relationPlace); ok {
		id = s.Keyword.ID
		r.take(s)
	} else if id = r.misspeltRelation(); id == "" {
		return x
	}
	if st, ok := states[id]; ok {
		st.X = x
		return done(r, from, &st)
	}
	if at := r.i - 1; id == words.Is && r.than(at, true) ||
		(id == words.Is || id == words.IsNot) && r.stateBehind(at, id == words.IsNot) {
		return done(r, from, &ast.Bad{})
	}
	if (id == words.Is || id == words.IsNot) && r.at(words.In) { // `is not in`, 是 属于
		at := r.tokens[r.i-1].Span.Join(r.tok().Span)
		in := words.ByID(words.Contextual, map[string]string{words.Is: words.In, words.IsNot: words.NotIn}[id])
		if r.marks[r.i-1].rest {
			at.Start = r.tokens[r.i-2].Span.Start
		}
		want := in.English[0]
		if r.src[at.Start] >= utf8.RuneSelf {
			want = in.Chinese[0]
		}
		r.report("RX1019", at, r.src[at.Start:at.End], want).Fix = r.replace(at, want)
		r.keyword(words.In)
		id = in.ID
	}
	if op, ok := dated[id]; ok {
		id = op
	}
	return done(r, from, &ast.Binary{Op: id, X: x, Y: r.sum()})
}

// misspeltRelation reports an unknown word after a value, on its line, that is nearly a comparison, and
// passes it: 来电号码 属与 黑名单.
func (r *reader) misspeltRelation() string {
	t := r.tok()
	if t.Kind != token.Word || t.Word != nil || t.Has(token.FirstOnLine) || r.inHole {
		return ""
	}
	id := r.near(t.Text, relationPlace.ids)
	if within := r.amongList(t); within != "" {
		r.fail("RX1026", t.Span, t.Text, within).Fix = r.replace(t.Span, within)
		return ""
	}
	if id != "" {
		r.misspelt(id)
		r.marks[r.i] = mark{class: Keyword, id: id}
		r.advance()
	}
	return id
}

// value reads Value: sums of products, without comparisons.
func (r *reader) value() ast.Expr {
	outer := r.operators
	r.operators = 0
	x := r.sum()
	r.operators = outer
	return x
}

func (r *reader) sum() ast.Expr {
	from, depth := r.i, r.depth
	x := r.product()
	for {
		op := r.tok().Kind
		if op != token.Plus && op != token.Minus || !r.further() {
			r.depth = depth
			return x
		}
		r.advance()
		x = done(r, from, &ast.Binary{Op: op.Symbol(), X: x, Y: r.product()})
	}
}

func (r *reader) product() ast.Expr {
	from, depth := r.i, r.depth
	x := r.unary()
	for {
		op := r.tok().Kind
		if op != token.Star && op != token.Slash || !r.further() {
			r.depth = depth
			return x
		}
		r.advance()
		x = done(r, from, &ast.Binary{Op: op.Symbol(), X: x, Y: r.unary()})
	}
}

func (r *reader) unary() ast.Expr {
	from := r.i
	defer r.up()
	if !r.down() {
		return r.bad(from)
	}
	t := r.tok()
	switch t.Kind {
	case token.Minus:
		r.advance()
		return done(r, from, &ast.Unary{Op: "-", X: r.unary()})
	case token.Number:
		return r.number()
	case token.String:
		return r.str()
	case token.Date:
		d := r.date()
		if tm := r.tok(); tm.Kind == token.Time && !tm.Has(token.FirstOnLine) {
			d.Time = r.time()
			done(r, from, d)
		}
		return d
	case token.Time:
		return r.time()
	case token.Month:
		r.advance()
		return done(r, from, &ast.MonthLit{Month: t.N})
	case token.LParen:
		return r.paren()
	case token.LBracket:
		r.advance()
		l := &ast.List{}
		apart := r.apart
		r.apart = true
		r.listed(token.RBracket, func() { l.Items = append(l.Items, r.expr()) })
		r.apart = apart
		return done(r, from, l)
	case token.LBrace:
		r.advance()
		rec := &ast.Record{}
		r.listed(token.RBrace, func() {
			at := r.i
			f := &ast.Field{Name: r.argName()}
			r.need(token.Colon)
			f.Value = r.expr()
			rec.Fields = append(rec.Fields, done(r, at, f))
		})
		return done(r, from, rec)
	case token.Word:
		if t.Has(token.FirstOnLine) && r.here != nil {
			if _, ok := r.whichAt(r.here, r.i); ok { // the next clause: the value is missing
				break
			}
		}
		switch {
		case r.keyword(words.Yes):
			return done(r, from, &ast.BoolLit{Yes: true})
		case r.keyword(words.No):
			return done(r, from, &ast.BoolLit{})
		case r.keyword(words.None):
			return done(r, from, &ast.None{})
		case r.at(words.Zh), r.at(words.En):
			return r.lang()
		case !r.reserved(r.i):
			if r.numeralHere() {
				return r.bad(from)
			}
			return r.ref()
		}
	}
	r.unexpected(exprWanted)
	return r.bad(from)
}

// numeralHere reports a figure in Chinese characters with its unit (一百元), unless it is a name.
func (r *reader) numeralHere() bool {
	t := r.tok()
	if t.Word != nil || t.Text[0] < 0x80 || r.plain(r.i) || r.namedFigure(t) {
		return false
	}
	return r.numeral(t)
}

// namedFigure tells whether a word that begins like a figure is a name of the file. Only such words
// are looked up, since that walks over the whole file.
func (r *reader) namedFigure(t *token.Token) bool {
	switch []rune(t.Text)[0] {
	case '一', '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '百', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖',
		'拾':
		return r.declared(t.Text)
	}
	return true
}

// listed reads items separated by commas up to the closing bracket, which it reads too. A comma before
// the closing one is let pass.
func (r *reader) listed(close token.Kind, item func()) {
	here := r.here
	r.here = nil
	defer func() { r.here = here }()
	for !r.is(close) && !r.failing {
		item()
		if !r.accept(token.Comma) && !r.commaMissing() {
			break
		}
	}
	r.need(close)
}

// commaMissing reports two items of a list that stand side by side on a line, and reads on as if the comma were there.
func (r *reader) commaMissing() bool {
	t := r.tok()
	switch {
	case r.failing || t.Has(token.FirstOnLine) || r.i == 0:
		return false
	case t.Kind == token.Number, t.Kind == token.String, t.Kind == token.Date, t.Kind == token.Month:
	case t.Kind == token.Word && r.plain(r.i):
	default:
		return false
	}
	r.missingComma()
	return true
}

// missingComma reports that a comma is missing before the token here.
func (r *reader) missingComma() {
	at := r.tokens[r.i-1].Span.End
	d := r.report("RX1050", diag.Span{Start: at, End: at})
	d.Fix = r.insert(at, ",")
	d.Fix.Safe = true
}

// number reads Number = NUMBER [UNIT | "%"].
func (r *reader) number() ast.Expr {
	from := r.i
	t := r.tok()
	r.advance()
	n := &ast.NumberLit{N: t.N}
	if r.probe != nil && r.asking(r.i) && !r.tok().Has(token.FirstOnLine) {
		r.probe.Units = true
	}
	switch u := r.tok(); {
	case u.Kind == token.Percent && u.Has(token.Touching):
		n.Unit = "%"
		r.advance()
	case u.Kind == token.Measure:
		r.marks[r.i] = mark{class: Measure}
		r.advance()
	case u.Kind == token.Unit, u.Kind == token.Word && !u.Has(token.FirstOnLine) && u.Word != nil && !r.plain(r.i):
		for _, s := range u.Word.Of(words.Unit) {
			if !r.fits(r.i, s) {
				continue
			}
			r.marks[r.i] = mark{class: Unit, id: s.Keyword.ID}
			for k := 1; k <= len(s.Rest); k++ {
				r.marks[r.i+k] = mark{class: Unit, id: s.Keyword.ID, rest: true}
			}
			r.i += len(s.Rest)
			r.advance()
			n.Unit = s.Keyword.ID
			break
		}
	case u.Kind == token.Word && u.Word == nil && !u.Has(token.FirstOnLine) && !r.plain(r.i):
		near := token.NearUnit(u.Text) // 3 seconds
		if w := words.Lookup(near); w != nil && len(w.Of(words.Unit)) > 0 {
			r.report("RX1016", u.Span, u.Text, near).Fix = r.replace(u.Span, near)
			n.Unit = w.Of(words.Unit)[0].Keyword.ID
			r.advance()
		}
	}
	return done(r, from, n)
}

func (r *reader) date() *ast.DateLit {
	from, t := r.i, r.tok()
	if !r.accept(token.Date) {
		r.unexpected(diag.Text{Zh: "日期，例如 2026-10-01", En: "a date such as 2026-10-01"})
		return done(r, from, &ast.DateLit{})
	}
	return done(r, from, &ast.DateLit{Days: t.N})
}

func (r *reader) time() *ast.TimeLit {
	from, t := r.i, r.tok()
	if !r.accept(token.Time) {
		r.mendTime(r.unexpected(diag.Text{Zh: "时间，例如 08:30", En: "a time such as 08:30"}))
		return done(r, from, &ast.TimeLit{})
	}
	return done(r, from, &ast.TimeLit{Seconds: t.N})
}

func (r *reader) lang() *ast.LangLit {
	from := r.i
	l := &ast.LangLit{}
	r.askedName(Language)
	switch {
	case r.keyword(words.Zh):
		l.Tag = words.Zh
	case r.keyword(words.En):
		l.Tag = words.En
	case r.is(token.Word) && !r.reserved(r.i):
		l.Tag = r.tok().Text
		if known, ok := locale.ByName(l.Tag); ok {
			l.Tag = known.Tag
		}
		r.marks[r.i] = mark{class: Language, id: l.Tag}
		r.advance()
	default:
		r.unexpected(diag.Text{Zh: "语种，例如“中文”“英文”", En: "a language such as zh or en"})
	}
	return done(r, from, l)
}

// langHere tells whether a language stands here before its words.
func (r *reader) langHere() bool {
	r.askedName(Language)
	if r.at(words.Zh) || r.at(words.En) {
		return true
	}
	if !r.is(token.Word) || r.reserved(r.i) || r.ahead(1).Kind != token.String || r.ahead(1).Has(token.FirstOnLine) {
		return false
	}
	_, known := locale.ByName(r.tok().Text)
	return known
}

// paren reads `(Expr)` or `(if C then A otherwise B)`, with a tail.
func (r *reader) paren() ast.Expr {
	from := r.i
	r.need(token.LParen)
	if r.keyword(words.If) {
		c := &ast.Cond{C: r.expr()}
		r.needWord(words.Then)
		c.Then = r.expr()
		if !r.elseHere() {
			r.needWord(words.Otherwise)
		}
		c.Else = r.expr()
		r.need(token.RParen)
		c.Tail = r.tail()
		return done(r, from, c)
	}
	p := &ast.Paren{X: r.or()}
	r.need(token.RParen)
	p.Tail = r.tail()
	return done(r, from, p)
}

// ref reads Ref = NAME Tail.
func (r *reader) ref() *ast.Ref {
	from := r.i
	f := &ast.Ref{Name: r.name(Name)}
	f.Tail = r.tail()
	return done(r, from, f)
}

func (r *reader) tail() []ast.Tail {
	var list []ast.Tail
	for {
		from := r.i
		switch {
		case r.accept(token.Dot):
			t := ast.Tail{Kind: ast.FieldTail, Field: r.name(Field)}
			t.SetSpan(r.span(from))
			list = append(list, t)
		case r.is(token.LParen) && !r.tok().Has(token.FirstOnLine):
			r.advance()
			t := ast.Tail{Kind: ast.CallTail}
			r.listed(token.RParen, func() { t.Args = append(t.Args, r.arg()) })
			t.SetSpan(r.span(from))
			list = append(list, t)
		case r.is(token.LBracket) && !r.tok().Has(token.FirstOnLine):
			r.advance()
			t := ast.Tail{Kind: ast.IndexTail, Index: r.expr()}
			r.need(token.RBracket)
			t.SetSpan(r.span(from))
			list = append(list, t)
		default:
			return list
		}
	}
}

// arg reads one argument, by name or by position.
func (r *reader) arg() *ast.Arg {
	from := r.i
	a := &ast.Arg{}
	if r.is(token.Word) && r.ahead(1).Kind == token.Colon {
		a.Name = r.argName()
		r.advance()
	}
	a.Value = r.expr()
	return done(r, from, a)
}

func (r *reader) argName() *ast.Name { return r.name(ArgName) }
