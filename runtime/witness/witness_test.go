package witness_test

import (
	"slices"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/prove"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/readout"
	"rexian/runtime/suite"
	"rexian/runtime/witness"
)

// program is a checked program of one text with its rules decided.
type program struct {
	p        *check.Program
	g        *graph.Graph
	verdicts []rules.Verdict
	out      *emit.Output
}

func compiled(t testing.TB, src string) program {
	t.Helper()
	file, bad := parse.Parse("t.flow", []byte(src))
	if diag.HasErrors(bad) {
		t.Fatalf("does not parse: %s\n%s", bad[0].Sentence(diag.En), src)
	}
	p, bad := check.Check([]*ast.File{file}, check.Env{})
	g, more := prove.Program(p)
	for _, d := range append(bad, more...) {
		if d.Severity == diag.Error {
			t.Fatalf("does not check: %s %s\n%s", d.Code, d.Sentence(diag.En), src)
		}
	}
	out, err := emit.Emit(p, emit.Options{Graph: g, Cover: true})
	if err != nil {
		t.Fatal(err)
	}
	return program{p, g, rules.Decide(p, g, readout.Voice{}), out}
}

// broken decides a program whose only rule is not true, writes its counter-example, and runs that.
func broken(t *testing.T, src string) {
	t.Helper()
	c := compiled(t, src)
	for i, v := range c.verdicts {
		if i > 0 && v.State != rules.Proved {
			t.Errorf("%s is %v too: %v", v.Name(), v.State, v.Why)
		}
	}
	v := c.verdicts[0]
	if v.State != rules.Refuted || v.Path == nil {
		t.Fatalf("%s is %v: %v", v.Name(), v.State, v.Why)
	}
	w, err := witness.New(c.p, c.g, c.out.Program)
	if err != nil {
		t.Fatal(err)
	}
	test := w.Refutation(&v)
	if !test.Shown {
		t.Fatalf("no call goes there:\n%s\nfrom\n%s\npath %s", test.Source, src, course(v.Path))
	}
	again := compiled(t, src+"\n"+test.Source)
	report, err := suite.Run(suite.Options{Checked: again.p, Program: again.out.Program, Graph: again.g,
		Select:  func(name string) bool { return name == "反例："+v.Name() },
		Sources: map[string][]byte{"t.flow": []byte(src + "\n" + test.Source)}})
	if err != nil {
		t.Fatal(err)
	}
	r := report.Results[0]
	if !r.Passed {
		t.Fatalf("%s\n%s\n%v", src, test.Source, r.Failures[0].Sentence(diag.En))
	}
	var taken []int
	for _, e := range report.Coverage.All {
		if e.Taken {
			taken = append(taken, e.ID)
		}
	}
	for _, m := range v.Path.Moves {
		if m.Edge.ID >= 0 && !slices.Contains(taken, int(m.Edge.ID)) {
			t.Errorf("%s\n%s\nthe test does not take %v %s", src, test.Source, m.Edge.Kind, m.Edge.Label)
		}
	}
}

func course(p *rules.Path) (s string) {
	for _, m := range p.Moves {
		s += m.Edge.Kind.String() + " " + m.Edge.Label + "; "
	}
	return s
}

const head = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
提示语 告知 { 中文 "本次通话将被录音。" }
队列 咨询 { 技能组 "综合" }
信箱 箱 { 问候 "请留言。" }
流程 核验 { 播放 "核验。" 返回 }
开关 通知 关闭
名单 黑名单
作息 上班 { 时区 "Asia/Shanghai" 工作日 08:30-17:30 }
参数 起点: 金额 = 100元
通话变量 本户: 纳税人
`

func TestBroken(t *testing.T) {
	const enqueue = "排队 咨询 否则 挂机\n挂机 "
	for _, c := range []struct{ name, rule, flow string }{
		{"said afterwards", "每条路径 先播放 告知 再 排队", "流程 甲 { 排队 咨询 否则 挂机\n播放 告知 挂机 }"},
		{"a switch", "每条路径 先播放 告知 再 排队", "流程 甲 { 如果 通知 关闭 { 播放 告知 } " + enqueue + "}"},
		{"a list", "每条路径 先播放 告知 再 排队", "流程 甲 { 如果 来电号码 属于 黑名单 { 播放 \"您好。\" } 否则 { 播放 告知 } " + enqueue + "}"},
		{"hours", "每条路径 先播放 告知 再 排队", "流程 甲 { 根据 上班 { 当 开放 播放 告知 当 休息 继续 } " + enqueue + "}"},
		{"a key", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 菜单 { 播放 \"人工请按1，其他请按2。\" 按 1 \"人工\" 继续 按 2 \"其他\" { 播放 告知 继续 } 否则 挂机 } " + enqueue + "}"},
		{"a field of what a lookup gives", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 设 欠税 = 纳税人.欠税(\"913701001000000409\") 如果 合计(欠税.金额) > 500元 { 播放 \"欠得多。\" } 否则 { 播放 告知 } " + enqueue +
				"}"},
		{"an outcome", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 设 户 = 纳税人.查找(\"913701001000000409\") 否则 { 当 未找到 转到 乙 否则 挂机 } 播放 告知 播放 \"{户.名称}\" " + enqueue +
				"}\n流程 乙 { " + enqueue + "}"},
		{"no key", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 菜单 { 播放 \"听告知请按1。\" 按 1 \"听\" { 播放 告知 继续 } 否则 继续 } " + enqueue + "}"},
		{"a hang-up", "没有路径 到达 标记 \"走了\"", "流程 甲 { 当 挂机 标记 \"走了\"\n菜单 { 播放 \"继续请按1。\" 按 1 \"继续\" 继续 否则 挂机 } 挂机 }"},
		{"a global key", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 按 0 { " + enqueue + "}\n菜单 { 播放 \"继续请按1。\" 按 1 \"继续\" 继续 否则 挂机 } 播放 告知 挂机 }"},
		{"an answer", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 设 金 = 询问 金额 { 播放 \"请输入金额。\" 否则 挂机 } 如果 金 < 起点 { 播放 告知 } " + enqueue + "}"},
		{"time", "从 甲 到 排队 最多 3秒", "流程 甲 { 播放 \"一二三四五六七八九十一二三四。\" " + enqueue + "}"},
		{"keys", "从 甲 到 排队 最多 1次按键",
			"流程 甲 { 菜单 { 播放 \"继续请按1。\" 按 1 \"继续\" 继续 否则 挂机 } 菜单 { 播放 \"人工请按2。\" 按 2 \"人工\" 继续 否则 挂机 } " + enqueue +
				"}"},
	} {
		t.Run(c.name, func(t *testing.T) { broken(t, head+c.flow+"\n规则 \"一\" { "+c.rule+" }\n") })
	}
}
