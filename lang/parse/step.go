package parse

import (
	"slices"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

// block reads Block = "{" Steps "}".
func (r *reader) block() *ast.Block { return r.steps(stepPlace, nil) }

// steps reads a body of steps and of what else may stand in it: other reads that and tells whether it did. first tells
// whether no step has come yet.
func (r *reader) steps(p *place, other func(id string, at int, first bool) bool) *ast.Block {
	from, base := r.i, len(r.pile)
	r.body(p, func(id string, at int) bool {
		if other == nil || !other(id, at, len(r.pile) == base) {
			r.into(base, r.step(id, at))
		}
		return true
	}, func(at diag.Span) { r.pile = append(r.pile, &ast.Bad{Base: ast.At(at)}) })
	b := &ast.Block{}
	if len(r.pile) > base {
		b.Steps = slices.Clone(r.pile[base:])
		r.pile = r.pile[:base]
	}
	return done(r, from, b)
}

// into appends a step to those of the block that begin at base. A return is the last one.
func (r *reader) into(base int, s ast.Step) {
	if r.failing {
		return
	}
	if n := len(r.pile); n > base {
		if last, ok := r.pile[n-1].(*ast.Return); ok && !r.muted {
			r.report("RX1036", s.Span()).Related = []diag.Related{{File: r.path, Span: last.Span(),
				Text: diag.Text{Zh: "到这里就返回了", En: "it returns here"}}}
		}
	}
	r.pile = append(r.pile, s)
}

// single makes a block of one step.
func (r *reader) single(from int, s ast.Step) *ast.Block {
	b := &ast.Block{}
	if !r.failing {
		b.Steps = []ast.Step{s}
	}
	return done(r, from, b)
}

// armBody reads ArmBody = Plain | "return" | Block.
func (r *reader) armBody() *ast.Block {
	from := r.i
	if r.is(token.LBrace) {
		return r.block()
	}
	r.armStart = from
	return r.plainStep(from)
}

// plainStep reads the one step that an arm or `otherwise` may hold without braces. A step that can
// itself take `otherwise` is read as well, and reported: whose `otherwise` would follow is anyone's
// guess.
func (r *reader) plainStep(from int) *ast.Block {
	s, ok := r.which(stepPlace)
	if !ok {
		if r.stepless() {
			return r.single(from, done(r, from, &ast.Bad{}))
		}
		id := r.guess(stepPlace)
		if id == "" {
			return r.single(from, &ast.Bad{})
		}
		muted := r.muted
		step := r.step(id, from)
		r.muted = muted
		return r.single(from, step)
	}
	r.take(s)
	id := s.Keyword.ID
	if id == words.Return {
		ret := &ast.Return{}
		if r.nameHere() && !r.tok().Has(token.FirstOnLine) {
			at := r.tokens[from].Span
			if _, arm := r.whichAt(askPlace, r.i); !arm {
				r.fail("RX1035", r.tok().Span, r.tok().Text).Fix = r.replace(at, r.goWord(at))
			}
		}
		switch r.tok().Kind {
		case token.Number, token.String, token.Date, token.Time, token.Month, token.LParen:
			if !r.tok().Has(token.FirstOnLine) { // with a value it takes braces
				ret.Value = r.expr()
				r.inBraces(from)
			}
		}
		return r.single(from, done(r, from, ret))
	}
	bare := r.bare
	r.bare = true
	step := r.step(id, from)
	r.bare = bare
	if !plainPlace.has(id) && !r.failing {
		r.inBraces(from)
	}
	return r.single(from, step)
}

// inBraces reports the step from token from on, just read, which an arm may hold in braces only.
func (r *reader) inBraces(from int) {
	if r.failing {
		return
	}
	at := r.span(from)
	d := r.report("RX1037", r.tokens[from].Span, r.tokens[from].Text)
	d.Fix = &diag.Fix{Title: diag.Text{Zh: "加上花括号", En: "put it in braces"}, Safe: true, Edits: []diag.Edit{
		{File: r.path, Span: diag.Span{Start: at.Start, End: at.Start}, New: "{ "},
		{File: r.path, Span: diag.Span{Start: at.End, End: at.End}, New: " }"},
	}}
}

// stepless reports an arm whose step is missing, at the end of its line, or only its target stands there:
// 按 1 主菜单. Reading can go on in the first case.
func (r *reader) stepless() bool {
	t := r.tok()
	if t.Kind != token.Word || r.failing || r.i == 0 {
		return false
	}
	if _, arm := r.whichAt(askPlace, r.i); arm && t.Has(token.FirstOnLine) {
		at := r.tokens[r.i-1].Span.End
		r.report("RX1022", diag.Span{Start: at, End: at}, stepPlace.what, r.raw(t))
		return true
	}
	next := r.ahead(1)
	ends := next.Has(token.FirstOnLine) || next.Kind == token.RBrace || next.Kind == token.LParen ||
		next.Kind == token.EOF
	if t.Word != nil || !ends || lone[r.near(t.Text, stepPlace.ids)] {
		return false
	}
	if head, _ := r.glued(t, stepPlace); head != "" {
		return false
	}
	if _, dial := r.dialTo(t, stepPlace); dial {
		return false
	}
	word := r.goWord(t.Span) + " " + t.Text
	r.fail("RX1026", t.Span, t.Text, word).Fix = r.replace(t.Span, word)
	return true
}

// goWord is the word for `goto` in the tongue of the word at a place.
func (r *reader) goWord(at diag.Span) string {
	if r.src[at.Start] < 0x80 {
		return words.Goto
	}
	return "转到"
}

// words that are whole steps.
var lone = map[string]bool{words.Again: true, words.Next: true, words.Stop: true, words.Continue: true,
	words.Hangup: true, words.Reject: true,
	words.PauseRecording: true, words.ResumeRecording: true}

// step reads the rest of a step after its keyword, which stands at token from.
func (r *reader) step(id string, from int) ast.Step {
	defer r.up()
	if !r.down() {
		return done(r, from, &ast.Bad{})
	}
	if lone[id] {
		return done(r, from, &ast.Word{Kind: id})
	}
	switch id {
	case words.Say:
		return r.held(from, done(r, from, &ast.Say{Early: r.keyword(words.BeforeAnswering), Said: r.said()}))
	case words.If:
		return r.ifStep(from)
	case words.Let, words.Set:
		return r.let(from, id == words.Set)
	case words.Do:
		d := &ast.Do{Call: r.ref()}
		d.Guard = r.guard()
		return done(r, from, d)
	case words.Return:
		ret := &ast.Return{}
		if !r.is(token.RBrace) && !r.stepHere() {
			ret.Value = r.expr()
			if !r.result && !r.failing {
				r.returns = append(r.returns, ret)
			}
		}
		return done(r, from, ret)
	case words.Enqueue:
		q := &ast.Enqueue{Queue: r.value()}
		if r.keyword(words.Priority) {
			q.Priority = r.value()
		}
		q.Else = r.otherwise()
		return done(r, from, q)
	case words.Transfer:
		r.needless(words.To, "到", "给")
		t := &ast.Transfer{Number: r.value()}
		if r.keyword(words.Within) {
			t.Within = r.value()
		}
		t.Else = r.otherwise()
		return done(r, from, t)
	case words.Callback:
		c := &ast.Callback{Queue: r.value()}
		r.needWord(words.To)
		c.Number = r.value()
		c.Else = r.otherwise()
		return done(r, from, c)
	case words.SendSMS, words.SendMail:
		return r.sending(from, id == words.SendMail, true)
	case words.Fax:
		f := &ast.Fax{File: r.value()}
		if !r.keyword(words.OnThisCall) {
			r.needWord(words.To)
			f.To = r.value()
		}
		f.Else = r.otherwise()
		return done(r, from, f)
	case words.ReceiveFax:
		f := &ast.ReceiveFax{Name: r.name(Declared)}
		f.Else = r.otherwise()
		return done(r, from, f)
	case words.Pause:
		return done(r, from, &ast.Pause{For: r.value()})
	case words.Language:
		return done(r, from, &ast.Language{To: r.value()})
	case words.Menu:
		return done(r, from, &ast.MenuStep{Menu: r.menu()})
	case words.Goto:
		return r.jump(from)
	case words.Match:
		return r.match(from)
	case words.Repeat:
		r.needWord(words.AtMost)
		p := &ast.Repeat{Most: r.count()}
		p.Body = r.block()
		return done(r, from, p)
	case words.ForEach:
		return r.forEach(from, r.block)
	case words.Voicemail:
		return done(r, from, &ast.Voicemail{Name: r.name(Name)})
	case words.RunSurvey:
		return done(r, from, &ast.RunSurvey{Name: r.name(Name)})
	case words.Reply:
		return done(r, from, &ast.Reply{Text: r.text()})
	case words.Attach:
		a := &ast.Attach{Name: r.name(Declared)}
		r.need(token.Eq)
		a.Value = r.value()
		return done(r, from, a)
	case words.Mark:
		return done(r, from, &ast.Mark{Name: r.oneStr()})
	case words.Topic:
		return done(r, from, &ast.Topic{Value: r.value()})
	case words.Ask:
		return r.surveyAsk(from)
	}
	r.unexpected(stepPlace.what)
	return done(r, from, &ast.Bad{})
}

// held reads the condition under which something is said: say … when C is if C { say … }.
func (r *reader) held(from int, say ast.Step) ast.Step {
	if r.failing || !r.at(words.When) {
		return say
	}
	f := &ast.If{Then: r.single(from, say)}
	r.keyword(words.When)
	f.Cond = r.expr()
	return done(r, from, f)
}

// stepHere tells whether a step begins here, so that a value does not.
func (r *reader) stepHere() bool {
	_, ok := r.which(stepPlace)
	return ok && (r.reserved(r.i) || r.tok().Has(token.FirstOnLine))
}

// ifStep reads the rest of If. 那么, and a lone `then`, before the block is dropped as prose.
func (r *reader) ifStep(from int) ast.Step {
	r.gluedCondition()
	f := &ast.If{Cond: r.expr()}
	if t := r.tok(); t.Kind == token.Word && t.Text == "那么" {
		r.marks[r.i] = mark{class: Dropped}
		r.advance()
	} else if r.at(words.Then) {
		at := r.tok().Span
		r.report("RX1038", at, r.tok().Text).Fix = r.delete(at)
		r.advance()
	}
	f.Then = r.block()
	if els := r.i; r.elseIf() {
		f.Else = r.single(els, r.deeper(els, r.ifStep))
	} else if r.elseHere() || r.instead(words.Otherwise) {
		els = r.i
		if r.keyword(words.If) {
			f.Else = r.single(els, r.deeper(els, r.ifStep))
		} else {
			f.Else = r.armBody()
		}
	}
	return done(r, from, f)
}

// elseIf reports `else if` written as one word, 否则如果 and `elseif`, and passes it.
func (r *reader) elseIf() bool {
	t := r.tok()
	if t.Kind != token.Word {
		return false
	}
	switch t.Text {
	case "否则如果":
		r.report("RX1020", t.Span, t.Text, "否则 如果").Fix = r.replace(t.Span, "否则 如果")
	case "elseif", "elif", "elsif":
		r.report("RX1019", t.Span, t.Text, "else if").Fix = r.replace(t.Span, "else if")
	default:
		return false
	}
	r.marks[r.i] = mark{class: Keyword, id: words.If}
	r.advance()
	return true
}

// elseHere reads the `otherwise` of an `if`, which English prints as `else`.
func (r *reader) elseHere() bool {
	at := r.i
	if !r.keyword(words.Otherwise) {
		return false
	}
	r.marks[at].id = Else
	return true
}

// deeper reads one more level of a chain that recursion would follow without a bound.
func (r *reader) deeper(from int, read func(int) ast.Step) ast.Step {
	defer r.up()
	if !r.down() {
		return done(r, from, &ast.Bad{})
	}
	return read(from)
}

// let reads the rest of ( "let" | "set" ) NAME "=" Source.
func (r *reader) let(from int, set bool) ast.Step {
	l := &ast.Let{Set: set}
	if set {
		l.Name = r.name(Name)
	} else {
		l.Name = r.name(Declared)
	}
	r.need(token.Eq)
	at := r.i
	s := &ast.Source{}
	switch {
	case r.keyword(words.Ask), r.instead(words.Ask), r.askMissing():
		s.Ask = r.ask(at, r.typ())
	case r.keyword(words.Record):
		s.Ask = r.ask(at, nil)
	case r.keyword(words.Do):
		s.Do = r.ref()
		s.Guard = r.guard()
	default:
		s.Expr = r.expr()
		s.Guard = r.guard()
	}
	l.Source = done(r, at, s)
	return done(r, from, l)
}

// guard reads Guard = [ "within" Value ] [ "playing" Ref ] [ Else ].
func (r *reader) guard() *ast.Guard {
	from := r.i
	g := &ast.Guard{}
	if r.keyword(words.Within) {
		g.Within = r.value()
	}
	if r.keyword(words.Playing) {
		g.Playing = r.ref()
	}
	g.Else = r.otherwise()
	return done(r, from, g)
}

// otherwise reads Else if it stands here; nil if not.
func (r *reader) otherwise() *ast.Else {
	from := r.i
	if r.bare && r.tok().Has(token.FirstOnLine) { // the menu's, most likely
		return nil
	}
	if !r.keyword(words.Otherwise) && !r.instead(words.Otherwise) {
		return nil
	}
	e := &ast.Else{}
	if !r.is(token.LBrace) {
		r.armStart = r.i
		e.Body = r.plainStep(r.i)
		return done(r, from, e)
	}
	r.i++
	_, arms := r.which(armPlace)
	r.i--
	if arms {
		e.Arms, e.Faulty = r.arms()
	} else {
		e.Body = r.block()
	}
	return done(r, from, e)
}

// send reads the rest of a message sent: to a number or a value, then the words. After the recipient
// only the words may stand, so a name there is never taken for a phrase.
// sending reads what is sent to whom; a step may say what happens otherwise.
func (r *reader) sending(from int, mail, step bool) ast.Step {
	s := &ast.Send{Mail: mail}
	r.needWord(words.To)
	s.To = r.recipient()
	s.Text = r.text()
	if r.keyword(words.Subject) {
		s.Subject = r.oneStr()
	}
	if step {
		s.Else = r.otherwise()
	}
	return done(r, from, s)
}

func (r *reader) recipient() ast.Expr {
	if r.is(token.String) {
		return r.oneStr()
	}
	if r.nameHere() {
		return r.ref()
	}
	from := r.i
	r.mendQuotes(r.unexpected(diag.Text{Zh: "收件人的号码或名称", En: "whom to send it to"}))
	return r.bad(from)
}

// jump reads the rest of `goto Ref`; a target in quotes is a slip.
func (r *reader) jump(from int) ast.Step {
	if t := r.tok(); t.Kind == token.String {
		d := r.fail("RX1039", t.Span)
		d.Args = []any{t.Text}
		d.Fix = r.replace(t.Span, t.Text)
		return done(r, from, &ast.Bad{})
	}
	return done(r, from, &ast.Goto{Target: r.ref()})
}

func (r *reader) match(from int) ast.Step {
	m := &ast.Match{Value: r.value()}
	m.Arms, m.Faulty = r.arms()
	return done(r, from, m)
}

func (r *reader) forEach(from int, body func() *ast.Block) ast.Step {
	f := &ast.ForEach{List: r.value()}
	r.needWord(words.As)
	f.Name = r.name(Declared)
	r.needWord(words.AtMost)
	f.Most = r.count()
	f.Body = body()
	return done(r, from, f)
}
