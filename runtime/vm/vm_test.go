package vm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// head is what every program of these tests begins with.
const head = `
languages zh, en fallback zh
number "12366" enters main
defaults { zone "Asia/Shanghai" on error { say "出错" hangup } on unavailable { say "不可用" hangup } on hangup { mark "gone" } }
`

// image compiles a source, sends it through the encoding, and loads it.
func image(t testing.TB, src string) *vm.Image { return compiled(t, src, true) }

// compiled is image, with or without counting the edges.
func compiled(t testing.TB, src string, cover bool) *vm.Image {
	t.Helper()
	file, diags := parse.Parse("a.flow", []byte(src))
	p, more := check.Check([]*ast.File{file}, check.Env{})
	for _, d := range append(diags, more...) {
		if d.Severity == diag.Error {
			t.Fatalf("%s %v at %q", d.Code, d.Args, src[d.Span.Start:min(d.Span.End, len(src))])
		}
	}
	out, err := emit.Emit(p, emit.Options{Graph: graph.Build(p), Cover: cover})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Encode(out.Program)
	if err != nil {
		t.Fatal(err)
	}
	q, err := bundle.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	im, err := vm.Load(q)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

var morning = time.Date(2026, 10, 12, 1, 30, 0, 0, time.UTC).UnixMilli()

// host answers a machine's effects from a script and writes down what it was asked.
type host struct {
	t      *testing.T
	im     *vm.Image
	m      *vm.Machine
	script []vm.Event // for effects that need more than Done
	log    []string
}

// play runs a program's entry to its end. Between all steps the machine is saved and restored, so that every test is
// one of snapshots too.
func play(t *testing.T, src string, script ...vm.Event) []string {
	t.Helper()
	return playImage(t, image(t, head+src), script...)
}

// playImage is play of a program that was compiled already.
func playImage(t *testing.T, im *vm.Image, script ...vm.Event) []string {
	t.Helper()
	h := &host{t: t, im: im, script: script}
	h.m = h.im.New(vm.Call{ID: "c1", Caller: "13800138000", Number: "12366"})
	h.m.Cover()
	e := h.m.Start(int(h.im.Program.Numbers[0].Func), nil, morning)
	for range 10_000 {
		if e.End {
			h.log = append(h.log, "end "+e.How.String())
			return h.log
		}
		ev := h.answer(e)
		if e.Kind != bundle.ApologySite {
			snapshot, err := h.m.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			if h.m, err = h.im.Restore(snapshot); err != nil {
				t.Fatalf("%v\n%s", err, snapshot)
			}
		}
		ev.Now = morning
		e = h.m.Resume(ev)
	}
	t.Fatal("the program does not end")
	return nil
}

func (h *host) answer(e vm.Effect) vm.Event {
	args, _ := json.Marshal(e.Args)
	note := func(s string) { h.log = append(h.log, s) }
	next := func() vm.Event {
		if len(h.script) == 0 {
			h.t.Fatalf("nothing in the script for %s %s\n%s", e.Kind, e.Name, strings.Join(h.log, "\n"))
		}
		ev := h.script[0]
		h.script = h.script[1:]
		return ev
	}
	switch e.Kind {
	case bundle.SaySite, bundle.ApologySite:
		var words strings.Builder
		for _, q := range h.im.Program.Prompts[e.Prompt].Wording(e.Lang, h.im.Program.Fallback) {
			words.WriteString(q.Text)
			if q.Kind != "" {
				v, _ := json.Marshal(e.Args[q.Arg])
				words.Write(v)
			}
		}
		note("say " + words.String())
	case bundle.CollectSite:
		s := fmt.Sprintf("collect wait=%d offered=%b", e.Spec.Wait, e.Offered)
		if e.Clear {
			s += " clear"
		}
		if e.Spec.Ranged {
			s += fmt.Sprintf(" range=%d..%d", e.Spec.Min, e.Spec.Max)
		}
		if e.Spec.Global != "" {
			s += " global=" + e.Spec.Global
		}
		note(s)
		return next()
	case bundle.LookupSite:
		note(fmt.Sprintf("lookup %s%s within=%d", e.Name, args, e.Within))
		return next()
	case bundle.QuerySite:
		note(fmt.Sprintf("query %s%s", e.Name, args))
		return next()
	case bundle.EnqueueSite:
		note(fmt.Sprintf("enqueue %s offers=%v", args, e.Offers))
		return next()
	case bundle.TransferSite, bundle.RecordSite, bundle.VoicemailSite:
		note(fmt.Sprintf("%s %s", e.Kind, args))
		return next()
	default:
		note(strings.TrimSpace(fmt.Sprintf("%s %s%s", e.Kind, e.Name, args)))
	}
	return vm.Event{Kind: vm.Done}
}

func option(i int) vm.Event {
	return vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.Option, Index: i}}
}

