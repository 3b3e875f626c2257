package meaning

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/diag"
	"rexian/runtime/vm"
)

// words joins texts in both tongues.
func words(list []diag.Text, zh, en string) diag.Text {
	var a, b []string
	for _, t := range list {
		a, b = append(a, t.Zh), append(b, t.En)
	}
	return diag.Text{Zh: strings.Join(a, zh), En: strings.Join(b, en)}
}

// describe puts a difference into words.
func (x *product) describe(f *found) Difference {
	d := Difference{Class: f.class, Kind: f.class.String(), found: f}
	l := f.new
	x.known = f.new.facts
	for _, a := range append(slices.Clone(f.come), f.gone...) {
		if d.File == "" {
			d.File, d.Start = a.file, a.start
		}
	}
	if d.File == "" && l.wait != nil {
		d.File, d.Start = l.wait.file, l.wait.start
	}
	way := x.way(f)
	d.Name = x.title(f)
	if f.class != Timing && f.class != Records {
		if sentence, old, new, ok := x.leads(f); ok {
			d.Class, d.Kind, d.Old, d.New, d.brief = Reaches, Reaches.String(), old, new, sentence.Zh
			way = words(x.course(f), "，", ", ") // whatever else is so
			d.Sentence = diag.Text{Zh: sentence.Zh + "（" + way.Zh + "）", En: sentence.En + " (" + way.En + ")"}
			return d
		}
	}
	switch f.class {
	case Timing:
		at := x.waitsFor(x.new, f.new)
		if !strings.HasSuffix(at.Zh, "”") {
			at.Zh += " "
		}
		var how []diag.Text
		d.Old, d.New, how = times(f.old.wait, f.new.wait, at)
		what := words(how, "，", ", ")
		d.Sentence = diag.Text{Zh: way.Zh + "，" + what.Zh, En: way.En + ", " + what.En}
		return d
	case Options:
		d.Old, d.New = x.asks(x.old, f.old), x.asks(x.new, f.new)
	case Words, Records:
		d.Old, d.New = does(f.gone), does(f.come)
		if d.Old == d.New && f.class == Words { // the words are the same
			d.New = diag.Text{Zh: d.New.Zh + "，录音换了", En: d.New.En + " by another recording"}
			if valuesOnly(f.gone, f.come) {
				d.New = diag.Text{Zh: d.Old.Zh + "，填进去的值换了", En: d.Old.En + " with other values"}
			}
		}
	default:
		d.Old, d.New = x.ends(x.old, f.old, f.gone), x.ends(x.new, f.new, f.come)
		if was, is, sound := x.closer(f.old, f.new); was != is {
			d.Old = diag.Text{Zh: d.Old.Zh + "（" + was.Zh + "）", En: d.Old.En + " (" + was.En + ")"}
			d.New = diag.Text{Zh: d.New.Zh + "（" + is.Zh + "）", En: d.New.En + " (" + is.En + ")"}
			if sound && len(f.gone)+len(f.come) == 0 {
				d.Class, d.Kind, d.brief = Words, Words.String(), was.Zh+"→"+is.Zh
			}
		}
	}
	was, is := d.Old, d.New
	nothing := diag.Text{Zh: "没有", En: "nothing"}
	if was.Zh == "" {
		was = nothing
	}
	if is.Zh == "" {
		is = nothing
	}
	in := diag.Text{}
	if paused := func(a act) bool { return a.kind != bundle.PauseSite }; f.class == Words &&
		!slices.ContainsFunc(f.come, paused) && !slices.ContainsFunc(f.gone, paused) {
		d.Class, d.Kind = Timing, Timing.String()
	} else if f.class == Words {
		for _, a := range append(slices.Clone(f.come), f.gone...) {
			if a.speech {
				in = diag.Textf("（%s）", " (%s)", a.lang)
				break
			}
		}
	}
	d.Sentence = diag.Text{Zh: way.Zh + "：原来" + was.Zh + "，现在" + is.Zh + in.Zh,
		En: way.En + ": it was " + was.En + ", now it is " + is.En + in.En}
	return d
}

// hole is what stands in a key for a value: see machine.filled.
var hole = regexp.MustCompile(`\{[^}]*\}`)

