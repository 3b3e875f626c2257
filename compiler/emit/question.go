package emit

import (
	"fmt"

	"rexian/compiler/bundle"
	"rexian/compiler/graph"
	"rexian/compiler/ident"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// What a question waits when neither it nor `defaults` says, and how often it asks.
const (
	defaultWait    = 5_000
	defaultBetween = 3_000
	defaultTries   = 3
)

// offer is a menu's question and the register with the mask of the options on offer.
type offer struct {
	question int
	mask     int
}

// labels reads the labels of the options on offer.
func (f *function) labels() {
	if f.offer == nil {
		return
	}
	r := f.temp(1)
	f.move(r, f.offer.mask)
	site := plainSite(bundle.OptionsSite, 1)
	site.Index = int32(f.offer.question)
	f.effect(r, site)
}

// asked is a question being emitted.
type asked struct {
	step   ast.Node
	base   int // registers of the Collect: wait, between, mask, from, to, clear
	mask   int
	noin   int // misses so far
	wrong  int
	tries  int // left
	limits []*ast.Limit
	arms   []*ast.Arm

	restart, lead, after, gone label // gone: no try is left
}

// limit finds a clause of a question, else that of defaults; nil if neither states it.
func (f *function) limit(list []*ast.Limit, kind string) *ast.Limit {
	for _, l := range list {
		if l.Kind == kind {
			return l
		}
	}
	if d := f.e.p.Defaults; d != nil {
		for _, l := range d.Limits {
			if l.Kind == kind {
				return l
			}
		}
	}
	return nil
}

// timer evaluates a timer of the question into a register.
func (f *function) timer(list []*ast.Limit, kind string, r int, otherwise int64) {
	if l := f.limit(list, kind); l != nil && l.Value != nil {
		f.present(l.Value, r)
		return
	}
	f.load(r, bundle.Const{N: otherwise})
}

// ready takes the registers of a question.
func (f *function) ready(step ast.Node, limits []*ast.Limit, arms []*ast.Arm) *asked {
	q := &asked{step: step, limits: limits, arms: arms}
	q.base = f.temp(6)
	q.mask = f.temp(4)
	q.noin, q.wrong, q.tries = q.mask+1, q.mask+2, q.mask+3
	return q
}

// begin starts counting afresh.
func (f *function) begin(q *asked) {
	f.mark(&q.restart)
	f.load(q.noin, bundle.Const{})
	f.load(q.wrong, bundle.Const{})
	n := int64(defaultTries)
	if l := f.limit(q.limits, "tries"); l != nil && l.Value != nil {
		if k, ok := f.e.p.ConstOf(l.Value); ok {
			n = k.N / 1_000_000
		}
	}
	f.load(q.tries, bundle.Const{N: n})
	f.load(q.base+5, bundle.Const{})
	f.mark(&q.lead)
}

// options adds the question's options and computes the mask of those on offer.
func (f *function) options(q *asked, out *bundle.Question) []*ast.Arm {
	var of []*ast.Arm
	var always int64
	type sometimes struct {
		when ast.Expr
		bits int64
	}
	var conditional []sometimes
	for _, arm := range q.arms {
		var mine int64
		for _, k := range arm.Keys {
			label := int32(-1)
			if arm.Label != nil {
				label = int32(f.e.words([]*ast.Worded{{Base: arm.Label.Base, Text: arm.Label}}, false).prompt)
			}
			mine |= bit(len(of))
			out.Options = append(out.Options, bundle.Option{Keys: k.Keys, Label: label})
			of = append(of, arm)
		}
		if len(of) > 48 {
			f.tooLarge("一个菜单里超过48个选项", "more than 48 options in one menu")
			return of
		}
		if arm.When != nil {
			conditional = append(conditional, sometimes{arm.When, mine})
		} else {
			always |= mine
		}
	}
	f.load(q.mask, bundle.Const{N: always})
	for _, c := range conditional {
		next := f.next
		var no label
		f.jump(bundle.JumpIfNot, f.operand(c.when), &no)
		r := f.temp(1)
		f.load(r, bundle.Const{N: c.bits})
		f.abc(bundle.AddInt, q.mask, q.mask, r)
		f.mark(&no)
		f.next = next
	}
	return of
}

// collect emits one try. What follows is the way of an accepted value.
func (f *function) collect(q *asked, index int, of []*ast.Arm) func() *bundle.Site {
	f.timer(q.limits, "wait", q.base, defaultWait)
	f.timer(q.limits, "between", q.base+1, defaultBetween)
	f.move(q.base+2, q.mask)
	site := plainSite(bundle.CollectSite, 6)
	site.Index = int32(index)
	site.HangEdge = f.e.edge(q.step, graph.Hangup, "", nil)
	site.Options = make([]int32, len(of))
	return f.effect(q.base, site)
}

// misses emits what follows a miss: the counting, the arms, the standard words, and the way when no try is left.
func (f *function) misses(q *asked, at func() *bundle.Site) {
	at().NoInput = int32(len(f.f.Code))
	f.miss(q, graph.NoInput, q.noin)
	at().NoMatch = int32(len(f.f.Code))
	f.miss(q, graph.NoMatch, q.wrong)
	f.mark(&q.gone)
	for _, arm := range q.arms {
		if arm.Otherwise {
			f.cover(f.e.edge(q.step, graph.Tries, "", arm))
			f.block(arm.Body)
			f.jump(bundle.Jump, 0, &q.after)
			return
		}
	}
	// Only a survey's question has none: it stays without an answer.
	f.cover(f.e.edge(q.step, graph.Tries, "", nil))
}

// miss emits one kind of miss. An arm for this very count comes first, then the arm for any. The last try runs an arm
// only if that leaves: words to try again would be untrue.
func (f *function) miss(q *asked, kind graph.EdgeKind, counter int) {
	next := f.next
	defer func() { f.next = next }()
	one := f.temp(2)
	r := one + 1
	reason := f.temp(1)
	f.move(reason, q.base)
	f.load(one, bundle.Const{N: 1})
	f.abc(bundle.AddInt, counter, counter, one)
	f.abc(bundle.SubInt, q.tries, q.tries, one)
	var retry label
	any := false
	for _, exact := range []bool{true, false} {
		for _, arm := range q.arms {
			for _, l := range arm.Labels {
				m := f.e.p.LabelOf(l)
				if m == nil || m.Tag != kind.String() || exact != (m.Count > 0) {
					continue
				}
				var skip label
				if m.Count > 0 {
					f.load(r, bundle.Const{N: int64(m.Count)})
					f.abc(bundle.EqN, r, r, counter)
					f.jump(bundle.JumpIfNot, r, &skip)
				} else {
					any = true
				}
				if !leaves(arm.Body) {
					f.last(q, r)
				}
				count := ""
				if m.Count > 0 {
					count = fmt.Sprint(m.Count)
				}
				f.cover(f.e.edge(q.step, kind, count, arm))
				again := f.again
				f.again = &retry // within a miss, again is the next try and not a new question
				f.block(arm.Body)
				f.again = again
				f.jump(bundle.Jump, 0, &retry)
				f.mark(&skip)
			}
		}
	}
	if !any {
		f.last(q, r)
		f.cover(f.e.edge(q.step, kind, "", nil))
		if kind == graph.NoInput {
			f.speak(phrase{prompt: f.e.std.noinput}, plainSite(bundle.SaySite, 0))
		} else {
			f.reasons(reason, r)
		}
	}
	f.mark(&retry)
	f.last(q, r)
	f.load(q.base+5, bundle.Const{N: 1})
	f.jump(bundle.Jump, 0, &q.lead)
}

// last goes where no try is left, if none is.
func (f *function) last(q *asked, r int) {
	f.load(r, bundle.Const{})
	f.abc(bundle.LeN, r, q.tries, r)
	f.jump(bundle.JumpIf, r, &q.gone)
}

// reasons says why keys were no answer; the numbers are those of collect.Reason: short, long, invalid, unlisted.
func (f *function) reasons(reason, r int) {
	var end label
	for _, c := range []struct {
		n      int64
		prompt int
	}{{1, f.e.std.short}, {4, f.e.std.unlisted}} {
		var no label
		f.load(r, bundle.Const{N: c.n})
		f.abc(bundle.EqN, r, r, reason)
		f.jump(bundle.JumpIfNot, r, &no)
		f.speak(phrase{prompt: c.prompt}, plainSite(bundle.SaySite, 0))
		f.jump(bundle.Jump, 0, &end)
		f.mark(&no)
	}
	f.speak(phrase{prompt: f.e.std.invalid}, plainSite(bundle.SaySite, 0))
	f.mark(&end)
}

// leaves tells whether a block's last step leaves it for good.
func leaves(b *ast.Block) bool {
	if b == nil || len(b.Steps) == 0 {
		return false
	}
	switch x := b.Steps[len(b.Steps)-1].(type) {
	case *ast.Goto, *ast.Return, *ast.Voicemail:
		return true
	case *ast.Word:
		return x.Kind == "hangup" || x.Kind == "reject" || x.Kind == "stop" || x.Kind == "next"
	case *ast.If:
		return x.Else != nil && leaves(x.Then) && leaves(x.Else)
	}
	return false
}

// pressed emits the arms of options, and of a hang-up.
func (f *function) pressed(q *asked, at func() *bundle.Site, of []*ast.Arm) {
	done := map[*ast.Arm]*label{}
	for i, arm := range of {
		at().Options[i] = int32(len(f.f.Code))
		f.cover(f.e.edge(q.step, graph.Press, optionKeys(f.e.out.Questions[at().Index].Options, i), arm))
		body := done[arm]
		if body == nil {
			body = &label{}
			done[arm] = body
			if f.e.opt.Cover && len(arm.Keys) > 1 {
				f.jump(bundle.Jump, 0, body)
				continue
			}
			f.mark(body)
			f.block(arm.Body)
			f.jump(bundle.Jump, 0, &q.after)
			continue
		}
		f.jump(bundle.Jump, 0, body)
	}
	for _, arm := range of {
		if body := done[arm]; !body.here {
			f.mark(body)
			f.block(arm.Body)
			f.jump(bundle.Jump, 0, &q.after)
		}
	}
	for _, arm := range q.arms {
		for _, l := range arm.Labels {
			if l.Hangup {
				at().Hangup = int32(len(f.f.Code))
				at().HangEdge = f.e.edge(q.step, graph.Hangup, "", arm)
				f.block(arm.Body)
				f.abc(bundle.ReturnNone, 0, 0, 0)
				continue
			}
			if m := f.e.p.LabelOf(l); m != nil && m.Tag != "" && m.Tag != "noinput" && m.Tag != "nomatch" {
				at().Arms = append(at().Arms, bundle.Arm{Tag: m.Tag, Bind: -1, PC: int32(len(f.f.Code))})
				f.cover(f.e.edge(q.step, graph.Error, "", arm))
				f.block(arm.Body)
				f.jump(bundle.Jump, 0, &q.after)
			}
		}
	}
}

func optionKeys(list []bundle.Option, i int) string { return list[i].Keys }

// menu emits a menu, declared or as a step.
func (f *function) menu(step ast.Node, m *ast.Menu) {
	q := f.ready(step, m.Limits, m.Arms)
	f.begin(q)
	index := len(f.e.out.Questions)
	f.e.out.Questions = append(f.e.out.Questions, bundle.Question{Name: f.f.Name})
	question := bundle.Question{Name: f.f.Name}
	of := f.options(q, &question)
	f.e.out.Questions[index] = question
	again, offered := f.again, f.offer
	f.again, f.offer = &q.restart, &offer{index, q.mask}
	f.steps(m.Lead)
	f.offer = offered
	f.at(step.Span())
	at := f.collect(q, index, of)
	// A menu has no value of its own: an answer without an option is a fault of the host.
	f.abx(bundle.Raise, 0, f.constIndex(bundle.Const{S: "error", Text: true}))
	f.pressed(q, at, of)
	f.misses(q, at)
	f.mark(&q.after)
	f.again = again
}

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
	var confirm *ast.Limit
	for _, l := range a.Limits {
		switch l.Kind {
		case "end key":
			if l.Key != nil && len(l.Key.Keys) == 1 {
				question.EndKey = l.Key.Keys[0]
			}
		case "allow global keys":
			question.AllowGlobal = true
		case "range":
			question.Ranged = true
		case "confirm":
			confirm = l
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
			if l.Kind == "range" {
				f.present(l.Value, q.base+3)
				f.present(l.To, q.base+4)
			}
		}
	}
	at := f.collect(q, index, of)
	store(q.base)
	if confirm != nil {
		f.confirm(q, t, confirm)
	}
	f.cover(f.e.edge(step, graph.Answer, "", nil))
	f.jump(bundle.Jump, 0, &q.after)
	f.pressed(q, at, of)
	f.misses(q, at)
	f.mark(&q.after)
	f.again = again
}

