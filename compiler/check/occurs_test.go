package check_test

import (
	"path/filepath"
	"testing"

	"rexian/compiler"
	"rexian/lang/parse"
)

// nameless are the clauses whose names stand for nothing that is referred to by them: the periods of calendars, and
// what the agent's screen calls a value.
var nameless = map[string]bool{"period": true, "during": true, "attach": true}

// TestEveryNameOccurs reads whole programs: each word that stood as a name is an occurrence, so that a rename misses
// none.
func TestEveryNameOccurs(t *testing.T) {
	roots := []string{"../../flows"}
	for _, tongue := range []string{"zh", "en"} {
		lessons, err := filepath.Glob("../../examples/" + tongue + "/*")
		if err != nil || len(lessons) == 0 {
			t.Fatal("no lessons", err)
		}
		for _, l := range lessons { // one with lookups of its own needs the library that reads them
			if own, err := filepath.Glob(l + "/*/*.sql"); err != nil || len(own) == 0 {
				roots = append(roots, l)
			}
		}
	}
	seen := 0
	for _, root := range roots {
		// names of lookups that a program brings along are known to who reads its SQL files
		if own, _ := filepath.Glob(root + "/*/*.sql"); len(own) > 0 {
			continue
		}
		w, err := compiler.Open(root)
		if err == nil {
			err = w.Load()
		}
		if err != nil {
			t.Fatal(err)
		}
		p, _ := w.Check(compiler.Options{Occurrences: true})
		for _, path := range w.Paths() {
			at := map[int]bool{}
			for _, o := range p.Occurrences(path) {
				at[o.At.Start] = true
			}
			lexemes, _ := parse.Tokens(path, w.Source(path))
			var look func(list []parse.Lexeme)
			look = func(list []parse.Lexeme) {
				clause := ""
				for _, l := range list {
					if l.Class == parse.Keyword {
						clause = l.ID
					}
					for _, h := range l.Holes {
						look(h.Lexemes)
					}
					switch l.Class {
					case parse.Name, parse.Declared, parse.Field, parse.ArgName:
						_, library := p.LibraryName(path, l.Span.Start)
						if !at[l.Span.Start] && !library && l.Text != "_" && !nameless[clause] {
							t.Errorf("%s %s: %s (class %d) has no meaning", root, path, l.Text, l.Class)
						}
						seen++
					}
				}
			}
			look(lexemes)
		}
	}
	if seen < 1000 {
		t.Errorf("only %d names were seen", seen)
	}
}
