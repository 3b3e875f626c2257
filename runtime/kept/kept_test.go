package kept

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// program has a question that is secret, 1, and a flow whose second parameter is.
var program = &bundle.Program{Questions: []bundle.Question{{Name: "菜单"}, {Name: "密码", Secret: true}},
	Funcs: []bundle.Func{{Name: "主流程", Params: []bundle.Param{{Name: "税号"}, {Name: "密码", Secret: true}},
		Consts: []bundle.Const{{S: "税"}, {S: "税税"}, {S: "税税税"}, {S: "913701001000000000"}}}}}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time // only the test reads it without at
}

func (c *clock) at() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

func opened(t *testing.T, dir string, c *clock, mb, days int) *Keeper {
	t.Helper()
	k, err := Open(Options{Dir: dir, MB: mb, Days: days, Now: c.at})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func noon() *clock { return &clock{now: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)} }

// value is some value.
func value(rng *rand.Rand, deep int) vm.Value {
	switch n := rng.IntN(6); {
	case n == 0:
		return vm.Absent()
	case n == 1:
		return vm.Int(rng.Int64N(1<<40) - 1<<39)
	case n < 4 || deep == 0:
		return vm.Text(strings.Repeat("税", rng.IntN(4)))
	case n == 4:
		return vm.List(value(rng, deep-1))
	}
	return vm.Record(value(rng, deep-1), value(rng, deep-1))
}

// events are some events of a call that began at a moment.
func events(rng *rand.Rand, now int64) []vm.Event {
	list := []vm.Event{{Kind: vm.Done, Now: now}}
	for range rng.IntN(40) {
		if rng.IntN(2) == 0 {
			now += rng.Int64N(5000)
		}
		e := vm.Event{Kind: vm.EventKind(rng.IntN(6)), Now: now}
		switch e.Kind {
		case vm.Done:
			if rng.IntN(5) == 0 {
				e.Agent = "1001"
			}
		case vm.Answer:
			e.Value = value(rng, 3)
		case vm.Outcome:
			e.Tag = "press"
			e.Values = []vm.Value{vm.Text("2")}
		case vm.Collected:
			e.Collect = collect.Result{Kind: collect.Kind(1 + rng.IntN(6)), Index: rng.IntN(9), Keys: "12", Text: "12"}
			if rng.IntN(2) == 0 {
				e.Collect.Text, e.Collect.Reason = "2026", collect.Invalid
			}
		}
		list = append(list, e)
	}
	return list
}

// What is recorded is read back, call by call, in the day it began.
func TestWhatIsKeptIsReadBack(t *testing.T) {
	dir, c := t.TempDir(), noon()
	k := opened(t, dir, c, 64, 30)
	rng := rand.New(rand.NewPCG(1, 2))
	var want []Call
	for i := range 300 {
		h := Header{Version: strings.Repeat("a", 64), ID: fmt.Sprint("call ", i), Started: c.now.UnixMilli() + int64(i),
			Direction: "in", Number: "12366", Caller: "13812345678", Entry: "主流程",
			Args: []vm.Value{vm.Text("913701001000000000")}}
		r := k.Begin(program, h)
		list := events(rng, h.Started)
		sum := SumStart
		for _, e := range list {
			r.Event(e.Now, e)
			effect := vm.Effect{Kind: bundle.SaySite, Prompt: i}
			r.Effect(e.Now, effect)
			sum = Sum(sum, &effect)
		}
		end := list[len(list)-1].Now + 7
		r.End(vm.EndHangup, end)
		h.Caller = "13800005678"
		want = append(want, Call{Header: h, Events: list, How: vm.EndHangup, Ended: end, Check: sum})
	}
	k.Close()
	if k.Kept() != 300 || k.Dropped() != 0 {
		t.Fatalf("%d kept, %d dropped", k.Kept(), k.Dropped())
	}
	var got []Call
	torn, err := Read(dir, c.now, c.now.Add(250*time.Millisecond), func(b []byte) error {
		var call Call
		got = append(got, call)
		return got[len(got)-1].Decode(b)
	})
	if err != nil || torn != 0 {
		t.Fatalf("%d torn, %v", torn, err)
	}
	same := cmp.Comparer(func(a, b vm.Value) bool {
		x, errA := json.Marshal(a)
		y, errB := json.Marshal(b)
		return errA == nil && errB == nil && bytes.Equal(x, y)
	})
	if d := cmp.Diff(want[:250], got, same); d != "" {
		t.Error(d)
	}
}

