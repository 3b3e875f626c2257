package check

import (
	"slices"

	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// misuses are the codes that say that a function of the library is called, or its answer taken, in another way than its
// signature has it. What else is wrong within a call has nothing to do with the function.
var misuses = []diag.Code{"RX2101", "RX2102", "RX2103", "RX2105", "RX2117", "RX2122", "RX2123", "RX2124", "RX2129",
	"RX6003"}

// documented runs f, which checks a call of a function, and puts the function's documentation beside what it finds.
// What a call within the call was told already stays with that.
func (c *checker) documented(fn *library.Function, f func()) {
	n := len(c.diags)
	f()
	for i := n; i < len(c.diags); i++ {
		if d := &c.diags[i]; d.Notes == nil && slices.Contains(misuses, d.Code) {
			*d = d.WithNotes(notes(fn)...)
		}
	}
}

// explain puts the documentation of the function that m calls, if it calls one, beside a finding.
func explain(d *diag.Diagnostic, m *Ref) {
	if m != nil && m.Symbol != nil && m.Symbol.Lib != nil && d.Notes == nil {
		*d = d.WithNotes(notes(m.Symbol.Lib)...)
	}
}

// Notes documents the function that a step asks, if it asks one.
func (p *Program) Notes(step ast.Step) []diag.Text {
	if g := p.guards[step]; g != nil && g.Lookup != nil && g.Lookup.Symbol.Lib != nil {
		return notes(g.Lookup.Symbol.Lib)
	}
	return nil
}

// notes are a function's signature and what it does.
func notes(f *library.Function) []diag.Text { return []diag.Text{f.Signature(), f.Doc} }

// leaked reports a secret that goes where it is kept or heard. Where it is what a function answered, the function says
// so.
func (c *checker) leaked(code diag.Code, e ast.Expr) {
	d := c.report(code, e.Span())
	r, ok := e.(*ast.Ref)
	if !ok {
		return
	}
	m := c.p.RefOf(r)
	if m == nil || m.Symbol == nil {
		return
	}
	if l, ok := m.Symbol.Decl.(*ast.Let); ok && l.Source != nil {
		if from, ok := l.Source.Expr.(*ast.Ref); ok {
			explain(d, c.p.RefOf(from))
		}
		return
	}
	explain(d, m)
}
