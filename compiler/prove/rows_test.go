package prove_test

import (
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/prove"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// TestWhatIsSaidOfRows compares the words of a question for a row with the rows of its table.
func TestWhatIsSaidOfRows(t *testing.T) {
	const each = `逐条 科室 作为 一科 最多 9项 { 播放 "{一科.名称}请按{一科.键}。" } `
	for _, c := range []struct{ name, column, rows, lead, want string }{
		{"all are gone through", "数字 1位", "1 2 3", each, ""},
		{"all are named", "数字 1位", "1 2", `播放 "征收请按1，法规请按2。"`, ""},
		{"one is gone through too few", "数字 1位", "1 2 3", strings.Replace(each, "9项", "2项", 1), "RX4202"},
		{"one is not named", "数字 1位", "1 2 3", `播放 "征收请按1，法规请按2。"`, "RX4202"},
		{"none is named", "数字 1位", "1 2 3", `播放 "请选择科室。"`, "RX4203"},
		{"the rows are gone through, their keys are not said", "数字 1位", "1 2",
			`逐条 科室 作为 一科 最多 9项 { 播放 "{一科.名称}。" } `, "RX4203"},
		{"a key is named that no row has", "数字 1位", "1 2 3", each + `播放 "人工请按4。"`, "RX4201"},
		{"codes need not be named", "数字 2位", "11 12", `播放 "请输入科室代码。"`, ""},
		{"an option beside rows", "数字 1位", "1 2", each + `播放 "返回请按0。" 按 0 "返回" 转到 甲 `, ""},
		{"an option with the key of a row", "数字 1位", "1 2", each + `按 2 "返回" 转到 甲 `, "RX3109"},
		{"an option with which a row begins", "数字 2位", "11 12", `播放 "返回请按1。" 按 1 "返回" 转到 甲 `, "RX3109"},
		{"the first column is no digits", "金额", "1 2", each, "RX2101"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, found := parse.Parse("t.flow", []byte(`接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 }
表格 科室 取自 "科室.csv" { 键: `+c.column+`, 名称: 文本 }
流程 甲 {
  设 科 = 询问 科室 { `+c.lead+`否则 挂机 }
  附带 科 = 科.名称
  挂机
}
`))
			rows := "键,名称\n"
			for _, key := range strings.Fields(c.rows) {
				rows += key + ",科" + key + "\n"
			}
			p, more := check.Check([]*ast.File{file},
				check.Env{ReadFile: func(string) ([]byte, error) { return []byte(rows), nil }})
			if found = append(found, more...); !diag.HasErrors(found) {
				_, more = prove.Program(p)
				found = append(found, more...)
			}
			var codes []string
			for _, d := range found {
				codes = append(codes, string(d.Code))
			}
			if got := strings.Join(codes, " "); got != c.want {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}
