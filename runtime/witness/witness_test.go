package witness_test

import (
	"os"
	"slices"
	"strings"
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
	out, err := emit.Emit(p, emit.Options{Graph: g, Cover: true, Rules: true})
	if err != nil {
		t.Fatal(err)
	}
	return program{p, g, rules.Decide(p, g, readout.Voice{}), out}
}

// broken decides a program whose only rule is not true, writes its counter-example, and runs that.
func broken(t *testing.T, src string) {
	t.Helper()
	c := compiled(t, src)
	var v rules.Verdict
	for _, x := range c.verdicts {
		if x.Name() == "一" {
			v = x
		} else if x.State != rules.Proved {
			t.Errorf("%s is %v too: %v", x.Name(), x.State, x.Why)
		}
	}
	if v.State != rules.Refuted || v.Path == nil {
		t.Fatalf("%s is %v: %v", v.Name(), v.State, v.Why)
	}
	w, err := witness.New(c.p, c.g, c.out)
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
作息 夜班 { 时区 "Asia/Shanghai" 工作日 18:00-22:00 }
名单 贵宾
规则 "菜单都不深" { 每个菜单 最多 5层, 9项 }
规则 "井号不作选项" { 每个菜单 按 # 只做 重听 }
规则 "不发邮件" { 没有路径 到达 发邮件 }
`

// TestBroken refutes each program of the list, and runs the test that shows why.
func TestBroken(t *testing.T) {
	text, err := os.ReadFile("testdata/broken.txt")
	if err != nil {
		t.Fatal(err)
	}
	short := strings.NewReplacer("$排", "排队 咨询 否则 挂机\n挂机 ",
		"$问", `菜单 { 播放 "继续请按1。" 按 1 "继续" 继续 否则 挂机 } `)
	programs := strings.Split(string(text), "\n== ")[1:]
	if len(programs) < 60 {
		t.Fatalf("%d programs", len(programs))
	}
	for _, c := range programs {
		name, rest, _ := strings.Cut(c, "\n")
		rule, flows, _ := strings.Cut(rest, "\n")
		t.Run(name, func(t *testing.T) {
			broken(t, head+short.Replace(flows)+"\n规则 \"一\" { "+rule+" }\n")
		})
	}
}

// TestWhenIsAssumed shows a rule that is broken in calls of one kind only by a call of that kind.
func TestWhenIsAssumed(t *testing.T) {
	for when, given := range map[string]string{
		"通知 开启":       "假设 通知 开启",
		"上班 休息":       "假设 上班 休息",
		"来电号码 属于 黑名单": `假设 黑名单 含 "13800138000"`,
	} {
		c := compiled(t, head+"流程 甲 { 排队 咨询 否则 挂机\n挂机 }\n规则 \"一\" { 没有路径 到达 排队 仅当 "+when+" }\n")
		w, err := witness.New(c.p, c.g, c.out)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.verdicts {
			if v := &c.verdicts[i]; v.Name() == "一" {
				if test := w.Refutation(v); !test.Shown || !strings.Contains(test.Source, given) {
					t.Errorf("%s: the counter-example does not assume it:\n%s", when, test.Source)
				}
			}
		}
	}
}
