package call

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/spool"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var began = time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)

// recorder opens a recorder with a spool of its own in dir.
func recorder(t testing.TB, d *db.DB, dir, boot string) (*Recorder, func()) {
	t.Helper()
	s, err := spool.Open(filepath.Join(dir, "spool"), spool.Options{})
	must(t, err)
	r := New(d, s, Options{Boot: boot, Every: time.Millisecond, Retry: 5 * time.Millisecond})
	return r, sync.OnceFunc(func() { must(t, errors.Join(r.Close(), s.Close())) })
}

func TestWholeCall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r, end := recorder(t, d, t.TempDir(), "1")
		defer end()
		write := func() {
			r.Begin(Row{ID: "c1", Direction: "in", Caller: "13800138000", Number: "12366", Program: "p", Flow: "总机",
				Lang: "zh", Started: began})
			r.Event("c1", 1, began.Add(time.Second), "answer", "a.flow:1:1", nil)
			r.Event("c1", 2, began.Add(2*time.Second), "key", "a.flow:2:5", map[string]any{"key": "1"})
			r.Event("c1", 2, began.Add(2*time.Second), "key", "a.flow:2:5", map[string]any{"key": "1"}) // twice is once
			r.Milestone("c1", 3, began.Add(3*time.Second), "查欠税", "a.flow:3:1")
			r.Leg("c1", Leg{Leg: 0, Kind: "caller", Number: "13800138000", Started: began})
			r.Leg("c1", Leg{Leg: 0, Kind: "caller", Number: "13800138000", Started: began,
				Ended: began.Add(9 * time.Second), Cause: "remote", Q850: 16, Direction: "in", Trunk: "carrier",
				Rang: began.Add(time.Second), Quality: Quality{Codec: "PCMA", Sent: 450, Received: 440, Lost: 10,
					Jitter: 1500 * time.Microsecond, MOS: 4.216}})
			r.Change("c1", Change{Answered: began.Add(time.Second), Path: "总机 > 查询", Rating: "rated", Score: 0})
			r.End("c1", Result{At: began.Add(9 * time.Second), Result: "completed", By: "remote", Q850: 16,
				Change: Change{Topic: "欠税", Data: map[string]any{"税种": "增值税"}}})
			r.End("c1", Result{At: began.Add(99 * time.Second), Result: "again"}) // the first end counts
		}
		write()
		write()
		must(t, r.Flush(ctx))
		c, err := Read(ctx, d, "c1")
		must(t, err)
		want := Call{ID: "c1", Node: "local", Boot: "1", Direction: "in", Caller: "13800138000", Number: "12366",
			Program: "p", Flow: "总机",
			Lang: "zh", Started: began.UnixMilli(), Path: "总机 > 查询", Data: `{"税种":"增值税"}`}
		got := *c
		got.Answered, got.Ended, got.Result, got.EndedBy, got.SIP, got.Q850, got.Agent, got.Topic, got.Rating,
			got.Score = nil, nil, nil, nil, nil, nil, nil, nil, nil, nil
		got.Events, got.Legs, got.Milestones = nil, nil, nil
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if *c.Answered != began.UnixMilli()+1000 || *c.Ended != began.UnixMilli()+9000 || *c.Result != "completed" ||
			*c.EndedBy != "remote" ||
			c.SIP != nil || *c.Q850 != 16 || c.Agent != nil || *c.Topic != "欠税" || *c.Rating != "rated" ||
			*c.Score != 0 {
			b, _ := json.Marshal(c)
			t.Errorf("%s", b)
		}
		if len(c.Events) != 2 || c.Events[1].Data != `{"key":"1"}` || c.Events[0].Data != "{}" ||
			c.Events[1].Pos != "a.flow:2:5" {
			t.Errorf("events %+v", c.Events)
		}
		if len(c.Milestones) != 1 || c.Milestones[0].Name != "查欠税" || len(c.Legs) != 1 ||
			*c.Legs[0].Cause != "remote" || c.Legs[0].Answered != nil {
			t.Errorf("%+v %+v", c.Milestones, c.Legs)
		}
		if l := c.Legs[0]; l.Direction != "in" || *l.Trunk != "carrier" || l.Phone != nil || *l.Codec != "PCMA" ||
			*l.Sent != 450 || *l.Received != 440 || *l.Lost != 10 || *l.FarLost != 0 || *l.Jitter != 1500 ||
			*l.MOS != 422 || *l.Rang != began.UnixMilli()+1000 {
			b, _ := json.Marshal(l)
			t.Errorf("%s", b)
		}
		list, err := Latest(ctx, d, Within{}, After{}, 5)
		must(t, err)
		if len(list) != 1 || list[0].ID != "c1" || list[0].Legs != 1 || *list[0].MOS != 422 || *list[0].Ended == 0 {
			t.Errorf("%+v", list)
		}
		if s := r.Stats(); s.Lost+s.Refused != 0 || s.Pending != 0 {
			t.Errorf("%+v", s)
		}
		if _, err := Read(ctx, d, "none"); !db.IsNotFound(err) {
			t.Errorf("a call that is not there: %v", err)
		}
	})
}

