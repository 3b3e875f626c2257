package check_test

import (
	"os"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// respell writes the library's words in one tongue, as the formatter does.
func respell(p *check.Program, src string, tongue diag.Tongue) string {
	var out []byte
	for i := 0; i < len(src); {
		w, ok := p.LibraryName("a.flow", i)
		if !ok {
			out = append(out, src[i])
			i++
			continue
		}
		switch {
		case len(src)-i >= len(w.Zh) && src[i:i+len(w.Zh)] == w.Zh:
			i += len(w.Zh)
		case len(src)-i >= len(w.En) && src[i:i+len(w.En)] == w.En:
			i += len(w.En)
		default: // a synonym
			out = append(out, src[i])
			i++
			continue
		}
		out = append(out, w.In(tongue)...)
	}
	return string(out)
}

// TestLibraryWordsConvert writes the hotline with English library names, finds nothing wrong with it, and gets the
// same bytes back in Chinese.
func TestLibraryWordsConvert(t *testing.T) {
	b, err := os.ReadFile("../../lang/parse/testdata/hotline.flow")
	if err != nil {
		t.Fatal(err)
	}
	zh := string(b)
	p, _ := run(zh)
	en := respell(p, zh, diag.En)
	if en == zh {
		t.Fatal("nothing was converted")
	}
	q, found := run(en)
	if len(found) > 0 {
		t.Fatalf("with English names:\n%s", render(en, found))
	}
	if back := respell(q, en, diag.Zh); back != zh {
		for i := range min(len(back), len(zh)) {
			if back[i] != zh[i] {
				t.Fatalf("not the same after both ways, from\n%s\nand\n%s", zh[max(0, i-60):min(len(zh), i+60)],
					back[max(0, i-60):min(len(back), i+60)])
			}
		}
		t.Fatal("not the same length after both ways")
	}
}

// TestMeaning looks at what the checker notes beside the tree.
func TestMeaning(t *testing.T) {
	b, err := os.ReadFile("../../lang/parse/testdata/hotline.flow")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := run(string(b))

	if p.Zone != "Asia/Shanghai" || p.Fallback != "zh" || len(p.Languages) != 2 || len(p.Numbers) != 4 ||
		len(p.Messages) != 7 {
		t.Errorf("the program: %q %q %v, %d numbers, %d messages", p.Zone, p.Fallback, p.Languages, len(p.Numbers),
			len(p.Messages))
	}
	if p.Messages[6].Text != "" || p.Messages[0].Text == "" {
		t.Errorf("the message for all other words is not last: %v", p.Messages)
	}
	channels := map[string]check.Channel{"人工": check.Voice, "短信查欠税": check.Written, "身份核验": check.Voice}
	for name, want := range channels {
		if f := p.FlowNamed(name); f == nil || f.Channel != want {
			t.Errorf("channel of %s: %+v", name, f)
		}
	}
	if s := p.Find("大额复核线"); s.Value.N != 5_000_000_00 || s.Type.Kind != types.Money {
		t.Errorf("the setting is %d of %v", s.Value.N, s.Type)
	}

	// The outcomes of taxpayer.arrears in 欠税查询 go to defaults, those of the enqueue to its own arms.
	catches := func(flow string, find func(ast.Step) bool) map[string]check.Source {
		for _, s := range p.FlowNamed(flow).Body.Steps {
			if !find(s) {
				continue
			}
			m := map[string]check.Source{}
			for _, x := range p.GuardOf(s).Catches {
				m[x.Tag] = x.By
			}
			return m
		}
		t.Fatalf("no such step in %s", flow)
		return nil
	}
	lets := func(name string) func(ast.Step) bool {
		return func(s ast.Step) bool { l, ok := s.(*ast.Let); return ok && l.Name.Text == name }
	}
	if m := catches("欠税查询", lets("欠税")); len(m) != 1 || m["unavailable"] != check.Raised {
		t.Errorf("欠税查询: %v", m)
	}
	if m := catches("身份核验", lets("本户")); m["wrong_pin"] != check.ByArm || m["unavailable"] != check.Raised {
		t.Errorf("身份核验: %v", m)
	}
	if m := catches("人工", func(s ast.Step) bool { _, ok := s.(*ast.Enqueue); return ok }); len(m) != 4 ||
		m["closed"] != check.ByArm {
		t.Errorf("人工: %v", m)
	}

	// A queue inherits what it does not state.
	for _, q := range p.Queues {
		if q.Name != "投诉专席" {
			continue
		}
		have := map[string]int{}
		for _, i := range q.Items {
			have[i.Kind]++
		}
		if have["music"] != 1 || have["offer"] != 1 || have["skill"] != 1 || have["ring"] != 1 {
			t.Errorf("投诉专席 has %v", have)
		}
	}

	// A table's rows are typed, its key keeps its width.
	for _, x := range p.Tables {
		if x.Name != "办税厅" {
			continue
		}
		i, ok := x.ByKey["01"]
		if !ok || x.Rows[i][3].S != "053188880001" {
			t.Errorf("办税厅: %v %v", x.ByKey, x.Rows)
		}
	}
}

// TestSlots: each local of a flow has a number of its own, parameters first.
func TestSlots(t *testing.T) {
	b, err := os.ReadFile("../../lang/parse/testdata/hotline.flow")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := run(string(b))
	for _, f := range p.Flows {
		for i, s := range f.Locals {
			if s.Slot != i || i < len(f.Params) && s != f.Params[i] {
				t.Errorf("%s: %s has slot %d at %d", f.Name, s.Name, s.Slot, i)
			}
		}
	}
}

// TestManyFaultsOnce: a hundred faults in one file are a hundred findings.
func TestManyFaultsOnce(t *testing.T) {
	src := "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 出错 挂机 }\n流程 主流程 {\n"
	for range 100 {
		src += "  播放 没有的词\n  如果 没有的值 大于 3元 且 今天 是 今天 { 继续 }\n"
	}
	_, found := run(src + "  挂机\n}\n")
	if len(found) != 200 {
		t.Errorf("%d findings for 200 faults", len(found))
	}
	p, list := check.Check(nil, check.Env{})
	if p == nil || len(list) != 0 {
		t.Errorf("no files: %v", list)
	}
	f, _ := parse.Parse("空.flow", nil)
	if _, list := check.Check([]*ast.File{f, f}, check.Env{}); len(list) != 1 || list[0].Code != "RX2007" {
		t.Errorf("empty files: %v", list)
	}
}
