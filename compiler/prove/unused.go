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
	entered := a.g.Entered()
	for i, f := range p.Flows {
		if !entered[i] {
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
