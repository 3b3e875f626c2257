package meaning

import (
	"math/bits"
	"slices"

	"rexian/compiler/bundle"
)

// window is a set of registers.
type window [4]uint64

func (w *window) add(r int)      { w[r>>6&3] |= 1 << (r & 63) }
func (w *window) drop(r int)     { w[r>>6&3] &^= 1 << (r & 63) }
func (w *window) has(r int) bool { return r < 256 && w[r>>6]>>(r&63)&1 != 0 }

// join adds another set, and tells whether that changed anything.
func (w *window) join(o *window) bool {
	old := *w
	for i := range w {
		w[i] |= o[i]
	}
	return old != *w
}

func (w *window) run(from, n int) {
	for i := range n {
		w.add(from + i)
	}
}

// liveness tells for each instruction of a function which registers are still read from there on. What is not read any
// more makes no difference between two calls.
func (m *machine) liveness(fn int32) []window {
	if m.live == nil {
		m.live = make([][]window, len(m.prog.Funcs))
	}
	if m.live[fn] != nil {
		return m.live[fn]
	}
	f := &m.prog.Funcs[fn]
	live := make([]window, len(f.Code)+1)
	for changed := true; changed; {
		changed = false
		var caught window
		for _, h := range f.Handlers {
			caught.join(&live[h.PC])
		}
		for pc := len(f.Code) - 1; pc >= 0; pc-- {
			w := caught
			for _, to := range f.Next(pc) {
				if to >= 0 && int(to) < len(live) {
					w.join(&live[to])
				}
			}
			m.uses(f, f.Code[pc], &w)
			changed = live[pc].join(&w) || changed
		}
	}
	m.live[fn] = live
	return live
}

// uses turns what is read behind an instruction into what is read before it.
func (m *machine) uses(f *bundle.Func, c bundle.Code, w *window) {
	a, b := c.A(), c.B()
	switch c.Op() {
	case bundle.Nop, bundle.Cover, bundle.Jump, bundle.Raise, bundle.ReturnNone:
	case bundle.JumpIf, bundle.JumpIfNot, bundle.Return, bundle.StoreData, bundle.Present, bundle.Dispatch, bundle.Loop:
		w.add(a)
	case bundle.Each:
		w.run(a, 3)
	case bundle.Call, bundle.Goto:
		w.drop(a)
		w.run(a, len(m.prog.Funcs[c.Bx()].Params))
	case bundle.Effect:
		s := &f.Sites[c.Bx()]
		if s.Kind == bundle.QuerySite {
			w.drop(a)
		}
		w.run(a, int(s.Args))
	case bundle.LoadK, bundle.LoadI, bundle.LoadAbsent, bundle.LoadSet, bundle.LoadData, bundle.LoadWorld:
		w.drop(a)
	case bundle.AddInt, bundle.SubInt: // counters, which cannot overflow
		if w.has(a) {
			w.drop(a)
			w.add(b)
			w.add(c.C())
		}
	case bundle.Move, bundle.Negate, bundle.Not, bundle.Empty, bundle.Mobile, bundle.Scale, bundle.Descale,
		bundle.DaysToTime, bundle.TimeToDays, bundle.Field, bundle.Column, bundle.AddWhole, bundle.MulWhole:
		used := w.has(a) || c.Op() != bundle.Move
		w.drop(a)
		if used {
			w.add(b)
		}
	case bundle.NewList, bundle.NewRecord:
		w.drop(a)
		w.run(b, c.C())
	case bundle.Chosen:
		w.drop(a)
		w.run(b, c.C()+1)
	case bundle.Exact:
		w.drop(a)
		for _, s := range f.Exacts[c.Bx()].Steps {
			if s.Op == 'r' {
				w.add(int(s.Reg))
			}
		}
	case bundle.Format:
		w.drop(a)
		w.run(a, int(m.prog.Prompts[c.Bx()].Args))
	case bundle.Builtin:
		w.drop(a)
		w.run(a, arity(m.prog.Builtins[c.Bx()]))
	case bundle.TryMul:
		w.add(b)
		w.add(c.C())
	default:
		w.drop(a)
		w.add(b)
		w.add(c.C())
	}
}

// read marks the places of a call's stack that are still read; the list holds until the next.
func (m *machine) read(s *state) []bool {
	list := append(m.reads[:0], make([]bool, len(s.stack))...)
	m.reads = list
	for i, fr := range s.frames {
		live := m.liveness(fr.fn)
		at := live[min(int(fr.pc), len(live)-1)]
		code := m.prog.Funcs[fr.fn].Code
		if i == len(s.frames)-1 && fr.pc > 0 && code[fr.pc-1].Op() == bundle.Effect {
			// an event may yet lead to any of its arms
			at = live[fr.pc-1]
		} else if i < len(s.frames)-1 && fr.pc > 0 {
			at.drop(code[fr.pc-1].A()) // the result
		}
		for i, w := range at {
			for ; w != 0; w &= w - 1 {
				if k := int(fr.base) + i<<6 + bits.TrailingZeros64(w); k < len(list) {
					list[k] = true
				}
			}
		}
	}
	return list
}

// readAlike has two machines hold what either of them still reads in the functions that have touched instructions: what
// is of no use to one may be of use to the other.
func (m *machine) readAlike(other *machine, touch [][]bool) {
	for fn, list := range touch {
		if !slices.Contains(list, true) {
			continue
		}
		a, b := m.liveness(int32(fn)), other.liveness(int32(fn))
		for i := range a {
			a[i].join(&b[i])
		}
		other.live[fn] = a
	}
}
