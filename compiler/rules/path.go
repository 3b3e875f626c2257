package rules

import (
	"rexian/compiler/check"
	"rexian/compiler/graph"
)

// Path is a way through the program that shows something: where the call comes in, and the edges that it takes from
// there. An edge that leaves a flow's Entry to a handler is taken where the step of Event waits.
type Path struct {
	Begin Begin
	Moves []Move
	To    *graph.Node // where it leads
	// Without are edges that the way does without: those by which the rule would be kept.
	Without []*graph.Edge
	// Given is what the rule's `when` says of hours, switches, and lists that hold the caller.
	Given []Assumption
}

// Assumption is hours that are open, a switch that is on, or a list that holds the caller; or that is not so.
type Assumption struct {
	Of *check.Symbol
	So bool
}

// Move is one edge of a path.
type Move struct {
	Edge *graph.Edge
	// At is where an event came that a handler is for: the step that waited, or failed; nil for all other edges.
	At *graph.Node
}

// trace is the way to an item.
func (w *walk) trace(goal int32) *Path {
	p := &Path{To: w.g.Nodes[w.items[goal].node]}
	var back []Move // from the last to the first
	var down func(i, stop int32) int32
	down = func(i, stop int32) int32 { // gives the first item
		for {
			it := w.items[i]
			if it.pred < 0 || i == stop {
				return i
			}
			switch {
			case it.edge != nil:
				m := Move{Edge: it.edge}
				if it.edge.From.Kind == graph.Entry && it.edge.Arm != nil {
					m.At = w.source(it.pred)
				}
				back = append(back, m)
			case it.inner < 0: // an event at its own place
				i = it.pred
				continue
			}
			if it.inner >= 0 {
				entry := w.contexts[w.items[it.inner].ctx].entry
				down(it.inner, entry)
				back = append(back, Move{Edge: w.doing(it.pred, entry)})
			}
			i = it.pred
		}
	}
	first := down(goal, -1)
	for _, e := range w.g.Edges {
		if w.passes(e, w) {
			p.Without = append(p.Without, e)
		}
	}
	for i := len(back) - 1; i >= 0; i-- {
		p.Moves = append(p.Moves, back[i])
	}
	fl := w.contexts[w.items[first].ctx].flow
	for _, b := range w.begins {
		if w.g.FlowOf(b.Flow).Index == int(fl) {
			p.Begin = b
			break
		}
	}
	return p
}

// source is the step at which an event came.
func (w *walk) source(i int32) *graph.Node {
	for w.items[i].inner >= 0 {
		i = w.items[i].inner
	}
	return w.g.Nodes[w.items[i].node]
}

// doing is the edge by which a step goes into a flow.
func (w *walk) doing(caller, entry int32) *graph.Edge {
	for _, e := range w.g.Out(w.g.Nodes[w.items[caller].node]) {
		if e.Kind == graph.Do && e.To.ID == w.items[entry].node {
			return e
		}
	}
	return nil
}
