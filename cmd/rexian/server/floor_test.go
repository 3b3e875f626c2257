package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

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

// Over real telephones, by the administration: an agent picks a caller up for whom another telephone rings, and a
// supervisor's telephone takes the caller over. Who may not is refused and nothing changes; afterwards each leg has its
// row, the call is whose who talked last, and no second of the agents' day is in two rows or in none.
func TestPickUpAndTakeOverByTheAdministration(t *testing.T) {
	t.Parallel()
	o, colleague, h := newRingingDesk(t, "127.0.0.5")
	rung := func(p *peer) *sip.Call {
		t.Helper()
		select {
		case c := <-p.calls:
			return c
		case <-time.After(20 * time.Second):
			t.Fatal("a telephone is not called")
			return nil
		}
	}
	caller := o.call("12366")
	ringing := rung(o.phone)
	eventually(t, "the agent is rung", func() bool { return o.agent("a").State == "ringing" })
	id := o.agent("a").Call
	at := "/api/v1/calls/" + id
	refused := func(what string, in api.Taking, reason string) {
		t.Helper()
		var f api.Fault
		in.By = "t"
		if code := h.asks("POST", at+what, in, &f); code < 400 || f.Reason != reason {
			t.Errorf("%s %+v: %d %+v", what, in, code, f)
		}
	}
	refused("/pickup", api.Taking{Agent: "nobody"}, api.ReasonNoAgent)
	refused("/pickup", api.Taking{Agent: "a"}, api.ReasonNotReady)
	refused("/takeover", api.Taking{Phone: "1002"}, api.ReasonAlone)
	if code := h.asks("POST", at+"/pickup", api.Taking{Agent: "b", By: "t"}, nil); code != 200 {
		t.Fatal(code)
	}
	picked := rung(colleague)
	<-ringing.Done()
	eventually(t, "who picked up talks", func() bool {
		return o.agent("b").State == "talking" && o.agent("a").State == "ready"
	})
	refused("/pickup", api.Taking{Agent: "a"}, api.ReasonNotWaiting)
	refused("/takeover", api.Taking{Phone: "053188880000"}, api.ReasonNoPhone)

	taken := make(chan int, 1)
	go func() { taken <- h.asks("POST", at+"/takeover", api.Taking{Phone: "1001", By: "t"}, nil) }()
	over := rung(o.phone)
	if picked.Cause().Text != "" || o.agent("b").State != "talking" {
		t.Error("the talk ends before the other telephone answers")
	}
	answers(over)
	if code := <-taken; code != 200 {
		t.Fatal(code)
	}
	<-picked.Done()
	was := over.Stream().Stats().Received
	eventually(t, "the caller is heard", func() bool { return over.Stream().Stats().Received > was+5 })
	caller.Hangup("")
	<-over.Done()

	var c api.Call
	defer func() {
		if t.Failed() {
			t.Logf("%+v", c)
		}
	}()
	eventually(t, "each leg has its row", func() bool {
		c = api.Call{}
		o.read(at, &c)
		got := ""
		for _, l := range c.List {
			if l.Ended > 0 {
				got += l.Kind + " " + l.Agent + ", "
			}
		}
		return got == "caller , agent a, agent b, passed_on a, "
	})
	if c.Agent != "a" || c.Ended == 0 || c.List[1].Answered != 0 || c.List[2].Answered == 0 || c.List[3].Answered == 0 {
		t.Errorf("%+v", c)
	}
	done := ""
	for _, e := range c.Events {
		if e.Kind == "pick up" || e.Kind == "take over" {
			done += e.Kind + ", "
		}
	}
	if done != "pick up, take over, " {
		t.Errorf("written down: %s", done)
	}
	for agent, want := range map[string]string{"a": "ready ring ready", "b": "ready talk ready"} {
		got := ""
		eventually(t, "the day of "+agent, func() bool {
			var day api.AgentDay
			got = ""
			o.read("/api/v1/agents/"+agent+"/day", &day)
			for i, s := range day.Segments {
				if s.State == "unknown" { // until the telephone came
					continue
				}
				if i > 0 && !s.Began.Equal(day.Segments[i-1].Ended) {
					t.Errorf("between %+v and %+v", day.Segments[i-1], s)
				}
				if agent == "b" && s.State == "ring" { // it answers at once: often within the millisecond, without a row
					continue
				}
				if !strings.HasSuffix(got, s.State) {
					got += " " + s.State
				}
			}
			return strings.Contains(got, want)
		})
	}
}
