package check

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// guess is what the writer of a name that stands for nothing most likely meant. It is looked for once a name, for the
// message and for the fix.
type guess struct {
	near string // the nearest name, "" if none is
	mend string // what to replace the name by: the one that people mean by this word, or the nearest
}

// guessed finds what is meant by a word among the names of some sets.
func guessed(word string, sets ...*diag.Names) guess {
	near := diag.Nearest(word, sets...)
	return guess{near: near, mend: cmp.Or(alias(word, sets), near)}
}

// guessedOf is guessed among a few names.
func guessedOf(word string, few []string) guess { return guessed(word, diag.NamesOf(few)) }

// alias is the name of some sets that people mean by another word, "" if there is none.
func alias(text string, sets []*diag.Names) string {
	for _, s := range aliases[text] {
		for _, n := range sets {
			if n.Has(s) {
				return s
			}
		}
	}
	return ""
}

// said is the end of a message about an unknown word: the word that was most likely meant, if there is one.
func (g guess) said() diag.Text {
	if g.near == "" {
		return diag.Text{}
	}
	return diag.Text{Zh: "，是不是“" + g.near + "”？", En: "; did you mean " + g.near + "?"}
}

// fix offers to replace a name by the one that was most likely meant.
func (c *checker) fix(d *diag.Diagnostic, n *ast.Name, g guess) {
	if g.mend != "" {
		*d = d.WithFix(c.change(n.Span(), g.mend))
	}
}

// fixText offers to replace a text in quotes.
func (c *checker) fixText(d *diag.Diagnostic, s *ast.StringLit, to string) {
	if to != "" {
		fix := c.change(s.Span(), to)
		fix.Edits[0].New = `"` + to + `"`
		*d = d.WithFix(fix)
	}
}

// names are the declared names of some kinds, a set a kind. They are gathered once a check.
func (c *checker) names(kinds ...SymbolKind) []*diag.Names {
	if c.byKind == nil {
		lists := map[SymbolKind][]string{}
		for name, s := range c.p.symbols {
			lists[s.Kind] = append(lists[s.Kind], name)
		}
		c.byKind = map[SymbolKind]*diag.Names{}
		for kind, list := range lists {
			c.byKind[kind] = diag.NamesOf(list)
		}
	}
	var sets []*diag.Names
	for _, kind := range kinds {
		if s := c.byKind[kind]; s != nil {
			sets = append(sets, s)
		}
	}
	return sets
}

// values are the kinds of declared names that a value may be.
var values = []SymbolKind{CallData, Setting, Switch, NamesList, Table, Hours, Prompt, Template, Mailbox, Queue}

// notValues are the others.
var notValues = []SymbolKind{Flow, Campaign, Calendar}

// libraryNames are the names that the library has.
func (c *checker) libraryNames() *diag.Names {
	if c.ofLibrary == nil {
		c.ofLibrary = diag.NamesOf(c.env.Library.Names())
	}
	return c.ofLibrary
}

// ticketNames are the declared types of tickets, and how a message lists them.
func (c *checker) ticketNames() (*diag.Names, diag.Text) {
	if c.tickets == nil && len(c.p.Tickets) > 0 {
		var known []string
		for _, t := range c.p.Tickets {
			known = append(known, plain(t.Name))
		}
		c.tickets = diag.NamesOf(known)
		c.ticketsSaid = listed(known)
	}
	return c.tickets, c.ticketsSaid
}

// listed is a list in a message; of a long one the first of it.
func listed(names []string) diag.Text {
	const told = 12
	if len(names) > told {
		return diag.Text{Zh: strings.Join(names[:told], "、") + "等",
			En: strings.Join(names[:told], ", ") + " and others"}
	}
	return diag.Text{Zh: strings.Join(names, "、"), En: strings.Join(names, ", ")}
}

// recordings are the files beside the program.
type recordings struct {
	files  []string
	names  *diag.Names
	byStem map[string][]string // without folder and kind, in small letters
}

// stem is a file's name without its folder and kind.
func stem(name string) string {
	return strings.ToLower(strings.TrimSuffix(path.Base(name), path.Ext(name)))
}

func recordingsOf(files []string) *recordings {
	files = slices.Clone(files)
	r := &recordings{files: files, names: diag.NamesOf(files), byStem: map[string][]string{}}
	for _, f := range files {
		r.byStem[stem(f)] = append(r.byStem[stem(f)], f)
	}
	return r
}

// likely is the file that a wrong path most likely means: the one of the same name elsewhere, or of nearly the same
// path; "" if none is, or several are.
func (r *recordings) likely(name string) string {
	if same := r.byStem[stem(name)]; len(same) == 1 {
		return same[0]
	}
	return diag.Nearest(name, r.names)
}
