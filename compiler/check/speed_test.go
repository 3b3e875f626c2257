package check_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/parse"
)

var (
	word      = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_]*`)
	onceOnly  = regexp.MustCompile(`(?m)^(语种|接入号|来信) .*$`)
	theOthers = regexp.MustCompile(`(?ms)^缺省 \{.*?^\}`)
)

// copies makes one large program of the hotline, its declared names numbered anew in each copy, one file each.
func copies(tb testing.TB, n int) (files []*ast.File, lines int) {
	src, err := os.ReadFile("../../lang/parse/testdata/hotline.flow")
	if err != nil {
		tb.Fatal(err)
	}
	p, found := run(string(src))
	if len(found) > 0 {
		tb.Fatal(render(string(src), found))
	}
	for i := range n {
		text := string(src)
		if i == 0 {
			text = strings.Replace(text, "\n缺省 {", "\n缺省 {\n  日历 中国", 1)
		} else {
			text = theOthers.ReplaceAllString(onceOnly.ReplaceAllString(text, ""), "")
			text = word.ReplaceAllStringFunc(text, func(w string) string {
				if p.Find(w) != nil {
					return fmt.Sprint(w, "甲", i)
				}
				return w
			})
		}
		text = strings.ReplaceAll(text, `表格/办税厅甲`+fmt.Sprint(i), "表格/办税厅")
		text = strings.ReplaceAll(text, `表格/传真资料甲`+fmt.Sprint(i), "表格/传真资料")
		for _, word := range []string{"规则", "测试"} { // their names in quotes are numbered too
			text = strings.ReplaceAll(text, "\n"+word+" \"", fmt.Sprint("\n", word, " \"", i))
		}
		f, found := parse.Parse(fmt.Sprintf("%03d.flow", i), []byte(text))
		if len(found) > 0 {
			tb.Fatal(render(text, found))
		}
		files = append(files, f)
		lines += strings.Count(text, "\n")
	}
	return files, lines
}

// TestLargeProgram checks some 20,000 lines. How fast, the benchmark measures.
func TestLargeProgram(t *testing.T) {
	files, lines := copies(t, 23)
	if lines < 19_500 {
		t.Fatalf("only %d lines", lines)
	}
	_, found := check.Check(files, check.Env{ReadFile: readTable, Today: today})
	if len(found) > 0 {
		t.Fatalf("%s: %v", found[0].Code, found[0])
	}
}

func BenchmarkCheck(b *testing.B) {
	files, lines := copies(b, 23)
	b.ReportMetric(float64(lines), "lines")
	b.ReportAllocs()
	for b.Loop() {
		check.Check(files, check.Env{ReadFile: readTable, Today: today})
	}
}
