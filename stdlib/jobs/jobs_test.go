package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is a clock that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)} }
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}
func (c *clock) Add(d time.Duration) { c.mu.Lock(); c.now = c.now.Add(d); c.mu.Unlock() }

// round lets a worker look once and finish what it found.
func round(t testing.TB, w *Worker) {
	t.Helper()
	var all sync.WaitGroup
	for w.look(t.Context(), &all) {
		all.Wait()
	}
	all.Wait()
}

func TestJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), newClock()
		answers := map[string][]error{
			"good":      {nil},
			"twice":     {errors.New("busy"), errors.New("busy"), nil},
			"never":     {errors.New("no"), errors.New("no"), errors.New("no")},
			"permanent": {Permanent(errors.New("no such number"))},
			"later":     {Later(time.Hour, "quiet hours"), nil},
		}
		var tried []string
		w := NewWorker(d, map[string]Kind{"sms": {Pause: 10 * time.Second, Do: func(_ context.Context, j Job) error {
			tried = append(tried, fmt.Sprintf("%s %d", j.Key, j.Attempt))
			var text string
			must(t, j.Decode(&text))
			list := answers[text]
			if text == "panic" {
				panic("boom")
			}
			answers[text] = list[1:]
			return list[0]
		}}}, Options{ID: "w", Now: c.Now, Rand: func() float64 { return 0.5 }})
		add := func(key string, o Order) {
			o.Kind, o.Key, o.Payload = "sms", key, key
			added, err := Add(ctx, d, c.Now(), o)
			if err != nil || !added {
				t.Fatal(key, added, err)
			}
		}
		state := func(key, want string, attempts int) {
			t.Helper()
			s, err := Find(ctx, d, "sms", key)
			if err != nil || s.State != want || s.Attempts != attempts {
				t.Errorf("%s: %+v, %v; want %s after %d", key, s, err, want, attempts)
			}
		}
		add("good", Order{Priority: 5})
		add("twice", Order{Priority: 4})
		add("never", Order{Attempts: 3, Priority: 3})
		add("permanent", Order{Priority: 2})
		add("later", Order{Priority: 1})
		add("panic", Order{Attempts: 1})
		add("tomorrow", Order{At: c.Now().Add(24 * time.Hour)})
		if added, err := Add(ctx, d, c.Now(), Order{Kind: "sms", Key: "good"}); added || err != nil {
			t.Errorf("ordered twice: %v %v", added, err)
		}
		round(t, w)
		if fmt.Sprint(tried) != "[good 1 twice 1 never 1 permanent 1 later 1 panic 1]" {
			t.Error(tried)
		}
		state("good", "done", 1)
		state("twice", "waiting", 1)
		state("permanent", "failed", 1)
		state("later", "waiting", 0)
		state("panic", "failed", 1)
		state("tomorrow", "waiting", 0)
		c.Add(9 * time.Second)
		round(t, w)
		state("twice", "waiting", 1)
		c.Add(time.Second)
		round(t, w)
		state("twice", "waiting", 2)
		c.Add(19 * time.Second)
		round(t, w)
		state("never", "waiting", 2)
		c.Add(time.Second)
		round(t, w)
		state("twice", "done", 3)
		state("never", "failed", 3)
		c.Add(time.Hour)
		round(t, w)
		state("later", "done", 1)
		if ok, err := Cancel(ctx, d, c.Now(), "sms", "tomorrow"); !ok || err != nil {
			t.Error(ok, err)
		}
		if ok, err := Cancel(ctx, d, c.Now(), "sms", "good"); ok || err != nil {
			t.Error("what is done was cancelled", err)
		}
		answers["never"] = []error{nil}
		if ok, err := Retry(ctx, d, c.Now(), "sms", "never"); !ok || err != nil {
			t.Error(ok, err)
		}
		round(t, w)
		state("never", "done", 1)
		c.Add(time.Minute)
		if n, err := Prune(ctx, d, c.Now()); n != 7 || err != nil {
			t.Error(n, err)
		}
	})
}

