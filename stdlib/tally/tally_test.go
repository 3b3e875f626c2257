package tally_test

import (
	"sync"
	"testing"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/tally"
)

func TestAdd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := tally.Open(d)
		add := func(trunk, day string, seconds, want int64) {
			t.Helper()
			if got, err := s.Add(t.Context(), trunk, day, seconds); err != nil || got != want {
				t.Errorf("%s %s: %d, %v; want %d", trunk, day, got, err, want)
			}
		}
		add("运营商", "2026-11-29", 0, 0)
		add("运营商", "2026-11-29", 60, 60)
		add("another", "2026-11-29", 5, 5)
		add("运营商", "2026-11-30", 1, 1)
		var all sync.WaitGroup
		for range 8 { // servers
			all.Go(func() {
				for range 5 {
					if _, err := tally.Open(d).Add(t.Context(), "运营商", "2026-11-29", 3); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		add("运营商", "2026-11-29", 0, 180)
	})
}
