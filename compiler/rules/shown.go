package rules

import (
	"slices"

	"rexian/compiler/graph"
)

// Another is another path that breaks the rule, takes none of some edges and has none of some beginnings; nil if there
// is none. It is for whoever has found no call that does: conditions are reasoned about only as far as package rules
// knows them.
func (v *Verdict) Another(avoid []*graph.Edge, begins []Begin) *Path {
	if v.by == nil {
		return nil
	}
	all := v.by.begins
	v.by.avoided = avoid
	v.by.begins = slices.DeleteFunc(slices.Clone(all), func(b Begin) bool { return slices.Contains(begins, b) })
	defer func() { v.by.avoided, v.by.begins = nil, all }()
	if other := v.by.decide(v.Rule); other.State == Refuted {
		return other.Path
	}
	return nil
}

func (d *decider) avoids(e *graph.Edge) bool {
	return len(d.avoided) > 0 && slices.Contains(d.avoided, e)
}

// Breaks tells whether a call that took some edges from its beginning on, in their order, breaks a rule about what
// comes before a point, or that none is come to. It is false for all other rules.
func (v *Verdict) Breaks(begin Begin, course []*graph.Edge) bool {
	if v.by == nil {
		return false
	}
	c := &claim{decider: v.by, Claim: v.Rule.Decl.Claim, v: v}
	satisfied := func(e *graph.Edge) bool { return false }
	switch p := c.p.SymbolOf(c.Ref); c.Kind {
	case "no path reaches":
	case "every path says":
		satisfied = func(e *graph.Edge) bool { return c.says(e.From, p) && e.Kind != graph.Hangup }
	case "every path does":
		satisfied = func(e *graph.Edge) bool { return e.Kind == graph.Next && c.does(e.From, p) }
	default:
		return false
	}
	from := c.from()
	counts := from == nil
	arrives := func(n *graph.Node) bool {
		for range len(c.g.Nodes) {
			counts = counts || n.Kind == graph.Entry && n.Of == from
			if counts && c.atPoint(n) {
				return true
			}
			out := c.g.Out(n)
			if len(out) != 1 || out[0].ID >= 0 || out[0].Needs != nil {
				return false
			}
			n = out[0].To
		}
		return false
	}
	fl := c.g.FlowOf(begin.Flow)
	if fl != nil && arrives(fl.Entry) {
		return true
	}
	for _, e := range course {
		if satisfied(e) {
			counts = false
			if from == nil {
				return false
			}
		}
		if arrives(e.To) {
			return true
		}
	}
	return false
}

func (c *claim) atPoint(n *graph.Node) bool {
	for _, p := range c.Points {
		if c.isPoint(n, p) {
			return true
		}
	}
	return false
}