// confirm reads the answer back: 1 keeps it, 2 and every miss ask again and cost a try.
func (f *function) confirm(q *asked, t *types.Type, l *ast.Limit) {
	next := f.next
	defer func() { f.next = next }()
	kept := f.temp(1)
	f.move(kept, q.base)
	if len(l.Words) > 0 {
		f.speak(f.e.words(l.Words, false), plainSite(bundle.SaySite, 0))
	} else {
		r := f.temp(1)
		f.move(r, kept)
		site := plainSite(bundle.SaySite, 1)
		site.Index = int32(f.e.confirmation(t))
		f.effect(r, site)
	}
	index := len(f.e.out.Questions)
	f.e.out.Questions = append(f.e.out.Questions, bundle.Question{Name: f.f.Name + ".confirm", Retry: true,
		Options: []bundle.Option{{Keys: "1", Label: -1}, {Keys: "2", Label: -1}}})
	base := f.temp(6)
	f.timer(q.limits, "wait", base, defaultWait)
	f.timer(q.limits, "between", base+1, defaultBetween)
	f.load(base+2, bundle.Const{N: 3})
	f.load(base+5, bundle.Const{N: 1})
	site := plainSite(bundle.CollectSite, 6)
	site.Index, site.Options = int32(index), make([]int32, 2)
	site.HangEdge = f.e.edge(q.step, graph.Hangup, "", nil)
	at := f.effect(base, site)
	pc := int32(len(f.f.Code))
	at().NoInput, at().NoMatch, at().Options[1] = pc, pc, pc
	f.load(base, bundle.Const{N: 1})
	f.abc(bundle.SubInt, q.tries, q.tries, base)
	f.last(q, base)
	f.load(q.base+5, bundle.Const{N: 1})
	f.jump(bundle.Jump, 0, &q.lead)
	at().Options[0] = int32(len(f.f.Code))
}