// TestWithItsTransaction: work is there exactly if the transaction that ordered it is.
func TestWithItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		undo := errors.New("undo")
		err := d.Tx(t.Context(), func(x *db.Tx) error {
			_, err := Add(t.Context(), x, time.Now(), Order{Kind: "k", Key: "1"})
			return errors.Join(err, undo)
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		if _, err := Find(t.Context(), d, "k", "1"); !db.IsNotFound(err) {
			t.Errorf("work of a transaction that was undone: %v", err)
		}
	})
}

// TestLease: the work of a worker that died is done by another, who is told; the dead one's late word counts no more.
func TestLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), newClock()
		_, err := Add(ctx, d, c.Now(), Order{Kind: "k", Key: "1", Attempts: 2})
		must(t, err)
		stuck := NewWorker(d, map[string]Kind{"k": {}}, Options{ID: "stuck", Now: c.Now})
		list, err := stuck.claim(ctx, "k", stuck.kinds["k"], 1)
		must(t, err)
		if len(list) != 1 || list[0].Again {
			t.Fatalf("%+v", list)
		}
		stopped := false
		h := &hold{Job: list[0], cancel: func() { stopped = true }, lease: 30 * time.Second}
		stuck.running[h.ID] = h
		c.Add(20 * time.Second)
		stuck.beat(ctx)
		c.Add(20 * time.Second)
		var got []Job
		other := NewWorker(d, map[string]Kind{"k": {Do: func(_ context.Context, j Job) error {
			got = append(got, j)
			stuck.beat(ctx)
			stuck.finish(ctx, stuck.kinds["k"], h, errors.New("late"))
			return nil
		}}}, Options{ID: "other", Now: c.Now})
		round(t, other)
		if len(got) != 0 || stopped {
			t.Fatal("work with a lease was taken")
		}
		c.Add(11 * time.Second)
		round(t, other)
		if len(got) != 1 || !got[0].Again || got[0].Attempt != 2 || !stopped {
			t.Fatalf("%+v %v", got, stopped)
		}
		if s, err := Find(ctx, d, "k", "1"); err != nil || s.State != "done" {
			t.Errorf("%+v %v", s, err)
		}
		_, err = Add(ctx, d, c.Now(), Order{Kind: "k", Key: "2", Attempts: 1})
		must(t, err)
		_, err = stuck.claim(ctx, "k", stuck.kinds["k"], 1)
		must(t, err)
		c.Add(time.Minute)
		round(t, other)
		if s, err := Find(ctx, d, "k", "2"); err != nil || s.State != "failed" || len(got) != 1 {
			t.Errorf("the last attempt was lost: %+v %v", s, err)
		}
	})
}

// TestManyWorkers: each job is done once, by one of several workers, and Run ends with its context.
func TestManyWorkers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 200
		for i := range n {
			_, err := Add(t.Context(), d, time.Now(), Order{Kind: "k", Key: fmt.Sprint(i)})
			must(t, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var done atomic.Int64
		var twice sync.Map
		var all sync.WaitGroup
		for i := range 4 {
			w := NewWorker(d, map[string]Kind{"k": {AtOnce: 5, Do: func(_ context.Context, j Job) error {
				if _, loaded := twice.LoadOrStore(j.Key, true); loaded {
					t.Errorf("%s was done twice", j.Key)
				}
				if done.Add(1) == n {
					cancel()
				}
				return nil
			}}}, Options{ID: fmt.Sprint(i)})
			all.Go(func() { w.Run(ctx) })
		}
		all.Wait()
		var left int
		must(t, d.Get(t.Context(), &left, `SELECT COUNT(*) FROM jobs WHERE state <> 'done'`))
		if done.Load() != n || left != 0 {
			t.Errorf("%d done, %d not written", done.Load(), left)
		}
	})
}
