package replay

import (
	"cmp"
	"container/heap"
	"slices"
	"sync"

	"rexian/runtime/collect"
	"rexian/runtime/kept"
	"rexian/runtime/vm"
)

// Choice is the few calls of a day that stand for all: together they crossed every edge that the day crossed. An edge
// leads from one thing that a call did, by what came of it, to the next: the key that was pressed, the answer that was
// missing, the caller who hung up.
type Choice struct {
	Calls   int // of the day
	Edges   int // that they crossed
	Unlike  int // that do not come out on their own version as they did: nothing is known of their edges
	Missing int // whose version is not kept
	Unread  int // records that are no calls
	Chosen  []Chosen
}

// Chosen is one of them.
type Chosen struct {
	Record []byte
	New    int // edges that none before it crossed
	Edges  int // all that it crossed
}

// Choose chooses among the calls that each gives. The same calls give the same choice.
func Choose(versions Versions, each func(do func(record []byte) error) error) (*Choice, error) {
	c := &chooser{runner: runner{versions: versions, pairs: map[string]*Pair{}}, known: map[edge]uint32{}}
	if err := spread(each, func() gatherer { return &crossings{chooser: c, known: map[edge]uint32{}} }); err != nil {
		return nil, err
	}
	c.came.Edges = len(c.known)
	c.came.Chosen = cover(c.calls, len(c.known))
	return &c.came, nil
}

// edge leads from a place of a version, by what came of it, to the next.
type edge struct {
	version            string
	fn, pc, toFn, toPC int
	kind               vm.EventKind
	way                string // tag of an outcome
	answer             collect.Kind
	reason             collect.Reason
	index              int
}

// crossed is a call with the numbers of its edges, each once.
type crossed struct {
	record []byte
	id     string
	began  int64
	events int
	edges  []uint32
}

// chooser gathers the edges of all calls.
type chooser struct {
	runner
	came  Choice
	calls []crossed

	edges sync.Mutex
	known map[edge]uint32
}

// number is that of an edge.
func (c *chooser) number(e edge) uint32 {
	c.edges.Lock()
	defer c.edges.Unlock()
	n, ok := c.known[e]
	if !ok {
		n = uint32(len(c.known))
		c.known[e] = n
	}
	return n
}

// crossings gathers those of one worker.
type crossings struct {
	*chooser
	known map[edge]uint32
	mine  Choice
	calls []crossed
	list  []uint32
}

func (x *crossings) unread() { x.mine.Unread++ }

func (x *crossings) join() {
	x.came.Calls += x.mine.Calls
	x.came.Unlike += x.mine.Unlike
	x.came.Missing += x.mine.Missing
	x.came.Unread += x.mine.Unread
	x.chooser.calls = append(x.chooser.calls, x.calls...)
}

func (x *crossings) take(w *Worker, c *kept.Call, record []byte) {
	x.mine.Calls++
	p := x.pair(c.Version)
	switch {
	case p == nil:
		x.mine.Missing++
		return
	case !w.course(p.old, c):
		x.mine.Unlike++
		return
	}
	x.list = x.list[:0]
	w.crosses(c, func(e edge) {
		n, ok := x.known[e]
		if !ok {
			n = x.number(e)
			x.known[e] = n
		}
		x.list = append(x.list, n)
	})
	slices.Sort(x.list)
	x.calls = append(x.calls, crossed{record, c.ID, c.Started, len(c.Events),
		slices.Clone(slices.Compact(x.list))})
}

// entered is the place from which a call goes to the first thing that it does, and beyond the place after its last.
const entered, beyond = -1, -2

// crosses gives the edges of the course at hand.
func (w *Worker) crosses(c *kept.Call, do func(edge)) {
	e := edge{version: c.Version, fn: entered, way: c.Entry}
	step := func(a *act, event int) {
		e.toFn, e.toPC = a.fn, a.pc
		do(e)
		e = edge{version: c.Version, fn: a.fn, pc: a.pc}
		if event < len(c.Events) {
			e.by(&c.Events[event])
		}
	}
	for i := range w.segments {
		s := &w.segments[i]
		for n := s.from; n < s.to; n++ {
			step(&w.steps[n].act, w.steps[n].event)
		}
		switch s.how {
		case waits, hangsUp:
			step(&s.wait, s.event)
		case ends:
			e.toFn, e.toPC = beyond, int(s.end)
			do(e)
		}
	}
}

// by notes what came of a step. What a caller keyed, and what a system answered, shows in where it leads.
func (e *edge) by(ev *vm.Event) {
	e.kind, e.way = ev.Kind, ev.Tag
	if ev.Kind == vm.Collected {
		e.answer, e.reason = ev.Collect.Kind, ev.Collect.Reason
		if e.answer == collect.Option || e.answer == collect.Global {
			e.index = ev.Collect.Index
		}
	}
}

// cover chooses calls that have all edges: each time the one with the most that none has yet, of these the shortest and
// then the earliest; in the end those go whose edges the others have.
func cover(calls []crossed, edges int) []Chosen {
	slices.SortFunc(calls, func(a, b crossed) int {
		return cmp.Or(cmp.Compare(a.events, b.events), cmp.Compare(a.began, b.began), cmp.Compare(a.id, b.id))
	})
	var h gains
	for i := range calls {
		h = append(h, gain{len(calls[i].edges), i})
	}
	heap.Init(&h)
	have := make([]int, edges) // how many of the chosen have it
	fresh := func(i int) (n int) {
		for _, e := range calls[i].edges {
			if have[e] == 0 {
				n++
			}
		}
		return n
	}
	var list []int
	for len(h) > 0 {
		n := fresh(h[0].call)
		if n < h[0].n { // others have taken some since: what it would bring is never more than it was
			h[0].n = n
			heap.Fix(&h, 0)
			continue
		}
		if n == 0 {
			break
		}
		i := h[0].call
		heap.Pop(&h)
		for _, e := range calls[i].edges {
			have[e]++
		}
		list = append(list, i)
	}
	for k := len(list) - 1; k >= 0; k-- {
		of := calls[list[k]].edges
		if !slices.ContainsFunc(of, func(e uint32) bool { return have[e] == 1 }) {
			for _, e := range of {
				have[e]--
			}
			list = slices.Delete(list, k, k+1)
		}
	}
	clear(have)
	var chosen []Chosen
	for _, i := range list {
		chosen = append(chosen, Chosen{calls[i].record, fresh(i), len(calls[i].edges)})
		for _, e := range calls[i].edges {
			have[e]++
		}
	}
	return chosen
}

// gain is how many edges a call would bring, at most.
type gain struct{ n, call int }

// gains is a heap of them, the greatest first.
type gains []gain

func (h gains) Len() int { return len(h) }
func (h gains) Less(i, j int) bool {
	return h[i].n > h[j].n || h[i].n == h[j].n && h[i].call < h[j].call
}
func (h gains) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *gains) Push(x any)   { *h = append(*h, x.(gain)) }
func (h *gains) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
