package notice

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

func TestNotices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, nil)
		now := time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)
		today := intake.Day(now, nil)
		for _, n := range []Notice{
			{Number: "1号", Title: "旧", Topic: "增值税", Published: today - 30},
			{Number: "2号", Title: "新", Topic: "增值税", Published: today},
			{Number: "3号", Title: "明天", Topic: "增值税", Published: today + 1},
			{Number: "4号", Title: "过期", Topic: "增值税", Published: today - 5, Expires: today},
			{Number: "5号", Title: "撤回", Topic: "增值税", Published: today - 5},
			{Number: "6号", Title: "社保", Topic: "社保费", Published: today - 2, Summary: "摘要"},
		} {
			if err := s.Put(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Withdraw(t.Context(), "5号"); err != nil {
			t.Fatal(err)
		}
		if err := s.Withdraw(t.Context(), "9号"); !errors.Is(err, fn.Outcome("not_found")) {
			t.Errorf("withdrew nothing: %v", err)
		}
		if err := s.Put(t.Context(), Notice{Number: " "}); err == nil {
			t.Error("a notice without a number is kept")
		}
		const million = 1_000_000
		for _, c := range []struct {
			name, id, want string
			args           []value.Value
		}{
			{"latest", "notice.latest", "新 社保 旧", []value.Value{value.Absent()}},
			{"two", "notice.latest", "新 社保", []value.Value{value.Int(2 * million)}},
			{"minus", "notice.latest", "新 社保 旧", []value.Value{value.Int(-million)}},
			{"all there can be", "notice.latest", "新 社保 旧", []value.Value{value.Int(math.MaxInt64)}},
			{"of a topic", "notice.by_topic", "新 旧", []value.Value{value.Text("增值税"), value.Absent()}},
			{"of none", "notice.by_topic", "not_found", []value.Value{value.Text("车船税"), value.Absent()}},
			{"SQL", "notice.by_topic", "not_found", []value.Value{value.Text("' OR ''='"), value.Absent()}},
			{"empty", "notice.by_topic", "not_found", []value.Value{value.Text("\x00"), value.Absent()}},
		} {
			v, err := s.Functions()[c.id](t.Context(), fn.Caller{Now: now}, c.args)
			got := "not_found"
			if err == nil {
				var titles []string
				for _, n := range v.Items() {
					titles = append(titles, n.Items()[0].Str())
				}
				got = strings.Join(titles, " ")
			} else if !errors.Is(err, fn.Outcome("not_found")) {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	})
}
