package meaning

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
)

// queueTest is a call that waits in a queue: when something is said there, what may be pressed, who may answer, how
// long callers wait at most. It is looked for in each language, since a prompt may differ in one of them only.
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
	for _, lang := range spokenIn(c.new) {
		x, f := comes(c.new, func(f *bundle.Func, c bundle.Code) bool {
			return c.Op() == bundle.Effect && f.Sites[c.Bx()].Kind == bundle.EnqueueSite
		}, func(w *wait) bool {
			return w.site.Kind == bundle.EnqueueSite && w.args[0].op == opText && w.args[0].s == own.Name &&
				w.lang == lang
		})
		if f == nil {
			continue
		}
		s := x.script(c.lib)
		if !s.way(f) {
			continue
		}
		s.arrives(f.new, "应当 ") // from then on it is waited
		q := &queued{script: s, at: f, before: &machine{pool: x.pool, prog: c.old}, other: other, own: own}
		if what := q.notices(); what.Zh != "" {
			return strings.Join(s.lines, "\n"), diag.Text{Zh: own.Name + "排队，" + what.Zh,
				En: "waiting in " + own.Name + ", " + what.En}
		}
	}
	return "", name
}

// spokenIn are the languages that a call may be in.
func spokenIn(p *bundle.Program) []string {
	if len(p.Languages) == 0 {
		return []string{""}
	}
	return p.Languages
}

// queued is a call that waits in a queue of two versions.
type queued struct {
	*script
	at         *found
	before     *machine // of the old program
	other, own *bundle.Queue
}

// notices writes what a caller in a queue notices of a difference, and says what.
func (q *queued) notices() diag.Text {
	other, own := q.other, q.own
	if own.Longest != other.Longest && own.Longest > 0 {
		if words := q.heardAfter(q.at, "timeout"); words != "" {
			q.patience(other.Longest, own.Longest, words)
			return diag.Text{Zh: "最长 " + seconds(own.Longest), En: "at most " + inEnglish(own.Longest)}
		}
	}
	for i := range max(len(own.Tiers), len(other.Tiers)) {
		if what := q.tier(tierAt(own, i), tierAt(other, i)); what.Zh != "" {
			return what
		}
	}
	for i := range min(len(own.Every), len(other.Every)) {
		a, b := &own.Every[i], &other.Every[i]
		if what := q.says(a.Interval, b.Interval, a.Prompt, b.Prompt); what.Zh != "" {
			return what
		}
	}
	return diag.Text{}
}

// tierAt is what a queue does after some time; what comes to nothing beyond the last.
func tierAt(q *bundle.Queue, i int) *bundle.Tier {
	if i < len(q.Tiers) {
		return &q.Tiers[i]
	}
	return &bundle.Tier{Prompt: -1}
}

// tier writes what shows that one thing is done after some time in place of another.
func (q *queued) tier(own, other *bundle.Tier) diag.Text {
	if what := q.says(own.After, other.After, own.Prompt, other.Prompt); what.Zh != "" {
		return what
	}
	if !slices.Equal(own.Offer, other.Offer) || own.After != other.After && len(own.Offer) > 0 {
		if what := q.offers(own, other); what.Zh != "" {
			return what
		}
	}
	if !slices.Equal(own.Skills, other.Skills) || own.After != other.After && len(own.Skills) > 0 {
		return q.serves(own, other)
	}
	return diag.Text{}
}

// says writes what shows that other words are said after some time, or the same ones after another.
func (q *queued) says(own, other int64, prompt, before int32) diag.Text {
	key, words := q.announced(q.x.new, prompt)
	was, gone := q.announced(q.before, before)
	switch {
	case key == was && own == other, key == "" && was == "":
		return diag.Text{}
	case key == was:
		if words = phrase(words, true); words == "" {
			return diag.Text{}
		}
		q.patience(other, own, words)
		return saidAfter(own, words)
	case distinct(words, gone) != "":
		words = distinct(words, gone)
		q.line("等待 %s", seconds(own+spokenWithin))
		q.line("挂机")
		q.line("听到 %q", words)
		return saidAfter(own, words)
	case distinct(gone, words) != "":
		words = distinct(gone, words)
		q.line("等待 %s", seconds(other+spokenWithin))
		q.line("挂机")
		q.line("听不到 %q", words)
		return diag.Text{Zh: "满 " + seconds(other) + "不再听到“" + short(words) + "”",
			En: "after " + inEnglish(other) + " no more " + strconv.Quote(short(words))}
	}
	return diag.Text{}
}

