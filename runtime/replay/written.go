package replay

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/diag"
	"rexian/runtime/collect"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/runtime/witness"
)

// Writer writes kept calls of one version as tests.
type Writer struct {
	w   Worker
	v   *version
	lib *library.Registry
}

// NewWriter makes a writer; lib nil is the library built in.
func NewWriter(v *deploy.Version, lib *library.Registry) *Writer {
	if lib == nil {
		lib = library.Default()
	}
	return &Writer{v: NewPair(v, v).old, lib: lib}
}

// Test is a kept call as a test: what happens in it, in a few words, and its body with Chinese keywords. Numbers and
// names in it are those of the record, which are nobody's. ok is false where the language has no words for what the
// call was given: messages, campaigns, recordings, and lookups that answered the same question in two ways at once.
func (w *Writer) Test(c *kept.Call) (name diag.Text, body string, ok bool) {
	if c.Direction != "in" || c.Cut || !w.w.course(w.v, c) {
		return diag.Text{}, "", false
	}
	s := scribe{Writer: w, call: c, given: map[string]string{}}
	if !s.write() {
		return diag.Text{}, "", false
	}
	return s.name(), strings.Join(s.lines, "\n"), true
}

// scribe writes the test of one call.
type scribe struct {
	*Writer
	call  *kept.Call
	lines []string
	given map[string]string // what is assumed, by what it is about
	at    int               // the line before which it is assumed what is met after the last deed
	deeds []diag.Text
}

func (s *scribe) line(format string, args ...any) {
	s.lines = append(s.lines, "  "+fmt.Sprintf(format, args...))
}

// assume writes an assumption before the last deed, unless it holds already.
func (s *scribe) assume(about, format string, args ...any) {
	line := "  " + fmt.Sprintf(format, args...)
	if s.given[about] != line {
		s.given[about] = line
		s.lines = slices.Insert(s.lines, s.at, line)
		s.at++
	}
}

func (s *scribe) did(t diag.Text) { s.deeds = append(s.deeds, t) }

func (s *scribe) write() bool {
	c := s.call
	s.line("时间 %s", time.UnixMilli(c.Started).In(s.v.Zone).Format("2006-01-02 15:04"))
	s.at = len(s.lines)
	number := numberOf(s.v.Version, c.Number)
	s.line("拨打 %q 主叫 %q", number, dialled(c.Caller))
	s.did(diag.Textf("拨打%s", "call %s", number))
	for i := range s.w.segments {
		g := &s.w.segments[i]
		if !s.world(g) {
			return false
		}
		switch g.how {
		case ends:
			switch g.end {
			case vm.EndHangup, vm.EndApology:
				s.line("应当 挂机")
				fallthrough
			case vm.EndReject:
				s.did(meaning.Ending(g.end))
			}
		case hangsUp:
			s.line("挂机")
			s.did(diag.Text{Zh: "来电人挂机", En: "the caller hangs up"})
		case waits:
			if !s.meets(g) {
				return false
			}
		}
	}
	return true
}

// world assumes what the call was answered on its way to a wait.
func (s *scribe) world(g *segment) bool {
	asked := map[string]string{} // in this segment: one question has one answer
	for i := g.from; i < g.to; i++ {
		st := &s.w.steps[i]
		ev := &s.call.Events[st.event]
		switch st.kind {
		case bundle.QuerySite:
			s.query(st, ev)
		case bundle.LookupSite:
			if st.name == "table" {
				continue
			}
			name, answer, ok := s.answer(st.name, ev)
			if was, again := asked[name]; !ok || again && was != answer {
				return false
			}
			asked[name] = answer
			s.assume(name, "假设 %s 得到 %s", name, answer)
		case bundle.SMSSite, bundle.MailSite, bundle.CallbackSite:
			s.outcome(meaning.Assumable(st.kind), ev, "是")
		case bundle.MarkSite:
			defer s.line("应当 标记 %q", st.name)
		}
	}
	return true
}