// No secret is in a record: not where it was keyed, nor where it comes back, nor as an argument.
func TestSecretsAreMasked(t *testing.T) {
	c := noon()
	k := opened(t, t.TempDir(), c, 1, 1)
	defer k.Close()
	r := k.Begin(program, Header{Entry: "主流程", Args: []vm.Value{vm.Text("x"), vm.Text("739158")}})
	r.Effect(0, vm.Effect{Kind: bundle.CollectSite, Question: 1})
	r.Event(1, vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.Value, Text: "846209", Keys: "846209",
		N: 846209}})
	r.Event(2, vm.Event{Kind: vm.Answer, Value: vm.Record(vm.Text("密码846209不对"), vm.List(vm.Text("739158")))})
	r.Effect(3, vm.Effect{Kind: bundle.CollectSite, Question: 1})
	r.Event(4, vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.NoMatch, Keys: "12"}})
	r.Event(5, vm.Event{Kind: vm.Outcome, Tag: "x", Values: []vm.Value{vm.Text("12"), vm.Text("2012")}})
	r.Event(6, vm.Event{Kind: vm.Outcome, Tag: "press", Values: []vm.Value{vm.Text("12")}})
	r.flushDone()
	for _, secret := range []string{"846209", "739158"} {
		if bytes.Contains(r.b, []byte(secret)) {
			t.Errorf("%s is in %q", secret, r.b)
		}
	}
	var call Call
	if err := call.Decode(append(r.b, lastOne, 1, 0, 0, 0, 0, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if got := call.Events[0].Collect; got.Text != "••••••" || got.N != 0 || call.Args[1].Str() != "••••••" {
		t.Errorf("%+v %v", got, call.Args)
	}
	if got := call.Events[1].Value.Items(); !strings.Contains(got[0].Str(), "••••••") ||
		got[1].Items()[0].Str() != "••••••" {
		t.Errorf("%v", got)
	}
	if got := call.Events[4].Values; got[0].Str() != "12" {
		t.Errorf("the key that was pressed is %v", got)
	}
	if got := call.Events[3].Values; got[0].Str() != "••" || got[1].Str() != "2012" {
		t.Errorf("a short secret masks what is no secret: %v", got)
	}
}

// A text that came from outside is kept as a token of its form: the same for the same, words of the program in it, the
// ends of a number, and the region of a taxpayer left as they are. Nothing leads from one call to another.
func TestTextsFromOutsideAreTokens(t *testing.T) {
	p := &bundle.Program{Funcs: []bundle.Func{{Name: "主流程",
		Consts: []bundle.Const{{S: "小规模"}, {S: "公司"}, {S: "99"}}}},
		Questions: []bundle.Question{{Field: ident.TaxpayerOf}, {Field: ident.Money}}}
	c := noon()
	k := opened(t, t.TempDir(), c, 1, 1)
	defer k.Close()
	record := func(id string) (list []string) {
		r := k.Begin(p, Header{ID: id, Caller: "13812345678", Entry: "主流程", Args: []vm.Value{vm.Text("王小明")}})
		r.Effect(0, vm.Effect{Kind: bundle.CollectSite, Question: 0})
		r.Event(1, vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.Value,
			Text: "913701001000000409", Keys: "913701001*******09", N: 7}})
		r.Effect(2, vm.Effect{Kind: bundle.LookupSite, Name: "taxpayer.find"})
		r.Event(3, vm.Event{Kind: vm.Answer, Value: vm.Record(vm.Text("王小明公司"), vm.Text("913701001000000409"),
			vm.Text("13812345678"), vm.Text("一般纳税人"), vm.Text("市局"))})
		r.Effect(4, vm.Effect{Kind: bundle.LookupSite, Name: "own.function"})
		r.Event(5, vm.Event{Kind: vm.Answer, Value: vm.List(vm.Text("小规模Ab-7 é９"), vm.Text("王小明"), vm.Text("1234"),
			vm.Int(7))})
		r.Effect(6, vm.Effect{Kind: bundle.CollectSite, Question: 1})
		r.Event(7, vm.Event{Kind: vm.Collected, Collect: collect.Result{Kind: collect.Value, Text: "123456",
			Keys: "123456", N: 12345600}})
		r.Effect(8, vm.Effect{Kind: bundle.QuerySite, Name: "hours"})
		r.Event(9, vm.Event{Kind: vm.Answer, Value: vm.Record(vm.Bool(false), vm.Text("holiday"), vm.Int(1))})
		r.flushDone()
		var call Call
		if err := call.Decode(append(r.b, lastOne, 1, 0, 0, 0, 0, 0, 0)); err != nil {
			t.Fatal(err)
		}
		list = append(list, call.Args[0].Str(), call.Events[0].Collect.Text, call.Events[0].Collect.Keys)
		for _, i := range []int{1, 2, 4} {
			for _, v := range call.Events[i].Value.Items() {
				list = append(list, v.Str())
			}
		}
		if e := call.Events[3].Collect; e.Text != "123456" || e.N != 12345600 || call.Events[0].Collect.N != 0 {
			t.Errorf("an amount: %+v; a number of a taxpayer: %+v", e, call.Events[0].Collect)
		}
		if call.Events[2].Value.Items()[3].N != 7 {
			t.Errorf("a number is %v", call.Events[2].Value)
		}
		return list
	}
	got := record("1")
	for i, form := range []string{`^\p{Han}{3}$`, `^913701\d{12}$`,
		`^\d{9}\*{7}\d\d$`,
		`^\p{Han}{3}公司$`, `^913701`, `^13800005678$`, `^一般纳税人$`, `^市局$`,
		`^小规模[A-Z][a-z]-\d [a-z]0$`, `^\p{Han}{3}$`, `^1234$`, `^$`, `^$`, `^holiday$`, `^$`} {
		if i >= len(got) || !regexp.MustCompile(form).MatchString(got[i]) {
			t.Errorf("%d: %q is not of the form %s", i, got, form)
		}
	}
	if got[1] != got[4] || got[0] != got[9] || got[0] == "王小明" {
		t.Errorf("the same is not the same: %q", got)
	}
	if again := record("1"); !slices.Equal(again, got) {
		t.Errorf("the same call again: %q, %q", got, again)
	}
	if other := record("2"); other[1] == got[1] {
		t.Errorf("two calls have the same token: %q", other)
	}
}

