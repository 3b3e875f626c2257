package vm

import (
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/runtime/collect"
)

// end finishes the call.
func (m *Machine) end(e *Effect, how End) *Effect {
	m.How = how
	m.Frames = m.Frames[:0]
	*e = Effect{End: true, How: how, Lang: m.Lang, Playing: -1}
	if how == EndReturn {
		e.Args = []Value{m.result}
	}
	return e
}

// effect suspends at a site whose arguments begin at register a of the innermost frame.
func (m *Machine) effect(e *Effect, s *bundle.Site, a int) (*Effect, bool) {
	base := int(m.Frames[len(m.Frames)-1].Base) + a
	args := m.Stack[base : base+int(s.Args)]
	*e = Effect{Kind: s.Kind, Name: s.Name, Index: int(s.Index), Args: args, Lang: m.Lang, MustHear: s.MustHear,
		Each: s.Each, Early: s.Early, Named: s.Named, Playing: int(s.Playing), Type: s.Value}
	switch s.Kind {
	case bundle.HangupSite:
		return m.end(e, EndHangup), true
	case bundle.RejectSite:
		return m.end(e, EndReject), true
	case bundle.SaySite:
		if e.Prompt = int(s.Index); m.tooMuch(e.Prompt, args) {
			return m.fault(e)
		}
	case bundle.SayNamedSite:
		i := m.promptNamed(args[0].Str())
		if i < 0 {
			return m.fault(e)
		}
		e.Kind, e.Prompt, e.Args = bundle.SaySite, i, nil
	case bundle.LanguageSite:
		m.Lang = args[0].Str()
		e.Lang = m.Lang
	case bundle.LookupSite:
		if n := len(args); s.Played && n > 0 {
			e.Playing, args = m.prompt(args[n-1].N), args[:n-1]
		}
		if n := len(args); n > 0 {
			e.Within, e.Args = args[n-1].N, args[:n-1]
		}
		if e.Within <= 0 {
			e.Within = DefaultWithin
		}
	case bundle.CollectSite:
		m.question(e, s, args)
	case bundle.OptionsSite:
		e.Question, e.Offered = int(s.Index), uint64(args[0].N)
	case bundle.EnqueueSite:
		m.offers = m.offers[:0]
		for _, arm := range s.Arms {
			if len(arm.Tag) > len(pressTag) && arm.Tag[:len(pressTag)] == pressTag {
				m.offers = append(m.offers, arm.Tag[len(pressTag):])
			}
		}
		e.Offers = m.offers
	case bundle.TransferSite:
		e.Within = args[1].N
	case bundle.MarkSite:
		if m.Marks++; m.Marks > MaxMarks {
			return m.fault(e)
		}
	case bundle.SMSSite, bundle.MailSite, bundle.FaxSite, bundle.CallbackSite:
		if m.Sent >= MaxSent {
			fr := &m.Frames[len(m.Frames)-1]
			if !m.toArm(fr, s, "unavailable", nil) {
				m.raise("unavailable")
				return m.afterRaise(e)
			}
			return nil, false
		}
		m.Sent++
	case bundle.ReplySite:
		if m.Sent >= MaxSent {
			return m.fault(e)
		}
		m.Sent++
	}
	if m.Gone && voice(s.Kind) {
		// The caller has gone: there is nobody to hear or to answer.
		m.Frames = m.Frames[:0]
		return m.end(e, EndCaller), true
	}
	return e, true
}

// tooMuch tells whether the texts in the holes of something said are together longer than a text may be.
func (m *Machine) tooMuch(prompt int, args []Value) bool {
	longest := 0
	for i := range args {
		longest = max(longest, len(args[i].Str()))
	}
	w := m.pick(m.im.texts[prompt])
	if w == nil || longest*len(w.pieces) <= value.MaxText {
		return false
	}
	long := 0
	for i := range w.pieces {
		if p := &w.pieces[i]; p.hole && int(p.arg) < len(args) {
			long += len(args[p.arg].Str())
		}
	}
	return long > value.MaxText
}

// pressTag begins the tag of an arm for a key, as in "press:1".
const pressTag = "press:"

