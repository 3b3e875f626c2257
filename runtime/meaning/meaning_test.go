package meaning

import (
	"testing"

	"rexian/compiler"
	"rexian/compiler/bundle"
)

// program builds a folder; edit changes files of it first.
func program(tb testing.TB, dir string, edit func(path, text string) string) *bundle.Program {
	tb.Helper()
	w, err := compiler.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	if err := w.Load(); err != nil {
		tb.Fatal(err)
	}
	if edit != nil {
		for _, path := range w.Paths() {
			w.Overlay(path, []byte(edit(path, string(w.Source(path)))))
		}
		if err := w.Load(); err != nil {
			tb.Fatal(err)
		}
	}
	p, found, err := w.Build(compiler.Options{})
	if err != nil {
		tb.Fatalf("%v: %v", err, found)
	}
	return p
}

func TestSelf(t *testing.T) {
	p := program(t, "../../flows", nil)
	c := Compare(p, p, Limits{})
	t.Logf("%+v states %d decided %v", len(c.Differences), c.States, c.Decided)
	if !c.Same() {
		t.Fatal("differs from itself")
	}
}

func BenchmarkSelf(b *testing.B) {
	p := program(b, "../../flows", nil)
	for b.Loop() {
		Compare(p, p, Limits{})
	}
}
