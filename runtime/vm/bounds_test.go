package vm_test

import (
	"strings"
	"testing"

	"rexian/compiler/value"
	"rexian/runtime/vm"
)

// TestBounds drives a call over each bound of the machine: it ends in `error`, or in the outcome that the step has for
// it, and never grows further. What stays within the bound goes on.
func TestBounds(t *testing.T) {
	long := strings.Repeat("字", value.MaxText/3)
	list := func(n int, of vm.Value) vm.Event {
		items := make([]vm.Value, n)
		for i := range items {
			items[i] = of
		}
		return vm.Event{Kind: vm.Answer, Value: vm.List(items...)}
	}
	record := vm.Record(vm.Text("增值税"), vm.Int(0), vm.Int(100), vm.Int(0), vm.Int(0))
	const lookup = `let owed = taxpayer.arrears("913701001000000409") otherwise hangup  say "{count(owed)}。"`
	for _, c := range []struct {
		name, steps string
		script      []vm.Event
		want        string // is said or done
		never       string
	}{
		{"a text that doubles", `let t = "0123456789"  repeat at most 40 { set t = "{t}{t}" }  say "good"`, nil, "出错",
			"good"},
		{"a text that doubles as often as it may",
			`let t = "0123456789"  repeat at most 12 { set t = "{t}{t}" }  say "good"`, nil,
			"good", "出错"},
		{"texts that are joined",
			`let t = "0123456789"  repeat at most 12 { set t = "{t}{t}" }  let u = join([t, t], "")  say "{length(u)}" say "good"`,
			nil, "出错", "good"},
		{"a list of the library", lookup, []vm.Event{list(value.MaxItems+1, record)}, "出错", "say 1"},
		{"a list of the library that is as long as it may be", lookup, []vm.Event{list(value.MaxItems, record)},
			"say 10000000000。", "出错"},
		{"lists within a list", lookup, []vm.Event{list(value.MaxItems, list(100, record).Value)}, "出错", "say 1"},
		{"a text of the library", lookup,
			[]vm.Event{list(1, vm.Record(vm.Text(long+"长。"), vm.Int(0), vm.Int(0), vm.Int(0), vm.Int(0)))},
			"出错", "say 1"},
		{"a number of the library", lookup, []vm.Event{list(1, vm.Int(value.NumberLimit))}, "出错", "say 1"},
		{"milestones", `repeat at most 1000 { mark "a" }  say "good"  mark "b"  say "more"`, nil, "出错", "more"},
		{"texts", `repeat at most 20 { send sms to "13800138000" "a" otherwise hangup }  say "good"
			send mail to "a@example.cn" "b" otherwise { on unavailable { say "enough" hangup } }  say "more"`, nil, "enough", "more"},
		{"texts without an arm", `repeat at most 21 { send sms to "13800138000" "a" }  say "good"`, nil, "不可用", "good"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := strings.Join(play(t, "flow main {\n"+c.steps+"\nhangup\n}\n", c.script...), "\n")
			if !strings.Contains(log, c.want) || strings.Contains(log, c.never) {
				t.Errorf("want %q and not %q in\n%.2000s", c.want, c.never, log)
			}
		})
	}
}
