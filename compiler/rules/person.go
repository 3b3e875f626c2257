package rules

import (
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// ToPerson measures, for each of some flows, how long it takes from its beginning to a person: to a queue
// or to a number that the caller is put through to. A flow has one time for each state of the hours that matter; those
// from which nobody is come to are marked so. Without a voice there are none.
func ToPerson(p *check.Program, g *graph.Graph, v Voice, flows []*check.FlowInfo) map[*check.FlowInfo][]Time {
	if v == nil {
		return nil
	}
	d := newDecider(p, g, v, never)
	times := map[*check.FlowInfo][]Time{}
	for _, f := range flows {
		if d.g.FlowOf(f) == nil || times[f] != nil {
			continue
		}
		r := check.Located[*ast.RuleDecl]{File: f.File, Decl: &ast.RuleDecl{Name: &ast.StringLit{},
			Claim: &ast.Claim{Kind: words.To, From: &ast.Name{Text: f.Name},
				Points: []*ast.Point{{Word: "enqueue"}, {Word: "transfer"}}}}}
		verdict := d.decide(r)
		times[f] = verdict.Times
	}
	return times
}

// Worst is the longest of some times in which a person is come to; false if none is, and negative where there is no
// bound.
func Worst(times []Time) (worst Time, ok bool) {
	for _, t := range times {
		switch {
		case !t.Reached:
		case !ok || worst.Worst >= 0 && (t.Worst < 0 || t.Worst > worst.Worst):
			worst, ok = t, true
		}
	}
	return worst, ok
}
