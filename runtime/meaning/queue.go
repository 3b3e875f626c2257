package meaning

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
)

// queueTest is a call that waits in a queue: when something is said there, what may be pressed, how long callers wait
// at most.
func (c *Comparison) queueTest(d *Difference) (body string, name diag.Text) {
	find := func(p *bundle.Program) *bundle.Queue {
		i := slices.IndexFunc(p.Queues, func(q bundle.Queue) bool { return q.Name == d.of })
		if i < 0 {
			return nil
		}
		return &p.Queues[i]
	}
	other, own := find(c.old), find(c.new)
	if other == nil || own == nil {
		return "", name
	}
	x, f := comes(c.new, func(f *bundle.Func, c bundle.Code) bool {
		return c.Op() == bundle.Effect && f.Sites[c.Bx()].Kind == bundle.EnqueueSite
	}, func(w *wait) bool {
		return w.site.Kind == bundle.EnqueueSite && w.args[0].op == opText && w.args[0].s == own.Name
	})
	if f == nil {
		return "", name
	}
	s := &script{x: x, lib: c.lib, given: map[string]string{}, chosen: map[*term]int64{}}
	if s.way(f) {
		s.arrives(f.new, "应当 ") // from then on it is waited
		if what := s.queue(f, other, own); what.Zh != "" {
			return strings.Join(s.lines, "\n"), diag.Text{Zh: own.Name + "排队，" + what.Zh,
				En: "waiting in " + own.Name + ", " + what.En}
		}
	}
	return "", name
}

// queue writes what a caller in a queue notices of a difference, and says what.
func (s *script) queue(f *found, other, own *bundle.Queue) diag.Text {
	announced := func(prompt int32) string {
		if prompt < 0 || int(prompt) >= len(s.x.new.prog.Prompts) {
			return ""
		}
		_, shown, _ := s.x.new.wording(int(prompt), nil, f.new.wait.lang)
		return phrase(shown, true)
	}
	if own.Longest != other.Longest && own.Longest > 0 {
		if words := s.heardAfter(f, "timeout"); words != "" {
			s.patience(other.Longest, own.Longest, words)
			return diag.Text{Zh: "最长 " + seconds(own.Longest), En: "at most " + inEnglish(own.Longest)}
		}
	}
	for i := range min(len(own.Tiers), len(other.Tiers)) {
		a, b := &own.Tiers[i], &other.Tiers[i]
		words := announced(a.Prompt)
		switch {
		case a.After != b.After && words != "":
			s.patience(b.After, a.After, words)
			return saidAfter(a.After, words)
		case a.Prompt != b.Prompt && words != "":
			s.line("等待 %s", seconds(a.After+6_000))
			s.line("挂机")
			s.line("听到 %q", words)
			return saidAfter(a.After, words)
		case !slices.Equal(a.Offer, b.Offer) || a.After != b.After && len(a.Offer) > 0:
			if what := s.offers(f, a, b); what.Zh != "" {
				return what
			}
		}
	}
	return diag.Text{}
}

// offers presses a key that a queue offers from some time on.
func (s *script) offers(f *found, own, other *bundle.Tier) diag.Text {
	for _, key := range own.Offer {
		words := s.heardAfter(f, pressTag+key)
		if words == "" {
			continue
		}
		if slices.Contains(other.Offer, key) && other.After <= own.After {
			s.line("等待 %s", seconds(own.After-slack))
			s.line("按 %q", key)
			s.line("等待 3秒")
			s.line("听不到 %q", words)
			return diag.Text{Zh: "不满 " + seconds(own.After) + "按 " + key + " 没有用",
				En: "before " + inEnglish(own.After) + " pressing " + key + " does nothing"}
		}
		s.line("等待 %s", seconds(own.After+2_000))
		s.line("按 %q", key)
		s.line("听到 %q", words)
		after := saidAfter(own.After, words)
		return diag.Text{Zh: "按 " + key + "，" + after.Zh, En: "press " + key + ", " + after.En}
	}
	return diag.Text{}
}

// heardAfter is what is said when a wait ends with an outcome, "" if nothing is.
func (s *script) heardAfter(f *found, tag string) string {
	for _, l := range s.after(f.new, event{kind: ends, tag: tag}, f.at.epoch+1) {
		for _, a := range l.acts {
			if words := distinct(a.shown, s.spoken(f)); a.speech && words != "" {
				return words
			}
		}
	}
	return ""
}

// spoken is all that was said on the way into a queue.
func (s *script) spoken(f *found) string {
	var b strings.Builder
	add := func(l *leaf) {
		for _, a := range l.acts {
			b.WriteString(a.shown + "\n")
		}
	}
	for _, n := range s.chain {
		if n.newIn != nil {
			add(n.newIn)
		}
	}
	add(f.new)
	return b.String()
}

func saidAfter(ms int64, words string) diag.Text {
	return diag.Text{Zh: "满 " + seconds(ms) + "听到“" + short(words) + "”",
		En: "after " + inEnglish(ms) + " " + strconv.Quote(short(words))}
}
