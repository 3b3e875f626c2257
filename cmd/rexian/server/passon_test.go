package server_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/digest"
)

// A caller may not make us call anybody: not a stranger, not one who sits at a telephone's address and does not know
// its password, not a carrier's caller unless the trunk's configuration says so; and then no further than the dial
// plan.
func TestNoTollFraudByRefersOfCallers(t *testing.T) {
	t.Parallel()
	secret := &sip.Credentials{User: "1001", Secret: digest.NewSecret("secret")}
	open := newPeerAt(t, "127.0.0.4", answers) // the carrier of a trunk whose callers may
	o := newOffice(t, func(cfg *config.Config, o *office) {
		cfg.SIP.Inbound = "everybody"
		cfg.Trunks = append(cfg.Trunks,
			config.Trunk{Name: "open", Server: "udp://" + open.at(), From: "053112366",
				Form: "dialled", Refer: true, Priority: 1})
		o.carrier.answer = answers
		o.phone = newPeerAt(t, "127.0.0.2", answers)
	})
	if o.register("1001", "sip:1001@"+o.phone.at()) != 200 {
		t.Fatal("the telephone is not registered")
	}
	for _, c := range []struct {
		name, from string
		who        *peer
		auth       *sip.Credentials
		target     string
		status     int
	}{
		{"a stranger", "13800138000", o.caller, nil, "sip:053188880000@" + o.to, 403},
		{"who sits at a telephone's address", "1001", o.phone, nil, "sip:053188880000@" + o.to, 401},
		{"a carrier's caller", "13800138000", o.carrier, nil, "sip:053188880000@" + o.to, 403},
		{"a carrier's caller who may", "13800138000", open, nil, "sip:053188880000@" + o.to, 200},
		{"a carrier's caller who may, abroad", "13800138000", open, nil, "sip:0085288888888@" + o.to, 403},
		{"a telephone", "1001", o.phone, secret, "tel:+86-531-8888-0000", 200},
		{"a telephone, abroad", "1001", o.phone, secret, "tel:+85288888888", 403},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		before := o.carrier.numbers()
		call, err := c.who.Dial(ctx, sip.Outbound{To: "sip:12369@" + o.to, From: c.from, Auth: c.auth})
		if err != nil {
			t.Fatal(err)
		}
		status := 200
		if err := call.Refer(ctx, c.target, nil); err != nil {
			var f *sip.Failure
			if !errors.As(err, &f) {
				t.Fatal(err)
			}
			status = f.Status
		}
		if status != c.status {
			t.Errorf("%s: %d, want %d", c.name, status, c.status)
		}
		if called := o.carrier.numbers() != before; called != (c.status == 200) {
			t.Errorf("%s: the carrier was called for %q", c.name, o.carrier.numbers())
		}
		call.Hangup("")
		cancel()
	}
	if got := o.barred("refer"); got != "2" {
		t.Errorf("%s are counted as barred", got)
	}
}

// A telephone with two calls brings their other sides together (RFC 5589, 7), whoever called whom, and whichever of the
// two it sends its REFER in; where one of them is a flow, the other side hears that.
func TestATelephoneBringsTwoTogether(t *testing.T) {
	t.Parallel()
	outside := func(o *office) (mine, far *sip.Call) {
		return o.dials(o.phone, "1001", "053188880000"), o.rung(o.carrier)
	}
	inside := func(o *office) (mine, far *sip.Call) { return o.dials(o.phone, "1001", "1002"), o.rung(o.colleague) }
	waiting := func(o *office) (mine, far *sip.Call) {
		far = o.call("12366")
		return o.rung(o.phone), far
	}
	direct := func(o *office) (mine, far *sip.Call) {
		far = o.dials(o.colleague, "1002", "1001")
		return o.rung(o.phone), far
	}
	flow := func(o *office) (mine, far *sip.Call) { return o.dials(o.phone, "1001", "12369"), nil }
	o, _ := newDesks(t)
	for _, c := range []struct {
		name          string
		first, second func(*office) (mine, far *sip.Call)
	}{
		{"it has called both", outside, inside},
		{"it has called both, the other way", inside, outside},
		{"an agent has asked", waiting, inside},
		{"an agent has asked, the other way", waiting, outside},
		{"it was called by both", waiting, direct},
		{"whom it has called goes to a flow", outside, flow},
		{"a caller goes to a flow", waiting, flow},
	} {
		for _, last := range []bool{false, true} {
			first, one := c.first(o)
			o.meet(first, one)
			second, two := c.second(o)
			o.meet(second, two)
			asks, about := first, second
			if last {
				asks, about = second, first
			}
			o.joined(c.name+map[bool]string{true: ", by its second call"}[last], asks, about, one, two)
		}
	}
}

