package prove

import (
	"strings"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// unused reports declarations that nothing names, locals that nothing reads, and flows that no call,
// message or campaign can ever enter. They are warnings: half-built programs have them.
func (a *analysis) unused() {
	p := a.p
	for _, list := range [][]*check.Symbol{p.Settings, p.Switches, p.Lists, p.CallData, p.Mailboxes} {
		for _, s := range list {
			a.unusedSymbol(s)
		}
	}
	for _, t := range p.Tables {
		a.unusedSymbol(t.Symbol)
	}
	for _, c := range p.Calendars {
		a.unusedSymbol(c.Symbol)
	}
	for _, h := range p.HoursList {
		a.unusedSymbol(h.Symbol)
	}
	for _, list := range [][]*check.PromptInfo{p.Prompts, p.Templates} {
		for _, x := range list {
			a.unusedSymbol(x.Symbol)
		}
	}
	for _, q := range p.Queues {
		a.unusedSymbol(q.Symbol)
	}
	reached := a.reachedFlows()
	for _, f := range p.Flows {
		if !reached[f] {
			a.report(diag.New("RX3009", f.File, f.Span, f.Name))
			continue
		}
		for _, l := range f.Locals {
			_, isLet := l.Decl.(*ast.Let)
			if l.Kind == check.Local && isLet && l.Uses == 0 && !strings.HasPrefix(l.Name, "_") {
				a.report(diag.New("RX3010", l.File, l.Span, l.Name))
			}
		}
	}
}

func (a *analysis) unusedSymbol(s *check.Symbol) {
	if s.Uses == 0 && !strings.HasPrefix(s.Name, "_") {
		a.report(diag.New("RX3008", s.File, s.Span, s.Name))
	}
}

func (a *analysis) reachedFlows() map[*check.FlowInfo]bool {
	reached := map[*check.FlowInfo]bool{}
	var enter func(f *check.FlowInfo)
	enter = func(f *check.FlowInfo) {
		if f == nil || reached[f] {
			return
		}
		reached[f] = true
		for _, e := range f.Exits {
			enter(e.Target)
		}
		for _, d := range a.p.Flows {
			if _, goes := a.summaries[f].exits[d]; goes {
				enter(d)
			}
		}
	}
	for _, list := range [][]check.Entry{a.p.Numbers, a.p.Messages} {
		for _, e := range list {
			enter(e.Flow)
			enter(e.Otherwise)
		}
	}
	for _, c := range a.p.Campaigns {
		if c.Decl != nil && c.Decl.With != nil {
			enter(a.p.FlowOf(c.Decl.With))
		}
	}
	if a.p.Defaults != nil {
		for _, h := range a.p.Defaults.Handlers {
			ast.Walk(h, func(n ast.Node) bool {
				if r, ok := n.(*ast.Ref); ok {
					enter(a.p.FlowOf(r))
				}
				return true
			})
		}
	}
	return reached
}
