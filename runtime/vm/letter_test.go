package vm_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

// An error in the flow of a message is answered in writing: the handlers of defaults speak, and nobody would hear them.
// A machine that is saved and restored on the way still knows.
func TestAMessageThatFailsIsAnswered(t *testing.T) {
	im := image(t, head+`
call data who: text
message "A" enters a
message "B" enters b
message "C" enters c otherwise b
flow main { say "{who}" hangup }
flow a { mark "on the way" do part() reply "{who}" }
flow b { on error { reply "b takes it" return } do part() reply "{who}" }
flow c(n: number) { reply "{10 / n}" }
flow part { attach x = who return }`)
	for _, c := range []struct {
		flow string
		arg  int64
		want []string
		end  vm.End
	}{
		{"a", 0, []string{"对不起，系统出现故障，请稍后再发。"}, vm.EndApology},
		{"b", 0, []string{"b takes it"}, vm.EndReturn},
		{"c", 0, []string{"对不起，系统出现故障，请稍后再发。"}, vm.EndApology},
		{"c", 2_000_000, []string{"5"}, vm.EndReturn},
		{"main", 0, []string{"say"}, vm.EndHangup},
	} {
		m := im.New(vm.Call{ID: "m"})
		var got []string
		fn := slices.IndexFunc(im.Program.Funcs, func(f bundle.Func) bool { return f.Name == c.flow })
		e := m.Start(fn, []vm.Value{vm.Int(c.arg)}, morning)
		for !e.End {
			switch e.Kind {
			case bundle.ReplySite:
				got = append(got, e.Args[0].Str())
			case bundle.SaySite:
				got = append(got, "say")
			}
			if kept, err := m.Snapshot(); err == nil && e.Kind == bundle.MarkSite {
				if m, err = im.Restore(kept); err != nil {
					t.Fatal(err)
				}
			}
			e = m.Resume(vm.Event{Kind: vm.Done, Now: morning})
		}
		if diff := cmp.Diff(c.want, got); diff != "" || e.How != c.end {
			t.Errorf("%s(%d) ends by %s: %s", c.flow, c.arg, e.How, diff)
		}
	}
}
