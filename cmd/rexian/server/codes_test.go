package server_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/stdlib/agent"
)

// dials calls a code from a telephone that proves who it is, and returns when it says something.
func (o *office) dials(p *peer, user, code string) *sip.Call {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 20*time.Second)
	defer cancel()
	c, err := p.Dial(ctx, sip.Outbound{To: "sip:" + code + "@" + o.to, From: user,
		Auth: &sip.Credentials{User: user, Secret: digest.NewSecret("secret")}})
	if err != nil {
		o.t.Fatalf("%s: %v", code, err)
	}
	o.t.Cleanup(func() { c.Hangup("") })
	eventually(o.t, "something is said to "+code, func() bool { return c.Stream().Stats().Received > 5 })
	return c
}

// agent is one of the agents.
func (o *office) agent(id string) api.Agent {
	o.t.Helper()
	var now struct{ Agents []api.Agent }
	o.read("/api/v1/agents", &now)
	for _, a := range now.Agents {
		if a.ID == id {
			return a
		}
	}
	o.t.Fatalf("there is no agent %s", id)
	return api.Agent{}
}

// Who has a PIN keys it to sign in from the telephone; too many wrong ones lock, for the right one too. Nothing of what
// was keyed stands in the log or in the records of the calls.
func TestSigningInByPIN(t *testing.T) {
	t.Parallel()
	o, _ := newDesks(t)
	h := &hotline{Server: o.Server, t: t}
	const right, wrong = "471147", "474711"
	order := api.AgentOrder{Phone: "1001", PIN: right, Skills: map[string]int{"咨询": 5}}
	if code := h.asks("PUT", "/api/v1/agents/a", order, nil); code != 200 {
		t.Fatal(code)
	}
	key := func(pin string) {
		t.Helper()
		c := o.dials(o.phone, "1001", "*81")
		said := strings.Count(o.log.String(), "a wrong PIN")
		c.Stream().SendKeys(pin+"#", 60*time.Millisecond, 40*time.Millisecond)
		if pin != wrong {
			<-c.Done() // it says what came of it, and hangs up
			return
		}
		eventually(t, "the PIN is looked at",
			func() bool { return strings.Count(o.log.String(), "a wrong PIN") > said })
		c.Hangup("")
		<-c.Done()
	}
	out := func() {
		t.Helper()
		if code := h.asks("POST", "/api/v1/agents/a/state", api.AgentState{Do: "signout"}, nil); code != 200 {
			t.Fatal(code)
		}
	}
	out()
	key(wrong)
	if a := o.agent("a"); a.State != "out" {
		t.Errorf("after a wrong PIN: %+v", a)
	}
	key(right)
	if a := o.agent("a"); a.State != "ready" {
		t.Errorf("after the right PIN: %+v", a)
	}
	out()
	for range agent.Tries {
		key(wrong)
	}
	key(right)
	if code := h.asks("PUT", "/api/v1/agents/a", api.AgentOrder{Phone: "1001", Skills: order.Skills},
		nil); code != 200 {
		t.Fatal(code)
	}
	if a := o.agent("a"); a.State != "out" || !a.Locked.After(time.Now()) {
		t.Errorf("locked: %+v", a)
	}
	var list struct{ Calls []api.Brief }
	eventually(t, "the calls are written down", func() bool {
		o.read("/api/v1/calls", &list)
		ended := 0
		for _, c := range list.Calls {
			if c.Ended > 0 {
				ended++
			}
		}
		return ended == 3+agent.Tries
	})
	_, all := h.ask("GET", "/metrics", "", nil)
	for _, c := range list.Calls {
		_, text := h.ask("GET", "/api/v1/calls/"+c.ID, "", nil)
		all += text
	}
	all += o.log.String()
	for _, pin := range []string{right, wrong} {
		if strings.Contains(all, pin) {
			t.Errorf("%s stands where anybody reads it", pin)
		}
	}
}

