package prove

import (
	"strings"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// handlersOfDefaults walks the handlers of defaults once, for the steps in them that are never reached.
func (a *analysis) handlersOfDefaults() {
	if a.p.Defaults == nil {
		return
	}
	w := &walker{analysis: a, flow: &check.FlowInfo{Symbol: &check.Symbol{}}, file: a.defaultsFile, sum: &summary{exits: map[*check.FlowInfo]exit{}}, tell: true, entered: map[*ast.Arm]state{}}
	for _, h := range a.p.Defaults.Handlers {
		w.block(h.Body, state{live: true})
	}
}

// quietCycles finds the cycles of flows that go to each other by quiet edges, each told once, at the
// first quiet goto of the flow whose name comes first.
func (a *analysis) quietCycles() {
	a.cycles(func(e exit) bool { return e.quiet }, func(path []*check.FlowInfo, e exit) {
		a.report(diag.New("RX3006", e.file, e.ref.Span(), names(path)))
	})
}

// recursion finds flows that `do` themselves, by whatever way round.
func (a *analysis) recursion() {
	a.cycles(func(e exit) bool { return e.do && !e.quiet || e.do && e.quiet && !a.told(e) }, func(path []*check.FlowInfo, e exit) {
		a.report(diag.New("RX3007", e.file, e.ref.Span(), names(path)))
	})
}

// told says whether a finding stands at this place already.
func (a *analysis) told(e exit) bool {
	for _, d := range a.found {
		if e.ref != nil && d.File == e.file && d.Span == e.ref.Span() {
			return true
		}
	}
	return false
}

func names(path []*check.FlowInfo) string {
	all := make([]string, 0, len(path)+1)
	for _, f := range append(path, path[0]) {
		all = append(all, f.Name)
	}
	return strings.Join(all, " → ")
}

// cycles gives each cycle of the edges that follow accepts, once, in the order of the flows.
func (a *analysis) cycles(follow func(exit) bool, give func([]*check.FlowInfo, exit)) {
	const (
		fresh = iota
		open
		done
	)
	colour := map[*check.FlowInfo]int{}
	var path []*check.FlowInfo
	var visit func(f *check.FlowInfo)
	visit = func(f *check.FlowInfo) {
		colour[f] = open
		path = append(path, f)
		for _, to := range a.p.Flows { // the order of names, so that output is stable
			e, goes := a.summaries[f].exits[to]
			if !goes || e.ref == nil || !follow(e) {
				continue
			}
			switch colour[to] {
			case fresh:
				visit(to)
			case open:
				i := len(path) - 1
				for path[i] != to {
					i--
				}
				give(append([]*check.FlowInfo(nil), path[i:]...), e)
			}
		}
		path = path[:len(path)-1]
		colour[f] = done
	}
	for _, f := range a.p.Flows {
		if colour[f] == fresh {
			visit(f)
		}
	}
}
