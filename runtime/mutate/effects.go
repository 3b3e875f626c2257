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

func textf(zh, en string, args ...any) diag.Text {
	return diag.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}

// effect are the slips at one step that reaches outside.
func (m *maker) effect(fn int, f *bundle.Func, pc int) {
	site := f.Code[pc].Bx()
	s := &f.Sites[site]
	drop := func(kind string, what diag.Text) {
		m.at(kind, fn, pc, what, func(_ *bundle.Program,
			f *bundle.Func) {
			f.Code[pc] = bundle.MakeABC(bundle.Nop, 0, 0, 0)
		})
	}
	switch s.Kind {
	case bundle.SaySite:
		drop("words", textf("%s 里漏播了“%s”", "%s does not say %q", f.Name, m.said(int(s.Index))))
		if s.MustHear {
			m.at("must hear", fn, pc, textf("“%s”不再必听", "%q need not be heard any more", m.said(int(s.Index))),
				func(_ *bundle.Program, f *bundle.Func) { f.Sites[site].MustHear = false })
		}
	case bundle.MarkSite:
		drop("mark", textf("%s 里漏了标记 %s", "%s lacks the mark %s", f.Name, s.Name))
	case bundle.AnswerSite, bundle.AttachSite:
		drop("data", textf("%s 里漏记了 %s", "%s does not keep %s", f.Name, s.Name))
	case bundle.CollectSite:
		m.question(fn, f, pc, site)
	case bundle.TransferSite:
		m.timer(fn, f, pc, f.Code[pc].A()+1)
	case bundle.LookupSite:
		if n := int(s.Args); n > 0 && s.Name != "table" && !s.Played {
			m.timer(fn, f, pc, f.Code[pc].A()+n-1)
		}
	}
	for i, arm := range s.Arms {
		tag := library.TagName(strings.TrimPrefix(arm.Tag, "press:"))
		m.at("outcome", fn, pc, textf("%s 里漏了“%s”这一种结果", "%s lacks what follows %s", f.Name,
			map[bool]string{true: tag.Zh, false: arm.Tag}[tag.Zh != ""]),
			func(_ *bundle.Program, f *bundle.Func) {
				f.Sites[site].Arms = slices.Delete(slices.Clone(f.Sites[site].Arms), i, i+1)
			})
		if int(arm.PC) < len(f.Code) && f.Code[arm.PC].Op() == bundle.Cover {
			m.list[len(m.list)-1].Edges = []int{f.Code[arm.PC].Bx()}
		}
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
		j := i + 1
		if j < len(s.Options) {
			m.at("swap", fn, pc, textf("%s 里按 %s 和按 %s 去的地方对调了", "%s swaps where %s and %s lead", f.Name,
				options[i].Keys, options[j].Keys), func(_ *bundle.Program, f *bundle.Func) {
				list := slices.Clone(f.Sites[site].Options)
				list[i], list[j] = list[j], list[i]
				f.Sites[site].Options = list
			})
			m.list[len(m.list)-1].Edges = m.edgesAt(f, s.Options[i], s.Options[j])
		}
		if key := free(options, options[i].Keys); key != "" {
			m.at("key", fn, pc, textf("%s 里按 %s 成了按 %s", "%s takes %s, which became %s", f.Name, options[i].Keys, key),
				func(c *bundle.Program, _ *bundle.Func) {
					c.Questions = slices.Clone(c.Questions)
					q := &c.Questions[s.Index]
					q.Options = slices.Clone(q.Options)
					q.Options[i].Keys = key
				})
			m.list[len(m.list)-1].Edges = m.edgesAt(f, s.Options[i])
		}
	}
	m.timer(fn, f, pc, f.Code[pc].A())
	m.timer(fn, f, pc, f.Code[pc].A()+1)
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

// free is a key next to another that no option has.
func free(options []bundle.Option, keys string) string {
	if len(keys) != 1 || keys[0] < '0' || keys[0] > '9' {
		return ""
	}
	for by := byte(1); by < 10; by++ {
		key := string('0' + (keys[0]-'0'+by)%10)
		if !slices.ContainsFunc(options, func(o bundle.Option) bool { return strings.HasPrefix(o.Keys, key) }) {
			return key
		}
	}
	return ""
}

// timer halves and doubles a time that a register is loaded with before an instruction.
func (m *maker) timer(fn int, f *bundle.Func, pc, reg int) {
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
			m.at("time", fn, at, textf("%s 里的 %s 毫秒成了 %s 毫秒", "%s has %s ms, which became %s ms", f.Name, number(n),
				number(to)), func(_ *bundle.Program, f *bundle.Func) {
				f.Consts = append(slices.Clone(f.Consts), bundle.Const{N: to})
				f.Code[at] = bundle.MakeABx(bundle.LoadK, reg, len(f.Consts)-1)
			})
		}
		return
	}
}

// prompts mixes up words: a text spoken in the other language, a value in the place of another of its kind.
func (m *maker) prompts() {
	for i := range m.p.Prompts {
		p := &m.p.Prompts[i]
		change := func(kind string, what diag.Text, change func(*bundle.Prompt)) {
			m.add(kind, what, "", 0, nil, func(c *bundle.Program) {
				c.Prompts = slices.Clone(c.Prompts)
				q := &c.Prompts[i]
				q.Words = slices.Clone(q.Words)
				change(q)
			})
		}
		if len(p.Words) > 1 && p.Words[0].Lang != "" {
			change("language", textf("“%s”的两种语言对调了", "the languages of %q are swapped", m.said(i)),
				func(q *bundle.Prompt) { q.Words[0].Pieces, q.Words[1].Pieces = q.Words[1].Pieces, q.Words[0].Pieces })
		}
		for w := range p.Words {
			for k, a := range p.Words[w].Pieces {
				j := slices.IndexFunc(p.Words[w].Pieces,
					func(b bundle.Piece) bool { return a.Kind != "" && b.Kind == a.Kind && b.Arg > a.Arg })
				if j < 0 {
					continue
				}
				change("value", textf("“%s”里的两个值对调了", "two values in %q are swapped", m.said(i)),
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

// hours are off by half an hour, or lack a make-up workday or a day off.
func (m *maker) hours() {
	for i := range m.p.Hours {
		h := &m.p.Hours[i]
		for l := range h.Lines {
			for s := range h.Lines[l].Spans {
				for _, by := range []int64{-half, half} {
					for _, from := range []bool{true, false} {
						m.add("hours", textf("作息 %s 有一段早晚差了半小时", "hours %s are off by half an hour somewhere", h.Name),
							"", 0,
							nil, func(c *bundle.Program) {
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
				m.add("calendar", textf(zh, en, d.Name), "", 0, nil, func(c *bundle.Program) {
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
			m.add("campaign", what, "", 0, nil, func(p *bundle.Program) {
				p.Campaigns = slices.Clone(p.Campaigns)
				change(&p.Campaigns[i])
			})
		}
		for r := range c.Retries {
			change(textf("外呼任务 %s 隔两倍的时间重拨", "campaign %s calls again after twice the time", c.Name),
				func(c *bundle.Campaign) {
					c.Retries = slices.Clone(c.Retries)
					c.Retries[r].After *= 2
				})
		}
		if c.Tries > 1 {
			change(textf("外呼任务 %s 少拨一次", "campaign %s calls once less", c.Name), func(c *bundle.Campaign) { c.Tries-- })
		}
	}
}
