package check_test

import (
	"os"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// FuzzCheck checks whatever the parser makes of any text: nothing panics, every finding has a sentence and a place in
// the file, and a second check of the same tree says the same.
func FuzzCheck(f *testing.F) {
	src, err := os.ReadFile("../../lang/parse/testdata/hotline.flow")
	if err != nil {
		f.Fatal(err)
	}
	// The hotline goes in declaration by declaration, so that mutations stay small.
	for _, part := range strings.Split(string(src), "\n\n") {
		f.Add(part)
	}
	for _, e := range diag.All() {
		if len(e.Bad) < 2000 {
			f.Add(e.Bad)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 8000 {
			return
		}
		file, _ := parse.Parse("a.flow", []byte(text))
		env := check.Env{ReadFile: readTable, Today: today}
		p, found := check.Check([]*ast.File{file}, env)
		_, again := check.Check([]*ast.File{file}, env)
		if p == nil || len(found) != len(again) {
			t.Fatalf("%d findings, then %d", len(found), len(again))
		}
		for i, d := range found {
			if d.Code != again[i].Code || d.Span != again[i].Span {
				t.Fatalf("%v, then %v", d, again[i])
			}
			if d.Span.Start < 0 || d.Span.End > len(text) || d.Span.Start > d.Span.End {
				t.Fatalf("%s lies at %v of %d bytes", d.Code, d.Span, len(text))
			}
			if d.Sentence(diag.Zh) == "" || d.Sentence(diag.En) == "" {
				t.Fatalf("%s says nothing", d.Code)
			}
			if d.Fix != nil {
				for _, e := range d.Fix.Edits {
					if e.Span.Start < 0 || e.Span.End > len(text) || e.Span.Start > e.Span.End {
						t.Fatalf("the fix of %s lies at %v of %d bytes", d.Code, e.Span, len(text))
					}
				}
			}
		}
	})
}