// TestBadRecords: what the database refuses costs itself alone, and events whose beginning is lost are kept.
func TestBadRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, end := recorder(t, d, t.TempDir(), "1")
		defer end()
		r.Begin(Row{ID: "good", Started: began})
		r.Event("lost", 7, began, "key", "", nil)
		r.Event("good", 1, began, "a\x00b\xff", "", map[string]any{"name": "x\x00y🙂"})
		r.End("good", Result{At: began, Result: "completed", SIP: 1 << 40}) // no INTEGER of PostgreSQL
		r.Event("good", 2, began, "key", "", nil)
		must(t, r.Flush(t.Context()))
		c, err := Read(t.Context(), d, "good")
		must(t, err)
		var name string
		must(t, d.Get(t.Context(), &name,
			`SELECT `+d.Engine().JSONText("data", "name")+` FROM call_events WHERE call_id = 'good' AND seq = 1`))
		if name != "x\uFFFDy🙂" {
			t.Errorf("the name is %q", name)
		}
		if len(c.Events) != 2 || c.Events[0].Kind != "a\uFFFDb\uFFFD" {
			t.Errorf("%+v", c.Events)
		}
		if c, err = Read(t.Context(), d, "lost"); err != nil || len(c.Events) != 1 || c.Events[0].Seq != 7 {
			t.Errorf("%+v %v", c, err)
		}
		if s := r.Stats(); d.Engine() == db.Postgres && s.Refused != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestFold: that a call was answered is written with its beginning, and how it ended, if they come together and nothing
// else is to be said.
func TestFold(t *testing.T) {
	got := fold([]record{
		{K: change, Call: "b", Answered: 1}, // begun long ago
		{K: begins, Call: "a", At: 2},
		{K: event, Call: "a", Seq: 1},
		{K: change, Call: "a", Answered: 3},
		{K: change, Call: "a", Answered: 4, Lang: "en"},
		{K: change, Call: "a"},
		{K: ends, Call: "a", Answered: 5}, // a change comes between: it must not come after the end
		{K: begins, Call: "c", At: 6, Lang: "zh"},
		{K: change, Call: "c", Answered: 7},
		{K: leg, Call: "c"},
		{K: ends, Call: "c", Ended: 8, Result: "caller", Path: "甲"},
		{K: ends, Call: "c", Ended: 9, Result: "again"}, // the first end counts, by the statement
	})
	want := []record{
		{K: change, Call: "b", Answered: 1},
		{K: begins, Call: "a", At: 2, Answered: 3},
		{K: event, Call: "a", Seq: 1},
		{K: change, Call: "a", Answered: 4, Lang: "en"},
		{K: change, Call: "a"},
		{K: ends, Call: "a", Answered: 5},
		{K: whole, Call: "c", At: 6, Lang: "zh", Answered: 7, Ended: 8, Result: "caller", Path: "甲"},
		{K: leg, Call: "c"},
		{K: ends, Call: "c", Ended: 9, Result: "again"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, end := recorder(t, d, t.TempDir(), "1")
		defer end()
		for i := range 3 * mostRoom / 2 { // more than room is kept for
			id := fmt.Sprint(i)
			r.Begin(Row{ID: id, Started: began})
			r.Change(id, Change{Answered: began.Add(time.Second)})
		}
		must(t, r.Flush(t.Context()))
		var n int
		must(t, d.Get(t.Context(), &n, `SELECT COUNT(*) FROM calls WHERE answered = ?`, began.UnixMilli()+1000))
		if n != 3*mostRoom/2 {
			t.Errorf("%d calls were answered", n)
		}
		shortCalls(t, d, r)
	})
}

