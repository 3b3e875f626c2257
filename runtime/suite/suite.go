// Package suite runs the `test` blocks of a program.
//
// # The model
//
// A test is a script for a caller: what is assumed of the world, what the caller hears, presses and does, and what must
// have come of it. The suite plays it on the calls of a Driver: simulated ones in virtual time, unless another is
// given, such as one that dials over a real line; that one may decline a test that it cannot play. Nothing is assumed
// that the test does not say, with one exception in each direction: tables, opening hours, switches and settings are
// the program's own, and what is sent arrives. A lookup that no `given` answers fails the test and says which line to
// add.
//
// Lines are played in order. Time passes only where a line lets it:
//
//	hear "…"         until the words have been spoken; they are searched from the end of the last hit on
//	press "12"       at once, the keys 0.2 s apart; directly after `hear` this cuts the prompt off
//	press … slowly   2 s apart: a menu's critical timer runs out between them, a field's between-keys timer does not
//	press … after 6s time passes first
//	say nothing      until the question has run out of time once
//	wait 65s         as long as it says
//	agent answers    until the caller stands in a queue
//	agent signs out  at once: from now on queues end with no_agents, and the agent counts are 0; ready, break likewise
//	expect …         if it has not happened yet, until the call waits for somebody
//	expect not …     until the call waits for somebody
//
// A failure is a diagnostic at the line of the test, in both tongues, with the transcript up to there. The first line
// that cannot be played ends its test, for what follows it would fail for the same reason; an expectation that does not
// hold does not.
//
// Tests are independent of each other and run in the order of the files. Their coverage of the flow graph's edges
// is added up: see Coverage.
package suite

