package call

import (
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// A call that was interrupted went on for as long as it was recorded, and so did its caller's leg; one that had its end
// keeps it, and so does one that lasted longer.
func TestACallLastsAsLongAsItsRecording(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		r, end := recorder(t, d, dir, "1")
		for _, id := range []string{"cut", "over"} {
			r.Begin(Row{ID: id, Started: began})
			r.Event(id, 1, began.Add(time.Second), "answer", "", nil)
		}
		r.Leg("over", Leg{Kind: "caller", Started: began, Ended: began.Add(2 * time.Second), Cause: "remote"})
		r.End("over", Result{At: began.Add(2 * time.Second), Result: "completed"})
		must(t, r.Flush(t.Context()))
		end()
		r, end = recorder(t, d, dir, "2")
		defer end()
		must(t, r.Repair(t.Context()))
		for _, seconds := range []int{9, 5} {
			for _, id := range []string{"cut", "over"} {
				must(t, Lasted(t.Context(), d, id, began.Add(time.Duration(seconds)*time.Second)))
			}
		}
		for id, want := range map[string]time.Duration{"cut": 9 * time.Second, "over": 2 * time.Second} {
			c, err := Read(t.Context(), d, id)
			must(t, err)
			at := began.Add(want).UnixMilli()
			if len(c.Legs) != 1 || c.Ended == nil || *c.Ended != at || c.Legs[0].Ended == nil ||
				*c.Legs[0].Ended != at {
				t.Errorf("%s: %+v", id, c)
			}
		}
	})
}
