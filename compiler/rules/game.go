package rules

import (
	"container/heap"
	"math"

	"rexian/compiler/graph"
	"rexian/lang/ast"
)

// endless is the cost of what no bound holds.
const endless = math.MaxInt64 / 4

// measure is what a way costs.
type measure func(*way) int64

func worstTime(w *way) int64 {
	if w.open != nil {
		return endless
	}
	return w.time.worst
}
func bestTime(w *way) int64 { return w.time.best }
func keyCount(w *way) int64 { return w.keys }

// reaching marks the places that lead to a target.
func (a *arena) reaching(target func(int32) bool) []bool {
	yes := make([]bool, len(a.places))
	var stack []int32
	for i := range a.places {
		if target(int32(i)) {
			yes[i] = true
			stack = append(stack, int32(i))
		}
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, b := range a.places[i].back {
			if !yes[b] && !a.next(b, i) {
				yes[b] = true
				stack = append(stack, b)
			}
		}
	}
	return yes
}

// solve computes for each place the least over the caller's choices of the greatest over the machine's of what it costs
// to come to a target; endless where the machine can keep the caller from it for ever, or nothing leads there. Ways
// that do not lead to the target are left out. With best, the machine is on the caller's side. The next rounds of loops
// are not taken: extra has what they cost, on the ways out of them.
func (a *arena) solve(target func(int32) bool, m measure, best bool, extra map[*graph.Edge]int64) []int64 {
	leads := a.reaching(target)
	value := make([]int64, len(a.places))
	open := make([]int32, len(a.places)) // ways of the machine's that are not settled
	most := make([]int64, len(a.places))
	settled := make([]bool, len(a.places))
	q := &queue{}
	for i := range a.places {
		value[i] = endless
		if target(int32(i)) {
			heap.Push(q, cost{0, int32(i)})
			continue
		}
		for j := range a.places[i].ways {
			if w := &a.places[i].ways[j]; leads[w.to] && !a.again(int32(i), w) {
				open[i]++
			}
		}
	}
	for q.Len() > 0 {
		c := heap.Pop(q).(cost)
		if settled[c.at] {
			continue
		}
		settled[c.at], value[c.at] = true, c.of
		for _, b := range a.places[c.at].back {
			if settled[b] || target(b) {
				continue
			}
			p := &a.places[b]
			for j := range p.ways {
				w := &p.ways[j]
				if w.to != c.at || a.again(b, w) {
					continue
				}
				sum := min(c.of+m(w)+extra[w.edge], endless)
				if p.choice || best {
					heap.Push(q, cost{sum, b})
					continue
				}
				open[b]--
				most[b] = max(most[b], sum)
				if open[b] == 0 {
					heap.Push(q, cost{most[b], b})
				}
			}
		}
	}
	return value
}

// again tells whether a way is the next round of a loop.
func (a *arena) again(from int32, w *way) bool {
	return a.g.Nodes[a.places[from].node].Kind == graph.Round && w.edge != nil && w.edge.Bounded
}

// next tells whether a place leads to another as to the next round only.
func (a *arena) next(from, to int32) bool {
	for j := range a.places[from].ways {
		if w := &a.places[from].ways[j]; w.to == to && !a.again(from, w) {
			return false
		}
	}
	return true
}

// rounds finds what the rounds of loops before the last cost, by the edges that lead out of them and into the last. A
// loop costs its cap times its round.
func (a *arena) rounds(m measure, leads []bool) map[*graph.Edge]int64 {
	extra := map[*graph.Edge]int64{}
	for i := len(a.loops) - 1; i >= 0; i-- { // what is within was come to later
		at := a.loops[i]
		if !leads[at] {
			continue
		}
		p := &a.places[at]
		n := a.g.Nodes[p.node]
		round := func(j int32) bool {
			r := a.g.Nodes[a.places[j].node]
			return r.Kind == graph.Round && r.Step == n.Step && a.places[j].stack == p.stack
		}
		of := a.solve(round, m, false, extra)
		var in int64
		for j := range p.ways {
			if w := &p.ways[j]; w.edge.Label == "round" && of[w.to] < endless {
				in = max(in, of[w.to]+m(w))
			}
		}
		most := a.caps(n)
		for j := range p.ways {
			switch w := &p.ways[j]; w.edge.Label {
			case "round":
				extra[w.edge] = max(extra[w.edge], min(in*(most-1), endless))
			case "done":
				extra[w.edge] = max(extra[w.edge], min(in*most, endless))
			}
		}
	}
	return extra
}

// caps is how many rounds a loop has at most.
func (a *arena) caps(n *graph.Node) int64 {
	var e ast.Expr
	switch x := n.Step.(type) {
	case *ast.Repeat:
		e = x.Most
	case *ast.ForEach:
		e = x.Most
	}
	if e != nil {
		if k, ok := a.p.ConstOf(e); ok {
			return max(k.N/1_000_000, 1)
		}
	}
	return 1000
}

// follow is the way that a solution takes from a place, up to the target or to a place that it has been at.
func (a *arena) follow(from int32, target func(int32) bool, value []int64, m measure, best bool,
	extra map[*graph.Edge]int64) (moves []Move, at int32, unbound *way) {
	leads := a.reaching(target)
	seen := map[int32]bool{}
	for at = from; !target(at) && !seen[at]; {
		seen[at] = true
		p := &a.places[at]
		var take *way
		var sum int64
		for j := range p.ways {
			w := &p.ways[j]
			if !leads[w.to] || a.again(at, w) {
				continue
			}
			s := min(value[w.to]+m(w)+extra[w.edge], endless)
			if w.open != nil && value[w.to] < endless && s >= endless && unbound == nil {
				unbound = w
			}
			if take == nil || (p.choice || best) && s < sum || !(p.choice || best) && s > sum {
				take, sum = w, s
			}
		}
		if take == nil {
			break
		}
		moves = append(moves, Move{Edge: take.edge, At: take.at})
		at = take.to
	}
	return moves, at, unbound
}

// cost is a place that is come to at a cost.
type cost struct {
	of int64
	at int32
}

type queue []cost

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].of < q[j].of }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(cost)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
