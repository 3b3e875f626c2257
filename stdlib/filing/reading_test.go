package filing

import (
	"errors"
	"math"
	"testing"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

func TestReadings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := NewReadings(d, nil, 5)
		now := at(10, 12, 9)
		for _, c := range []struct {
			name    string
			account string
			period  int64
			value   int64
			sure    bool
			used    int64
			want    error
		}{
			{"the first", "A1", sept - 2, 99_900, false, 0, nil},
			{"the next", "A1", sept - 1, 99_950, false, 50, nil},
			{"lower", "A1", sept, 10, false, 0, ErrLower},
			{"the meter began again", "A1", sept, 10, true, 60, nil},
			{"the same again", "A1", sept, 10, true, 60, nil},
			{"corrected", "A1", sept, 20, true, 70, nil},
			{"an earlier period, after a later", "A1", sept - 1, 99_951, false, 0, fn.Outcome("too_late")},
			{"three times the average", "A1", sept + 1, 400, false, 0, ErrHigh},
			{"truly", "A1", sept + 1, 400, true, 380, nil},
			{"too many digits", "A1", sept + 1, 100_000, true, 0, ErrRange},
			{"minus", "A1", sept + 1, -1, true, 0, ErrRange},
			{"huge", "A1", sept + 1, math.MaxInt64, true, 0, ErrRange},
			{"a month to come", "A1", sept + 2, 401, true, 0, ErrRange},
			{"nobody's", "\x00", sept, 1, true, 0, ErrRange},
		} {
			x, err := r.Submit(t.Context(), caller("c1", now), c.account, c.period, c.value,
				Meter{Digits: 5, Sure: c.sure})
			if !errors.Is(err, c.want) || x.Used != c.used {
				t.Errorf("%s: used %d, %v; want %d, %v", c.name, x.Used, err, c.used, c.want)
			}
		}
		f := r.Functions()
		if v, err := f["reading.previous"](t.Context(), fn.Caller{},
			[]value.Value{value.Text("A1"), value.Int(sept)}); err != nil || v.Items()[0].N != 99_950_000_000 {
			t.Errorf("previous: %v, %v", v, err)
		}
		if _, err := f["reading.previous"](t.Context(), fn.Caller{},
			[]value.Value{value.Text("A2"), value.Int(sept)}); outcome(err) != "not_found" {
			t.Errorf("previous of nobody: %v", err)
		}
		if _, err := f["reading.submit"](t.Context(), caller("c2", now),
			[]value.Value{value.Text("A1"), value.Int(sept + 1), value.Int(10_000_000),
				value.Bool(false)}); outcome(err) != "mismatch" {
			t.Errorf("implausible: %v", err)
		}
		if _, err := f["reading.submit"](t.Context(), caller("c2", now),
			[]value.Value{value.Text("A1"), value.Int(sept + 1), value.Int(-500_000),
				value.Bool(true)}); outcome(err) != "mismatch" {
			t.Errorf("half a unit: %v", err)
		}
	})
}
