package acd

import "container/heap"

// class is a queue and how many of its steps are open: whoever waits there asks for the same.
type class struct {
	id     int
	queue  *queue
	skills []string
	heap   line
}

// line are the callers of a class; the first is the one whose key is smallest.
type line []*caller

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return before(l[i], l[j]) }
func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].at, l[j].at = i, j
}
func (l *line) Push(x any) {
	c := x.(*caller)
	c.at = len(*l)
	*l = append(*l, c)
}
func (l *line) Pop() any {
	old := *l
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*l = old[:len(old)-1]
	c.at = -1
	return c
}

// before is the order of callers: by their key, and by their joining for one key.
func before(a, b *caller) bool { return a.key < b.key || a.key == b.key && a.seq < b.seq }

// stand puts a caller into the heap of the class that is theirs now.
func (d *Distributor) stand(c *caller) {
	c.stood = d.now
	c.class = c.queue.classes[c.queue.open[c.step]]
	heap.Push(&c.class.heap, c)
}

// step out of the heap, if in one.
func (c *caller) unstand() {
	if c.at >= 0 && c.class != nil {
		heap.Remove(&c.class.heap, c.at)
	}
}

// timer is something that is to happen, unless it is dropped before.
type timer struct {
	at, seq int64
	do      func()
	dropped bool
}

type timers []*timer

func (t timers) Len() int { return len(t) }
func (t timers) Less(i, j int) bool {
	return t[i].at < t[j].at || t[i].at == t[j].at && t[i].seq < t[j].seq
}
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)   { *t = append(*t, x.(*timer)) }
func (t *timers) Pop() any {
	old := *t
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*t = old[:len(old)-1]
	return last
}

// drop makes a timer void; nil is none.
func (t *timer) drop() {
	if t != nil {
		t.dropped, t.do = true, nil
	}
}

// after plans something for a moment.
func (d *Distributor) after(at int64, do func()) *timer {
	d.timed++
	t := &timer{at: at, seq: d.timed, do: do}
	heap.Push(&d.timers, t)
	return t
}

// Next tells when a Tick is due at the latest; false if nothing happens by itself.
func (d *Distributor) Next() (at int64, ok bool) {
	for len(d.timers) > 0 && d.timers[0].dropped {
		heap.Pop(&d.timers)
	}
	if len(d.timers) == 0 {
		return 0, false
	}
	return d.timers[0].at, true
}

// pass lets time pass up to a moment: what is due happens at its own.
func (d *Distributor) pass(at int64) {
	for {
		due, ok := d.Next()
		if !ok || due > at {
			break
		}
		t := heap.Pop(&d.timers).(*timer)
		d.now = max(d.now, t.at)
		t.do()
	}
	d.now = max(d.now, at)
}