// spokenWithin is how long it takes to say what a queue says, milliseconds.
const spokenWithin = 10_000

// announced is what a queue says, as a key and for people; "" for nothing.
func (q *queued) announced(m *machine, prompt int32) (key, shown string) {
	if prompt < 0 || int(prompt) >= len(m.prog.Prompts) {
		return "", ""
	}
	lang := q.at.new.wait.lang
	key, shown, _ = m.wording(int(prompt), nil, lang)
	return m.voice(int(prompt), lang) + key, shown
}

// serves has an agent answer who serves only from some time on. Where the new version has such an agent come later, the
// test holds of the old one.
func (q *queued) serves(own, other *bundle.Tier) diag.Text {
	first, then, later := own, other, other.After
	skill := fresh(q.own, own)
	if skill == "" || slices.Contains(other.Skills, skill) && other.After < own.After {
		if first, then, later, skill = other, own, own.After, fresh(q.other, other); skill == "" {
			return diag.Text{}
		}
	}
	until := q.own.Longest
	if slices.Contains(then.Skills, skill) {
		until = later
	}
	at := first.After + 5_000
	if until > 0 {
		at = min(at, (first.After+until)/2)
	}
	deed := 0
	for deed < len(q.lines) && !deedLine(q.lines[deed]) {
		deed++
	}
	q.lines = slices.Insert(q.lines, deed, "  座席签入 技能组 "+strconv.Quote(skill))
	q.line("等待 %s", seconds(at))
	q.line("座席接听")
	if first == other {
		return diag.Text{Zh: "等满 " + seconds(at) + "技能组 " + skill + " 还不接听",
			En: "agents of skill " + skill + " do not answer yet after " + inEnglish(at)}
	}
	return diag.Text{Zh: "等满 " + seconds(at) + "技能组 " + skill + " 接听",
		En: "agents of skill " + skill + " answer after " + inEnglish(at)}
}

// fresh is a skill that serves a queue from a tier on, and not before; "" if there is none.
func fresh(q *bundle.Queue, tier *bundle.Tier) string {
	for _, skill := range tier.Skills {
		known := slices.Contains(q.Skills, skill)
		for i := range q.Tiers {
			t := &q.Tiers[i]
			known = known || t.After < tier.After && slices.Contains(t.Skills, skill)
		}
		if !known {
			return skill
		}
	}
	return ""
}

// offers presses a key that a queue offers from some time on.
func (q *queued) offers(own, other *bundle.Tier) diag.Text {
	for _, key := range own.Offer {
		words := q.heardAfter(q.at, pressTag+key)
		if words == "" {
			continue
		}
		if slices.Contains(other.Offer, key) && other.After <= own.After {
			q.line("等待 %s", seconds(own.After-slack))
			q.line("按 %q", key)
			q.line("等待 3秒")
			q.line("听不到 %q", words)
			return diag.Text{Zh: "不满 " + seconds(own.After) + "按 " + key + " 没有用",
				En: "before " + inEnglish(own.After) + " pressing " + key + " does nothing"}
		}
		q.line("等待 %s", seconds(own.After+2_000))
		q.line("按 %q", key)
		q.line("听到 %q", words)
		after := saidAfter(own.After, words)
		return diag.Text{Zh: "按 " + key + "，" + after.Zh, En: "press " + key + ", " + after.En}
	}
	for _, key := range other.Offer {
		words := q.heardAfter(q.at, pressTag+key)
		if words == "" || slices.Contains(own.Offer, key) {
			continue
		}
		q.line("等待 %s", seconds(other.After+2_000))
		q.line("按 %q", key)
		q.line("等待 3秒")
		q.line("听不到 %q", words)
		return diag.Text{Zh: "按 " + key + " 不再有用", En: "pressing " + key + " does nothing any more"}
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
