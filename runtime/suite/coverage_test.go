package suite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/diag"
)

const covering = `语种 中文 缺则 中文
接入号 "12366" 进入 总机
缺省 { 时区 "UTC"
  当 出错 { 播放 "故障。" 挂机 }
  当 不可用 { 播放 "繁忙。" 挂机 }
  当 挂机 标记 "走了"
}
流程 总机 {
  执行 问候("您好")
  设 户 = 纳税人.查找("913701001000000409") 否则 { 当 未找到, 有多个 { 播放 "没有。" 留言 箱 } }
  如果 户.名称 是 "甲" { 转到 选 }
  挂机
}
流程 问候(话: 文本) { 播放 话 返回 }
菜单 选 {
  播放 "一请按1，二请按2。"
  按 1, 2 挂机
  当 没按键(1) 播放 "请按键。"
  最多 2次  否则 挂机
}
信箱 箱 { 问候 "请留言。" 最长 10秒 静默 5秒 }
流程 没人来 { 挂机 }
`

// Which edges a test takes, and what is said of those that it does not.
func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		name, test string
		want       []string // what is missed, in Chinese
	}{
		{"nothing", `测试 "无" { 应当 1 是 1 }`, []string{
			`4 : 处理“出错”`,
			`4 : “播放 "故障。"”做完，往下走`,
			`4 : “挂机”做完，往下走`,
			`5 : 处理“不可用”`,
			`5 : “播放 "繁忙。"”做完，往下走`,
			`5 : “挂机”做完，往下走`,
			`6 : “标记 "走了"”做完，往下走`,
			`6 : 处理“挂机”`,
			`8 总机: 进入流程`,
			`9 总机: “执行 问候("您好")”进入“问候”`,
			`9 总机: “执行 问候("您好")”做完，往下走`,
			`10 总机: “播放 "没有。"”做完，往下走`,
			`10 总机: “留言 箱”做完，往下走`,
			`10 总机: “留言 箱”时来电人挂机`,
			`10 总机: “设 户 = 纳税人.查找("913701001…”做完，往下走`,
			`10 总机: “设 户 = 纳税人.查找("913701001…”得到“不可用”`,
			`10 总机: “设 户 = 纳税人.查找("913701001…”得到“有多个”`,
			`10 总机: “设 户 = 纳税人.查找("913701001…”得到“未找到”`,
			`10 总机: “设 户 = 纳税人.查找("913701001…”时来电人挂机`,
			`11 总机: “如果 户.名称 是 "甲"”不成立`,
			`11 总机: “如果 户.名称 是 "甲"”成立`,
			`11 总机: “转到 选”`,
			`12 总机: “挂机”做完，往下走`,
			`14 问候: “播放 话”做完，往下走`,
			`14 问候: “返回”做完，回到上一层`,
			`14 问候: 进入流程`,
			`15 选: 按错`,
			`15 选: 时来电人挂机`,
			`15 选: 进入流程`,
			`16 选: “播放 "一请按1，二请按2。"”做完，往下走`,
			`17 选: “挂机”做完，往下走`,
			`17 选: 按 1`,
			`17 选: 按 2`,
			`18 选: “播放 "请按键。"”做完，往下走`,
			`18 选: 没按键，第1次`,
			`19 选: “挂机”做完，往下走`,
			`19 选: 次数用完`,
		}},
		{"one outcome of two in an arm, and the voicemail to its end", `测试 "留言" {
  假设 纳税人.查找(_) 得到 有多个
  拨打 "12366" 主叫 "13800138000" 听到 "请留言" 按 "#" 等待 30秒
  假设 纳税人.查找(_) 得到 {名称: "乙"}
  拨打 "12366" 主叫 "13800138000" 应当 挂机
  假设 纳税人.查找(_) 得到 不可用
  拨打 "12366" 主叫 "13800138000" 听到 "繁忙" 应当 挂机
}`, []string{
			`4 : 处理“出错”`,
			`4 : “播放 "故障。"”做完，往下走`,
			`4 : “挂机”做完，往下走`,
			`6 : “标记 "走了"”做完，往下走`,
			`6 : 处理“挂机”`,
			`10 总机: “留言 箱”时来电人挂机`,
			`10 总机: “设 户 = 纳税人.查找("913701001…”得到“未找到”`,
			`10 总机: “设 户 = 纳税人.查找("913701001…”时来电人挂机`,
			`11 总机: “如果 户.名称 是 "甲"”成立`,
			`11 总机: “转到 选”`,
			`15 选: 按错`,
			`15 选: 时来电人挂机`,
			`15 选: 进入流程`,
			`16 选: “播放 "一请按1，二请按2。"”做完，往下走`,
			`17 选: “挂机”做完，往下走`,
			`17 选: 按 1`,
			`17 选: 按 2`,
			`18 选: “播放 "请按键。"”做完，往下走`,
			`18 选: 没按键，第1次`,
			`19 选: “挂机”做完，往下走`,
			`19 选: 次数用完`,
		}},
		{"all but an error", `测试 "都走到" {
  假设 纳税人.查找(_) 得到 未找到
  拨打 "12366" 主叫 "13800138000" 听到 "请留言" 等待 1秒 挂机
  假设 纳税人.查找(_) 得到 有多个
  拨打 "12366" 主叫 "13800138000" 听到 "请留言" 按 "#" 等待 30秒
  假设 纳税人.查找(_) 得到 不可用 隔 1秒
  拨打 "12366" 主叫 "13800138000" 听到 "繁忙" 应当 挂机
  拨打 "12366" 主叫 "13800138000" 听到 "您好" 挂机
  假设 纳税人.查找(_) 得到 {名称: "乙"}
  拨打 "12366" 主叫 "13800138000" 应当 挂机
  假设 纳税人.查找(_) 得到 {名称: "甲"}
  拨打 "12366" 主叫 "13800138000" 听到 "一请按1" 按 "1"
  拨打 "12366" 主叫 "13800138000" 听到 "一请按1" 不按键 听到 "请按键" 按 "2"
  拨打 "12366" 主叫 "13800138000" 听到 "一请按1" 按 "5" 听到 "一请按1" 不按键 应当 挂机
  拨打 "12366" 主叫 "13800138000" 听到 "一请按1" 挂机
}`, []string{
			`4 : 处理“出错”`,
			`4 : “播放 "故障。"”做完，往下走`,
			`4 : “挂机”做完，往下走`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := tested(t, covering+c.test)
			for _, r := range report.Results {
				if !r.Passed {
					t.Error(told(r))
				}
			}
			var got []string
			for _, e := range report.Coverage.Missed {
				got = append(got, fmt.Sprintf("%d %s: %s", e.Line, e.Flow, e.What.Zh))
				if e.What.En == "" || e.File != "a.flow" {
					t.Errorf("%+v", e)
				}
			}
			less := func(list []string) map[string]int {
				m := map[string]int{}
				for _, s := range list {
					m[s]++
				}
				return m
			}
			if d := cmp.Diff(less(c.want), less(got)); d != "" {
				t.Error(d)
			}
			if n := report.Coverage.Edges - report.Coverage.Covered; n != len(c.want) {
				t.Errorf("%d missed, %d told", n, len(c.want))
			}
		})
	}
}

