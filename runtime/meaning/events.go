package meaning

import (
	"slices"
	"strconv"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/library"
)

// events are all that may come of two waits of one kind; of outcomes that lead the same way in both the first.
func (x *product) events(old, new *leaf) []event {
	var list []event
	o, w := old.wait, new.wait
	switch w.site.Kind {
	case turn.Kind:
		return []event{{kind: goesOn}}
	case bundle.CollectSite:
		list = x.keys(o, w, old, new)
	default:
		both := [2]*bundle.Site{o.site, w.site}
		list = x.ways[both]
		if list == nil {
			list = x.comes(o, w)
			x.ways[both] = list
		}
	}
	if !new.s.gone && !new.s.letter && !old.s.gone {
		list = append(list[:len(list):len(list)], event{kind: hangsUp})
	}
	return list
}

// comes are the events of two waits that are no questions.
func (x *product) comes(o, w *wait) []event {
	var list []event
	switch w.site.Kind {
	case bundle.LookupSite:
		tags := library.TableOutcomes
		done := false
		if w.site.Name != "table" {
			tags = nil
			for _, l := range x.new.prog.Lookups {
				if l.ID == w.site.Name {
					tags, done = l.Outcomes, l.Result == ""
				}
			}
		}
		if done {
			list = append(list, event{kind: ends})
		} else {
			list = append(list, event{kind: answers})
		}
		list = append(list, x.outcomes(o, w, tags)...)
	case bundle.RecordSite, bundle.ReceiveFaxSite:
		list = append(list, event{kind: answers})
		tags := []string{"noinput", "nomatch"}
		if w.site.Kind == bundle.ReceiveFaxSite {
			tags = []string{"unavailable"}
		}
		list = append(list, x.outcomes(o, w, tags)...)
	case bundle.EnqueueSite:
		list = append(list, event{kind: ends})
		for _, key := range pressed(w.site) {
			list = append(list, event{kind: ends, tag: pressTag + key})
		}
		list = append(list, x.outcomes(o, w, library.QueueOutcomes)...)
	case bundle.TransferSite:
		list = append(list, event{kind: ends})
		list = append(list, x.outcomes(o, w, library.CallOutcomes)...)
	case bundle.VoicemailSite:
		list = append(list, event{kind: ends})
	default:
		list = append(list, event{kind: ends})
		list = append(list, x.outcomes(o, w, []string{"unavailable"})...)
	}
	return list
}

// outcomes are the tags a wait may end in, one for each pair of ways on.
func (x *product) outcomes(old, new *wait, tags []string) []event {
	var list []event
	var ways []string
	for _, tag := range tags {
		way := arm(x.old, old.site, tag) + "/" + arm(x.new, new.site, tag)
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
			list = append(list, event{kind: ends, tag: tag})
		}
	}
	return list
}

// arm says where an outcome leads.
func arm(m *machine, s *bundle.Site, tag string) string {
	for _, a := range s.Arms {
		if a.Tag == tag {
			return strconv.Itoa(int(a.PC))
		}
	}
	if s.Else >= 0 {
		return "else"
	}
	if m.tags == nil {
		m.tags = map[string]bool{}
		for i := range m.prog.Funcs {
			for _, h := range m.prog.Funcs[i].Handlers {
				m.tags[h.Tag] = true
			}
		}
	}
	if m.tags[tag] {
		return "raise " + tag
	}
	return "raise"
}

// keys are what a caller may do who is asked.
func (x *product) keys(o, w *wait, old, new *leaf) []event {
	list := make([]event, 0, 20)
	press := func(keys string) {
		e := event{kind: presses, keys: keys}
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	for _, side := range []struct {
		m *machine
		w *wait
		s *state
	}{{x.new, w, new.s}, {x.old, o, old.s}} {
		for i, opt := range side.m.prog.Questions[side.w.site.Index].Options {
			if mask := side.w.args[2]; mask.op != opNumber || mask.n>>i&1 != 0 {
				press(opt.Keys)
			}
		}
		for _, k := range side.m.globals(side.s) {
			press(string(k))
		}
	}
	q := &x.new.prog.Questions[w.site.Index]
	if q.Field != ident.None {
		list = append(list, event{kind: answers})
	}
	list = append(list, event{kind: noInput}, event{kind: noMatch, n: 4})
	if q.Field != ident.None {
		list = append(list, event{kind: noMatch, n: 3}, event{kind: noMatch, n: 1})
	}
	return list
}

// acts tells what only one of two lists has. What is heard is compared in its order; the rest as a bag of each kind,
// since nobody can tell in which order a milestone and an attachment of one moment were noted.
func acts(old, new []act) (gone, come []act) {
	old, new = insisted(old), insisted(new)
	if slices.EqualFunc(old, new, func(a, b act) bool { return a.kind == b.kind && a.same(b) }) {
		return nil, nil
	}
	speech := func(list []act, yes bool) []act {
		var out []act
		for _, a := range list {
			if a.speech == yes {
				out = append(out, a)
			}
		}
		return out
	}
	gone, come = lacks(speech(old, true), speech(new, true))
	sorted := func(list []act) []act {
		slices.SortStableFunc(list, func(a, b act) int { return int(a.kind) - int(b.kind) })
		return list
	}
	g, c := lacks(sorted(speech(old, false)), sorted(speech(new, false)))
	return append(gone, g...), append(come, c...)
}

// same tells whether two acts of one kind are the same for everybody.
func (a act) same(b act) bool { return a.key == b.key && a.must == b.must }

// insisted are acts of which only the last words that must be heard do so: with these the keys that were pressed before
// are forgotten, and until then no key cuts anything off.
func insisted(list []act) []act {
	out, last := list, true
	for i := len(list) - 1; i >= 0; i-- {
		switch {
		case !list[i].must:
		case last:
			last = false
		default:
			if &out[0] == &list[0] {
				out = slices.Clone(list)
			}
			out[i].must = false
		}
	}
	return out
}

// lacks are what of each of two lists is not in the longest part common to both.
func lacks(a, b []act) (onlyA, onlyB []act) {
	for len(a) > 0 && len(b) > 0 && a[0].same(b[0]) {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1].same(b[len(b)-1]) {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 {
		return a, b
	}
	long := make([][]int, len(a)+1)
	for i := range long {
		long[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i].same(b[j]) {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i].same(b[j]):
			i, j = i+1, j+1
		case long[i+1][j] >= long[i][j+1]:
			onlyA, i = append(onlyA, a[i]), i+1
		default:
			onlyB, j = append(onlyB, b[j]), j+1
		}
	}
	return append(onlyA, a[i:]...), append(onlyB, b[j:]...)
}

// alike tells whether words were changed rather than others said: they have a third of their letters in common, or
// only some were added or left out.
func alike(gone, come []act) bool {
	text := func(list []act) []rune {
		var out []rune
		for _, a := range list {
			if a.speech {
				out = append(out, []rune(a.shown)...)
			}
		}
		return out
	}
	a, b := text(gone), text(come)
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	have := map[rune]int{}
	for _, r := range a {
		have[r]++
	}
	common := 0
	for _, r := range b {
		if have[r] > 0 {
			have[r]--
			common++
		}
	}
	return 3*common >= max(len(a), len(b))
}
