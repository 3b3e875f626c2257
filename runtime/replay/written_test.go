package replay

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
)

// The calls that are chosen of a day become tests that pass on the flows that served it; of those for which there are
// no words it is known why.
func TestChosenCallsPassAsTests(t *testing.T) {
	t.Parallel()
	w, err := compiler.Open("../../flows")
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		t.Fatal(err)
	}
	v := readied(t, w)
	records := dayIn(t, v, chosenOf, 7, true)
	choice, err := Choose(func(string) (*deploy.Version, error) { return v, nil }, given(records))
	if err != nil {
		t.Fatal(err)
	}
	writer := NewWriter(v, nil)
	bodies, wordless := map[string]string{}, map[string]int{}
	for i, c := range choice.Chosen {
		var call kept.Call
		if err := call.Decode(c.Record); err != nil {
			t.Fatal(err)
		}
		_, body, why := writer.Test(&call)
		if why.Zh != "" {
			wordless[why.En]++
			continue
		}
		bodies[fmt.Sprint("call ", i)] = body
	}
	j := w.Prove(compiler.Options{})
	side := meaning.Side{Graph: j.Graph, Check: func(tests []byte) (*check.Program, []diag.Diagnostic) {
		return w.Tested(j.Checked, compiler.Options{}, meaning.TestFile, tests)
	}}
	passed, err := side.Passed(bodies)
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		if passed[name] {
			good++
			continue
		}
		t.Logf("does not pass: %s\n%s", name, bodies[name])
	}
	t.Logf("of %d chosen calls %d pass as tests, %d do not, without words: %v", len(choice.Chosen), good,
		len(bodies)-good, wordless)
	if 100*good < 90*len(choice.Chosen) {
		t.Errorf("%d of %d pass", good, len(choice.Chosen))
	}
}

// chosenOf is of how many calls they are chosen.
const chosenOf = 300
