//go:build peers && linux

package peers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rexian/console/api"
)

// floor is the configuration of three agents and a supervisor's telephone.
func floor() string {
	var b strings.Builder
	for _, user := range []string{"1001", "1002", "1003", "9001"} {
		fmt.Fprintf(&b, "[[phone]]\nuser = %q\npassword = \"secret\"\n", user)
	}
	for i := 1; i <= 3; i++ {
		fmt.Fprintf(&b, "[[agent]]\nid = \"a%d\"\nphone = \"100%d\"\nskills = [\"咨询\"]\n", i, i)
	}
	return b.String()
}

// order sends an order to the administration.
func (p *product) order(method, path string, in any) {
	p.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://"+p.Web().String()+path, bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s %s: %d", method, path, res.StatusCode)
	}
}

// is waits until an agent is in a state, and returns the agent.
func (p *product) is(id, state string) (found api.Agent) {
	p.t.Helper()
	until(p.t, id+" is "+state, func() bool {
		var list struct{ Agents []api.Agent }
		p.read("/api/v1/agents", &list)
		for _, a := range list.Agents {
			if a.ID == id {
				found = a
			}
		}
		return found.State == state
	})
	return found
}

// The day of a supervisor: three agents sign in by code, one picks a caller up for whom another's telephone rings, the
// supervisor whispers to that one, the queue is closed early, and in the evening the seconds add up.
func TestProductSupervisorsDay(t *testing.T) {
	p := newProduct(t, floor(), nil)
	phones := map[string]*baresip{}
	for _, user := range []string{"1001", "1002", "1003", "9001"} {
		account := ";auth_user=" + user + ";auth_pass=secret;regint=300"
		if user == "1001" {
			account += ";answermode=manual" // it rings on
		}
		b := newBaresip(t, user+"@"+p.address(), account)
		until(t, user+" has logged in", func() bool { return strings.Contains(b.output(), "200 OK") })
		phones[user] = b
	}
	for i := 1; i <= 3; i++ {
		id := fmt.Sprint("a", i)
		p.order("POST", "/api/v1/agents/"+id+"/state", api.AgentState{Do: "signout", By: "wang"})
		p.is(id, "out")
	}
	for i := 1; i <= 3; i++ { // the first has been idle longest
		phones[fmt.Sprint("100", i)].say(t, "/dial sip:*81@"+p.address()+"\n")
		p.is(fmt.Sprint("a", i), "ready")
		until(t, "the code is over", func() bool { return p.Calls() == 0 })
	}

	caller, _ := sipp(t, "call", p.address(), "-s", "12366", "-d", "15000")
	p.is("a1", "ringing")
	phones["1002"].say(t, "/dial sip:*85a1@"+p.address()+"\n")
	talks := p.is("a2", "talking")
	p.is("a1", "ready")

	p.order("PUT", "/api/v1/users/wang", api.UserOrder{Password: "Rexian-12366", Roles: []string{"supervisor"},
		Phone: "9001"})
	phones["9001"].say(t, "/dial sip:*87a2@"+p.address()+"\n")
	until(t, "the supervisor whispers", func() bool {
		var c api.Call
		p.read("/api/v1/calls/"+talks.Call, &c)
		for _, e := range c.Events {
			if e.Kind == "supervise" && strings.Contains(e.Note, "whisper") {
				return true
			}
		}
		return false
	})

	p.order("PUT", "/api/v1/queues/咨询", api.QueueOrder{Closed: true, By: "wang"})
	late, _ := sipp(t, "call", p.address(), "-s", "12366", "-d", "15000")
	_ = late // we hang up, which that program takes for a fault
	caller.wait(t, 60*time.Second)
	p.is("a2", "ready")
	for _, c := range p.calls(7) {
		if c.Number == "12366" && (c.Agent == "") != (c.ID != talks.Call) {
			t.Errorf("%+v", c)
		}
	}
	for i := 1; i <= 3; i++ {
		var day api.AgentDay
		p.read(fmt.Sprintf("/api/v1/agents/a%d/day", i), &day)
		sum, states := 0.0, map[string]bool{}
		for j, s := range day.Segments {
			if j > 0 && !s.Began.Equal(day.Segments[j-1].Ended) {
				t.Errorf("a%d: between %+v and %+v", i, day.Segments[j-1], s)
			}
			sum += s.Ended.Sub(s.Began).Seconds()
			states[s.State] = true
		}
		whole := day.Segments[len(day.Segments)-1].Ended.Sub(day.Segments[0].Began).Seconds()
		if sum < whole-0.001 || sum > whole+0.001 || !states["out"] || states["talk"] != (i == 2) ||
			!states["ring"] && i < 3 {
			t.Errorf("a%d: %f of %f seconds, %v", i, sum, whole, states)
		}
	}
}