// A telephone passes on to a number that a flow of ours answers: the flow is heard, and the carrier, who would bring
// the call back, is not called.
func TestATelephonePassesOnToAFlow(t *testing.T) {
	t.Parallel()
	o, _ := newDesks(t)
	for name, target := range map[string]string{"an address": "sip:12369@" + o.to, "a number": "tel:12369"} {
		far := o.call("12366")
		mine := o.rung(o.phone)
		o.meet(mine, far)
		before := o.carrier.numbers()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if err := mine.Refer(ctx, target, nil); err != nil {
			t.Fatalf("%s: the telephone is told %v", name, err)
		}
		cancel()
		mine.Hangup("")
		heard := far.Stream().Stats().Received
		eventually(t, name+": the flow is heard",
			func() bool { return far.Stream().Stats().Received > heard+5 })
		eventually(t, name+": the agent is free", func() bool { return o.agent("a").State == "ready" })
		if got := o.carrier.numbers(); got != before {
			t.Errorf("%s: the carrier was called for %q", name, got)
		}
		far.Hangup("")
		eventually(t, name+": the end of all calls",
			func() bool { return o.figure("rexian_calls_active") == "0" })
	}
}

// joined has a telephone bring the far sides of two calls together; two is nil for a flow.
func (o *office) joined(name string, asks, about, one, two *sip.Call) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 20*time.Second)
	defer cancel()
	if err := asks.Refer(ctx, "", about); err != nil {
		o.t.Fatalf("%s: the telephone is told %v", name, err)
	}
	asks.Hangup("") // as a telephone does (RFC 5589, 6.1)
	select {
	case <-about.Done():
	case <-ctx.Done():
		o.t.Fatalf("%s: the other call of the telephone's does not end", name)
	}
	if two != nil {
		o.meet(one, two)
		o.meet(two, one)
	} else {
		before := one.Stream().Stats().Received
		eventually(o.t, name+": the flow is heard",
			func() bool { return one.Stream().Stats().Received > before+5 })
	}
	eventually(o.t, name+": the agent is free", func() bool { return o.agent("a").State == "ready" })
	one.Hangup("")
	if two != nil {
		two.Hangup("")
	}
	eventually(o.t, name+": the end of all calls", func() bool { return o.figure("rexian_calls_active") == "0" })
}

// meet waits until a key that one presses is heard by the other; nil is a flow.
func (o *office) meet(mine, far *sip.Call) {
	o.t.Helper()
	if far == nil {
		return
	}
	heard := make(chan struct{}, 1)
	mine.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Key {
			select {
			case heard <- struct{}{}:
			default:
			}
		}
	})
	for range 100 {
		far.Stream().SendKeys("5", 60*time.Millisecond, 40*time.Millisecond)
		select {
		case <-heard:
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
	o.t.Fatal("the two do not hear each other")
}

// rung is the next call that a peer gets.
func (o *office) rung(p *peer) *sip.Call {
	o.t.Helper()
	select {
	case c := <-p.calls:
		return c
	case <-time.After(20 * time.Second):
		o.t.Fatal("a telephone is not called")
		return nil
	}
}
