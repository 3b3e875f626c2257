package emit

import (
	"fmt"

	"rexian/compiler/bundle"
	"rexian/compiler/graph"
)

// misses emits what follows a miss: the counting, the arms, the standard words, and the way when no try is left.
//
// The question's own handlers are in force here too: the asking goes on. They are noted last, so that those of a
// question in an arm of this one are nearer, and before the flow's.
func (f *function) misses(q *asked, at func() *bundle.Site) {
	missed := int32(len(f.f.Code))
	at().NoInput = missed
	f.miss(q, graph.NoInput, q.noin)
	at().NoMatch = int32(len(f.f.Code))
	f.miss(q, graph.NoMatch, q.wrong)
	for _, h := range q.caught {
		f.f.Handlers = append(f.f.Handlers, h)
		h.From, h.To = missed, int32(len(f.f.Code))
		f.f.Handlers = append(f.f.Handlers, h)
	}
	f.mark(&q.gone)
	for _, arm := range q.arms {
		if arm.Otherwise {
			f.cover(f.e.edge(q.step, graph.Tries, "", arm))
			f.block(arm.Body)
			f.jump(bundle.Jump, 0, &q.after)
			return
		}
	}
	// Only a survey's question has none: it stays without an answer.
	f.cover(f.e.edge(q.step, graph.Tries, "", nil))
}

// miss emits one kind of miss. An arm for this very count comes first, then the arm for any. The last try runs an arm
// only if that leaves: words to try again would be untrue.
func (f *function) miss(q *asked, kind graph.EdgeKind, counter int) {
	next := f.next
	defer func() { f.next = next }()
	one := f.temp(2)
	r := one + 1
	reason := f.temp(1)
	f.move(reason, q.base)
	f.load(one, bundle.Const{N: 1})
	f.abc(bundle.AddInt, counter, counter, one)
	f.abc(bundle.SubInt, q.tries, q.tries, one)
	var retry label
	any := false
	for _, exact := range []bool{true, false} {
		for _, arm := range q.arms {
			for _, l := range arm.Labels {
				m := f.e.p.LabelOf(l)
				if m == nil || m.Tag != kind.String() || exact != (m.Count > 0) {
					continue
				}
				var skip label
				if m.Count > 0 {
					f.load(r, bundle.Const{N: int64(m.Count)})
					f.abc(bundle.EqN, r, r, counter)
					f.jump(bundle.JumpIfNot, r, &skip)
				} else {
					any = true
				}
				if !f.e.g.Leaves(arm) {
					f.last(q, r)
				}
				count := ""
				if m.Count > 0 {
					count = fmt.Sprint(m.Count)
				}
				f.cover(f.e.edge(q.step, kind, count, arm))
				again := f.again
				f.again = &retry // within a miss, again is the next try and not a new question
				f.block(arm.Body)
				f.again = again
				f.jump(bundle.Jump, 0, &retry)
				f.mark(&skip)
			}
		}
	}
	if !any {
		f.last(q, r)
		f.cover(f.e.edge(q.step, kind, "", nil))
		if kind == graph.NoInput {
			f.speak(phrase{prompt: f.e.std.noinput}, plainSite(bundle.SaySite, 0))
		} else {
			f.reasons(reason, r)
		}
	}
	f.mark(&retry)
	f.last(q, r)
	f.load(q.base+5, bundle.Const{N: 1})
	f.jump(bundle.Jump, 0, &q.lead)
}

// last goes where no try is left, if none is.
func (f *function) last(q *asked, r int) {
	f.load(r, bundle.Const{})
	f.abc(bundle.LeN, r, q.tries, r)
	f.jump(bundle.JumpIf, r, &q.gone)
}

// reasons says why keys were no answer; the numbers are those of collect.Reason: short, long, invalid, unlisted.
func (f *function) reasons(reason, r int) {
	var end label
	for _, c := range []struct {
		n      int64
		prompt int
	}{{1, f.e.std.short}, {4, f.e.std.unlisted}} {
		var no label
		f.load(r, bundle.Const{N: c.n})
		f.abc(bundle.EqN, r, r, reason)
		f.jump(bundle.JumpIfNot, r, &no)
		f.speak(phrase{prompt: c.prompt}, plainSite(bundle.SaySite, 0))
		f.jump(bundle.Jump, 0, &end)
		f.mark(&no)
	}
	f.speak(phrase{prompt: f.e.std.invalid}, plainSite(bundle.SaySite, 0))
	f.mark(&end)
}
