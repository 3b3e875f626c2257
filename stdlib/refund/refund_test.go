package refund

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/taxpayer"
)

func TestProgress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const company, old = "91330100799655058B", "330100799655058"
		if err := taxpayer.New(d, taxpayer.Options{}).Put(t.Context(), taxpayer.Taxpayer{ID: company, Name: "x"}, old,
			time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		s := New(d)
		for _, r := range []Refund{
			{Number: "T1", TaxID: company, Applied: 20700, Tax: "增值税", Amount: 50000, Step: "受理"},
			{Number: "T2", TaxID: company, Applied: 20710, Tax: "个人所得税", Amount: 100, Step: "审核"},
			{Number: "T3", TaxID: company, Applied: 20711, Tax: "增值税", Amount: 100, Step: "退库", Done: true},
			{Number: "T1", TaxID: company, Applied: 20700, Tax: "增值税", Amount: 50000, Step: "复核"},
		} {
			if err := s.Put(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct{ name, id, want string }{
			{"by number", company, "20710 个人所得税 100 审核; 20700 增值税 50000 复核"},
			{"by the old number", old, "20710 个人所得税 100 审核; 20700 增值税 50000 复核"},
			{"nobody's", "440300715267261", "not_found"},
			{"with stars", "91330100799655058*", "not_found"},
			{"SQL", "' OR 1=1 --", "not_found"},
		} {
			v, err := s.Functions()["refund.progress"](t.Context(), fn.Caller{}, []value.Value{value.Text(c.id)})
			var rows []string
			for _, r := range v.Items() {
				x := r.Items()
				rows = append(rows, fmt.Sprint(x[0].N, " ", x[1].Str(), " ", x[2].N, " ", x[3].Str()))
			}
			got := strings.Join(rows, "; ")
			if errors.Is(err, fn.Outcome("not_found")) {
				got = "not_found"
			} else if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		for _, r := range []Refund{{TaxID: company, Amount: 1}, {Number: "x", TaxID: "1", Amount: 1},
			{Number: "x", TaxID: company}, {Number: "x", TaxID: company, Amount: math.MaxInt64}} {
			if err := s.Put(t.Context(), r); err == nil {
				t.Errorf("%+v is kept", r)
			}
		}
	})
}
