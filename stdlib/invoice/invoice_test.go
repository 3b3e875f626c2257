package invoice

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

const number = "26372000000000000001"

var morning = time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)

func open(t *testing.T, d *db.DB, o Options) *Store {
	t.Helper()
	s := New(d, o)
	if err := s.Put(t.Context(), Invoice{Number: number, Seller: "示例公司", Buyer: "测试公司", Amount: 11300, Issued: 20736,
		Status: "正常"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheck(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		for _, c := range []struct {
			name, number   string
			issued, amount int64
			want           string
		}{
			{"all right", number, 20736, 11300, "示例公司"},
			{"another day", number, 20735, 11300, "mismatch"},
			{"another amount", number, 20736, 11301, "mismatch"},
			{"minus", number, 20736, -11300, "mismatch"},
			{"huge", number, math.MaxInt64, math.MinInt64, "mismatch"},
			{"no such number", "26372000000000000002", 20736, 11300, "not_found"},
			{"SQL", "' OR '1'='1", 20736, 11300, "not_found"},
			{"too long", strings.Repeat("2", 10_000), 20736, 11300, "not_found"},
			{"emoji", "😀", 20736, 11300, "not_found"},
		} {
			v, err := s.Functions()["invoice.check"](t.Context(), fn.Caller{Phone: "13800138000", Now: morning},
				[]value.Value{value.Text(c.number), value.Int(c.issued), value.Int(c.amount)})
			got := ""
			var o fn.Outcome
			if errors.As(err, &o) {
				got = string(o)
			} else if err != nil {
				t.Fatal(err)
			} else {
				got = v.Items()[0].Str()
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		for _, i := range []Invoice{{Number: "1234567"}, {Number: number, Amount: math.MaxInt64}, {Number: "x"}} {
			if err := s.Put(t.Context(), i); err == nil {
				t.Errorf("%+v is kept", i)
			}
		}
	})
}

// Forty checks at the same moment: a telephone has its day's worth, and no more.
func TestLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{PerDay: 5})
		check := func(ctx context.Context, phone, call string, at time.Time) error {
			_, err := s.Check(ctx, fn.Caller{Phone: phone, CallID: call, Now: at}, number, 20736, 11300)
			return err
		}
		var mu sync.Mutex
		done := 0
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				err := check(context.Background(), "13800138000", "c", morning)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				} else if !errors.Is(err, fn.Outcome("limit_reached")) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done != 5 {
			t.Errorf("%d checks were done", done)
		}
		if err := check(t.Context(), "+8613800138000", "c", morning); !errors.Is(err, fn.Outcome("limit_reached")) {
			t.Errorf("the same telephone, written otherwise: %v", err)
		}
		if err := check(t.Context(), "13900139000", "c", morning); err != nil {
			t.Errorf("another telephone: %v", err)
		}
		if err := check(t.Context(), "", "c9", morning); err != nil {
			t.Errorf("withheld: %v", err)
		}
		if err := errors.Join(s.Sweep(t.Context(), morning.Add(15*time.Hour)),
			check(t.Context(), "13800138000", "c", morning.Add(15*time.Hour))); err != nil {
			t.Errorf("after midnight in China: %v", err)
		}
	})
}
