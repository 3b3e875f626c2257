package prove

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// moves finds queues that move their callers to each other in a circle: nobody would ever be served.
func (a *analysis) moves() {
	queues := a.p.Queues
	next := func(i int, give func(int)) {
		for _, item := range queues[i].Items {
			if item.Kind != words.MoveTo || item.Name == nil {
				continue
			}
			if s := a.p.Find(item.Name.Text); s != nil && s.Kind == check.Queue {
				give(s.Index)
			}
		}
	}
	components(len(queues), next, func(part []int, round bool) {
		if !round {
			return
		}
		path := shortest(slices.Min(part), a.within(part, next))
		last := queues[path[len(path)-1]]
		for _, item := range last.Items {
			if item.Kind != words.MoveTo || item.Name == nil || item.Name.Text != queues[path[0]].Name {
				continue
			}
			owner := last
			for owner.Like != nil && !slices.Contains(owner.Decl.Items, item) {
				owner = owner.Like
			}
			names := make([]diag.Text, len(path))
			for i, q := range path {
				names[i] = diag.Text{Zh: queues[q].Name, En: queues[q].Name}
			}
			a.report(diag.New("RX3016", owner.File, item.Name.Span(), circle(names)))
			return
		}
	})
}

// after marks what can follow some nodes, those included: also what follows the steps that run their flows.
func (a *analysis) after(nodes []*graph.Node) []bool {
	back := map[*graph.Flow]bool{} // whose runners have been gone on from
	for {
		seen := a.g.Flood(nodes, func(e *graph.Edge) bool { return e.Kind != graph.Hangup })
		more := false
		for _, fl := range a.g.Flows {
			if !seen[fl.Exit.ID] || back[fl] {
				continue
			}
			back[fl], more = true, true
			for _, n := range a.g.Runners(fl) {
				for _, e := range a.g.Out(n) {
					if e.Kind == graph.Next {
						nodes = append(nodes, e.To)
					}
				}
			}
		}
		if !more {
			return seen
		}
	}
}

// refusals finds calls that are refused though they have been answered: words have been said, also during a lookup,
// something was asked, or it is a call of a campaign, which is answered when its flow begins.
func (a *analysis) refusals() {
	var answered, refused []*graph.Node
	for _, n := range a.g.Nodes {
		if w, ok := n.Step.(*ast.Word); ok && w.Kind == words.Reject {
			refused = append(refused, n)
		}
	}
	if len(refused) == 0 {
		return
	}
	came := a.g.Flood(a.g.Roots(), func(*graph.Edge) bool { return true })
	for _, n := range a.g.Nodes {
		if came[n.ID] && (n.Kind == graph.Question || speaks(n.Step)) {
			answered = append(answered, n)
		}
	}
	for _, x := range a.p.Campaigns {
		for _, with := range []*ast.Ref{x.Decl.With, x.Decl.Beep} {
			if with == nil {
				continue
			}
			if f := a.p.FlowOf(with); f != nil {
				answered = append(answered, a.g.FlowOf(f).Entry)
			}
		}
	}
	after := a.after(answered)
	for _, n := range refused {
		if came[n.ID] && after[n.ID] {
			a.report(diag.New("RX3017", n.File(), n.Span()))
		}
	}
}

// speaks tells whether a step says something, which answers a call.
func speaks(s ast.Node) bool {
	var g *ast.Guard
	switch x := s.(type) {
	case *ast.Say:
		return !x.Early
	case *ast.Do:
		g = x.Guard
	case *ast.Let:
		if x.Source != nil {
			g = x.Source.Guard
		}
	}
	return g != nil && g.Playing != nil
}
