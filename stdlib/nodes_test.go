package stdlib

import (
	"testing"
	"time"

	"rexian/stdlib/call"
	"rexian/stdlib/callback"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/node"
)

// TestAnotherNodesCalls: a start of one node gives no call of another its end, which is done for one that is gone,
// and for one that the database does not know; never for a later start of it.
func TestAnotherNodesCalls(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		now := monday
		b := open(t, Options{URL: url, Node: "b", Now: func() time.Time { return now }})
		b.Calls().Begin(call.Row{ID: "waits", Caller: "13800138000", Started: monday})
		b.Calls().Event("waits", 1, monday.Add(time.Second), "enqueue", "", map[string]any{"queue": "综合咨询"})
		b.Calls().Leg("waits", call.Leg{Kind: "caller", Number: "13800138000", Started: monday})
		must(t, b.Calls().Flush(t.Context()))
		d := b.DB()
		_, err := d.Exec(t.Context(), `INSERT INTO calls
			(id, node, boot, direction, caller, number, program, flow, lang, started)
			VALUES ('old', 'nobody', 'x', 'in', '', '', '', '', '', ?)`, monday.UnixMilli())
		must(t, err)
		result := func(id string) string {
			t.Helper()
			c, err := call.Read(t.Context(), d, id)
			must(t, err)
			if c.Result == nil {
				return "open"
			}
			for _, l := range c.Legs {
				if l.Ended == nil {
					t.Errorf("a leg of %s has no end", id)
				}
			}
			return *c.Result
		}

		a := open(t, Options{URL: url, Node: "a", Now: func() time.Time { return now }})
		must(t, a.Calls().Repair(t.Context()))
		must(t, a.KeepHouse(t.Context()))
		if got := result("waits"); got != "open" {
			t.Errorf("a start of another node ended a running call: %s", got)
		}
		if got := result("old"); got != call.Interrupted {
			t.Errorf("a call of a node that nobody knows is %s", got)
		}
		a.bury(node.Dead{Name: "b", Boot: "an earlier start"})
		if got := result("waits"); got != "open" {
			t.Errorf("a call of a node that has started anew is %s", got)
		}
		a.bury(node.Dead{Name: "b", Boot: b.boot})
		if got := result("waits"); got != call.Interrupted {
			t.Errorf("a call of a node that is gone is %s", got)
		}
		list, err := a.Slices().Callbacks.Page(t.Context(), "", callback.New, nil, callback.After{}, 10)
		if err != nil || len(list) != 1 || list[0].Number != "13800138000" {
			t.Errorf("who waited there: %+v %v", list, err)
		}
		// It was only cut off: its call has its own end after all.
		b.Calls().End("waits", call.Result{At: monday.Add(time.Minute), Result: "completed", By: "remote"})
		must(t, b.Calls().Flush(t.Context()))
		if got := result("waits"); got != "completed" {
			t.Errorf("the call's own end does not count: %s", got)
		}
	})
}

// TestOwnSpoolKnowsMore: a node that starts anew puts right what another assumed of its calls while their last
// records were still in its spool.
func TestOwnSpoolKnowsMore(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		data := t.TempDir()
		b, err := Open(t.Context(), Options{URL: url, Node: "b", Data: data})
		must(t, err)
		b.Calls().Begin(call.Row{ID: "c", Caller: "13800138000", Started: monday})
		must(t, b.Calls().Flush(t.Context()))
		must(t, b.Close())
		a := open(t, Options{URL: url, Node: "a"})
		a.bury(node.Dead{Name: "b", Boot: b.boot})
		last := monday.Add(time.Minute)
		_, err = a.DB().Exec(t.Context(), `INSERT INTO call_events (call_id, seq, at, kind)
			VALUES ('c', 1, ?, 'play')`, last.UnixMilli())
		must(t, err)
		b = open(t, Options{URL: url, Node: "b", Data: data})
		must(t, b.Calls().Repair(t.Context()))
		c, err := call.Read(t.Context(), a.DB(), "c")
		must(t, err)
		if c.Ended == nil || *c.Ended != last.UnixMilli() || c.Legs[0].Ended == nil ||
			*c.Legs[0].Ended != last.UnixMilli() {
			t.Errorf("%+v %+v", c, c.Legs)
		}
	})
}
