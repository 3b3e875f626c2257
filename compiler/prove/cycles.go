package prove

import (
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// recursion finds flows that `do` themselves, by whatever way round, and those that do each other deeper than the
// machine can.
func (a *analysis) recursion() {
	flows := a.g.Flows
	next := func(i int, give func(int)) {
		for _, s := range flows[i].Sites {
			if a.g.Live(s.Node) {
				give(s.To.Index)
			}
		}
	}
	a.circles = make([]int, len(flows))
	for i := range a.circles {
		a.circles[i] = -1
	}
	var order []int
	components(len(flows), next, func(part []int, round bool) {
		order = append(order, part[0])
		if !round {
			return
		}
		for _, i := range part {
			a.circles[i] = part[0]
		}
		path := shortest(slices.Min(part), a.within(part, next))
		s := a.siteBetween(flows[path[len(path)-1]], flows[path[0]])
		a.report(diag.New("RX3007", s.Node.File(), placeOf(s.Node), a.names(path)))
	})
	a.depth(order, next)
}

// within keeps to the members of a part.
func (a *analysis) within(part []int, next func(int, func(int))) func(int, func(int)) {
	in := make(map[int]bool, len(part))
	for _, i := range part {
		in[i] = true
	}
	return func(i int, give func(int)) {
		next(i, func(j int) {
			if in[j] {
				give(j)
			}
		})
	}
}

func (a *analysis) siteBetween(from, to *graph.Flow) *graph.Site {
	for _, s := range from.Sites {
		if s.To == to && a.g.Live(s.Node) {
			return s
		}
	}
	return nil
}

// depth finds the longest row of flows that do each other. In order those that are done come first.
func (a *analysis) depth(order []int, next func(int, func(int))) {
	deep := make([]int, len(a.g.Flows))
	below := make([]int, len(a.g.Flows)) // by which the row goes on
	top := 0
	for _, i := range order {
		if a.circles[i] >= 0 {
			continue
		}
		deep[i], below[i] = 1, -1
		next(i, func(j int) {
			if deep[j]+1 > deep[i] {
				deep[i], below[i] = deep[j]+1, j
			}
		})
		if deep[i] > deep[top] || deep[i] == deep[top] && i < top {
			top = i
		}
	}
	if deep[top] <= bundle.MaxFrames {
		return
	}
	at := top
	for range bundle.MaxFrames - 1 {
		at = below[at]
	}
	s := a.siteBetween(a.g.Flows[at], a.g.Flows[below[at]])
	a.report(diag.New("RX3011", s.Node.File(), placeOf(s.Node), a.g.Flows[top].Info.Name, deep[top], bundle.MaxFrames))
}

// placeOf is the part of a step that names where it goes.
func placeOf(n *graph.Node) diag.Span {
	switch x := n.Step.(type) {
	case *ast.Goto:
		return x.Target.Span()
	case *ast.Do:
		return x.Call.Span()
	case *ast.Let:
		if x.Source != nil && x.Source.Do != nil {
			return x.Source.Do.Span()
		}
	}
	return n.Span()
}

// names writes a row of flows that closes in a circle.
func (a *analysis) names(path []int) diag.Text {
	names := make([]diag.Text, len(path))
	for at, i := range path {
		names[at] = diag.Text{Zh: "缺省", En: "defaults"}
		if info := a.g.Flows[i].Info; info != nil {
			names[at] = diag.Text{Zh: info.Name, En: info.Name}
		}
	}
	return circle(names)
}

// circle writes names that close in a circle.
func circle(names []diag.Text) diag.Text {
	var zh, en []string
	for _, n := range append(slices.Clone(names), names[0]) {
		zh, en = append(zh, n.Zh), append(en, n.En)
	}
	return diag.Text{Zh: strings.Join(zh, " → "), En: strings.Join(en, " → ")}
}

// mostCycles is how many circles of one knot are told.
const mostCycles = 8

// quietCycles finds the cycles of quiet edges. One that an `again` closes is told there; others, of flows that go to
// each other, at the goto that closes the shortest way round from the flow whose name comes first.
func (a *analysis) quietCycles() {
	follow := func(e *graph.Edge) bool { return a.g.Quiet(e) && !a.recursive(e) }
	whole := a.knots(nil, follow)
	in := map[*graph.Node]int{}
	for i, knot := range whole {
		for _, n := range knot {
			in[n] = i + 1
		}
	}
	again := func(e *graph.Edge) bool {
		w, ok := e.From.Step.(*ast.Word)
		return ok && w.Kind == words.Again
	}
	for _, knot := range whole {
		for _, n := range knot {
			for _, e := range a.g.Out(n) {
				if again(e) && in[e.To] == in[n] {
					a.report(diag.New("RX3005", n.File(), n.Span()))
				}
			}
		}
		told := map[*graph.Edge]bool{}
		rest := func(e *graph.Edge) bool { return follow(e) && !again(e) && !told[e] }
		for range mostCycles {
			left := a.knots(knot, rest)
			if len(left) == 0 {
				break
			}
			for _, k := range left {
				e := a.circle(k, rest)
				told[e] = true
			}
		}
	}
}

// recursive tells whether an edge goes into a flow of a circle of flows that do each other, which has been told.
func (a *analysis) recursive(e *graph.Edge) bool {
	if e.Kind != graph.Do {
		return false
	}
	return a.circles[e.From.Of.Index] >= 0 && a.circles[e.From.Of.Index] == a.circles[e.To.Of.Index]
}

// knots are the sets of nodes that lead to each other: among some nodes, or all that can be come to.
func (a *analysis) knots(among []*graph.Node, follow func(*graph.Edge) bool) [][]*graph.Node {
	nodes := among
	if nodes == nil {
		nodes = a.g.Nodes
	}
	at := make([]int32, len(a.g.Nodes)) // 1 + place in nodes
	if among != nil {
		at = nil
	}
	place := map[*graph.Node]int{}
	for i, n := range nodes {
		if at != nil {
			at[n.ID] = int32(i) + 1
		} else {
			place[n] = i + 1
		}
	}
	where := func(n *graph.Node) int {
		if at != nil {
			return int(at[n.ID]) - 1
		}
		return place[n] - 1
	}
	next := func(i int, give func(int)) {
		if !a.g.Live(nodes[i]) {
			return
		}
		for _, e := range a.g.Out(nodes[i]) {
			if j := where(e.To); j >= 0 && follow(e) {
				give(j)
			}
		}
	}
	var list [][]*graph.Node
	components(len(nodes), next, func(part []int, round bool) {
		if !round {
			return
		}
		slices.Sort(part)
		knot := make([]*graph.Node, len(part))
		for i, at := range part {
			knot[i] = nodes[at]
		}
		list = append(list, knot)
	})
	return list
}

// circle reports the shortest way round in a knot from the beginning of the flow whose name comes first, and gives the
// edge that closes it.
func (a *analysis) circle(knot []*graph.Node, follow func(*graph.Edge) bool) *graph.Edge {
	var start *graph.Node
	in := map[*graph.Node]bool{}
	for _, n := range knot {
		in[n] = true
		if n.Kind == graph.Entry && (start == nil || n.Of.Index < start.Of.Index) {
			start = n
		}
	}
	if start == nil {
		start = knot[0]
	}
	by := map[*graph.Node]*graph.Edge{}
	queue := []*graph.Node{start}
	for by[start] == nil && len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, e := range a.g.Out(n) {
			if in[e.To] && follow(e) && by[e.To] == nil {
				by[e.To] = e
				queue = append(queue, e.To)
			}
		}
	}
	closing := by[start]
	path := []int{start.Of.Index}
	for n := closing.From; n != start; n = by[n].From {
		if n.Of.Index != path[len(path)-1] {
			path = append(path, n.Of.Index)
		}
	}
	if len(path) > 1 && path[len(path)-1] == start.Of.Index {
		path = path[:len(path)-1]
	}
	slices.Reverse(path[1:])
	a.report(diag.New("RX3006", closing.From.File(), placeOf(closing.From), a.names(path)))
	return closing
}
