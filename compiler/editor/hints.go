package editor

import (
	"cmp"
	"slices"

	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Hint is a word that an editor shows behind a place, though it is not in the text.
type Hint struct {
	At      int // offset
	Text    string
	Tooltip string
}

// Hints are what became of the rules, and how long it takes at worst from a number to a person.
func (p *Program) Hints(path string) []Hint {
	var list []Hint
	p.Settle(p.Voice)
	for i := range p.Verdicts {
		v := &p.Verdicts[i]
		if v.Rule.File != path || v.Rule.Decl.Name == nil {
			continue
		}
		text := p.verdict(v)
		if worst, ok := rules.Worst(v.Times); ok && worst.Worst >= 0 {
			text += " " + p.seconds(worst.Worst)
		}
		list = append(list, Hint{At: v.Rule.Decl.Name.Span().End, Text: text, Tooltip: p.ruled(v.Rule.Decl)})
	}
	tree := p.Tree(path)
	if tree == nil || p.Graph == nil {
		return list
	}
	for _, d := range tree.Decls {
		n, ok := d.(*ast.NumberDecl)
		if !ok || n.Target == nil {
			continue
		}
		f := p.Checked.FlowNamed(n.Target.Text)
		if times := p.times()[f]; f != nil && len(times) > 0 {
			tip := ""
			for _, t := range times {
				tip += "- " + p.timing(t) + "\n"
			}
			list = append(list, Hint{At: n.Target.Span().End, Text: p.toAPerson(times), Tooltip: tip})
		}
	}
	return list
}

// Lens is a test that may be run from where it stands.
type Lens struct {
	At   diag.Span // its name
	Test string
}

// Lenses are the tests of a file.
func (p *Program) Lenses(path string) []Lens {
	var list []Lens
	for _, t := range p.Checked.Tests {
		if t.File != path || t.Decl.Name == nil {
			continue
		}
		if name, ok := t.Decl.Name.Plain(); ok {
			list = append(list, Lens{t.Decl.Name.Span(), name})
		}
	}
	return list
}

// Repair is one change that mends a finding.
type Repair struct {
	Finding diag.Diagnostic
	Title   string
	Edits   []diag.Edit
	Safe    bool // `rexian fix` makes it
}

// Repairs are the fixes of the findings that touch a span of a file.
func (p *Program) Repairs(path string, at diag.Span) []Repair {
	var list []Repair
	for _, d := range p.Findings {
		if d.File != path || d.Fix == nil || len(d.Fix.Edits) == 0 || d.Span.End < at.Start || at.End < d.Span.Start {
			continue
		}
		list = append(list, Repair{Finding: d, Title: d.Fix.Title.In(p.Tongue), Edits: d.Fix.Edits, Safe: d.Fix.Safe})
	}
	return list
}

// SafeRepairs are the edits of all safe fixes in a file; of two that touch the same text the first. They are in the
// order of the text.
func (p *Program) SafeRepairs(path string) []diag.Edit {
	var list []diag.Edit
	clash := func(e diag.Edit) bool {
		return e.File != path || slices.ContainsFunc(list, func(o diag.Edit) bool {
			return e.Span.Start < o.Span.End && o.Span.Start < e.Span.End || e.Span == o.Span
		})
	}
	for _, d := range p.Findings {
		if d.Fix != nil && d.Fix.Safe && !slices.ContainsFunc(d.Fix.Edits, clash) {
			list = append(list, d.Fix.Edits...)
		}
	}
	slices.SortStableFunc(list, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return list
}
