package meaning

import (
	"rexian/compiler/bundle"
	"rexian/lang/diag"
)

// target is where an option leads: the flow that it goes to or does first; "" where it does something in place. fn is
// -1 then, and there is no option at all if none is true.
func (m *machine) target(w *wait, keys string) (fn int32, name string, none bool) {
	i := m.option(w, keys)
	if i < 0 {
		return -1, "", true
	}
	f := &m.prog.Funcs[w.fr.fn]
	for pc := w.site.Options[i]; int(pc) < len(f.Code); pc++ {
		switch c := f.Code[pc]; c.Op() {
		case bundle.Goto, bundle.Call:
			return int32(c.Bx()), m.prog.Funcs[c.Bx()].Name, false
		case bundle.Jump, bundle.JumpIf, bundle.JumpIfNot, bundle.Return, bundle.ReturnNone, bundle.Raise:
			return -1, "", false
		case bundle.Effect:
			switch kind := f.Sites[c.Bx()].Kind; {
			case waits(kind), kind == bundle.HangupSite, kind == bundle.RejectSite, kind == bundle.QuerySite:
				return -1, "", false
			}
		}
	}
	return -1, "", false
}

// leads says of a key that was pressed last that it leads elsewhere now; ok is false where it does not, or where that
// has no name.
func (x *product) leads(f *found) (sentence, old, new diag.Text, ok bool) {
	n := f.at
	if n.event.kind != presses || !collects(n.oldIn) || !collects(n.newIn) {
		return sentence, old, new, false
	}
	keys := n.event.keys
	was, from, gone := x.old.target(n.oldIn.wait, keys)
	is, to, absent := x.new.target(n.newIn.wait, keys)
	menu := x.new.prog.Questions[n.newIn.wait.site.Index].Name
	old, new = diag.Same(from), diag.Same(to)
	switch {
	case gone && absent, from == "" && !gone, to == "" && !absent:
		return sentence, old, new, false
	case gone:
		return diag.Textf("%s 新增键 %s：%s", "%s takes key %s now: %s", menu, keys, to), old, new, true
	case absent:
		return diag.Textf("%s 不再有键 %s，原来是 %s", "%s no longer takes key %s, which was %s", menu, keys, from), old, new,
			true
	case x.aligned && was == is, from == to:
		return sentence, old, new, false
	}
	return diag.Text{Zh: menu + " 键 " + keys + " 改为 " + to + "，原来是 " + from,
		En: "key " + keys + " of " + menu + " leads to " + to + " now, it was " + from}, old, new, true
}
