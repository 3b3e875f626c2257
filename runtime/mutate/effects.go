package mutate

import (
	"fmt"
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/lang/diag"
)

// effect are the slips at one step that reaches outside.
func (m *maker) effect(fn int, f *bundle.Func, pc int) {
	site := f.Code[pc].Bx()
	s := &f.Sites[site]
	drop := func(kind string, what diag.Text) {
		m.at(kind, fn, pc, what, func(_ *bundle.Program, f *bundle.Func) {
			f.Code[pc] = bundle.MakeABC(bundle.Nop, 0, 0, 0)
		})
	}
	switch s.Kind {
	case bundle.SaySite:
		if !m.speaks(fn, pc) || m.standard()[s.Index] {
			return
		}
		m.order(fn, f, pc)
		m.prompt(fn, f, pc, site)
		drop("words", diag.Textf("%s 里漏播了“%s”", "%s does not say %q", f.Name, m.said(int(s.Index))))
		if s.MustHear {
			m.at("must hear", fn, pc, diag.Textf("“%s”不再必听", "%q need not be heard any more", m.said(int(s.Index))),
				func(_ *bundle.Program, f *bundle.Func) { f.Sites[site].MustHear = false })
		}
		if s.Early {
			m.at("before answering", fn, pc,
				diag.Textf("“%s”接听后才播放", "%q is said after answering", m.said(int(s.Index))),
				func(_ *bundle.Program, f *bundle.Func) { f.Sites[site].Early = false })
		}
	case bundle.MarkSite:
		m.order(fn, f, pc)
		m.mark(fn, f, pc, site)
		drop("mark", diag.Textf("%s 里漏了标记 %s", "%s lacks the mark %s", f.Name, s.Name))
	case bundle.AttachSite: // answers of a survey are kept by the compiler
		drop("data", diag.Textf("%s 里漏记了 %s", "%s does not keep %s", f.Name, s.Name))
	case bundle.CollectSite:
		m.question(fn, f, pc, site)
		m.length(fn, f, pc, site)
	case bundle.EnqueueSite:
		m.priority(fn, f, pc)
	case bundle.QuerySite:
		m.query(fn, f, pc, site)
	case bundle.RecordSite:
		m.timer(fn, f, pc, f.Code[pc].A(), "longest")
		m.timer(fn, f, pc, f.Code[pc].A()+1, "silence")
	case bundle.TransferSite:
		m.timer(fn, f, pc, f.Code[pc].A()+1, "")
	case bundle.LookupSite:
		if n := int(s.Args); n > 0 && s.Name != "table" && !s.Played {
			m.timer(fn, f, pc, f.Code[pc].A()+n-1, "")
		}
	}
	if name, ok := steps[s.Kind]; ok {
		m.gone(fn, pc, diag.Textf("%s 里删去了“"+name.Zh+"”", "%s lacks its "+name.En, f.Name))
	}
	m.outcomes(fn, f, pc, site)
}

// steps are those that may be left out without anything that comes later missing what they give.
var steps = map[bundle.SiteKind]diag.Text{bundle.HangupSite: {Zh: "挂机", En: "hangup"},
	bundle.RejectSite: {Zh: "拒接", En: "reject"}, bundle.TransferSite: {Zh: "转接", En: "transfer"},
	bundle.EnqueueSite: {Zh: "排队", En: "enqueue"}, bundle.VoicemailSite: {Zh: "留言", En: "voicemail"},
	bundle.CallbackSite: {Zh: "预约回呼", En: "callback"}, bundle.SMSSite: {Zh: "发短信", En: "send sms"},
	bundle.MailSite: {Zh: "发邮件", En: "send mail"}, bundle.FaxSite: {Zh: "传真", En: "fax"},
	bundle.TopicSite: {Zh: "业务类型", En: "topic"}, bundle.ReplySite: {Zh: "回复", En: "reply"},
	bundle.LanguageSite: {Zh: "语言", En: "language"}, bundle.PauseSite: {Zh: "停顿", En: "pause"},
	bundle.PauseRecordingSite:  {Zh: "暂停录音", En: "pause recording"},
	bundle.ResumeRecordingSite: {Zh: "恢复录音", En: "resume recording"}}

