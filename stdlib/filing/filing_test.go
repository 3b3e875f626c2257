package filing

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/taxpayer"
)

const (
	company = "91330100799655058B"
	old     = "330100799655058"
	august  = 2026*12 + 7
	sept    = 2026*12 + 8
)

var china = time.FixedZone("", 8*3600)

func at(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, china)
}

func open(t *testing.T, d *db.DB, o Options) *Store {
	t.Helper()
	s := New(d, o)
	err := taxpayer.New(d, taxpayer.Options{}).Put(t.Context(), taxpayer.Taxpayer{ID: company, Name: "杭州某公司"}, old,
		at(1, 1, 0))
	for _, duty := range []Duty{
		{TaxID: company, Tax: "增值税", Cycle: 1, Since: 2025 * 12, ByPhone: true, Rate: 10_000},
		{TaxID: company, Tax: "印花税", Cycle: 3, Since: 2025 * 12, Rate: 300},
		{TaxID: company, Tax: "企业所得税", Cycle: 12, Since: 2025 * 12, Rate: 250_000},
	} {
		err = errors.Join(err, s.PutDuty(t.Context(), duty))
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func outcome(err error) string {
	var o fn.Outcome
	if errors.As(err, &o) {
		return string(o)
	}
	return fmt.Sprint(err)
}

func caller(id string, now time.Time) fn.Caller {
	return fn.Caller{CallID: id, Phone: "13800138000", Now: now}
}

func TestFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		ctx := t.Context()
		now := at(10, 12, 9)

		if p, err := s.Previous(ctx, "91330100799655058*", sept, now); err != nil || p != (Previous{}) {
			t.Errorf("the first period: %+v, %v", p, err)
		}
		for _, c := range []struct {
			name   string
			period int64
			now    time.Time
			want   string
		}{
			{"the month is not over", 2026*12 + 9, now, "not_eligible"},
			{"before the duty began", 2024*12 + 5, now, "not_eligible"},
			{"on the deadline", sept, at(10, 26, 23), "<nil>"},
			{"the day after", sept, at(10, 27, 0), "too_late"},
			{"long ago", 2025*12 + 3, now, "too_late"},
			{"beyond every calendar", math.MaxInt64, now, "not_eligible"},
			{"minus", -1, now, "not_eligible"},
		} {
			if _, err := s.Previous(ctx, company, c.period, c.now); outcome(err) != c.want {
				t.Errorf("previous, %s: %v, want %s", c.name, err, c.want)
			}
		}
		for sales, want := range map[int64]int64{3_000_000: 30_000, 0: 0, 50: 1, 49: 0, 9_999_999_999: 100_000_000} {
			if tax, err := s.Estimate(ctx, company, sept, sales); err != nil || tax != want {
				t.Errorf("tax on %d = %d, %v, want %d", sales, tax, err, want)
			}
		}
		for _, sales := range []int64{-1, 10_000_000_000, math.MaxInt64, math.MinInt64} {
			if _, err := s.Estimate(ctx, company, sept, sales); err == nil {
				t.Errorf("sales of %d fen are taken", sales)
			}
			if _, err := s.Submit(ctx, caller("c0", now), company, sept, sales); err == nil {
				t.Errorf("sales of %d fen are filed", sales)
			}
		}

		f, err := s.Submit(ctx, caller("c1", now), old, sept, 3_000_000)
		if err != nil || f.Receipt != "SB20261012000001" || f.TaxDue != 30_000 {
			t.Fatalf("%+v, %v", f, err)
		}
		if again, err := s.Submit(ctx, caller("c1", now), company, sept, 3_000_000); err != nil || again != f {
			t.Errorf("the same call, the same sales: %+v, %v", again, err)
		}
		for id, sales := range map[string]int64{"c1": 3_000_001, "c2": 3_000_000} {
			if _, err := s.Submit(ctx, caller(id, now), company, sept, sales); outcome(err) != "already_filed" {
				t.Errorf("%s files %d: %v", id, sales, err)
			}
		}
		if _, err := s.Previous(ctx, company, sept, now); outcome(err) != "already_filed" {
			t.Errorf("previous after filing: %v", err)
		}
		if _, err := s.Submit(ctx, caller("c3", at(10, 27, 9)), company, august, 1); outcome(err) != "too_late" {
			t.Errorf("august in october: %v", err)
		}

		// Payable after the deadline, not before.
		tp := taxpayer.New(d, taxpayer.Options{})
		if list, err := tp.Arrears(ctx, company, tp.Today(at(10, 26, 23))); err != nil || len(list) != 0 {
			t.Errorf("owed on the deadline: %+v, %v", list, err)
		}
		if list, err := tp.Arrears(ctx, company, tp.Today(at(10, 27, 0))); err != nil || len(list) != 1 ||
			list[0].Amount != 30_000 {
			t.Errorf("owed the day after: %+v, %v", list, err)
		}

		if f, err = s.Correct(ctx, caller("c4", at(10, 20, 9)), company, sept, 4_000_000); err != nil ||
			f.TaxDue != 40_000 || f.Receipt != "SB20261012000001" || f.Version != 2 {
			t.Errorf("corrected: %+v, %v", f, err)
		}
		if _, err = s.Correct(ctx, caller("c4", at(10, 27, 0)), company, sept, 5_000_000); outcome(err) != "too_late" {
			t.Errorf("corrected too late: %v", err)
		}
		if _, err = s.Correct(ctx, caller("c4", now), company, august, 5_000_000); outcome(err) != "not_found" {
			t.Errorf("corrected what was never filed: %v", err)
		}
		var was int64
		if err := d.Get(ctx, &was, `SELECT old_sales FROM filing_changes WHERE receipt = ? AND version = 2`,
			f.Receipt); err != nil || was != 3_000_000 {
			t.Errorf("the history says %d, %v", was, err)
		}
		if list, err := tp.Arrears(ctx, company, tp.Today(at(10, 27, 0))); err != nil || len(list) != 1 ||
			list[0].Amount != 40_000 {
			t.Errorf("owed after the correction: %+v, %v", list, err)
		}

		p, err := s.Previous(ctx, company, sept+1, at(11, 3, 9))
		if err != nil || p.Average != 4_000_000 || p.Last == nil || p.Last.Period != sept {
			t.Errorf("the next month: %+v, %v", p, err)
		}
	})
}

