package survey

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

var now = time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)

func TestSurvey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		ctx := t.Context()
		for _, c := range []struct {
			definition string
			want       int64
		}{{"v1", 1}, {"v1", 1}, {"v2", 2}, {"v1", 3}} {
			if v, err := s.Launch(ctx, "投诉回访", c.definition, 0, now); err != nil || v != c.want {
				t.Errorf("launched %s as %d, %v", c.definition, v, err)
			}
		}
		if list, err := s.Versions(ctx, "投诉回访", 10); err != nil || len(list) != 3 || list[1].Definition != "v2" {
			t.Errorf("%+v, %v", list, err)
		}
		respond := func(call, phone string, at time.Time, complete bool, answers ...string) string {
			t.Helper()
			c := fn.Caller{CallID: call, Phone: phone, Now: at}
			id, err := s.Begin(ctx, c, "投诉回访", 3)
			if again, err2 := s.Begin(ctx, c, "投诉回访", 3); again != id {
				t.Errorf("the same call begins %s and %s, %v", id, again, err2)
			}
			for i, a := range answers {
				err = errors.Join(err,
					s.Answer(ctx, Answer{Response: id, Ordinal: int64(i + 1), Question: []string{"解决", "推荐度", "意见"}[i],
						Answer: a}, at))
			}
			if complete {
				err = errors.Join(err, s.Complete(ctx, id))
			}
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		first := respond("c1", "+8613800138000", now, true, "已解决", "9")
		respond("c2", "13800138000", now.Add(time.Hour), false, "没有解决")
		respond("c3", "13900139000", now, true, "已解决", "10", "'; DROP TABLE surveys; --\x00😀")
		if err := s.Answer(ctx, Answer{Response: first, Ordinal: 1, Question: "解决", Answer: "x"}, now); !errors.Is(err,
			db.ErrConflict) {
			t.Errorf("a complete response is changed: %v", err)
		}
		for _, c := range []struct{ id, phone, want string }{
			{"survey.last", "13800138000", "没有解决"}, {"survey.result", "13800138000", "没有解决 已解决 9"},
			{"survey.last", "13700137000", "not_found"},
			{"survey.result", "' OR 1=1", "not_found"}, {"survey.result", "", "not_found"},
			{"survey.result", "13900139000", "已解决 10 '; DROP TABLE surveys; --😀"},
		} {
			v, err := s.Functions()[c.id](ctx, fn.Caller{}, []value.Value{value.Text(c.phone)})
			got := "not_found"
			if err == nil && c.id == "survey.last" {
				got = v.Items()[2].Str()
			} else if err == nil {
				var answers []string
				for _, a := range v.Items() {
					answers = append(answers, a.Items()[2].Str())
				}
				got = strings.Join(answers, " ")
			} else if !errors.Is(err, fn.Outcome("not_found")) {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%s(%s) = %s, want %s", c.id, c.phone, got, c.want)
			}
		}
		counts, all, complete, err := s.Statistics(ctx, "投诉回访", 3)
		if err != nil || all != 3 || complete != 2 || len(counts) != 5 || counts[0] != (Count{1, "解决", "已解决", 2}) {
			t.Errorf("%+v, %d, %d, %v", counts, all, complete, err)
		}
	})
}
