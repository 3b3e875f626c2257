package main

import (
	"bytes"
	"testing"

	"rexian/compiler"
	"rexian/lang/diag"
)

// sayFindings fails the test for whatever the compiler says about a program, warnings too.
func sayFindings(t *testing.T, files []Source) {
	t.Helper()
	err := folder(files, func(root string) error {
		w, err := opened(root)
		if err != nil {
			return err
		}
		_, found := w.Check(compiler.Options{Today: today})
		for _, d := range found[:min(len(found), 10)] {
			t.Errorf("%s at byte %d: %s %s", d.File, d.Span.Start, d.Code, d.Sentence(diag.En))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
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

// That nothing is found in the generated program counts only if a fault in its last file would be.
func TestFaultInGeneratedProgramIsFound(t *testing.T) {
	files := Generate()
	last := &files[GenFiles-1]
	last.Text = bytes.Replace(last.Text, []byte("转到 还需要什么"), []byte("转到 还需要甚么"), 1)
	err := folder(files, func(root string) error {
		w, err := opened(root)
		if err != nil {
			return err
		}
		if _, err := checked(w); err == nil {
			t.Error("no error, though a flow that is not there is gone to")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