// short records n calls that begin a minute apart.
func short(k *Keeper, c *clock, n int, pad string) {
	for range n {
		r := k.Begin(program, Header{ID: pad, Started: c.now.UnixMilli(), Entry: "主流程"})
		r.Event(c.now.UnixMilli(), vm.Event{Kind: vm.Done})
		r.End(vm.EndCaller, c.now.UnixMilli())
		c.set(c.now.Add(time.Minute))
	}
}

func count(t *testing.T, dir string) (calls, torn int) {
	t.Helper()
	torn, err := Read(dir, time.Unix(0, 0), time.Unix(1e11, 0), func(b []byte) error {
		var c Call
		calls++
		return c.Decode(b)
	})
	if err != nil {
		t.Fatal(err)
	}
	return calls, torn
}

// Calls that end one after the other are written together: what makes a batch of its own ends in an empty block of
// DEFLATE, and there are few of them.
func TestRecordsAreGathered(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), noon()
	k := opened(t, dir, c, 64, 30)
	began := time.Now()
	for range 100 {
		short(k, c, 1, "一句话")
		time.Sleep(time.Millisecond)
	}
	most := 3 + int(time.Since(began)/gathering)
	k.Close()
	list, err := Segments(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, segment := range list {
		whole, err := os.ReadFile(segment.Path)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(whole, []byte{0, 0, 0xff, 0xff})
	}
	if n == 0 || n > most+len(list) {
		t.Errorf("%d batches, not %d", n, most)
	}
	if calls, torn := count(t, dir); calls != 100 || torn != 0 {
		t.Errorf("%d calls, %d torn", calls, torn)
	}
}

