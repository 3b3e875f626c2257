package survey

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

// TestTwoHundredFinishersOfAQuotaOfFifty come to the end at once: exactly fifty count, none of whom who was asked loses
// its answers, and no place is lost or kept for ever.
func TestTwoHundredFinishersOfAQuotaOfFifty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		ctx := t.Context()
		if _, err := s.Launch(ctx, "满意度", "q", 0, now); err != nil {
			t.Fatal(err)
		}
		// All two hundred begin before there is a quota, as they would by reservations that have lapsed.
		ids := make([]string, 200)
		for i := range ids {
			id, err := s.Begin(ctx, fn.Caller{CallID: fmt.Sprint(i), Now: now}, "满意度", 1)
			if err != nil {
				t.Fatal(err)
			}
			ids[i] = id
		}
		if v, err := s.Launch(ctx, "满意度", "q", 50, now); err != nil || v != 1 {
			t.Fatal(v, err)
		}
		var all sync.WaitGroup
		for _, id := range ids {
			all.Go(func() {
				err := s.Complete(ctx, id)
				for db.IsUnavailable(err) && ctx.Err() == nil { // a busy machine: who asks tries again, as a call does
					time.Sleep(20 * time.Millisecond)
					err = s.Complete(ctx, id)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		states := map[string]int64{}
		var rows []struct {
			State string `db:"state"`
			N     int64  `db:"n"`
		}
		if err := d.Select(ctx, &rows, `SELECT state, COUNT(*) AS n FROM survey_responses GROUP BY state`); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			states[r.State] = r.N
		}
		list, err := s.Versions(ctx, "满意度", 1)
		if err != nil || states[Complete] != 50 || states[Surplus] != 150 || list[0].Completed != 50 {
			t.Errorf("%v, %+v, %v", states, list, err)
		}
		var reserved int64
		if err := d.Get(ctx, &reserved, `SELECT reserved FROM surveys`); err != nil || reserved != 0 {
			t.Errorf("%d places are kept for nobody, %v", reserved, err)
		}
		if _, err := s.Begin(ctx, fn.Caller{CallID: "late", Now: now}, "满意度", 1); !errors.Is(err,
			fn.Outcome("limit_reached")) {
			t.Errorf("somebody is asked when the quota is full: %v", err)
		}
	})
}

// TestAPlaceIsKeptAndGivenBack: to who hangs up, and to who says nothing for half an hour.
func TestAPlaceIsKeptAndGivenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		ctx := t.Context()
		if _, err := s.Launch(ctx, "满意度", "q", 2, now); err != nil {
			t.Fatal(err)
		}
		begin := func(call string, at time.Time) (string, bool) {
			t.Helper()
			id, err := s.Begin(ctx, fn.Caller{CallID: call, Now: at}, "满意度", 1)
			if err != nil && !errors.Is(err, fn.Outcome("limit_reached")) {
				t.Fatal(err)
			}
			return id, err == nil
		}
		first, _ := begin("a", now)
		begin("b", now)
		if _, ok := begin("c", now); ok {
			t.Error("a third is asked while two places are kept")
		}
		for range 2 { // leaving again changes nothing
			if err := s.Leave(ctx, first); err != nil {
				t.Fatal(err)
			}
		}
		third, ok := begin("c", now)
		if !ok {
			t.Error("a place that was given back is lost")
		}
		if _, ok := begin("d", now.Add(29*time.Minute)); ok {
			t.Error("a place is taken away too early")
		}
		if _, ok := begin("d", now.Add(31*time.Minute)); !ok {
			t.Error("a place is kept for ever")
		}
		if err := errors.Join(s.Complete(ctx, third), s.Complete(ctx, third)); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Versions(ctx, "", 10); err != nil || list[0].Completed != 1 {
			t.Errorf("%+v, %v: a response counts as often as it is completed", list, err)
		}
	})
}

// TestTheIntervalCoversTheTruth in 93 to 97 of a hundred simulated surveys, whatever the share and the size.
func TestTheIntervalCoversTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	covered, all := 0, 0
	for range 4000 {
		p, n := 0.05+0.9*r.Float64(), int64(30+r.IntN(400))
		k := int64(0)
		for range n {
			if r.Float64() < p {
				k++
			}
		}
		low, high := Interval(k, n)
		if all++; low <= p && p <= high {
			covered++
		}
	}
	if share := float64(covered) / float64(all); share < 0.93 || share > 0.97 {
		t.Errorf("it covers the truth in %.3f", share)
	}
	// by hand: 45 of 50 (Newcombe 1998 gives 0.786 to 0.957)
	if low, high := Interval(45, 50); math.Abs(low-0.7864) > 0.0005 || math.Abs(high-0.9565) > 0.0005 {
		t.Errorf("%.4f to %.4f", low, high)
	}
	if low, high := Interval(0, 0); low != 0 || high != 1 {
		t.Error("of nothing everything is known")
	}
}

// TestTheSampleIsDrawnAgain by who knows the seed: printf 'seed\ncall-1' | sha256sum begins with the bytes that decide.
func TestTheSampleIsDrawnAgain(t *testing.T) {
	n := 0
	for i := range 10_000 {
		call := fmt.Sprintf("call-%d", i)
		if Drawn("seed", call, 200_000) {
			n++
		}
		if Drawn("seed", call, 200_000) != Drawn("seed", call, 200_000) || !Drawn("seed", call, 0) ||
			!Drawn("seed", call, 1_000_000) {
			t.Fatal("it is no function of seed and call")
		}
	}
	if n < 1880 || n > 2120 { // three standard deviations
		t.Errorf("a fifth of 10,000 is %d", n)
	}
}
