package main

import (
	"bytes"
	"testing"

	"rexian/lang/diag"
)

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
	list, found := trees(files)
	_, more := judge(list)
	for i, d := range append(found, more...) {
		if i == 10 {
			t.Fatal("and more")
		}
		t.Errorf("%s at byte %d: %s %s", d.File, d.Span.Start, d.Code, d.Sentence(diag.Zh))
	}
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
	for name := range results {
		src, err := program(name + ".flow")
		if err != nil {
			t.Fatal(err)
		}
		list, found := trees([]Source{{"defaults.flow", []byte(defaults)}, {name + ".flow", []byte(src)}})
		_, more := judge(list)
		for _, d := range append(found, more...) {
			t.Errorf("%s at byte %d: %s %s", d.File, d.Span.Start, d.Code, d.Sentence(diag.En))
		}
	}
}
