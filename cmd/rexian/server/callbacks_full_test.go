//go:build nodes

package server_test

import (
	"context"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/media/sip"
	"rexian/stdlib/callback"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// Two callbacks stand in the database: the number of the first answers, and has the agent; that of the other is busy,
// and keeps the place.
func TestCallbacksAreMade(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	agent := newPeer(t, func(c *sip.Call) { _ = c.Answer(context.Background()) })
	carrier := newPeer(t, func(c *sip.Call) {
		if c.Number() == "013800138001" || c.Number() == "13800138001" {
			c.Reject(486, "Busy Here")
			return
		}
		_ = c.Answer(context.Background())
	})
	h := start(t, func(c *config.Config) {
		c.Database.URL = config.Plain(url)
		c.Recording.Calls = "none"
		c.Agents = []config.Agent{{ID: "900", Phone: "sip:900@" + agent.at(), Skills: []string{"咨询"}}}
		c.Trunks = []config.Trunk{{Name: "carrier", Server: "udp://" + carrier.at(), From: "12366",
			Allow: []string{"all"},
			Ping:  config.Duration(time.Hour)}}
	})
	h.write(officeFlow)
	h.order(`{"action": "deploy", "by": "t"}`, 200)
	s := callback.Open(d)
	for id, number := range map[string]string{"one": "13800138001", "two": "13800138002"} {
		if err := s.Ask(t.Context(), callback.Callback{CallID: id, Queue: "咨询", Number: number, Shown: "12366"},
			time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	is := func(id string) callback.State {
		list, err := s.Page(t.Context(), "", "", nil, callback.After{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.CallID == id {
				return c.State
			}
		}
		return ""
	}
	eventually(t, "one number is called, and the place is kept", func() bool { return is("one") == callback.Missed })
	eventually(t, "the other is called, and has an agent", func() bool { return is("two") == callback.Done })
	select {
	case c := <-agent.calls:
		c.Hangup("")
	case <-time.After(20 * time.Second):
		t.Error("the agent was not rung")
	}
	if n := carrier.numbers(); len(n) == 0 {
		t.Error("nobody was called")
	}
}