// voice tells whether an effect needs a caller on the line.
func voice(k bundle.SiteKind) bool {
	switch k {
	case bundle.LookupSite, bundle.QuerySite, bundle.SMSSite, bundle.MailSite, bundle.AttachSite, bundle.TopicSite,
		bundle.MarkSite, bundle.AnswerSite, bundle.CallbackSite:
		return false
	case bundle.FaxSite:
		return false
	}
	return true
}

// question fills in one try of a question.
func (m *Machine) question(e *Effect, s *bundle.Site, args []Value) {
	q := &m.prog.Questions[s.Index]
	e.Question, e.Offered, e.Clear = int(s.Index), uint64(args[2].N), args[5].N != 0
	m.spec = collect.Spec{Options: m.im.options[s.Index], Offered: e.Offered, Field: q.Field, MinLen: int(q.MinLen),
		MaxLen: int(q.MaxLen),
		EndKey: q.EndKey, AllowGlobal: q.AllowGlobal, Wait: args[0].N, Between: args[1].N, Ranged: q.Ranged}
	if q.Ranged {
		m.spec.Min, m.spec.Max = args[3].N, args[4].N
	}
	if q.Rows > 0 {
		m.spec.Listed = m.im.rows[q.Rows-1].keys
	}
	m.spec.Global = m.globals()
	e.Spec, e.Args = &m.spec, nil // of the registers only these count; others hold what was there before, a PIN perhaps
}

// globals are the keys of the handlers in force, the nearest first, each once.
func (m *Machine) globals() string {
	keys := ""
	for i := len(m.Frames) - 1; i >= 0; i-- {
		if m.Frames[i].Handling {
			continue
		}
		keys = moreKeys(keys, m.prog.Funcs[m.Frames[i].Func].Handlers)
	}
	if d := m.prog.Defaults; d >= 0 && len(m.Frames) > 0 && m.Frames[0].Func != d {
		keys = moreKeys(keys, m.prog.Funcs[d].Handlers)
	}
	return keys
}

func moreKeys(keys string, list []bundle.Handler) string {
	for _, h := range list {
		if h.Keys != "" && !strings.Contains(keys, h.Keys) {
			keys += h.Keys
		}
	}
	return keys
}

// prompt is the number of a prompt that a register holds, -1 if it is none.
func (m *Machine) prompt(n int64) int {
	if n < 0 || n >= int64(len(m.prog.Prompts)) {
		return -1
	}
	return int(n)
}

func (m *Machine) promptNamed(name string) int {
	for i := range m.prog.Prompts {
		if m.prog.Prompts[i].Name == name {
			return i
		}
	}
	return -1
}

// Resume tells the machine what came of its last effect, and runs to the next one. After the end it returns the
// end again. An event that does not fit the effect is a fault of the host and raises `error`.
func (m *Machine) Resume(ev Event) Effect {
	var e Effect
	m.resume(&e, &ev)
	return e
}

func (m *Machine) resume(e *Effect, ev *Event) *Effect {
	if m.How != Running {
		return m.end(e, m.How)
	}
	if ev.Now > m.Now {
		m.Now = ev.Now
	}
	m.budget = StepBudget
	if m.Sorry {
		return m.end(e, EndApology)
	}
	if len(m.Frames) == 0 {
		return m.end(e, EndDeparted)
	}
	if ev.Kind == Diverted {
		return m.divert(e, ev)
	}
	fr := &m.Frames[len(m.Frames)-1]
	code := m.prog.Funcs[fr.Func].Code[fr.PC-1]
	s := &m.prog.Funcs[fr.Func].Sites[code.Bx()]
	r := m.Stack[int(fr.Base)+code.A():]
	ok := true
	switch ev.Kind {
	case Done:
		switch s.Kind {
		case bundle.VoicemailSite:
			m.cover(s.OutEdge)
			return m.end(e, EndMail)
		case bundle.TransferSite:
			m.cover(s.OutEdge)
			return m.end(e, EndDeparted)
		case bundle.CollectSite, bundle.QuerySite, bundle.RecordSite:
			ok = false
		case bundle.LookupSite:
			r[0] = Absent()
		case bundle.EnqueueSite:
			m.Agent = ev.Agent
		}
	case Answer:
		if len(r) == 0 || s.Kind == bundle.CollectSite || !ev.Value.Bounded() {
			ok = false
			break
		}
		r[0] = ev.Value
	case Outcome:
		return m.outcome(e, fr, s, ev)
	case Collected:
		if s.Kind != bundle.CollectSite {
			ok = false
			break
		}
		return m.collected(e, fr, s, r, ev)
	case Hangup:
		return m.hangup(e, s)
	default:
		ok = false
	}
	if !ok {
		return m.raiseRun(e, "error")
	}
	return m.run(e)
}

