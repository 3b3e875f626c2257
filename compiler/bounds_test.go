package compiler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/prove"
	"rexian/compiler/table"
	"rexian/compiler/value"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
)

// TestBoundsAreFindings goes over each bound that the compiler keeps, by the least that goes over it: a finding that
// says so, once, and nothing else. What stays within it is sound.
func TestBoundsAreFindings(t *testing.T) {
	steps := func(s string) string { return "流程 主流程 {\n" + s + "\n挂机\n}\n" }
	loops := func(a, b int) string {
		return fmt.Sprintf("重复 最多 %d次 { 重复 最多 %d次 { 播放 \"请稍候。\" } }", a, b)
	}
	keys := func(n int) string { // a menu of n keys, which need not be told
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "按 \"%d\" 不播报 挂机\n", 100+i)
		}
		return "菜单 主流程 {\n播放 \"请按键。\"\n" + b.String() + "否则 挂机\n}\n"
	}
	list := func(n int) string {
		return steps("设 列 = [" + strings.TrimSuffix(strings.Repeat("1, ", n), ", ") + "]\n播放 \"{数量(列)}。\"")
	}
	done := func(n int) string { // n flows, each done by the one before
		var b strings.Builder
		for i := 1; i < n; i++ {
			fmt.Fprintf(&b, "流程 第%d {\n执行 第%d()\n返回\n}\n", i, i+1)
		}
		return steps("执行 第1()") + b.String() + fmt.Sprintf("流程 第%d { 播放 \"到底了。\" 返回 }\n", n)
	}
	row := func(cell string) map[string]string {
		return map[string]string{"t.csv": "码,名,数\n1," + cell + "\n"}
	}
	const lookup = "表格 表 取自 \"t.csv\" { 码: 数字, 名: 文本, 数: 数值 }\n"
	const asked = "设 行 = 表[\"1\"] 否则 挂机\n播放 \"{行.名}{行.数}。\""
	text := func(bytes int) string { return strings.Repeat("您好啊", bytes/9) + strings.Repeat("a", bytes%9) }
	for _, c := range []struct {
		name         string
		within, over string
		beside       map[string]string // files of the program that goes over
		code         diag.Code
	}{
		{"size of a file", steps(""), steps("") + "//" + strings.Repeat("x", parse.MaxBytes), nil, "RX1004"},
		{"nesting", steps("设 值 = " + strings.Repeat("(", 190) + "1" + strings.Repeat(")",
			190) + " 播放 \"{值}。\""),
			steps("设 值 = " + strings.Repeat("(", 210) + "1" + strings.Repeat(")", 210) + " 播放 \"{值}。\""),
			nil, "RX1034"},
		{"operators", steps("设 值 = 1" + strings.Repeat("+1", 80) + " 播放 \"{值}。\""),
			steps("设 值 = 1" + strings.Repeat("+1", 210) + " 播放 \"{值}。\""), nil, "RX1048"},
		{"operators in a hole", steps("播放 \"{1" + strings.Repeat("+1", 80) + "}。\""),
			steps("播放 \"{1" + strings.Repeat("+1", 210) + "}。\""), nil, "RX1048"},
		{"a text", steps("播放 \"" + text(token.MaxText-2) + "\""), steps("播放 \"" + text(token.MaxText-1) + "\""),
			nil,
			"RX1049"},
		{"a name", steps("设 " + strings.Repeat("名", check.MaxName/3) + " = 1 播放 \"{" +
			strings.Repeat("名", check.MaxName/3) + "}。\""),
			steps("设 " + strings.Repeat("名", check.MaxName/3+1) + " = 1 播放 \"{" + strings.Repeat("名",
				check.MaxName/3+1) + "}。\""), nil, "RX2159"},
		{"a number", steps("播放 \"{999999999999}。\""), steps("播放 \"{1000000000000}。\""), nil, "RX1013"},
		{"an amount", steps("播放 \"{9999亿元}。\""), steps("播放 \"{10000亿元}。\""), nil, "RX2107"},
		{"a duration", steps("播放 \"{36525天}。\""), steps("播放 \"{36526天}。\""), nil, "RX2107"},
		{"rounds", steps("重复 最多 1000次 { 播放 \"请稍候。\" }"),
			steps("重复 最多 1001次 { 播放 \"请稍候。\" }"), nil, "RX2138"},
		{"tries", "菜单 主流程 { 播放 \"请按1。\" 最多 10次 按 1 挂机 否则 挂机 }\n",
			"菜单 主流程 { 播放 \"请按1。\" 最多 11次 按 1 挂机 否则 挂机 }\n", nil, "RX2138"},
		{"rounds of rounds", steps(loops(1000, prove.MaxRounds/1000)),
			steps(loops(1000, prove.MaxRounds/1000+1)), nil,
			"RX3012"},
		{"rounds in a handler", "流程 主流程 { 当 出错 { " + loops(10, 10) + " 挂机 } 挂机 }\n",
			"流程 主流程 { 当 出错 { " + loops(1000, 1000) + " 挂机 } 挂机 }\n", nil, "RX3012"},
		{"rounds in the defaults",
			steps("") + "缺省 { 时区 \"Asia/Shanghai\" 当 出错 { " + loops(10, 10) + " 挂机 } }\n",
			steps("") + "缺省 { 时区 \"Asia/Shanghai\" 当 出错 { " + loops(1000, 1000) + " 挂机 } }\n", nil,
			"RX3012"},
		{"rounds before a question",
			"菜单 主流程 { 播放 \"请按1。\" 逐条 [1] 作为 甲 最多 9 { 播放 \"{甲}\" } 按 1 挂机 否则 挂机 }\n",
			"菜单 主流程 { 播放 \"请按1。\" 逐条 [1] 作为 甲 最多 999 { 逐条 [1] 作为 乙 最多 999 { 播放 \"{甲}{乙}\" } } 按 1 挂机 否则 挂机 }\n",
			nil, "RX3012"},
		{"rounds in a survey",
			steps("启动问卷 卷") + "问卷 卷 { 询问 好 \"好请按1，不好请按2。\" { 1 \"好\" 2 \"不好\" } }\n",
			steps("启动问卷 卷") + "问卷 卷 { 询问 好 \"好请按1，不好请按2。\" { 1 \"好\" 2 \"不好\" } " + loops(1000, 1000) + " }\n",
			nil, "RX3012"},
		{"rounds after the last try of a campaign", steps("") + dialled("标记 \"没打通\""),
			steps("") + dialled("{ "+strings.ReplaceAll(loops(1000, 1000), "播放 \"请稍候。\"",
				"标记 \"没打通\"")+" }"), nil,
			"RX3012"},
		{"flows that are done", done(bundle.MaxFrames - 1), done(bundle.MaxFrames + 1), nil, "RX3011"},
		{"options", keys(bundle.MaxOptions), keys(bundle.MaxOptions + 1), nil, "RX8018"},
		{"items of a list", list(200), list(260), nil, "RX8018"},
		{"digits", steps("设 码 = 询问 数字 64位 { 播放 \"请输入。\" 否则 挂机 } 播放 \"{码}。\""),
			steps("设 码 = 询问 数字 65位 { 播放 \"请输入。\" 否则 挂机 } 播放 \"{码}。\""), nil, "RX2148"},
		{"a cell of numbers", "", lookup + steps(asked), row("甲,1000000000000"), "RX8005"},
		{"a cell of text", "", lookup + steps(asked), row(text(value.MaxText+1) + ",1"), "RX8005"},
		{"columns of a table", "", lookup + steps(asked),
			map[string]string{"t.csv": "码,名,数" + strings.Repeat(",列", table.MaxColumns) + "\n1,甲,1\n"},
			"RX8002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if found := judged(t, c.within, nil); c.within != "" && len(found) > 0 {
				t.Errorf("within the bound: %s", codesOf(found))
			}
			if found := slices.Compact(codesOf(judged(t, c.over, c.beside))); len(found) != 1 ||
				found[0] != string(c.code) {
				t.Errorf("over the bound: %s, want %s", found, c.code)
			}
		})
	}
}

// dialled is a campaign that does something after its last try.
func dialled(unreached string) string {
	return "作息 白天 { 工作日 09:00-17:00 }\n外呼任务 任务 { 呼叫名单 纳税人.欠税名单(至少: 100元) 时段 白天 呼叫 对象.电话 接通后 主流程 最多 2次 未接通 " +
		unreached + " }\n"
}

// judged are the findings of a program, those of its code among them. Where it has no defaults it gets some.
func judged(t *testing.T, source string, files map[string]string) []diag.Diagnostic {
	t.Helper()
	if !strings.Contains(source, "缺省 {") {
		source += "缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 当 不可用 挂机 }\n"
	}
	tree := map[string]string{"a.flow": "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n" + source}
	for name, text := range files {
		tree[name] = text
	}
	_, found, err := loaded(t, writeTree(t, tree)).Judge(compiler.Options{Today: today})
	if err != nil {
		t.Error(err)
	}
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
}
