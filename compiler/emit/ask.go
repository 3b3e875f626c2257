package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/ident"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// ask emits a question for a value; store puts it where it belongs.
func (f *function) ask(step ast.Node, a *ast.Ask, store func(from int)) {
	if a.Record {
		f.recording(step, a, store)
		return
	}
	t := f.e.p.AskType(a)
	q := f.ready(step, a.Limits, a.Arms)
	f.begin(q)
	index := len(f.e.out.Questions)
	question := bundle.Question{Name: f.f.Name, Field: fieldOf(t.Kind), Secret: t.Secret, EndKey: '#'}
	if let, ok := step.(*ast.Let); ok && let.Name != nil {
		question.Name += "." + let.Name.Text
	}
	if t.Kind == types.Digits {
		question.MinLen, question.MaxLen = int32(t.Min), int32(t.Max)
	}
	if rows := f.e.p.AskRows(a); rows != nil {
		question.Rows = int32(rows.Symbol.Index) + 1
	}
	for _, l := range a.Limits {
		switch l.Kind {
		case words.EndKey:
			if l.Key != nil && len(l.Key.Keys) == 1 {
				question.EndKey = l.Key.Keys[0]
			}
		case words.AllowGlobalKeys:
			question.AllowGlobal = true
		case words.Range:
			question.Ranged = true
		}
	}
	f.e.out.Questions = append(f.e.out.Questions, question)
	of := f.options(q, &question)
	f.e.out.Questions[index] = question
	again := f.again
	f.again = &q.restart
	f.steps(a.Lead)
	f.at(step.Span())
	if question.Ranged {
		for _, l := range a.Limits {
			if l.Kind == words.Range {
				f.present(l.Value, q.base+3)
				f.present(l.To, q.base+4)
			}
		}
	}
	at := f.collect(q, index, of)
	store(q.base)
	if l := check.Confirms(a); l != nil {
		answer := q.base
		if question.Rows > 0 { // without words of its own what was keyed is read back
			answer = f.temp(1)
			f.abc(bundle.Field, answer, q.base, 0)
		}
		f.confirm(q, l, answer, t)
	}
	f.cover(f.e.edge(step, graph.Answer, "", nil))
	f.jump(bundle.Jump, 0, &q.after)
	f.pressed(q, at, of)
	f.misses(q, at)
	f.mark(&q.after)
	f.again = again
}

// confirm reads the answer in a register back: 1 keeps it, 2 and every miss ask again and cost a try. A recording is
// played: 1 keeps it, 2 plays it again, 3 records again and costs a try, as does a miss, after which it is played
// again.
func (f *function) confirm(q *asked, l *ast.Limit, answer int, t *types.Type) {
	next := f.next
	defer func() { f.next = next }()
	record := t.Kind == types.Recording
	kept := f.temp(1)
	f.move(kept, answer)
	var back label
	f.mark(&back)
	if len(l.Words) > 0 {
		f.speak(f.e.words(l.Words, false), plainSite(bundle.SaySite, 0))
	} else {
		r := f.temp(1)
		f.move(r, kept)
		site := plainSite(bundle.SaySite, 1)
		site.Index = int32(f.e.confirmation(t))
		f.effect(r, site)
	}
	options := []bundle.Option{{Keys: "1", Label: -1}, {Keys: "2", Label: -1}}
	if record {
		options = append(options, bundle.Option{Keys: "3", Label: -1})
	}
	index := len(f.e.out.Questions)
	f.e.out.Questions = append(f.e.out.Questions, bundle.Question{Name: f.f.Name + ".confirm", Retry: true, EndKey: '#',
		Options: options})
	base := f.temp(6)
	f.timer(q.limits, "wait", base, defaultWait)
	f.timer(q.limits, "between", base+1, defaultBetween)
	f.load(base+2, bundle.Const{N: 1<<len(options) - 1})
	f.load(base+5, bundle.Const{N: 1})
	site := plainSite(bundle.CollectSite, 6)
	site.Index, site.Options = int32(index), make([]int32, len(options))
	site.HangEdge = f.hangEdge(q)
	at := f.effect(base, site)
	here := func() int32 { return int32(len(f.f.Code)) }
	again := func(to *label) {
		f.load(base, bundle.Const{N: 1})
		f.abc(bundle.SubInt, q.tries, q.tries, base)
		f.last(q, base)
		f.load(q.base+5, bundle.Const{N: 1})
		f.jump(bundle.Jump, 0, to)
	}
	if record {
		at().NoInput, at().NoMatch = here(), here()
		again(&back)
		at().Options[1] = here()
		f.jump(bundle.Jump, 0, &back)
	} else {
		at().NoInput, at().NoMatch = here(), here()
	}
	at().Options[len(options)-1] = here()
	again(&q.lead)
	at().Options[0] = here()
}