// shortCalls are over before anything of them is written: their rows are the same as those of calls that are written
// piece by piece.
func shortCalls(t *testing.T, d *db.DB, r *Recorder) {
	t.Helper()
	for _, rated := range []string{"rated", "no_input", ""} {
		end := Result{At: began.Add(2 * time.Second), Result: "refused", By: "local", SIP: 603, Q850: 21,
			Change: Change{Path: "甲 > 乙", Agent: "1001", Topic: "退税", Rating: rated, Data: map[string]any{"税种": "增值税"},
				Lang: "en"}}
		for _, how := range []string{"pieces", "whole"} {
			id := how + rated
			r.Begin(Row{ID: id, Direction: "in", Caller: "1", Number: "12366", Program: "p", Flow: "甲", Lang: "zh",
				Started: began})
			r.Change(id, Change{Answered: began.Add(time.Second)})
			r.Leg(id, Leg{Kind: "caller", Started: began})
			if how == "pieces" {
				must(t, r.Flush(t.Context()))
			}
			r.End(id, end)
			r.End(id, Result{At: began.Add(time.Hour), Result: "again"})
			must(t, r.Flush(t.Context()))
		}
		pieces, err := Read(t.Context(), d, "pieces"+rated)
		must(t, err)
		one, err := Read(t.Context(), d, "whole"+rated)
		must(t, err)
		one.ID = pieces.ID
		if diff := cmp.Diff(pieces, one); diff != "" || *one.Result != "refused" || len(one.Legs) != 1 {
			t.Errorf("rated %q: %s", rated, diff)
		}
	}
}

