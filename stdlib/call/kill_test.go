package call

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/spool"
)

// TestMain lets this program be the child that is killed.
func TestMain(m *testing.M) {
	if url := os.Getenv("REXIAN_CALL_CHILD"); url != "" {
		child(url, os.Getenv("REXIAN_CALL_DIR"), os.Getenv("REXIAN_CALL_BOOT"))
		return
	}
	os.Exit(m.Run())
}

// child writes calls without an end until it is killed, and says when it has begun to.
func child(url, dir, boot string) {
	d, err := db.Open(context.Background(), url, db.Options{})
	if err != nil {
		panic(err)
	}
	s, err := spool.Open(filepath.Join(dir, "spool"), spool.Options{})
	if err != nil {
		panic(err)
	}
	var written atomic.Int64
	r := New(d, s, Options{Boot: boot, Every: 5 * time.Millisecond, Written: func(n int) {
		if written.Add(int64(n)) > 200 {
			fmt.Println("written")
		}
	}})
	for n := 0; ; n++ {
		id := fmt.Sprintf("%s-%d", boot, n)
		r.Begin(Row{ID: id, Started: began})
		r.Leg(id, Leg{Leg: 1, Kind: "agent", Started: began})
		for seq := range int64(5 + n%7) {
			r.Event(id, seq+1, began.Add(time.Duration(seq+1)*time.Second), "key", "", nil)
			if r.Stats().Queued%50 == 0 {
				time.Sleep(time.Millisecond) // about as fast as the database takes them
			}
		}
		if n%2 == 0 {
			for leg, kind := range []string{"caller", "agent"} {
				r.Leg(id, Leg{Leg: leg, Kind: kind, Started: began, Ended: began.Add(time.Minute), Cause: "remote"})
			}
			r.End(id, Result{At: began.Add(time.Minute), Result: "completed"})
		}
	}
}

// TestKilled: a program that is killed while it writes leaves calls that the next start completes: each has an end, at
// its last event if it had none, and its events from the first on without a gap.
func TestKilled(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		for i := range 4 {
			c := exec.Command(os.Args[0], "-test.run=^$")
			c.Env = append(os.Environ(), "REXIAN_CALL_CHILD="+url, "REXIAN_CALL_DIR="+dir,
				fmt.Sprintf("REXIAN_CALL_BOOT=%d", i))
			out, err := c.StdoutPipe()
			must(t, err)
			c.Stderr = os.Stderr
			must(t, c.Start())
			one := make([]byte, 1)
			_, err = out.Read(one)
			must(t, err)
			must(t, c.Process.Kill())
			_ = c.Wait() // killed: that is its error
		}
		d, err := db.Open(t.Context(), url, db.Options{})
		must(t, err)
		defer d.Close()
		r, end := recorder(t, d, dir, "last")
		defer end()
		must(t, r.Repair(t.Context()))
		check(t, d, 0, 0)
		var got struct{ Calls, Interrupted, Wrong int }
		must(t, d.Get(t.Context(), &got, `SELECT COUNT(*) AS calls, COALESCE(SUM(CASE WHEN result = 'interrupted' THEN 1 ELSE 0 END), 0) AS interrupted,
			COALESCE(SUM(CASE WHEN result = 'interrupted' AND ended <> COALESCE((SELECT MAX(at) FROM call_events WHERE call_id = calls.id), started)
			THEN 1 ELSE 0 END), 0) AS wrong FROM calls`))
		if got.Calls < 40 || got.Interrupted < 20 || got.Wrong != 0 {
			t.Errorf("%+v", got)
		}
		var legs struct{ Open, Calls, Callers int }
		must(t, d.Get(t.Context(), &legs, `SELECT COALESCE(SUM(CASE WHEN ended IS NULL THEN 1 ELSE 0 END), 0) AS open,
			COUNT(DISTINCT call_id) AS calls, COALESCE(SUM(CASE WHEN leg = 0 THEN 1 ELSE 0 END), 0) AS callers FROM call_legs`))
		if legs.Open != 0 || legs.Calls < got.Interrupted || legs.Callers != got.Calls {
			t.Errorf("legs %+v of %d calls", legs, got.Calls)
		}
		if s := r.Stats(); s.Pending != 0 || s.Refused != 0 {
			t.Errorf("%+v", s)
		}
	})
}
