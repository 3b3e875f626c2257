package meaning

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/runtime/mutate"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
)

// TestNoShorterCallDiffers plays every call with fewer waits than the one that is said to be the shortest, in every
// world that they ask for, on both programs: none may come out differently. REXIAN_MUTANTS=40 for as many slips.
func TestNoShorterCallDiffers(t *testing.T) {
	most, deepest := 2, 2
	if n, err := strconv.Atoi(os.Getenv("REXIAN_MUTANTS")); err == nil {
		most, deepest = n, 3
	}
	p := opened(t, "../../flows")
	samples, err := suite.Samples(nil, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	all := mutate.All(p.program, p.graph, p.checked)
	rand.New(rand.NewPCG(20261130, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	base := NewBase(p.program)
	slips, calls, by := 0, 0, map[int]int{}
	for i := range all {
		if slips == most {
			break
		}
		changed := all[i].Apply(p.program)
		c := base.Compare(changed)
		if c.Same() || c.Differences[0].found == nil || c.Differences[0].found.at.entry.kind != "number" {
			continue
		}
		waits := 0
		for n := c.Differences[0].found.at; n.before != nil; n = n.before {
			waits++
		}
		if waits == 0 || waits > deepest {
			continue
		}
		slips, by[waits] = slips+1, by[waits]+1
		w := &worlds{samples: samples, most: waits - 1}
		for k, program := range []*bundle.Program{changed, p.program} {
			im, err := vm.Load(program)
			if err != nil {
				t.Fatal(err)
			}
			w.images[k] = im
		}
		for _, n := range p.program.Numbers {
			w.fn, w.number = int(n.Func), n.Text
			if course := w.all(nil); course != "" {
				t.Errorf("%s: %s: it is said that %d waits lie before a difference, but:\n%s\n%s", all[i].Kind,
					all[i].What.Zh, waits, course, c.Differences[0].Sentence.Zh)
				break
			}
		}
		calls += w.calls
	}
	t.Logf("%d slips, by the waits before they show %v; %d shorter calls come out alike", slips, by, calls)
	if slips < most {
		t.Errorf("only %d slips show so soon", slips)
	}
}

// worlds plays two programs in all worlds: whatever a call asks from outside is answered in each way that there is, the
// same question of one moment alike in both.
type worlds struct {
	images  [2]*vm.Image
	samples map[string]vm.Value
	fn      int
	number  string
	most    int // waits
	calls   int

	chosen  []choice
	waits   int
	program *bundle.Program
}

// choice is one answer of the world, of so many.
type choice struct {
	what   string
	at, of int
}

// all plays a script in all worlds, and all scripts that begin so; it gives the course of a call that comes out
// differently.
func (w *worlds) all(script []string) string {
	further := false
	var next []string
	w.chosen = nil
	for {
		var heard [2]string
		short := true
		for k := range w.images {
			var resting bool
			heard[k], resting, next = w.play(k, script, next)
			short = short && w.waits <= w.most
			further = further || resting && w.waits < w.most
		}
		w.calls++
		if short && heard[0] != heard[1] {
			return fmt.Sprintf("%v in %v\n%s\nagainst\n%s", script, w.chosen, heard[0], heard[1])
		}
		n := len(w.chosen) - 1
		for n >= 0 && w.chosen[n].at+1 == w.chosen[n].of {
			n--
		}
		if n < 0 {
			break
		}
		w.chosen = w.chosen[:n+1]
		w.chosen[n].at++
	}
	if !further {
		return ""
	}
	for _, deed := range next {
		if course := w.all(append(slices.Clone(script), deed)); course != "" {
			return course
		}
	}
	return ""
}

const (
	silence   = "silence"
	leaves    = "hang up"
	agent     = "agent"
	beginning = 1_791_768_600_000 // 2026-10-12 09:30 in Shanghai
)

// play is what is noticed of a call, whether it waits for somebody at its end, and what may come next.
func (w *worlds) play(k int, script, next []string) (heard string, resting bool, deeds []string) {
	w.waits, w.program = 0, w.images[k].Program
	c := sim.New(sim.Options{Image: w.images[k], Func: w.fn, Now: beginning, Number: w.number, Caller: caller,
		Answers: w})
	c.Start()
	c.Rest()
	for _, deed := range script {
		w.waits++
		switch deed {
		case silence:
			c.SayNothing()
		case leaves:
			c.Hangup()
		case agent:
			c.AgentAnswers()
			c.AgentHangsUp()
		default:
			if q, asking := c.Session().Asking(); !asking || w.program.Questions[q].Field == ident.None {
				w.waits += len(deed) - 1 // each key answers by itself
			}
			c.Press(deed, sim.KeyGap)
		}
		c.Rest()
	}
	var out []string
	for _, u := range c.Heard {
		out = append(out, fmt.Sprint(u.At-beginning, " ", u.Lang, " ", u.Text, " ", u.Cut))
	}
	for _, f := range c.Facts {
		if f.Kind != sim.Pressed {
			out = append(out, fmt.Sprint(f.At-beginning, " ", f.Kind, " ", f.Name, " ", f.Text, " ", f.Priority))
		}
	}
	slices.Sort(out) // of one moment nobody knows the order
	_, over := c.Over()
	if over {
		out = append(out, fmt.Sprint("over ", over, " ", c.Now()-beginning))
	}
	deeds = next
	if !over && c.Err() == nil {
		deeds = append(deeds, leaves)
		if q, asking := c.Session().Asking(); asking {
			deeds = append(append(deeds, silence), w.keys(q)...)
		} else if e, working := c.Session().Working(); working && e.Kind == bundle.EnqueueSite {
			deeds = append(deeds, agent)
		}
	}
	slices.Sort(deeds)
	return strings.Join(out, "\n"), !over, slices.Compact(deeds)
}

// keys are what may be pressed to a question.
func (w *worlds) keys(question int) []string {
	q := &w.program.Questions[question]
	fits := map[ident.Kind]string{ident.Number: "1#", ident.Money: "1#", ident.DateOf: "20261020",
		ident.MonthOf: "202609", ident.PhoneOf: "13800138000#", ident.TaxpayerOf: "913701001000000409#"}
	if q.Field == ident.None || q.Field == ident.YesNo {
		return strings.Split("0123456789*#", "")
	}
	keys := fits[q.Field]
	if keys == "" {
		keys = strings.Repeat("1", max(int(q.MinLen), 1)) + "#"
	}
	return []string{keys, "0", "*", "1#"}
}

// choose is one of n answers.
func (w *worlds) choose(n int, what string) int {
	what += " after wait " + strconv.Itoa(w.waits)
	for _, c := range w.chosen {
		if c.what == what {
			return min(c.at, n-1)
		}
	}
	w.chosen = append(w.chosen, choice{what, 0, n})
	return 0
}

// Lookup gives an answer or any outcome; a table has the row or not.
func (w *worlds) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	w.waits++
	if e.Name == "table" {
		if rows := w.program.Tables[e.Index].Rows; len(rows) > 0 && w.choose(2, "table "+e.Name) == 0 {
			return session.Row(&w.program.Tables[e.Index], vm.Text(rows[0][0].S)), 0
		}
		return vm.Event{Kind: vm.Outcome, Tag: "not_found"}, 0
	}
	f := library.Default().ByID(e.Name)
	tags := f.AllOutcomes()
	if i := w.choose(1+len(tags), "lookup "+e.Name); i > 0 {
		return vm.Event{Kind: vm.Outcome, Tag: tags[i-1]}, 0
	}
	if v, ok := w.samples[e.Name]; ok {
		return vm.Event{Kind: vm.Answer, Value: v}, 0
	}
	return vm.Event{Kind: vm.Done}, 0
}

// Query gives any answer.
func (w *worlds) Query(e vm.Effect, _ int64) vm.Event {
	what := fmt.Sprint(e.Name, " ", e.Index)
	if e.Name != "hours" {
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(w.choose(2, what) == 1)}
	}
	i := w.choose(1+len(library.ClosedReasons), what)
	reason := ""
	if i > 0 {
		reason = library.ClosedReasons[i-1]
	}
	return vm.Event{Kind: vm.Answer, Value: vm.Record(vm.Bool(i == 0), vm.Text(reason), vm.Int(beginning+3_600_000))}
}

// Outcome lets acts end in any way.
func (w *worlds) Outcome(e vm.Effect, _ int64) (string, int64) {
	tags := []string{"unavailable"}
	switch e.Kind {
	case bundle.EnqueueSite:
		tags = library.QueueOutcomes
	case bundle.TransferSite:
		tags = library.CallOutcomes
	}
	i := w.choose(1+len(tags), "outcome "+e.Kind.String())
	if e.Kind != bundle.EnqueueSite || i > 0 {
		w.waits++
	}
	if i == 0 {
		return "", 0
	}
	return tags[i-1], 0
}
