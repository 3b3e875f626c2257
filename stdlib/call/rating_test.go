package call

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// Each talk is counted once, by agent and by queue, within the moments and the queues that are asked for.
func TestRatingsAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, end := recorder(t, d, t.TempDir(), "1")
		defer end()
		for i, x := range []Rating{{1, began, "1001", "综合", Rated, 1}, {2, began, "1002", "综合", Rated, 3},
			{1, began, "1001", "英文", NoInput, 0}, {1, began, "1001", "综合", HungUp, 0},
			{1, began.Add(time.Minute), "1001", "综合", NotInvited, 0},
			{1, began.Add(time.Hour), "1001", "综合", Rated, 1}, {1, began.Add(-1), "1001", "综合", Rated, 1}} {
			r.Rating(fmt.Sprint("c", i), x)
			r.Rating(fmt.Sprint("c", i), x) // twice is once
		}
		ctx, to := t.Context(), began.Add(time.Hour)
		if err := r.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			by     string
			queues []string
			want   string
		}{
			{"agent", nil, "[{1001 1 1 1 1 1} {1002 1 0 0 0 3}]"},
			{"queue", nil, "[{综合 2 0 1 1 4} {英文 0 1 0 0 0}]"},
			{"agent", []string{"英文", "法文"}, "[{1001 0 1 0 0 0}]"},
		} {
			of := Within{Queues: c.queues}
			if list, err := CountRatings(ctx, d, c.by, of, began, to); err != nil || fmt.Sprint(list) != c.want {
				t.Errorf("%s of %v: %v %v, want %s", c.by, c.queues, list, err, c.want)
			}
		}
		if _, err := CountRatings(ctx, d, "1; --", Within{}, began, to); !errors.Is(err, ErrBy) {
			t.Errorf("by something else: %v", err)
		}
	})
}
