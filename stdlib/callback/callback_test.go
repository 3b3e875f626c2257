package callback

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/spool"
)

var now = time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAskAndFinish(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := Open(d)
		ctx := t.Context()
		for i, number := range []string{"13800138001", "+86 138 0013 8002", "053188880000", "13800138001"} {
			at := now.Add(time.Duration(i%3) * time.Minute)
			// the fourth is the first, again
			must(t, s.Ask(ctx, Callback{CallID: fmt.Sprintf("c%d", i%3), Queue: "综合咨询", Number: number}, at))
		}
		for _, bad := range []string{"", "匿名", "'; DROP TABLE callbacks; --", "\x00"} {
			if err := s.Ask(ctx, Callback{CallID: "bad", Queue: "综合咨询", Number: bad}, now); !errors.Is(err, ErrNumber) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		var numbers []string
		var after After
		for {
			page, err := s.Page(ctx, "综合咨询", New, nil, after, 2)
			must(t, err)
			if len(page) == 0 {
				break
			}
			for _, c := range page {
				numbers = append(numbers, c.Number)
			}
			after = After{page[len(page)-1].Since, page[len(page)-1].ID}
		}
		if got := strings.Join(numbers, " "); got != "13800138001 13800138002 053188880000" {
			t.Errorf("in turn: %s", got)
		}
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				switch err := s.Finish(ctx, "c0/综合咨询", fmt.Sprint("agent ", i), "已回电", now); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, ErrDone):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have called back", won.Load())
		}
		if err := s.Finish(ctx, "c1/综合咨询", "", "", now); err == nil {
			t.Error("nobody has called back, and it is done")
		}
		// what is done stays done
		must(t, s.Ask(ctx, Callback{CallID: "c0", Queue: "综合咨询", Number: "13800138001"}, now))
		done, err := s.Page(ctx, "", Done, nil, After{}, 10)
		if err != nil || len(done) != 1 || done[0].Note != "已回电" || done[0].Cause != Asked {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// Whom a server has called in vain a person has called again, or calls by hand: of two who begin at once one does.
func TestAgainAndByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := Open(d), t.Context()
		must(t, s.Ask(ctx, Callback{CallID: "c", Queue: "咨询", Number: "13800138001"}, now))
		if err := s.Again(ctx, "c/咨询", now); !errors.Is(err, ErrState) {
			t.Errorf("who is to be called anyhow: %v", err)
		}
		must(t, s.Settle(ctx, "c/咨询", Task, "900", "no_answer", now))
		c, err := s.Get(ctx, "c/咨询")
		must(t, err)
		must(t, s.Take(ctx, c, "901", now))
		if err := s.Take(ctx, c, "902", now); !errors.Is(err, ErrState) {
			t.Errorf("two call at once: %v", err)
		}
		if c, err := s.Get(ctx, "c/咨询"); err != nil || c.DoneBy != "901" || c.State != Task {
			t.Errorf("%+v, %v", c, err)
		}
		must(t, s.Again(ctx, "c/咨询", now.Add(time.Hour)))
		if due, err := s.Due(ctx, 10); err != nil || len(due) != 1 || due[0].Since != now.UnixMilli() ||
			due[0].Note != "" {
			t.Errorf("%+v, %v", due, err)
		}
		if _, err := s.Get(ctx, "none"); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
		for among, want := range map[string]int{"咨询": 1, "英语": 0, "": 0} {
			list, err := s.Page(ctx, "", "", []string{among}, After{}, 10)
			if err != nil || len(list) != want {
				t.Errorf("among %q: %d, %v", among, len(list), err)
			}
		}
	})
}

// Who waited when the program died is owed a call; who talked, chose, had hung up, or was never in a queue is not.
func TestRecover(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		open := func(dir, boot string) (*call.Recorder, func()) {
			sp, err := spool.Open(filepath.Join(dir, "spool"), spool.Options{})
			must(t, err)
			r := call.New(d, sp, call.Options{Boot: boot})
			return r, func() { must(t, errors.Join(r.Close(), sp.Close())) }
		}
		dir := t.TempDir()
		r, closed := open(dir, "1")
		for i, c := range []struct{ id, caller, events string }{
			{"waits", "13800138001", "lookup enqueue"},
			{"waits again", "13800138002", "enqueue outcome enqueue moved"},
			{"talks", "13800138003", "enqueue agent"},
			{"gave up", "13800138004", "enqueue outcome"},
			{"in a menu", "13800138005", "collected"},
			{"withheld", "", "enqueue"},
			{"passed", "13800138006", "enqueue !"},
			{"ended", "13800138007", "enqueue"},
			{"long ago", "13800138008", "enqueue"},
			{"is called back", "13800138009", "enqueue"},
			{"of a campaign", "13800138010", "enqueue"},
		} {
			at := now.Add(time.Duration(i) * time.Second)
			if c.id == "long ago" {
				at = now.AddDate(0, 0, -3)
			}
			direction := "in"
			if strings.HasSuffix(c.id, "back") || strings.HasSuffix(c.id, "campaign") {
				direction = "out"
			}
			r.Begin(call.Row{ID: c.id, Direction: direction, Caller: c.caller, Started: at})
			for n, kind := range strings.Fields(c.events) {
				if kind == "!" {
					r.Milestone(c.id, int64(n+1), at, "已接通", "")
					continue
				}
				r.Event(c.id, int64(n+1), at, kind, "", map[string]any{"queue": fmt.Sprint("队列", n)})
			}
			if c.id == "ended" {
				r.End(c.id, call.Result{At: at, Result: "caller"})
			}
		}
		must(t, r.Flush(ctx))
		closed()
		r, closed = open(dir, "2")
		defer closed()
		must(t, r.Repair(ctx))
		s := Open(d)
		asked := Callback{CallID: "asked", Queue: "队列1", Number: "13800138009"}
		must(t, s.Ask(ctx, asked, now))
		must(t, s.Claim(ctx, "asked/队列1", Owner{Node: "a", Boot: "1"}, now.Add(time.Hour)))
		for i, want := range []int{3, 0} {
			if n, err := s.Recover(ctx, now.AddDate(0, 0, -1), now.Add(time.Hour)); err != nil || n != want {
				t.Errorf("run %d: %d, %v", i, n, err)
			}
		}
		list, err := s.Page(ctx, "", New, nil, After{}, 10)
		must(t, err)
		var got []string
		for _, c := range list {
			got = append(got, fmt.Sprintf("%s %s %s %d %s", c.CallID, c.Number, c.Queue, (c.Since-now.UnixMilli())/1000,
				c.Cause))
		}
		if s := strings.Join(got,
			"; "); s != "waits 13800138001 队列1 0 interrupted; waits again 13800138002 队列3 1 interrupted; "+
			"of a campaign 13800138010 队列0 10 interrupted" {
			t.Error(s)
		}
	})
}
