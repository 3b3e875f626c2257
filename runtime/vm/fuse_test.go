package vm_test

import (
	"fmt"
	"testing"

	"rexian/runtime/vm"
)

// TestFused: a run of operations that the machine reads as one does what they do one by one, its faults
// included, and so does a jump into the middle of it.
func TestFused(t *testing.T) {
	runs := 0
	for _, c := range []struct{ name, body string }{
		{"sums", `let a = 0 let n = 0 repeat at most 1000 { set n = n + 1 set a = a + n * 3 - 1 } say "{a} {n}"`},
		{"product and sum before other steps", `let a = 1.5 let b = 2 repeat at most 40 { set a = b + a * 2 set b = 0 - a set a = a + 0 }
  say "{a} {b}"`},
		{"the product is too large", `let a = 90000000000 let b = 1 repeat at most 50 { set b = a + b * 7 } say "{b}"`},
		{"the sum is too large", `let a = 999999999999 let b = 1 repeat at most 50 { set a = a + b * 2 } say "{a}"`},
		{"a sum at the end of a round", `let a = 400000000000 let b = a repeat at most 9 { set b = b + a } say "{b}"`},
		{"a whole number at the end of a round",
			`let a = 999999999990 repeat at most 20 { set a = a + 1 } say "{a}"`},
		{"a step that is skipped", `let a = 0 repeat at most 30 {
    if a more than 9 { set a = a + a * 2 - 1 } else { set a = a + 1 }
    if a less than 100 { set a = a * 2 } set a = a + 1
  } say "{a}"`},
		{"more rounds than a call may take at once",
			`let a = 0 repeat at most 1000 { repeat at most 1000 { repeat at most 1000 { set a = a + a * 0 } } } say "{a}"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := head + "flow main {\n  " + c.body + "\n  hangup\n}"
			plain, run := compiled(t, src, false), compiled(t, src, false)
			plain.Unfused()
			runs += run.Fused()
			want, got := computed(plain), computed(run)
			if got != want {
				t.Errorf("%s\ninstead of\n%s", got, want)
			}
		})
	}
	if runs < 8 {
		t.Errorf("only %d runs are read as one", runs)
	}
}

// computed plays a program and tells what it says, where each fault was, and how much it still might have done.
func computed(im *vm.Image) (log string) {
	m := im.New(vm.Call{ID: "c"})
	e := m.Start(int(im.Program.Numbers[0].Func), nil, morning)
	for !e.End {
		snapshot, err := m.Snapshot()
		log += fmt.Sprintf("%v %v %d %v %d\n%s %v\n", e.Kind, e.Args, e.Prompt, m.Where(), m.ErrorCount(), snapshot,
			err)
		e = m.Resume(vm.Event{Kind: vm.Done, Now: morning})
	}
	return log + e.How.String()
}
