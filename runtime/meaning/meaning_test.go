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
	x := walk(p, p, 0, false)
	t.Logf("%d differences, %d situations, over %v", len(x.found), len(x.seen), x.over)
	if len(x.found) > 0 || x.over {
		t.Fatal("differs from itself")
	}
	if c := Compare(p, program(t, "../../flows", func(_, text string) string { return "// more\n" + text }),
		Limits{}); !c.Same() ||
		c.States != 0 {
		t.Errorf("comments and lines need no looking at, but %d situations were", c.States)
	}
}

func BenchmarkSelf(b *testing.B) {
	p := program(b, "../../flows", nil)
	for b.Loop() {
		walk(p, p, 0, false)
	}
}
