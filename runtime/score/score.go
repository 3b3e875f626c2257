// Package score measures a program's tests: it makes the slips of package mutate one at a time and looks whether a test
// notices.
//
// A slip that no test notices is compared with the program by package meaning. Where no caller could tell the two
// apart it is no fault that a test could find, and does not count: so the score is exact, and 100 % can be reached.
//
//	slip ─▶ the tests that go by it ─▶ one fails ─────────────▶ noticed
//	                                └▶ none ─▶ equal for all ─▶ does not count
//	                                         └▶ else ────────▶ survives, with the shortest call that shows it
package score

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/runtime/meaning"
	"rexian/runtime/mutate"
	"rexian/runtime/suite"
)

// Fate is what became of a slip.
type Fate uint8

const (
	Noticed   Fate = iota // a test fails
	Survived              // callers could tell, no test does
	Unmet                 // likewise, and no test comes there at all
	Equal                 // nobody could tell
	Undecided             // no test fails, and there are too many ways to say whether anybody could tell
	Untried               // the run was stopped before
)

var fateNames = [...]string{"noticed", "survived", "unmet", "equal", "undecided", "untried"}

// String is the fate's name in reports.
func (f Fate) String() string { return fateNames[f] }

// Counts tells whether a slip counts in the score.
func (f Fate) Counts() bool { return f != Equal && f != Untried }

// Options say what is measured. Program was emitted with Cover and the tests from Checked; Graph belongs to them.
type Options struct {
	Checked *check.Program
	Program *bundle.Program
	Graph   *graph.Graph
	Sources map[string][]byte
	Library *library.Registry // what flows may call, for the tests that are written; nil: the sample library
	// Select tells which slips to make; nil makes all.
	Select func(*mutate.Mutant) bool
	// AtOnce is how many are tried at a time; 0: as many as there are processors.
	AtOnce int
	// Progress, which may be nil, is told how many of all are done, never by two goroutines at once.
	Progress func(done, total int)
}

// Slip is one slip and what became of it.
type Slip struct {
	mutate.Mutant
	Fate Fate
	By   string              // Noticed: the test that fails, of several the quickest
	Than *meaning.Difference // Survived, Unmet: what callers could tell, from the slip to the program
	Test string              // the body of a test that would notice, "" where none could be written
	Name diag.Text           // of that test: what happens in it
}

// Report is what became of all slips, in the order of package mutate.
type Report struct {
	Tests *suite.Report // of the program itself
	Slips []Slip
}

// Count is how many slips had a fate.
func (r *Report) Count(f Fate) int {
	n := 0
	for i := range r.Slips {
		if r.Slips[i].Fate == f {
			n++
		}
	}
	return n
}

// Score is how many of a hundred slips that count are noticed, 100 if none counts.
func (r *Report) Score() float64 {
	n := 0
	for i := range r.Slips {
		if r.Slips[i].Fate.Counts() {
			n++
		}
	}
	if n == 0 {
		return 100
	}
	return 100 * float64(r.Count(Noticed)) / float64(n)
}

// Run makes the slips and tries the tests on each. When the context ends it stops; what is left is Untried.
func Run(ctx context.Context, o Options) (*Report, error) {
	trials, err := suite.NewTrials(ctx, suite.Options{Checked: o.Checked, Program: o.Program, Graph: o.Graph,
		Sources: o.Sources})
	if err != nil {
		return nil, err
	}
	r := &Report{Tests: trials.Report}
	for _, m := range mutate.All(o.Program, o.Graph, o.Checked) {
		if o.Select == nil || o.Select(&m) {
			r.Slips = append(r.Slips, Slip{Mutant: m, Fate: Untried})
		}
	}
	return r, o.each(len(r.Slips), func(b *basis, i int) error {
		if ctx.Err() != nil {
			return nil
		}
		return o.try(trials, b, &r.Slips[i])
	})
}

// basis is what one worker compares with; it is made when it is first needed.
type basis struct{ *meaning.Base }

func (b *basis) base(p *bundle.Program) *meaning.Base {
	if b.Base == nil {
		b.Base = meaning.NewBase(p)
	}
	return b.Base
}

// each does something with the numbers up to n on as many processors as there are; the first error is given.
func (o *Options) each(n int, do func(*basis, int) error) error {
	atOnce := o.AtOnce
	if atOnce <= 0 {
		atOnce = runtime.GOMAXPROCS(0)
	}
	var (
		workers sync.WaitGroup
		mu      sync.Mutex
		first   error
		done    int
	)
	next := make(chan int)
	for range min(atOnce, max(n, 1)) {
		workers.Go(func() {
			var b basis
			for i := range next {
				err := do(&b, i)
				mu.Lock()
				if first == nil {
					first = err
				}
				if done++; o.Progress != nil {
					o.Progress(done, n)
				}
				mu.Unlock()
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	return first
}

// try finds what becomes of one slip.
func (o *Options) try(trials *suite.Trials, b *basis, s *Slip) error {
	changed := s.Apply(o.Program)
	by, err := trials.Notices(changed, s.Edges)
	if err != nil {
		return fmt.Errorf("%s: %w", s.What.En, err)
	}
	if s.By = by; by != "" {
		s.Fate = Noticed
		return nil
	}
	c := b.base(o.Program).Compare(changed)
	switch {
	case c.Same():
		s.Fate = Equal
	case len(c.Differences) == 0:
		s.Fate = Undecided
	case trials.Covered(s.Edges):
		s.Fate = Survived
	default:
		s.Fate = Unmet
	}
	if len(c.Differences) == 0 {
		return nil
	}
	c.Tests(o.Library)
	s.Than = &c.Differences[0]
	for i := range c.Differences {
		if d := &c.Differences[i]; d.Test != "" {
			s.Than, s.Test, s.Name = d, d.Test, d.Name
			return nil
		}
	}
	return nil
}