// Whatever of a segment is cut off or damaged, what came before it is read, and no more is lost than that.
func TestATornTailIsLeftOut(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), noon()
	k := opened(t, dir, c, 64, 30)
	for range 20 {
		before := k.Kept()
		short(k, c, 1, strings.Repeat("x", 100)+c.now.String())
		for k.Kept() == before { // each is flushed by itself
			time.Sleep(time.Millisecond)
		}
	}
	k.Close()
	list, err := Segments(dir)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	whole, err := os.ReadFile(list[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	last := 20
	for n := len(whole) - 1; n >= 0; n -= 31 {
		if err := os.WriteFile(list[0].Path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		calls, torn := count(t, dir)
		if torn != 1 || calls > last || calls < last-1 {
			t.Fatalf("of %d bytes of %d: %d calls after %d, %d torn", n, len(whole), calls, last, torn)
		}
		last = calls
	}
	if last != 0 {
		t.Errorf("%d calls of nothing", last)
	}
	for n := len(Format); n < len(whole); n += 41 { // no damage is a fault, or more than a loss
		bad := slices.Clone(whole)
		bad[n] ^= 0x55
		if err := os.WriteFile(list[0].Path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if calls, _ := count(t, dir); calls > 20 {
			t.Fatalf("%d calls", calls)
		}
	}
}

// A start after a crash begins a segment of its own; an hour ends one; old ones go, and the oldest where it is too
// much.
func TestSegmentsTurnAndGo(t *testing.T) {
	dir, c := t.TempDir(), noon()
	for range 2 {
		k := opened(t, dir, c, 64, 2)
		short(k, c, 90, "")
		k.Close()
	}
	if calls, torn := count(t, dir); calls != 180 || torn != 0 {
		t.Fatalf("%d calls, %d torn", calls, torn)
	}
	list, _ := Segments(dir)
	if len(list) < 2 {
		t.Fatalf("%d segments", len(list))
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.set(list[0].Began.Add(48*time.Hour + time.Minute))
	opened(t, dir, c, 64, 2).Close()
	if left, _ := Segments(dir); len(left) != len(list)-1 || left[0].Path != list[1].Path {
		t.Errorf("%d segments after two days of %d", len(left), len(list))
	}
	k := opened(t, dir, c, 1, 9)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		pad := make([]byte, 40_000)
		for i := range pad {
			pad[i] = byte(rng.Uint32())
		}
		short(k, c, 1, string(pad))
	}
	k.Close()
	if k.Dropped() != 0 || k.Kept() != 60 {
		t.Errorf("%d kept, %d dropped", k.Kept(), k.Dropped())
	}
	var total int64
	for _, s := range func() []Segment { l, _ := Segments(dir); return l }() {
		total += s.Size
	}
	if total > 1<<20+100_000 || total < 1<<19 {
		t.Errorf("%d bytes are kept of one megabyte", total)
	}
	if _, err := os.Stat(filepath.Join(dir, "notes.txt")); err != nil {
		t.Error("a file that is no segment is gone")
	}
}

// What cannot be written, or comes too fast, is dropped and counted; no call waits.
func TestWhatCannotBeKeptIsDropped(t *testing.T) {
	dir, c := filepath.Join(t.TempDir(), "traces"), noon()
	k := opened(t, dir, c, 64, 30)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	short(k, c, 3, "")
	k.Close()
	if k.Kept() != 0 || k.Dropped() != 3 {
		t.Errorf("%d kept, %d dropped", k.Kept(), k.Dropped())
	}
	full := &Keeper{o: Options{Now: c.at, Logger: k.o.Logger}, queue: make(chan []byte, 2)} // nobody takes from it
	short(full, c, 5, "")
	if full.Dropped() != 3 {
		t.Errorf("%d dropped of 5 where 2 may wait", full.Dropped())
	}
	var none *Keeper
	r := none.Begin(program, Header{})
	r.Event(0, vm.Event{})
	r.Effect(0, vm.Effect{})
	r.End(vm.EndCaller, 0)
	none.Close()
}

// A call that is longer than a record may be is kept up to there.
func TestALongCallIsCut(t *testing.T) {
	dir, c := t.TempDir(), noon()
	k := opened(t, dir, c, 64, 30)
	r := k.Begin(program, Header{Started: c.now.UnixMilli()})
	for i := range 1000 {
		r.Event(c.now.UnixMilli()+int64(i), vm.Event{Kind: vm.Answer, Value: vm.Text(strings.Repeat("长", 100))})
	}
	r.End(vm.EndCaller, c.now.UnixMilli())
	k.Close()
	if _, err := Read(dir, c.now, c.now.Add(time.Hour), func(b []byte) error {
		var call Call
		if err := call.Decode(b); err != nil || !call.Cut || len(call.Events) < 200 || len(b) > MaxRecord+100 {
			t.Errorf("%v, cut %v, %d events, %d bytes", err, call.Cut, len(call.Events), len(b))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func FuzzDecode(f *testing.F) {
	k := &Keeper{queue: make(chan []byte, 1)}
	r := k.Begin(program, Header{ID: "1", Args: []vm.Value{vm.Record(vm.Text("a"))}})
	for _, e := range events(rand.New(rand.NewPCG(5, 6)), 0) {
		r.Event(e.Now, e)
	}
	r.End(vm.EndCaller, 1)
	f.Add(<-k.queue)
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Call
		if c.Decode(b) == nil && len(c.Events) > 0 {
			startOf(b)
		}
	})
}

// BenchmarkCall is what keeping costs a call, all in all: its record, the queue, the segment.
func BenchmarkCall(b *testing.B) {
	k, err := Open(Options{Dir: b.TempDir(), MB: 1 << 12, Days: 9, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	list := events(rand.New(rand.NewPCG(7, 8)), 0)
	for len(list) < 40 {
		list = append(list, vm.Event{Kind: vm.Done, Now: list[len(list)-1].Now})
	}
	for i := range b.N {
		r := k.Begin(program, Header{Version: strings.Repeat("a", 64), ID: fmt.Sprint(i), Caller: "13800138000"})
		for j := range list {
			r.Event(list[j].Now, list[j])
			r.Effect(list[j].Now, vm.Effect{Kind: bundle.SaySite, Prompt: j})
		}
		r.End(vm.EndCaller, 0)
	}
	b.StopTimer()
	k.Close()
	b.ReportMetric(float64(k.Dropped())/float64(b.N), "dropped/call")
	b.ReportMetric(float64(k.Bytes())/float64(max(k.Kept(), 1)), "bytes/call")
}
