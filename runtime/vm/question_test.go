package vm_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// The handlers of a question are in force while it asks, its read-back included, and no longer.
func TestQuestionHandlers(t *testing.T) {
	const asked = "collect wait=5000 offered=0"
	readback := []string{"say 数", asked, "say 1000000", "collect wait=5000 offered=11 clear"}
	ask := func(lead, arms string) string {
		return `
call data who: text
flow main {
  on error { say "流程出错" hangup }
  on hangup { mark "flow" }
  let n = ask number { ` + lead + ` confirm "{n}" ` + arms + ` on hangup { mark "question" } otherwise hangup }
  say "{n}"
  say "{who}"
  hangup
}`
	}
	for _, c := range []struct {
		name   string
		src    string
		script []vm.Event
		want   []string
	}{
		{"an absent value in the lead", ask(`say "数{who}"`, `on error { say "问题出错" hangup }`), nil,
			[]string{"say 问题出错", "end hangup"}},
		{"a division by zero in the read-back",
			`
flow main {
  on error { say "流程出错" hangup }
  let n = ask number { say "数" confirm "{10 / n}" on error { say "问题出错" hangup } otherwise hangup }
  say "{n}"
  hangup
}`, []vm.Event{number(0)}, []string{"say 数", asked, "say 问题出错", "end hangup"}},
		{"an absent value in the words of a miss",
			ask(`say "数"`, `on nomatch { say "{who}" } on error { say "问题出错" hangup }`), []vm.Event{miss(1)},
			[]string{"say 数", asked, "say 问题出错", "end hangup"}},
		{"its own failure goes outward", ask(`say "数{who}"`, `on error { say "{who}" hangup }`), nil,
			[]string{"say 流程出错", "end hangup"}},
		{"after the answer the flow's is nearest", ask(`say "数"`, `on error { say "问题出错" hangup }`),
			[]vm.Event{number(1_000_000), option(0)},
			append(readback, "say 1000000", "say 流程出错", "end hangup")},
		{"a hang-up while it asks", ask(`say "数"`, ""), []vm.Event{{Kind: vm.Hangup}},
			append(readback[:2:2], "mark question[]", "end caller")},
		{"a hang-up while it reads back", ask(`say "数"`, ""), []vm.Event{number(1_000_000), {Kind: vm.Hangup}},
			append(readback[:4:4], "mark question[]", "end caller")},
		{"a question in the arm of a miss has its own", `
flow main {
  menu {
    say "外" press 1 "一" continue
    on nomatch { menu { say "内" press 2 "二" continue on hangup mark "inner" otherwise hangup } hangup }
    on hangup mark "outer"
    otherwise hangup
  }
  hangup
}`, []vm.Event{miss(1), {Kind: vm.Hangup}}, []string{"say 外", "collect wait=5000 offered=1", "say 内", "collect wait=5000 offered=1", "mark inner[]", "end caller"}},
		{"within a handler of the flow too", `
call data who: text
flow main {
  on error { menu { say "内{who}" press 1 "一" hangup on error { say "菜单出错" hangup } otherwise hangup } }
  say "{who}"
  hangup
}`, nil, []string{"say 菜单出错", "end hangup"}},
		{"a recording's", `
flow main {
  let s = record { say "请留言" on hangup mark "recording" otherwise hangup }
  attach x = s
  hangup
}`, []vm.Event{{Kind: vm.Hangup}}, []string{"say 请留言", "record [120000,5000]", "mark recording[]", "end caller"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, play(t, c.src, c.script...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A question hands out nothing but its specification: the registers of its range hold what was in them before where it
// has none.
func TestQuestionHandsOutNoOldValues(t *testing.T) {
	im := image(t, head+`
flow main {
  repeat at most 2 {
    let a = ask secret digits 6 { say "PIN" otherwise hangup }
    do taxpayer.verify_tail("913701001000000409", a) otherwise continue
  }
  let b = ask secret digits 6 { say "PIN" otherwise hangup }
  do taxpayer.verify_tail("913701001000000409", b) otherwise continue
  hangup
}`)
	m := im.New(vm.Call{Caller: "13800138000"})
	questions := 0
	for e := m.Start(int(im.Program.Numbers[0].Func), nil, morning); !e.End; {
		event := vm.Event{Kind: vm.Done, Now: morning}
		if e.Kind == bundle.CollectSite {
			questions++
			if len(e.Args) > 0 {
				t.Errorf("question %d hands out %v", questions, e.Args)
			}
			event = vm.Event{Kind: vm.Collected, Now: morning,
				Collect: collect.Result{Kind: collect.Value, Text: "739104"}}
		}
		e = m.Resume(event)
	}
	if questions != 3 {
		t.Errorf("%d questions", questions)
	}
}
