package ticket

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

// signed is a ticket that a unit has signed for.
func signed(t *testing.T, s *Store) Ticket {
	t.Helper()
	x := create(t, s, Draft{Class: "举报"}, monday)
	for _, a := range []Step{{Action: Dispatch, Unit: "稽查局", Actor: "li"}, {Action: Sign, Actor: "li"}} {
		var err error
		if x, err = s.Act(t.Context(), x.Number, a, monday); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func TestTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		x := signed(t, s)
		soon := monday.Add(time.Hour)
		trip, err := s.Send(t.Context(), x.Number, "外勤一组", "历下区经十路1号", soon, "wang", monday)
		if err != nil || trip.State != Sent || trip.Trip != 1 {
			t.Fatalf("%+v, %v", trip, err)
		}
		for i, c := range []struct {
			step TripStep
			want error
			now  TripState
		}{
			{TripStep{Move: Depart}, ErrAction, Sent},
			{TripStep{Move: Decline}, ErrNote, Sent},
			{TripStep{Move: "fly"}, nil, ""},
			{TripStep{Move: Take}, nil, Taken},
			{TripStep{Move: Take}, ErrAction, Taken},
			{TripStep{Move: Report}, ErrNote, Taken},
			{TripStep{Move: Report, ETA: monday.Add(-time.Second)}, ErrETA, Taken},
			{TripStep{Move: Report, ETA: monday.AddDate(1, 0, 0)}, ErrETA, Taken},
			{TripStep{Move: Report, ETA: monday.Add(2 * time.Hour), Note: "堵车"}, nil, Taken},
			{TripStep{Move: Arrive}, ErrAction, Taken},
			{TripStep{Move: Depart, Version: 1}, db.ErrConflict, Taken},
			{TripStep{Move: Depart}, nil, Underway},
			{TripStep{Move: Report, Place: "山大路口"}, nil, Underway},
			{TripStep{Move: Arrive, Place: "历下区经十路1号"}, nil, OnSite},
			{TripStep{Move: Recall, Note: "误派"}, ErrAction, OnSite},
			{TripStep{Move: Finish}, ErrNote, OnSite},
			{TripStep{Move: Finish, Note: "已核实"}, nil, Finished},
			{TripStep{Move: GoBack}, nil, Back},
			{TripStep{Move: GoBack}, ErrAction, Back},
		} {
			c.step.Actor = "zhao"
			got, err := s.Travel(t.Context(), x.Number, trip.Trip, c.step, monday.Add(time.Duration(i)*time.Second))
			if c.now == "" { // no such move
				if err == nil {
					t.Errorf("%s was done", c.step.Move)
				}
				continue
			}
			if !errors.Is(err, c.want) || err == nil && got.State != c.now {
				t.Errorf("%d %s: %+v, %v; want %s, %v", i, c.step.Move, got, err, c.now, c.want)
			}
		}
		list, err := s.Trips(t.Context(), x.Number)
		if err != nil || len(list) != 1 || list[0].State != Back || list[0].ETA != monday.Add(2*time.Hour).UnixMilli() {
			t.Errorf("%+v, %v", list, err)
		}
		events, err := s.Journey(t.Context(), x.Number, 1)
		var became []string
		for _, e := range events {
			became = append(became, e.Became.Word(false)+"@"+e.Place+e.Note)
		}
		want := "已派@历下区经十路1号 已接单@历下区经十路1号 已接单@历下区经十路1号堵车 已出发@历下区经十路1号 已出发@山大路口 已到达@历下区经十路1号 已完成@历下区经十路1号已核实 已返回@历下区经十路1号"
		if got := strings.Join(became, " "); got != want || err != nil {
			t.Errorf("%s, %v", got, err)
		}
	})
}

func TestSend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		x, fresh := signed(t, s), create(t, s, Draft{Class: "建议"}, monday)
		for _, c := range []struct {
			name, number, unit, place string
			eta                       time.Time
			want                      error
		}{
			{"nobody has it yet", fresh.Number, "外勤一组", "某地", time.Time{}, ErrAction},
			{"no such ticket", "9999999999", "外勤一组", "某地", time.Time{}, fn.Outcome("not_found")},
			{"no unit", x.Number, "", "某地", time.Time{}, ErrNote},
			{"nowhere", x.Number, "外勤一组", "\x00", time.Time{}, ErrNote},
			{"yesterday", x.Number, "外勤一组", "某地", monday.AddDate(0, 0, -1), ErrETA},
			{"goes", x.Number, "外勤一组", "某地", monday.Add(time.Hour), nil},
			{"goes twice", x.Number, "外勤一组", "别处", monday.Add(time.Hour), ErrSent},
			{"another goes too", x.Number, "外勤二组", "某地", time.Time{}, nil},
		} {
			if _, err := s.Send(t.Context(), c.number, c.unit, c.place, c.eta, "wang", monday); !errors.Is(err,
				c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		if _, err := s.Travel(t.Context(), x.Number, 1, TripStep{Move: Recall, Actor: "wang", Note: "改派"},
			monday); err != nil {
			t.Error(err)
		}
		again, err := s.Send(t.Context(), x.Number, "外勤一组", "别处", monday.Add(30*time.Minute), "wang", monday)
		if err != nil || again.Trip != 3 {
			t.Errorf("sent again after it was recalled: %+v, %v", again, err)
		}
		out, err := s.Out(t.Context(), "", 10)
		if err != nil || len(out) != 2 || out[0].Trip != 3 || out[1].Trip != 2 {
			t.Errorf("out are %+v, %v", out, err)
		}
		if !out[0].Late(monday.Add(time.Hour)) || out[0].Late(monday) || out[1].Late(monday.AddDate(1, 0, 0)) {
			t.Error("who is late is told wrongly")
		}
		if _, err := s.Travel(t.Context(), x.Number, 9, TripStep{Move: Take, Actor: "wang"},
			monday); outcome(err) != "not_found" {
			t.Errorf("a trip that there is not: %v", err)
		}
	})
}

// Ten people take the same trip at the same moment: one has it.
func TestOneTakesATrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		x := signed(t, s)
		trip, err := s.Send(t.Context(), x.Number, "外勤一组", "某地", time.Time{}, "wang", monday)
		if err != nil {
			t.Fatal(err)
		}
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				_, err := s.Travel(t.Context(), x.Number, trip.Trip,
					TripStep{Move: Take, Actor: fmt.Sprint(i), Version: trip.Version}, monday)
				switch {
				case err == nil:
					won.Add(1)
				case !db.IsConflict(err) && !errors.Is(err, ErrAction):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if events, err := s.Journey(t.Context(), x.Number, trip.Trip); won.Load() != 1 || len(events) != 2 ||
			err != nil {
			t.Errorf("%d have it, %+v, %v", won.Load(), events, err)
		}
	})
}
