package meaning

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
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
	if s.insists(f) {
		return true
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
			case !a.speech, a.kind == bundle.PauseSite:
				continue
			}
			if words := distinct(a.shown, side.other); words != "" {
				s.line(side.hear, words)
				return true
			}
		}
	}
	return s.sends(f) || s.arrives(f.new, "应当 ") || s.arrives(f.old, "不应 ")
}

// sends writes what is sent that the other program does not send; false where both send the same, or nothing.
func (s *script) sends(f *found) bool {
	if f.old.wait == nil || f.new.wait == nil || f.new.wait.site.Kind != f.old.wait.site.Kind {
		return false
	}
	w, o := f.new.wait, f.old.wait
	verb, known := map[bundle.SiteKind]string{bundle.SMSSite: "发短信", bundle.MailSite: "发邮件"}[w.site.Kind]
	if !known || len(w.args) == 0 || len(o.args) == 0 || w.args[0] != o.args[0] || s.text(w.args[0]) == "" {
		return false
	}
	is, was := written(w.args[len(w.args)-1]), written(o.args[len(o.args)-1])
	if words := distinct(is, was); words != "" {
		s.line("应当 %s 给 %q 包含 %q", verb, s.text(w.args[0]), words)
		return true
	}
	if words := distinct(was, is); words != "" {
		s.line("不应 %s 给 %q 包含 %q", verb, s.text(w.args[0]), words)
		return true
	}
	return false
}

// slack is by how much less than the longer of two times is waited, milliseconds: as much as the shorter one leaves for
// what is said then.
const slack = 300

// waiting writes what has been said, or not yet, shortly before the longer of two times is over.
func (s *script) waiting(f *found) bool {
	o, w := f.old.wait.timers, f.new.wait.timers
	i := 0
	for i < len(o) && i < len(w) && o[i] == w[i] {
		i++
	}
	if i >= len(o) || i >= len(w) || o[i].op != opNumber || w[i].op != opNumber {
		return false
	}
	switch f.new.wait.site.Kind {
	case bundle.LookupSite:
		return s.slow(f, o[i].n, w[i].n)
	case bundle.CollectSite:
	default:
		return false
	}
	e := event{kind: noInput}
	if i == 1 {
		if e = (event{kind: noMatch, n: 1}); s.enough(f.new) {
			e = event{kind: answers}
		}
	}
	asked := ""
	for _, a := range f.new.acts {
		asked += a.shown
	}
	for _, l := range s.after(f.new, e, f.at.epoch+1) {
		for _, a := range l.acts {
			words := distinct(a.shown, asked)
			if !a.speech || words == "" {
				continue
			}
			s.hear(f.new, f.old)
			if i == 1 {
				s.line("按 %q", "1")
			}
			if first := firstOf(a.shown, words, max(o[i].n, w[i].n)-min(o[i].n, w[i].n)-slack); !strings.Contains(asked,
				first) {
				words = first
			}
			s.patience(o[i].n, w[i].n, words)
			return true
		}
	}
	return false
}

// firstOf is a part of what is said that is surely said within so many milliseconds: words if they are, else how it all
// begins.
func firstOf(shown, words string, ms int64) string {
	const letter = 350 // milliseconds, at the pace of the simulation
	said := int(max(ms/letter, 2))
	before, _, _ := strings.Cut(shown, words)
	if utf8.RuneCountInString(before+words) <= said {
		return words
	}
	r := []rune(opening(shown))
	return strings.TrimSpace(string(r[:min(said, len(r))]))
}

// enough tells whether one key is an answer to a question.
func (s *script) enough(l *leaf) bool {
	q := &s.x.new.prog.Questions[l.wait.site.Index]
	least, _ := q.Field.Lengths()
	if q.MinLen > 0 {
		least = int(q.MinLen)
	}
	return q.Field != ident.None && least <= 1
}

// patience waits for nearly the longer of two times: where the program goes by the shorter one, it has spoken by then.
func (s *script) patience(other, own int64, words string) {
	s.line("等待 %s", seconds(max(other, own)-slack))
	s.line("挂机") // nothing more is said from then on
	if own > other {
		s.line("听不到 %q", words)
		return
	}
	s.line("听到 %q", words)
}

// seconds writes a time of so many milliseconds.
func seconds(ms int64) string { return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64) + "秒" }

// after is what may come of an event in the program that the test is to hold of, what is common first.
func (s *script) after(l *leaf, e event, epoch int32) []leaf {
	next, end := s.x.new.take(l, e, epoch)
	if end != nil {
		return []leaf{*end}
	}
	list, _ := s.x.new.from(next, l.facts, epoch)
	slices.SortStableFunc(list, func(a, b leaf) int { return a.facts.odd(l.facts) - b.facts.odd(l.facts) })
	return list
}

// slow lets a lookup answer between two times within which it must, and writes what comes of it.
func (s *script) slow(f *found, other, own int64) bool {
	epoch := f.at.epoch + 1
	in, out := event{kind: answers}, event{kind: ends, tag: "unavailable"}
	if len(f.new.wait.site.Name) == 0 || f.new.wait.site.Name == "table" {
		return false
	}
	for _, l := range s.x.new.prog.Lookups {
		if l.ID == f.new.wait.site.Name && l.Result == "" {
			in = event{kind: ends}
		}
	}
	answered, failed := s.after(f.new, in, epoch), s.after(f.new, out, epoch)
	if len(answered) == 0 || len(failed) == 0 {
		return false
	}
	if in.kind == answers {
		s.answer(f.new, epoch)
	} else {
		s.outcome(f.new, in)
	}
	if !s.late((other + own) / 2) {
		return false
	}
	mine, theirs := &answered[0], &failed[0]
	if own < other {
		mine, theirs = theirs, mine
	}
	gone, come := acts(theirs.acts, mine.acts)
	return s.expect(&found{class: Reaches, at: f.at, old: theirs, new: mine, gone: gone, come: come})
}

// late has the answer that was assumed last come after some time.
func (s *script) late(ms int64) bool {
	for i, line := range slices.Backward(s.lines) {
		if strings.HasPrefix(line, "  假设 ") && strings.Contains(line, " 得到 ") && !strings.Contains(line, " 隔 ") {
			s.lines[i] += " 隔 " + seconds(ms)
			return true
		}
	}
	return false
}

// insists writes that words are heard to their end though a key is pressed. It is false where none must be heard that
// need not be in the other program.
func (s *script) insists(f *found) bool {
	for _, a := range f.come {
		if !a.must {
			continue
		}
		same := slices.ContainsFunc(f.gone, func(b act) bool { return b.key == a.key })
		first := opening(a.shown)
		last := phrase(strings.TrimPrefix(strings.TrimSpace(a.shown), first), true)
		if same && first != "" && last != "" && first != last {
			s.line("听到 %q", first)
			s.line("按 %q", "1")
			s.line("听到 %q", last)
			return true
		}
	}
	return false
}

// opening is how words begin, up to the first mark or a few letters.
func opening(shown string) string {
	r := []rune(strings.TrimSpace(shown))
	n := slices.IndexFunc(r, func(r rune) bool { return strings.ContainsRune("…。！？.!?，,；、\n", r) })
	if n < 0 || n > 6 {
		n = min(6, len(r)/2)
	}
	return strings.TrimSpace(string(r[:n]))
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
