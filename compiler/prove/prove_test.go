package prove_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/prove"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// findings parses, checks and analyses one file, and gives "CODE line" for each finding of prove.
func findings(t *testing.T, src string) []string {
	t.Helper()
	file, bad := parse.Parse("t.flow", []byte(src))
	if diag.HasErrors(bad) {
		t.Fatalf("does not parse: %s", bad[0].Sentence(diag.En))
	}
	p, bad := check.Check([]*ast.File{file}, check.Env{})
	for _, d := range bad {
		if d.Severity == diag.Error {
			t.Fatalf("does not check: %s %s", d.Code, d.Sentence(diag.En))
		}
	}
	var out []string
	_, found := prove.Program(p)
	for _, d := range diag.Sort(found) {
		out = append(out, fmt.Sprintf("%s %d", d.Code, 1+strings.Count(src[:d.Span.Start], "\n")))
	}
	return out
}

func TestPaths(t *testing.T) {
	const head = `接入号 "12366" 进入 甲
提示语 欢迎词 { 中文 "您好。" }
队列 咨询 { 技能组 "综合" }
缺省 { 时区 "Asia/Shanghai" 当 出错, 不可用 { 播放 欢迎词 挂机 } }
`
	tests := []struct {
		name, src string
		want      []string
	}{
		{"both branches end", "流程 甲 {\n如果 来电号码 是手机 { 挂机 } 否则 { 排队 咨询 否则 挂机\n挂机 } }", nil},
		{"one branch falls off", "流程 甲 {\n排队 咨询 否则 挂机\n如果 来电号码 是手机 { 挂机 } }", []string{"RX3001 7"}},
		{"a loop that always leaves is an end", "流程 甲 {\n排队 咨询 否则 挂机\n重复 最多 3次 { 挂机 } }", nil},
		{"a loop that stops goes on", "流程 甲 {\n排队 咨询 否则 挂机\n重复 最多 3次 { 如果 来电号码 是手机 { 跳出 } 挂机 } }",
			[]string{"RX3001 7"}},
		{"for each may have no item", "流程 甲 {\n排队 咨询 否则 挂机\n逐条 [1, 2] 作为 数 最多 3条 { 播放 \"{数}。\" 挂机 } }",
			[]string{"RX3001 7"}},
		{"after goto nothing is reached, told once", "流程 甲 {\n排队 咨询 否则 挂机\n挂机\n播放 欢迎词\n播放 欢迎词\n挂机 }",
			[]string{"RX3003 8"}},
		{"a menu in between breaks the cycle", "流程 甲 { 排队 咨询 否则 转到 乙\n挂机 }\n菜单 乙 { 播放 \"再来请按1。\"\n按 1 转到 甲\n否则 挂机 }",
			nil},
		{"otherwise is quiet", "流程 甲 { 排队 咨询 否则 转到 乙\n挂机 }\n菜单 乙 { 播放 \"再来请按1。\"\n按 1 挂机\n否则 转到 甲 }",
			[]string{"RX3006 5"}},
		{"a menu step that only goes on by a key", "流程 甲 { 排队 咨询 否则 挂机\n菜单 { 播放 \"再来请按1。\"\n按 1 继续\n否则 挂机 }\n转到 甲 }",
			nil},
		{"a question's answer is a key",
			"流程 甲 { 排队 咨询 否则 挂机\n设 答 = 询问 是否 { 播放 \"好请按1，不好请按2。\"\n否则 挂机 }\n如果 答 { 转到 甲 }\n挂机 }", nil},
		{"do that returns quietly keeps the cycle", "流程 甲 { 排队 咨询 否则 挂机\n执行 乙()\n转到 甲 }\n流程 乙 { 播放 欢迎词 返回 }",
			[]string{"RX3006 7"}},
		{"do that asks breaks it",
			"流程 甲 { 排队 咨询 否则 挂机\n执行 乙()\n转到 甲 }\n流程 乙 {\n设 答 = 询问 是否 { 播放 \"好请按1，不好请按2。\"\n否则 挂机 }\n如果 答 { 播放 欢迎词 }\n返回 }", nil},
		{"again by itself", "菜单 甲 { 播放 \"转人工请按1。\"\n按 1 { 排队 咨询 否则 挂机\n挂机 }\n当 没按键 挂机\n否则 重听 }", []string{"RX3005 9"}},
		{"again after a miss is the next try", "菜单 甲 { 播放 \"转人工请按1。\"\n按 1 { 排队 咨询 否则 挂机\n挂机 }\n当 没按键 重听\n否则 挂机 }",
			nil},
		{"recursion",
			"流程 甲 { 排队 咨询 否则 挂机\n执行 乙()\n挂机 }\n流程 乙 {\n设 答 = 询问 是否 { 播放 \"好请按1，不好请按2。\"\n否则 挂机 }\n如果 答 { 执行 乙() }\n返回 }", []string{"RX3007 11"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := findings(t, head+tt.src+"\n"); !slices.Equal(got, tt.want) {
				t.Errorf("findings %v, want %v\n%s", got, tt.want, tt.src)
			}
		})
	}
}

