package vm_test

import (
	"encoding/json"
	"testing"

	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// The three programs of pure computing that bench/ measures against other languages.
const (
	nested = head + `
flow main {
  let total = 0
  let step = 0.5
  repeat at most 1000 { repeat at most 1000 { set total = total + step * 3 } }
  mark "done"
  attach total = total
  hangup
}`
	calls = head + `
flow main {
  let total = 0
  repeat at most 100 { repeat at most 1000 { let n = do next(total) set total = n } }
  attach total = total
  hangup
}
flow next(n: number): number { return n + 1 }`
	sums = head + `
flow main {
  let total = 0
  let n = 0
  repeat at most 1000 { set n = 0 repeat at most 1000 { set n = n + 1 set total = total + n * 3 - 1 } }
  attach total = total
  hangup
}`
	menu = head + `
flow main {
  let total = 0
  let key = 0
  let target = ""
  repeat at most 100 { repeat at most 1000 {
    set key = key + 1
    if key more than 9 { set key = 0 }
    match key {
      on 0 { set target = "agent" }
      on 1 { set target = "consulting" }
      on 2 { set target = "arrears" }
      on 3 { set target = "filing" }
      on 4 { set target = "complaint" }
      otherwise { set target = "menu" }
    }
    if target is "agent" { set total = total + 100 }
    let words = "key {key}: {target}"
    set total = total + length(words)
  } }
  attach total = total
  hangup
}`
	decisions = head + `
flow main {
  let n = 0
  let hits = 0
  let text = "无"
  repeat at most 100 { repeat at most 1000 {
    set n = n + 1
    if n is 10 { set n = 0 }
    match n {
      on 1 { set text = "第{n}项：{hits}" }
      on 2, 3 { set text = "{n}笔" }
      on 4..6 { if hits more than 5 { set hits = hits + 1 } else { set hits = hits + 2 } }
      otherwise { set hits = hits + 1 }
    }
  } }
  attach hits = hits
  attach text = text
  hangup
}`
)

// compute runs a program that only computes and returns what it attached first.
func compute(t testing.TB, im *vm.Image) int64 {
	m := im.New(vm.Call{})
	e := m.Start(int(im.Program.Numbers[0].Func), nil, morning)
	got, found := int64(-1), false
	for !e.End {
		if len(e.Args) > 0 && !found {
			got, found = e.Args[0].N, true
		}
		e = m.Resume(vm.Event{Kind: vm.Done, Now: morning})
	}
	if e.How != vm.EndHangup {
		t.Fatal("ended by", e.How)
	}
	return got
}

func TestPrograms(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      int64
	}{{"nested", nested, 1_500_000_000_000}, {"calls", calls, 100_000_000_000},
		{"decisions", decisions, 70_003_000_000},
		{"sums", sums, 1_500_500_000_000_000}, {"menu", menu, 2_270_000_000_000}} {
		if got := compute(t, image(t, c.src)); got != c.want {
			t.Errorf("%s = %d, want %d", c.name, got, c.want)
		}
	}
}

func benchmark(b *testing.B, src string) {
	im := compiled(b, src, false)
	b.ReportAllocs()
	for b.Loop() {
		compute(b, im)
	}
}

func BenchmarkNested(b *testing.B)    { benchmark(b, nested) }
func BenchmarkSums(b *testing.B)      { benchmark(b, sums) }
func BenchmarkMenu(b *testing.B)      { benchmark(b, menu) }
func BenchmarkCalls(b *testing.B)     { benchmark(b, calls) }
func BenchmarkDecisions(b *testing.B) { benchmark(b, decisions) }

const waiting = head + `
flow main { goto top }
menu top { say "请按1" press 1 "一" goto top press 2 "二" goto main otherwise hangup }`

func BenchmarkResume(b *testing.B) {
	im := image(b, waiting)
	m := im.New(vm.Call{ID: "c", Caller: "13800138000", Number: "12366"})
	m.Start(int(im.Program.Numbers[0].Func), nil, morning)
	press := vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.Option}}
	done := vm.Event{Kind: vm.Done}
	b.ReportAllocs()
	for b.Loop() {
		m.Resume(done)
		m.Inputs = 0
		m.Resume(press)
	}
}

// A suspended call is small: what is kept of it between two events.
func TestSuspendedSize(t *testing.T) {
	im := image(t, waiting)
	m := im.New(vm.Call{ID: "c", Caller: "13800138000", Number: "12366"})
	m.Start(int(im.Program.Numbers[0].Func), nil, morning)
	m.Resume(vm.Event{Kind: vm.Done, Now: morning})
	snapshot, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Stack  []vm.Value
		Frames []vm.Frame
	}
	if err := json.Unmarshal(snapshot, &state); err != nil {
		t.Fatal(err)
	}
	if size := len(state.Stack)*16 + len(state.Frames)*16; size > 1024 || len(snapshot) > 1024 {
		t.Errorf("a suspended call has %d bytes of stack and a snapshot of %d", size, len(snapshot))
	}
}
