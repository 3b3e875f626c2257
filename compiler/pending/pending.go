// Package pending is the one list of the words that are read and checked and that this server does not carry out yet: a
// row for each. `check` warns where an author has written one, the server says at its start which ones its flows use,
// SPEC.md prints the list, and a law compares it with the code: what the list names nothing at run time reads, and what
// nothing reads stands in the list. A word that gets carried out loses its row.
package pending

import (
	"reflect"
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// Word is one word that is not carried out.
type Word struct {
	ID    string    // of its keyword
	Place diag.Text // where it is written
	Lacks diag.Text // what happens instead, in half a sentence
	// Fields are the bundle's that hold it, as Type.Field or Type.*; sites as Site and the kind's name. None for what
	// is not in the bundle.
	Fields []string

	in func(n ast.Node) []ast.Node // where a node says it
}

// Words is the list.
var Words = []Word{
	{ID: "fax", Place: diag.Text{Zh: "步骤", En: "step"}, Fields: []string{"Site.fax"}, in: step[*ast.Fax],
		Lacks: diag.Text{Zh: "总是“不可用”", En: "it always ends in unavailable"}},
	{ID: "receive fax", Place: diag.Text{Zh: "步骤", En: "step"}, Fields: []string{"Site.receive fax"},
		in: step[*ast.ReceiveFax], Lacks: diag.Text{Zh: "总是“不可用”", En: "it always ends in unavailable"}},
}

// step finds a step of a type.
func step[T ast.Node](n ast.Node) []ast.Node {
	if _, ok := n.(T); ok {
		return []ast.Node{n}
	}
	return nil
}

// Spelling is the word as an author writes it.
func (w Word) Spelling() diag.Text {
	k := words.ByID(words.Contextual, w.ID)
	return diag.Text{Zh: k.Chinese[0], En: k.English[0]}
}

// Find warns of the words that a program uses: once each, at the first place, with the number of the others.
func Find(files []*ast.File) []diag.Diagnostic {
	list := make([]Uses, len(files))
	for i, f := range files {
		list[i] = In(f)
	}
	return Warn(list)
}

// Uses is where one file uses each of the words.
type Uses struct {
	file  string
	first []diag.Span // by the place of the word in Words
	count []int
}

// In finds the words that a file uses.
func In(f *ast.File) Uses {
	u := Uses{f.Path, make([]diag.Span, len(Words)), make([]int, len(Words))}
	for _, d := range f.Decls {
		ast.WalkSteps(d, func(n ast.Node) bool {
			for i := range Words {
				for _, at := range Words[i].in(n) {
					if u.count[i]++; u.count[i] == 1 {
						u.first[i] = at.Span()
					}
				}
			}
			return true
		})
	}
	return u
}

// Warn is Find for files whose uses are known.
func Warn(files []Uses) []diag.Diagnostic {
	var found []diag.Diagnostic
	for i, w := range Words {
		var first *Uses
		count := 0
		for k := range files {
			if len(files[k].count) == 0 { // it could not be read
				continue
			}
			if files[k].count[i] > 0 && first == nil {
				first = &files[k]
			}
			count += files[k].count[i]
		}
		if first == nil {
			continue
		}
		d := diag.New("RX3201", first.file, first.first[i], w.Spelling(), w.Lacks)
		if count > 1 {
			d = d.WithNotes(diag.Textf("另有 %d 处", "and in %d more [place|places]", count-1))
		}
		found = append(found, d)
	}
	return found
}

// Compiled lists the words that a compiled program uses, as far as it holds them.
func Compiled(p *bundle.Program) []Word {
	var list []Word
	for _, w := range Words {
		if slices.ContainsFunc(w.Fields, func(f string) bool { return holds(p, f) }) {
			list = append(list, w)
		}
	}
	return list
}

// holds tells whether a field of the program's tables is set anywhere.
func holds(p *bundle.Program, field string) bool {
	of, name, _ := strings.Cut(field, ".")
	if of == "Site" {
		for i := range p.Funcs {
			if slices.ContainsFunc(p.Funcs[i].Sites, func(s bundle.Site) bool { return s.Kind.String() == name }) {
				return true
			}
		}
		return false
	}
	tables := reflect.ValueOf(p).Elem()
	for i := range tables.NumField() {
		if f := tables.Field(i); f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct &&
			f.Type().Elem().Name() != "Func" && set(f, of, name) {
			return true
		}
	}
	return false
}

// set looks for a field of a type in a list of structs and in the lists that these hold.
func set(list reflect.Value, of, name string) bool {
	for i := range list.Len() {
		x := list.Index(i)
		if x.Type().Name() == of {
			if name == "*" {
				return true
			}
			if v := x.FieldByName(name); v.IsValid() && !v.IsZero() {
				return true
			}
		}
		for j := range x.NumField() {
			if f := x.Field(j); f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct &&
				set(f, of, name) {
				return true
			}
		}
	}
	return false
}
