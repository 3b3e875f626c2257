package server_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/sip"
	"rexian/media/sip/digest"
)

// newDesks is an office with two telephones that have logged in: the agent's, 1001, and a colleague's, 1002. Each has
// an address of its own, and the carrier answers.
func newDesks(t *testing.T, changes ...func(*config.Config, *office)) (o *office, colleague *peer) {
	t.Helper()
	o = newOffice(t, func(c *config.Config, o *office) {
		c.SIP.Inbound = "everybody"
		c.Phones = append(c.Phones, config.Phone{User: "1002", Password: config.Plain("secret")})
		o.phone = newPeerAt(t, "127.0.0.2", answers)
		o.carrier.answer = answers
		for _, change := range changes {
			change(c, o)
		}
	})
	colleague = newPeerAt(t, "127.0.0.3", answers)
	if o.register("1001", "sip:1001@"+o.phone.at()) != 200 ||
		colleague.register(o.to, "1002", "secret", "sip:1002@"+colleague.at()) != 200 {
		t.Fatal("the telephones are not registered")
	}
	o.colleague = colleague
	return o, colleague
}

// A telephone of ours dials a colleague or a number outside, once it has proved who it is; a number of a flow needs no
// proof. Nobody else dials out, though he sits at the telephone's address and says that he is it.
func TestATelephoneDials(t *testing.T) {
	t.Parallel()
	o, colleague := newDesks(t)
	right := &sip.Credentials{User: "1001", Secret: digest.NewSecret("secret")}
	wrong := &sip.Credentials{User: "1001", Secret: digest.NewSecret("guess")}
	another := &sip.Credentials{User: "1002", Secret: digest.NewSecret("secret")}
	dial := func(to, from string, auth *sip.Credentials) (*sip.Call, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		return o.phone.Dial(ctx, sip.Outbound{To: "sip:" + to + "@" + o.to, From: from, Auth: auth})
	}
	for _, c := range []struct {
		name, to, from string
		auth           *sip.Credentials
		status         int
		who            *peer // is called
		as             string
	}{
		{"a colleague", "1002", "1001", right, 200, colleague, "1001"},
		{"outside", "053188880000", "1001", right, 200, o.carrier, "053112366"},
		{"a number of a flow", "12367", "1001", nil, 200, nil, ""},
		{"no proof", "1002", "1001", nil, 401, nil, ""},
		{"a wrong proof", "053188880000", "1001", wrong, 401, nil, ""},
		{"the proof of another", "053188880000", "1001", another, 401, nil, ""},
		{"no telephone of ours", "053188880000", "13800138000", nil, 404, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			call, err := dial(c.to, c.from, c.auth)
			status := 200
			if f := (*sip.Failure)(nil); errors.As(err, &f) {
				status = f.Status
			}
			if status != c.status {
				t.Fatalf("%d, want %d: %v", status, c.status, err)
			}
			if err != nil {
				return
			}
			defer call.Hangup("")
			if c.who == nil {
				return
			}
			var far *sip.Call
			select {
			case far = <-c.who.calls:
			case <-time.After(20 * time.Second):
				t.Fatal("nobody is called")
			}
			if far.From() != c.as {
				t.Errorf("the call is from %s, want %s", far.From(), c.as)
			}
			eventually(t, "sound both ways", func() bool {
				return call.Stream().Stats().Received > 5 && far.Stream().Stats().Received > 5
			})
			far.Hangup("")
			select {
			case <-call.Done():
			case <-time.After(20 * time.Second):
				t.Error("the call does not end with the other side")
			}
		})
	}
	var list struct {
		Calls []api.Brief `json:"calls"`
	}
	eventually(t, "calls of telephones are written down", func() bool {
		o.read("/api/v1/calls", &list)
		n := 0
		for _, c := range list.Calls {
			if c.Flow == "拨出" && c.Legs == 2 && c.Ended > 0 {
				n++
			}
		}
		return n == 2
	})
	for _, c := range list.Calls { // whose telephone it is stands in the call and in its leg
		var whole api.Call
		if o.read("/api/v1/calls/"+c.ID, &whole); c.Flow == "拨出" &&
			(c.Agent != "a" || whole.List[0].Agent != "a") {
			t.Errorf("the agent of %+v\nand of its legs %+v", c, whole.List)
		}
	}
}

