package witness_test

import (
	"testing"

	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/rules"
	"rexian/runtime/witness"
)

// TestTheTableOfWaits has no empty cell for the shipped flows, and calls take what it says: each edge of each cell is
// forced on the machine.
func TestTheTableOfWaits(t *testing.T) {
	j := hotline(t)
	out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Rules: true})
	if err != nil {
		t.Fatal(err)
	}
	w, err := witness.New(j.Checked, j.Graph, out)
	if err != nil {
		t.Fatal(err)
	}
	forced, not := 0, 0
	for _, wait := range rules.Waits(j.Checked, j.Graph) {
		if len(wait.Cells) != 16 {
			t.Errorf("%s: %d cells", wait.Node.File(), len(wait.Cells))
		}
		done := map[*graph.Edge]bool{}
		for _, c := range wait.Cells {
			if len(c.Edges) == 0 && c.Stays.Zh == "" {
				t.Errorf("%s %v: nothing follows %s", wait.Node.File(), wait.Node.Span(), c.Event.Zh)
			}
			for _, e := range c.Edges {
				if e.ID < 0 || done[e] {
					continue
				}
				done[e] = true
				p := wait.Way(e)
				if p == nil {
					continue
				}
				if test := w.Path("格", p); test.Shown {
					forced++
				} else {
					not++
					t.Logf("%s %v: %s %v %s\n%s", wait.Node.File(), wait.Node.Span(), c.Event.Zh, e.Kind, e.Label,
						test.Source)
				}
			}
		}
	}
	t.Logf("%d edges forced, %d not", forced, not)
	if forced < 350 || not*20 > forced { // the few others need two answers of one lookup, or a switch both ways
		t.Errorf("only %d edges were forced, %d were not", forced, not)
	}
}
