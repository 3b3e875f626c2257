package meaning

import (
	"cmp"
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
	Cover bool         // it is compiled with its coverage
	// Change changes what was compiled before it runs; nil for nothing.
	Change func(*bundle.Program)
}

// Tests writes the shortest call of each difference as a test, where one can be written.
func (c *Comparison) Tests(lib *library.Registry) {
	if lib == nil {
		lib = library.Default()
	}
	c.lib = lib
	for i := range c.Differences {
		switch d := &c.Differences[i]; {
		case d.Test != "": // those of opening hours have theirs
		case d.found != nil:
			d.Test, d.course = d.product.write(d.found, lib)
		default:
			switch {
			case d.Kind == "table" && d.row != "":
				d.course, d.Name = c.tableCourse(d)
				continue
			case d.Kind == "calendar", d.Kind == "hours" && d.of != "":
				d.Test, d.course, d.Name = c.dated(d)
				continue
			}
			test, name := c.settled(d)
			if !slices.ContainsFunc(c.Differences,
				func(o Difference) bool { return test != "" && o.Test == test }) {
				d.Test, d.Name = test, name
			}
		}
	}
}

// rounds is how often a test is written anew that comes out alike on both programs.
const rounds = 5

// Play plays the tests of the differences on both programs and notes which were seen: those that hold of one of them
// only. A test that comes out alike is mended by what the calls did; where that does not help it is looked closely
// whether any call can come there at all, and if none can the difference is none.
func (c *Comparison) Play(old, new Side) error {
	if err := c.play(old, new); err != nil || c.seen() {
		return err
	}
	c.refine()
	if err := c.play(old, new); err != nil {
		return err
	}
	for range variants {
		if !c.turn() {
			break
		}
		if err := c.play(old, new); err != nil {
			return err
		}
	}
	return nil
}

// variants is how many other ways are tried of a difference that was not seen.
const variants = 3

// turn has each difference that was not seen tried on the next of its variants; it is false if there are none.
func (c *Comparison) turn() (some bool) {
	for i := range c.Differences {
		d := &c.Differences[i]
		if d.found == nil || d.Seen || len(d.others) == 0 {
			continue
		}
		f := d.others[0]
		next := d.product.describe(f)
		next.product, next.others, next.Variants = d.product, append(d.others[1:], d.found), d.Variants
		next.count()
		next.Test, next.course = d.product.write(f, c.lib)
		*d, some = next, true
	}
	return some
}

// seen tells whether all differences were seen that a call may show.
func (c *Comparison) seen() bool {
	return !slices.ContainsFunc(c.Differences, func(d Difference) bool { return d.found != nil && !d.Seen })
}

// play plays the tests of those that were not seen.
func (c *Comparison) play(old, new Side) error {
	bodies := map[string]string{}
	for i, d := range c.Differences {
		if body := cmp.Or(d.Test, d.course); body != "" && !d.Seen {
			bodies[testName(i)] = body
		}
	}
	for n := 0; n < rounds && len(bodies) > 0; n++ {
		var after map[string]*suite.Result
		var wrong error
		var both sync.WaitGroup
		both.Go(func() { after, wrong = new.played(bodies) })
		before, err := old.played(bodies)
		both.Wait()
		if err = errors.Join(err, wrong); err != nil {
			return err
		}
		next := map[string]string{}
		for i := range c.Differences {
			d, name := &c.Differences[i], testName(i)
			was, is := before[name], after[name]
			switch {
			case bodies[name] == "" || was == nil || is == nil:
			case was.Passed != is.Passed:
				d.Seen, d.Breaks, d.Test = true, was.Passed, bodies[name]
			default:
				if body := mend(bodies[name], was, is); body != "" && body != bodies[name] {
					next[name] = body
				} else if apartIn(was.Transcript, is.Transcript) { // in what no test can ask for
					d.Seen = true
				}
			}
		}
		bodies = next
	}
	return nil
}

// refine looks closely where differences were not seen: those that no call can come to go, and of the others there may
// be another call.
func (c *Comparison) refine() {
	x := walk(c.old, c.new, 0, true)
	if x.over {
		return
	}
	by := map[string]*found{}
	for i := range x.found {
		by[x.found[i].key] = &x.found[i]
	}
	if len(c.Differences) > 0 {
		x.lib = c.lib
	}
	var list []Difference
	for _, d := range c.Differences {
		if d.found == nil || d.Seen {
			list = append(list, d)
			continue
		}
		var left []*found // of it and its variants
		for _, f := range append([]*found{d.found}, d.others...) {
			if g := by[f.key]; g != nil {
				left = append(left, g)
			}
		}
		if len(left) == 0 {
			continue
		}
		d = x.describe(left[0])
		d.product, d.others = x, left[1:]
		for _, g := range d.others {
			if v := x.describe(g).Sentence; v != d.Sentence && !slices.Contains(d.Variants, v) {
				d.Variants = append(d.Variants, v)
			}
		}
		d.count()
		d.Test, d.course = x.write(left[0], c.lib)
		list = append(list, d)
	}
	c.Differences = list
}

func testName(i int) string { return fmt.Sprintf("差异 %d", i+1) }

// Block is a test as it stands in a flow file.
func Block(name, body string) string { return fmt.Sprintf("测试 %q {\n%s\n}\n", name, body) }

// Passed plays tests by their names and tells which passed; what is not understood counts as failed.
func (s Side) Passed(bodies map[string]string) (map[string]bool, error) {
	results, err := s.played(bodies)
	passed := map[string]bool{}
	for name, r := range results {
		passed[name] = r.Passed
	}
	return passed, err
}

// played plays tests by their names; those that are not understood are left out.
func (s Side) played(bodies map[string]string) (map[string]*suite.Result, error) {
	results := map[string]*suite.Result{}
	if len(bodies) == 0 {
		return results, nil
	}
	checked, bodies, err := s.Checked(bodies)
	if err != nil {
		return nil, err
	}
	g := s.Graph
	if g == nil {
		g = graph.Build(checked)
	}
	out, err := emit.Emit(checked, emit.Options{Graph: g, Cover: s.Cover, Tests: true})
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
	for i := range report.Results {
		results[report.Results[i].Name] = &report.Results[i]
	}
	return results, nil
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