// valuesOnly tells whether two lists of acts differ only in the values that are filled in.
func valuesOnly(gone, come []act) bool {
	return slices.EqualFunc(gone, come, func(a, b act) bool {
		return hole.ReplaceAllString(a.key, "{}") == hole.ReplaceAllString(b.key, "{}")
	})
}

// shownLength is how much of what is said is quoted, letters.
const shownLength = 40

func quoted(s string) diag.Text {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > shownLength {
		s = string(r[:shownLength-1]) + "…"
	}
	return diag.Text{Zh: "“" + s + "”", En: strconv.Quote(s)}
}

// does says what is done without waiting.
func does(list []act) diag.Text {
	var parts []diag.Text
	for _, a := range list {
		t := diag.Text{}
		switch a.kind {
		case bundle.SaySite:
			t = quoted(a.shown)
			if a.must {
				t = diag.Text{Zh: "必听" + t.Zh, En: t.En + " (must hear)"}
			}
			if a.early {
				t = diag.Text{Zh: "接听前" + t.Zh, En: t.En + " (before answering)"}
			}
		case bundle.OptionsSite:
			t = quoted(a.shown)
		case bundle.MarkSite:
			t = diag.Textf("标记“%s”", "mark %q", a.shown)
		case bundle.AttachSite:
			t = diag.Textf("附带“%s”", "attach %q", a.shown)
		case bundle.TopicSite:
			t = diag.Textf("业务类型“%s”", "topic %q", a.shown)
		case bundle.PauseSite:
			ms, _ := strconv.ParseInt(a.shown, 10, 64) // "" where it is computed
			of := lapse(ms)
			t = diag.Text{Zh: "停顿 " + of.Zh, En: "a pause of " + of.En}
			if ms == 0 {
				t = diag.Text{Zh: "停顿", En: "a pause"}
			}
		case bundle.ReplySite:
			t = diag.Textf("回复“%s”", "reply %q", a.shown)
		case bundle.AnswerSite:
			t = diag.Textf("记下“%s”的答案", "keep the answer to %q", a.shown)
		case bundle.SurveySite:
			if t = diag.Textf("启动问卷“%s”", "start survey %q", a.shown); a.shown == "" {
				t = diag.Text{Zh: "问卷结束", En: "the survey ends"}
			}
		case bundle.PauseRecordingSite:
			t = diag.Text{Zh: "暂停录音", En: "pause the recording"}
		case bundle.ResumeRecordingSite:
			t = diag.Text{Zh: "恢复录音", En: "resume the recording"}
		}
		parts = append(parts, t)
	}
	return words(parts, "、", ", ")
}

// ends says where a call came to.
func (x *product) ends(m *machine, l *leaf, only []act) diag.Text {
	var parts []diag.Text
	if len(only) > 0 {
		parts = append(parts, does(only[:min(len(only), 2)]))
	}
	return words(append(parts, x.waitsFor(m, l)), "，然后", ", then ")
}

// Ending says how a call ends.
func Ending(how vm.End) diag.Text {
	switch how {
	case endless:
		return diag.Text{Zh: "一直播放下去，不等来电人", En: "words without end that wait for nobody"}
	case vm.EndHangup:
		return diag.Text{Zh: "挂机", En: "hang up"}
	case vm.EndReject:
		return diag.Text{Zh: "拒接", En: "reject the call"}
	case vm.EndApology:
		return diag.Text{Zh: "致歉后挂机", En: "an apology and the end"}
	case vm.EndMail:
		return diag.Text{Zh: "留言后结束", En: "the end after the message"}
	case vm.EndDeparted:
		return diag.Text{Zh: "转走", En: "passed on"}
	case vm.EndCaller:
		return diag.Text{Zh: "来电人挂机，到此结束", En: "the caller hangs up, and that is the end"}
	}
	return diag.Text{Zh: "结束", En: "the end"}
}