// outcomes are forgotten one by one, and what is done otherwise.
func (m *maker) outcomes(fn int, f *bundle.Func, pc, site int) {
	s := &f.Sites[site]
	if s.Kind == bundle.RecordSite { // the compiler counts its misses
		return
	}
	for i, arm := range s.Arms {
		name := library.TagName(arm.Tag)
		if key, pressed := strings.CutPrefix(arm.Tag, "press:"); pressed {
			name = diag.Textf("按 %s", "press %s", key)
		}
		m.at("outcome", fn, pc, diag.Text{Zh: f.Name + " 里漏了“" + name.Zh + "”这一种结果",
			En: f.Name + " lacks what follows " + name.En}, func(_ *bundle.Program, f *bundle.Func) {
			f.Sites[site].Arms = slices.Delete(slices.Clone(f.Sites[site].Arms), i, i+1)
		})
		m.arm(f, arm.PC)
	}
	m.arms(fn, f, pc, site)
	if s.Else >= 0 {
		m.at("otherwise", fn, pc, diag.Textf("%s 里漏了“否则”", "%s lacks an otherwise", f.Name),
			func(_ *bundle.Program, f *bundle.Func) { f.Sites[site].Else = -1 })
		m.arm(f, s.Else)
	}
}

// said is how a prompt begins in the first language.
func (m *maker) said(prompt int) string {
	var b strings.Builder
	for _, p := range m.p.Prompts[prompt].Wording(m.p.Languages[0], m.p.Fallback) {
		if p.Kind != "" || p.From != "" {
			b.WriteString("…")
			continue
		}
		b.WriteString(p.Text)
	}
	if r := []rune(b.String()); len(r) > 16 {
		return string(r[:15]) + "…"
	}
	return b.String()
}

// question are the slips in a menu: two targets swapped, a key shifted, the timers.
func (m *maker) question(fn int, f *bundle.Func, pc, site int) {
	s := &f.Sites[site]
	options := m.p.Questions[s.Index].Options
	for i := range s.Options {
		for j := i + 1; j < len(s.Options); j++ {
			m.at("swap", fn, pc, diag.Textf("%s 里按 %s 和按 %s 去的地方对调了", "%s swaps where %s and %s lead", f.Name,
				options[i].Keys, options[j].Keys), func(_ *bundle.Program, f *bundle.Func) {
				list := slices.Clone(f.Sites[site].Options)
				list[i], list[j] = list[j], list[i]
				f.Sites[site].Options = list
			})
			m.arm(f, s.Options[i], s.Options[j])
		}
		for _, key := range free(options, options[i].Keys) {
			m.at("key", fn, pc, diag.Textf("%s 里按 %s 成了按 %s", "%s takes %s, which became %s", f.Name, options[i].Keys,
				key),
				func(c *bundle.Program, _ *bundle.Func) {
					c.Questions = slices.Clone(c.Questions)
					q := &c.Questions[s.Index]
					q.Options = slices.Clone(q.Options)
					q.Options[i].Keys = key
				})
			m.arm(f, s.Options[i])
		}
	}
	m.timer(fn, f, pc, f.Code[pc].A(), "wait")
	m.timer(fn, f, pc, f.Code[pc].A()+1, "between")
}

// edgesAt are the edges that begin at instructions; none if one of them has none.
func (m *maker) edgesAt(f *bundle.Func, list ...int32) []int {
	var edges []int
	for _, pc := range list {
		if int(pc) >= len(f.Code) || f.Code[pc].Op() != bundle.Cover {
			return nil
		}
		edges = append(edges, f.Code[pc].Bx())
	}
	return edges
}

// free are the keys next to another, on either side, that no option has.
func free(options []bundle.Option, keys string) (list []string) {
	if len(keys) != 1 || keys[0] < '0' || keys[0] > '9' {
		return nil
	}
	for _, step := range []byte{1, 9} { // the next one, and the one before
		for by := byte(1); by < 10; by++ {
			key := string('0' + (keys[0]-'0'+by*step)%10)
			if slices.ContainsFunc(options, func(o bundle.Option) bool { return strings.HasPrefix(o.Keys, key) }) {
				continue
			}
			if !slices.Contains(list, key) {
				list = append(list, key)
			}
			break
		}
	}
	return list
}

