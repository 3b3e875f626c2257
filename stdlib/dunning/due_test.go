package dunning

import (
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// A promise is due on its day as long as something is owed, until somebody is talked to on that day or later, or
// promises anew; what was entered during a call is not replaced by how the call ended.
func TestPromisesFallDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, nil)
		day := time.Date(2026, 10, 12, 10, 0, 0, 0, intake.Zone(nil))
		today := int64(intake.Day(day, nil))
		ids := []string{"91330100799655058B", "913701001000000409", "913701000000000512"}
		for i, id := range ids {
			if _, err := d.Exec(t.Context(), `INSERT INTO taxpayers (tax_id, name, class, office, phone, updated_at)
				VALUES (?, ?, '企业', '一所', '13800138000', 0)`, id, id); err != nil {
				t.Fatal(err)
			}
			paid := 0
			if i == 2 {
				paid = 100 // has paid everything
			}
			if _, err := d.Exec(t.Context(), `INSERT INTO arrears (tax_id, period, tax, amount, paid, due)
				VALUES (?, 24312, '增值税', 100, ?, 19000)`, id, paid); err != nil {
				t.Fatal(err)
			}
			promised := today + 3
			if err := s.Enter(t.Context(), fn.Caller{CallID: "c" + id, Now: day}, id, Promised, &promised); err != nil {
				t.Fatal(err)
			}
			if err := Note(t.Context(), d, Result{TaxID: id, CallID: "c" + id, Reached: day.UnixMilli(),
				Result: Talked}); err != nil {
				t.Fatal(err)
			}
			if r, err := s.Last(t.Context(), id); err != nil || r.Result != Promised {
				t.Errorf("a promise was replaced: %+v, %v", r, err)
			}
		}
		due := func(at time.Time) (list string) {
			t.Helper()
			all, err := s.Due(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range all {
				list += x.ID[:4] + " "
			}
			return list
		}
		note := func(id, call, result string, at time.Time) {
			t.Helper()
			if err := Note(t.Context(), d, Result{TaxID: id, CallID: call, Reached: at.UnixMilli(),
				Result: result}); err != nil {
				t.Fatal(err)
			}
		}
		on := day.AddDate(0, 0, 3)
		for at, want := range map[time.Time]string{day: "", day.AddDate(0, 0, 2): "", on: "9133 9137 ",
			on.AddDate(0, 0, 29): "9133 9137 ", on.AddDate(0, 0, 30): ""} {
			if got := due(at); got != want {
				t.Errorf("due on %s: %q, want %q", at.Format(time.DateOnly), got, want)
			}
		}
		note(ids[0], "d1", Talked, day.AddDate(0, 0, 1)) // before the day: says nothing of it
		note(ids[0], "d2", "占线", on)                     // and nobody was talked to
		if got := due(on.Add(time.Hour)); got != "9133 9137 " {
			t.Errorf("due still: %q", got)
		}
		note(ids[0], "d3", Talked, time.Date(2026, 10, 15, 0, 0, 0, 0, intake.Zone(nil)))
		promised := today + 10
		if err := s.Enter(t.Context(), fn.Caller{CallID: "d4", Now: on}, ids[1], Promised, &promised); err != nil {
			t.Fatal(err)
		}
		if got := due(on.Add(time.Hour)); got != "" {
			t.Errorf("due after both were talked to: %q", got)
		}
		if got := due(day.AddDate(0, 0, 10)); got != "9137 " {
			t.Errorf("due on the day of the second promise: %q", got)
		}
		note("nobody", "x", Talked, on) // a list may have who has no number
	})
}
