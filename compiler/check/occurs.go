package check

import (
	"cmp"
	"maps"
	"slices"

	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Occurrence is a name where it stands. Exactly one of Symbol and Field is set.
type Occurrence struct {
	At     diag.Span
	Symbol *Symbol
	Field  *types.Field // of a record, after a dot or before a colon
	Decl   bool         // here it is declared; of a field, the column of a table

	name  *ast.Name // At, wherever it has been moved to
	owner *FlowInfo // in whose names and body it stands
}

// Occurrences are the names of a file whose meaning was found, in the order of the text; none unless Env.Occurrences
// asked for them.
func (p *Program) Occurrences(file string) []Occurrence { return p.occurs[file] }

// Symbols are the declared things, by name.
func (p *Program) Symbols() []*Symbol {
	return slices.SortedFunc(maps.Values(p.symbols), func(a, b *Symbol) int { return cmp.Compare(a.Name, b.Name) })
}

// KindText is what a kind of symbol is called, in both tongues.
func KindText(k SymbolKind) diag.Text { return kindText[k] }

// occurs notes that a name stands for something.
func (c *checker) occurs(n *ast.Name, s *Symbol) {
	if c.p.occurs != nil && n != nil && n.Text != "" {
		c.p.occurs[c.file] = append(c.p.occurs[c.file], Occurrence{At: n.Span(), Symbol: s, name: n, owner: c.owner})
	}
}

func (c *checker) declares(n *ast.Name, s *Symbol) {
	if c.p.occurs != nil && n.Text != "" {
		c.p.occurs[c.file] = append(c.p.occurs[c.file],
			Occurrence{At: n.Span(), Symbol: s, Decl: true, name: n, owner: c.owner})
	}
}

func (c *checker) occursField(n *ast.Name, f *types.Field, decl bool) {
	if c.p.occurs != nil {
		c.p.occurs[c.file] = append(c.p.occurs[c.file],
			Occurrence{At: n.Span(), Field: f, Decl: decl, name: n, owner: c.owner})
	}
}

// sortOccurrences puts them into the order of the text. What was looked at twice is there once.
func (c *checker) sortOccurrences() {
	for file, list := range c.p.occurs {
		slices.SortStableFunc(list, func(a, b Occurrence) int {
			return cmp.Or(cmp.Compare(a.At.Start, b.At.Start), cmp.Compare(a.At.End, b.At.End))
		})
		c.p.occurs[file] = slices.CompactFunc(list, func(a, b Occurrence) bool { return a.At == b.At })
	}
}