func number(n int64) vm.Event {
	return vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.Value, N: n}}
}

func miss(r collect.Reason) vm.Event {
	return vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.NoMatch, Reason: r}}
}

var silence = vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.NoInput}}

func global(i int) vm.Event {
	return vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.Global, Index: i}}
}

func outcome(tag string) vm.Event { return vm.Event{Kind: vm.Outcome, Tag: tag} }

func answer(v vm.Value) vm.Event { return vm.Event{Kind: vm.Answer, Value: v} }

func TestFlows(t *testing.T) {
	for _, c := range []struct {
		name   string
		src    string
		script []vm.Event
		want   []string
	}{
		{"products are rounded once", `
flow main {
  let a = 0.1 yuan
  let n = 0.000001
  let x = a * 1.5
  let y = a * 0.5 + a * 0.5 + 0 yuan
  let z = a * 0.05 + a * 0.05
  let w = 1 yuan / 3 * 3
  let v = n * 0.5
  say "{x} {y} {z} {w} {v}"
  hangup
}`, nil, []string{"say 15 10 1 100 1", "end hangup"}},
		{"division by zero is an error", `
flow main {
  let a = 1
  let b = a - 1
  let c = a / b
  say "{c}"
  hangup
}`, nil, []string{"say 出错", "end hangup"}},
		{"overflow is an error", `
flow main {
  let a = 999999999999
  let b = a * 1000000
  say "{b}"
  hangup
}`, nil, []string{"say 出错", "end hangup"}},
		{"a flow that returns from its handler leaves the registers of the one that did it", `
call data kept: text
flow main {
  do short
  let e = record { say "请说" otherwise hangup }
  menu { say "请按1" press 1 "一" continue otherwise hangup }
  attach e = e
  hangup
}
flow short { on error { return } say "{kept}" return }`,
			[]vm.Event{outcome("noinput"), answer(vm.Text("1.wav")), silence, option(0)},
			[]string{"say 请说", "record [120000,5000]", "say 没有收到您的按键。", "say 请说", "record [120000,5000]",
				"say 请按1", "collect wait=5000 offered=1", "say 没有收到您的按键。", "say 请按1",
				"collect wait=5000 offered=1 clear", `attach e["1.wav"]`, "end hangup"}},
		{"dates, months, text", `
flow main {
  let d = today + 30d
  let m = this_month - 1 months
  let s = "第{count([1, 2])}笔，{caller:masked}"
  say "{d} {m} {s} {d - today}"
  if d later than today and this_month is 2026-10 { say "yes" }
  hangup
}`, nil, []string{`say 20768 24320 "第2笔，138****8000" 2592000000`, "say yes", "end hangup"}},
		{"a menu: misses, options, again", `
flow main { goto top }
menu top {
  say "请按1"
  press 1 "一" { say "好" hangup }
  press * again
  on nomatch(2) { say "又错" }
  wait 3s tries 4 otherwise { say "再见" hangup }
}`, []vm.Event{silence, option(1), miss(collect.Unlisted), miss(collect.Unlisted), option(0)},
			[]string{"say 请按1", "collect wait=3000 offered=11", "say 没有收到您的按键。", "say 请按1",
				"collect wait=3000 offered=11 clear",
				"say 请按1", "collect wait=3000 offered=11", "say 没有这个选项，请重新选择。", "say 请按1",
				"collect wait=3000 offered=11 clear",
				"say 又错", "say 请按1", "collect wait=3000 offered=11 clear", "say 好", "end hangup"}},
		{"no try is left", `
flow main { goto top }
menu top { say "请按1" press 1 "一" hangup tries 2 otherwise { say "再见" hangup } }`, []vm.Event{silence, silence},
			[]string{"say 请按1", "collect wait=5000 offered=1", "say 没有收到您的按键。", "say 请按1",
				"collect wait=5000 offered=1 clear", "say 再见", "end hangup"}},
		{"an option that is not offered", `
switch open_late off
flow main { goto top }
menu top { say "请按1" press 1 "一" hangup press 2 "二" when open_late is on { say "二" hangup } otherwise hangup }`,
			[]vm.Event{answer(vm.Bool(true)), option(1)},
			[]string{"query switch[]", "say 请按1", "collect wait=5000 offered=11", "say 二", "end hangup"}},
		{"a question with range and confirmation", `
flow main {
  let n = ask money { say "金额" range 1 yuan..100 yuan confirm otherwise { say "再见" hangup } }
  say "{n}"
  hangup
}`, []vm.Event{number(500), option(1), number(600), option(0)},
			[]string{"say 金额", "collect wait=5000 offered=0 range=100..10000", "say 您输入的是500，正确请按1，重新输入请按2。",
				"collect wait=5000 offered=11 clear",
				"say 金额", "collect wait=5000 offered=0 clear range=100..10000", "say 您输入的是600，正确请按1，重新输入请按2。",
				"collect wait=5000 offered=11 clear", "say 600", "end hangup"}},
		{"do returns, a lookup's outcome is caught where it is named", `
flow main {
  let d = do debts("913701001000000409")
  say "{d}"
  let x = taxpayer.find("913701001000000409") otherwise { on not_found { say "没有" hangup } otherwise { say "别的" hangup } }
  say "{x.name}"
  hangup
}
flow debts(id: taxpayer_id): number {
  let owed = taxpayer.arrears(id) within 3s
  return count(owed)
}`, []vm.Event{answer(vm.List(vm.Record(), vm.Record())), outcome("not_found")},
			[]string{`lookup taxpayer.arrears["913701001000000409"] within=3000`, "say 2000000",
				`lookup taxpayer.find["913701001000000409"] within=5000`, "say 没有", "end hangup"}},
		{"an outcome is caught by a caller's handler", `
flow main {
  on unavailable { say "外层" hangup }
  do inner()
  hangup
}
flow inner {
  let owed = taxpayer.arrears("913701001000000409")
  say "{count(owed)}"
  return
}`, []vm.Event{outcome("unavailable")}, []string{`lookup taxpayer.arrears["913701001000000409"] within=5000`, "say 外层", "end hangup"}},
		{"a handler's own failure goes outward", `
flow main {
  on unavailable { do inner() hangup }
  do inner()
  hangup
}
flow inner {
  let owed = taxpayer.arrears("913701001000000409")
  say "{count(owed)}"
  return
}`, []vm.Event{outcome("unavailable"), outcome("unavailable")},
			[]string{`lookup taxpayer.arrears["913701001000000409"] within=5000`,
				`lookup taxpayer.arrears["913701001000000409"] within=5000`, "say 不可用", "end hangup"}},
		{"a global key drops the flows inside", `
flow main {
  press 0 { say "人工" hangup }
  do inner()
  hangup
}
flow inner {
  menu { say "请按1" press 1 "一" continue otherwise hangup }
  return
}`, []vm.Event{global(0)}, []string{"say 请按1", "collect wait=5000 offered=1 global=0", "say 人工", "end hangup"}},
		{"the nearest on hangup runs, once", `
flow main {
  on hangup { mark "main" }
  do inner()
  hangup
}
flow inner {
  on hangup { mark "inner" }
  menu { say "请按1" press 1 "一" continue otherwise hangup }
  return
}`, []vm.Event{{Kind: vm.Hangup}}, []string{"say 请按1", "collect wait=5000 offered=1", "mark inner[]", "end caller"}},
		{"hang-up in defaults", `
flow main { menu { say "请按1" press 1 "一" continue otherwise hangup } hangup }`, []vm.Event{{Kind: vm.Hangup}},
			[]string{"say 请按1", "collect wait=5000 offered=1", "mark gone[]", "end caller"}},
		{"an absent field is an error, tested it is not", `
flow main {
  let x = taxpayer.find("913701001000000409") otherwise hangup
  if x.name is empty { say "无名" }
  say "{x.name}"
  hangup
}`, []vm.Event{answer(vm.Record())}, []string{`lookup taxpayer.find["913701001000000409"] within=5000`, "say 无名", "say 出错", "end hangup"}},
		{"loops: next, stop, cap", `
flow main {
  let n = 0
  repeat at most 5 { set n = n + 1 if n is 2 { next } if n is 4 { stop } say "{n}" }
  for each [10, 20, 30] as x at most 2 { say "{x}" }
  hangup
}`, nil, []string{"say 1000000", "say 3000000", "say 10000000", "say 20000000", "end hangup"}},
		{"match", `
flow main {
  let n = 5
  match n { on 1 say "一" on 2..6 say "二到六" otherwise say "别的" }
  match "乙" { on "甲" say "甲" on "乙" say "乙" otherwise continue }
  hangup
}`, nil, []string{"say 二到六", "say 乙", "end hangup"}},
		{"opening hours", `
hours office { zone "Asia/Shanghai" daily 09:00-17:00 }
flow main {
  if office is open { say "开" }
  match office { on open hangup on closed(holiday) say "节日" on closed(why, until) { say "{until}" } }
  hangup
}`, []vm.Event{answer(vm.Record(vm.Bool(false), vm.Text("off_hours"), vm.Int(7))), answer(vm.Record(vm.Bool(false), vm.Text("off_hours"), vm.Int(7)))},
			[]string{"query hours[]", "query hours[]", "say 7", "end hangup"}},
		{"queues: an offered key", `
queue help { from 60s offer 1 }
flow main {
  enqueue help priority 3 otherwise { on full, timeout, no_agents, closed { say "满" hangup } press 1 { say "回呼" hangup } }
  say "谢谢"
  hangup
}`, []vm.Event{{Kind: vm.Outcome, Tag: "press", Values: []vm.Value{vm.Text("1")}}},
			[]string{`enqueue ["help",3000000] offers=[1]`, "say 回呼", "end hangup"}},
		{"goto starts afresh, call data stays", `
call data who: text
flow main { if who is empty { set who = "张三" goto main } say "{who} {call.path}" hangup }`, nil, []string{`say "张三" "main \u003e main"`, "end hangup"}},
		{"the third error ends the call", `
flow main {
  let a = 0
  do divide(a)
  hangup
}
flow divide(b: number) {
  on error goto divide2(b)
  let x = 1 / b
  say "{x}"
  return
}
flow divide2(b: number) {
  on error goto divide3(b)
  let x = 1 / b
  say "{x}"
  hangup
}
flow divide3(b: number) {
  let x = 1 / b
  say "{x}"
  hangup
}`, nil, []string{"say 对不起，系统出现故障，请稍后再拨。", "end apology"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, play(t, c.src, c.script...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
