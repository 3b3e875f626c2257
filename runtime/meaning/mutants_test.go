package meaning

import (
	"fmt"
	"testing"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/diag"
	"rexian/runtime/mutate"
	"rexian/runtime/suite"
)

// compiled is a folder with a further file, compiled with its tests.
func compiled(tb testing.TB, dir, extra string) (*check.Program, *graph.Graph, *emit.Output) {
	tb.Helper()
	w, err := compiler.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	if extra != "" {
		w.Overlay(TestFile, []byte(extra))
	}
	if err := w.Load(); err != nil {
		tb.Fatal(err)
	}
	j := w.Decide(compiler.Options{})
	for _, d := range j.Findings {
		if d.Severity == diag.Error {
			tb.Fatal(d.File, d.Span, d.Sentence(diag.Zh))
		}
	}
	g := graph.Build(j.Checked)
	out, err := emit.Emit(j.Checked, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		tb.Fatal(err)
	}
	return j.Checked, g, out
}

// TestMutantsDiffer: a slip is a difference, its shortest call is a test that is understood, and nearly all of these
// calls, played on both, come out differently. The rest of them rest on sums that no call was found for.
func TestMutantsDiffer(t *testing.T) {
	step, most := 60, 20
	if everything {
		step, most = 4, 10_000
	}
	checked, g, out := compiled(t, "../../flows", "")
	all := mutate.All(out.Program, g, checked)
	src, told := "", map[int]string{}
	mutants, equal := 0, 0
	for i := 7; i < len(all) && mutants < most; i += step {
		mutants++
		c := Compare(out.Program, all[i].Apply(out.Program), Limits{Most: 1})
		if c.Same() {
			equal++
			continue
		}
		if c.Tests(nil); len(c.Differences) == 0 {
			t.Fatalf("%s: not decided", all[i].What.Zh)
		}
		if d := c.Differences[0]; d.Test != "" {
			told[i] = d.Test
			src += Block(fmt.Sprint("m", i), d.Test)
		}
	}
	checked, g, full := compiled(t, "../../flows", src)
	passes := func(i int, p *mutate.Mutant) bool {
		program := full.Program
		if p != nil {
			program = p.Apply(program)
		}
		r, err := suite.Run(suite.Options{Checked: checked, Program: program, Graph: g,
			Select: func(name string) bool { return name == fmt.Sprint("m", i) }})
		if err != nil {
			t.Fatal(err)
		}
		return r.Passed == 1
	}
	seen := 0
	for i := range told {
		if passes(i, nil) != passes(i, &all[i]) {
			seen++
		} else {
			t.Logf("not seen: %s\n%s", all[i].What.Zh, told[i])
		}
	}
	t.Logf("%d mutants: %d equal, %d with a test, %d of which differ when played", mutants, equal, len(told), seen)
	if len(told) == 0 || seen*10 < len(told)*7 {
		t.Errorf("only %d of %d calls differ when they are played", seen, len(told))
	}
}
