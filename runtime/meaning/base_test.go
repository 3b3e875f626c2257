package meaning

import (
	"testing"

	"rexian/runtime/mutate"
)

// TestBaseSaysTheSame: what is said of a slip by looking only where it is met is what is said by looking everywhere.
func TestBaseSaysTheSame(t *testing.T) {
	step := 360
	if everything {
		step = 1
	}
	p := opened(t, "../../flows")
	base := NewBase(p.program)
	all := mutate.All(p.program, p.graph, p.checked)
	equal := 0
	for i := 3; i < len(all); i += step {
		changed := all[i].Apply(p.program)
		quick, slow := base.Compare(changed), Compare(changed, p.program, Limits{Most: 1})
		if quick.Same() != slow.Same() || quick.Decided != slow.Decided {
			t.Errorf("%s: %v, but by looking everywhere %v", all[i].What.Zh, quick.Same(), slow.Same())
		}
		if quick.Same() {
			equal++
		}
	}
	t.Logf("%d slips, %d of which nobody could tell", len(all)/step, equal)
	if c := base.Compare(p.program); !c.Same() {
		t.Error("the program differs from itself")
	}
}
