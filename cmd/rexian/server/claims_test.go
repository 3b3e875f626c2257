package server_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/sip"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// pair are two servers on one database with an agent at a fixed address, whom both may ring.
type pair struct {
	t      *testing.T
	nodes  [2]*hotline
	agent  *peer
	caller *peer
}

func newPair(t *testing.T, changes ...func(node string, c *config.Config)) *pair {
	t.Helper()
	url := dbtest.PostgresURL(t)
	p := &pair{t: t, caller: newPeer(t, nil),
		agent: newPeer(t, func(c *sip.Call) { _ = c.Answer(context.Background()) })}
	for i, name := range []string{"a", "b"} {
		p.nodes[i] = start(t, func(c *config.Config) {
			c.Node = name
			c.Database.URL = config.Plain(url)
			c.Recording.Calls = "none"
			c.Guard.Trusted = []string{"127.0.0.0/8"}
			c.Agents = []config.Agent{{ID: "900", Phone: "sip:900@" + p.agent.at(), Skills: []string{"咨询"}}}
			for _, change := range changes {
				change(name, c)
			}
		})
		p.nodes[i].write(officeFlow)
		p.nodes[i].order(`{"action": "deploy", "by": "t"}`, 200)
	}
	return p
}

func (p *pair) call(node int) *sip.Call {
	p.t.Helper()
	c, err := p.caller.Dial(p.t.Context(), sip.Outbound{From: "13800138000",
		To: "sip:12366@" + p.nodes[node].Addrs()[0][len("udp://"):]})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { c.Hangup("") })
	return c
}

func (p *pair) rung() *sip.Call {
	p.t.Helper()
	select {
	case c := <-p.agent.calls:
		return c
	case <-time.After(30 * time.Second):
		p.t.Fatal("the agent is not rung")
		return nil
	}
}

func (p *pair) state(node int) api.Agent {
	p.t.Helper()
	var all struct{ Agents []api.Agent }
	p.nodes[node].asks("GET", "/api/v1/agents", nil, &all)
	return all.Agents[0]
}

func (p *pair) becomes(node int, states ...string) {
	p.t.Helper()
	var a api.Agent
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if a = p.state(node); slices.Contains(states, a.State) {
			return
		}
	}
	p.t.Fatalf("the agent is %s at node %d, not %v", a.State, node, states)
}

// An agent whom two servers may ring is rung by one; the other knows that within a second or two, and rings when the
// talk is over. What is asked of the agent at one server is so at both.
func TestAnAgentOfTwoServersIsRungByOne(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.becomes(0, "ready")
	p.becomes(1, "ready")
	first := p.call(0)
	leg := p.rung()
	p.becomes(1, "unknown")
	if a := p.state(1); a.Reason != "node" {
		t.Errorf("%+v", a)
	}
	second := p.call(1)
	select {
	case <-p.agent.calls:
		t.Fatal("the agent was rung twice")
	case <-time.After(1500 * time.Millisecond):
	}
	leg.Hangup("")
	<-first.Done()
	leg = p.rung()
	p.becomes(0, "unknown")
	leg.Hangup("")
	<-second.Done()
	p.becomes(0, "ready")
	p.nodes[1].asks("POST", "/api/v1/agents/900/state", api.AgentState{Do: "break", Reason: "午饭"}, nil)
	p.becomes(0, "break")
	if a := p.state(0); a.Reason != "午饭" {
		t.Errorf("%+v", a)
	}
}

// A server that was alone goes on with its agents while the database is away; the claim of a call that is on then
// stands in the database when that is back, and is gone after the call.
func TestClaimsWithoutADatabase(t *testing.T) {
	t.Parallel()
	database := dbtest.StartServer(t)
	url := database.Migrated(t, "claims")
	agent := newPeer(t, func(c *sip.Call) { _ = c.Answer(context.Background()) })
	h := start(t, func(c *config.Config) {
		c.Database.URL = config.Plain(url)
		c.Recording.Calls = "none"
		c.Guard.Trusted = []string{"127.0.0.0/8"}
		c.Agents = []config.Agent{{ID: "900", Phone: "sip:900@" + agent.at(), Skills: []string{"咨询"}}}
	})
	h.write(officeFlow)
	h.order(`{"action": "deploy", "by": "t"}`, 200)
	p := &pair{t: t, nodes: [2]*hotline{h}, agent: agent, caller: newPeer(t, nil)}
	first := p.call(0)
	p.rung().Hangup("")
	<-first.Done()
	p.becomes(0, "ready")
	database.Kill()
	p.call(0)
	leg := p.rung()
	if err := database.Start(); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	claimed := func() (n int) {
		if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM agent_claims WHERE call_id <> ''`); err != nil {
			return -1
		}
		return n
	}
	eventually(t, "the claim is written down", func() bool { return claimed() == 1 })
	leg.Hangup("")
	eventually(t, "the claim is given back", func() bool { return claimed() == 0 })
}

// Who has a registered telephone is rung while the database is so slow that nobody waits for it, as it is when it has
// just come back: nobody else may ring it. What was decided meanwhile is written down.
func TestASlowDatabaseKeepsNobodyFromAgents(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	agent := newPeer(t, answers)
	h := start(t, func(c *config.Config) {
		c.Database.URL = config.Plain(url)
		c.Recording.Calls = "none"
		c.Guard.Trusted = []string{"127.0.0.0/8"}
		c.Phones = []config.Phone{{User: "900", Password: config.Plain("secret")}}
		c.Agents = []config.Agent{{ID: "900", Phone: "900", Skills: []string{"咨询"}}}
	})
	h.write(officeFlow)
	h.order(`{"action": "deploy", "by": "t"}`, 200)
	p := &pair{t: t, nodes: [2]*hotline{h}, agent: agent, caller: newPeer(t, nil)}
	at := strings.TrimPrefix(h.Addrs()[0], "udp://")
	if code := agent.register(at, "900", "secret", "sip:900@"+agent.at()); code != 200 {
		t.Fatalf("the telephone is not registered: %d", code)
	}
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	counts := func(where string) (n int) {
		if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM agent_claims WHERE `+where); err != nil {
			t.Fatal(err)
		}
		return n
	}
	eventually(t, "the agent is the server's", func() bool { return counts(`node <> ''`) == 1 })
	var leg *sip.Call
	err = d.Tx(t.Context(), func(x *db.Tx) error {
		if _, err := x.Exec(t.Context(), `LOCK TABLE agent_claims IN ACCESS EXCLUSIVE MODE`); err != nil {
			return err
		}
		p.call(0)
		select {
		case leg = <-agent.calls:
		case <-time.After(20 * time.Second):
			return errors.New("nobody is rung while the database is slow")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the claim is written down", func() bool { return counts(`call_id <> ''`) == 1 })
	leg.Hangup("")
	eventually(t, "the claim is given back", func() bool { return counts(`call_id <> ''`) == 0 })
}
