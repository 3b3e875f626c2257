package meaning

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/diag"
)

// parts tells of something that is declared which of its parts are others, each in a sentence of its own, by the words
// of the language: 队列 综合咨询 的“最长”由 5 分钟 改为 10 分钟.
type parts struct {
	*fixed
	kind string
	what diag.Text // 队列 综合咨询
	any  diag.Text // the same with \x00 for the name
}

func (s *fixed) parts(kind, zh, en, name string) *parts {
	return &parts{s, kind, diag.Text{Zh: zh + " " + name, En: en + " " + name},
		diag.Text{Zh: zh + " \x00", En: en + " \x00"}}
}

// tell tells something of it, which may be told of others too.
func (p *parts) tell(zh, en string) {
	p.add(p.kind, diag.Text{Zh: p.what.Zh + zh, En: p.what.En + en})
	p.list[len(p.list)-1].alike = diag.Text{Zh: p.any.Zh + zh, En: p.any.En + en}
}

// differ tells of a part that was one thing and is another.
func (p *parts) differ(zh, en string, was, is diag.Text) {
	if was == is {
		return
	}
	p.tell(" 的“"+zh+"”由 "+was.Zh+" 改为 "+is.Zh, ": "+en+" changes from "+was.En+" to "+is.En)
}

// whether tells of a part that is there or not.
func (p *parts) whether(zh, en string, was, is bool) {
	switch {
	case was && !is:
		p.tell(" 不再有“"+zh+"”", " has no "+en+" any more")
	case !was && is:
		p.tell(" 新增“"+zh+"”", " has "+en+" now")
	}
}

// other tells of a part that has no short form.
func (p *parts) other(zh, en string) {
	p.tell(" 的"+zh+"改了", ": "+en+" changes")
}

// rest tells of what is left over: parts that no sentence was written for.
func (p *parts) rest(a, b any) {
	if what := fields(a, b); what != "" {
		p.add(p.kind, diag.Text{Zh: p.what.Zh + " 改了：" + what, En: p.what.En + " changes: " + what})
	}
}

var nothing = diag.Text{Zh: "没有", En: "none"}

// lapse is a time of so many milliseconds, in the largest unit that it is whole in; 0 is none.
func lapse(ms int64) diag.Text {
	if ms == 0 {
		return nothing
	}
	for _, u := range []struct {
		ms     int64
		zh, en string
	}{{86_400_000, "天", "d"}, {3_600_000, "小时", "h"}, {60_000, "分钟", "min"}} {
		if ms%u.ms == 0 {
			n := strconv.FormatInt(ms/u.ms, 10)
			return diag.Text{Zh: n + " " + u.zh, En: n + " " + u.en}
		}
	}
	n := strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64)
	return diag.Textf("%s 秒", "%s s", n)
}

// figure is a number; 0 is none.
func figure(n int64) diag.Text {
	if n == 0 {
		return nothing
	}
	return diag.Same(strconv.FormatInt(n, 10))
}

// percent is a share in millionths; 0 is none.
func percent(n int64) diag.Text {
	if n == 0 {
		return nothing
	}
	return diag.Same(strconv.FormatFloat(float64(n)/10_000, 'f', -1, 64) + "%")
}

// listed are some words; none are none.
func listed(list []string) diag.Text {
	if len(list) == 0 {
		return nothing
	}
	return diag.Text{Zh: strings.Join(list, "、"), En: strings.Join(list, ", ")}
}

// dated is a day; 0 is none.
func dated(days int64) diag.Text {
	if days == 0 {
		return nothing
	}
	return diag.Same(hours.Date(days).String())
}

// tagged is an outcome or an order by its name.
func tagged(id string) diag.Text {
	if id == "" {
		return nothing
	}
	return library.TagName(id)
}

// words is how a prompt begins in the first language, for a sentence; "" says nothing.
func (s *fixed) words(p *bundle.Program, prompt int32) diag.Text {
	if prompt < 0 || int(prompt) >= len(p.Prompts) {
		return nothing
	}
	m := machine{pool: newPool(), prog: p}
	lang := p.Fallback
	if len(p.Languages) > 0 {
		lang = p.Languages[0]
	}
	_, shown, _ := m.wording(int(prompt), nil, lang)
	return quoted(shown)
}

