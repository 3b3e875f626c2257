package meaning

import "rexian/compiler/bundle"

// near tells how many waits lie at least between a call and the next instruction that does something else in the other
// program, whatever comes of them. It is read off the code, without running it: so it may be too low, never too high,
// and a walk that takes the nearest calls first finds the shortest call that shows a difference without looking at
// those that lead away from it.
//
//	main menu ─1 wait─▶ consultation ─1 wait─▶ ● touched      2, 1, 0
//	          ─1 wait─▶ invoices ─3 waits─▶ main menu …       2 + 4 and more: looked at last, or never
type near struct {
	m *machine
	// hit is by function and instruction how many waits lie before a touched instruction, out before its return
	hit, out [][]int32
	next     [][][]int32 // where each instruction may lead within its function
	caught   []ways      // by function: the least at its handlers, which take over at any moment
	defaults int32       // likewise those of `defaults`
}

// ways are the two distances from one place.
type ways struct{ hit, out int32 }

// far is how many waits lie before what cannot be come to.
const far = int32(1) << 20

// newNear reads the old program, which is numbered as the new one.
func newNear(m *machine) *near {
	n := &near{m: m, defaults: far}
	for fn := range m.prog.Funcs {
		f := &m.prog.Funcs[fn]
		hit, out, next := make([]int32, len(f.Code)+1), make([]int32, len(f.Code)+1),
			make([][]int32, len(f.Code))
		for pc := range hit {
			hit[pc], out[pc] = far, far
			if pc < len(next) {
				next[pc] = f.Next(pc)
			}
		}
		n.hit, n.out, n.next = append(n.hit, hit), append(n.out, out), append(n.next, next)
		n.caught = append(n.caught, ways{far, far})
	}
	for n.nearer() {
	}
	return n
}

// nearer goes over all instructions once; it is false when none came nearer.
func (n *near) nearer() (some bool) {
	for fn := range n.hit {
		f := &n.m.prog.Funcs[fn]
		c := &n.caught[fn]
		for _, h := range f.Handlers {
			c.hit, c.out = min(c.hit, n.hit[fn][h.PC]), min(c.out, n.out[fn][h.PC])
		}
		if fn == int(n.m.prog.Defaults) {
			n.defaults = c.hit
		}
		for pc := len(f.Code) - 1; pc >= 0; pc-- {
			w := n.from(fn, pc)
			w.hit, w.out = min(w.hit, c.hit, n.defaults), min(w.out, c.out)
			if w.hit < n.hit[fn][pc] || w.out < n.out[fn][pc] {
				n.hit[fn][pc], n.out[fn][pc], some = min(w.hit, n.hit[fn][pc]),
					min(w.out, n.out[fn][pc]), true
			}
		}
	}
	return some
}

// from are the distances from an instruction by those of what follows it.
func (n *near) from(fn, pc int) ways {
	f := &n.m.prog.Funcs[fn]
	if n.m.touches(int32(fn), int32(pc)) {
		return ways{0, n.out[fn][pc]}
	}
	hit, out := n.hit[fn], n.out[fn]
	switch c := f.Code[pc]; c.Op() {
	case bundle.Call:
		in, back := n.hit[c.Bx()][0], n.out[c.Bx()][0]
		return ways{min(in, back+hit[pc+1], far), min(back+out[pc+1], far)}
	case bundle.Goto:
		return ways{n.hit[c.Bx()][0], far}
	case bundle.Return, bundle.ReturnNone:
		return ways{far, 0}
	case bundle.Effect:
		w, cost := ways{far, far}, int32(truth(waits(f.Sites[c.Bx()].Kind)))
		for _, to := range n.next[fn][pc] {
			if to >= 0 && int(to) < len(hit) {
				w.hit, w.out = min(w.hit, hit[to]+cost), min(w.out, out[to]+cost)
			}
		}
		return w
	}
	w := ways{far, far}
	for _, to := range n.next[fn][pc] {
		if to >= 0 && int(to) < len(hit) {
			w.hit, w.out = min(w.hit, hit[to]), min(w.out, out[to])
		}
	}
	return w
}

// waits tells whether a call waits at a step for what comes from outside.
func waits(k bundle.SiteKind) bool {
	switch k {
	case bundle.SaySite, bundle.OptionsSite, bundle.PauseSite, bundle.ReplySite, bundle.AnswerSite,
		bundle.AttachSite,
		bundle.MarkSite, bundle.SurveySite, bundle.TopicSite, bundle.PauseRecordingSite,
		bundle.ResumeRecordingSite,
		bundle.QuerySite, bundle.LanguageSite, bundle.HangupSite, bundle.RejectSite:
		return false
	}
	return true
}

// of is the distance of a call: from where it is, from where it returns to, and from what takes over.
func (n *near) of(s *state) int32 {
	best, at := n.defaults, int32(0) // at: how many waits lie before the frame is come to
	for i := len(s.frames) - 1; i >= 0; i-- {
		fr := &s.frames[i]
		pc := min(int(fr.pc), len(n.hit[fr.fn])-1)
		c := n.caught[fr.fn]
		best = min(best, at+n.hit[fr.fn][pc], c.hit)
		at = min(at+n.out[fr.fn][pc], c.out, far)
	}
	return min(best, far)
}

// later keeps a pair until its turn comes.
func (x *product) later(n *node) {
	if x.near == nil {
		x.queue = append(x.queue, n)
		return
	}
	at := int(n.epoch)
	if n.twin {
		by := x.near.of(n.old)
		if by >= far {
			return // nothing that differs can be come to from there
		}
		at += int(by)
	}
	for len(x.ahead) <= at {
		x.ahead = append(x.ahead, nil)
	}
	x.ahead[at] = append(x.ahead[at], n)
	x.low = min(x.low, at)
}

// soonest is the pair whose turn it is, nil if none is left.
func (x *product) soonest() (n *node) {
	for ; x.low < len(x.ahead); x.low++ {
		if list := x.ahead[x.low]; len(list) > 0 {
			n, x.ahead[x.low] = list[0], list[1:]
			return n
		}
	}
	if len(x.queue) > 0 {
		n, x.queue = x.queue[0], x.queue[1:]
	}
	return n
}

// run walks until nothing is left, or enough was found.
func (x *product) run() {
	for !x.over && (x.most == 0 || len(x.found) < x.most) && (x.wanted == nil || len(x.wanted) > 0) {
		n := x.soonest()
		if n == nil {
			return
		}
		x.unit(n)
	}
}
