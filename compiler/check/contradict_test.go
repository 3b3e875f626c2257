package check_test

import (
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// Two comparisons of one value that leave nothing, or everything, are told once, at the second of them.
func TestConditionsThatNeverOrAlwaysHold(t *testing.T) {
	for _, c := range []struct {
		condition string
		want      string // what the finding points at and what it says; "" for none
	}{
		{"几 大于 5 且 几 小于 3", "几 小于 3: never true"},
		{"几 大于 5 且 是否在列 且 几 小于 3", "几 小于 3: never true"},
		{"几 大于 5 且 几 小于 3 且 几 小于 2", "几 小于 3: never true"},
		{"几 是 1 且 几 是 2", "几 是 2: never true"},
		{"几 大于 5 且 几 是 5", "几 是 5: never true"},
		{"5 大于 几 且 (几 不低于 2 + 3)", "几 不低于 2 + 3: never true"},
		{"几 不是 1 或 几 不是 2", "几 不是 2: always true"},
		{"几 大于 3 或 几 小于 5", "几 小于 5: always true"},
		{"几 大于 3 或 几 不超过 3", "几 不超过 3: always true"},
		{"词 不是 \"甲\" 或 词 不是 \"乙\"", "词 不是 \"乙\": always true"},
		{"词 是 \"甲\" 且 词 是 \"乙\"", "词 是 \"乙\": never true"},
		{"款 大于 5元 且 款 小于 3元", "款 小于 3元: never true"},
		{"几 不低于 5 且 几 不超过 5", ""},
		{"几 大于 5 或 几 小于 3", ""},
		{"几 不是 1 且 几 不是 2", ""},
		{"几 是 1 或 几 是 2", ""},
		{"几 大于 5 且 别 小于 3", ""},
		{"几 大于 线 且 几 小于 3", ""},
		{"词 是 \"甲\" 或 词 是 \"乙\"", ""},
		{"几 大于 3 或 (几 小于 5 且 是否在列)", ""},
		{"几 大于 5 且 (几 小于 3 或 是否在列)", ""},
	} {
		src := "接入号 \"1\" 进入 甲\n名单 名单一\n参数 线: 数值 = 9\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 }\n" +
			"流程 甲 {\n设 几 = 长度(来电号码)\n设 别 = 长度(来电号码)\n设 词 = \"{来电号码}\"\n设 款 = 几 * 1元\n" +
			"设 是否在列 = 来电号码 属于 名单一\n如果 " + c.condition + " { 播放 \"您好。\" }\n挂机\n}\n"
		tree, found := parse.Parse("a.flow", []byte(src))
		if len(found) > 0 {
			t.Fatalf("%s: %v", c.condition, found[0])
		}
		_, found = check.Check([]*ast.File{tree}, check.Env{})
		var got []string
		for _, d := range found {
			if d.Code != "RX2158" {
				continue
			}
			got = append(got, src[d.Span.Start:d.Span.End]+": "+d.Args[0].(diag.Text).En)
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s: %q, want %q", c.condition, text, c.want)
		}
	}
}