// queue compares what two versions of a queue say and do.
func (s *fixed) queue(a, b *bundle.Queue) {
	p := s.parts("queue", "队列", "queue", b.Name)
	x, y := *a, *b
	p.differ("技能组", "skill", listed(x.Skills), listed(y.Skills))
	p.differ("分配", "order", tagged(x.Order), tagged(y.Order))
	p.differ("首问负责", "last agent first", lapse(x.LastAgent), lapse(y.LastAgent))
	p.differ("容量", "capacity", figure(int64(x.Capacity)), figure(int64(y.Capacity)))
	p.differ("最长", "longest", lapse(x.Longest), lapse(y.Longest))
	p.differ("振铃", "ring", lapse(x.Ring), lapse(y.Ring))
	p.differ("话后处理", "wrap up", lapse(x.WrapUp), lapse(y.WrapUp))
	p.differ("漏接", "misses", figure(int64(x.Misses)), figure(int64(y.Misses)))
	p.differ("保留排位", "keep place", lapse(x.KeepPlace), lapse(y.KeepPlace))
	target := func(q *bundle.Queue) diag.Text {
		if q.Share == 0 {
			return nothing
		}
		share, within := percent(q.Share), lapse(q.ShareWithin)
		return diag.Text{Zh: share.Zh + " " + within.Zh, En: share.En + " in " + within.En}
	}
	p.differ("目标", "target", target(&x), target(&y))
	if heard(s.old, x.Music) != heard(s.new, y.Music) {
		p.heard("音乐", "music", x.Music, y.Music)
	}
	p.every(x.Every, y.Every)
	p.tiers(x.Tiers, y.Tiers)
	for _, q := range []*bundle.Queue{&x, &y} {
		*q = bundle.Queue{Name: q.Name}
	}
	p.rest(x, y)
}

// heard tells of words that changed, or of the same ones with another sound.
func (p *parts) heard(zh, en string, old, new int32) {
	was, is := p.words(p.old, old), p.words(p.new, new)
	if was == is {
		p.other("“"+zh+"”", en)
		return
	}
	p.differ(zh, en, was, is)
}

// every tells of what is said again and again.
func (p *parts) every(a, b []bundle.Announcement) {
	said := func(prog *bundle.Program, list []bundle.Announcement) diag.Text {
		var out []diag.Text
		for _, x := range list {
			every, words := lapse(x.Interval), p.words(prog, x.Prompt)
			t := diag.Text{Zh: "每 " + every.Zh + " " + words.Zh, En: "every " + every.En + " " + words.En}
			if x.MustHear {
				t = diag.Text{Zh: t.Zh + " 必听", En: t.En + " must hear"}
			}
			out = append(out, t)
		}
		if len(out) == 0 {
			return nothing
		}
		return words(out, "、", ", ")
	}
	was, is := said(p.old, a), said(p.new, b)
	for i := 0; was == is && i < min(len(a), len(b)); i++ {
		if heard(p.old, a[i].Prompt) != heard(p.new, b[i].Prompt) {
			p.other("“每”所说的话", "what is said every so often")
			return
		}
	}
	p.differ("每", "every", was, is)
}

// tiers tells of what changes for callers after some time.
func (p *parts) tiers(a, b []bundle.Tier) {
	says := func(prog *bundle.Program, t *bundle.Tier) diag.Text {
		if t == nil {
			return nothing
		}
		var out []diag.Text
		if len(t.Skills) > 0 {
			l := listed(t.Skills)
			out = append(out, diag.Text{Zh: "增加 " + l.Zh, En: "add " + l.En})
		}
		if t.Prompt >= 0 {
			out = append(out, p.words(prog, t.Prompt))
		}
		if len(t.Offer) > 0 {
			l := listed(t.Offer)
			out = append(out, diag.Text{Zh: "可按 " + l.Zh, En: "offer " + l.En})
		}
		if t.MoveTo != "" {
			out = append(out, diag.Text{Zh: "转入 " + t.MoveTo, En: "move to " + t.MoveTo})
		}
		after, does := lapse(t.After), words(out, "、", ", ")
		return diag.Text{Zh: "满 " + after.Zh + " " + does.Zh, En: "after " + after.En + " " + does.En}
	}
	for i := range max(len(a), len(b)) {
		var x, y *bundle.Tier
		if i < len(a) {
			x = &a[i]
		}
		if i < len(b) {
			y = &b[i]
		}
		was, is := says(p.old, x), says(p.new, y)
		if was == is && x != nil && heard(p.old, x.Prompt) != heard(p.new, y.Prompt) {
			p.other("“"+was.Zh+"”的话或声音", "the words or the sound of "+was.En)
			continue
		}
		p.differ("满", "waiting", was, is)
	}
}

