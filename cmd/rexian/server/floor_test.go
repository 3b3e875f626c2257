package server_test

import (
	"context"
	"testing"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/sip"
)

// A queue that is closed stays so over a restart; what cannot be done is refused with its reason; an agent is rung for
// a number.
func TestQueuesByTheAdministration(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	agent := newPeer(t, func(c *sip.Call) { _ = c.Answer(context.Background()) })
	boot := func() *hotline {
		h := start(t, func(c *config.Config) {
			c.Data = data
			c.Recording.Calls = "none"
			c.Guard.Trusted = []string{"127.0.0.0/8"}
			c.Agents = []config.Agent{{ID: "900", Phone: "sip:900@" + agent.at(), Skills: []string{"咨询"}}}
		})
		h.write(officeFlow)
		h.order(`{"action": "deploy", "by": "t"}`, 200)
		return h
	}
	var now struct{ Queues []api.Queue }
	closed := func(h *hotline) bool {
		h.asks("GET", "/api/v1/queues", nil, &now)
		return len(now.Queues) == 1 && now.Queues[0].Name == "咨询" && now.Queues[0].Closed
	}
	h := boot()
	if closed(h) || now.Queues[0].Ready != 1 {
		t.Fatalf("%+v", now)
	}
	if code := h.asks("PUT", "/api/v1/queues/咨询", api.QueueOrder{Closed: true, By: "t"}, nil); code != 200 ||
		!closed(h) {
		t.Fatalf("%d %+v", code, now)
	}
	for path, want := range map[string]string{"/api/v1/calls/none/takeover": api.ReasonNoPhone,
		"/api/v1/calls/none/pickup": api.ReasonNoCall, "/api/v1/agents/none/dial": api.ReasonNoAgent} {
		var f api.Fault
		var body map[string]string
		switch path {
		case "/api/v1/agents/none/dial":
			body = map[string]string{"number": "1"}
		case "/api/v1/calls/none/takeover":
			body = map[string]string{"phone": "1"}
		default:
			body = map[string]string{"agent": "900"}
		}
		if h.asks("POST", path, body, &f); f.Reason != want {
			t.Errorf("%s: %+v", path, f)
		}
	}
	if code := h.asks("PUT", "/api/v1/queues/没有", api.QueueOrder{Closed: true}, nil); code != 422 {
		t.Errorf("a queue that is none: %d", code)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = boot()
	eventually(t, "the queue is closed after a restart", func() bool { return closed(h) })
	h.asks("PUT", "/api/v1/queues/咨询", api.QueueOrder{By: "t"}, nil)
	if closed(h) {
		t.Errorf("%+v", now)
	}
}
