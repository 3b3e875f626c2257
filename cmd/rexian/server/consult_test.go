package server_test

import (
	"testing"
	"time"

	"rexian/console/api"
	"rexian/media/sip"
)

// Over real telephones: the agent asks a colleague by the administration while the caller hears music, and gives the
// caller over. Each leg has its row, and the call is whose who talked last.
func TestAnAgentAsksAColleague(t *testing.T) {
	t.Parallel()
	o, colleague := newDesks(t)
	h := &hotline{Server: o.Server, t: t}
	if code := h.asks("PUT", "/api/v1/agents/b", api.AgentOrder{Phone: "1002", Skills: map[string]int{"别的": 5}},
		nil); code != 200 {
		t.Fatal(code)
	}
	caller := o.call("12366")
	called := func(p *peer) *sip.Call {
		t.Helper()
		select {
		case c := <-p.calls:
			return c
		case <-time.After(20 * time.Second):
			t.Fatal("a telephone is not called")
			return nil
		}
	}
	agent := called(o.phone)
	eventually(t, "the agent talks", func() bool { return o.agent("a").State == "talking" })
	id := o.agent("a").Call
	at := "/api/v1/calls/" + id + "/consult"
	var f api.Fault
	if code := h.asks("POST", at+"/complete", map[string]string{"by": "t"}, &f); code != 422 ||
		f.Reason != api.ReasonNoConsult {
		t.Errorf("nobody is asked: %d %+v", code, f)
	}
	if code := h.asks("POST", at, api.Party{Number: "1002", By: "t"}, nil); code != 200 {
		t.Fatal(code)
	}
	asked := called(colleague)
	hear := func(what string, a, b *sip.Call) {
		t.Helper()
		was, heard := a.Stream().Stats().Received, b.Stream().Stats().Received
		eventually(t, what, func() bool {
			return a.Stream().Stats().Received > was+5 && b.Stream().Stats().Received > heard+5
		})
	}
	hear("the agent and the colleague hear each other", agent, asked)
	if code := h.asks("POST", at+"/complete", map[string]string{"by": "t"}, nil); code != 200 {
		t.Fatal(code)
	}
	<-agent.Done()
	hear("the caller and the colleague hear each other", caller, asked)
	asked.Hangup("")
	select {
	case <-caller.Done():
	case <-time.After(20 * time.Second):
		t.Error("the caller's call does not end with the colleague's")
	}
	var c api.Call
	eventually(t, "each leg has its row", func() bool {
		c = api.Call{}
		o.read("/api/v1/calls/"+id, &c)
		got := ""
		for _, l := range c.List {
			if l.Ended > 0 {
				got += l.Kind + " "
			}
		}
		return got == "caller agent transfer "
	})
	if c.Agent != "b" || c.List[1].Agent != "a" || c.List[2].Agent != "b" {
		t.Errorf("the call is %s's, its legs are %+v", c.Agent, c.List)
	}
	steps := ""
	for _, e := range c.Events {
		if e.Kind == "consult" || e.Kind == "complete" {
			steps += e.Kind + " "
		}
	}
	if steps != "consult complete " {
		t.Errorf("written down: %s", steps)
	}
}
