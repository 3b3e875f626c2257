package dunning

import (
	"errors"
	"math"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

func TestPromise(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, nil)
		const company = "91330100799655058B"
		now := time.Date(2026, 10, 12, 2, 0, 0, 0, time.UTC)
		today := int64(intake.Day(now, nil))
		promise := func(call, id string, day int64, at time.Time) error {
			_, err := s.Functions()["dunning.promise"](t.Context(),
				fn.Caller{CallID: call, Phone: "13800138000", Now: at}, []value.Value{value.Text(id), value.Int(day)})
			return err
		}
		last := func() (value.Value, error) {
			return s.Functions()["dunning.result"](t.Context(), fn.Caller{}, []value.Value{value.Text(company)})
		}
		if _, err := last(); !errors.Is(err, fn.Outcome("not_found")) {
			t.Errorf("before any call: %v", err)
		}
		for _, day := range []int64{today - 1, today + 367, -1, math.MaxInt64, math.MinInt64} {
			if err := promise("c1", company, day, now); err == nil {
				t.Errorf("a promise for the day %d is taken", day)
			}
		}
		if err := promise("c1", "'; --", today, now); err == nil {
			t.Error("a promise of nobody is taken")
		}
		if err := errors.Join(promise("c1", company, today+3, now), promise("c1", company, today+5, now)); err != nil {
			t.Fatal(err)
		}
		if v, err := last(); err != nil || v.Items()[1].Str() != Promised || v.Items()[2].N != today+5 ||
			v.Items()[0].N != now.UnixMilli() {
			t.Errorf("%v, %v", v, err)
		}
		if err := s.Enter(t.Context(), fn.Caller{CallID: "c2", Now: now.Add(time.Hour)}, company, "拒绝",
			nil); err != nil {
			t.Fatal(err)
		}
		if v, err := last(); err != nil || v.Items()[1].Str() != "拒绝" || !v.Items()[2].IsAbsent() {
			t.Errorf("%v, %v", v, err)
		}
		var n int
		if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM dunning_results`); err != nil || n != 2 {
			t.Errorf("%d results, %v", n, err)
		}
	})
}
