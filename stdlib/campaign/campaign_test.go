package campaign

import (
	"errors"
	"fmt"
	"testing"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// TestPostgreSQLLearnsOfAList: a run begins when PostgreSQL plans by how many targets it has, though nothing looks at
// them by itself within this test; and each is as it was given.
func TestPostgreSQLLearnsOfAList(t *testing.T) {
	d := dbtest.Postgres(t)
	s := New(d, Options{Node: "a", Boot: "1"})
	const n = insertAtOnce + 7
	list := make([]Target, n)
	for i := range list {
		list[i] = Target{Ordinal: int64(i), Key: fmt.Sprint("k", i), Number: fmt.Sprintf("139%08d", i), Target: `"x"`,
			State: Waiting, DueAt: int64(1000 + i), Stratum: WholeFrame}
	}
	list[5].State, list[5].Why = Dropped, WhyTwice
	if err := s.Start(t.Context(), Run{ID: "r", Campaign: "催缴", AtOnce: 1, Apart: 20}, list); err != nil {
		t.Fatal(err)
	}
	var rows float64
	if err := d.Get(t.Context(), &rows,
		`SELECT reltuples FROM pg_class WHERE relname = 'campaign_targets'`); err != nil || rows != n {
		t.Errorf("PostgreSQL plans as if there were %v targets, %v", rows, err)
	}
	due, err := s.Due(t.Context(), "r", 1000+n, n)
	if err != nil || len(due) != n-1 {
		t.Fatalf("%d are due, %v", len(due), err)
	}
	want := list[n-1]
	want.Run, want.Stratum = "r", "" // which only a sample reads
	if due[n-2] != want {
		t.Errorf("%+v was entered as %+v", want, due[n-2])
	}
	if left, err := s.Targets(t.Context(), "r"); err != nil || len(left) != 2 || left[0].Why != WhyTwice ||
		left[1].N != n-1 {
		t.Errorf("%+v, %v", left, err)
	}
}

// TestARunThatIsNotLoaded whole is never let run: it can be stopped, and is taken back when its node must have died.
func TestARunThatIsNotLoaded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := New(d, Options{Node: "a", Boot: "1"}), t.Context()
		from := []string{Paused, Halted}
		half := func(id string, at int64) {
			t.Helper()
			if err := s.Start(ctx, Run{ID: id, Campaign: id, AtOnce: 1, Apart: 20, StartedAt: at}, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Exec(ctx, `UPDATE campaign_runs SET state = ?, why = ? WHERE id = ?`, Paused, loading,
				id); err != nil {
				t.Fatal(err)
			}
		}
		half("old", 1000)
		half("new", 2000)
		half("stopped", 1000)
		for _, id := range []string{"old", "new"} {
			if err := s.Turn(ctx, id, from, Running, "", "王", 3000); !errors.Is(err, db.ErrConflict) {
				t.Errorf("%s goes on with a part of its list: %v", id, err)
			}
			if r, err := s.Run(ctx, id); err != nil || !r.Loading() {
				t.Errorf("%+v, %v", r, err)
			}
		}
		if err := s.Turn(ctx, "stopped", from, Stopped, "", "王", 3000); err != nil {
			t.Error(err)
		}
		if n, err := s.Unload(ctx, 1500+longestLoading); n != 1 || err != nil {
			t.Errorf("%d were taken back, %v", n, err)
		}
		for id, there := range map[string]bool{"old": false, "new": true, "stopped": true} {
			if _, err := s.Run(ctx, id); (err == nil) != there {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}
