package replay

import (
	"math/rand/v2"
	"slices"
	"testing"

	"rexian/runtime/deploy"
	"rexian/runtime/kept"
)

// The chosen calls cross every edge that the day crossed, are few, and none of them is needless.
func TestAChosenFewCrossEveryEdgeOfTheDay(t *testing.T) {
	v := hotline(t, "")
	records := dayOf(t, v, 120, 3)
	choose := func(list [][]byte) *Choice {
		c, err := Choose(func(string) (*deploy.Version, error) { return v, nil }, given(list))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	all := choose(records)
	if all.Calls != len(records) || all.Unlike+all.Missing+all.Unread > 0 {
		t.Fatalf("%+v", all)
	}
	var few [][]byte
	sum := 0
	for _, c := range all.Chosen {
		few = append(few, c.Record)
		sum += c.New
	}
	if again := choose(few); again.Edges != all.Edges || sum != all.Edges {
		t.Errorf("%d chosen calls cross %d edges, their new ones are %d, of %d", len(few), again.Edges, sum, all.Edges)
	}
	if len(few) > len(records)/2 {
		t.Errorf("%d calls stand for %d", len(few), len(records))
	}
	for i := 0; i < len(few); i += 7 {
		if rest := choose(slices.Delete(slices.Clone(few), i, i+1)); rest.Edges == all.Edges {
			t.Errorf("call %d is needless", i)
		}
	}
	t.Logf("%d calls of %d cross all %d edges", len(few), len(records), all.Edges)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(records), func(i, j int) {
		records[i], records[j] = records[j], records[i]
	})
	if again := choose(records); len(again.Chosen) != len(few) || !slices.Equal(again.Chosen[0].Record, few[0]) {
		t.Error("another order gives another choice")
	}
}

// Where callers can be told apart by what came of a step, each kind is among the chosen.
func TestEachWayIsAmongTheChosen(t *testing.T) {
	w := &world{v: written(t, small), samples: samples(t)}
	rest := caller(silent)
	var calls []kept.Call
	for _, does := range [][]caller{{rest}, {presses("1"), talks}, {presses("2"), talks}, {presses("2"), hangsUpNow},
		{presses("5"), presses("2"), talks}, {presses("3")}, {presses("3")}} {
		calls = append(calls, call(t, w, "12366", does))
	}
	seen := map[edge]bool{}
	var worker Worker
	p := NewPair(w.v, w.v)
	fresh := []bool{}
	for i := range calls {
		if !worker.course(p.old, &calls[i]) {
			t.Fatalf("call %d does not come out", i)
		}
		before := len(seen)
		worker.crosses(&calls[i], func(e edge) { seen[e] = true })
		fresh = append(fresh, len(seen) > before)
	}
	if want := []bool{true, true, true, true, true, true, false}; !slices.Equal(fresh, want) {
		t.Errorf("new edges: %v, want %v", fresh, want)
	}
}
