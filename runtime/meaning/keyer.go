package meaning

import (
	"encoding/binary"
	"slices"
)

// keyer writes pairs of calls so that two of them look alike only if the same may come of both: moments are numbered
// by their first occurrence, and of the facts only those count that are about something that can still be asked for.
type keyer struct {
	out    []byte
	epochs []int32 // in the order in which they occurred
	mark   uint32  // of the terms that occurred
	terms  int32   // how many
	left   []*facts
}

// of is the key of a pair; it holds until the next.
func (k *keyer) of(x *product, n *node) []byte {
	k.out, k.epochs, k.left, k.mark, k.terms = k.out[:0], k.epochs[:0], k.left[:0], x.look(), 0
	k.state(n.old, x.old.read(n.old))
	if !n.twin {
		k.state(n.new, x.new.read(n.new))
	}
	k.out = append(k.out, byte(truth(n.twin)))
	for f := n.facts; f != nil; f = f.before {
		k.left = append(k.left, f)
	}
	slices.SortFunc(k.left, func(a, b *facts) int { return int(a.t.id - b.t.id) })
	for _, f := range k.left {
		k.term(f.t)
		k.out = append(k.out, byte(truth(f.yes)))
	}
	return k.out
}

func (k *keyer) int(n int64) { k.out = binary.AppendVarint(k.out, n) }

func (k *keyer) state(s *state, read []bool) {
	k.int(int64(len(s.frames)))
	for _, f := range s.frames {
		k.int(int64(f.fn))
		k.int(int64(f.pc))
		k.int(int64(f.base))
		k.int(truth(f.handling))
	}
	k.int(int64(len(s.stack)))
	for i, t := range s.stack {
		if read[i] {
			k.term(t)
		} else {
			k.int(0)
		}
	}
	for _, t := range s.data {
		k.term(t)
	}
	k.term(s.agent)
	k.out = append(k.out, s.lang...)
	k.int(int64(s.errors)<<2 | truth(s.gone)<<1 | truth(s.letter))
}

func (k *keyer) term(t *term) {
	if t.epoch < 0 && len(t.args) == 0 {
		k.int(int64(t.id))
		return
	}
	if t.mark == k.mark {
		k.int(-int64(t.place) - 1)
		return
	}
	t.mark, t.place = k.mark, k.terms
	k.terms++
	k.out = append(k.out, 0xff)
	k.out = append(k.out, t.op...)
	k.out = append(k.out, 0)
	k.out = append(k.out, t.s...)
	k.out = append(k.out, 0)
	k.int(t.n)
	if t.epoch >= 0 {
		e := slices.Index(k.epochs, t.epoch)
		if e < 0 {
			e = len(k.epochs)
			k.epochs = append(k.epochs, t.epoch)
		}
		k.int(int64(e))
	}
	for _, a := range t.args {
		k.term(a)
	}
}

// relevant drops the facts that are about nothing that a call still holds: who forgets a fact looks at more calls,
// never at fewer. Facts about the call itself are kept until a goto, and those about what a register or call data hold.
// Who looks closely keeps also what is known of the caller's number, and of fields of what is held.
func (x *product) relevant(n *node) *facts {
	between, left := n.old.paused, n.old.jumped && n.new.jumped
	n.old.jumped, n.new.jumped = false, false
	if n.facts == nil {
		return nil
	}
	held := x.look()
	for _, side := range []struct {
		m *machine
		s *state
	}{{x.old, n.old}, {x.new, n.new}} {
		read := side.m.read(side.s)
		for i, t := range side.s.stack {
			if read[i] {
				t.mark = held
			}
		}
		for _, t := range side.s.data {
			t.mark = held
		}
		side.s.agent.mark = held
		if n.twin {
			break
		}
	}
	var out *facts
	stands := false // the number stands in some list
	precise := x.precise
	for f := n.facts; f != nil; f = f.before {
		keep := f.t.mark == held || precise && f.t.nature()
		for _, a := range f.t.args {
			keep = keep || f.t.epoch < 0 && (a.mark == held && !a.known() || a.op == opWorld && a.epoch < 0 && !left ||
				precise && a.op == opField && a.args[0].mark == held)
		}
		stands = stands || precise && f.t.op == opMember && f.yes && f.t.args[0].caller()
		if keep && (f.t.op != opHas || between && f.t.n == 0) {
			out = out.with(f.t, f.yes)
		}
	}
	if stands {
		empty := x.empty(x.make(opWorld, 0, "caller", -1))
		if _, known := out.decide(empty); !known {
			out = out.with(empty, false)
		}
	}
	return out
}

// caller tells whether a term is the number that calls.
func (t *term) caller() bool { return t.op == opWorld && t.s == "caller" }

// nature tells whether a condition is about what the number is that calls: withheld, a mobile one. That stays as it is
// all through a call, so who looks closely never forgets it.
func (t *term) nature() bool {
	return len(t.args) == 1 && t.args[0].caller() && (t.op == opEmpty || t.op == opNone || t.op == "mobile")
}
