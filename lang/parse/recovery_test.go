package parse_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"rexian/lang/ast"
	"rexian/lang/parse"
)

// TestRecovery reads programs with several mistakes: each is found once, at its place, and nothing is
// said about what only follows from it.
func TestRecovery(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"steps after a bad one are read", `
流程 甲 {
  大家好
  播放 = 1
  转到 乙 丙
  设 x = 
  播放 "好"
  挂机
}
流程 乙 { 挂机 ) }
名单 丙
`, `
3:3 RX1025 不认识“大家好”，这里应为步骤
4:6 RX1022 这里应为带引号的文字，或提示语的名称，却是“=”
5:8 RX1025 不认识“丙”，这里应为步骤
7:3 RX1022 这里应为一个值，却是“播放”
10:11 RX1022 这里应为步骤，却是“)”
`},
		{"a brace forgotten in a step", `
流程 甲 {
  如果 x 是 1 {
    播放 "好"
  挂机
}
流程 乙 {
  挂机
}
`, `
3:12 RX1028 这个“{”没有对应的“}”
`},
		{"a brace forgotten at the end of a flow", `
流程 甲 {
  挂机

流程 乙 {
  挂机
}
菜单 丙 {
  播放 "好，请按1。"
  按 1 重听
  否则 挂机

流程 丁 { 挂机 }
`, `
2:6 RX1028 这个“{”没有对应的“}”
8:6 RX1028 这个“{”没有对应的“}”
`},
		{"a brace too many", `
流程 甲 {
  如果 x 是 1 { 播放 "好" }}
  播放 "再见"
  挂机
}
流程 乙 { 挂机 }
`, `
4:3 RX1044 “播放”要写在流程或菜单里面
`},
		{"an opening brace forgotten", `
流程 甲
  播放 "好"
  挂机
}
流程 乙 { 挂机 }
`, `
2:5 RX1030 这里少了“{” 〔补上 {〕
`},
		{"a misspelt block keeps its steps", `
流程 甲 {
  如过 来电号码 属于 名单一 { 播放 "好" 挂机 }
  执性 乙()
  挂机
}
`, `
3:3 RX1019 “如过”是不是“如果”？ 〔改为 如果〕
4:3 RX1019 “执性”是不是“执行”？ 〔改为 执行〕
`},
		{"arms", `
菜单 甲 {
  播放 "好"
  按 a 重听
  按 1 转去 乙
  按 2 "二" 仅当 转到 丙
  当 挂机 标记 "挂机"
  等待
  最多 3次
  否则 挂机
}
`, `
4:5 RX1022 这里应为按键：数字、* 或 #，却是“a”
5:7 RX1019 “转去”是不是“转到”？ 〔改为 转到〕
6:14 RX1022 这里应为一个值，却是“转到”
9:3 RX1022 这里应为一个值，却是“最多”
`},
		{"declarations", `
接入号 12366 进入 甲
参数 乙 金额 = 1元
开关 丙 打开
表格 丁 取自 "x.csv" { 代码: 数字 名称: 文本 }
作息 戊 { 每天 8:30 17:30  周六 休息 }
测试 "己" { 听到 你好  挂机 }
名单 庚
`, `
2:5 RX1022 这里应为带引号的文字，却是“12366” 〔加上引号〕
3:6 RX1022 这里应为“:”，却是“金额” 〔补上 :〕
4:6 RX1022 这里应为“开启”或“关闭”，却是“打开” 〔改为 开启〕
5:25 RX1050 这里少了逗号 〔补上 ,〕
6:16 RX1022 这里应为“-”和结束时间，却是“17:30”
7:13 RX1022 这里应为带引号的文字，却是“你好” 〔加上引号〕
`},
		{"a question's brace forgotten", `
流程 甲 {
  设 乙 = 询问 数字 4位 {
    播放 "请输入。"
    否则 挂机
  播放 "{乙}"
  挂机
}
名单 丙
`, `
3:18 RX1028 这个“{”没有对应的“}”
`},
		{"words in quotes over two lines", `
流程 甲 {
  播放 "您好，
  业务咨询请稍候。"
  挂机
}
`, `
3:6 RX1005 这个引号没有配对，请在这一行末尾补上 " 〔补上 "〕
`},
		{"a block as indentation shows it", `
流程 甲 {
  如果 x 是 1
    挂机
  挂机
}
名单 丙
`, `
3:11 RX1030 这里少了“{” 〔补上 {〕
`},
		{"a keyword as a name that is read on", `
流程 甲 {
  设 排队 = 3
  如果 !(x 是 1) { 挂机 }
  挂机
}
`, `
3:5 RX1023 “排队”是关键词，不能作名称，请改名
4:6 RX1026 “!”请写成“非” 〔改为 非 〕
`},
		{"the end of the file", "流程 甲 {\n  如果 x 是 1 {\n    播放", `
3:7 RX1027 文件到这里就完了，还缺带引号的文字，或提示语的名称
2:12 RX1028 这个“{”没有对应的“}”
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, found := parse.Parse("a.flow", []byte(c.src))
			got := strings.Split(strings.TrimSpace(render([]byte(c.src), found)), "\n")
			want := strings.Split(strings.TrimSpace(c.want), "\n")
			if len(found) != len(want) || !sameLines(got, want) {
				t.Errorf("got\n%s\n\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func sameLines(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestHundredErrors finds a hundred mistakes in one file once each, and reads what is between them.
func TestHundredErrors(t *testing.T) {
	var b strings.Builder
	for i := range 25 {
		fmt.Fprintf(&b, "流程 甲%d {\n  大家好\n  播放 \"好\"\n  转到 = %d\n  停顿 五碗\n  设 x%d 1\n  挂机\n}\n", i, i, i)
	}
	file, found := parse.Parse("a.flow", []byte(b.String()))
	lines := map[string]bool{}
	for _, l := range strings.Split(render([]byte(b.String()), found), "\n") {
		if at, _, ok := strings.Cut(l, ":"); ok {
			lines[at] = true
		}
	}
	// 停顿 五碗 reads as a name: no finding of the grammar. Three a flow.
	if len(found) != 75 || len(lines) != 75 {
		t.Errorf("%d findings on %d lines:\n%s", len(found), len(lines), render([]byte(b.String()), found[:10]))
	}
	if len(file.Decls) != 25 {
		t.Errorf("%d declarations", len(file.Decls))
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FlowDecl)
		if !ok || len(f.Body.Steps) != 6 {
			t.Fatalf("a flow lost its steps:\n%s", dump(t, d, false))
		}
	}
}

// TestDeep nests far beyond the limit: one finding, at once.
func TestDeep(t *testing.T) {
	n := 10_000
	for name, src := range map[string]string{
		"parentheses": "参数 甲: 数值 = " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"brackets":    "参数 甲: 数值 = " + strings.Repeat("[", n),
		"minus":       "参数 甲: 数值 = " + strings.Repeat("- ", n) + "1",
		"not":         "参数 甲: 数值 = " + strings.Repeat("非 ", n) + "1",
		"blocks":      "流程 甲 {" + strings.Repeat("如果 x 是 1 {", n) + strings.Repeat("}", n) + " 挂机 }",
		"menus":       "流程 甲 {" + strings.Repeat("菜单 { 否则 {", n) + strings.Repeat("}}", n) + " 挂机 }",
		"else chain":  "流程 甲 { " + strings.Repeat("如果 x 是 1 { 挂机 } 否则 ", n) + "{ 挂机 } }",
		"records":     "参数 甲: 数值 = " + strings.Repeat("{a: ", n),
		"calls":       "参数 甲: 数值 = " + strings.Repeat("a(", n),
	} {
		t.Run(name, func(t *testing.T) {
			_, found := parse.Parse("a.flow", []byte(src))
			if len(found) == 0 || len(found) > 2 {
				t.Errorf("%d findings:\n%s", len(found), render([]byte(src), found[:min(len(found), 5)]))
			}
		})
	}
}

// TestLong refuses a file beyond the limit with one finding.
func TestLong(t *testing.T) {
	src := []byte(strings.Repeat("名单 甲\n", parse.MaxBytes/10+1))
	file, found := parse.Parse("a.flow", src)
	if len(found) != 1 || found[0].Code != "RX1004" || len(file.Decls) != 0 {
		t.Errorf("%d findings, %d declarations", len(found), len(file.Decls))
	}
}

// TestBytes reads broken text: a finding with its place, never a crash.
func TestBytes(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"UTF-8", "名单 甲\xff\xfe\n名单 乙", "1:5 RX1001 这里有不是 UTF-8 的字节，请把文件另存为 UTF-8 编码\n"},
		{"NUL", "名单 甲 \x00\x00\n名单 乙", "1:6 RX1002 这里有看不见的控制字符，请删去\n"},
		{"cut character", "名单 甲\n// \xe4\xb8", "2:4 RX1001 这里有不是 UTF-8 的字节，请把文件另存为 UTF-8 编码\n"},
		{"CR only", "名单 甲\r名单 乙\r", ""},
		{"byte order mark within", "名单 甲\n\ufeff名单 乙", "2:1 RX1002 这里有看不见的控制字符，请删去 〔删去〕\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, found := parse.Parse("a.flow", []byte(c.src))
			if got := render([]byte(c.src), found); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// TestHostile reads what is made to be slow: long words, long lines of half-open quotes, nothing but mistakes. Four
// times the length takes about four times the memory, and says nothing sixteen times. How long it takes is not asked:
// that depends on who else is at work on the machine.
func TestHostile(t *testing.T) {
	for name, unit := range map[string]string{
		"one word": "a1", "glued": "属于播放", "after a number": "秒最", "quotes": "“a\" ", "open quotes": "“",
		"closing": "\"”", "single": "' ‘",
		"holes": "\"{\"", "braces": "{", "closing braces": "}", "mistakes": "播方 甲 ", "names": "甲 ",
		"nested": "流程 甲 {\n", "commas": ",",
		"dots": ".", "bad": "@ ", "strings": "\"a\" ", "steps": "流程 甲 { 播放 }\n", "days": "周一至", "parens": "(",
	} {
		t.Run(name, func(t *testing.T) {
			for _, head := range []string{"", "5", "流程 甲 { 设 x = ", "\""} {
				few, small := cost(head + strings.Repeat(unit, 10_000/len(unit)))
				many, large := cost(head + strings.Repeat(unit, 40_000/len(unit)))
				if large > 8*small+32<<20 { // what the parser keeps for the next file is allocated now and then
					t.Errorf("after %q: %d bytes of memory, then %d", head, small, large)
				}
				if many > 8*few+8 {
					t.Errorf("after %q: %d findings, then %d", head, few, many)
				}
			}
		})
	}
}

// cost is how many findings a text has, and how many bytes are allocated to read it.
func cost(src string) (findings int, memory uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, found := parse.Parse("a.flow", []byte(src))
	runtime.ReadMemStats(&after)
	return len(found), after.TotalAlloc - before.TotalAlloc
}