// timer halves and doubles a time that a register is loaded with before an instruction: kind is the limit of a question
// that it is, "" for what a step says itself.
func (m *maker) timer(fn int, f *bundle.Func, pc, reg int, kind string) {
	own, byDefault := m.waits(fn, pc), false
	if kind != "" {
		own, byDefault = m.limit(fn, pc, kind)
	}
	for at := pc - 1; at >= max(0, pc-12); at-- {
		c := f.Code[at]
		if c.Op() == bundle.Cover || c.A() != reg && c.Op() != bundle.Jump {
			continue
		}
		var n int64
		switch c.Op() {
		case bundle.LoadI:
			n = int64(c.SBx())
		case bundle.LoadK:
			n = f.Consts[c.Bx()].N
		}
		if n < 500 {
			return
		}
		for _, to := range []int64{n / 2, 2 * n} {
			change := func(f *bundle.Func) {
				f.Consts = append(slices.Clone(f.Consts), bundle.Const{N: to})
				f.Code[at] = bundle.MakeABx(bundle.LoadK, reg, len(f.Consts)-1)
			}
			if byDefault {
				key := shared{kind, n, to}
				m.shared[key] = append(m.shared[key], patch{fn, at, change})
			}
			if own >= 0 {
				from, to := amount("", n), amount("", to)
				m.at("time", fn, at, diag.Text{Zh: f.Name + " 里的 " + from.Zh + "成了 " + to.Zh,
					En: f.Name + " has " + from.En + ", which became " + to.En},
					func(_ *bundle.Program, f *bundle.Func) { change(f) })
				m.moved(own)
			}
		}
		return
	}
}

// standard are the prompts that the compiler has every question say.
func (m *maker) standard() map[int32]bool {
	if m.own != nil {
		return m.own
	}
	m.own = map[int32]bool{}
	for fn := range m.p.Funcs {
		f := &m.p.Funcs[fn]
		for pc, c := range f.Code {
			if c.Op() == bundle.Effect && f.Sites[c.Bx()].Kind == bundle.SaySite && !m.speaks(fn, pc) {
				m.own[f.Sites[c.Bx()].Index] = true
			}
		}
	}
	return m.own
}

// place is where a prompt's words stand: where it is declared, or where they are said; nowhere for the compiler's own.
func (m *maker) place(prompt int) spot {
	if name := m.p.Prompts[prompt].Name; name != "" {
		return m.named(name)
	}
	for fn := range m.p.Funcs {
		f := &m.p.Funcs[fn]
		for pc, c := range f.Code {
			if c.Op() == bundle.Effect && f.Sites[c.Bx()].Kind == bundle.SaySite &&
				int(f.Sites[c.Bx()].Index) == prompt && m.speaks(fn, pc) || c.Op() == bundle.Format &&
				c.Bx() == prompt {
				file, start, _, _ := m.p.Place(fn, pc)
				return spot{file: file, at: start}
			}
		}
	}
	return spot{}
}

// prompts mixes up words: a text spoken in the other language, a value in the place of another of its kind.
func (m *maker) prompts() {
	for i := range m.p.Prompts {
		p := &m.p.Prompts[i]
		at := m.place(i)
		if m.o != nil && at == (spot{}) || m.standard()[int32(i)] {
			continue // the compiler's
		}
		change := func(kind string, what diag.Text, change func(*bundle.Prompt)) {
			m.add(kind, what, at.file, at.at, nil, func(c *bundle.Program) {
				c.Prompts = slices.Clone(c.Prompts)
				q := &c.Prompts[i]
				q.Words = slices.Clone(q.Words)
				change(q)
			})
			m.list[len(m.list)-1].End = max(at.at, at.end)
		}
		m.spoken(i, change)
		if len(p.Words) > 1 && p.Words[0].Lang != "" {
			change("language", diag.Textf("“%s”的两种语言对调了", "the languages of %q are swapped", m.said(i)),
				func(q *bundle.Prompt) { q.Words[0].Pieces, q.Words[1].Pieces = q.Words[1].Pieces, q.Words[0].Pieces })
			for w := range p.Words {
				change("language", diag.Textf("“%s”漏了%s", "%q lacks its words in %s", m.said(i), p.Words[w].Lang),
					func(q *bundle.Prompt) { q.Words = slices.Delete(q.Words, w, w+1) })
			}
		}
		for w := range p.Words {
			for k, a := range p.Words[w].Pieces {
				j := slices.IndexFunc(p.Words[w].Pieces,
					func(b bundle.Piece) bool { return a.Kind != "" && b.Kind == a.Kind && b.Arg > a.Arg })
				if j < 0 {
					continue
				}
				change("value", diag.Textf("“%s”里的两个值对调了", "two values in %q are swapped", m.said(i)),
					func(q *bundle.Prompt) {
						pieces := slices.Clone(q.Words[w].Pieces)
						pieces[k].Arg, pieces[j].Arg = pieces[j].Arg, pieces[k].Arg
						q.Words[w].Pieces = pieces
					})
			}
		}
	}
}

