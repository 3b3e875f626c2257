package meaning

import (
	"strconv"
	"strings"

	"rexian/compiler/bundle"
)

// expect writes what shows the difference.
func (s *script) expect(f *found) bool {
	said := func(list []act) string {
		var b strings.Builder
		for _, a := range list {
			b.WriteString(a.shown + "\n")
		}
		return b.String()
	}
	if f.class == Timing {
		return s.waiting(f)
	}
	news, olds := said(f.new.acts), said(f.old.acts)
	for _, side := range []struct {
		list  []act
		other string
		hear  string
		mark  string
		reply string
	}{{f.come, olds, "听到 %q", "应当 标记 %q", "应当 回复 包含 %q"},
		{f.gone, news, "听不到 %q", "不应 标记 %q", "不应 回复 包含 %q"}} {
		for _, a := range side.list {
			switch {
			case a.kind == bundle.MarkSite && !strings.Contains(side.other, a.shown):
				s.line(side.mark, a.shown)
				return true
			case a.kind == bundle.ReplySite:
				if words := distinct(a.shown, side.other); words != "" {
					s.line(side.reply, words)
					return true
				}
				continue
			case !a.speech:
				continue
			}
			if words := distinct(a.shown, side.other); words != "" {
				s.line(side.hear, words)
				return true
			}
		}
	}
	return s.arrives(f.new, "应当 ") || s.arrives(f.old, "不应 ")
}

// waiting writes that nothing is said yet after a time at which one of the programs speaks already.
func (s *script) waiting(f *found) bool {
	o, w := f.old.wait.timers, f.new.wait.timers
	if !collects(f.new) {
		return false
	}
	i := 0
	for i < len(o) && o[i] == w[i] {
		i++
	}
	if i == len(o) || o[i].op != opNumber || w[i].op != opNumber {
		return false
	}
	sooner, m, e := f.new, s.x.new, event{kind: noInput}
	if o[i].n < w[i].n {
		sooner, m = f.old, s.x.old
	}
	if i == 1 {
		e = event{kind: noMatch, n: 1}
	}
	after, end := m.take(sooner, e, f.at.epoch+1)
	if end != nil {
		return false
	}
	list, _ := m.from(after, sooner.facts, f.at.epoch+1)
	asked := ""
	for _, a := range f.new.acts {
		asked += a.shown
	}
	for _, l := range list {
		for _, a := range l.acts {
			words := distinct(a.shown, asked)
			if !a.speech || words == "" {
				continue
			}
			s.hear(f.new, f.old)
			if i == 1 {
				s.line("按 %q", "1")
			}
			s.line("等待 %s秒", strconv.FormatFloat(float64(o[i].n+w[i].n)/2000+0.2, 'f', -1, 64))
			s.line("听不到 %q", words)
			return true
		}
	}
	return false
}

// distinct is a clause of words that others do not have.
func distinct(shown, other string) string {
	best := ""
	for _, part := range strings.Split(shown, "…") {
		for _, clause := range strings.FieldsFunc(part,
			func(r rune) bool { return strings.ContainsRune("。！？.!?，,；\n", r) }) {
			clause = strings.TrimSpace(clause)
			if strings.ContainsAny(clause, "{}\"\\♪") || strings.Contains(other, clause) {
				continue
			}
			if len([]rune(clause)) > len([]rune(best)) {
				best = clause
			}
		}
	}
	return best
}

// arrives writes what a call came to.
func (s *script) arrives(l *leaf, verb string) bool {
	if l.wait == nil {
		if l.how.String() == "hangup" || l.how.String() == "apology" {
			s.line("%s挂机", verb)
			return true
		}
		return false
	}
	w := l.wait
	first := func() string {
		if len(w.args) == 0 {
			return ""
		}
		return s.text(w.args[0])
	}
	switch w.site.Kind {
	case bundle.EnqueueSite:
		if first() != "" {
			line := verb + "排队 " + first()
			if len(w.args) > 1 && w.args[1].op == opNumber && w.args[1].n%1_000_000 == 0 {
				line += " 优先级 " + strconv.FormatInt(w.args[1].n/1_000_000, 10)
			}
			s.line("%s", line)
			return true
		}
	case bundle.TransferSite:
		if first() != "" {
			s.line("%s转接 %q", verb, first())
			return true
		}
	case bundle.VoicemailSite:
		s.line("%s留言 %s", verb, w.shown)
		return true
	case bundle.LookupSite:
		if f, name := s.called(w.site.Name); f != nil {
			name, _, _ = strings.Cut(name, "(")
			s.line("%s调用 %s", verb, name)
			return true
		}
	case bundle.SMSSite:
		if first() != "" {
			s.line("%s发短信 给 %q", verb, first())
			return true
		}
	}
	return false
}