// recording emits a recording.
func (f *function) recording(step ast.Node, a *ast.Ask, store func(from int)) {
	q := f.ready(step, a.Limits, a.Arms)
	f.begin(q)
	again := f.again
	f.again = &q.restart
	f.steps(a.Lead)
	f.at(step.Span())
	f.timer(a.Limits, "longest", q.base, check.LongestRecording)
	f.timer(a.Limits, "silence", q.base+1, 5_000)
	site := plainSite(bundle.RecordSite, 2)
	for _, l := range a.Limits {
		if l.Kind == words.EndKey && l.Key != nil && len(l.Key.Keys) == 1 {
			site.Index = int32(l.Key.Keys[0])
		}
	}
	site.HangEdge = f.hangEdge(q)
	at := f.effect(q.base, site)
	store(q.base)
	if l := check.Confirms(a); l != nil {
		f.confirm(q, l, q.base, types.Of(types.Recording))
	}
	f.cover(f.e.edge(step, graph.Answer, "", nil))
	f.jump(bundle.Jump, 0, &q.after)
	f.pressed(q, at, nil)
	f.misses(q, at)
	at().Arms = append(at().Arms, bundle.Arm{Tag: "noinput", Bind: -1, PC: at().NoInput},
		bundle.Arm{Tag: "nomatch", Bind: -1, PC: at().NoMatch})
	q.gone.ref(func(pc int32) { at().Else = pc })
	at().NoInput, at().NoMatch = -1, -1
	f.mark(&q.after)
	f.again = again
}

// fieldOf is what keys must spell for a type.
func fieldOf(k types.Kind) ident.Kind {
	switch k {
	case types.Digits:
		return ident.Digits
	case types.Number:
		return ident.Number
	case types.Money:
		return ident.Money
	case types.YesNo:
		return ident.YesNo
	case types.Date:
		return ident.DateOf
	case types.Month:
		return ident.MonthOf
	case types.Time:
		return ident.TimeOf
	case types.Phone:
		return ident.PhoneOf
	case types.TaxpayerID:
		return ident.TaxpayerOf
	case types.ResidentID:
		return ident.ResidentOf
	}
	return ident.Text
}

// surveyAsk emits a survey's question. One that gets no answer stays without.
func (f *function) surveyAsk(x *ast.SurveyAsk) {
	s := f.e.p.LocalOf(x)
	if s == nil {
		return
	}
	q := f.ready(x, nil, nil)
	f.begin(q)
	index := len(f.e.out.Questions)
	question := bundle.Question{Name: f.f.Name + "." + s.Name}
	f.load(q.mask, bundle.Const{N: 1<<len(x.Choices) - 1})
	values := make([]int64, len(x.Choices))
	for i, c := range x.Choices {
		label := int32(-1)
		if c.Label != nil {
			label = int32(f.e.words([]*ast.Worded{{Base: c.Label.Base, Text: c.Label}}, false).prompt)
		}
		question.Options = append(question.Options, bundle.Option{Keys: c.Key, Label: label})
		for _, d := range c.Key {
			if d >= '0' && d <= '9' {
				values[i] = values[i]*10 + int64(d-'0')
			}
		}
	}
	if len(x.Choices) > bundle.MaxOptions {
		f.tooLarge("一个问题里超过48个答案", "more than 48 choices in one question")
		return
	}
	question.EndKey = '#'
	switch x.Kind {
	case words.Several:
		question.Field = ident.Several
	case words.Scale, words.NPS:
		question.Field, question.Ranged = ident.Scale, true
	}
	f.e.out.Questions = append(f.e.out.Questions, question)
	f.speak(f.e.words(x.Words, false), plainSite(bundle.SaySite, 0))
	f.at(x.Span())
	answer := plainSite(bundle.AnswerSite, 1)
	answer.Name, answer.Value = s.Name, typeName(s.Type)
	answered := func() {
		f.cover(f.e.edge(x, graph.Answer, "", nil))
		r := f.temp(1)
		f.move(r, s.Slot)
		f.effect(r, answer)
		f.jump(bundle.Jump, 0, &q.after)
	}
	if x.Kind == words.Record {
		f.load(q.base, bundle.Const{N: check.LongestRecording})
		f.load(q.base+1, bundle.Const{N: 5_000})
		site := plainSite(bundle.RecordSite, 2)
		site.HangEdge = f.e.edge(x, graph.Hangup, "", nil)
		at := f.effect(q.base, site)
		f.move(s.Slot, q.base)
		answered()
		at().Else = int32(len(f.f.Code))
		f.cover(f.e.edge(x, graph.Tries, "", nil))
		f.load(s.Slot, bundle.Const{Absent: true})
		f.mark(&q.after)
		return
	}
	if question.Ranged {
		lo, hi := int64(0), int64(10)
		if x.Kind == words.Scale && x.Min >= 0 {
			lo, hi = int64(x.Min), int64(x.Max)
		} else if x.Kind == words.Scale {
			lo, hi = 1, 5
		}
		f.load(q.base+3, bundle.Const{N: lo * 1_000_000})
		f.load(q.base+4, bundle.Const{N: hi * 1_000_000})
	}
	of := make([]*ast.Arm, len(x.Choices))
	at := f.collect(q, index, of)
	f.move(s.Slot, q.base)
	if x.Kind == words.Several {
		r := f.temp(1 + len(values))
		f.move(r, q.base)
		for i, v := range values {
			f.load(r+1+i, bundle.Const{N: v * 1_000_000})
		}
		f.abc(bundle.Chosen, s.Slot, r, len(values))
	}
	answered()
	for i := range x.Choices {
		at().Options[i] = int32(len(f.f.Code))
		f.load(s.Slot, bundle.Const{N: values[i] * 1_000_000})
		answered()
	}
	f.misses(q, at)
	f.load(s.Slot, bundle.Const{Absent: true})
	f.mark(&q.after)
}
