package call

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// tale is what a program tells of a call, in order: its legs come and go, and the end may be told before that of legs
// which are still being hung up.
func tale(r *rand.Rand, id string, from time.Time) (steps []func(*Recorder), ends map[int]time.Time) {
	at, ends := from, map[int]time.Time{}
	later := func() time.Time { at = at.Add(time.Duration(1+r.IntN(60_000)) * time.Millisecond); return at }
	add := func(do func(*Recorder)) { steps = append(steps, do) }
	tell := func(l Leg) {
		if !l.Ended.IsZero() {
			ends[l.Leg] = l.Ended
		}
		add(func(r *Recorder) { r.Leg(id, l) })
	}
	add(func(r *Recorder) { r.Begin(Row{ID: id, Started: from}) })
	legs := []Leg{{Kind: "caller", Started: from}}
	for range r.IntN(4) {
		l := Leg{Leg: len(legs), Kind: "agent", Direction: "out", Started: later()}
		tell(l)
		legs = append(legs, l)
	}
	for seq := range r.IntN(3) {
		moment := later()
		add(func(r *Recorder) { r.Event(id, int64(seq+1), moment, "prompt", "", nil) })
	}
	over := r.IntN(len(legs) + 1)
	r.Shuffle(len(legs), func(i, j int) { legs[i], legs[j] = legs[j], legs[i] })
	for i := range len(legs) + 1 {
		if i == over {
			if slices.ContainsFunc(legs[i:], func(l Leg) bool { return l.Leg == 0 }) {
				tell(Leg{Kind: "caller", Started: from}) // its end may never be told
			}
			end := Result{At: later(), Result: "completed"}
			add(func(r *Recorder) { r.End(id, end) })
		}
		if i < len(legs) {
			l := legs[i]
			l.Ended, l.Cause = later(), "remote"
			tell(l)
		}
	}
	return steps, ends
}

// Each second of a leg is in one row, which has an end: whatever was told of the calls of a program when it was killed,
// whether its node or another gave them their ends, and whichever came first. REXIAN_LEG_DAYS is for more of them.
func TestLegsOfRandomCallsAreWhole(t *testing.T) {
	days := 12
	if n, err := strconv.Atoi(os.Getenv("REXIAN_LEG_DAYS")); err == nil {
		days = n
	}
	d := dbtest.SQLite(t)
	for day := range days {
		random := rand.New(rand.NewPCG(1, uint64(day)))
		dir, told := t.TempDir(), map[string]map[int]time.Time{}
		for boot := range 3 {
			r, end := recorder(t, d, dir, fmt.Sprintf("%d-%d", day, boot))
			var all []func(*Recorder)
			for i := range 1 + random.IntN(4) {
				id := fmt.Sprintf("%d-%d-%d", day, boot, i)
				steps, ends := tale(random, id, began.Add(time.Duration(random.IntN(100))*time.Second))
				if cut := random.IntN(2 * len(steps)); cut < len(steps) { // it is killed before the rest
					steps, ends = steps[:cut], nil
				}
				if len(steps) > 0 {
					told[id] = ends
				}
				all = append(all, steps...)
			}
			for _, step := range all {
				step(r)
			}
			if random.IntN(2) == 0 {
				must(t, r.Flush(t.Context()))
			}
			end()
			if random.IntN(3) == 0 { // another node is quicker than the next start
				_, err := RepairNameless(t.Context(), d)
				must(t, err)
			}
		}
		r, end := recorder(t, d, dir, fmt.Sprintf("%d-last", day))
		must(t, r.Repair(t.Context()))
		end()
		legsAreWhole(t, d, told)
	}
}

// legsAreWhole looks at the legs of calls that were told of.
func legsAreWhole(t *testing.T, d *db.DB, told map[string]map[int]time.Time) {
	t.Helper()
	for id, ends := range told {
		c, err := Read(t.Context(), d, id)
		must(t, err)
		if c.Ended == nil || len(c.Legs) == 0 {
			t.Fatalf("%s: %+v", id, c)
		}
		var seen []int
		for _, l := range c.Legs {
			n := int(l.Leg)
			if l.Ended == nil || *l.Ended < l.Started || slices.Contains(seen, n) {
				t.Fatalf("%s, leg %d: %+v", id, n, l)
			}
			if at, known := ends[n]; known && *l.Ended != at.UnixMilli() {
				t.Fatalf("%s, leg %d ended at %v, not %d", id, n, at.UnixMilli(), *l.Ended)
			}
			seen = append(seen, n)
		}
		if !slices.Contains(seen, 0) {
			t.Fatalf("%s has no leg of its caller: %+v", id, c.Legs)
		}
	}
}
