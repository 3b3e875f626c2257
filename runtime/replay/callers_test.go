package replay

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
)

// hotline is the shipped flows, changed by a test: pairs of what stands in a file and what is to stand there.
func hotline(tb testing.TB, file string, changes ...string) *deploy.Version {
	tb.Helper()
	w, err := compiler.Open("../../flows")
	if err != nil {
		tb.Fatal(err)
	}
	if err := w.Load(); err != nil {
		tb.Fatal(err)
	}
	if file != "" {
		src := string(w.Source(file))
		for i := 0; i < len(changes); i += 2 {
			if !strings.Contains(src, changes[i]) {
				tb.Fatalf("%s has no %q", file, changes[i])
			}
			src = strings.Replace(src, changes[i], changes[i+1], 1)
		}
		w.Overlay(file, []byte(src))
		if err := w.Load(); err != nil {
			tb.Fatal(err)
		}
	}
	return readied(tb, w)
}

func readied(tb testing.TB, w *compiler.Workspace) *deploy.Version {
	tb.Helper()
	p, found, err := w.Build(compiler.Options{})
	if err != nil {
		for _, d := range found {
			tb.Log(d.File, d.Sentence(0))
		}
		tb.Fatal(err)
	}
	v, err := deploy.Ready(p, nil, deploy.Files{})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// written compiles a program of one file.
func written(tb testing.TB, src string) *deploy.Version {
	tb.Helper()
	w, err := compiler.Open(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	w.Overlay("a.flow", []byte(src))
	if err := w.Load(); err != nil {
		tb.Fatal(err)
	}
	return readied(tb, w)
}

// world answers the calls of a random day.
type world struct {
	rng     *rand.Rand
	v       *deploy.Version
	samples map[string]vm.Value
	// steady has switches and lists stay as they are all through a call; by what was asked.
	steady map[string]vm.Event
}

func (w *world) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	if e.Name == "table" {
		return session.Row(&w.v.Program.Tables[e.Index], e.Args[0]), 0
	}
	if w.rng.IntN(10) == 0 {
		return vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, 5000
	}
	if v, ok := w.samples[e.Name]; ok {
		return vm.Event{Kind: vm.Answer, Value: v}, 300
	}
	return vm.Event{Kind: vm.Done}, 300
}

func (w *world) Query(e vm.Effect, now int64) vm.Event {
	if w.steady == nil || e.Name == "hours" {
		return w.query(e, now)
	}
	about := fmt.Sprint(e.Name, e.Index, e.Args)
	if _, known := w.steady[about]; !known {
		w.steady[about] = w.query(e, now)
	}
	ev := w.steady[about]
	ev.Now = 0
	return ev
}

func (w *world) query(e vm.Effect, now int64) vm.Event {
	switch e.Name {
	case "list":
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(w.rng.IntN(20) == 0)}
	case "switch":
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(w.rng.IntN(8) == 0)}
	}
	return session.Opening(w.v.Schedules[e.Index].At(now, nil))
}

func (w *world) Outcome(e vm.Effect, _ int64) (string, int64) {
	if e.Kind == bundle.EnqueueSite || e.Kind == bundle.TransferSite || w.rng.IntN(6) > 0 {
		return "", 0
	}
	return "unavailable", 1000
}

// nine is a Monday morning.
var nine = time.Date(2026, 11, 30, 9, 0, 0, 0, time.FixedZone("", 8*3600)).UnixMilli()

// dayOf makes the records of n calls of a day by callers who press what is on offer, wait, err and hang up.
func dayOf(tb testing.TB, v *deploy.Version, n int, seed uint64) [][]byte {
	tb.Helper()
	return dayIn(tb, v, n, seed, false)
}

