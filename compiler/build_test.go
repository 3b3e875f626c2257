package compiler_test

import (
	"bytes"
	"errors"
	"testing"

	"rexian/compiler"
	"rexian/compiler/bundle"
)

// TestBuildIsReproducible: the same sources give the same bytes, however they lie in files; another word gives
// others.
func TestBuildIsReproducible(t *testing.T) {
	encoded := func(files map[string]string) []byte {
		t.Helper()
		program, found, err := loaded(t, writeTree(t, files)).Build(compiler.Options{})
		if err != nil {
			t.Fatal(err, codes(found))
		}
		b, err := bundle.Encode(program)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a := encoded(map[string]string{"a.flow": entry, "b.flow": flow + words})
	if b := encoded(map[string]string{"a.flow": entry, "b.flow": flow + words}); !bytes.Equal(a, b) {
		t.Error("one program, two bundles")
	}
	if b := encoded(map[string]string{"a.flow": entry, "b.flow": flow + "提示语 欢迎词 { 中文 \"再见。\" }\n"}); bytes.Equal(a,
		b) {
		t.Error("two programs, one bundle")
	}
}

// TestBuildRefusesErrors: a program with errors is not built.
func TestBuildRefusesErrors(t *testing.T) {
	program, found, err := loaded(t, writeTree(t, map[string]string{"a.flow": entry + flow})).Build(compiler.Options{})
	if program != nil || !errors.Is(err, compiler.ErrFindings) || codes(found) != "a.flow:RX2001" {
		t.Errorf("have %v, %s, %v", program, codes(found), err)
	}
}
