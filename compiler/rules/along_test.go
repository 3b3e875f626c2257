package rules_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/readout"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
)

// close is how near what is reckoned comes to the clock.
const close = 20 * time.Millisecond

// patient plays tests with a caller as the rules reckon with: all is heard out, and a second goes by before each key.
type patient struct {
	mu    sync.Mutex
	calls []*heeding
}

func (*patient) Declines(suite.Needs) diag.Text { return diag.Text{} }

func (d *patient) Dial(_ context.Context, s suite.Start) (suite.Call, error) {
	h := &heeding{assumed: s.Assumed, person: -1}
	h.Call = sim.New(sim.Options{Image: s.Image, Func: s.Func, Args: s.Args, Now: s.Now, Number: s.Number,
		Caller: s.Caller, Answers: h, Cover: true, Renderer: s.Renderer, House: s.House})
	d.mu.Lock()
	d.calls = append(d.calls, h)
	d.mu.Unlock()
	h.Start()
	return h, nil
}

// heeding is one call of a patient caller, up to the first person. It notes what the rules do not know beforehand: how
// long answers of other systems took, and how many keys were pressed.
type heeding struct {
	*sim.Call
	assumed sim.Answers
	took    time.Duration // by answers and keys
	keys    int64
	person  int   // so many edges were taken before a person; -1: none was come to
	when    int64 // when it was, Unix milliseconds
	strays  bool  // the caller does what none does that the rules reckon with
}

func (h *heeding) Lookup(e vm.Effect, now int64) (vm.Event, int64) {
	ev, ms := h.assumed.Lookup(e, now)
	if h.person < 0 {
		h.took += time.Duration(ms) * time.Millisecond
	}
	return ev, ms
}

func (h *heeding) Query(e vm.Effect, now int64) vm.Event { return h.assumed.Query(e, now) }

func (h *heeding) Outcome(e vm.Effect, now int64) (string, int64) {
	tag, ms := h.assumed.Outcome(e, now)
	if h.person < 0 {
		if e.Kind == bundle.EnqueueSite || e.Kind == bundle.TransferSite {
			h.person, h.when = len(h.Machine().Course()), now
		} else {
			h.took += time.Duration(ms) * time.Millisecond
		}
	}
	return tag, ms
}

func (h *heeding) Heard() []sim.Utterance     { return h.Call.Heard }
func (h *heeding) Facts() []sim.Fact          { return h.Call.Facts }
func (h *heeding) Datum(name string) vm.Value { return h.Machine().Datum(name) }
func (h *heeding) Covered() []int             { return h.Machine().Covered() }
func (h *heeding) Silent() bool               { return h.Resting() }

// Press presses each key a second after all was heard, or after the key before.
func (h *heeding) Press(keys string, _ int64) {
	for i := range len(keys) {
		for !h.Resting() && !h.Session().Keying() && h.Step() {
		}
		if _, asking := h.Session().Asking(); !asking {
			h.strays = h.strays || h.person < 0
			return
		}
		if h.person < 0 {
			h.took += time.Second
			h.keys++
		}
		h.Call.RunUntil(h.Now() + 1_000)
		h.Call.Press(keys[i:i+1], sim.KeyGap)
	}
}

// RunUntil lets no time pass before a person: who waits has a reason that the rules do not know.
func (h *heeding) RunUntil(at int64) {
	if h.person >= 0 {
		h.Call.RunUntil(at)
	}
}

func (h *heeding) SayNothing() { h.strays = h.strays || h.person < 0; h.Call.SayNothing() }

// TestTimesOfTestedPaths plays the tests of the flows and the lessons with a patient caller, and finds on the clock of
// each call that comes to a person what is reckoned along the edges that it took, to the fiftieth of a second: words
// without a value take what is reckoned, words with one lie between the bounds, answers of other systems and values
// take what they took.
func TestTimesOfTestedPaths(t *testing.T) {
	dirs, err := filepath.Glob("../../examples/*/*")
	if err != nil {
		t.Fatal(err)
	}
	paths := 0
	for _, dir := range append(dirs, "../../flows") {
		if sql, _ := filepath.Glob(dir + "/*/*.sql"); len(sql) > 0 {
			continue // its lookups are its own
		}
		t.Run(filepath.Base(dir), func(t *testing.T) { paths += tested(t, dir) })
	}
	t.Logf("%d paths to a person", paths)
	if paths < 100 {
		t.Errorf("only %d paths to a person", paths)
	}
}

func tested(t *testing.T, dir string) (paths int) {
	t.Helper()
	w, err := compiler.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j := w.Decide(compiler.Options{Voice: readout.Voice{}})
	if diag.HasErrors(j.Findings) {
		t.Fatalf("%s: %s", dir, diag.Sort(j.Findings)[0].Sentence(diag.En))
	}
	out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	d := &patient{}
	if _, err := suite.Run(suite.Options{Checked: j.Checked, Program: out.Program, Graph: j.Graph,
		Driver: d}); err != nil {
		t.Fatal(err)
	}
	r := rules.NewReckoner(j.Checked, j.Graph, readout.Voice{})
	for _, h := range d.calls {
		if h.along(t, j, r) {
			paths++
		}
	}
	return paths
}

// along compares a call up to the first person with what is reckoned for its edges. It is false where the call comes
// to none, or does what no reckoned caller does: it misses a question, waits for its own sake.
func (h *heeding) along(t *testing.T, j compiler.Judged, r rules.Reckoner) bool {
	if h.person < 0 || h.strays {
		return false
	}
	lang := j.Checked.Languages[0]
	var best, worst time.Duration    // of all
	var least, longest time.Duration // of words
	known := h.took
	keys := -h.keys // reckoned, and not pressed
	for _, id := range h.Machine().Course()[:h.person] {
		e := j.Graph.Edges[id]
		switch e.Kind {
		case graph.NoInput, graph.NoMatch, graph.Tries, graph.Hangup, graph.Error:
			return false
		}
		if x, ok := e.From.Step.(*ast.Language); ok {
			k, ok := j.Checked.ConstOf(x.To)
			if !ok {
				return false
			}
			lang = k.S
		}
		low, high, n, bound := r.Cost(e, lang)
		best, worst, keys = best+low, worst+high, keys+n
		switch x := e.From.Step.(type) {
		case *ast.Say:
			least, longest = least+low, longest+high
		case *ast.Pause:
			known += low
		case *ast.Let:
			if x.Source.Ask != nil { // an answer that is read back
				pressed := time.Duration(n) * time.Second
				least, longest = least+low-pressed, longest+high-pressed
				bound = bound && !x.Source.Ask.Record
			}
		}
		if !bound {
			return false
		}
	}
	var words time.Duration
	for _, u := range h.Call.Heard {
		if u.At < h.when && u.Text != "" {
			words += time.Duration(min(u.Until, h.when)-u.At) * time.Millisecond
		}
	}
	elapsed := time.Duration(h.when-h.Started()) * time.Millisecond
	if d := elapsed - known - words; d < -close || d > close {
		t.Errorf("a person after %v: %v of words, %v of keys, answers and pauses: %v", elapsed, words, known,
			h.Call.Heard)
	}
	if words < least-close || words > longest+close {
		t.Errorf("%v of words, reckoned %v to %v: %v", words, least, longest, h.Call.Heard)
	}
	if keys < 0 || elapsed < best-time.Duration(keys)*time.Second-close || elapsed > worst+close {
		t.Errorf("a person after %v, reckoned %v to %v and %d more keys", elapsed, best, worst, keys)
	}
	return true
}
