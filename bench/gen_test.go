package main

import (
	"bytes"
	"testing"

	"rexian/compiler/analyse"
	"rexian/compiler/check"
	"rexian/lang/diag"
)

// findings are all that the compiler says about a program, warnings too.
func findings(files []Source) []diag.Diagnostic {
	trees, found := readAll(files)
	p, more := check.Check(trees, check.Env{Today: today})
	found = append(found, more...)
	if diag.HasErrors(found) {
		return found
	}
	return append(found, analyse.Program(p)...)
}

func sayFindings(t *testing.T, files []Source) {
	t.Helper()
	for i, d := range findings(files) {
		if i == 10 {
			t.Fatal("and more")
		}
		t.Errorf("%s at byte %d: %s %s", d.File, d.Span.Start, d.Code, d.Sentence(diag.En))
	}
}

// The generated hotline is a valid program of the size it claims: without an error, and without a warning either.
func TestGeneratedProgramIsClean(t *testing.T) {
	files := Generate()
	if len(files) != GenFiles {
		t.Fatalf("%d files, want %d", len(files), GenFiles)
	}
	for _, f := range files {
		if n := bytes.Count(f.Text, []byte("\n")); n != GenLines {
			t.Errorf("%s has %d lines, want %d", f.Path, n, GenLines)
		}
	}
	sayFindings(t, files)
}

func TestGeneratedProgramIsTheSameEveryTime(t *testing.T) {
	a, b := Generate(), Generate()
	for i := range a {
		if a[i].Path != b[i].Path || !bytes.Equal(a[i].Text, b[i].Text) {
			t.Fatalf("file %d differs", i)
		}
	}
}

// Our programs are as sound as the generated one.
func TestProgramsAreClean(t *testing.T) {
	for _, name := range []string{"arith", "calls", "menu", "resume"} {
		t.Run(name, func(t *testing.T) {
			src, err := program(name + ".flow")
			if err != nil {
				t.Fatal(err)
			}
			sayFindings(t, sources(src))
		})
	}
}