// waitsFor says what a call does next.
func (x *product) waitsFor(m *machine, l *leaf) diag.Text {
	if l.wait == nil {
		return Ending(l.how)
	}
	w := l.wait
	name := w.shown
	switch w.site.Kind {
	case bundle.CollectSite:
		return diag.Textf("“%s”", "%q", m.prog.Questions[w.site.Index].Name)
	case bundle.LookupSite:
		if w.site.Name != "table" {
			of := x.named(name)
			return diag.Text{Zh: "查询 " + of.Zh, En: "look up " + of.En}
		}
		return diag.Textf("查询 %s", "look up %s", name)
	case bundle.EnqueueSite:
		if name == "" {
			return diag.Text{Zh: "排队", En: "a queue"}
		}
		if len(w.args) > 1 && w.args[1].op == opNumber && w.args[1].n != 0 {
			return diag.Textf("排队 %s（优先级 %d）", "queue %s (priority %d)", name, w.args[1].n/1_000_000)
		}
		return diag.Textf("排队 %s", "queue %s", name)
	case bundle.TransferSite:
		return diag.Textf("转接 %s", "transfer %s", name)
	case bundle.VoicemailSite:
		return diag.Textf("在 %s 留言", "voicemail %s", name)
	case bundle.RecordSite:
		return diag.Text{Zh: "录音", En: "a recording"}
	case bundle.CallbackSite:
		return diag.Textf("预约回呼 %s", "callback %s", name)
	case bundle.SMSSite:
		return addressed(diag.Text{Zh: "发短信", En: "send a text"}, name)
	case bundle.MailSite:
		return addressed(diag.Text{Zh: "发邮件", En: "send a mail"}, name)
	case bundle.FaxSite, bundle.ReceiveFaxSite:
		return diag.Text{Zh: "传真", En: "fax"}
	case turn.Kind:
		return diag.Text{Zh: "逐条的下一条", En: "the next item"}
	}
	return diag.Same(w.site.Kind.String())
}

// addressed is what is sent to whom, where that is known.
func addressed(what diag.Text, to string) diag.Text {
	if to == "" {
		return what
	}
	return diag.Text{Zh: what.Zh + " " + to, En: what.En + " " + to}
}

// named is a function by its names in the language, or by its id where it has none.
func (x *product) named(id string) diag.Text {
	f := x.lib.ByID(id)
	if f == nil {
		return diag.Same(id)
	}
	var path []diag.Text
	for _, w := range f.Path {
		path = append(path, diag.Text{Zh: w.Zh, En: w.En})
	}
	return words(path, ".", ".")
}

// asks says what a question takes.
func (x *product) asks(m *machine, l *leaf) diag.Text {
	q := &m.prog.Questions[l.wait.site.Index]
	least, most := q.Field.Lengths()
	if q.MaxLen > 0 {
		least, most = int(q.MinLen), int(q.MaxLen)
	}
	t := diag.Textf("收 %d 到 %d 位", "a question for %d to %d [key|keys]", least, most)
	if least == most {
		t = diag.Text{Zh: fmt.Sprintf("收 %d 位", least), En: "a question for " + diag.Many(least, "key")}
	}
	if q.Ranged {
		low, high := m.bound(q, l.wait.args[3]), m.bound(q, l.wait.args[4])
		t = words([]diag.Text{t, {Zh: "范围 " + low.Zh + " 到 " + high.Zh, En: "from " + low.En + " to " + high.En}},
			"，", ", ")
	}
	if g := m.globals(l.s); g != "" {
		t = words([]diag.Text{t, diag.Textf("随时可按 %s", "%s at any time", g)}, "，", ", ")
	}
	if q.Secret {
		t = words([]diag.Text{t, {Zh: "保密", En: "secret"}}, "，", ", ")
	}
	return t
}

// bound is the end of a range, as the language writes it.
func (m *machine) bound(q *bundle.Question, t *term) diag.Text {
	if t.op == opNumber {
		kind := map[ident.Kind]types.Kind{ident.Money: types.Money, ident.DateOf: types.Date, ident.TimeOf: types.Time,
			ident.MonthOf: types.Month}[q.Field]
		if kind == 0 {
			kind = types.Number
		}
		return value(kind.String(), bundle.Const{N: t.n})
	}
	switch {
	case t.op == opWorld && t.s == "today":
		return diag.Text{Zh: "今天", En: "today"}
	case t.op == "AddInt" && t.args[0].op == opWorld && t.args[0].s == "today" && t.args[1].op == opNumber:
		return diag.Text{Zh: fmt.Sprintf("今天 + %d天", t.args[1].n), En: fmt.Sprintf("today + %dd", t.args[1].n)}
	}
	return diag.Text{Zh: "算出来的数", En: "what is computed"}
}

