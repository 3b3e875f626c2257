package suite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// today is 2026-10-12.
const today = 20738

var tables = map[string]string{
	"表格/办税厅.csv":  "代码,名称,地址,电话\n01,历下区税务局,解放路1号,0531-88880001\n02,市中区税务局,经四路2号,0531-88880002\n",
	"表格/传真资料.csv": "代码,名称,文件\n1000,资料目录,目录.pdf\n1001,办税指南,指南.pdf\n",
}

func readTable(path string) ([]byte, error) {
	if s, ok := tables[path]; ok {
		return []byte(s), nil
	}
	return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
}

// built compiles one source; a source with findings fails the test.
func built(t testing.TB, src string) Options {
	t.Helper()
	file, found := parse.Parse("a.flow", []byte(src))
	p, more := check.Check([]*ast.File{file}, check.Env{ReadFile: readTable, Today: today})
	for _, d := range append(found, more...) {
		if d.Severity == diag.Error {
			t.Fatalf("%s: %s «%s»", d.Code, d.Sentence(diag.Zh), src[d.Span.Start:min(d.Span.End, len(src))])
		}
	}
	g := graph.Build(p)
	out, err := emit.Emit(p, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	return Options{Checked: p, Program: out.Program, Graph: g, Sources: map[string][]byte{"a.flow": []byte(src)}}
}

func tested(t testing.TB, src string) *Report {
	t.Helper()
	report, err := Run(built(t, src))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// told is a result as a person reads it.
func told(r Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Name)
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "  %s %s\n", f.Code, f.Sentence(diag.Zh))
	}
	for _, l := range r.Transcript {
		fmt.Fprintf(&b, "  %7.3f %s %s (%d)\n", float64(l.At)/1000, l.Kind, l.Text, l.Line)
	}
	return b.String()
}

// TestHotline runs the whole hotline's own tests, in the keywords of either tongue.
func TestHotline(t *testing.T) {
	for _, name := range []string{"hotline.flow", "hotline.en.flow"} {
		src, err := os.ReadFile(filepath.Join("../../lang/parse/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		report := tested(t, string(src))
		for _, r := range report.Results {
			if !r.Passed {
				t.Errorf("%s: %s", name, told(r))
			}
		}
		if report.Passed+report.Failed != 14 || report.Coverage.Covered == 0 {
			t.Errorf("%d passed, %d failed, %d of %d edges", report.Passed, report.Failed, report.Coverage.Covered,
				report.Coverage.Edges)
		}
	}
}