// outcome goes to the arm of an outcome, or raises it.
func (m *Machine) outcome(e *Effect, fr *Frame, s *bundle.Site, ev *Event) *Effect {
	if !bounded(ev.Values) {
		return m.raiseRun(e, "error")
	}
	tag := ev.Tag
	if tag == "press" && len(ev.Values) > 0 {
		tag = pressTag + ev.Values[0].Str()
	}
	if s.Kind == bundle.EnqueueSite && ev.Agent != "" {
		m.Agent = ev.Agent
	}
	if m.toArm(fr, s, tag, ev.Values) {
		return m.run(e)
	}
	return m.raiseRun(e, tag)
}

// toArm goes to the arm of a site for an outcome; false if it has none.
func (m *Machine) toArm(fr *Frame, s *bundle.Site, tag string, values []Value) bool {
	for _, arm := range s.Arms {
		if arm.Tag != tag {
			continue
		}
		if arm.Bind >= 0 {
			for i, v := range values {
				if at := int(fr.Base+arm.Bind) + i; at < len(m.Stack) {
					m.Stack[at] = v
				}
			}
		}
		fr.PC = arm.PC
		return true
	}
	if s.Else >= 0 && tag != "error" {
		fr.PC = s.Else
		return true
	}
	return false
}

// collected goes where the result of a question leads.
func (m *Machine) collected(e *Effect, fr *Frame, s *bundle.Site, r []Value, ev *Event) *Effect {
	res := &ev.Collect
	q := &m.prog.Questions[s.Index]
	switch res.Kind {
	case collect.Option, collect.Value, collect.Global:
		if m.Inputs++; m.Inputs > MaxInputs {
			return m.raiseRun(e, "error")
		}
	}
	switch res.Kind {
	case collect.Option:
		if res.Index < 0 || res.Index >= len(s.Options) {
			return m.raiseRun(e, "error")
		}
		fr.PC = s.Options[res.Index]
	case collect.Value:
		if q.Rows > 0 {
			list := &m.im.rows[q.Rows-1]
			i, ok := slices.BinarySearch(list.keys, res.Text)
			if !ok {
				return m.raiseRun(e, "error")
			}
			r[0] = list.rows[i]
		} else if textual(q.Field) {
			r[0] = Text(res.Text)
		} else {
			r[0] = Int(res.N)
		}
	case collect.NoInput:
		fr.PC = s.NoInput
	case collect.NoMatch:
		r[0] = Int(int64(res.Reason))
		fr.PC = s.NoMatch
	case collect.Global:
		keys := m.globals()
		if res.Index < 0 || res.Index >= len(keys) || !m.handle("", keys[res.Index:res.Index+1]) {
			return m.raiseRun(e, "error")
		}
	case collect.Hangup:
		return m.hangup(e, s)
	default:
		return m.raiseRun(e, "error")
	}
	return m.run(e)
}

// textual tells whether answers of a field are texts.
func textual(k ident.Kind) bool {
	switch k {
	case ident.Digits, ident.PhoneOf, ident.TaxpayerOf, ident.ResidentOf, ident.Text:
		return true
	}
	return false
}

// divert begins another flow afresh, as `goto` does.
func (m *Machine) divert(e *Effect, ev *Event) *Effect {
	fn := m.prog.FuncNamed(ev.Tag)
	switch {
	case m.Gone:
		return m.end(e, EndCaller)
	case fn < 0:
		return m.raiseRun(e, "error")
	}
	m.enter(fn, ev.Values)
	return m.run(e)
}

// hangup runs the nearest `on hangup`, once, and ends the call.
func (m *Machine) hangup(e *Effect, s *bundle.Site) *Effect {
	if m.Gone {
		return m.end(e, EndCaller)
	}
	m.Gone = true
	m.cover(s.HangEdge)
	if !m.handle("hangup", "") {
		return m.end(e, EndCaller)
	}
	m.Frames = append(m.Frames[:0], m.Frames[len(m.Frames)-1])
	return m.run(e)
}

