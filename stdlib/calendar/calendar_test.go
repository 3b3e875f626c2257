package calendar

import (
	"testing"

	"pgregory.net/rapid"

	"rexian/compiler/hours"
)

func TestChina(t *testing.T) {
	if problems := hours.ValidateCalendar(*China()); len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	for period, want := range map[int64]string{2026*12 + 7: "2026-09-15", 2026*12 + 8: "2026-10-26",
		2025*12 + 8: "2025-10-27", 2026*12 + 9: "2026-11-16"} {
		d, ok := Deadline(China(), period)
		if !ok || d.String() != want {
			t.Errorf("the deadline of %d-%02d = %s, want %s", period/12, period%12+1, d, want)
		}
	}
	if d, ok := Deadline(China(), 2026*12+11); ok {
		t.Errorf("a deadline in a year that is not published: %s", d)
	}
}

func TestWorkdays(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int64
		want string
	}{
		{"2026-09-30", 1, "2026-10-08"}, {"2026-10-09", 1, "2026-10-10"}, // the make-up Saturday
		{"2026-10-09", 2, "2026-10-12"}, {"2026-12-31", 1, "2027-01-01"}, // 2027: Monday to Friday
		{"2026-10-12", 0, "2026-10-12"},
	} {
		if got := Add(China(), date(t, c.from), c.n); got.String() != c.want {
			t.Errorf("%s + %d = %s, want %s", c.from, c.n, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := hours.Date(rapid.Int64Range(20_089, 20_800).Draw(t, "day"))
		n := rapid.Int64Range(0, 60).Draw(t, "days")
		if got := Between(China(), d, Add(China(), d, n)); got != n {
			t.Fatalf("%d working days after %s are counted as %d", n, d, got)
		}
	})
}

func date(t *testing.T, s string) hours.Date {
	t.Helper()
	for d := hours.Date(19_000); d < 22_000; d++ {
		if d.String() == s {
			return d
		}
	}
	t.Fatal(s)
	return 0
}
