package score

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/diag"
	"rexian/runtime/mutate"
)

// shop is a program whose menu leads to three places.
const shop = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai" 等待 5秒 键间隔 3秒 最多 2次 当 挂机 标记 "挂机" 当 出错 挂机 当 不可用 挂机 }
流程 主流程 {
  播放 必听 "欢迎。"
  菜单 {
    播放 "查询请按1，办理请按2。"
    按 1 "查询" { 播放 "正在查询。" 挂机 }
    按 2 "办理" { 播放 "正在办理。" 挂机 }
    否则 { 播放 "再见。" 挂机 }
  }
}
`

// measured is what becomes of the slips in the shop with tests.
func measured(t *testing.T, tests string, chosen func(*mutate.Mutant) bool) *Report {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(shop+tests), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := compiler.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j := w.Decide(compiler.Options{})
	for _, d := range j.Findings {
		if d.Severity == diag.Error {
			t.Fatal(d.Sentence(diag.Zh), d.Span)
		}
	}
	g := graph.Build(j.Checked)
	out, err := emit.Emit(j.Checked, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Options{Checked: j.Checked, Program: out.Program, Graph: g, Select: chosen})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range r.Tests.Results {
		for _, d := range one.Failures {
			t.Errorf("%s: %s", one.Name, d.Sentence(diag.Zh))
		}
	}
	return r
}

// fates are the slips that had a fate, one a line.
func fates(r *Report, f Fate) string {
	var b strings.Builder
	for i := range r.Slips {
		if r.Slips[i].Fate == f {
			b.WriteString(r.Slips[i].Kind + " " + r.Slips[i].What.Zh + "\n")
		}
	}
	return b.String()
}

const asks = `测试 "按1查询" { 拨打 "12366" 主叫 "13800138000" 听到 "按2" 按 "1" 听到 "正在查询" 应当 挂机 }
`

func TestSlipsThatNoTestNotices(t *testing.T) {
	r := measured(t, asks, nil)
	if r.Tests.Failed != 0 || r.Count(Noticed) == 0 {
		t.Fatalf("%+v", r.Tests.Results)
	}
	missed := fates(r, Survived) + fates(r, Unmet)
	for _, want := range []string{"words 主流程 里漏播了“正在办理。”", "must hear “欢迎。”不再必听", "default 缺省的“等待”由 5 秒 成了 10 秒",
		"key 主流程 里按 2 成了按 3"} {
		if !strings.Contains(missed, want) {
			t.Errorf("%s: is not told of:\n%s", want, missed)
		}
	}
	if !strings.Contains(fates(r, Noticed), "swap 主流程 里按 1 和按 2 去的地方对调了") {
		t.Error("swapped options are not noticed")
	}
	if !strings.Contains(fates(r, Equal), "default 缺省的“键间隔”") {
		t.Errorf("no caller can tell how long is waited between keys where one is all:\n%s", fates(r, Equal))
	}
	if s := r.Score(); s <= 0 || s >= 100 {
		t.Errorf("score %v", s)
	}
	for i := range r.Slips {
		if s := &r.Slips[i]; s.Fate == Survived && s.Than == nil {
			t.Errorf("%s: no call shows it", s.What.Zh)
		}
	}
}

// TestTheScoreCanBeWhole: with tests of all that callers can tell, every slip that counts is noticed.
func TestTheScoreCanBeWhole(t *testing.T) {
	r := measured(t, asks+`测试 "按2办理" { 拨打 "12366" 主叫 "13800138000" 听到 "按2" 按 "2" 听到 "正在办理" 应当 挂机 }
测试 "逐项念到" { 拨打 "12366" 主叫 "13800138000" 听到 "查询请按1" 听到 "办理请按2" }
测试 "欢迎必须听完" { 拨打 "12366" 主叫 "13800138000" 按 "1" 听到 "欢迎" 听到 "按2" 按 "1" 听到 "正在查询" }
测试 "两次不按就再见" { 拨打 "12366" 主叫 "13800138000" 听到 "按2" 不按键 听到 "没有收到" 听到 "按2" 不按键 听到 "再见" 应当 挂机 }
测试 "按错就重来" { 拨打 "12366" 主叫 "13800138000" 听到 "按2" 按 "5" 听到 "没有这个选项" 挂机 应当 标记 "挂机" }
`, func(m *mutate.Mutant) bool { return m.Kind != "default" })
	if r.Score() != 100 {
		t.Errorf("%.1f: %s%s", r.Score(), fates(r, Survived), fates(r, Unmet))
	}
}