// mailbox compares two versions of a mailbox.
func (s *fixed) mailbox(a, b *bundle.Mailbox) {
	p := s.parts("mailbox", "信箱", "mailbox", b.Name)
	x, y := *a, *b
	if heard(s.old, x.Greeting) != heard(s.new, y.Greeting) {
		p.heard("问候", "greeting", x.Greeting, y.Greeting)
	}
	p.differ("最长", "longest", lapse(x.Longest), lapse(y.Longest))
	p.differ("静默", "silence", lapse(x.Silence), lapse(y.Silence))
	p.differ("通知", "notify", listed(x.Notify), listed(y.Notify))
	x.Greeting, x.Longest, x.Silence, x.Notify = y.Greeting, y.Longest, y.Silence, y.Notify
	p.rest(x, y)
}

// ticket compares two versions of a type of ticket.
func (s *fixed) ticket(a, b *bundle.Ticket) {
	p := s.parts("ticket", "工单类型", "ticket type", b.Name)
	x, y := *a, *b
	days := func(n int64) diag.Text {
		if n == 0 {
			return nothing
		}
		return diag.Textf("%s 个工作日", "%s workdays", strconv.FormatFloat(float64(n)/1_000_000, 'f', -1, 64))
	}
	p.differ("受理", "accept", days(x.Accept), days(y.Accept))
	p.differ("办结", "finish", days(x.Finish), days(y.Finish))
	p.differ("催办", "urge", percent(x.Urge), percent(y.Urge))
	x.Accept, x.Finish, x.Urge = y.Accept, y.Finish, y.Urge
	p.rest(x, y)
}

// survey compares how many of the callers two versions of a survey ask.
func (s *fixed) survey(a, b *bundle.Survey) {
	p := s.parts("survey", "问卷", "survey", b.Name)
	p.differ("配额", "quota", figure(a.Quota), figure(b.Quota))
	p.differ("抽样", "sample", percent(a.Sample), percent(b.Sample))
	p.differ("问题", "questions", listed(a.Questions), listed(b.Questions))
	was, is := posed(a), posed(b)
	for _, name := range b.Questions {
		x, y := was[name], is[name]
		if x == nil || y == nil {
			continue
		}
		p.differ(name+"”的“答案", "answers to "+name, answered(x), answered(y))
	}
}

// question is one of a survey as its responses are kept: see bundle.Survey.Definition.
type question struct {
	Name    string      `json:"name"`
	Choices [][2]string `json:"choices"` // key and answer
}

// posed are the questions of a survey by their names; none of a definition that cannot be read.
func posed(v *bundle.Survey) map[string]*question {
	var list []*question
	if json.Unmarshal([]byte(v.Definition), &list) != nil {
		return nil
	}
	by := map[string]*question{}
	for _, q := range list {
		by[q.Name] = q
	}
	return by
}

// answered are the answers that a question offers, with their keys.
func answered(q *question) diag.Text {
	var list []string
	for _, c := range q.Choices {
		list = append(list, c[0]+" "+c[1])
	}
	return listed(list)
}

