package survey

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

// The interval holds the share of all in 93 to 97 of a hundred surveys, and that of a difference does.
func TestIntervalsHoldTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 26))
	draw := func(n int, p float64) (k int64) {
		for range n {
			if r.Float64() < p {
				k++
			}
		}
		return k
	}
	const surveys = 1000
	shares, apartness := 0, 0
	for range surveys {
		n, m := 100+r.IntN(400), 100+r.IntN(400)
		p, q := 0.05+0.9*r.Float64(), 0.05+0.9*r.Float64()
		k, j := draw(n, p), draw(m, q)
		if low, high := Interval(k, int64(n)); low <= p && p <= high {
			shares++
		}
		if _, low, high := apart(k, int64(n), j, int64(m)); low <= q-p && q-p <= high {
			apartness++
		}
	}
	for what, held := range map[string]int{"a share": shares, "a difference": apartness} {
		t.Logf("the interval of %s holds it in %d of %d surveys", what, held, surveys)
		if held < 930 || held > 970 {
			t.Errorf("the interval of %s holds it in %d of %d surveys", what, held, surveys)
		}
	}
	if d, low, high := apart(0, 0, 3, 5); d != 0 || low != -1 || high != 1 {
		t.Error(d, low, high)
	}
}

// Versions are compared by the questions that are the same in both; one that has changed is refused.
func TestComparingVersions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, now := New(d), time.Unix(1_800_000_000, 0)
		for version, definition := range []string{`[{"Name":"解决","Kind":""},{"Name":"态度","Words":["一"]}]`,
			`[{"Name":"解决","Kind":""},{"Name":"态度","Words":["二"]},{"Name":"新"}]`, `[{"Name":"别的"}]`} {
			v, err := s.Launch(t.Context(), "回访", definition, 0, now)
			if err != nil || v != int64(version+1) {
				t.Fatal(v, err)
			}
			for i := range 10 {
				id, err := s.Begin(t.Context(), fn.Caller{CallID: fmt.Sprint(v, i), Now: now}, "回访", v)
				answer := "没有"
				if i < 2+4*version {
					answer = "已解决"
				}
				if err = errors.Join(err, s.Answer(t.Context(), Answer{Response: id, Ordinal: 1, Question: "解决",
					Answer: answer}, now)); err != nil {
					t.Fatal(err)
				}
			}
		}
		c, err := s.Compare(t.Context(), "回访", 1, 2, "")
		if err != nil || len(c.Differences) != 2 || len(c.Refused) != 2 || c.Refused[0] != "态度" || c.Refused[1] != "新" {
			t.Fatalf("%+v, %v", c, err)
		}
		for _, x := range c.Differences {
			if x.Answer == "已解决" && (x.First != 2 || x.OfFirst != 10 || x.Second != 6 || x.OfSecond != 10 ||
				x.Share < 0.39 || x.Share > 0.41 || x.Low > 0 || x.High < 0.6 || x.Certain) {
				t.Errorf("%+v", x)
			}
		}
		for _, q := range []string{"态度", "新", "没有这一题"} {
			if _, err := s.Compare(t.Context(), "回访", 1, 2, q); !errors.Is(err, ErrQuestion) {
				t.Errorf("%s: %v", q, err)
			}
		}
		if _, err := s.Compare(t.Context(), "回访", 1, 3, ""); !errors.Is(err, ErrQuestion) {
			t.Error(err)
		}
		if _, err := s.Compare(t.Context(), "回访", 1, 9, ""); !errors.Is(err, ErrNoVersion) {
			t.Error(err)
		}
	})
}
