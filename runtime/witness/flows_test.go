package witness_test

import (
	"testing"
	"time"

	"rexian/compiler"
	"rexian/compiler/emit"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/readout"
	"rexian/runtime/witness"
)

// hotline checks the shipped flows and decides their rules.
func hotline(t testing.TB) compiler.Judged {
	t.Helper()
	w, err := compiler.Open("../../flows")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j := w.Decide(compiler.Options{Voice: readout.Voice{}})
	if diag.HasErrors(j.Findings) {
		t.Fatal(diag.Sort(j.Findings)[0].Sentence(diag.En))
	}
	return j
}

// TestTheHotlinesRules proves all rules of the shipped flows, and there are enough of them.
func TestTheHotlinesRules(t *testing.T) {
	j := hotline(t)
	if len(j.Verdicts) < 12 {
		t.Errorf("%d rules", len(j.Verdicts))
	}
	for _, v := range j.Verdicts {
		if v.State != rules.Proved {
			t.Errorf("%s: %v %v", v.Name(), v.State, v.Why)
		}
	}
}

// TestTimesAgree calls by the quickest and by the slowest way that the rules of the shipped flows reckon with, and
// finds the reckoned time on the clock: to the fiftieth of a second, where all that is said is known before. Mailboxes
// begin with a greeting, which does not count.
func TestTimesAgree(t *testing.T) {
	const close = 20 * time.Millisecond
	j := hotline(t)
	out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Rules: true})
	if err != nil {
		t.Fatal(err)
	}
	w, err := witness.New(j.Checked, j.Graph, out)
	if err != nil {
		t.Fatal(err)
	}
	exact, within := 0, 0
	for _, v := range j.Verdicts {
		for _, times := range v.Times {
			for _, c := range []struct {
				path *rules.Path
				want time.Duration
			}{{times.Quickest, times.Best}, {times.Slowest, times.Worst}} {
				if c.path == nil {
					continue
				}
				if _, ok := c.path.To.Step.(*ast.Voicemail); ok {
					continue
				}
				test := w.Path(v.Name(), c.path)
				switch {
				case !test.Shown:
				case !varies(c.path):
					exact++
					if d := test.Elapsed - c.want; d < -close || d > close {
						t.Errorf("%s %v: reckoned %v, took %v: %s", v.Name(), times.Hours, c.want, test.Elapsed,
							test.Source)
					}
				default:
					within++
					if test.Elapsed < times.Best-close || test.Elapsed > times.Worst+close {
						t.Errorf("%s %v: reckoned %v to %v, took %v: %s", v.Name(), times.Hours, times.Best,
							times.Worst,
							test.Elapsed, test.Source)
					}
				}
			}
		}
	}
	if exact < 2 || within < 1 {
		t.Errorf("%d calls were measured exactly, %d within bounds", exact, within)
	}
}

// varies tells whether words on a path hold a value.
func varies(p *rules.Path) (holes bool) {
	for _, m := range p.Moves {
		if say, ok := m.Edge.From.Step.(*ast.Say); ok {
			ast.Walk(say, func(n ast.Node) bool {
				if s, ok := n.(*ast.StringLit); ok {
					_, plain := s.Plain()
					holes = holes || !plain
				}
				return true
			})
		}
	}
	return holes
}

func BenchmarkTheHotlinesRules(b *testing.B) {
	j := hotline(b)
	for b.Loop() {
		rules.Decide(j.Checked, j.Graph, readout.Voice{})
	}
}
