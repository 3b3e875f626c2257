//go:build peers && linux

package peers

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// desk is the configuration of an agent with a telephone.
const desk = `[[phone]]
user = "1001"
password = "secret"
%s
[[agent]]
id = "a1"
phone = "1001"
skills = ["咨询"]
`

// agent starts a telephone that logs in as 1001 and answers at once.
func agent(t *testing.T, p *product, account string) *baresip {
	t.Helper()
	b := newBaresip(t, "1001@"+p.address(), ";auth_user=1001;auth_pass=secret;regint=300"+account)
	until(t, "the telephone has logged in", func() bool { return strings.Contains(b.output(), "200 OK") })
	return b
}

// An agent whose telephone takes protected calls only gets them protected, and is free when the caller has gone.
func TestProductProtectedAgent(t *testing.T) {
	p := newProduct(t, fmt.Sprintf(desk, `srtp = "required"`), nil)
	agent(t, p, ";mediaenc=srtp-mand")
	caller, _ := sipp(t, "call", p.address(), "-s", "12366", "-d", "4000")
	caller.wait(t, 40*time.Second)
	call, wire := p.call()
	if call.Agent != "a1" || len(call.List) != 2 || call.List[1].Answered == 0 || call.List[1].Received < 50 {
		t.Fatalf("%+v", call)
	}
	for i := range wire {
		if m := &wire[i]; m.Leg == 1 && strings.Contains(m.Text, "m=audio") && !strings.Contains(m.Text, "RTP/SAVP ") {
			t.Errorf("the agent's sound is described without protection:\n%s", m.Text)
		}
	}
}

// An agent passes the caller on to a number outside: the caller talks to it, the agent's leg ends and the carrier's is
// written down.
func TestProductAgentPassesOn(t *testing.T) {
	last, port := sipp(t, "uas", "")
	p := newProduct(t, fmt.Sprintf(desk, "")+fmt.Sprintf("[[trunk]]\nname = \"out\"\nserver = \"udp://%s\"\n"+
		"from = \"053112366\"\nallow = [\"all\"]\nping = \"0s\"\n", local(port)), nil)
	b := agent(t, p, "")
	caller, _ := sipp(t, "call", p.address(), "-s", "12366", "-d", "6000")
	until(t, "the agent talks", func() bool { return strings.Contains(b.output(), "Call established") })
	time.Sleep(500 * time.Millisecond) // an agent says something first
	b.say(t, "/transfer sip:053188880000@"+p.address()+"\n")
	until(t, "the telephone hears of success", func() bool { return strings.Contains(b.output(), "transfer") })
	caller.wait(t, 40*time.Second)
	last.wait(t, 20*time.Second)
	call, _ := p.call()
	if len(call.List) != 3 {
		t.Fatalf("%+v", call.List)
	}
	agent, passed := call.List[1], call.List[2]
	if agent.Ended == 0 || agent.Ended >= passed.Ended || passed.Kind != "passed_on" || passed.Trunk != "out" ||
		passed.Answered == 0 {
		t.Errorf("the agent's leg %+v\nthe other %+v", agent, passed)
	}
}