import (
	"context"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/hours"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// Options say what is tested. Checked and Program are of the same sources. Graph may be nil: then coverage has numbers
// only.
type Options struct {
	Checked *check.Program
	Program *bundle.Program
	Graph   *graph.Graph
	// Select tells which tests to run, by name; nil runs all.
	Select func(name string) bool
	// Sources are the files' contents, for line numbers; without them lines are 0.
	Sources map[string][]byte
	// Driver makes the calls; nil simulates them in virtual time.
	Driver Driver
	// LeaveOut tells why a test is skipped that the driver would play, by name; "" in Zh plays it. It may be nil.
	LeaveOut func(name string) diag.Text
	// AtOnce is how many tests are played at a time; 0: as many as there are processors.
	AtOnce int
	// Progress, which may be nil, is told how many tests of all are done, never by two goroutines at once.
	Progress func(done, total int)
}

// Report is what came of all tests.
type Report struct {
	Results  []Result `json:"results"`
	Passed   int      `json:"passed"`
	Failed   int      `json:"failed"`
	Skipped  int      `json:"skipped,omitempty"` // the driver declined them, or they were left out
	Coverage Coverage `json:"coverage"`
}

// Result is what came of one test.
type Result struct {
	Name       string            `json:"name"`
	File       string            `json:"file"`
	Span       diag.Span         `json:"span"`
	Line       int               `json:"line,omitempty"` // from 1
	Passed     bool              `json:"passed"`
	Skipped    *diag.Text        `json:"skipped,omitempty"` // why it was not played; nil if it was
	Failures   []diag.Diagnostic `json:"failures,omitempty"`
	Transcript []Line            `json:"transcript,omitempty"`
	Millis     int64             `json:"millis"` // virtual time from the first call's beginning to its end
	covered    []int
}

// Line is one thing that happened in a test.
type Line struct {
	At   int64     `json:"at"`   // milliseconds since the call began
	Kind string    `json:"kind"` // "say", or a sim.FactKind
	Text string    `json:"text"`
	Cut  bool      `json:"cut,omitempty"`  // the caller cut it off there
	File string    `json:"file,omitempty"` // the step of the flow that did it
	Span diag.Span `json:"span,omitzero"`
	Line int       `json:"line,omitempty"` // of the file, from 1
	seq  int
}

// Run runs the tests. It fails only if the program cannot be loaded at all.
func Run(o Options) (*Report, error) { return RunContext(context.Background(), o) }

// RunContext is Run with a context for the driver. Tests that have not come to their end when it ends are skipped.
func RunContext(ctx context.Context, o Options) (*Report, error) {
	s, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	return s.report(s.all(s.chosen())), nil
}

// prepare makes what the tests share.
func prepare(ctx context.Context, o Options) (*suite, error) {
	s := &suite{Options: o, lines: map[string][]int{}, ctx: ctx, driver: o.Driver}
	if err := s.load(nil); err != nil {
		return nil, fmt.Errorf("run the tests: %w", err)
	}
	if s.driver == nil {
		s.driver = simulated{}
	}
	for path, src := range o.Sources {
		s.lines[path] = lineStarts(src)
	}
	return s, nil
}

// load makes what is made of the program; what it has in common with the program of another suite is taken from there.
func (s *suite) load(like *suite) (err error) {
	if s.image, err = vm.Load(s.Program); err != nil {
		return err
	}
	if like != nil && shared(s.Program.Hours, like.Program.Hours) &&
		shared(s.Program.Calendars, like.Program.Calendars) {
		s.schedules = like.schedules
	} else if s.schedules, err = session.Schedules(s.Program); err != nil {
		return err
	}
	if like != nil && shared(s.Program.Prompts, like.Program.Prompts) {
		s.renderer = like.renderer
	} else {
		s.renderer = session.NewRenderer(s.Program)
	}
	s.zone, err = time.LoadLocation(s.Program.Zone)
	return err
}

// shared tells whether two lists are one.
func shared[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// chosen are the tests that are selected.
func (s *suite) chosen() []check.Located[*ast.TestDecl] {
	var list []check.Located[*ast.TestDecl]
	for _, t := range s.Checked.Tests {
		if s.Select == nil || s.Select(plain(t.Decl.Name)) {
			list = append(list, t)
		}
	}
	return list
}

// report adds results up.
func (s *suite) report(results []Result) *Report {
	report := &Report{Results: results}
	taken := make([]bool, s.Program.Edges)
	for i := range report.Results {
		r := &report.Results[i]
		switch {
		case r.Skipped != nil:
			report.Skipped++
		case r.Passed:
			report.Passed++
		default:
			report.Failed++
		}
		for _, e := range r.covered {
			taken[e] = true
		}
	}
	report.Coverage = s.coverage(taken)
	report.Coverage.count(report.Results)
	return report
}

// suite is what all tests share; it does not change while they run.
type suite struct {
	Options
	image     *vm.Image
	schedules []*hours.Hours
	zone      *time.Location
	lines     map[string][]int
	renderer  *session.Renderer
	driver    Driver
	ctx       context.Context // of the run, for the driver
}

// all runs the tests on as many processors as there are; each writes its own result.
func (s *suite) all(tests []check.Located[*ast.TestDecl]) []Result {
	results := make([]Result, len(tests))
	next := make(chan int)
	var workers sync.WaitGroup
	var mu sync.Mutex
	done := 0
	atOnce := s.AtOnce
	if atOnce <= 0 {
		atOnce = runtime.GOMAXPROCS(0)
	}
	for range min(atOnce, max(len(tests), 1)) {
		workers.Go(func() {
			for i := range next {
				results[i] = s.one(tests[i])
				if s.Progress != nil {
					mu.Lock()
					done++
					s.Progress(done, len(tests))
					mu.Unlock()
				}
			}
		})
	}
	for i := range tests {
		next <- i
	}
	close(next)
	workers.Wait()
	return results
}

// one runs one test.
func (s *suite) one(t check.Located[*ast.TestDecl]) Result {
	r := &run{suite: s, file: t.File, image: s.image, program: s.Program, house: sim.NewHouse(s.Program),
		now:      s.at(defaultDay, defaultTime),
		switches: map[int]bool{}, lists: map[int][]string{}, hours: map[int]bool{}, reasons: map[int]string{}}
	r.result = Result{Name: plain(t.Decl.Name), File: t.File, Span: t.Decl.Span(),
		Line: s.line(t.File, t.Decl.Span().Start)}
	why := s.driver.Declines(r.needs(t.Decl))
	if why.Zh == "" && s.LeaveOut != nil {
		why = s.LeaveOut(r.result.Name)
	}
	if s.ctx.Err() != nil {
		why = stopped
	}
	if why.Zh != "" {
		r.result.Skipped = &why
		return r.result
	}
	for _, item := range t.Decl.Items {
		if !r.item(item) {
			break
		}
	}
	r.finish()
	if s.ctx.Err() != nil && len(r.result.Failures) > 0 { // it might have passed
		r.result.Skipped, r.result.Failures = &stopped, nil
		return r.result
	}
	r.result.Passed = len(r.result.Failures) == 0
	return r.result
}

// stopped is why tests are skipped that had not come to their end when the run was stopped.
var stopped = diag.Text{Zh: "测试中止了", En: "the tests were stopped"}

// A test that says no `at` runs on a plain Monday morning: 2026-01-05 10:00 in the program's zone.
const (
	defaultDay  = 20_458
	defaultTime = 36_000
)

// at is the moment of a date and a time of day in the program's zone, Unix milliseconds.
func (s *suite) at(days, seconds int64) int64 {
	y, m, d := hours.Date(days).Civil()
	return time.Date(y, m, d, int(seconds/3600), int(seconds/60%60), int(seconds%60), 0, s.zone).UnixMilli()
}

func plain(s *ast.StringLit) string {
	if s == nil {
		return ""
	}
	text, _ := s.Plain()
	return text
}

// transcript is what happened in a call, in the order of time.
func (s *suite) transcript(c Call) []Line {
	var list []Line
	place := func(l Line, fn, pc int) Line {
		if file, start, end, ok := s.Program.Place(fn, pc); ok {
			l.File, l.Span, l.Line = file, diag.Span{Start: start, End: end}, s.line(file, start)
		}
		return l
	}
	for _, u := range c.Heard() {
		if u.Text == "" { // cut off before a word of it was spoken
			continue
		}
		list = append(list, place(Line{At: u.At - c.Started(), Kind: "say", Text: u.Text, Cut: u.Cut, seq: u.Seq},
			u.Func, u.PC))
	}
	for _, f := range c.Facts() {
		text := strings.TrimSpace(f.Name + " " + f.Text)
		list = append(list, place(Line{At: f.At - c.Started(), Kind: string(f.Kind), Text: text, seq: f.Seq}, f.Func,
			f.PC))
	}
	sort.Slice(list, func(i, j int) bool { return list[i].seq < list[j].seq })
	return joinKeys(list)
}

// joinKeys makes one line of the keys that answered one question.
func joinKeys(list []Line) []Line {
	out := list[:0]
	for _, l := range list {
		if n := len(out); n > 0 && l.Kind == string(sim.Pressed) && out[n-1].Kind == l.Kind &&
			out[n-1].File == l.File && out[n-1].Span == l.Span {
			out[n-1].Text += l.Text
			continue
		}
		out = append(out, l)
	}
	return out
}