// recording emits a recording.
func (f *function) recording(step ast.Node, a *ast.Ask, store func(from int)) {
	q := f.ready(step, a.Limits, a.Arms)
	f.begin(q)
	again := f.again
	f.again = &q.restart
	f.steps(a.Lead)
	f.at(step.Span())
	f.timer(a.Limits, "longest", q.base, 120_000)
	f.timer(a.Limits, "silence", q.base+1, 5_000)
	site := plainSite(bundle.RecordSite, 2)
	site.HangEdge = f.e.edge(step, graph.Hangup, "", nil)
	at := f.effect(q.base, site)
	store(q.base)
	f.cover(f.e.edge(step, graph.Answer, "", nil))
	f.jump(bundle.Jump, 0, &q.after)
	f.pressed(q, at, nil)
	f.misses(q, at)
	at().Arms = append(at().Arms, bundle.Arm{Tag: "noinput", Bind: -1, PC: at().NoInput}, bundle.Arm{Tag: "nomatch", Bind: -1, PC: at().NoMatch})
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
	if len(x.Choices) > 48 {
		f.tooLarge("一个问题里超过48个答案", "more than 48 choices in one question")
		return
	}
	switch x.Kind {
	case "several":
		question.Field, question.EndKey = ident.Several, '#'
	case "scale", "nps":
		question.Field, question.EndKey, question.Ranged = ident.Scale, '#', true
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
	if x.Kind == "record" {
		f.load(q.base, bundle.Const{N: 120_000})
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
		if x.Kind == "scale" && x.Min >= 0 {
			lo, hi = int64(x.Min), int64(x.Max)
		} else if x.Kind == "scale" {
			lo, hi = 1, 5
		}
		f.load(q.base+3, bundle.Const{N: lo * 1_000_000})
		f.load(q.base+4, bundle.Const{N: hi * 1_000_000})
	}
	of := make([]*ast.Arm, len(x.Choices))
	at := f.collect(q, index, of)
	f.move(s.Slot, q.base)
	if x.Kind == "several" {
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
