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
// names in it are those of the record, which are nobody's. Where the language has no words for what the call was given,
// why says what.
func (w *Writer) Test(c *kept.Call) (name diag.Text, body string, why diag.Text) {
	s := scribe{Writer: w, call: c, given: map[string]string{}}
	switch {
	case c.Direction == "message":
		s.no("是短信来信", "it is a text message")
	case c.Direction != "in":
		s.no("是外呼", "it was dialled by a campaign")
	case c.Cut:
		s.no("记录没有到底", "its record was cut off")
	case !w.w.course(w.v, c):
		s.no("在当时的版本上走出来不一样", "it comes out otherwise on its own version")
	case s.write():
		return s.name(), strings.Join(s.lines, "\n"), diag.Text{}
	}
	return diag.Text{}, "", s.why
}

// scribe writes the test of one call.
type scribe struct {
	*Writer
	call  *kept.Call
	lines []string
	given map[string]string // what is assumed, by what it is about
	at    int               // the line before which it is assumed what is met after the last deed
	deeds []diag.Text
	why   diag.Text // what there are no words for
}

// no notes what there are no words for.
func (s *scribe) no(zh, en string) bool {
	s.why = diag.Text{Zh: zh, En: en}
	return false
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
			s.unanswered(g)
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
	asked := map[string]string{} // in this segment: the same question has one answer
	for i := g.from; i < g.to; i++ {
		st := &s.w.steps[i]
		ev := &s.call.Events[st.event]
		switch st.kind {
		case bundle.QuerySite:
			about := st.name + " " + st.which
			if was, again := asked[about]; again && st.name == "switch" &&
				was != strconv.FormatInt(ev.Value.N, 10) {
				return s.no("开关一时有两种状态", "a switch was on and off at once")
			}
			asked[about] = strconv.FormatInt(ev.Value.N, 10)
			s.query(st, ev)
		case bundle.LookupSite:
			if st.name == "table" {
				continue
			}
			name, answer, ok := s.answer(st.name, ev)
			if !ok {
				return s.no("查询 "+st.name+" 的回答写不出来", "what "+st.name+" answered cannot be written")
			}
			if was, again := asked[name]; again && was != answer {
				if name, ok = s.exactly(st); !ok {
					return s.no("查询 "+st.name+" 的参数写不出来",
						"what "+st.name+" was asked cannot be written")
				}
				if was, again = asked[name]; again && was != answer {
					return s.no("同一个查询一时有两种回答", "the same lookup was answered in two ways at once")
				}
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
			if own := session.Opening(s.v.Schedules[i].At(ev.Now,
				nil)).Value.Items(); own[0].N != items[0].N {
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

// unanswered has a lookup take a while during which the caller hung up.
func (s *scribe) unanswered(g *segment) {
	f := s.lib.ByID(g.wait.name)
	if g.wait.kind != bundle.LookupSite || g.wait.name == "table" || f == nil {
		return
	}
	if name, _, ok := s.answer(g.wait.name, &vm.Event{Kind: vm.Outcome, Tag: "unavailable"}); ok {
		s.assume(name, "假设 %s 得到 %s 隔 2秒", name, library.TagName("unavailable").Zh)
	}
}

// exactly is a lookup with what it was asked, as an assumption names it.
func (s *scribe) exactly(st *step) (name string, ok bool) {
	f := s.lib.ByID(st.name)
	var path, args []string
	for _, w := range f.Path {
		path = append(path, w.Zh)
	}
	for i, p := range f.Params {
		if i >= len(st.args) {
			break
		}
		arg, ok := s.literal(st.args[i], p.Type)
		if !ok {
			return "", false
		}
		args = append(args, arg)
	}
	return strings.Join(path, ".") + "(" + strings.Join(args, ", ") + ")", true
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
	case bundle.RecordSite:
		return s.recorded(g, ev)
	default:
		return s.no(g.wait.kind.String()+" 没有写法", "there are no words for "+g.wait.kind.String())
	}
	return s.gone(ev)
}

// recorded writes what a caller said who was recorded: something, unless it says else.
func (s *scribe) recorded(g *segment, ev *vm.Event) bool {
	s.hear(g)
	s.did(diag.Text{Zh: "录音", En: "be recorded"})
	switch {
	case ev.Kind == vm.Hangup:
		s.line("等待 3秒") // past the tone
	case ev.Kind == vm.Outcome && ev.Tag == "noinput":
		s.at = len(s.lines)
		s.line("不按键")
		return true
	case ev.Kind != vm.Answer:
		return s.no("录音没有录成", "the recording failed")
	}
	return s.gone(ev)
}

// gone writes that the caller hung up, if so.
func (s *scribe) gone(ev *vm.Event) bool {
	s.at = len(s.lines)
	if ev.Kind == vm.Diverted { // no test can say when a machine beeps
		return false
	}
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
	if s.given[about] != "" { // it ended otherwise before
		s.assume(about, "假设 %s 得到 接通", about)
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
			return s.no("按了没有的选项", "an option was pressed that is not there")
		}
		press(q.Options[r.Index].Keys, false)
		o := &s.v.options[g.wait.question][r.Index]
		s.did(diag.Textf("按%s（%s）", "press %s (%s)", o.keys, o.says))
	case collect.Global:
		if r.Index < 0 || r.Index >= len(g.spec.Global) {
			return s.no("按了没有的选项", "an option was pressed that is not there")
		}
		press(g.spec.Global[r.Index:r.Index+1], false)
		s.did(diag.Textf("按%c", "press %c", g.spec.Global[r.Index]))
	case collect.Value:
		keys := r.Keys
		if q.Field == ident.TaxpayerOf || q.Field == ident.ResidentOf {
			keys = strings.ReplaceAll(valid(r.Text), "X", "*")
		}
		if strings.Trim(keys, "0123456789*#"+kept.Masked) != "" {
			return s.no("输入的里面有按不出的字母", "what was keyed has letters that no key stands for")
		}
		press(keys, true)
		s.did(diag.Text{Zh: "输入", En: "key an answer"})
	case collect.NoInput:
		s.line("不按键")
		s.did(diag.Text{Zh: "不按键", En: "press nothing"})
	case collect.NoMatch:
		if r.Keys == "" {
			return s.no("按错的键没有记下", "the wrong keys were not kept")
		}
		press(r.Keys, q.Field != ident.None)
		s.did(diag.Text{Zh: "按错", En: "press a wrong key"})
	default:
		return s.no("没有回答", "there was no answer")
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
