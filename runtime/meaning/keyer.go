package meaning

import (
	"encoding/binary"
	"slices"
)

// keyer writes pairs of calls so that two of them look alike only if the same may come of both: moments are numbered
// by their first occurrence, and of the facts only those count that are about something that can still be asked for.
type keyer struct {
	out    []byte
	epochs map[int32]int32
	terms  map[*term]int32
}

func (k *keyer) of(x *product, n *node) string {
	k.out = k.out[:0]
	k.epochs, k.terms = map[int32]int32{}, map[*term]int32{}
	k.state(n.old, x.old.read(n.old))
	if !n.twin {
		k.state(n.new, x.new.read(n.new))
	}
	k.out = append(k.out, byte(truth(n.twin)))
	var left []*facts
	for f := n.facts; f != nil; f = f.before {
		left = append(left, f)
	}
	slices.SortFunc(left, func(a, b *facts) int { return int(a.t.id - b.t.id) })
	for _, f := range left {
		k.term(f.t)
		k.out = append(k.out, byte(truth(f.yes)))
	}
	return string(k.out)
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
	if i, ok := k.terms[t]; ok {
		k.int(-int64(i) - 1)
		return
	}
	k.terms[t] = int32(len(k.terms))
	k.out = append(k.out, 0xff)
	k.out = append(k.out, t.op...)
	k.out = append(k.out, 0)
	k.out = append(k.out, t.s...)
	k.out = append(k.out, 0)
	k.int(t.n)
	if t.epoch >= 0 {
		e, ok := k.epochs[t.epoch]
		if !ok {
			e = int32(len(k.epochs))
			k.epochs[t.epoch] = e
		}
		k.int(int64(e))
	}
	for _, a := range t.args {
		k.term(a)
	}
}

// relevant drops the facts that are about nothing that a call still holds: who forgets a fact looks at more calls,
// never at fewer. Facts about the call itself are kept until a goto, and those about what a register or call data hold.
func (x *product) relevant(n *node) *facts {
	held := map[*term]bool{}
	for _, side := range []struct {
		m *machine
		s *state
	}{{x.old, n.old}, {x.new, n.new}} {
		read := side.m.read(side.s)
		for i, t := range side.s.stack {
			if read[i] {
				held[t] = true
			}
		}
		for _, t := range side.s.data {
			held[t] = true
		}
		held[side.s.agent] = true
		if n.twin {
			break
		}
	}
	between, left := n.old.paused, n.old.jumped && n.new.jumped
	n.old.jumped, n.new.jumped = false, false
	var out *facts
	for f := n.facts; f != nil; f = f.before {
		keep := held[f.t]
		for _, a := range f.t.args {
			keep = keep || f.t.epoch < 0 && (held[a] && !a.known() || a.op == opWorld && a.epoch < 0 && !left)
		}
		if keep && (f.t.op != opHas || between && f.t.n == 0) {
			out = out.with(f.t, f.yes)
		}
	}
	return out
}
