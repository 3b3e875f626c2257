package prove

import (
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// ends reports the paths that come to an end which is none: of a flow that neither ends the call nor returns, of an arm
// that has nothing to go on to.
func (a *analysis) ends() {
	for _, n := range a.g.Nodes {
		if n.Kind != graph.Fall || !a.g.Live(n) {
			continue
		}
		if code := diag.Code(n.Tag); code == "RX3102" {
			a.report(diag.New(code, n.File(), n.Span()))
		} else {
			a.report(diag.New(code, n.File(), n.Span(), n.Flow().Name))
		}
	}
}

// unreachable reports the first step of a block that no path comes to, because the one before it never goes on.
func (a *analysis) unreachable() {
	for _, f := range a.p.Files {
		for _, b := range f.Outline().Blocks {
			a.block(f.Path, b)
		}
	}
}

func (a *analysis) block(file string, b *ast.Block) {
	for i, s := range b.Steps {
		if i == 0 {
			continue
		}
		before, n := a.g.NodeOf(b.Steps[i-1]), a.g.NodeOf(s)
		if before != nil && n != nil && a.g.Live(before) && !a.g.Live(n) {
			a.report(diag.New("RX3003", file, s.Span()))
			return
		}
	}
}

// uncaught reports the outcomes that nobody takes.
func (a *analysis) uncaught() {
	for _, u := range a.g.Uncaught() {
		code := diag.Code("RX3101")
		if u.Written {
			code = "RX3114"
		}
		step, _ := u.Step.Step.(ast.Step)
		d := diag.New(code, u.Step.File(), check.HeadSpan(step), library.TagList(u.Tags))
		a.report(d.WithNotes(a.p.Notes(step)...))
	}
}
