package rules_test

import (
	"slices"
	"testing"
	"time"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/prove"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/readout"
)

const offices = "键,名称,电话\n1,征收科,053188880001\n2,法规科,053188880002\n31,稽查局,053188880003\n"

const asksRow = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 }
表格 科室 取自 "科室.csv" { 键: 数字 1..2位, 名称: 文本, 电话: 电话 }
流程 甲 {
  设 科 = 询问 科室 {
    播放 "一二三四。"
    按 0 不播报 转到 甲
    否则 挂机
  }
  转接 科.电话 否则 挂机
}
规则 "一" { 从 甲 到 转接 最多 3秒, 2次按键 }
`

func tabled(t *testing.T, src, rows string) (*check.Program, *graph.Graph, []diag.Diagnostic) {
	t.Helper()
	file, bad := parse.Parse("t.flow", []byte(src))
	p, more := check.Check([]*ast.File{file},
		check.Env{ReadFile: func(string) ([]byte, error) { return []byte(rows), nil }})
	if diag.HasErrors(append(bad, more...)) {
		return p, nil, append(bad, more...)
	}
	g, last := prove.Program(p)
	return p, g, last
}

// TestAQuestionForARow decides rules about a question whose options are the rows of a table, and lists what each key
// does there: its rows and nothing else.
func TestAQuestionForARow(t *testing.T) {
	p, g, found := tabled(t, asksRow, offices)
	if diag.HasErrors(found) {
		t.Fatal(found[0].Sentence(diag.En))
	}
	v := rules.Decide(p, g, readout.Voice{})[0]
	if v.State != rules.Proved || v.Times[0].Worst != 3*time.Second || v.Times[0].WorstKeys != 2 {
		t.Errorf("%v %+v", v.State, v.Times) // a second of words, and the longest key, with no key to end it
	}
	for _, w := range rules.Waits(p, g) {
		if w.Node.Kind != graph.Question {
			continue
		}
		for i, want := range [][]graph.EdgeKind{{graph.Press}, {graph.Answer, graph.NoMatch, graph.Tries},
			{graph.Answer, graph.NoMatch, graph.Tries}, {graph.Answer, graph.NoMatch, graph.Tries},
			{graph.NoMatch, graph.Tries}} {
			var got []graph.EdgeKind
			for _, e := range w.Cells[i].Edges {
				got = append(got, e.Kind)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s leads to %v, not %v", w.Cells[i].Event.En, got, want)
			}
		}
	}
}