func TestAgreement(t *testing.T) {
	const head = "缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 } 接入号 \"12366\" 进入 甲\n语种 中文, 英文 缺则 中文\n"
	tests := []struct {
		name, src string
		want      []string
	}{
		{"an example is no option", "菜单 甲 { 播放 \"例如请按01。继续请按1。\"\n按 1 挂机\n否则 挂机 }", nil},
		{"each language by itself", "菜单 甲 { 播放 中文 \"继续请按1。\" 英文 \"To go on press 2.\"\n按 1 挂机\n否则 挂机 }",
			[]string{"RX4201 3", "RX4202 4"}},
		{"in each language all is heard",
			"菜单 甲 { 播放 中文 \"普通话请按1。\" 英文 \"For English press 2.\" 各语言\n按 1 挂机\n按 2 挂机\n否则 挂机 }", nil},
		{"the star by name", "菜单 甲 { 播放 \"重听请按星号键，继续请按1。\"\n按 1 挂机\n按 * 重听\n否则 挂机 }", nil},
		{"an option at times need not be said", "菜单 甲 { 播放 \"继续请按1。\"\n按 1 挂机\n按 2 \"手机\" 仅当 来电号码 是手机 挂机\n否则 挂机 }",
			nil},
		{"options reads the labels", "菜单 甲 { 播放 选项\n按 1 \"继续\" 挂机\n按 2 \"返回\" 挂机\n否则 挂机 }", nil},
		{"a global key may be named", "流程 甲 {\n按 0 挂机\n菜单 { 播放 \"继续请按1，人工请按0。\"\n按 1 挂机\n否则 挂机 } }", nil},
		{"yes and no are 1 and 2", "流程 甲 {\n设 答 = 询问 是否 { 播放 \"是请按1，不是请按3。\"\n否则 挂机 }\n如果 答 { 挂机 }\n挂机 }",
			[]string{"RX4202 4", "RX4201 4"}},
		{"a key that a prompt names through a parameter", "流程 甲 { 转到 乙(问候) }\n提示语 问候 { 中文 \"查询请按1，退出请按2。\" }\n" +
			"菜单 乙(话: 提示语) {\n播放 话\n按 1 挂机\n否则 挂机 }", []string{"RX4201 6"}},
		{"told of at times", "菜单 甲 { 如果 来电号码 是手机 { 播放 \"继续请按1。\" }\n按 1 挂机\n否则 挂机 }", []string{"RX4209 4"}},
		{"told of either way", "菜单 甲 { 如果 来电号码 是手机 { 播放 \"继续请按1。\" } 否则 { 播放 \"请按1。\" }\n按 1 挂机\n否则 挂机 }",
			nil},
		{"told of one way of two", "菜单 甲 { 如果 来电号码 是手机 { 播放 \"继续请按1。\" } 否则 { 播放 \"您好。\" }\n按 1 挂机\n否则 挂机 }",
			[]string{"RX4209 4"}},
		{"told of under one condition or the other", "菜单 甲 { 如果 来电号码 是手机 { 播放 \"继续请按1。\" }\n" +
			"如果 来电号码 不是手机 { 播放 \"请按1。\" }\n按 1 挂机\n否则 挂机 }", nil},
		{"told of when it is there", "菜单 甲 { 播放 \"继续请按1。\" 如果 来电号码 是手机 { 播放 \"返回请按2。\" }\n按 1 挂机\n" +
			"按 2 仅当 来电号码 是手机 挂机\n否则 挂机 }", nil},
		{"right and wrong turned", "流程 甲 {\n设 号 = 询问 数字 4位 { 播放 \"请输入。\" 复核 \"是{号}，对请按2，错请按1。\" 否则 挂机 }\n播放 \"{号}。\"\n挂机 }",
			[]string{"RX4206 4"}},
		{"words in brackets", "菜单 甲 { 播放 \"继续请按【1】。\"\n按 1 挂机\n否则 挂机 }", nil},
		{"keys that are named through a parameter", "流程 甲 { 转到 乙(问候) }\n提示语 问候 { 中文 \"查询请按1。\" }\n" +
			"菜单 乙(话: 提示语) {\n播放 话\n按 1 挂机\n否则 挂机 }", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := findings(t, head+tt.src+"\n")
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("findings %v, want %v\n%s", got, tt.want, tt.src)
			}
		})
	}
}

// Flows do each other as deep as the machine can remember, and no deeper; where one goes to the next it costs nothing.
func TestDepth(t *testing.T) {
	const head = "接入号 \"12366\" 进入 甲\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 }\n"
	row := func(n int, word string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "%s流程 甲 { 执行 层1() 挂机 }\n", head)
		for i := 1; i < n; i++ {
			fmt.Fprintf(&b, "流程 层%d { %s 层%d() 返回 }\n", i, word, i+1)
		}
		fmt.Fprintf(&b, "流程 层%d { 返回 }\n", n)
		return b.String()
	}
	if got := findings(t, row(199, "执行")); len(got) > 0 {
		t.Errorf("200 flows at a time: %v", got)
	}
	if got := findings(t, row(200, "执行")); !slices.Equal(got, []string{"RX3011 202"}) {
		t.Errorf("201 flows at a time: %v", got)
	}
	long := strings.ReplaceAll(strings.ReplaceAll(strings.Replace(row(400, "转到"), "执行 层1() 挂机", "转到 层1()", 1), " 返回 }",
		" }"), "流程 层400 { }", "流程 层400 { 挂机 }")
	if got := findings(t, long); len(got) > 0 {
		t.Errorf("400 flows one after the other: %v", got)
	}
}
