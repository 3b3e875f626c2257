package replay

import (
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/runtime/collect"
	"rexian/runtime/meaning"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// noWaiting is what a caller is told of a wait in a queue that is none.
var noWaiting = session.Waiting{Expected: -1}

// shownLength and shownActs bound what is quoted, in letters and in acts.
const (
	shownLength = 40
	shownActs   = 3
)

func quoted(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > shownLength {
		return string(r[:shownLength-1]) + "…"
	}
	return string(r)
}

// general is a text without what is another for each caller: runs of digits.
func general(s string) string {
	var b strings.Builder
	digits := false
	for _, r := range s {
		if r >= '0' && r <= '9' || digits && (r == '.' || r == ',' || r == '-' || r == ':') {
			digits = true
			continue
		}
		if digits {
			b.WriteString("…")
			digits = false
		}
		b.WriteRune(r)
	}
	if digits {
		b.WriteString("…")
	}
	return b.String()
}

// does says what acts do.
func does(v *version, list []*act) diag.Text {
	if len(list) == 0 {
		return diag.Text{Zh: "没有", En: "nothing"}
	}
	var zh, en []string
	for i, a := range list {
		if i == shownActs {
			zh, en = append(zh, "…"), append(en, "…")
			break
		}
		t := a.says(v)
		zh, en = append(zh, t.Zh), append(en, t.En)
	}
	return diag.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// says puts an act into words.
func (a *act) says(v *version) diag.Text {
	arg := func(i int) string {
		if i < len(a.args) {
			return quoted(general(a.args[i].Str()))
		}
		return ""
	}
	switch a.kind {
	case bundle.SaySite, bundle.ApologySite:
		return diag.Textf("播放“%s”", "say %q", quoted(template(v.Program, a.prompt, a.lang)))
	case bundle.OptionsSite:
		var list []string
		for i, o := range v.options[a.question] {
			if a.offered>>i&1 != 0 {
				list = append(list, o.says+" "+o.keys)
			}
		}
		return diag.Textf("报选项“%s”", "read the options %q", quoted(strings.Join(list, " ")))
	case bundle.LanguageSite:
		return diag.Textf("语言 %s", "language %s", arg(0))
	case bundle.LookupSite:
		return function(a.name)
	case bundle.SMSSite:
		return diag.Textf("发短信“%s”", "send the text %q", arg(1))
	case bundle.MailSite:
		return diag.Textf("发邮件“%s”", "send the mail %q", arg(1))
	case bundle.ReplySite:
		return diag.Textf("回复“%s”", "reply %q", arg(0))
	case bundle.CallbackSite:
		return diag.Textf("预约回呼 %s", "callback %s", arg(0))
	case bundle.MarkSite:
		return diag.Textf("标记“%s”", "mark %q", a.name)
	case bundle.AttachSite:
		return diag.Textf("附带 %s", "attach %s", a.name)
	case bundle.TopicSite:
		return diag.Textf("主题“%s”", "topic %q", arg(0))
	case bundle.AnswerSite:
		return diag.Textf("记录“%s”的回答", "the answer to %q", a.name)
	case bundle.SurveySite:
		return diag.Textf("问卷“%s”", "survey %q", a.name)
	case bundle.PauseRecordingSite:
		return diag.Text{Zh: "暂停录音", En: "pause the recording"}
	case bundle.ResumeRecordingSite:
		return diag.Text{Zh: "恢复录音", En: "resume the recording"}
	}
	return diag.Same(a.kind.String())
}

// function names what is looked up as flows do.
func function(id string) diag.Text {
	f := library.Default().ByID(id)
	if f == nil {
		return diag.Textf("查询 %s", "look up %s", id)
	}
	var zh []string
	for _, w := range f.Path {
		zh = append(zh, w.Zh)
	}
	return diag.Text{Zh: strings.Join(zh, "."), En: id}
}

// place says what a call has come to: of its own version by a segment, of the other by an effect.
func (f *follower) place(v *version, s *segment, e *vm.Effect) diag.Text {
	var a act
	if s != nil {
		if s.how == ends {
			return meaning.Ending(s.end)
		}
		a = s.wait
	} else {
		a = f.w.keep(v, f.m, e)
	}
	arg := func(i int) string {
		if i < len(a.args) {
			return general(a.args[i].Str())
		}
		return ""
	}
	switch a.kind {
	case bundle.CollectSite:
		return diag.Textf("到“%s”", "%q", v.Program.Questions[a.question].Name)
	case bundle.EnqueueSite:
		if len(a.args) > 1 && a.args[1].N != 0 {
			return diag.Textf("排队 %s（优先级 %d）", "queue %s (priority %d)", arg(0), a.args[1].N/1_000_000)
		}
		return diag.Textf("排队 %s", "queue %s", arg(0))
	case bundle.TransferSite:
		if len(a.args) > 0 {
			return diag.Textf("转接 %s", "transfer %s", a.args[0].Str())
		}
	case bundle.VoicemailSite:
		return diag.Textf("在 %s 留言", "voicemail %s", a.which)
	case bundle.RecordSite:
		return diag.Text{Zh: "录音", En: "a recording"}
	case bundle.FaxSite, bundle.ReceiveFaxSite:
		return diag.Text{Zh: "传真", En: "fax"}
	}
	return diag.Same(a.kind.String())
}

// deed says what the caller did last.
func (f *follower) deed() diag.Text {
	s := f.after
	if s == nil {
		switch f.call.Direction {
		case "message":
			return diag.Textf("来信进入 %s", "a message to %s", f.call.Entry)
		case "out":
			return diag.Textf("外呼进入 %s", "a call by %s", f.call.Entry)
		}
		return diag.Textf("拨打 %s", "call %s", f.call.Number)
	}
	if s.how == hangsUp {
		return diag.Text{Zh: "来电人挂机后", En: "after the caller hung up"}
	}
	ev := &f.call.Events[s.event]
	at := f.place(f.p.old, s, nil)
	if s.wait.kind == bundle.CollectSite {
		at = diag.Textf("“%s”", "%q", f.p.old.Program.Questions[s.wait.question].Name)
	}
	join := func(t diag.Text) diag.Text { return diag.Text{Zh: at.Zh + t.Zh, En: at.En + " " + t.En} }
	switch ev.Kind {
	case vm.Hangup:
		return join(diag.Text{Zh: "时挂机", En: "hang up"})
	case vm.Diverted:
		return join(diag.Text{Zh: "时听到语音信箱的滴声", En: "hear the beep of a machine"})
	case vm.Outcome:
		if ev.Tag == "press" && len(ev.Values) > 0 {
			return join(diag.Textf("时按 %s", "press %s", ev.Values[0].Str()))
		}
		return join(library.TagName(ev.Tag))
	case vm.Collected:
		return join(f.keyed(s, &ev.Collect))
	}
	if f.reached(s) {
		return join(diag.Text{Zh: "，座席讲完", En: "talk to an agent"})
	}
	return join(diag.Text{Zh: "之后", En: "done"})
}

// keyed says how a question was answered.
func (f *follower) keyed(s *segment, r *collect.Result) diag.Text {
	switch r.Kind {
	case collect.Option:
		if list := f.p.old.options[s.wait.question]; r.Index >= 0 && r.Index < len(list) {
			return diag.Textf("按 %s（%s）", "press %s (%s)", list[r.Index].keys, list[r.Index].says)
		}
	case collect.Value:
		return diag.Text{Zh: "输入", En: "key an answer"}
	case collect.NoInput:
		return diag.Text{Zh: "不按键", En: "press nothing"}
	case collect.NoMatch:
		return diag.Text{Zh: "按错", En: "press a wrong key"}
	case collect.Global:
		if r.Index >= 0 && r.Index < len(s.spec.Global) {
			return diag.Textf("按 %c", "press %c", s.spec.Global[r.Index])
		}
	}
	return diag.Text{Zh: "之后", En: "answered"}
}

// unknown says what was not known then.
func (f *follower) unknown(a *act) diag.Text {
	what := a.says(f.p.new)
	switch {
	case a.kind == bundle.QuerySite && a.name == "list":
		what = diag.Textf("名单 %s", "list %s", a.which)
	case a.kind == bundle.QuerySite && a.name == "switch":
		what = diag.Textf("开关 %s", "switch %s", a.which)
	case a.kind == bundle.QuerySite:
		what = diag.Same(a.which)
	}
	return diag.Text{Zh: what.Zh + "：当时没有这样问过，回答不知道",
		En: what.En + ": was not asked then, so the answer is not known"}
}