// query assumes what a list, a switch or opening hours answered, where that is not what they say by themselves.
func (s *scribe) query(st *step, ev *vm.Event) {
	switch st.name {
	case "list":
		if ev.Value.N != 0 && len(st.args) > 0 {
			s.assume("list "+st.which, "假设 %s 含 %q", st.which, dialled(st.args[0].Str()))
		}
	case "switch":
		s.assume(st.which, "假设 %s %s", st.which, either(ev.Value.N != 0, "开启", "关闭"))
	case "hours":
		items := ev.Value.Items()
		for i := range s.v.Program.Hours {
			if s.v.Program.Hours[i].Name != st.which || len(items) == 0 {
				continue
			}
			if own := session.Opening(s.v.Schedules[i].At(ev.Now, nil)).Value.Items(); own[0].N != items[0].N {
				s.assume(st.which, "假设 %s %s", st.which, either(items[0].N != 0, "开放", "休息"))
			}
		}
	}
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// answer is a lookup as an assumption names it, and what it answered.
func (s *scribe) answer(id string, ev *vm.Event) (name, answer string, ok bool) {
	f := s.lib.ByID(id)
	if f == nil {
		return "", "", false
	}
	var path []string
	for _, w := range f.Path {
		path = append(path, w.Zh)
	}
	name = strings.Join(path, ".") + "(" + strings.TrimSuffix(strings.Repeat("_, ", len(f.Params)), ", ") + ")"
	switch {
	case ev.Kind == vm.Outcome:
		return name, library.TagName(ev.Tag).Zh, true
	case ev.Kind == vm.Done:
		return name, "是", f.Result == nil
	case ev.Kind != vm.Answer || f.Result == nil:
		return "", "", false
	}
	answer, ok = s.literal(ev.Value, f.Result)
	return name, answer, ok
}

// literal is a value as the language writes it.
func (s *scribe) literal(v vm.Value, t *types.Type) (string, bool) {
	switch {
	case v.IsAbsent():
		return "无", true
	case t.Kind == types.ListOf:
		var list []string
		for _, x := range v.Items() {
			one, ok := s.literal(x, t.Elem)
			if !ok {
				return "", false
			}
			list = append(list, one)
		}
		return "[" + strings.Join(list, ", ") + "]", true
	case t.Kind == types.RecordOf:
		var list []string
		for i, x := range v.Items() {
			if i >= len(t.Record.Fields) || x.IsAbsent() {
				continue
			}
			one, ok := s.literal(x, t.Record.Fields[i].Type)
			if !ok {
				return "", false
			}
			list = append(list, t.Record.Fields[i].Name.Zh+": "+one)
		}
		return "{" + strings.Join(list, ", ") + "}", true
	case t.Kind == types.Moment:
		return time.UnixMilli(v.N).In(s.v.Zone).Format("2006-01-02 15:04"), true
	case v.P == nil:
		return witness.Literal(t.Kind, v.N), true
	case t.Kind == types.Tag:
		return library.TagName(v.Str()).Zh, true
	case t.Kind == types.TaxpayerID || t.Kind == types.ResidentID:
		return strconv.Quote(valid(v.Str())), true
	case t.Kind == types.Phone:
		return strconv.Quote(dialled(v.Str())), true
	}
	return strconv.Quote(v.Str()), !strings.ContainsAny(v.Str(), "{}\\\n")
}

// outcome assumes how an act ended that reaches somebody.
func (s *scribe) outcome(act string, ev *vm.Event, well string) {
	switch {
	case act == "":
	case ev.Kind == vm.Outcome:
		s.assume(act, "假设 %s 得到 %s", act, library.TagName(ev.Tag).Zh)
	case s.given[act] != "":
		s.assume(act, "假设 %s 得到 %s", act, well)
	}
}

// meets writes what was heard and seen at a wait, and what came of it.
func (s *scribe) meets(g *segment) bool {
	ev := &s.call.Events[g.event]
	arg := ""
	if len(g.wait.args) > 0 {
		arg = g.wait.args[0].Str()
	}
	switch g.wait.kind {
	case bundle.CollectSite:
		s.hear(g)
		s.at = len(s.lines)
		return s.keyed(g, ev)
	case bundle.EnqueueSite:
		s.line("应当 排队 %s", arg)
		s.did(diag.Textf("排队%s", "queue %s", arg))
		return s.queued(g, ev, arg)
	case bundle.TransferSite:
		s.line("应当 转接 %q", arg)
		s.outcome("转接", ev, "接通")
	case bundle.VoicemailSite:
		s.line("应当 留言 %s", g.wait.which)
		s.did(diag.Textf("在%s留言", "voicemail %s", g.wait.which))
	case bundle.FaxSite, bundle.ReceiveFaxSite:
		s.outcome(meaning.Assumable(g.wait.kind), ev, "是")
	default:
		return false
	}
	return s.gone(ev)
}

// gone writes that the caller hung up, if so.
func (s *scribe) gone(ev *vm.Event) bool {
	s.at = len(s.lines)
	if ev.Kind == vm.Hangup {
		s.line("挂机")
		s.did(diag.Text{Zh: "来电人挂机", En: "the caller hangs up"})
	}
	return true
}

// queued writes what became of a caller in a queue.
func (s *scribe) queued(g *segment, ev *vm.Event, queue string) bool {
	about := "排队 " + queue
	if ev.Kind == vm.Outcome && ev.Tag != "press" {
		s.assume(about, "假设 %s 得到 %s", about, library.TagName(ev.Tag).Zh)
		s.did(library.TagName(ev.Tag))
		s.at = len(s.lines)
		return true
	}
	if s.given[about] != "" { // it cannot be taken back
		return false
	}
	switch {
	case ev.Kind == vm.Outcome && len(ev.Values) > 0:
		before := s.call.Events[g.event-1].Now
		s.line("等待 %d秒", (ev.Now-before+999)/1000)
		s.at = len(s.lines)
		s.line("按 %q", ev.Values[0].Str())
		s.did(diag.Textf("排队时按%s", "press %s while waiting", ev.Values[0].Str()))
		return true
	case ev.Agent != "":
		s.line("座席接听")
		if ev.Kind == vm.Done {
			s.at = len(s.lines)
			s.line("座席挂机")
		}
		s.did(diag.Text{Zh: "座席讲完", En: "talk to an agent"})
	}
	return s.gone(ev)
}

// hear writes the last words before a question, so that the next key answers it.
func (s *scribe) hear(g *segment) {
	for i := g.to - 1; i >= g.from; i-- {
		a := &s.w.steps[i].act
		if a.kind != bundle.SaySite {
			continue
		}
		if words := meaning.Phrase(template(s.v.Program, a.prompt, a.lang)); words != "" {
			s.line("听到 %q", words)
			return
		}
	}
}

// keyed writes how a question was answered.
func (s *scribe) keyed(g *segment, ev *vm.Event) bool {
	if ev.Kind != vm.Collected {
		return s.gone(ev)
	}
	q, r := &s.v.Program.Questions[g.wait.question], &ev.Collect
	press := func(keys string, end bool) {
		keys = strings.ReplaceAll(keys, kept.Masked, "1")
		if end && q.EndKey != 0 && len(keys) < g.most(q) {
			keys += string(q.EndKey)
		}
		s.line("按 %q", keys)
	}
	switch r.Kind {
	case collect.Option:
		if r.Index < 0 || r.Index >= len(q.Options) {
			return false
		}
		press(q.Options[r.Index].Keys, false)
		o := &s.v.options[g.wait.question][r.Index]
		s.did(diag.Textf("按%s（%s）", "press %s (%s)", o.keys, o.says))
	case collect.Global:
		if r.Index < 0 || r.Index >= len(g.spec.Global) {
			return false
		}
		press(g.spec.Global[r.Index:r.Index+1], false)
		s.did(diag.Textf("按%c", "press %c", g.spec.Global[r.Index]))
	case collect.Value:
		keys := r.Keys
		if q.Field == ident.TaxpayerOf || q.Field == ident.ResidentOf {
			keys = strings.ReplaceAll(valid(r.Text), "X", "*")
		}
		if strings.Trim(keys, "0123456789*#"+kept.Masked) != "" { // letters that no key stands for
			return false
		}
		press(keys, true)
		s.did(diag.Text{Zh: "输入", En: "key an answer"})
	case collect.NoInput:
		s.line("不按键")
		s.did(diag.Text{Zh: "不按键", En: "press nothing"})
	case collect.NoMatch:
		if r.Keys == "" {
			return false
		}
		press(r.Keys, q.Field != ident.None)
		s.did(diag.Text{Zh: "按错", En: "press a wrong key"})
	default:
		return false
	}
	return true
}

// most is how many keys a question takes.
func (g *segment) most(q *bundle.Question) int {
	if q.MaxLen > 0 {
		return int(q.MaxLen)
	}
	_, most := q.Field.Lengths()
	return most
}

// valid makes a number of the form of a taxpayer's or a resident's one whose check letters are right, the same for the
// same: where it stands in a record they are those of nobody. It has no letter that no key stands for, if it can be.
func valid(s string) string {
	b := []byte(s)
	fits := func() bool { _, _, fault := ident.TaxpayerID(string(b)); return fault == ident.OK }
	const keyed = "0123456789X"
	if len(b) != 18 || fits() && strings.Trim(s, keyed) == "" {
		return s
	}
	// The two check letters follow from the others: of these the last ones change until both can be keyed.
	for n := range 1000 {
		digits := fmt.Sprintf("%03d", (n+int(b[13]-'0')*100+int(b[14]-'0')*10+int(b[15]-'0'))%1000)
		copy(b[13:], digits)
		for _, last := range []byte(keyed) {
			for _, end := range []byte(keyed) {
				if b[16], b[17] = last, end; fits() {
					return string(b)
				}
			}
		}
		copy(b[13:], s[13:16])
	}
	return s
}

// dialled makes a number of the form of a telephone's, of which the middle is kept as zeros, one that is a telephone's
// again: an exchange does not begin with a zero.
func dialled(s string) string {
	b := []byte(s)
	for i := 3; i < len(b); i++ {
		if _, _, fault := ident.Phone(string(b)); fault == ident.OK {
			return string(b)
		}
		if b[i] == '0' {
			b[i] = '8'
		}
	}
	return s
}

// titleDeeds is how many of the deeds of a call its name tells: the first and the last ones.
const titleDeeds = 5

// name is what happens in the call.
func (s *scribe) name() diag.Text {
	list := s.deeds
	if len(list) > titleDeeds {
		list = slices.Concat(list[:1], []diag.Text{diag.Same("…")}, list[len(list)-titleDeeds+1:])
	}
	var zh, en []string
	for _, t := range list {
		zh, en = append(zh, t.Zh), append(en, t.En)
	}
	return diag.Text{Zh: strings.Join(zh, "，"), En: strings.Join(en, ", ")}
}