// An agent asks a colleague before he passes the caller on to him (RFC 5589, 7): the caller and the colleague talk, the
// colleague is not called again, and the agent's calls end.
func TestAnAgentAsksFirst(t *testing.T) {
	t.Parallel()
	o, colleague := newDesks(t)
	caller := o.call("12366")
	called := func(p *peer) *sip.Call {
		select {
		case c := <-p.calls:
			return c
		case <-time.After(20 * time.Second):
			t.Fatal("a telephone is not called")
			return nil
		}
	}
	agent := called(o.phone)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	consult, err := o.phone.Dial(ctx, sip.Outbound{To: "sip:1002@" + o.to, From: "1001",
		Auth: &sip.Credentials{User: "1001", Secret: digest.NewSecret("secret")}})
	if err != nil {
		t.Fatal(err)
	}
	asked := called(colleague)
	o.meet(consult, asked)
	if err := agent.Refer(ctx, "", consult); err != nil {
		t.Fatalf("the caller is not passed on: %v", err)
	}
	for name, c := range map[string]*sip.Call{"the agent's": agent, "the question": consult} {
		select {
		case <-c.Done():
		case <-time.After(20 * time.Second):
			t.Errorf("%s call does not end", name)
		}
	}
	before, heard := caller.Stream().Stats().Received, asked.Stream().Stats().Received
	eventually(t, "the caller and the colleague hear each other", func() bool {
		return caller.Stream().Stats().Received > before+5 && asked.Stream().Stats().Received > heard+5
	})
	if got := colleague.numbers(); got != "1002" {
		t.Errorf("the colleague was called as %q", got)
	}
	asked.Hangup("")
	select {
	case <-caller.Done():
	case <-time.After(20 * time.Second):
		t.Error("the caller's call does not end with the colleague's")
	}
}

// An agent signs in and out and takes breaks from the telephone, which must prove that it is it.
func TestCodesOfAgents(t *testing.T) {
	t.Parallel()
	o, other := newDesks(t)
	key := func(p *peer, user, code string, proof bool) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		call := sip.Outbound{To: "sip:" + code + "@" + o.to, From: user}
		if proof {
			call.Auth = &sip.Credentials{User: user, Secret: digest.NewSecret("secret")}
		}
		c, err := p.Dial(ctx, call)
		if err == nil {
			<-c.Done() // it says what came of it, and hangs up
		}
		return err
	}
	state := func() string {
		var now struct {
			Agents []api.Agent `json:"agents"`
		}
		o.read("/api/v1/agents", &now)
		return now.Agents[0].State + now.Agents[0].Reason
	}
	for _, c := range []struct {
		who        *peer
		user, code string
		proof      bool
		state      string
	}{
		{o.phone, "1001", "*84", true, "break"},
		{o.phone, "1001", "*83", true, "ready"},
		{o.phone, "1001", "*82", true, "out"},
		{o.phone, "1001", "*83", true, "out"}, // has to sign in first
		{o.phone, "1001", "*81", false, "out"},
		{other, "1002", "*81", true, "out"}, // nobody sits there
		{o.phone, "1001", "*81", true, "ready"},
		{o.phone, "1001", "*99", true, "ready"},
	} {
		if err := key(c.who, c.user, c.code, c.proof); (err == nil) != c.proof {
			t.Errorf("%s dials %s: %v", c.user, c.code, err)
		}
		if got := state(); got != c.state {
			t.Errorf("after %s by %s the agent is %s, want %s", c.code, c.user, got, c.state)
		}
	}
}