// campaign compares when and how often two versions of a campaign call, and for how many. What it says to those who
// answer, and whom it calls, is compared as calls are.
func (s *fixed) campaign(a, b *bundle.Campaign) {
	p := s.parts("campaign", "外呼任务", "campaign", b.Name)
	if b.Text {
		p = s.parts("campaign", "短信任务", "text campaign", b.Name)
	}
	x, y := *a, *b
	hours := func(prog *bundle.Program, c *bundle.Campaign) diag.Text {
		if c.Hours < 0 || int(c.Hours) >= len(prog.Hours) {
			return nothing
		}
		return diag.Same(prog.Hours[c.Hours].Name)
	}
	p.differ("时段", "hours", hours(s.old, &x), hours(s.new, &y))
	p.differ("抽样", "sample", percent(x.Sample), percent(y.Sample))
	p.differ("配额", "quota", figure(x.Quota), figure(y.Quota))
	p.differ("并发", "at once", figure(x.AtOnce), figure(y.AtOnce))
	p.differ("每秒", "per second", rate(x.PerSecond), rate(y.PerSecond))
	p.differ("最多", "tries", figure(x.Tries), figure(y.Tries))
	p.differ("重拨", "retry", retries(x.Retries), retries(y.Retries))
	p.differ("外显号码", "show number", shownNumber(x.Show), shownNumber(y.Show))
	p.differ("起", "from", dated(x.From), dated(y.From))
	p.differ("止", "to", dated(x.To), dated(y.To))
	p.differ("每天启动", "start daily at", startAt(x.Daily), startAt(y.Daily))
	for _, f := range []struct {
		zh, en   string
		was, has int32
	}{{"免拨条件", "skip if", x.SkipIf, y.SkipIf}, {"未接通", "if unreached", x.Unreached, y.Unreached},
		{"呼叫名单", "targets", x.Targets, y.Targets}, {"号码", "the number to call", x.Number, y.Number},
		{"接通后", "with", x.With, y.With}, {"滴声后", "after beep", x.Beep - 1, y.Beep - 1}} {
		p.whether(f.zh, f.en, f.was >= 0, f.has >= 0)
	}
	for _, c := range []*bundle.Campaign{&x, &y} {
		*c = bundle.Campaign{Name: c.Name, Text: c.Text}
	}
	p.rest(x, y)
}

// rate is how many go in a second: see bundle.Campaign.PerSecond.
func rate(n int64) diag.Text {
	if n > 100 {
		return diag.Same(strconv.FormatFloat(float64(n)/1_000_000, 'f', -1, 64))
	}
	return figure(n)
}

func shownNumber(n string) diag.Text { return diag.Same(cmp.Or(n, "—")) }

// startAt is when a campaign starts by itself.
func startAt(minute int64) diag.Text {
	if minute == 0 {
		return nothing
	}
	return diag.Same(fmt.Sprintf("%02d:%02d", (minute-1)/60, (minute-1)%60))
}

func retries(list []bundle.Retry) diag.Text {
	var out []diag.Text
	for _, r := range list {
		tag, after := tagged(r.Outcome), lapse(r.After)
		t := diag.Text{Zh: tag.Zh + "隔 " + after.Zh, En: tag.En + " after " + after.En}
		if r.UpTo > 0 {
			t = diag.Text{Zh: fmt.Sprintf("%s限 %d 次", t.Zh, r.UpTo),
				En: diag.Fill("%s up to %d [time|times]", t.En, r.UpTo)}
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nothing
	}
	return words(out, "、", ", ")
}

// value is a setting's value as the language writes it.
func value(kind string, k bundle.Const) diag.Text {
	switch {
	case k.Absent:
		return nothing
	case k.Text:
		return diag.Text{Zh: "“" + k.S + "”", En: strconv.Quote(k.S)}
	}
	switch t, _ := types.Lookup(kind); t {
	case types.Money:
		n := decimal(k.N, 100)
		return diag.Text{Zh: n + " 元", En: n + " yuan"}
	case types.Number:
		return diag.Same(decimal(k.N, 1_000_000))
	case types.Duration:
		return lapse(k.N)
	case types.Date:
		return dated(k.N)
	case types.YesNo:
		if k.N != 0 {
			return diag.Text{Zh: "是", En: "yes"}
		}
		return diag.Text{Zh: "否", En: "no"}
	case types.Time:
		return diag.Same(fmt.Sprintf("%02d:%02d", k.N/3600, k.N/60%60))
	case types.Month:
		return diag.Same(fmt.Sprintf("%04d-%02d", k.N/12, k.N%12+1))
	}
	return diag.Same(strconv.FormatInt(k.N, 10))
}