func TestMend(t *testing.T) {
	for in, want := range map[string]string{`{"a":"\u0000"}`: `{"a":"\ufffd"}`, `{"a":"\\u0000"}`: `{"a":"\\u0000"}`,
		`{"a":"\\\u0000\u0000"}`: `{"a":"\\\ufffd\ufffd"}`, `{}`: `{}`} {
		if got := string(mend([]byte(in))); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}

// TestServerDies: while the server is dead for a while under 200 calls, no call waits, and in the end no event is
// missing or doubled.
func TestServerDies(t *testing.T) {
	s := dbtest.StartServer(t)
	d, err := db.Open(t.Context(), s.Migrated(t, "x"), db.Options{})
	must(t, err)
	defer d.Close()
	dir := t.TempDir()
	r, end := recorder(t, d, dir, "1")
	defer end()
	const calls, events = 200, 60
	steps := make(chan int)
	var wg sync.WaitGroup
	for i := range calls {
		id := fmt.Sprintf("c%d", i)
		wg.Go(func() {
			r.Begin(Row{ID: id, Started: began})
			for seq := range events {
				r.Event(id, int64(seq+1), began.Add(time.Duration(seq)*time.Second), "tick", "",
					map[string]any{"n": seq})
				steps <- i
			}
			r.End(id, Result{At: began.Add(time.Hour), Result: "completed"})
		})
	}
	go func() { wg.Wait(); close(steps) }()
	n := 0
	for range steps { // every call goes on through both: a call that waited would stop the count
		switch n++; n {
		case calls * events / 3:
			must(t, r.Flush(t.Context()))
			s.Kill()
		case calls * events * 2 / 3:
			must(t, s.Start())
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, r.Flush(ctx))
	check(t, d, calls, events)
	if st := r.Stats(); st.Lost+st.Refused != 0 || st.Queued != calls*(events+2) {
		t.Errorf("%+v", st)
	}
}

// check looks whether each call has an end and its events from 1 on without a gap.
func check(t *testing.T, d *db.DB, calls, events int) {
	t.Helper()
	var got struct {
		Calls, Open, Events, Gaps int
	}
	must(t, d.Get(t.Context(), &got, `SELECT (SELECT COUNT(*) FROM calls) AS calls, (SELECT COUNT(*) FROM calls WHERE ended IS NULL) AS open,
		(SELECT COUNT(*) FROM call_events) AS events,
		(SELECT COUNT(*) FROM (SELECT call_id FROM call_events GROUP BY call_id HAVING MAX(seq) <> COUNT(*) OR MIN(seq) <> 1) AS g) AS gaps`))
	if got.Open != 0 || got.Gaps != 0 || calls > 0 && got.Calls != calls || events > 0 && got.Events != calls*events {
		t.Errorf("%+v; want %d calls of %d events", got, calls, events)
	}
}

// TestSlowDatabase: while the database holds up what is being written, whatever comes is on the disk at once: a kill
// would not lose it.
func TestSlowDatabase(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		ctx := t.Context()
		d, err := db.Open(ctx, url, db.Options{})
		must(t, err)
		defer d.Close()
		other, err := db.Open(ctx, url, db.Options{Timeout: time.Minute})
		must(t, err)
		defer other.Close()
		r, end := recorder(t, d, t.TempDir(), "1")
		defer end()
		r.Begin(Row{ID: "c", Started: began})
		must(t, r.Flush(ctx))
		locked, release, released := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			released <- other.Tx(ctx, func(x *db.Tx) error {
				if _, err := x.Exec(ctx, `UPDATE calls SET lang = 'en' WHERE id = 'c'`); err != nil {
					return err
				}
				close(locked)
				<-release
				return nil
			})
		}()
		<-locked
		const events = 20
		for seq := range int64(events) { // the first is under way to the database, the others come while it waits
			r.Change("c", Change{Lang: "zh"})
			r.Event("c", seq+1, began, "key", "", nil)
			for end := time.Now().Add(3 * time.Second); r.Stats().Pending < 2*int(seq+1); time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					close(release)
					t.Fatalf("%d records of %d are on the disk", r.Stats().Pending, 2*(seq+1))
				}
			}
		}
		close(release)
		must(t, <-released)
		must(t, r.Flush(ctx))
		c, err := Read(ctx, d, "c")
		if err != nil || len(c.Events) != events || c.Lang != "zh" || r.Stats().Pending != 0 {
			t.Errorf("%+v, %v, %+v", c, err, r.Stats())
		}
	})
}

// TestAwayAtStart: a program that starts without its database records into the spool; a later start writes it.
func TestAwayAtStart(t *testing.T) {
	s := dbtest.StartServer(t)
	url := s.Migrated(t, "x")
	d, err := db.Open(t.Context(), url, db.Options{})
	must(t, err)
	defer d.Close()
	s.Kill()
	dir := t.TempDir()
	r, end := recorder(t, d, dir, "1")
	r.Begin(Row{ID: "c", Started: began})
	r.Event("c", 1, began.Add(time.Minute), "key", "", nil)
	end()
	if r.Stats().Pending != 2 {
		t.Errorf("%+v", r.Stats())
	}
	must(t, s.Start())
	r, end = recorder(t, d, dir, "2")
	defer end()
	must(t, r.Repair(t.Context()))
	c, err := Read(t.Context(), d, "c")
	must(t, err)
	if *c.Result != Interrupted || *c.Ended != began.Add(time.Minute).UnixMilli() || c.Boot != "1" ||
		len(c.Events) != 1 {
		b, _ := json.Marshal(c)
		t.Errorf("%s", b)
	}
	// it was not dead: the assumed end gives way
	r.End("c", Result{At: began.Add(2 * time.Minute), Result: "completed"})
	must(t, r.Flush(t.Context()))
	if c, err = Read(t.Context(), d, "c"); err != nil || *c.Result != "completed" {
		t.Errorf("%v", err)
	}
}