// handle finds the nearest handler for a tag, or for a key, drops the frames inside its own and makes the machine go on
// in it. It returns false if there is none. A question's handler lies outside of what it is in force for, so that its
// own failure goes outward without a mark on the frame.
func (m *Machine) handle(tag, key string) bool {
	for i := len(m.Frames) - 1; i >= 0; i-- {
		fr := &m.Frames[i]
		if h := m.handler(fr, tag, key); h != nil {
			m.Frames = m.Frames[:i+1]
			fr.PC, fr.Handling = h.PC, fr.Handling || h.To == 0
			m.cover(h.Edge)
			m.Stack = resize(m.Stack, m.top())
			return true
		}
	}
	d := int(m.prog.Defaults)
	if d < 0 || m.Letter || m.asked() || len(m.Frames) > 0 && int(m.Frames[0].Func) == d {
		return false
	}
	h := m.handler(&Frame{Func: int32(d)}, tag, key)
	if h == nil {
		return false
	}
	m.Stack = m.Stack[:0]
	m.jumpTo(d)
	m.Frames[0].PC, m.Frames[0].Handling = h.PC, true
	m.cover(h.Edge)
	return true
}

// asked tells whether the machine computes a value for a campaign: that there is none is for whoever asks to see to,
// and what `defaults` say and do is for callers.
func (m *Machine) asked() bool {
	return len(m.Frames) > 0 && m.prog.Funcs[m.Frames[0].Func].Kind == bundle.ExprFunc
}

// top is how much of the stack the windows of all frames take. A flow's own may end before that of the one that does
// it, which goes on once it returns.
func (m *Machine) top() int {
	n := 0
	for _, fr := range m.Frames {
		n = max(n, int(fr.Base)+int(m.prog.Funcs[fr.Func].Registers))
	}
	return n
}

// handler is the nearest that a flow and the question being asked in it have: fr.PC is one behind the instruction at
// work.
func (m *Machine) handler(fr *Frame, tag, key string) *bundle.Handler {
	list := m.prog.Funcs[fr.Func].Handlers
	for i := range list {
		h := &list[i]
		if h.To == 0 && fr.Handling || h.To > 0 && (fr.PC <= h.From || fr.PC > h.To) {
			continue
		}
		if tag != "" && h.Tag == tag || key != "" && h.Keys == key {
			return h
		}
	}
	return nil
}

// raise finds who takes an outcome and makes the machine go on there. An outcome nobody takes becomes an error, and an
// error nobody takes, or the third, an apology.
func (m *Machine) raise(tag string) {
	if m.Gone {
		m.Frames = m.Frames[:0]
		return
	}
	if tag != "error" {
		if m.handle(tag, "") {
			return
		}
		m.lost = true
	}
	m.Errors++
	if m.Errors >= maxErrors || !m.handle("error", "") {
		m.Sorry = true
		m.Frames = m.Frames[:0]
	}
}

// raiseRun raises an outcome and runs on.
func (m *Machine) raiseRun(e *Effect, tag string) *Effect {
	m.raise(tag)
	if _, done := m.afterRaise(e); done {
		return e
	}
	return m.run(e)
}

// afterRaise gives the apology or the end that raising led to, if it did.
func (m *Machine) afterRaise(e *Effect) (*Effect, bool) {
	switch {
	case m.Sorry && m.Letter:
		words, _ := m.write(int(m.prog.Regret), nil) // it has no holes that could fail
		*e = Effect{Kind: bundle.ReplySite, Args: []Value{words}, Lang: m.Lang, Playing: -1}
		return e, true
	case m.Sorry:
		*e = Effect{Kind: bundle.ApologySite, Prompt: int(m.prog.Apology), Lang: m.Lang, Playing: -1}
		return e, true
	case m.Gone && len(m.Frames) == 0:
		return m.end(e, EndCaller), true
	}
	return nil, false
}

// fault raises `error` from within the running code.
func (m *Machine) fault(e *Effect) (*Effect, bool) {
	m.raise("error")
	// A program that goes from error to error never gets more of the budget than one resume's.
	if m.budget < 0 {
		m.budget = StepBudget / 4
	}
	return m.afterRaise(e)
}
