package meaning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
)

// gathered are the differences that were found, each told once: the first that shows it, by the shortest way and while
// nothing odd is so. What else shows the same are its variants.
func (x *product) gathered() (list []Difference) {
	at := map[string]int{}
	for i := range x.found {
		f := &x.found[i]
		d := x.describe(f)
		d.product = x
		topic := x.topic(&d)
		first, known := at[topic]
		if !known {
			at[topic] = len(list)
			list = append(list, d)
			continue
		}
		one := &list[first]
		if f.at.entry.kind == "number" && one.found.at.entry.kind != "number" { // somebody who calls in may hear it
			d.others, d.Variants = append(one.others, one.found), append(one.Variants, one.Sentence)
			*one = d
			continue
		}
		if one.others = append(one.others, f); one.brief != "" {
			continue // however calls come there
		}
		if d.Sentence != one.Sentence && !slices.Contains(one.Variants, d.Sentence) {
			one.Variants = append(one.Variants, d.Sentence)
		}
	}
	for i := range list {
		list[i].count()
	}
	return list
}

// count has a sentence say how many variants there are.
func (d *Difference) count() {
	if n := len(d.Variants); n > 0 {
		d.Sentence.Zh += fmt.Sprintf("（另有 %d 种情形也不同）", n)
		d.Sentence.En += " (and in " + diag.Many(n, "more case") + ")"
	}
}

// topic is what differences have in common that are told as one.
func (x *product) topic(d *Difference) string {
	f := d.found
	switch {
	case d.brief != "":
		return "brief " + d.brief
	case f.class == Timing && d.Old.Zh != "" && d.New.Zh != "":
		return fmt.Sprint("timing ", f.new.wait.site.Kind, d.Old.Zh, "→", d.New.Zh)
	case f.class == Words || f.class == Records:
		gone, come := insistence(f.gone, f.come)
		return "said" + texts(gone) + "→" + texts(come)
	}
	n := f.at
	if n.before == nil {
		return fmt.Sprint("begin ", n.entry.fn, f.class)
	}
	return fmt.Sprint("after ", x.old.spot(n.oldIn), x.new.spot(n.newIn), n.event, f.class)
}

// insistence leaves out what both say, of which only how it must be heard differs; unless there is nothing else.
func insistence(gone, come []act) (onlyGone, onlyCome []act) {
	lacking := func(list, other []act) (out []act) {
		for _, a := range list {
			if !slices.ContainsFunc(other, func(b act) bool { return b.kind == a.kind && b.key == a.key }) {
				out = append(out, a)
			}
		}
		return out
	}
	onlyGone, onlyCome = lacking(gone, come), lacking(come, gone)
	if len(onlyGone)+len(onlyCome) == 0 {
		return gone[:min(len(gone), 1)], come[:min(len(come), 1)]
	}
	return onlyGone, onlyCome
}

// texts are what is said and done, each once.
func texts(list []act) string {
	var keys []string
	for _, a := range list {
		if key := a.kind.String() + a.key; !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return strings.Join(keys, "\x00")
}

// spot is where a call waits in its program, or how it has ended.
func (m *machine) spot(l *leaf) string {
	if l == nil || l.wait == nil {
		return ""
	}
	return strconv.Itoa(int(l.wait.fr.fn)) + "." + strconv.Itoa(int(l.wait.fr.pc)) + " "
}

// closer tells of two waits that have the same name what tells one from the other: what is heard meanwhile, what is
// asked for, what is written. Both are empty where nothing is known of that.
func (x *product) closer(old, new *leaf) (was, is diag.Text, sound bool) {
	if old.wait == nil || new.wait == nil || old.wait.site.Kind != new.wait.site.Kind {
		return was, is, false
	}
	o, w := old.wait, new.wait
	switch w.site.Kind {
	case bundle.SMSSite, bundle.MailSite:
		if len(o.args) == 0 || len(w.args) == 0 {
			return was, is, false
		}
		return quoted(written(o.args[len(o.args)-1])), quoted(written(w.args[len(w.args)-1])), false
	case bundle.LookupSite:
	default:
		return was, is, false
	}
	if before, now := x.old.meanwhile(o), x.new.meanwhile(w); before != now {
		return before, now, slices.Equal(o.args, w.args)
	}
	if o.site.Name != w.site.Name || len(o.args) != len(w.args) {
		return was, is, false
	}
	given := x.lib.ByID(w.site.Name)
	var a, b []diag.Text
	for i := range w.args {
		if o.args[i] == w.args[i] || given == nil || i >= len(given.Params) {
			continue
		}
		p := &given.Params[i]
		for _, side := range []struct {
			list *[]diag.Text
			t    *term
		}{{&a, o.args[i]}, {&b, w.args[i]}} {
			v := diag.Text{Zh: "另一个值", En: "another value"}
			if t := side.t; t.known() {
				v = value(p.Type.Kind.String(),
					bundle.Const{N: t.n, S: t.s, Text: t.op == opText, Absent: t.op == opAbsent})
			}
			*side.list = append(*side.list, diag.Text{Zh: p.Zh + " " + v.Zh, En: p.En + " " + v.En})
		}
	}
	return words(a, "、", ", "), words(b, "、", ", "), false
}

// meanwhile is what is heard while a lookup is waited for.
func (m *machine) meanwhile(w *wait) diag.Text {
	prompt := int(w.site.Playing)
	if w.played != nil {
		if prompt = -1; w.played.op == opNumber {
			prompt = int(w.played.n)
		}
	}
	_, shown, _ := m.wording(prompt, nil, w.lang)
	if shown == "" {
		return diag.Text{Zh: "期间没有声音", En: "in silence"}
	}
	q := quoted(shown)
	return diag.Text{Zh: "期间播放" + q.Zh, En: "playing " + q.En}
}
