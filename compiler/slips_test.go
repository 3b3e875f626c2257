package compiler_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// TestSlips reads programs with one slip each, as people make them, beside the program that was meant: one finding, at
// the place where the slip is marked, and the first fix gives the program that was meant, which compiles to the same
// code. What cannot be mended by a machine may be a tenth of each file.
func TestSlips(t *testing.T) {
	for _, path := range slipFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			list := slips(t, path)
			well := 0
			for _, s := range list {
				if s.mends(t) {
					well++
				}
			}
			t.Logf("%d of %d are mended as meant", well, len(list))
			if well*10 < len(list)*9 {
				t.Errorf("only %d of %d are mended as meant", well, len(list))
			}
		})
	}
}

func slipFiles(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/slips/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no slips: %v", err)
	}
	return paths
}

// slip is a program as a beginner writes it, and as it was meant.
type slip struct {
	broken
	wrote, meant string
	at           int // the byte at which the finding should be; -1 if that is not said
}

// place marks in what was written where the finding should be.
const place = "▸"

// slips are those of an archive.
func slips(t *testing.T, path string) (list []*slip) {
	t.Helper()
	text, err := os.ReadFile(path)
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
		list = append(list, &slip{broken{title: title, base: parts[0]}, strings.Replace(wrote, place, "", 1), meant,
			strings.Index(wrote, place)})
	}
	return list
}

// mends tells whether the first fix gives the program that was meant. More or less than one finding, one at another
// place, and a program that was meant and is wrong, are faults.
func (s *slip) mends(t *testing.T) bool {
	t.Helper()
	found := s.findings(t, s.wrote)
	if len(found) != 1 {
		t.Errorf("%s: %d findings\n%s", s.title, len(found), shown(s.wrote, found))
		return false
	}
	if s.at >= 0 && (found[0].File != caseFile || found[0].Span.Start != s.at) {
		t.Errorf("%s: the finding is not at the slip\n%s", s.title, shown(s.wrote, found))
	}
	want := s.compiled(t, s.meant)
	if want == nil {
		t.Errorf("%s: what was meant does not compile", s.title)
	}
	if found[0].Fix == nil {
		t.Logf("%s: no fix\n%s", s.title, shown(s.wrote, found))
		return false
	}
	if !bytes.Equal(s.compiled(t, mended(s.wrote, found[0].Fix)), want) {
		t.Logf("%s: the fix gives\n%s", s.title, mended(s.wrote, found[0].Fix))
		return false
	}
	return true
}

// compiled compiles a case to the bytes of its bundle, without places in the source, and adds the tests and rules,
// which are no code; nil if it has errors.
func (b *broken) compiled(t *testing.T, source string) []byte {
	t.Helper()
	w := b.loaded(t, source)
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
	aside := bytes.NewBuffer(out)
	for _, d := range w.Tree(caseFile).Decls {
		switch d.(type) {
		case *ast.TestDecl, *ast.RuleDecl:
			if err := ast.Dump(aside, d, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	return aside.Bytes()
}