// Without a graph edges are known by their numbers.
func TestCoverageWithoutGraph(t *testing.T) {
	o := built(t, covering+`测试 "无" { 应当 1 是 1 }`)
	n := len(o.Graph.Edges)
	o.Graph = nil
	report, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if c := report.Coverage; c.Edges != n || c.Covered != 0 || len(c.Missed) != n || c.Missed[1].ID != 1 ||
		c.Missed[1].What != (diag.Text{}) {
		t.Errorf("%+v", c.Missed[:2])
	}
}

// Of every test of the shipped programs: what it took hangs together. An edge is taken only after one that leads to
// where it begins, so none is counted that was not reached, and none is left out on the way.
func TestCoverageHangsTogether(t *testing.T) {
	roots := []string{"flows"}
	for _, tongue := range []string{"zh", "en"} {
		lessons, err := filepath.Glob(filepath.Join("../../examples", tongue, "*"))
		if err != nil || len(lessons) == 0 {
			t.Fatal("no lessons", err)
		}
		for _, l := range lessons { // one with lookups of its own needs the library that reads them
			if own, err := filepath.Glob(l + "/*/*.sql"); err != nil || len(own) == 0 {
				roots = append(roots, strings.TrimPrefix(l, "../../"))
			}
		}
	}
	for _, root := range roots {
		t.Run(strings.ReplaceAll(root, "/", "_"), func(t *testing.T) {
			o := opened(t, filepath.Join("../..", root))
			report, err := Run(o)
			if err != nil {
				t.Fatal(err)
			}
			begins := entries(o.Checked, o.Graph)
			takeable := o.Graph.Takeable()
			for _, r := range report.Results {
				loose(t, o.Graph, r, begins, takeable)
			}
		})
	}
}

