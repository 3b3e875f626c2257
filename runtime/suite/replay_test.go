package suite

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/runtime/sim"
	"rexian/runtime/trace"
	"rexian/runtime/vm"
)

// taxes answers the lookups of the call that is replayed.
type taxes struct{}

func (taxes) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	switch e.Name {
	case "taxpayer.verify":
		return vm.Event{Kind: vm.Answer,
				Value: vm.Record(vm.Text("测试公司"), vm.Text("913701001000000409"), vm.Absent(), vm.Absent(), vm.Absent())},
			700
	case "taxpayer.arrears":
		return vm.Event{Kind: vm.Answer, Value: vm.List()}, 300
	}
	return vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, 0
}
func (taxes) Query(vm.Effect, int64) vm.Event          { return vm.Event{Kind: vm.Answer} }
func (taxes) Outcome(vm.Effect, int64) (string, int64) { return "", 0 }

// recorded makes a call to the hotline and returns its log.
func recorded(t *testing.T, p *bundle.Program) []byte {
	t.Helper()
	image, err := vm.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	now := int64(1_791_768_600_000)
	fn := -1
	for _, n := range p.Numbers {
		if n.Text == "12366" {
			fn = int(n.Func)
		}
	}
	r := trace.Record(&log, p, vm.Call{ID: "sim", Number: "12366", Caller: "13800138000"}, fn, nil, now)
	c := sim.New(sim.Options{Image: image, Func: fn, Now: now, Number: "12366", Caller: "13800138000", Answers: taxes{},
		Watch: r})
	c.Start()
	c.Press("121", sim.KeyGap)
	c.Rest()
	c.Press("913701001000000409#", sim.KeyGap)
	c.Rest()
	c.Press("482915", sim.KeyGap)
	c.Rest()
	c.Hangup()
	if _, over := c.Over(); !over || r.Err() != nil {
		t.Fatalf("over %v, %v", over, r.Err())
	}
	return log.Bytes()
}

func TestACallReplaysExactly(t *testing.T) {
	src, err := os.ReadFile("../../lang/parse/testdata/hotline.flow")
	if err != nil {
		t.Fatal(err)
	}
	p := built(t, string(src)).Program
	raw := recorded(t, p)
	if bytes.Contains(raw, []byte("482915")) || !bytes.Contains(raw, []byte("••••••")) {
		t.Errorf("the PIN is in the log, or was never keyed:\n%s", raw)
	}
	if !bytes.Equal(raw, recorded(t, p)) {
		t.Error("the same call gives another log")
	}
	log, cut, err := trace.Read(bytes.NewReader(raw))
	if err != nil || cut {
		t.Fatalf("%v, %v", cut, err)
	}
	replay := func(p *bundle.Program) *trace.Divergence {
		step, err := trace.Machine(p, log.Header)
		if err != nil {
			t.Fatal(err)
		}
		d, err := trace.Replay(log, step)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := replay(p); d != nil {
		t.Errorf("the same program: %v", d)
	}
	// A further prompt elsewhere renumbers everything and changes nothing for this call.
	more := strings.Replace(string(src), "提示语 欢迎词", "提示语 一句话 { 中文 \"一句话。\" }\n\n提示语 欢迎词", 1)
	if d := replay(built(t, more).Program); d != nil {
		t.Errorf("a prompt that the call does not hear: %v", d)
	}
	changed := strings.Replace(string(src), `播放 "截至{今天}，您没有欠税。" 转到 还需要什么`, `标记 "没有欠税" 播放 "截至{今天}，您没有欠税。" 转到 还需要什么`, 1)
	if changed == string(src) {
		t.Fatal("the hotline has changed")
	}
	d := replay(built(t, changed).Program)
	if d == nil || d.Path != "kind" {
		t.Errorf("a further milestone: %v", d)
	}
}
