package compiler_test

import (
	"sort"
	"strings"
	"testing"

	"rexian/lang/parse"
)

// TestExpressionsToTheirBound: an expression that the reader takes fits the machine, and one operator or one level more
// is told as such. Before, a sum of 130 names, and functions within functions from 84 on, were too large for the
// machine.
func TestExpressionsToTheirBound(t *testing.T) {
	t.Parallel()
	const head = "通话变量 丙: 数值\n流程 主流程 {\n设 甲 = 数量([1]) 设 乙 = 甲 大于 1 播放 \"{甲}。\" 如果 乙 { 播放 \"是。\" }\n"
	for _, c := range []struct{ name, before, again, middle, after, code string }{
		{"sum", "1", "+1", "", "", "RX1048"},
		{"sum of names", "甲", "+甲", "", "", "RX1048"},
		{"difference of data", "丙", "-丙", "", "", "RX1048"},
		{"product of data", "丙", "*丙", "", "", "RX1048"},
		{"quotient of calls", "数量([甲])", "/数量([甲])", "", "", "RX1034"},
		{"sums of products", "丙", "+丙*丙/丙", "", "", "RX1048"},
		{"sums of sums", "丙", "+(丙*丙/丙)", "", "", "RX1048"},
		{"sums to the right", "", "丙+(", "丙", ")", "RX1034"},
		{"minus", "", "-(", "丙", ")", "RX1034"},
		{"calls at first", "", "最大(", "甲", ", 1)", "RX1034"},
		{"calls at last", "", "最大(1, ", "甲", ")", "RX1034"},
		{"lists of calls", "", "数量([1, ", "甲", "])", "RX1034"},
		{"conditional values", "", "(如果 乙 则 1 否则 丙+", "甲", ")", "RX1048"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := func(n int) string {
				e := c.before + strings.Repeat(c.again, n) + c.middle + strings.Repeat(c.after, n)
				return head + "设 值 = " + e + " 播放 \"{值}。\"\n挂机\n}\n"
			}
			most := sort.Search(300, func(n int) bool {
				_, found := parse.Parse("a.flow", []byte(source(n)))
				return len(found) > 0
			}) - 1
			if most < 45 {
				t.Fatalf("only %d are taken", most)
			}
			if found := codesOf(judged(t, source(most), nil)); len(found) > 0 {
				t.Errorf("%d: %s", most, found)
			}
			if found := codesOf(judged(t, source(most+1), nil)); len(found) != 1 || found[0] != c.code {
				t.Errorf("%d: %s, want %s", most+1, found, c.code)
			}
		})
	}
}