// newRingingDesk is an office with two agents, the first of whom does not answer: the telephone at an address rings on.
// The second is for other callers.
func newRingingDesk(t *testing.T, address string) (*office, *peer, *hotline) {
	o, colleague := newDesks(t, func(c *config.Config, o *office) {
		o.phone = newPeerAt(t, address, func(c *sip.Call) { _ = c.Ring() })
		flow := strings.Replace(officeFlow, "振铃 5秒", "振铃 5分钟", 1)
		if err := os.WriteFile(filepath.Join(c.Flows, "a.flow"), []byte(flow), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	h := &hotline{Server: o.Server, t: t}
	h.puts("/api/v1/agents/b", api.AgentOrder{Phone: "1002", Skills: map[string]int{"别的": 5}})
	return o, colleague, h
}

// puts sends an order that must be taken.
func (h *hotline) puts(path string, order any) {
	h.t.Helper()
	if code := h.asks("PUT", path, order, nil); code != 200 {
		h.t.Fatalf("%s: %d", path, code)
	}
}

// An agent picks a caller up by a code, a supervisor listens and takes over: each on the leg that dialled the code. Who
// may not is refused, whatever the telephone.
func TestComingIntoCallsByCodes(t *testing.T) {
	t.Parallel()
	o, colleague, h := newRingingDesk(t, "127.0.0.4")
	caller := o.call("12366")
	var ringing *sip.Call
	select {
	case ringing = <-o.phone.calls:
	case <-time.After(20 * time.Second):
		t.Fatal("the agent is not called")
	}
	refused := func(user string, p *peer, code string) {
		t.Helper()
		const why = "a telephone does not come into a call"
		said := strings.Count(o.log.String(), why)
		c := o.dials(p, user, code)
		eventually(t, "it is refused", func() bool { return strings.Count(o.log.String(), why) > said })
		c.Hangup("")
		if ended := caller.Cause().Text; ended != "" || ringing.Answered() {
			t.Errorf("%s: the caller's call %s", code, ended)
		}
	}
	refused("1002", colleague, "*85")  // none of their queues
	refused("1002", colleague, "*86a") // no supervisor
	h.puts("/api/v1/agents/b", api.AgentOrder{Phone: "1002", Skills: map[string]int{"咨询": 5}})
	refused("1002", colleague, "*85nobody")
	picked := o.dials(colleague, "1002", "*85a")
	both := func(what string, a, b *sip.Call) {
		t.Helper()
		was, heard := a.Stream().Stats().Received, b.Stream().Stats().Received
		eventually(t, what, func() bool {
			return a.Stream().Stats().Received > was+10 && b.Stream().Stats().Received > heard+10
		})
	}
	<-ringing.Done()
	eventually(t, "the colleague has the caller", func() bool { return o.agent("b").State == "talking" })
	both("the colleague and the caller hear each other", picked, caller)

	h.puts("/api/v1/users/ban", api.UserOrder{Password: "Rexian-12366", Roles: []string{"supervisor"}, Phone: "1001",
		Scope: api.Scope{Queues: []string{"别的队列"}}})
	refused("1001", o.phone, "*86b") // none of the user's queues
	h.puts("/api/v1/users/ban", api.UserOrder{Roles: []string{"supervisor"}, Phone: "1001"})
	listening := o.dials(o.phone, "1001", "*861002")
	modes := func(n int) func() bool {
		return func() bool {
			var c api.Call
			o.read("/api/v1/calls/"+o.agent("b").Call, &c)
			seen := 0
			for _, e := range c.Events {
				if e.Kind == "supervise" {
					seen++
				}
			}
			return seen == n
		}
	}
	eventually(t, "the supervisor listens", modes(1))
	both("the supervisor hears", listening, caller)
	listening.Stream().SendKeys("3", 60*time.Millisecond, 40*time.Millisecond)
	eventually(t, "the supervisor barges in", modes(2))
	listening.Hangup("")
	<-listening.Done()
	both("they go on", picked, caller)

	over := o.dials(o.phone, "1001", "*89b")
	<-picked.Done()
	eventually(t, "the agent is free", func() bool { return o.agent("b").State == "ready" })
	both("the supervisor has the caller", over, caller)
	call := ""
	var list struct{ Calls []api.Brief }
	t.Cleanup(func() {
		if t.Failed() {
			var c api.Call
			for _, b := range list.Calls {
				if b.Number == "12366" {
					o.read("/api/v1/calls/"+b.ID, &c)
				}
			}
			t.Logf("%+v\n%+v", list, c)
		}
	})
	eventually(t, "the legs are written down", func() bool {
		o.read("/api/v1/calls", &list)
		for _, c := range list.Calls {
			if c.Number == "12366" && c.Legs == 4 { // who rang, who picked up, who listened, who took over
				call = c.ID
			}
		}
		return call != ""
	})
	caller.Hangup("")
	<-over.Done()
	eventually(t, "nothing is left", func() bool { return o.Calls() == 0 })
	eventually(t, "no leg goes on, as the records say", func() bool { // they are written in the background
		var c api.Call
		o.read("/api/v1/calls/"+call, &c)
		return len(c.List) == 5 && !slices.ContainsFunc(c.List, func(l api.Leg) bool { return l.Ended == 0 })
	})
}

// Who is signed out or sent on a break by somebody else reads so on the telephone, and who watches sees who did it.
// What the agent asks for is told nobody.
func TestAForcedStateIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	h := &hotline{Server: o.Server, t: t}
	m := newMover(t)
	if code := register(t, m.Send, o.to, "1001", "secret", "sip:1001@"+m.at()); code != 200 {
		t.Fatal(code)
	}
	for _, order := range []api.AgentState{{Do: "break", Reason: "开会", By: "wang"}, {Do: "ready", By: "a"},
		{Do: "signout", By: "wang"}} {
		var a api.Agent
		if code := h.asks("POST", "/api/v1/agents/a/state", order, &a); code != 200 || a.SetBy != order.By {
			t.Errorf("%+v: %d %+v", order, code, a)
		}
	}
	eventually(t, "the telephone is told", func() bool { return len(m.texts()) == 2 })
	want := []string{"a 已示忙 on a break (开会) · wang", "a 已签出 signed out · wang"}
	if got := m.texts(); !slices.Contains(got, want[0]) || !slices.Contains(got, want[1]) {
		t.Errorf("%q", got)
	}
}
