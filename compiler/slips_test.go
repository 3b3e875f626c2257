package compiler_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/lang/diag"
)

// TestSlips reads programs with one slip each, as people make them, beside the program that was meant: one finding, and
// the first fix gives the program that was meant, which compiles to the same code. What cannot be mended by a machine
// may be a tenth of them.
func TestSlips(t *testing.T) {
	list := slips(t)
	mendedWell := 0
	for _, s := range list {
		found := s.findings(t, s.wrote)
		if len(found) != 1 {
			t.Errorf("%s: %d findings\n%s", s.title, len(found), shown(s.wrote, found))
			continue
		}
		if found[0].Fix == nil {
			t.Logf("%s: no fix\n%s", s.title, shown(s.wrote, found))
			continue
		}
		have, want := s.compiled(t, mended(s.wrote, found[0].Fix)), s.compiled(t, s.meant)
		if want == nil {
			t.Errorf("%s: what was meant does not compile", s.title)
		}
		if !bytes.Equal(have, want) {
			t.Logf("%s: the fix gives\n%s", s.title, mended(s.wrote, found[0].Fix))
			continue
		}
		mendedWell++
	}
	total := len(list)
	t.Logf("%d of %d are mended as meant", mendedWell, total)
	if mendedWell*10 < total*9 {
		t.Errorf("only %d of %d are mended as meant", mendedWell, total)
	}
}

// slip is a program as a beginner writes it, and as it was meant.
type slip struct {
	broken
	wrote, meant string
}

// slips are those of testdata/slips.
func slips(t *testing.T) (list []*slip) {
	t.Helper()
	text, err := os.ReadFile("testdata/slips/slips.txt")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split("\n"+string(text), "\n=== ")
	for _, part := range parts[1:] {
		title, programs, _ := strings.Cut(part, "\n")
		wrote, meant, ok := strings.Cut(programs, "--- meant\n")
		if !ok {
			t.Fatalf("%s: what was meant?", title)
		}
		list = append(list, &slip{broken{title: title, base: parts[0]}, wrote, meant})
	}
	return list
}

// compiled compiles a case to the bytes of its bundle, without places in the source; nil if it has errors.
func (b *broken) compiled(t *testing.T, source string) []byte {
	t.Helper()
	p, found, err := b.loaded(t, source).Build(compiler.Options{Today: today})
	if err != nil {
		if !diag.HasErrors(found) {
			t.Fatal(err)
		}
		return nil
	}
	for i := range p.Funcs {
		p.Funcs[i].Places = nil
	}
	out, err := bundle.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