// timers are the words of the language for the times of a wait, in their order; a wait of another kind has one.
var timers = map[bundle.SiteKind][]diag.Text{
	bundle.CollectSite: {{Zh: "等待", En: "the wait"}, {Zh: "键间隔", En: "the time between keys"}},
	bundle.RecordSite:  {{Zh: "最长", En: "the longest time"}, {Zh: "静默", En: "the silence"}},
}

// times says how long is waited, of those times that differ: in the old program, in the new one, and what changes of
// the wait that it is.
func times(old, new *wait, at diag.Text) (was, is diag.Text, how []diag.Text) {
	var before, now []diag.Text
	second := func(t *term) diag.Text {
		if t.op != opNumber {
			return diag.Text{Zh: "另一个时间", En: "another time"}
		}
		return diag.Textf("%s秒", "%s s", strconv.FormatFloat(float64(t.n)/1000, 'f', -1, 64))
	}
	for i := range min(len(old.timers), len(new.timers)) {
		if old.timers[i] == new.timers[i] {
			continue
		}
		a, b := second(old.timers[i]), second(new.timers[i])
		before, now = append(before, a), append(now, b)
		name := diag.Text{Zh: "等待", En: "the wait"}
		if list := timers[new.site.Kind]; i < len(list) {
			name = list[i]
		}
		how = append(how, diag.Text{Zh: at.Zh + "的" + name.Zh + "由 " + a.Zh + " 改为 " + b.Zh,
			En: name.En + " of " + at.En + " changes from " + a.En + " to " + b.En})
	}
	return words(before, "、", ", "), words(now, "、", ", "), how
}

// shownEvents is how many of a caller's last deeds are told.
const shownEvents = 5

// way says how a call came to where it differs, and while what was so.
func (x *product) way(f *found) diag.Text {
	return words(append(x.course(f), conditions(f.new.facts, f.at.epoch)...), "，", ", ")
}

// course says what was done to come to where a call differs.
func (x *product) course(f *found) []diag.Text {
	var parts []diag.Text
	n := f.at
	for ; n.before != nil; n = n.before {
		if t := x.deed(n); t.Zh != "" {
			parts = append(parts, t)
		}
	}
	slices.Reverse(parts)
	if len(parts) > shownEvents {
		parts = append([]diag.Text{diag.Same("…")}, parts[len(parts)-shownEvents:]...)
	}
	begin := diag.Textf("拨打 %s", "call %s", n.entry.name)
	switch n.entry.kind {
	case "message", "otherwise":
		begin = diag.Textf("发来“%s”", "text %q", n.entry.name)
	case "number":
	default:
		begin = diag.Textf("外呼任务 %s", "campaign %s", n.entry.name)
	}
	return append([]diag.Text{begin}, parts...)
}

// conditions are what the last unit took to hold of lists, switches and hours.
func conditions(f *facts, epoch int32) []diag.Text {
	var parts []diag.Text
	for ; f != nil; f = f.before {
		t := f.t
		switch {
		case t.op == opMember && t.epoch == epoch && f.yes:
			parts = append(parts, diag.Textf("号码在 %s 里", "the number in %s", t.s))
		case t.op == opSwitch && t.epoch == epoch && f.yes:
			parts = append(parts, diag.Textf("%s 开启时", "while %s is on", t.s))
		case t.op == opField && t.args[0].op == opHours && t.n == 0 && t.args[0].epoch == epoch:
			if f.yes {
				parts = append(parts, diag.Textf("%s 开放时", "while %s is open", t.args[0].s))
			} else {
				parts = append(parts, diag.Textf("%s 休息时", "while %s is closed", t.args[0].s))
			}
		}
	}
	slices.Reverse(parts)
	return parts
}

