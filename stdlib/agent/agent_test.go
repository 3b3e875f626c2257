package agent

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/pin"
	"rexian/stdlib/spool"
)

var now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAgents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := Open(d, pin.Hash{Time: 1, Memory: 64})
		li := Agent{ID: "1001", Name: "李敏", Phone: "8001", Skills: map[string]int{"综合": 5}, Teams: []string{"一班"},
			By: "t"}
		must(t, s.Put(ctx, li, "471100", now))
		li.Name = "李敏敏"
		must(t, s.Put(ctx, li, "", now.Add(time.Hour))) // the PIN stays
		for _, bad := range []Agent{{ID: "", Phone: "1", Skills: li.Skills}, {ID: "1", Skills: li.Skills},
			{ID: "1", Phone: "1"},
			{ID: "1", Phone: "1", Skills: map[string]int{"综合": 11}}} {
			if err := s.Put(ctx, bad, "", now); !errors.Is(err, ErrBad) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if err := s.Put(ctx, li, "12a4", now); !errors.Is(err, ErrPIN) {
			t.Errorf("a PIN with a letter: %v", err)
		}
		list, err := s.List(ctx)
		must(t, err)
		if len(list) != 1 || list[0].Name != "李敏敏" || !list[0].HasPIN || list[0].Skills["综合"] != 5 ||
			list[0].Teams[0] != "一班" || list[0].Changed != now.Add(time.Hour).UnixMilli() || list[0].By != "t" {
			t.Errorf("%+v", list)
		}
		must(t, s.SetState(ctx, State{Agent: "1001", State: "break", Reason: "午饭", Since: 7, By: "t"}))
		must(t, s.SetState(ctx, State{Agent: "1001", State: "ready", Since: 8}))
		if states, err := s.States(ctx); err != nil || len(states) != 1 ||
			states[0] != (State{"1001", "ready", "", 8, ""}) {
			t.Errorf("%+v %v", states, err)
		}
		must(t, s.Remove(ctx, "1001"))
		if err := s.Remove(ctx, "1001"); !errors.Is(err, ErrNone) {
			t.Errorf("removed twice: %v", err)
		}
	})
}

// A day holds each second once: segments that reach over midnight are cut there, and one that is written twice is one.
func TestDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		sp, err := spool.Open(filepath.Join(t.TempDir(), "spool"), spool.Options{})
		must(t, err)
		r := call.New(d, sp, call.Options{Boot: "1", Node: "n"})
		defer func() { must(t, errors.Join(r.Close(), sp.Close())) }()
		from := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
		at := from.Add(-time.Hour)
		for i, state := range []string{"out", "ready", "ring", "talk", "wrap", "ready", "out"} {
			seg := call.Segment{Agent: "1001", Began: at, Ended: at.Add(time.Duration(i+2) * time.Hour), State: state}
			if state == "talk" {
				seg.Call = "c"
				r.Segment(seg)
			}
			r.Segment(seg)
			at = seg.Ended
		}
		must(t, r.Flush(t.Context()))
		s := Open(d, pin.Hash{})
		total := time.Duration(0)
		for day := range 3 {
			list, err := s.Day(t.Context(), "1001", from.AddDate(0, 0, day-1), from.AddDate(0, 0, day))
			must(t, err)
			for i, x := range list {
				total += time.Duration(x.Ended-x.Began) * time.Millisecond
				if i > 0 && x.Began != list[i-1].Ended {
					t.Errorf("day %d: %+v after %+v", day, x, list[i-1])
				}
				if x.State == "talk" && x.Call != "c" || x.Node != "n" {
					t.Errorf("%+v", x)
				}
			}
		}
		if total != 35*time.Hour {
			t.Errorf("%v in all", total)
		}
		// another server tells of an hour that is written, and of one to which nothing leads
		r.Segment(call.Segment{Agent: "1001", Began: at.Add(-time.Hour), Ended: at.Add(time.Minute), State: "ready"})
		r.Segment(call.Segment{Agent: "1001", Began: at.Add(time.Hour), Ended: at.Add(2 * time.Hour), State: "out"})
		must(t, r.Flush(t.Context()))
		list, err := s.Day(t.Context(), "1001", at, at.Add(24*time.Hour))
		must(t, err)
		line := ""
		for _, x := range list {
			line += fmt.Sprintf("%s %d–%d ", x.State, (x.Began-at.UnixMilli())/60_000, (x.Ended-at.UnixMilli())/60_000)
		}
		if want := "ready 0–1 unknown 1–60 out 60–120 "; line != want {
			t.Errorf("%s, not %s", line, want)
		}
	})
}

// Wrong PINs in a row lock an agent: then not even the right one is looked at, and the time that it takes tells
// nothing. A new PIN, or half an hour, ends that.
func TestPINs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, at := t.Context(), now
		s := Open(d, pin.Hash{Time: 1, Memory: 64})
		li := Agent{ID: "1001", Phone: "8001", Skills: map[string]int{"综合": 5}}
		must(t, s.Put(ctx, li, "471100", at))
		must(t, s.Put(ctx, Agent{ID: "1002", Phone: "8002", Skills: li.Skills}, "", at))
		try := func(what, id, secret string, want error) {
			t.Helper()
			if err := s.Prove(ctx, id, secret, at); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		wrongs := func(n int) {
			t.Helper()
			for range n {
				try("a wrong PIN", "1001", "471101", ErrWrong)
			}
		}
		try("the right PIN", "1001", "471100", nil)
		try("no PIN", "1001", "", ErrWrong)
		wrongs(Tries - 2)
		try("the right PIN before it is too late", "1001", "471100", nil)
		try("an agent without a PIN", "1002", "", ErrWrong)
		try("nobody", "1003", "471100", ErrWrong)
		wrongs(Tries)
		try("the right PIN, too late", "1001", "471100", ErrLocked)
		if list, err := s.List(ctx); err != nil || list[0].Locked != at.Add(LockFor).UnixMilli() ||
			list[1].Locked != 0 {
			t.Errorf("%+v %v", list, err)
		}
		at = at.Add(LockFor)
		try("half an hour later", "1001", "471100", nil)
		wrongs(Tries)
		must(t, s.Put(ctx, li, "", at))
		try("locked, though the agent was changed", "1001", "471100", ErrLocked)
		must(t, s.Put(ctx, li, "471102", at))
		try("a new PIN", "1001", "471102", nil)
	})
}