// half is half an hour, in seconds.
const half = 1800

// hourly says which end of which opening time is off.
func hourly(name string, s hours.Span, from bool, by int64) diag.Text {
	clock := func(n int64) string { return fmt.Sprintf("%02d:%02d", n/3600, n/60%60) }
	was := s.To
	if from {
		was = s.From
	}
	return diag.Textf("作息 %s 的 %s 成了 %s", "hours %s have %s, which became %s", name, clock(was), clock(was+by))
}

// hours are off by half an hour, or lack a make-up workday or a day off.
func (m *maker) hours() {
	for i := range m.p.Hours {
		h := &m.p.Hours[i]
		for l := range h.Lines {
			m.declared("hours", h.Name, diag.Textf("作息 %s 漏了第 %d 行", "hours %s lack line %d", h.Name, l+1),
				func(c *bundle.Program) {
					c.Hours = slices.Clone(c.Hours)
					c.Hours[i].Lines = slices.Delete(slices.Clone(c.Hours[i].Lines), l, l+1)
				})
			for s := range h.Lines[l].Spans {
				for _, by := range []int64{-half, half} {
					for _, from := range []bool{true, false} {
						m.declared("hours", h.Name, hourly(h.Name, h.Lines[l].Spans[s], from, by),
							func(c *bundle.Program) {
								c.Hours = slices.Clone(c.Hours)
								h := &c.Hours[i]
								h.Lines = slices.Clone(h.Lines)
								h.Lines[l].Spans = slices.Clone(h.Lines[l].Spans)
								span := &h.Lines[l].Spans[s]
								if from {
									span.From += by
								} else {
									span.To += by
								}
							})
					}
				}
			}
		}
	}
	for i := range m.p.Calendars {
		for k := range m.p.Calendars[i].Holidays {
			d := &m.p.Calendars[i].Holidays[k]
			change := func(zh, en string, change func(*hours.Holiday)) {
				m.declared("calendar", m.p.Calendars[i].Name, diag.Textf(zh, en, d.Name), func(c *bundle.Program) {
					c.Calendars = slices.Clone(c.Calendars)
					c.Calendars[i].Holidays = slices.Clone(c.Calendars[i].Holidays)
					change(&c.Calendars[i].Holidays[k])
				})
			}
			for n := range d.MakeUp {
				change("%s 漏了一天补班", "%s lacks a make-up workday", func(h *hours.Holiday) {
					h.MakeUp = slices.Delete(slices.Clone(h.MakeUp), n, n+1)
				})
			}
			for n := range d.Days {
				change("%s 晚放一天", "%s begins a day late", func(h *hours.Holiday) {
					h.Days = slices.Clone(h.Days)
					h.Days[n].First++
				})
				change("%s 多放一天", "%s is a day longer", func(h *hours.Holiday) {
					h.Days = slices.Clone(h.Days)
					h.Days[n].Last++
				})
				change("%s 少放一天", "%s is a day short", func(h *hours.Holiday) {
					h.Days = slices.Clone(h.Days)
					h.Days[n].Last--
				})
			}
		}
	}
}

