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
	text, err := os.ReadFile("testdata/slips/slips.txt")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split("\n"+string(text), "\n=== ")
	mendedWell := 0
	for _, part := range parts[1:] {
		title, programs, _ := strings.Cut(part, "\n")
		slip, meant, ok := strings.Cut(programs, "--- meant\n")
		if !ok {
			t.Fatalf("%s: what was meant?", title)
		}
		b := &broken{title: title, base: parts[0]}
		found := b.findings(t, slip)
		if len(found) != 1 {
			t.Errorf("%s: %d findings\n%s", title, len(found), shown(slip, found))
			continue
		}
		if found[0].Fix == nil {
			t.Logf("%s: no fix\n%s", title, shown(slip, found))
			continue
		}
		have, want := b.compiled(t, mended(slip, found[0].Fix)), b.compiled(t, meant)
		if want == nil {
			t.Errorf("%s: what was meant does not compile", title)
		}
		if !bytes.Equal(have, want) {
			t.Logf("%s: the fix gives\n%s", title, mended(slip, found[0].Fix))
			continue
		}
		mendedWell++
	}
	total := len(parts) - 1
	t.Logf("%d of %d are mended as meant", mendedWell, total)
	if mendedWell*10 < total*9 {
		t.Errorf("only %d of %d are mended as meant", mendedWell, total)
	}
}

// compiled compiles a case to the bytes of its bundle, without places in the source; nil if it has errors.
func (b *broken) compiled(t *testing.T, source string) []byte {
	t.Helper()
	w, err := compiler.Open("testdata/broken/root")
	if err != nil {
		t.Fatal(err)
	}
	w.Overlay(baseFile, []byte(b.base))
	w.Overlay(caseFile, []byte(source))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	p, found, err := w.Build(compiler.Options{Today: today})
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
