package recording

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/ticket"
)

var now = time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)

func TestRecordings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		ctx := t.Context()
		for i := range 5 {
			r := Recording{ID: fmt.Sprint("r", i), CallID: "c1", Phone: "+8613800138000",
				Agent: []string{"8001", "8002"}[i%2], File: fmt.Sprint("2026/10/12/r", i, ".wav"),
				MadeAt: now.Add(time.Duration(i) * time.Hour).UnixMilli(), Length: int64(i) * 60_000}
			if err := errors.Join(s.Put(ctx, r), s.Put(ctx, r)); err != nil {
				t.Fatal(err)
			}
		}
		x, err := ticket.New(d, ticket.Options{}).Create(ctx, ticket.Draft{Class: "投诉"}, now)
		if err != nil {
			t.Fatal(err)
		}
		call := func(id string, args ...string) string {
			var list []value.Value
			for _, a := range args {
				list = append(list, value.Text(a))
			}
			v, err := s.Functions()[id](ctx, fn.Caller{Now: now}, list)
			var o fn.Outcome
			if errors.As(err, &o) {
				return string(o)
			} else if err != nil {
				return err.Error()
			}
			var ids []string
			for _, r := range v.Items() {
				ids = append(ids, r.Items()[0].Str())
			}
			return strings.Join(ids, " ")
		}
		for _, c := range []struct {
			name, id, want string
			args           []string
		}{
			{"of a telephone", "recording.find", "r4 r3 r2 r1 r0", []string{"13800138000"}},
			{"of another", "recording.find", "not_found", []string{"13900139000"}},
			{"withheld", "recording.find", "not_found", []string{"anonymous"}},
			{"SQL", "recording.find", "not_found", []string{"' OR 1=1 --"}},
			{"bound", "recording.bind", "", []string{"r1", x.Number}},
			{"bound twice", "recording.bind", "", []string{"r1", x.Number}},
			{"not entered yet", "recording.bind", "", []string{"r9", x.Number}},
			{"no such ticket", "recording.bind", "not_found", []string{"r1", "2610009999"}},
			{"no number", "recording.bind", "not_found", []string{"r1", "x"}},
		} {
			if got := call(c.id, c.args...); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		for _, c := range []struct {
			name string
			q    Query
			want string
		}{
			{"all", Query{}, "r4 r3 r2 r1 r0"}, {"an agent's", Query{Agent: "8002"}, "r3 r1"},
			{"a ticket's", Query{Ticket: x.Number}, "r1"},
			{"a time's", Query{From: now.Add(time.Hour), To: now.Add(3 * time.Hour)}, "r2 r1"},
			{"long ones", Query{Longer: 3 * time.Minute}, "r4 r3"},
			{"short ones", Query{Shorter: time.Minute}, "r0"}, {"a page", Query{Limit: 2}, "r4 r3"},
			{"the next", Query{Limit: 2, After: After{now.Add(3 * time.Hour).UnixMilli(), "r3"}}, "r2 r1"},
			{"a call's", Query{CallID: "c2"}, ""},
		} {
			list, err := s.Find(ctx, c.q)
			var ids []string
			for _, r := range list {
				ids = append(ids, r.ID)
			}
			if got := strings.Join(ids, " "); got != c.want || err != nil {
				t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
			}
		}
		if _, err := s.Get(ctx, "r9"); !errors.Is(err, fn.Outcome("not_found")) {
			t.Errorf("read nothing: %v", err)
		}
		for _, r := range []Recording{{}, {ID: "x"}, {ID: "x", File: "f", Length: -1}} {
			if err := s.Put(ctx, r); err == nil {
				t.Errorf("%+v is kept", r)
			}
		}
	})
}