// loose reports the edges that a test took without having come there, and those that are said not to be takeable.
func loose(t *testing.T, g *graph.Graph, r Result, begins map[*graph.Node]bool, takeable []bool) {
	t.Helper()
	taken := map[int]bool{}
	for _, id := range r.covered {
		taken[id] = true
	}
	for id := range taken {
		e := g.Edges[id]
		if !takeable[id] {
			t.Errorf("%s took edge %d (%s %s, %s), which is said not to be takeable", r.Name, id, e.Kind, e.Label,
				e.From.File())
		}
		if !came(g, e.From, begins, taken, map[*graph.Node]bool{}) {
			t.Errorf("%s took edge %d (%s %s of %s at %d) without coming there", r.Name, id, e.Kind, e.Label,
				e.From.File(), e.From.Span().Start)
		}
	}
}

// came tells whether a node was come to, by an edge that was taken or by ways that are not counted.
func came(g *graph.Graph, n *graph.Node, begins map[*graph.Node]bool, taken map[int]bool,
	seen map[*graph.Node]bool) bool {
	if begins[n] {
		return true
	}
	if seen[n] {
		return false
	}
	seen[n] = true
	for _, in := range g.In(n) {
		if in.ID >= 0 && taken[int(in.ID)] || in.ID < 0 && came(g, in.From, begins, taken, seen) {
			return true
		}
	}
	return false
}

// entries are where calls begin, and the handlers of defaults.
func entries(p *check.Program, g *graph.Graph) map[*graph.Node]bool {
	begins := map[*graph.Node]bool{g.Defaults().Entry: true}
	for _, e := range append(append([]check.Entry{}, p.Numbers...), p.Messages...) {
		for _, f := range []*check.FlowInfo{e.Flow, e.Otherwise} {
			if fl := g.FlowOf(f); fl != nil {
				begins[fl.Entry] = true
			}
		}
	}
	for _, c := range p.Campaigns {
		for _, f := range []*check.FlowInfo{p.FlowOf(c.Decl.With), p.FlowOf(c.Decl.Beep), c.Send} {
			if fl := g.FlowOf(f); fl != nil {
				begins[fl.Entry] = true
			}
		}
	}
	return begins
}

// opened compiles a program of the repository.
func opened(t testing.TB, root string) Options {
	t.Helper()
	if _, err := os.Stat(root); err != nil {
		t.Fatal(err)
	}
	w, err := compiler.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	p, found := w.Check(compiler.Options{})
	for _, d := range found {
		if d.Severity == diag.Error {
			t.Fatalf("%s %s", d.Code, d.Sentence(diag.En))
		}
	}
	g := graph.Build(p)
	out, err := emit.Emit(p, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	return Options{Checked: p, Program: out.Program, Graph: g}
}

// The hotline's own tests go through nearly all of it, and say so of every department's file.
func TestHotlineCoverage(t *testing.T) {
	report, err := Run(opened(t, "../../flows"))
	if err != nil {
		t.Fatal(err)
	}
	if report.Failed > 0 || report.Passed < 60 {
		t.Errorf("%d passed, %d failed", report.Passed, report.Failed)
	}
	if c := report.Coverage; c.Covered*100 < c.Edges*95 {
		t.Errorf("%d of %d edges", c.Covered, c.Edges)
	}
}

// A dozen of the hotline's tests, and more, suit a telephone in real time: one call each, no clock to set, no agent, no
// long wait. What they assume are answers of systems.
func TestHotlineSuitsATelephone(t *testing.T) {
	o := opened(t, "../../flows")
	var asked []Needs
	o.Driver, o.AtOnce = picky{asked: &asked}, 1
	if _, err := Run(o); err != nil {
		t.Fatal(err)
	}
	suits := 0
	for i, n := range asked {
		calls := 0
		for _, line := range o.Checked.Tests[i].Decl.Items {
			if line.Kind == "call" {
				calls++
			}
		}
		if calls == 1 && !n.Clock && !n.Message && !n.Campaign && !n.Agents && !n.Data && n.Wait <= 10_000 {
			suits++
		}
	}
	if suits < 12 {
		t.Errorf("%d tests suit a telephone", suits)
	}
	t.Logf("%d of %d tests suit a telephone", suits, len(asked))
}
