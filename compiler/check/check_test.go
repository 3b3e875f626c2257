package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// today is 2026-10-12.
const today = 20738

// tables are the files that programs of the tests may name.
var tables = map[string]string{
	"表格/办税厅.csv":  "代码,名称,地址,电话\n01,历下区税务局,解放路1号,0531-88880001\n02,市中区税务局,经四路2号,0531-88880002\n",
	"表格/传真资料.csv": "代码,名称,文件\n1000,资料目录,目录.pdf\n1001,办税指南,指南.pdf\n",
	"重复.csv":      "代码,名称\n01,甲\n01,乙\n",
	"坏.csv":       "代码,电话\n01,abc\n",
	"合并.csv":      "",
	"缺列.csv":      "代码,名字\n01,甲\n",
}

func readTable(path string) ([]byte, error) {
	if s, ok := tables[path]; ok {
		return []byte(s), nil
	}
	return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
}

// run parses and checks one source.
func run(src string) (*check.Program, []diag.Diagnostic) {
	file, found := parse.Parse("a.flow", []byte(src))
	p, more := check.Check([]*ast.File{file}, check.Env{ReadFile: readTable, Today: today})
	return p, append(found, more...)
}

// render writes findings as `line:col code sentence`, for failures.
func render(src string, list []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range list {
		before := src[:min(d.Span.Start, len(src))]
		line := strings.Count(before, "\n") + 1
		text := src[min(d.Span.Start, len(src)):min(d.Span.End, len(src))]
		if len(text) > 60 {
			text = text[:60]
		}
		b.WriteString(strings.Join([]string{"\t", string(d.Code), " line ", itoa(line), " ", d.Sentence(diag.Zh), "  «",
			text, "»\n"}, ""))
	}
	return b.String()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// TestHotline checks the whole hotline, in the keywords of either tongue: nothing is wrong with it.
func TestHotline(t *testing.T) {
	for _, name := range []string{"hotline.flow", "hotline.en.flow"} {
		src, err := os.ReadFile(filepath.Join("../../lang/parse/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, found := run(string(src)); len(found) > 0 {
			t.Errorf("%s:\n%s", name, render(string(src), found))
		}
	}
}
