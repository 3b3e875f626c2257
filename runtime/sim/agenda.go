package sim

import "container/heap"

// agenda is the virtual clock: what is to happen, by time, and for one time in the order in which it was planned.
type agenda struct {
	now   int64 // Unix milliseconds
	seq   int64
	queue plans
}

// plan is one thing to happen. A plan that was dropped stays in the queue and does nothing.
type plan struct {
	at, seq int64
	do      func()
	dropped bool
}

type plans []*plan

func (p plans) Len() int { return len(p) }
func (p plans) Less(i, j int) bool {
	return p[i].at < p[j].at || p[i].at == p[j].at && p[i].seq < p[j].seq
}
func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *plans) Push(x any)   { *p = append(*p, x.(*plan)) }
func (p *plans) Pop() any {
	old := *p
	last := old[len(old)-1]
	*p = old[:len(old)-1]
	return last
}

// after plans something in so many milliseconds; a time in the past is now.
func (a *agenda) after(ms int64, do func()) *plan {
	a.seq++
	p := &plan{at: a.now + max(ms, 0), seq: a.seq, do: do}
	heap.Push(&a.queue, p)
	return p
}

// drop makes a plan void; nil is no plan.
func (p *plan) drop() {
	if p != nil {
		p.dropped = true
	}
}

// next tells when something is to happen.
func (a *agenda) next() (at int64, ok bool) {
	for len(a.queue) > 0 && a.queue[0].dropped {
		heap.Pop(&a.queue)
	}
	if len(a.queue) == 0 {
		return 0, false
	}
	return a.queue[0].at, true
}

// step does the first thing planned.
func (a *agenda) step() {
	if _, ok := a.next(); !ok {
		return
	}
	p := heap.Pop(&a.queue).(*plan)
	a.now = max(a.now, p.at)
	p.do()
}
