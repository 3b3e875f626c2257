package replay

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
	"rexian/runtime/vm"
)

// same tells whether the other version does what the course did.
func (f *follower) same(a, b *act) bool {
	if a.kind != b.kind || a.name != b.name || a.which != b.which || a.must != b.must || a.early != b.early ||
		a.each != b.each ||
		!sameValues(a.args, b.args) {
		return false
	}
	switch a.kind {
	case bundle.SaySite, bundle.ApologySite:
		return a.lang == b.lang && f.p.old.prompts[a.prompt] == f.p.new.prompts[b.prompt]
	case bundle.OptionsSite:
		return a.lang == b.lang && a.offered == b.offered && f.p.old.lists[a.question] == f.p.new.lists[b.question]
	}
	return true
}

func sameValues(a, b []vm.Value) bool { return slices.EqualFunc(a, b, sameValue) }

// sameValue tells whether two values are the same.
func sameValue(a, b vm.Value) bool {
	if a.P == nil || b.P == nil {
		return a.P == b.P && a.N == b.N
	}
	return a.P == b.P || a.P.Kind == b.P.Kind && a.P.S == b.P.S && sameValues(a.Items(), b.Items())
}

// compare tells what is different of what both did in a segment; most bounds how much of the course counts.
func (f *follower) compare(s *segment, most int) {
	i, n, to := 0, s.from, s.from
	for ; to < s.to; to++ {
		if f.w.steps[to].quiet {
			continue
		}
		if most--; most < 0 {
			break
		}
	}
	for ; n < to; n++ {
		a := &f.w.steps[n].act
		if a.quiet {
			continue
		}
		if i >= len(f.w.acts) || !f.same(a, &f.w.acts[i]) {
			break
		}
		i++
	}
	if n == to && i == len(f.w.acts) {
		return
	}
	var gone, come [classes][]*act
	for ; n < to; n++ {
		if a := &f.w.steps[n].act; !a.quiet {
			gone[classOf(a)] = append(gone[classOf(a)], a)
		}
	}
	for ; i < len(f.w.acts); i++ {
		a := &f.w.acts[i]
		come[classOf(a)] = append(come[classOf(a)], a)
	}
	for c := range classes {
		if len(gone[c])+len(come[c]) > 0 {
			f.contrast(c, gone[c], come[c])
		}
	}
}

// classOf is what kind of difference it is if an act is missing.
func classOf(a *act) Class {
	switch a.kind {
	case bundle.SaySite, bundle.ApologySite, bundle.OptionsSite, bundle.LanguageSite:
		return Words
	case bundle.SMSSite, bundle.MailSite, bundle.ReplySite:
		return Text
	case bundle.CallbackSite:
		return Callback
	case bundle.LookupSite:
		if strings.HasPrefix(a.name, "ticket.") {
			return Ticket
		}
		return Lookups
	}
	return Records
}

// contrast tells what of acts of one kind is different, if anything is once it is put into words.
func (f *follower) contrast(c Class, gone, come []*act) {
	was := make([]string, len(gone))
	for i, a := range gone {
		was[i] = f.rendered(f.p.old, a)
	}
	is := make([]string, len(come))
	for i, a := range come {
		is[i] = f.rendered(f.p.new, a)
	}
	if c == Records { // of one moment, they have no order
		drop := func(list []*act, texts, others []string) ([]*act, []string) {
			var left []*act
			var kept []string
			for i, t := range texts {
				if !slices.Contains(others, t) {
					left, kept = append(left, list[i]), append(kept, t)
				}
			}
			return left, kept
		}
		a, ta := drop(gone, was, is)
		b, tb := drop(come, is, was)
		gone, was, come, is = a, ta, b, tb
	}
	for len(was) > 0 && len(is) > 0 && was[0] == is[0] {
		gone, was, come, is = gone[1:], was[1:], come[1:], is[1:]
	}
	for len(was) > 0 && len(is) > 0 && was[len(was)-1] == is[len(is)-1] {
		gone, was, come, is = gone[:len(gone)-1], was[:len(was)-1], come[:len(come)-1], is[:len(is)-1]
	}
	if len(gone)+len(come) == 0 {
		return
	}
	var at *act
	if len(come) > 0 {
		at = come[0]
	}
	old, new := does(f.p.old, gone), does(f.p.new, come)
	if old == new {
		new = diag.Text{Zh: new.Zh + "（内容不同）", En: new.En + " (with another content)"}
	}
	f.tell(c, old, new, at)
}

// rendered is an act as it is noticed: words as they are heard.
func (f *follower) rendered(v *version, a *act) string {
	var b strings.Builder
	b.WriteString(a.kind.String() + " " + a.name + " ")
	switch a.kind {
	case bundle.SaySite, bundle.ApologySite:
		langs := []string{a.lang}
		if a.each {
			langs = v.Program.Languages
		}
		for _, l := range langs {
			b.WriteString(l + " " + v.Renderer.Spoken(a.prompt, a.args, l, f.now, noWaiting) + " ")
			for _, r := range v.Program.Prompts[a.prompt].Audio {
				if r.Lang == l || r.Lang == "" {
					b.WriteString(strconv.Itoa(v.prompts[a.prompt]))
				}
			}
		}
		if a.must {
			b.WriteString("!")
		}
		if a.early {
			b.WriteString("^")
		}
		return b.String()
	case bundle.OptionsSite:
		for i, o := range v.options[a.question] {
			if a.offered>>i&1 != 0 {
				b.WriteString(o.keys + strconv.Itoa(o.label) + " ")
			}
		}
		return b.String()
	}
	for _, x := range a.args {
		written, err := x.MarshalJSON()
		if err == nil {
			b.Write(written)
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// tell notes a difference; at is where it is in the other version, nil where nothing of it corresponds.
func (f *follower) tell(c Class, old, new diag.Text, at *act) {
	d := Difference{Class: c, Kind: c.String(), After: f.deed(), Old: old, New: new}
	if at != nil && at.fn >= 0 {
		if file, start, _, ok := f.p.new.Program.Place(at.fn, at.pc); ok {
			d.File, d.Start = file, start
		}
	}
	f.result.Differences = append(f.result.Differences, d)
}
