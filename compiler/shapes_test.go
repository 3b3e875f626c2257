package compiler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/compiler"
)

// shapes are the ways in which the flows of a large program hang together: the end of a flow that is the i-th of n.
var shapes = []struct {
	name string
	end  func(i, n int) string
	back bool // names go down along the shape, so that what is gone to is declared before
}{
	{"goto chain", chain, false},
	{"goto chain, backwards", chain, true},
	{"do chains", does, false},
	{"do chains, backwards", does, true},
	{"tree of menus", tree, false},
}

func chain(i, n int) string {
	if i+1 < n {
		return fmt.Sprintf("  goto @%d\n", i+1)
	}
	return "  hangup\n"
}

// deep is how many flows do each other.
const deep = 150

func does(i, n int) string {
	if i == 0 {
		var b strings.Builder
		for k := 1; k < n; k += deep {
			fmt.Fprintf(&b, "  do @%d\n", k)
		}
		return b.String() + "  hangup\n"
	}
	if i%deep != 0 && i+1 < n {
		return fmt.Sprintf("  do @%d\n  return\n", i+1)
	}
	return "  return\n"
}

func tree(i, n int) string {
	left, right := 2*i+1, 2*i+2
	switch {
	case right < n:
		return fmt.Sprintf("  menu {\n    say options\n    press 1 \"left\" goto @%d\n    press 2 \"right\" goto @%d\n"+
			"    tries 2 otherwise hangup\n  }\n", left, right)
	case left < n:
		return fmt.Sprintf("  goto @%d\n", left)
	}
	return "  hangup\n"
}

// shaped writes a program of n flows of about 50 lines each, some of them to a file, and gives the files' paths.
func shaped(tb testing.TB, shape, n, perFile int) (root string, files []string, lines int) {
	tb.Helper()
	root = tb.TempDir()
	s := shapes[shape]
	name := func(i int) string {
		if s.back {
			i = n - 1 - i
		}
		return fmt.Sprintf("f%06d", i)
	}
	for from := 0; from < n; from += perFile {
		var b strings.Builder
		if from == 0 {
			fmt.Fprintf(&b, "languages en fallback en\nnumber \"1\" enters %s\n"+
				"defaults {\n  zone \"Asia/Shanghai\"\n  on unavailable hangup\n  on error hangup\n}\n", name(0))
		}
		for i := from; i < min(from+perFile, n); i++ {
			fmt.Fprintf(&b, "flow %s {\n  say \"Welcome to service number %d of the office.\"\n", name(i), i)
			for k := range 22 {
				fmt.Fprintf(&b, "  let x%d = %d + %d * 2\n  if x%d more than %d { say \"{x%d}\" }\n", k, i, k, k, k, k)
			}
			end := s.end(i, n)
			for {
				before, after, ok := strings.Cut(end, "@")
				if !ok {
					break
				}
				var to int
				_, err := fmt.Sscan(after, &to)
				if err != nil {
					tb.Fatal(err)
				}
				end = before + name(to) + strings.TrimPrefix(after, fmt.Sprint(to))
			}
			b.WriteString(end + "}\n")
		}
		file := fmt.Sprintf("p%04d.flow", from/perFile)
		if err := os.WriteFile(filepath.Join(root, file), []byte(b.String()), 0o600); err != nil {
			tb.Fatal(err)
		}
		files, lines = append(files, file), lines+strings.Count(b.String(), "\n")
	}
	return root, files, lines
}

// judge reads and checks a program that has nothing wrong.
func judge(tb testing.TB, w *compiler.Workspace) {
	tb.Helper()
	if err := w.Load(); err != nil {
		tb.Fatal(err)
	}
	_, found, err := w.Judge(compiler.Options{})
	if err != nil || len(found) > 0 {
		tb.Fatal(err, found)
	}
}

// TestShapes checks a small program of each shape.
func TestShapes(t *testing.T) {
	for i, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			root, _, _ := shaped(t, i, 200, 50)
			w, err := compiler.Open(root)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, w)
		})
	}
}

// BenchmarkShapes reads and checks programs of 200,000 lines.
func BenchmarkShapes(b *testing.B) {
	for i, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			root, _, lines := shaped(b, i, 4200, 400)
			b.ReportMetric(float64(lines), "lines")
			b.ReportAllocs()
			for b.Loop() {
				w, err := compiler.Open(root)
				if err != nil {
					b.Fatal(err)
				}
				judge(b, w)
			}
		})
	}
}

// BenchmarkRecheck changes one file of 2,000 lines in a program of 20,000 and checks again, as an editor does at each
// key.
func BenchmarkRecheck(b *testing.B) {
	for i, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			root, files, lines := shaped(b, i, 420, 42)
			w, err := compiler.Open(root)
			if err != nil {
				b.Fatal(err)
			}
			if err := w.Load(); err != nil {
				b.Fatal(err)
			}
			src := w.Source(files[5])
			b.ReportMetric(float64(lines), "lines")
			b.ReportAllocs()
			for round := 0; b.Loop(); round++ {
				w.Overlay(files[5], fmt.Appendf(nil, "%s// %d\n", src, round))
				if err := w.Load(); err != nil {
					b.Fatal(err)
				}
				if _, found := w.Check(compiler.Options{}); len(found) > 0 {
					b.Fatal(found)
				}
			}
		})
	}
}