// dayIn is dayOf in a world in which switches and lists stay as they are all through a call, if steady.
func dayIn(tb testing.TB, v *deploy.Version, n int, seed uint64, steady bool) [][]byte {
	tb.Helper()
	samples, err := suite.Samples(nil, v.Zone)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	k, err := kept.Open(kept.Options{Dir: dir, MB: 1 << 14, Days: 1 << 10, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	w := &world{rng: rng, v: v, samples: samples}
	house := sim.NewHouse(v.Program)
	for i := range n {
		if steady {
			w.steady = map[string]vm.Event{}
		}
		at := nine + int64(i)*int64(12*3600_000)/int64(n)
		oneCall(tb, k, w, house, fmt.Sprint("call ", i), at)
		for k.Kept()+1000 < uint64(i) {
			time.Sleep(time.Millisecond)
		}
	}
	k.Close()
	if k.Dropped() > 0 {
		tb.Fatalf("%d calls were not kept", k.Dropped())
	}
	tb.Logf("%d calls take %d bytes on the disk", n, k.Bytes())
	var records [][]byte
	if torn, err := kept.Read(dir, time.UnixMilli(nine-1), time.UnixMilli(nine).Add(24*time.Hour),
		func(b []byte) error {
			records = append(records, b)
			return nil
		}); err != nil || torn != 0 || len(records) != n {
		tb.Fatalf("%d records of %d, %d torn, %v", len(records), n, torn, err)
	}
	return records
}

func oneCall(tb testing.TB, k *kept.Keeper, w *world, house *sim.House, id string, now int64) {
	p, rng := w.v.Program, w.rng
	number := p.Numbers[rng.IntN(len(p.Numbers))]
	caller := []string{"13800138000", "053186868686", ""}[rng.IntN(3)]
	r := k.Begin(p, kept.Header{Version: w.v.Hash(), ID: id, Started: now, Direction: "in", Number: number.Text,
		Caller: caller, Entry: p.Funcs[number.Func].Name})
	c := sim.New(sim.Options{Image: w.v.Image, Func: int(number.Func), Now: now, Number: number.Text,
		Caller: caller, Answers: w, Watch: r, Renderer: w.v.Renderer, House: house})
	c.Start()
	for range 3 + rng.IntN(20) {
		c.Rest()
		if _, over := c.Over(); over || c.Err() != nil {
			break
		}
		acts(c, p, rng)
	}
	if _, over := c.Over(); !over {
		c.Hangup()
	}
	how, _ := c.Over()
	r.End(how, c.Now())
}

// acts does something at a place where the call rests.
func acts(c *sim.Call, p *bundle.Program, rng *rand.Rand) {
	if e, busy := c.Session().Working(); busy && e.Kind == bundle.EnqueueSite {
		switch {
		case len(e.Offers) > 0 && rng.IntN(3) == 0:
			c.Press(e.Offers[0], sim.KeyGap)
		case rng.IntN(4) == 0:
			c.RunUntil(c.Now() + 40_000)
		case c.Session().Talking():
			c.RunUntil(c.Now() + 60_000)
			c.AgentHangsUp()
		default:
			c.AgentAnswers()
		}
		return
	}
	question, asking := c.Session().Asking()
	if !asking {
		c.Step()
		return
	}
	q := &p.Questions[question]
	switch n := rng.IntN(20); {
	case n == 0:
		c.Hangup()
	case n == 1:
		c.SayNothing()
	case n == 2:
		c.Press(string("0123456789*#"[rng.IntN(12)]), sim.KeyGap)
	case len(q.Options) > 0 && (q.Field == ident.None || rng.IntN(2) == 0):
		c.Press(q.Options[rng.IntN(len(q.Options))].Keys, sim.KeyGap)
	default:
		c.Press(keysFor(q, rng), sim.KeyGap)
	}
}

// What callers key who have something to hide.
const (
	taxpayerKeyed = "913701001000000409"
	secretKeyed   = "735196"
)

// keysFor is an answer of the form that a question asks for.
func keysFor(q *bundle.Question, rng *rand.Rand) string {
	switch q.Field {
	case ident.TaxpayerOf:
		return taxpayerKeyed + "#"
	case ident.ResidentOf:
		return "11010519491231002*"
	case ident.PhoneOf:
		return "13800138000#"
	case ident.DateOf:
		return hours.Date(20_742).String()[:4] + "1016"
	case ident.MonthOf:
		return "202610"
	}
	least, _ := q.Field.Lengths()
	n := max(int(q.MinLen), least, 1)
	if q.Secret {
		return strings.Repeat(secretKeyed, n)[:n] + "#"
	}
	keys := ""
	for range n {
		keys += string(rune('1' + rng.IntN(5)))
	}
	return keys + "#"
}

// given gives records as a folder of them does.
func given(records [][]byte) func(do func([]byte) error) error {
	return func(do func([]byte) error) error {
		for _, b := range records {
			if err := do(b); err != nil {
				return err
			}
		}
		return nil
	}
}

// replayed runs records of one version on another.
func replayed(tb testing.TB, old, new *deploy.Version, records [][]byte) *Report {
	tb.Helper()
	r, unread, err := Run(func(hash string) (*deploy.Version, error) {
		if hash != old.Hash() {
			return nil, deploy.ErrNothing
		}
		return old, nil
	}, new, given(records))
	if err != nil || unread > 0 {
		tb.Fatalf("%d unread, %v", unread, err)
	}
	return r
}

func clock() time.Time { return time.UnixMilli(nine) }

// samples are the library's sample answers.
func samples(tb testing.TB) map[string]vm.Value {
	tb.Helper()
	list, err := suite.Samples(nil, time.UTC)
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// only is the one call of a folder.
func only(tb testing.TB, dir string) (record []byte) {
	tb.Helper()
	n := 0
	if _, err := kept.Read(dir, time.UnixMilli(0), time.UnixMilli(nine).Add(time.Hour), func(b []byte) error {
		n++
		record = b
		return nil
	}); err != nil || n != 1 {
		tb.Fatalf("%d calls, %v", n, err)
	}
	return record
}
