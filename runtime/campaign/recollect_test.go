package campaign_test

import (
	"context"
	"testing"
	"time"

	"rexian/runtime/campaign"
	"rexian/runtime/exchange"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// TestWhatAnOutageLeavesIsFreed: a claim that could not be given back, and an attempt whose commit nobody heard
// of, hold neither a target nor its number, while the node that has them lives on. Nothing was sent, so no try is
// lost; a call that is on is left alone.
func TestWhatAnOutageLeavesIsFreed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, declared("催缴", "并发 2路 最多 1次"))
		o.targets, o.speed = numbers(5), 20
		talk := make(chan struct{})
		o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) {
			<-talk
			return answered(time.Minute), nil
		}
		if _, err := d.Exec(t.Context(), `INSERT INTO nodes (name, boot, folder, since, seen)
			VALUES ('a', '1', '', 0, 0)`); err != nil {
			t.Fatal(err)
		}
		b := o.node("b", "1")
		start(t, b, "催缴")
		on := func(calls int) func(campaign.Status, map[string]int64) bool {
			return func(s campaign.Status, _ map[string]int64) bool {
				return s.Live == int64(calls) &&
					o.calls() == calls
			}
		}
		s := status(t, b, "催缴", on(2))
		mine := store.New(d, store.Options{Node: "a", Boot: "1"})
		far := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
		claim := func(n int) (list []store.Target) {
			t.Helper()
			list, err := mine.Due(t.Context(), s.ID, far, n)
			if err != nil || len(list) != n {
				t.Fatal(list, err)
			}
			for _, x := range list {
				if _, err := mine.Claim(t.Context(), x, far); err != nil {
					t.Fatal(err)
				}
			}
			return list
		}
		held := claim(3)
		if _, err := d.Exec(t.Context(), `UPDATE campaign_runs SET at_once = 3 WHERE id = ?`,
			s.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := mine.Begin(t.Context(), held[0], far, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(t.Context(), `UPDATE campaign_runs SET paced_at = 0 WHERE id = ?`,
			s.ID); err != nil {
			t.Fatal(err)
		}
		a := o.node("a", "1")
		status(t, a, "催缴", on(3))
		claim(1)
		freed := func(_ campaign.Status, states map[string]int64) bool { return states[store.Claimed] == 0 }
		status(t, a, "催缴", freed)
		status(t, a, "催缴", on(3))
		close(talk)
		s = status(t, a, "催缴",
			func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done })
		want := map[string]int64{"answered": 5, "not_placed": 1}
		for _, x := range s.Outcomes {
			if want[x.Outcome] != x.N {
				t.Errorf("%d attempts ended in %s, want %d", x.N, x.Outcome, want[x.Outcome])
			}
		}
		if s.Reached != 5 || o.calls() != 5 || o.overlap {
			t.Errorf("%d reached by %d calls, two at once to one number: %v", s.Reached, o.calls(),
				o.overlap)
		}
	})
}
