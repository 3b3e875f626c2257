package meaning

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/runtime/suite"
)

// TestFile is the file that tests are put into to be played.
const TestFile = "差异.flow"

// Side is one of the programs with its source, so that tests can be played on it.
type Side struct {
	// Check checks tests of the program, which is free of errors; what it gives has them in place of the program's own.
	Check func(tests []byte) (*check.Program, []diag.Diagnostic)
	Graph *graph.Graph // of the program; nil: it is built
	// Change changes what was compiled before it runs; nil for nothing.
	Change func(*bundle.Program)
}

// Tests writes the shortest call of each difference as a test, where one can be written.
func (c *Comparison) Tests(lib *library.Registry) {
	if lib == nil {
		lib = library.Default()
	}
	for i := range c.Differences {
		if d := &c.Differences[i]; d.found != nil && d.Test == "" { // those of opening hours have theirs
			d.Test = d.product.write(d.found, lib)
		}
	}
}

// Play plays the tests of the differences on both programs and notes which were seen: those that hold of one of them
// only.
func (c *Comparison) Play(old, new Side) error {
	bodies := map[string]string{}
	for i, d := range c.Differences {
		if d.Test != "" {
			bodies[testName(i)] = d.Test
		}
	}
	var after map[string]bool
	var wrong error
	var both sync.WaitGroup
	both.Go(func() { after, wrong = new.Passed(bodies) })
	before, err := old.Passed(bodies)
	both.Wait()
	if err = errors.Join(err, wrong); err != nil {
		return err
	}
	for i := range c.Differences {
		if name := testName(i); bodies[name] != "" {
			d := &c.Differences[i]
			d.Seen, d.Breaks = after[name] != before[name], before[name] && !after[name]
		}
	}
	return nil
}

func testName(i int) string { return fmt.Sprintf("差异 %d", i+1) }

// Block is a test as it stands in a flow file.
func Block(name, body string) string { return fmt.Sprintf("测试 %q {\n%s\n}\n", name, body) }

// Passed plays tests by their names and tells which passed; what is not understood counts as failed.
func (s Side) Passed(bodies map[string]string) (map[string]bool, error) {
	passed := map[string]bool{}
	if len(bodies) == 0 {
		return passed, nil
	}
	checked, bodies, err := s.Checked(bodies)
	if err != nil {
		return nil, err
	}
	g := s.Graph
	if g == nil {
		g = graph.Build(checked)
	}
	out, err := emit.Emit(checked, emit.Options{Graph: g, Tests: true})
	if err != nil {
		return nil, err
	}
	if s.Change != nil {
		s.Change(out.Program)
	}
	report, err := suite.Run(suite.Options{Checked: checked, Program: out.Program, Graph: g,
		Select: func(name string) bool { _, ok := bodies[name]; return ok }})
	if err != nil {
		return nil, err
	}
	for _, r := range report.Results {
		passed[r.Name] = r.Passed
	}
	return passed, nil
}

// Checked checks the program with further tests by their names, and gives those that were understood: the others are
// left out.
func (s Side) Checked(bodies map[string]string) (*check.Program, map[string]string, error) {
	for {
		var src strings.Builder
		for _, name := range slices.Sorted(maps.Keys(bodies)) {
			src.WriteString(Block(name, bodies[name]))
		}
		checked, found := s.Check([]byte(src.String()))
		wrong := inTests(src.String(), found, bodies)
		if len(wrong) == 0 {
			if diag.HasErrors(found) {
				return nil, nil, fmt.Errorf("the program has errors: %s", firstError(found))
			}
			return checked, bodies, nil
		}
		rest := map[string]string{}
		for name, body := range bodies {
			if !wrong[name] {
				rest[name] = body
			}
		}
		bodies = rest
	}
}

func firstError(found []diag.Diagnostic) string {
	for _, d := range found {
		if d.Severity == diag.Error {
			return d.File + ": " + d.Sentence(diag.En)
		}
	}
	return ""
}

// inTests are the tests that hold errors.
func inTests(src string, found []diag.Diagnostic, bodies map[string]string) map[string]bool {
	wrong := map[string]bool{}
	for _, d := range found {
		if d.Severity != diag.Error || d.File != TestFile {
			continue
		}
		for name, body := range bodies {
			at := strings.Index(src, Block(name, body))
			if d.Span.Start >= at && d.Span.Start <= at+len(Block(name, body)) {
				wrong[name] = true
			}
		}
	}
	return wrong
}
