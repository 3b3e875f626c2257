package parse

import (
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

// declaration reads the next declaration of the file, or a Bad where none could be read; nil at the
// end of the file.
func (r *reader) declaration() ast.Decl {
	r.closedAt, r.braces, r.suspect, r.depth, r.muted = -1, r.braces[:0], -1, 0, false
	r.unpaired = false
	for r.is(token.Comma) {
		r.advance()
	}
	from := r.i
	if r.is(token.EOF) {
		return nil
	}
	var d ast.Decl
	if s, ok := r.which(declPlace); ok {
		r.deep = false // of the declaration before; what is left of that one is passed over without a word
		r.take(s)
		d = r.declare(s.Keyword.ID, from)
	} else if id := r.outside(); id != "" {
		d = r.declare(id, from)
	}
	r.muted = false
	if r.failing || d == nil {
		return &ast.Bad{Base: ast.At(r.nextDeclaration(from))}
	}
	return done(r, from, d)
}

// outside reports what stands where a declaration should.
func (r *reader) outside() string {
	t := r.tok()
	if t.Kind == token.RBrace {
		r.fail("RX1043", t.Span)
		return ""
	}
	if _, ok := r.whichAt(stepPlace, r.i); ok && r.near(t.Text, declPlace.ids) == "" {
		r.fail("RX1044", t.Span, t.Text)
		return ""
	}
	return r.guess(declPlace)
}

// nextDeclaration passes tokens up to the next declaration that begins a line.
func (r *reader) nextDeclaration(from int) diag.Span {
	r.failing = false
	if r.i == from {
		r.skip()
	}
	for !r.is(token.EOF) {
		if r.declarationLine() {
			break
		}
		if _, ok := r.whichAt(declPlace, r.i); ok && r.tok().Has(token.FirstOnLine) {
			break
		}
		r.skip()
	}
	return r.span(from)
}

func (r *reader) declare(id string, from int) ast.Decl {
	switch id {
	case words.Number:
		d := &ast.NumberDecl{Numbers: r.strs()}
		r.needWord(words.Enters)
		d.Target = r.name(Name)
		return d
	case words.Message:
		return r.message()
	case words.Languages:
		d := &ast.LanguagesDecl{Languages: []*ast.LangLit{r.lang()}}
		for r.accept(token.Comma) {
			d.Languages = append(d.Languages, r.lang())
		}
		r.needWord(words.Fallback)
		d.Fallback = r.lang()
		return d
	case words.Setting:
		d := &ast.SettingDecl{Name: r.name(Declared)}
		if r.is(token.Eq) && r.untyped() {
			return d
		}
		r.need(token.Colon)
		d.Type = r.typ()
		r.need(token.Eq)
		d.Value = r.expr()
		return d
	case words.Switch:
		d := &ast.SwitchDecl{Name: r.name(Declared), On: r.keyword(words.OnSwitch)}
		if !d.On && !r.keyword(words.Off) {
			r.mendSwitch(r.unexpected(diag.Text{Zh: "“开启”或“关闭”", En: "`on` or `off`"}))
		}
		return d
	case words.List:
		return &ast.ListDecl{Name: r.name(Declared)}
	case words.Table:
		d := &ast.TableDecl{Name: r.name(Declared)}
		r.needWord(words.FromTable)
		d.File = r.oneStr()
		if r.need(token.LBrace) {
			r.listed(token.RBrace, func() { d.Columns = append(d.Columns, r.column()) })
		}
		return d
	case words.CallData:
		d := &ast.CallDataDecl{Name: r.name(Declared)}
		r.need(token.Colon)
		d.Type = r.typ()
		return d
	case words.Defaults:
		return r.defaults()
	case words.Calendar:
		return r.calendar()
	case words.Hours:
		return r.hours()
	case words.Prompt:
		d := &ast.PromptDecl{Name: r.name(Declared)}
		d.Wordings = r.wordings()
		return d
	case words.Template:
		d := &ast.TemplateDecl{Name: r.name(Declared)}
		d.Params = r.params()
		d.Wordings = r.wordings()
		return d
	case words.Mailbox:
		return r.mailbox()
	case words.TicketType:
		return r.ticketType()
	case words.Flow:
		return r.flow()
	case words.Menu:
		d := &ast.MenuDecl{Name: r.name(Declared)}
		d.Params = r.params()
		d.Menu = r.menu()
		return d
	case words.Queue:
		return r.queue()
	case words.Campaign:
		return r.campaign()
	case words.TextCampaign:
		return r.textCampaign()
	case words.Survey:
		return r.survey()
	case words.Rule:
		return r.rule()
	case words.Test:
		return r.test()
	}
	return nil
}

// untyped reports 参数 甲 = 50元, with the type that its value has.
func (r *reader) untyped() bool {
	var kind diag.Text
	switch v, unit := r.ahead(1), r.ahead(2); v.Kind {
	case token.String:
		kind = diag.Text{Zh: "文本", En: "text"}
	case token.Date:
		kind = diag.Text{Zh: "日期", En: "date"}
	case token.Time:
		kind = diag.Text{Zh: "时刻", En: "time"}
	case token.Number:
		if kind = (diag.Text{Zh: "数值", En: "number"}); unit.Word == nil {
			break
		}
		for _, s := range unit.Word.Of(words.Unit) {
			switch s.Keyword.ID {
			case "yuan", "wan yuan", "yi yuan":
				kind = diag.Text{Zh: "金额", En: "money"}
			case "s", "m", "h", "d":
				kind = diag.Text{Zh: "时长", En: "duration"}
			}
		}
	}
	if kind.En == "" {
		return false
	}
	tongue := diag.Zh
	if r.src[r.tokens[0].Span.Start] < 0x80 {
		tongue = diag.En
	}
	end := r.tokens[r.i-1].Span.End
	d := r.fail("RX1022", r.tok().Span, diag.Text{Zh: "“:”和类型", En: "`:` and a type"}, "=")
	d.Fix = r.insert(end, ": "+kind.In(tongue))
	d.Fix.Safe = true
	return true
}

func (r *reader) message() ast.Decl {
	d := &ast.MessageDecl{}
	if r.keyword(words.Other) || r.otherMeant() {
		d.Other = true
	} else {
		d.Words = r.strs()
	}
	r.needWord(words.Enters)
	d.Target = r.name(Name)
	if r.keyword(words.Otherwise) {
		d.Otherwise = r.name(Name)
	}
	return d
}

// once reports a clause that may stand once and stands again.
func (r *reader) once(again bool, at int) {
	if again {
		r.report("RX1045", r.tokens[at].Span, r.tokens[at].Text)
	}
}

func (r *reader) dropped(diag.Span) {}

func (r *reader) defaults() ast.Decl {
	d := &ast.DefaultsDecl{}
	r.body(defaultsPlace, func(id string, at int) bool {
		switch id {
		case words.Zone:
			r.once(d.Zone != nil, at)
			d.Zone = r.oneStr()
		case words.Calendar:
			r.once(d.Calendar != nil, at)
			d.Calendar = r.name(Name)
		case words.Playing:
			r.once(d.Playing != nil, at)
			d.Playing = r.ref()
		case words.Press, words.On:
			d.Handlers = r.arm(d.Handlers, id, at)
		default:
			d.Limits = append(d.Limits, r.limit(id, at))
		}
		return true
	}, r.dropped)
	return d
}

// wordings reads "{" { Wording } "}" with Wording = Lang String | "audio" [ Lang ] STRING.
func (r *reader) wordings() []*ast.Wording {
	var list []*ast.Wording
	r.body(wordingPlace, func(id string, at int) bool {
		w := &ast.Wording{}
		switch id {
		case words.Audio:
			w.Audio = true
			if r.langHere() {
				w.Lang = r.lang()
			}
			w.Text = r.oneStr()
		case "":
			if !r.langHere() {
				return false
			}
			w.Lang = r.lang()
			w.Text = r.str()
		default:
			w.Lang = done(r, at, &ast.LangLit{Tag: id})
			w.Text = r.str()
		}
		list = append(list, done(r, at, w))
		return true
	}, r.dropped)
	return list
}

func (r *reader) mailbox() ast.Decl {
	d := &ast.MailboxDecl{Name: r.name(Declared)}
	r.body(mailboxPlace, func(id string, at int) bool {
		switch id {
		case words.Greeting:
			r.once(d.Greeting != nil, at)
			d.Greeting = r.text()
		case words.Longest:
			r.once(d.Longest != nil, at)
			d.Longest = r.value()
		case words.Silence:
			r.once(d.Silence != nil, at)
			d.Silence = r.value()
		case words.Notify:
			d.Notify = append(d.Notify, r.strs()...)
		}
		return true
	}, r.dropped)
	return d
}

func (r *reader) ticketType() ast.Decl {
	d := &ast.TicketTypeDecl{Name: r.oneStr()}
	r.body(ticketPlace, func(id string, at int) bool {
		into := map[string]*ast.Expr{words.Accept: &d.Accept, words.Finish: &d.Finish, words.Urge: &d.Urge}[id]
		r.once(*into != nil, at)
		*into = r.value()
		return true
	}, r.dropped)
	return d
}

// flow reads the rest of "flow" NAME [ Params ] [ ":" Type ] "{" { Handler } Steps "}".
func (r *reader) flow() ast.Decl {
	d := &ast.FlowDecl{Name: r.name(Declared)}
	if next := r.ahead(1); r.is(token.LParen) && next.Has(token.FirstOnLine) && next.Word.IsReserved() {
		r.unexpected(diag.Text{Zh: "“{”", En: "`{`"})
		return d
	}
	d.Params = r.params()
	if r.is(token.Colon) && r.ahead(1).Has(token.FirstOnLine) { // as blocks begin in other languages
		at := r.tok().Span
		r.fail("RX1022", at, diag.Text{Zh: "“{”", En: "`{`"}, r.raw(r.tok())).Fix = r.replace(at, " {")
		return d
	}
	if r.is(token.Colon) && r.ahead(1).Kind == token.LBrace { // 流程 甲：{
		at := r.tok().Span
		r.report("RX1021", at, d.Name.Text).Fix = r.uncolon(at)
		r.advance()
	}
	if r.accept(token.Colon) {
		d.Result = r.typ()
	}
	r.result = d.Result != nil
	d.Body = r.steps(bodyPlace, func(id string, at int, first bool) bool {
		if id != words.Press && id != words.On {
			return false
		}
		if !first {
			r.report("RX1046", r.tokens[at].Span, r.tokens[at].Text)
		}
		d.Handlers = r.arm(d.Handlers, id, at)
		return true
	})
	r.result = false
	return d
}

// survey reads the rest of "survey" NAME "{" { ( "quota" | "sample" ) Value } Steps "}".
func (r *reader) survey() ast.Decl {
	d := &ast.SurveyDecl{Name: r.name(Declared)}
	d.Body = r.steps(surveyPlace, func(id string, at int, _ bool) bool {
		if id != words.Quota && id != words.Sample {
			return false
		}
		d.Limits = append(d.Limits, r.campaignLimit(id, at))
		return true
	})
	return d
}

// returnedNames judges `return name` in flows without a result: if the name is a flow's or a menu's of
// this file, `goto` was meant.
func (r *reader) returnedNames(decls []ast.Decl) {
	if len(r.returns) == 0 {
		return
	}
	targets := map[string]bool{}
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.FlowDecl:
			targets[d.Name.Text] = true
		case *ast.MenuDecl:
			targets[d.Name.Text] = true
		}
	}
	for _, ret := range r.returns {
		ref, ok := ret.Value.(*ast.Ref)
		if !ok || !targets[ref.Name.Text] {
			continue
		}
		word := diag.Span{Start: ret.Span().Start, End: ret.Span().Start + len("返回")}
		if r.src[word.Start] < 0x80 {
			word.End = word.Start + len(words.Return)
		}
		r.report("RX1035", ref.Span(), ref.Name.Text).Fix = r.replace(word, r.goWord(word))
	}
}
