package parse_test

import (
	"strings"
	"testing"

	"rexian/lang/diag"
	"rexian/lang/parse"
)

// TestDepth reads what nests or goes on without end, in every shape that the grammar has: one finding, and the
// reading comes to its end. Each shape is `before`, many times `again`, `middle`, as many times `after`.
func TestDepth(t *testing.T) {
	const n = 20_000
	for _, c := range []struct {
		name                         string
		before, again, middle, after string
		code                         diag.Code
	}{
		{"sum", "设 值 = 1", "+1", "", "", "RX1048"},
		{"product", "设 值 = 1", "*1", "", "", "RX1048"},
		{"sum of products", "设 值 = 1", "+1*1", "", "", "RX1048"},
		{"or", "如果 是", " 或 是", " { 继续 }", "", "RX1048"},
		{"and", "如果 是", " 且 是", " { 继续 }", "", "RX1048"},
		{"not", "如果 ", "非 ", "是 { 继续 }", "", "RX1034"},
		{"minus", "设 值 = ", "-", "1", "", "RX1034"},
		{"parentheses", "设 值 = ", "(", "1", ")", "RX1034"},
		{"lists", "设 值 = ", "[", "1", "]", "RX1034"},
		{"records", "设 值 = ", "{a:", "1", "}", "RX1034"},
		{"calls", "设 值 = ", "数量(", "1", ")", "RX1034"},
		{"keys of tables", "设 值 = ", "表[", "1", "]", "RX1034"},
		{"conditional values", "设 值 = ", "(如果 是 则 1 否则 ", "1", ")", "RX1034"},
		{"conditions of values", "设 值 = ", "(如果 ", "是", " 则 1 否则 1)", "RX1034"},
		{"otherwise if", "如果 是 { 继续 }", " 否则 如果 是 { 继续 }", "", "", "RX1034"},
		{"if", "", "如果 是 {", "", "}", "RX1034"},
		{"menus", "", "菜单 { 按 1 ", "挂机", " 否则 挂机 }", "RX1034"},
		{"otherwise", "", "转接 值班电话 否则 {", "继续", "}", "RX1034"},
		{"match", "", "根据 值 { 否则 {", "", "}}", "RX1034"},
		{"repeat", "", "重复 最多 2次 {", "", "}", "RX1034"},
		{"for each", "", "逐条 欠税 作为 一笔 最多 2 {", "", "}", "RX1034"},
		{"blocks never closed", "", "如果 是 {", "", "", "RX1034"},
		{"brackets never closed", "设 值 = ", "(", "", "", "RX1034"},
		{"strings", "播放 \"a\"", "\"a\"", "", "", "RX1049"},
		{"one string", "播放 \"", "您好", "\"", "", "RX1049"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("流程 甲 {\n" + c.before)
			b.WriteString(strings.Repeat(c.again, n) + c.middle + strings.Repeat(c.after, n))
			b.WriteString("\n  挂机\n}\n")
			_, found := parse.Parse("a.flow", []byte(b.String()))
			if len(found) != 1 || found[0].Code != c.code {
				t.Errorf("want one %s, have %d:", c.code, len(found))
				for _, d := range found[:min(len(found), 5)] {
					t.Error(d.Code, d.Sentence(diag.En))
				}
			}
		})
	}
}

// TestDepthAllowed reads what is as deep as may be.
func TestDepthAllowed(t *testing.T) {
	for _, src := range []string{
		"设 值 = 1" + strings.Repeat("+1", 190),
		"如果 是" + strings.Repeat(" 或 是", 190) + " { 继续 }",
		"设 值 = " + strings.Repeat("(", 190) + "1" + strings.Repeat(")", 190),
		"播放 " + strings.Repeat("\"十个汉字，三十个字节。\"\n", 200),
	} {
		if _, found := parse.Parse("a.flow", []byte("流程 甲 {\n"+src+"\n挂机\n}\n")); len(found) > 0 {
			t.Errorf("%s %s\n%.80s", found[0].Code, found[0].Sentence(diag.En), src)
		}
	}
}
