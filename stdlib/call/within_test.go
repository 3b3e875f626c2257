package call

import (
	"fmt"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// Calls are listed within somebody's part of the office: by the queues that they waited in, by the agents who were in
// them, and while none was by those who serve their queues.
func TestCallsWithinAPart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, end := recorder(t, d, t.TempDir(), "1")
		defer end()
		for i, c := range []struct {
			id, queue, last string
			legs            []Leg
		}{
			{"a", "综合", "900", nil}, // 900 talks
			{"b", "综合", "", nil},    // waits
			{"c", "英语", "901", []Leg{{Leg: 1, Agent: "900", Answered: began}}}, // 900 passed it on to 901
			{"d", "英语", "", []Leg{{Leg: 1, Agent: "900"}}},                     // rang at 900 and waits on
			{"e", "", "", nil}, // a menu
		} {
			at := began.Add(-time.Duration(i) * time.Minute)
			r.Begin(Row{ID: c.id, Started: at})
			if c.queue != "" {
				r.Event(c.id, 1, at, "enqueue", "", map[string]any{"queue": c.queue})
			}
			for _, l := range c.legs {
				l.Started = at
				r.Leg(c.id, l)
			}
			if c.last != "" {
				r.Change(c.id, Change{Agent: c.last})
			}
		}
		must(t, r.Flush(t.Context()))
		for _, c := range []struct {
			of   Within
			want string
		}{
			{Within{}, "abcde"},
			{Within{Queues: []string{"综合"}}, "ab"},
			{Within{Teams: true}, ""},
			{Within{Teams: true, Agents: []string{"900"}}, "ac"},
			{Within{Teams: true, Agents: []string{"900"}, Served: []string{"综合"}}, "abc"},
			{Within{Teams: true, Agents: []string{"902"}, Served: []string{"英语", "综合"}}, "bd"},
			{Within{Queues: []string{"英语"}, Teams: true, Agents: []string{"900"}, Served: []string{"综合"}}, "c"},
		} {
			list, err := Latest(t.Context(), d, c.of, After{}, 10)
			must(t, err)
			got := ""
			for _, x := range list {
				got += x.ID
			}
			if got != c.want {
				t.Errorf("%+v: %q, want %q", c.of, got, c.want)
			}
		}
		queues, agents, err := Parts(t.Context(), d, "c")
		if must(t, err); fmt.Sprint(queues, agents) != "[英语] [900 901]" {
			t.Errorf("%v %v", queues, agents)
		}
	})
}