// campaigns call again at other times, or more or less often.
func (m *maker) campaigns() {
	for i := range m.p.Campaigns {
		c := &m.p.Campaigns[i]
		change := func(what diag.Text, change func(*bundle.Campaign)) {
			m.declared("campaign", c.Name, what, func(p *bundle.Program) {
				p.Campaigns = slices.Clone(p.Campaigns)
				change(&p.Campaigns[i])
			})
		}
		for r := range c.Retries {
			change(diag.Textf("外呼任务 %s 隔两倍的时间重拨", "campaign %s calls again after twice the time", c.Name),
				func(c *bundle.Campaign) {
					c.Retries = slices.Clone(c.Retries)
					c.Retries[r].After *= 2
				})
			change(diag.Textf("外呼任务 %s 隔一半的时间重拨", "campaign %s calls again after half the time", c.Name),
				func(c *bundle.Campaign) {
					c.Retries = slices.Clone(c.Retries)
					c.Retries[r].After /= 2
				})
		}
		if c.Tries > 1 {
			change(diag.Textf("外呼任务 %s 少拨一次", "campaign %s calls once less", c.Name),
				func(c *bundle.Campaign) { c.Tries-- })
		}
	}
}

// queues move callers on at other times, or offer no key. What a queue has from another, which it takes after, is
// changed there.
func (m *maker) queues() {
	for i := range m.p.Queues {
		q := &m.p.Queues[i]
		// change changes it, and all that take after it and have the same there.
		change := func(what diag.Text, same func(*bundle.Queue) bool, change func(*bundle.Queue)) {
			if m.o != nil && slices.ContainsFunc(m.p.Queues, func(other bundle.Queue) bool {
				return m.after(q.Name, other.Name, same(&other))
			}) {
				return
			}
			m.declared("queue time", q.Name, what, func(p *bundle.Program) {
				p.Queues = slices.Clone(p.Queues)
				for k := range p.Queues {
					c := &p.Queues[k]
					if k != i && !m.after(c.Name, q.Name, same(c)) {
						continue
					}
					c.Tiers = slices.Clone(c.Tiers)
					change(c)
				}
			})
		}
		became := func(n, to int64) diag.Text {
			from, by := amount("", n), amount("", to)
			return diag.Text{Zh: "队列 " + q.Name + " 的 " + from.Zh + "成了 " + by.Zh,
				En: "queue " + q.Name + " has " + from.En + ", which became " + by.En}
		}
		tier := func(k int, same func(*bundle.Tier) bool) func(*bundle.Queue) bool {
			return func(c *bundle.Queue) bool { return k < len(c.Tiers) && same(&c.Tiers[k]) }
		}
		for _, other := range []func(int64) int64{func(n int64) int64 { return n / 2 },
			func(n int64) int64 { return 2 * n }} {
			if q.Longest > 0 {
				change(became(q.Longest, other(q.Longest)),
					func(c *bundle.Queue) bool { return c.Longest == q.Longest },
					func(c *bundle.Queue) { c.Longest = other(q.Longest) })
			}
			for k, t := range q.Tiers {
				change(became(t.After, other(t.After)), tier(k, func(o *bundle.Tier) bool {
					return o.After == t.After && o.Prompt == t.Prompt && slices.Equal(o.Offer, t.Offer)
				}), func(c *bundle.Queue) { c.Tiers[k].After = other(t.After) })
			}
		}
		for k, t := range q.Tiers {
			if len(t.Offer) > 0 {
				change(diag.Textf("队列 %s 不再让来电人按 %s", "queue %s no longer offers %s", q.Name,
					strings.Join(t.Offer, " ")),
					tier(k, func(o *bundle.Tier) bool { return slices.Equal(o.Offer, t.Offer) }),
					func(c *bundle.Queue) { c.Tiers[k].Offer = nil })
			}
			if t.Prompt >= 0 {
				change(diag.Textf("队列 %s 里漏播了“%s”", "queue %s does not say %q", q.Name, m.said(int(t.Prompt))),
					tier(k, func(o *bundle.Tier) bool { return o.Prompt == t.Prompt }),
					func(c *bundle.Queue) { c.Tiers[k].Prompt = -1 })
			}
		}
	}
}
