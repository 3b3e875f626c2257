package prove

import (
	"slices"
	"strings"
	"unicode"
)

// beside gives the words that say what each mention's keys are for: those before it in its clause (业务咨询请按1), else those
// behind it (按1查询), else the clause before (查询余额，请按1), else the next. A hole is part of the words.
func (w *wording) beside() []string {
	out := make([]string, len(w.said))
	behind := false // the words between this mention and the one before belong to that one
	taken := 0      // up to where words belong to earlier mentions
	for i, m := range w.said {
		start, stop := w.clause(i)
		before, after := "", w.text(m.to, stop)
		if !(behind && start == taken) {
			before = w.text(max(start, taken), m.from)
		}
		behind = false
		switch {
		case before != "" && !w.saysWhy(w.raw(m.to, stop)):
			out[i], taken = before, m.to
		case after != "":
			out[i], taken, behind = after, stop, true
		default:
			if prev := w.sentence(m.from, taken); prev != "" {
				out[i], taken = prev, m.to
				continue
			}
			if stop < len(w.runes) && !ends(w.runes[stop]) {
				end := w.end(stop+1, i)
				out[i], taken, behind = w.text(stop+1, end), end, true
			}
		}
	}
	return out
}

// clause gives the bounds of the clause around a mention: the nearest signs, or other mentions.
func (w *wording) clause(i int) (start, stop int) {
	m := w.said[i]
	start = m.from
	least := 0
	if i > 0 {
		least = w.said[i-1].to
	}
	for start > least && !separates(w.runes[start-1]) {
		start--
	}
	return start, w.end(m.to, i)
}

// end is where the clause that goes on at rune j ends, at the latest where the mention after number i begins.
func (w *wording) end(j, i int) int {
	most := len(w.runes)
	if i+1 < len(w.said) {
		most = w.said[i+1].from
	}
	for j < most && !separates(w.runes[j]) {
		j++
	}
	return min(j, most)
}

// sentence gives the clause before rune i in its sentence, from rune least on.
func (w *wording) sentence(i, least int) string {
	stop := i
	for stop > least && !separates(w.runes[stop-1]) {
		stop--
	}
	if stop <= least || ends(w.runes[stop-1]) {
		return ""
	}
	stop--
	start := stop
	for start > least && !separates(w.runes[start-1]) {
		start--
	}
	return w.text(start, stop)
}

// saysWhy tells whether words behind a key say what it is for: press 1 for complaints, press 2 to go back.
func (w *wording) saysWhy(after string) bool {
	return slices.ContainsFunc(w.purpose, func(p string) bool {
		return strings.HasPrefix(strings.TrimSpace(after), p)
	})
}

func (w *wording) raw(from, to int) string {
	if from >= to {
		return ""
	}
	return string(w.runes[from:to])
}

// text is a piece of the words without what means nothing at its ends.
func (w *wording) text(from, to int) string {
	s := w.raw(from, to)
	for {
		was := s
		s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r != hole && unicode.IsPunct(r) })
		for _, f := range w.fillers {
			if cut, ok := strings.CutPrefix(s, f); ok && (!begins(f) || strings.HasPrefix(cut, " ") || cut == "") {
				s = cut
			}
			if cut, ok := strings.CutSuffix(s, f); ok && (!begins(f) || strings.HasSuffix(cut, " ") || cut == "") {
				s = cut
			}
		}
		if s == was {
			return s
		}
	}
}

// named is a key with its label and the words beside it.
type named struct {
	key, label, words string
}

// swapped finds a key that is announced as another one is labelled: the words beside it fit the label of the other
// key better than its own, and better than the words beside that one do. -1 if there is none.
func swapped(list []named) (key, other int) {
	labels := make([]string, len(list))
	for i, n := range list {
		labels[i] = bare(n.label)
	}
	likeness := func(label, words int) float64 {
		said := bare(list[words].words)
		for _, l := range labels { // 是 is not what 不是 says
			if l != labels[label] && strings.Contains(l, labels[label]) && strings.Contains(said, l) {
				return 0
			}
		}
		return alike(labels[label], said)
	}
	const clear = 0.2
	for i := range list {
		if labels[i] == "" || list[i].words == "" {
			continue
		}
		own := likeness(i, i)
		for j := range list {
			if i == j || labels[j] == "" || labels[j] == labels[i] {
				continue
			}
			there := 0.0
			if list[j].words != "" {
				there = likeness(j, j)
			}
			if l := likeness(j, i); l >= 0.6 && l > own+clear && l > there+clear {
				return i, j
			}
		}
	}
	return -1, -1
}

// bare is a text as labels are compared: letters and digits only, in small letters.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// alike tells how much of a label words hold: the longest run that they share, of the label's length. A single
// character of a longer label is no likeness.
func alike(label, words string) float64 {
	a, b := []rune(label), []rune(words)
	best := 0
	row := make([]int, len(b)+1)
	for i := range a {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				row[j+1] = row[j] + 1
				best = max(best, row[j+1])
			} else {
				row[j+1] = 0
			}
		}
	}
	if len(a) == 0 || best < min(2, len(a)) {
		return 0
	}
	return float64(best) / float64(len(a))
}

// turned tells whether the words beside 1 refuse and those beside 2 consent, where 1 is yes and 2 is no.
func (x *lexicon) turned(one, two string) bool {
	return x.refuses(one) && !x.refuses(two) &&
		slices.ContainsFunc(x.consent, func(c string) bool { return strings.Contains(two, c) })
}

// refuses tells whether words say no, which is looked for first: 不是 holds 是.
func (x *lexicon) refuses(s string) bool {
	if s == "no" || s == "否" || s == "错" || strings.HasPrefix(s, "if no") || strings.HasPrefix(s, "no,") {
		return true
	}
	return slices.ContainsFunc(x.refusal, func(r string) bool { return strings.Contains(s, r) })
}
