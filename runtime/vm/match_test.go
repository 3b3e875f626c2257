package vm_test

import (
	"testing"

	"rexian/compiler/bundle"
)

// A match of numbers goes by a jump table where it can. Whatever the number, it takes the arm that comparing with one
// label after the other would take.
func TestMatchAsComparing(t *testing.T) {
	const src = head + `
flow main {
  let n = 0 - 4
  let wrong = 0
  repeat at most 500 {
    set n = n + 0.25
    let a = 0
    match n {
      on 1 { set a = 1 }
      on 2, 3, 7 { set a = 2 }
      on 3..6 { set a = 3 }
      on 5..9 { set a = 4 }
      on 40 { set a = 5 }
      otherwise { set a = 6 }
    }
    let b = 6
    if n is 40 { set b = 5 }
    if n at least 5 and n no more than 9 { set b = 4 }
    if n at least 3 and n no more than 6 { set b = 3 }
    if n is 2 or n is 3 or n is 7 { set b = 2 }
    if n is 1 { set b = 1 }
    let c = 0
    match n { on 0 { set c = 1 } on 2 { set c = 2 } on 4 { set c = 3 } otherwise { set c = 4 } }
    let d = 4
    if n is 0 { set d = 1 }
    if n is 2 { set d = 2 }
    if n is 4 { set d = 3 }
    if a is not b or c is not d { set wrong = wrong + 1 }
  }
  attach wrong = wrong
  hangup
}`
	im := image(t, src)
	tables := 0
	for _, f := range im.Program.Funcs {
		for _, c := range f.Code {
			if c.Op() == bundle.Dispatch {
				tables++
			}
		}
	}
	if tables != 2 {
		t.Errorf("%d matches go by a table, not 2", tables)
	}
	if wrong := compute(t, im); wrong != 0 {
		t.Errorf("%d of 500 numbers took another arm", wrong/1_000_000)
	}
}

// Small whole numbers stand in the instruction; what is too large faults as it does without them.
func TestSmallConstants(t *testing.T) {
	for _, c := range []struct {
		expr string
		want int64
	}{
		{"n + 127", 137_500_000}, {"n - 128", -117_500_000}, {"n + 128", 138_500_000}, {"5 + n", 15_500_000},
		{"n * 255", 2_677_500_000}, {"255 * n", 2_677_500_000}, {"n * 256", 2_688_000_000}, {"n * 0", 0},
		{"7 - n", -3_500_000},
		{"(0 - n) * 200", -2_100_000_000}, {"n * 3 * 0.333333", 10_499_990}, {"big * 3", 900_000_000_000_000_000},
		{"big * 4", -1}, {"big * 200", -1}, {"999999999999 + 1", -1}, {"n * 2 / 4", 5_250_000},
	} {
		src := head + `
flow main {
  on error { attach fault = 0 - 0.000001 hangup }
  let n = 10.5
  let big = 300000000000
  attach result = ` + c.expr + `
  hangup
}`
		if got := compute(t, image(t, src)); got != c.want {
			t.Errorf("%s = %d, want %d", c.expr, got, c.want)
		}
	}
}