func TestStatus(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		if _, err := s.Submit(t.Context(), caller("c1", at(10, 12, 9)), company, sept, 3_000_000); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, lang, id string
			period         int64
			want           string
		}{
			{"a quarter's end", "zh", company, sept, "印花税 未申报 - 2026-10-26; 增值税 已申报 30000 2026-10-26"},
			{"in English", "en", company, sept, "印花税 not filed - 2026-10-26; 增值税 filed 30000 2026-10-26"},
			{"by the old number", "zh", old, august, "增值税 未申报 - 2026-09-15"},
			{"a year's end, its deadline not yet known", "zh", company, 2026*12 + 11,
				"企业所得税 未申报 - -; 印花税 未申报 - -; 增值税 未申报 - -"},
			{"before all duties", "zh", company, 2020 * 12, "not_found"},
			{"beyond every calendar", "zh", company, math.MaxInt64, "not_found"},
			{"nobody", "zh", "440300715267261", sept, "not_found"},
			{"no number", "zh", "'; DROP TABLE filings; --", sept, "not_found"},
		} {
			v, err := s.Functions()["filing.status"](t.Context(), fn.Caller{Lang: c.lang},
				[]value.Value{value.Text(c.id), value.Int(c.period)})
			got := outcome(err)
			if err == nil {
				var rows []string
				for _, item := range v.Items() {
					x := item.Items()
					tax, due := "-", "-"
					if !x[2].IsAbsent() {
						tax = fmt.Sprint(x[2].N)
					}
					if !x[3].IsAbsent() {
						due = intake.Day(time.Unix(x[3].N*86400, 0), time.UTC).String()
					}
					rows = append(rows, strings.Join([]string{x[0].Str(), x[1].Str(), tax, due}, " "))
				}
				got = strings.Join(rows, "; ")
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	})
}

// Twenty calls file the same period at the same moment, none before them: one is filed, nineteen are told so.
func TestOneFiling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		var mu sync.Mutex
		count := map[string]int{}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := s.Submit(context.Background(), caller(fmt.Sprint("c", i), at(10, 12, 9)), company, sept,
					int64(i))
				mu.Lock()
				defer mu.Unlock()
				count[outcome(err)]++
			})
		}
		wg.Wait()
		if count["<nil>"] != 1 || count["already_filed"] != 19 {
			t.Errorf("%v", count)
		}
	})
}

// bureau is the bureau's own system, which may not answer.
type bureau struct {
	lost  bool // it files, but its answer is lost
	away  bool
	refus bool
	filed map[string]int
}

func (b *bureau) File(_ context.Context, key string, _ Filing) error {
	switch {
	case b.away:
		return ErrUnknown
	case b.refus:
		return errors.New("refused")
	}
	b.filed[key]++
	if b.lost {
		return fmt.Errorf("time-out: %w", ErrUnknown)
	}
	return nil
}

func (b *bureau) Filed(_ context.Context, key string) (bool, error) {
	if b.away {
		return false, errors.New("no answer")
	}
	return b.filed[key] > 0, nil
}

func TestAuthority(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			name  string
			b     *bureau
			first string
			then  func(*bureau)
			again string
			filed int
		}{
			{"it answers", &bureau{}, "<nil>", func(*bureau) {}, "<nil>", 1},
			{"its answer is lost, the same call asks again", &bureau{lost: true}, "unknown",
				func(b *bureau) { b.lost = false }, "<nil>", 1},
			{"it is away and stays away", &bureau{away: true}, "unknown", func(*bureau) {}, "unknown", 0},
			{"it is away and returns", &bureau{away: true}, "unknown", func(b *bureau) { b.away = false }, "<nil>", 1},
			{"it refuses, then takes it", &bureau{refus: true}, "file with the authority: refused",
				func(b *bureau) { b.refus = false }, "<nil>", 1},
		} {
			t.Run(c.name, func(t *testing.T) {
				c.b.filed = map[string]int{}
				s := open(t, d, Options{Authority: c.b})
				if _, err := d.Exec(t.Context(), `DELETE FROM filings`); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Submit(t.Context(), caller("c1", at(10, 12, 9)), company, sept,
					100); outcome(err) != c.first {
					t.Errorf("first: %v, want %s", err, c.first)
				}
				c.then(c.b)
				if _, err := s.Submit(t.Context(), caller("c1", at(10, 12, 10)), company, sept,
					100); outcome(err) != c.again {
					t.Errorf("again: %v, want %s", err, c.again)
				}
				total := 0
				for _, n := range c.b.filed {
					total += n
				}
				if total != c.filed {
					t.Errorf("the bureau has it %d times, want %d", total, c.filed)
				}
				if n, err := s.Settle(t.Context(), 10); err != nil || n != 0 {
					t.Errorf("settled %d more, %v", n, err)
				}
			})
		}
	})
}

// The database goes away before a filing commits: nothing says that it was filed.
func TestAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if f, err := s.Submit(t.Context(), caller("c1", at(10, 12, 9)), company, sept, 100); err == nil {
			t.Errorf("filed without a database: %+v", f)
		}
	})
}
