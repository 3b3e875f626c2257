package meaning

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/diag"
	"rexian/runtime/mutate"
	"rexian/runtime/suite"
)

// TestMutantsAreShown: a slip that callers can notice gets a call that, played on both programs, comes out differently.
// REXIAN_MUTANTS=200 for a sample of that size, which must be shown whole, and how much processor time it takes to find
// the shortest call of each, and all that differs; REXIAN_SEED=2 for another sample.
func TestMutantsAreShown(t *testing.T) {
	most, least := 5, 4
	if n, err := strconv.Atoi(os.Getenv("REXIAN_MUTANTS")); err == nil {
		most, least = n, n
	}
	seed := uint64(1)
	if n, err := strconv.ParseUint(os.Getenv("REXIAN_SEED"), 10, 64); err == nil {
		seed = n
	}
	p := opened(t, "../../flows")
	base := NewBase(p.program)
	all := mutate.All(p.program, p.graph, p.checked)
	rand.New(rand.NewPCG(20261130, seed)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	equal := 0
	var chosen []*mutate.Mutant
	tests := map[string]string{}
	shortest, whole := spent{name: "the shortest call"}, spent{name: "all that differs, with its calls"}
	for i := range all {
		if len(chosen) == most {
			break
		}
		m := &all[i]
		changed := m.Apply(p.program)
		c := base.Compare(changed)
		if c.Same() {
			equal++
			continue
		}
		if least == most {
			shortest.on(t, m, func() { Compare(changed, p.program, Limits{Most: 1}).Tests(nil) })
			whole.on(t, m, func() { Compare(changed, p.program, Limits{}).Tests(nil) })
		}
		c.Tests(nil)
		for k := range c.Differences {
			if d := &c.Differences[k]; d.Test != "" {
				tests[fmt.Sprintf("m%d.%d", len(chosen), k)] = d.Test
			}
		}
		chosen = append(chosen, m)
	}
	with := p.tests(t, tests)
	shown, kinds := 0, map[string][2]int{}
	for i, m := range chosen {
		n := kinds[m.Kind]
		n[1]++
		if slices.ContainsFunc(with.of(fmt.Sprintf("m%d.", i)), func(name string) bool {
			by, err := with.trials.NoticedBy(m.Apply(with.program), nil,
				func(s string) bool { return s == name })
			if err != nil {
				t.Fatal(err)
			}
			return by != ""
		}) {
			shown, n[0] = shown+1, n[0]+1
		} else if body := p.played(t, base, m); body != "" {
			shown, n[0] = shown+1, n[0]+1
		} else {
			t.Logf("not shown: %s %s\n%s", m.Kind, m.What.Zh, tests[fmt.Sprintf("m%d.0", i)])
		}
		kinds[m.Kind] = n
	}
	t.Logf("%d slips of %d drawn are shown, %d more nobody could tell; by kind %v", shown, len(chosen), equal,
		kinds)
	shortest.tell(t)
	whole.tell(t)
	if shown*most < len(chosen)*least {
		t.Errorf("%d slips are not shown", len(chosen)-shown)
	}
}

// spent is the processor time that something takes for each of some slips.
type spent struct {
	name string
	list []time.Duration
}

// slow is what is told by itself.
const slow = 300 * time.Millisecond

func (s *spent) on(t *testing.T, m *mutate.Mutant, do func()) {
	t.Helper()
	runtime.GC()
	began := processor(t)
	do()
	took := processor(t) - began
	if s.list = append(s.list, took); took > slow {
		t.Logf("%s: %v: %s %s", s.name, took, m.Kind, m.What.Zh)
	}
}

func (s *spent) tell(t *testing.T) {
	if slices.Sort(s.list); len(s.list) > 0 {
		n := len(s.list)
		t.Logf("%s: %v (median), %v (95 of 100), %v (most) of processor time", s.name, s.list[n/2], s.list[n*95/100],
			s.list[n-1])
	}
}

// processor is the processor time of this process so far, with that of collecting garbage.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// opened is a checked program that was emitted with its coverage, and of which tests can be played.
type openedProgram struct {
	w       *compiler.Workspace
	checked *check.Program
	graph   *graph.Graph
	program *bundle.Program
	dir     string
	again   *openedProgram // opened once more, for the other side: both are checked and compiled at once
}

func opened(tb testing.TB, dir string) *openedProgram {
	tb.Helper()
	w, err := compiler.Open(dir)
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		tb.Fatal(err)
	}
	j := w.Prove(compiler.Options{})
	if diag.HasErrors(j.Findings) {
		tb.Fatal(j.Findings)
	}
	out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Tests: true})
	if err != nil {
		tb.Fatal(err)
	}
	return &openedProgram{w: w, checked: j.Checked, graph: j.Graph, program: out.Program, dir: dir}
}

// played compares a slip with the program, and plays and mends the tests of what differs: the body of one that shows
// it.
func (p *openedProgram) played(tb testing.TB, base *Base, m *mutate.Mutant) string {
	tb.Helper()
	changed := m.Apply(p.program)
	if p.again == nil {
		p.again = opened(tb, p.dir)
	}
	for _, c := range []*Comparison{base.Compare(changed), Compare(changed, p.program, Limits{Most: 8})} {
		c.Tests(nil)
		slip := p.again.side()
		slip.Change = func(out *bundle.Program) { *out = *m.Apply(out) }
		if err := c.Play(slip, p.side()); err != nil {
			tb.Fatal(err)
		}
		for i := range c.Differences {
			if c.Differences[i].Seen {
				return c.Differences[i].Test
			}
		}
	}
	return ""
}

func (p *openedProgram) side() Side {
	return Side{Graph: p.graph, Cover: true, Check: func(extra []byte) (*check.Program, []diag.Diagnostic) {
		return p.w.Tested(p.checked, compiler.Options{}, TestFile, extra)
	}}
}

// tested is a program with tests that were played on it.
type tested struct {
	program *bundle.Program
	trials  *suite.Trials
	names   []string
}

// tests plays tests by their names on the program; those that are not understood are told.
func (p *openedProgram) tests(tb testing.TB, bodies map[string]string) *tested {
	tb.Helper()
	checked, understood, err := p.side().Checked(bodies)
	if err != nil {
		tb.Fatal(err)
	}
	for name := range bodies {
		if understood[name] == "" {
			tb.Logf("not understood: %s\n%s", name, bodies[name])
		}
	}
	out, err := emit.Emit(checked, emit.Options{Graph: p.graph, Cover: true, Tests: true})
	if err != nil {
		tb.Fatal(err)
	}
	trials, err := suite.NewTrials(context.Background(), suite.Options{Checked: checked, Program: out.Program,
		Graph: p.graph})
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range trials.Report.Results {
		for _, d := range r.Failures {
			tb.Logf("fails on the program: %s: %s\n%s", r.Name, d.Sentence(diag.Zh), bodies[r.Name])
		}
	}
	return &tested{out.Program, trials, slices.Sorted(maps.Keys(understood))}
}

// of are the tests whose names begin so.
func (t *tested) of(prefix string) (list []string) {
	for _, n := range t.names {
		if len(n) > len(prefix) && n[:len(prefix)] == prefix {
			list = append(list, n)
		}
	}
	return list
}
