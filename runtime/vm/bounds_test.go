package vm_test

import (
	"slices"
	"strings"
	"testing"

	"rexian/compiler/bundle"
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
		{"a text that doubles", `let t = "0123456789"  repeat at most 40 { set t = "{t}{t}" }  say "good"`, nil,
			"出错",
			"good"},
		{"a text that doubles as often as it may",
			`let t = "0123456789"  repeat at most 12 { set t = "{t}{t}" }  say "good"`, nil,
			"good", "出错"},
		{"texts that are joined",
			`let t = "0123456789"  repeat at most 12 { set t = "{t}{t}" }  let u = join([t, t], "")  say "{length(u)}" say "good"`,
			nil, "出错", "good"},
		{"a list of the library", lookup, []vm.Event{list(value.MaxItems+1, record)}, "出错", "say 1"},
		{"a list of the library that is as long as it may be", lookup, []vm.Event{list(value.MaxItems, vm.Int(1))},
			"say 10000000000。", "出错"},
		{"lists within a list", lookup, []vm.Event{list(value.MaxItems, list(100, record).Value)}, "出错",
			"say 1"},
		{"a text of the library", lookup,
			[]vm.Event{list(1, vm.Record(vm.Text(long+"长。"), vm.Int(0), vm.Int(0), vm.Int(0), vm.Int(0)))},
			"出错", "say 1"},
		{"a number of the library", lookup, []vm.Event{list(1, vm.Int(value.NumberLimit))}, "出错", "say 1"},
		{"milestones", `repeat at most 1000 { mark "a" }  say "good"  mark "b"  say "more"`, nil, "出错", "more"},
		{"texts", `repeat at most 20 { send sms to "13800138000" "a" otherwise hangup }  say "good"
			send mail to "a@example.cn" "b" otherwise { on unavailable { say "enough" hangup } }  say "more"`, nil, "enough", "more"},
		{"callbacks", `repeat at most 20 { callback help to "13800138000" otherwise hangup }  say "good"
			callback help to "13800138000" otherwise { on unavailable { say "enough" hangup } }  say "more"`, nil, "enough", "more"},
		{"a text and a callback too many", `repeat at most 20 { send sms to "13800138000" "a" otherwise hangup }
			callback help to "13800138000" otherwise { on unavailable { say "enough" hangup } }  say "more"`, nil, "enough", "more"},
		{"what is said",
			`let t = "0123456789"  repeat at most 12 { set t = "{t}{t}" }  say "good{t}"  say "{t}{t}"
			say "more"`, nil, "出错", "more"},
		{"lists of lists", `let l = taxpayer.arrears("913701001000000409") otherwise hangup
			let n = [l, l, l, l, l]  attach n = n  say "more"`, []vm.Event{list(value.MaxItems, record)},
			"出错", "more"},
		{"texts without an arm", `repeat at most 21 { send sms to "13800138000" "a" }  say "good"`, nil, "不可用",
			"good"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := strings.Join(play(t, "queue help { skill \"a\" }\nflow main {\n"+c.steps+"\nhangup\n}\n",
				c.script...), "\n")
			if !strings.Contains(log, c.want) || strings.Contains(log, c.never) {
				t.Errorf("want %q and not %q in\n%.2000s", c.want, c.never, log)
			}
		})
	}
}

// TestBoundsOfAMessage: what comes in a message, and how often it is replied to, has bounds as well; beyond them the
// flow's own handler takes the error, or the apology does.
func TestBoundsOfAMessage(t *testing.T) {
	im := image(t, head+`
message "A" enters a otherwise d
message "B" enters b otherwise d
message "C" enters c otherwise d
flow d { reply "what?" }
flow main { hangup }
flow a(what: text) { on error { reply "too long" return } reply "{what}" }
flow b(what: text) { repeat at most 21 { reply "{what}" } }
flow c(what: text) { reply "{what}" }`)
	long := strings.Repeat("字", value.MaxText/3)
	for _, c := range []struct {
		flow, arg string
		want      []string
	}{
		{"a", long, []string{long}}, {"a", long + "长。", []string{"too long"}},
		{"c", long + "长。", []string{"对不起，系统出现故障，请稍后再发。"}},
		{"b", "x", append(slices.Repeat([]string{"x"}, vm.MaxSent), "对不起，系统出现故障，请稍后再发。")},
	} {
		m := im.New(vm.Call{ID: "m"})
		var got []string
		fn := slices.IndexFunc(im.Program.Funcs, func(f bundle.Func) bool { return f.Name == c.flow })
		for e := m.Start(fn, []vm.Value{vm.Text(c.arg)},
			morning); !e.End; e = m.Resume(vm.Event{Kind: vm.Done}) {
			if e.Kind == bundle.ReplySite {
				got = append(got, e.Args[0].Str())
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s with %d bytes replies %.300q", c.flow, len(c.arg), got)
		}
	}
}
