package suite

import (
	"context"
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/lang/ast"
)

// Trials plays the tests of a program on versions of it that differ a little, to learn whether any test notices. Only
// simulated calls are made. It may be used by several goroutines at once.
type Trials struct {
	// Report is what came of the tests on the program itself.
	Report *Report

	base   *suite
	passed []trial // the tests that passed, the quickest first
}

// trial is one test that passed.
type trial struct {
	test    check.Located[*ast.TestDecl]
	name    string
	millis  int64
	covered map[int]bool
}

// NewTrials runs all tests once, on the program itself.
func NewTrials(ctx context.Context, o Options) (*Trials, error) {
	o.Driver = nil
	s, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	tests := s.chosen()
	t := &Trials{base: s, Report: s.report(s.all(tests))}
	for i, r := range t.Report.Results {
		if !r.Passed {
			continue
		}
		one := trial{test: tests[i], name: r.Name, millis: r.Millis, covered: map[int]bool{}}
		for _, e := range r.covered {
			one.covered[e] = true
		}
		t.passed = append(t.passed, one)
	}
	slices.SortStableFunc(t.passed, func(a, b trial) int { return int(a.millis - b.millis) })
	return t, nil
}

// Covered tells whether a test that passes takes one of the edges; of none it is true if there is a test at all.
func (t *Trials) Covered(edges []int) bool {
	return slices.ContainsFunc(t.passed, func(one trial) bool { return one.meets(edges) })
}

// meets tells whether a test takes one of the edges, or there are none to take.
func (one *trial) meets(edges []int) bool {
	return len(edges) == 0 || slices.ContainsFunc(edges, func(e int) bool { return one.covered[e] })
}

// Takes tells whether a test that passes takes an edge.
func (t *Trials) Takes(name string, edge int) bool {
	return slices.ContainsFunc(t.passed, func(one trial) bool { return one.name == name && one.covered[edge] })
}

// Notices plays the tests that take one of the edges, or all if there are none, on another version of the program, and
// gives the name of the first that fails there; "" if none does.
func (t *Trials) Notices(p *bundle.Program, edges []int) (name string, err error) {
	return t.NoticedBy(p, edges, nil)
}

// NoticedBy is Notices among some of the tests; nil stands for all.
func (t *Trials) NoticedBy(p *bundle.Program, edges []int, among func(name string) bool) (name string, err error) {
	s := *t.base
	s.Program = p
	loaded := false
	for i := range t.passed {
		one := &t.passed[i]
		if !one.meets(edges) || among != nil && !among(one.name) {
			continue
		}
		if !loaded {
			if err := s.load(t.base); err != nil {
				return "", err
			}
			loaded = true
		}
		if !s.one(one.test).Passed {
			return one.name, nil
		}
	}
	return "", nil
}