// deed says what was done to come to a pair of calls.
func (x *product) deed(n *node) diag.Text {
	tag := library.TagName(n.event.tag)
	switch n.event.kind {
	case presses:
		return diag.Textf("按 %s", "press %s", n.event.keys)
	case answers:
		if collects(n.newIn) {
			if x.new.prog.Questions[n.newIn.wait.site.Index].Field == ident.YesNo {
				return x.yesNo(n)
			}
			return diag.Text{Zh: "输入", En: "key an answer"}
		}
	case noInput:
		return diag.Text{Zh: "不按键", En: "press nothing"}
	case noMatch:
		return diag.Text{Zh: "按错", En: "press a wrong key"}
	case hangsUp:
		return diag.Text{Zh: "挂机", En: "hang up"}
	case ends:
		if key, ok := strings.CutPrefix(n.event.tag, pressTag); ok {
			return diag.Textf("排队时按 %s", "press %s while waiting", key)
		}
		what := x.waitsFor(x.new, n.newIn)
		if n.event.tag != "" {
			return diag.Text{Zh: what.Zh + " " + tag.Zh, En: what.En + ": " + tag.En}
		}
		if n.newIn.wait.site.Kind == bundle.EnqueueSite {
			return diag.Text{Zh: "座席讲完", En: "talk to an agent"}
		}
	}
	return diag.Text{}
}

// yesNo says what was answered, where what follows goes by it.
func (x *product) yesNo(n *node) diag.Text {
	for f := x.known; f != nil; f = f.before {
		if f.t.op == opKeyed && f.t.epoch == n.epoch {
			if f.yes {
				return diag.Text{Zh: "答“是”", En: "answer yes"}
			}
			return diag.Text{Zh: "答“否”", En: "answer no"}
		}
	}
	return diag.Text{Zh: "输入", En: "key an answer"}
}

// titleEvents is how many of a caller's last deeds a name tells.
const titleEvents = 3

// title is what happens in a call in a few words: what the caller did last, and what comes of it in the new program.
func (x *product) title(f *found) diag.Text {
	var parts []diag.Text
	n := f.at
	for ; n.before != nil; n = n.before {
		if t := x.deed(n); t.Zh != "" && len(parts) < titleEvents {
			parts = append(parts, t)
		}
	}
	slices.Reverse(parts)
	switch {
	case n.entry.kind == "message":
		parts = append([]diag.Text{diag.Textf("发来%s", "text %s", n.entry.name)}, parts...)
	case n.entry.kind == "campaign":
		parts = append([]diag.Text{diag.Textf("%s接通", "%s answered", n.entry.name)}, parts...)
	case len(parts) == 0:
		parts = append(parts, diag.Textf("拨打%s", "call %s", n.entry.name))
	}
	parts = append(parts, conditions(f.new.facts, f.at.epoch)...)
	said := func(list []act) (diag.Text, bool) {
		for _, a := range list {
			if words := phrase(a.shown, false); a.speech && words != "" {
				return diag.Text{Zh: "“" + short(words) + "”", En: strconv.Quote(short(words))}, true
			}
			if a.kind == bundle.MarkSite {
				return diag.Textf("标记“%s”", "mark %s", a.shown), true
			}
		}
		return diag.Text{}, false
	}
	end := x.waitsFor(x.new, f.new)
	if heard, ok := said(f.come); ok {
		end = heard
	} else if not, ok := said(f.gone); ok && f.class != Timing {
		end = diag.Text{Zh: "不再有" + not.Zh, En: "no " + not.En}
	} else if f.class == Timing {
		end = lasts(end, f.old.wait, f.new.wait)
	}
	return words(append(parts, end), "，", ", ")
}

// lasts says how long a wait is, by the first of its times that differs.
func lasts(at diag.Text, old, new *wait) diag.Text {
	for i := range min(len(old.timers), len(new.timers)) {
		was, is := old.timers[i], new.timers[i]
		if was == is || is.op != opNumber {
			continue
		}
		if was.op == opNumber && was.n < is.n {
			return diag.Text{Zh: at.Zh + "等满" + seconds(is.n), En: at.En + " waits all of " + inEnglish(is.n)}
		}
		return diag.Text{Zh: at.Zh + "只等" + seconds(is.n), En: at.En + " waits no longer than " + inEnglish(is.n)}
	}
	return at
}

func inEnglish(ms int64) string { return strings.TrimSuffix(seconds(ms), "秒") + " s" }

// short is the beginning of words, for names.
func short(s string) string {
	if r := []rune(s); len(r) > 14 {
		return string(r[:13]) + "…"
	}
	return s
}
