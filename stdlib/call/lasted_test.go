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

// A program may be killed when the end of a call is written and that of a leg, which was still being hung up, is not:
// the leg gets its call's end, from a start of the node itself and from another one.
func TestALegEndsWithItsCall(t *testing.T) {
	for name, repair := range map[string]func(*testing.T, *db.DB, string){
		"its node": func(t *testing.T, d *db.DB, dir string) {
			r, end := recorder(t, d, dir, "2")
			defer end()
			must(t, r.Repair(t.Context()))
		},
		"another": func(t *testing.T, d *db.DB, _ string) {
			_, err := RepairNameless(t.Context(), d)
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				dir := t.TempDir()
				r, end := recorder(t, d, dir, "1")
				r.Begin(Row{ID: "c", Started: began})
				r.Leg("c", Leg{Leg: 1, Kind: "agent", Started: began.Add(time.Second)})
				r.Leg("c", Leg{Leg: 0, Kind: "caller", Started: began, Ended: began.Add(3 * time.Second), Cause: "remote"})
				r.End("c", Result{At: began.Add(3 * time.Second), Result: "completed"})
				must(t, r.Flush(t.Context()))
				end()
				repair(t, d, dir)
				c, err := Read(t.Context(), d, "c")
				must(t, err)
				if at := began.Add(3 * time.Second).UnixMilli(); len(c.Legs) != 2 || c.Legs[1].Ended == nil ||
					*c.Legs[1].Ended != at || c.Legs[1].Cause != nil || *c.Result != "completed" {
					t.Errorf("%+v", c)
				}
			})
		})
	}
}
