package sip

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/rtp"
	"rexian/media/sdp"
)

// answering takes each call and hands it over.
func answering(t testing.TB) (func(*Call), chan *Call) {
	calls := make(chan *Call, 16)
	return func(c *Call) {
		calls <- c
		if err := c.Answer(context.Background()); err != nil && !errors.Is(err, ErrNotRinging) {
			t.Log(err)
		}
	}, calls
}

func TestLostAck(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
	c := within(t, "call", calls)
	first := r.status(200, "INVITE")
	for range 3 {
		again := r.status(200, "INVITE")
		if again.String() != first.String() {
			t.Errorf("the repeated answer differs:\n%s\n%s", first, again)
		}
	}
	r.wants("BYE")
	within(t, "end", c.Done())
	if c.Cause().By != NoAck {
		t.Errorf("%+v", c.Cause())
	}
	until(t, "no dialogs", func() bool { return dialogs(s) == 0 })
}

func dialogs(s *Server) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dialogs) + len(s.initial)
}

func TestRepeatedInvite(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	text := r.text("INVITE", "first", nil, r.sdp(""))
	r.send(text)
	c := within(t, "call", calls)
	res := r.status(200, "INVITE")
	r.send(text) // while its transaction lives: swallowed, or answered from the call's own repetition
	r.status(200, "INVITE")
	r.send(strings.Replace(text, "first", "second", 1)) // another path
	if got := r.status(482, "INVITE"); got == nil {
		t.Fatal()
	}
	r.learn(res)
	r.ack("")
	until(t, "acknowledged", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.d.acks) == 0 })
	if s.Calls() != 1 {
		t.Errorf("%d calls", s.Calls())
	}
	r.request("BYE", nil, "")
	r.status(200, "BYE")
	within(t, "end", c.Done())
	until(t, "gone", func() bool { return dialogs(s) == 0 })
	r.send(r.text("BYE", newTag(), nil, "")) // again, with its transaction gone
	r.status(200, "BYE")
	r.theirTag = "nobody"
	r.request("BYE", nil, "")
	r.status(481, "BYE")
	if len(calls) != 0 || s.Calls() != 0 {
		t.Errorf("%d calls", s.Calls())
	}
}

// A caller is told that its call is being tried when nothing else is told for a while, and only then.
func TestTrying(t *testing.T) {
	t.Parallel()
	answer := make(chan struct{})
	b := serve(t, loopback(t), func(c *Call) {
		if c.Number() == "slow" {
			<-answer
		}
		c.Answer(context.Background())
	}, nil)
	r := newRaw(t, b)
	sent := time.Now()
	r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
	if first, _ := r.read(10 * time.Second).(*wire.Response); first == nil || first.StatusCode != 200 &&
		time.Since(sent) < 200*time.Millisecond {
		t.Errorf("first came %v", first)
	}
	r = newRaw(t, b)
	r.target = strings.Replace(r.target, "12366", "slow", 1)
	r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
	r.status(100, "INVITE")
	close(answer)
	r.status(200, "INVITE")
}

func TestCancel(t *testing.T) {
	t.Parallel()
	calls := make(chan *Call, 1)
	s := serve(t, loopback(t), func(c *Call) { c.Ring(); calls <- c }, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", "b1", nil, r.sdp("")))
	ringing := r.status(180, "INVITE")
	r.send(r.text("CANCEL", "b1", []string{`Reason: SIP;cause=200;text="Call completed elsewhere", Q.850;cause=26`},
		""))
	end := r.status(487, "INVITE")
	a, _ := ringing.To().Params.Get("tag")
	b, _ := end.To().Params.Get("tag")
	if a == "" || a != b {
		t.Errorf("the tags of 180 and 487 differ: %q, %q", a, b)
	}
	c := within(t, "call", calls)
	within(t, "end", c.Done())
	if got := c.Cause(); got.By != Cancelled || got.Q850 != 26 || got.Text != "Call completed elsewhere" ||
		got.Status != 487 {
		t.Errorf("%+v", got)
	}
	if err := c.Answer(t.Context()); !errors.Is(err, ErrNotRinging) {
		t.Errorf("answered after all: %v", err)
	}
	r.send(r.text("CANCEL", "unknown", nil, ""))
	r.status(481, "CANCEL")
}

// A CANCEL that comes after the answer is confirmed and does nothing.
func TestCancelTooLate(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", "late", nil, r.sdp("")))
	c := within(t, "call", calls)
	res := r.status(200, "INVITE")
	r.send(r.text("CANCEL", "late", nil, ""))
	r.status(200, "CANCEL")
	r.learn(res)
	r.ack("")
	r.request("BYE", nil, "")
	r.status(200, "BYE")
	within(t, "end", c.Done())
	if got := c.Cause(); got.By != Remote {
		t.Errorf("%+v", got)
	}
}

// Answer and CANCEL at the same moment: whoever comes first wins, and nothing is left in either case.
func TestCancelRace(t *testing.T) {
	t.Parallel()
	e := loopback(t)
	calls := make(chan *Call, 1)
	s := serve(t, e, func(c *Call) { calls <- c }, nil)
	for range 40 {
		r := newRaw(t, s)
		r.send(r.text("INVITE", "b"+r.id, nil, r.sdp("")))
		c := within(t, "call", calls)
		go c.Answer(context.Background())
		r.send(r.text("CANCEL", "b"+r.id, nil, ""))
		for done := false; !done; {
			m := r.read(5 * time.Second)
			res, ok := m.(*wire.Response)
			if !ok || res.CSeq().MethodName != wire.INVITE {
				continue
			}
			switch res.StatusCode {
			case 200:
				r.learn(res)
				r.ack("")
				r.request("BYE", nil, "")
				r.status(200, "BYE")
				done = true
			case 487:
				r.learn(res)
				r.send(r.text("ACK", "b"+r.id, nil, ""))
				done = true
			}
		}
		within(t, "end", c.Done())
	}
	until(t, "nothing left", func() bool { return s.Calls() == 0 && dialogs(s) == 0 && e.Stats().Streams == 0 })
}

func TestDelayedOffer(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), nil, ""))
	c := within(t, "call", calls)
	res := r.status(200, "INVITE")
	if !strings.Contains(string(res.Body()), "m=audio") {
		t.Fatalf("no offer in\n%s", res)
	}
	r.learn(res)
	r.ack(r.sdp("a=recvonly\r\n"))
	until(t, "agreed", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.media != nil })
	if c.media.Direction != sdp.SendOnly {
		t.Errorf("%v", c.media.Direction)
	}

	r2 := newRaw(t, s) // an ACK without the answer that it owes
	r2.send(r2.text("INVITE", newTag(), nil, ""))
	c2 := within(t, "call", calls)
	r2.learn(r2.status(200, "INVITE"))
	r2.ack("")
	r2.wants("BYE")
	within(t, "end", c2.Done())
}

func TestReliableProvisional(t *testing.T) {
	t.Parallel()
	calls := make(chan *Call, 1)
	s := serve(t, loopback(t), func(c *Call) {
		c.Ring()
		c.Progress()
		calls <- c
		c.Answer(context.Background())
	}, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), []string{"Require: 100rel"}, r.sdp("")))
	ringing := r.status(180, "INVITE")
	if headerValues(ringing, "require") != "100rel" || len(ringing.Body()) != 0 {
		t.Errorf("%s", ringing)
	}
	r.status(180, "INVITE") // again
	r.learn(ringing)
	r.request("PRACK", []string{"RAck: 1 1 INVITE"}, "")
	r.status(481, "PRACK")
	r.request("PRACK", []string{"RAck: " + headerValues(ringing, "rseq") + " 1 INVITE"}, "")
	var progress *wire.Response
	for progress == nil { // 183 follows at once, before or after the answer to the PRACK
		if res, ok := r.read(5 * time.Second).(*wire.Response); ok && res.StatusCode == 183 {
			progress = res
		}
	}
	if !strings.Contains(string(progress.Body()), "m=audio") {
		t.Errorf("%s", progress)
	}
	r.request("PRACK", []string{"RAck: " + headerValues(progress, "rseq") + " 1 INVITE"}, "")
	ok := r.status(200, "INVITE") // only now
	if len(ok.Body()) != 0 {
		t.Errorf("the answer was given already:\n%s", ok)
	}
	r.seq = 1
	r.ack("")
	c := within(t, "call", calls)
	until(t, "answered", c.Answered)
}

func TestReliableOffer(t *testing.T) { // no offer in the INVITE: the reliable answer carries ours, PRACK theirs
	calls := make(chan *Call, 1)
	s := serve(t, loopback(t), func(c *Call) {
		c.Progress()
		calls <- c
		c.Answer(context.Background())
	}, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), []string{"Supported: 100rel"}, ""))
	p := r.status(183, "INVITE")
	if !strings.Contains(string(p.Body()), "m=audio") {
		t.Fatalf("%s", p)
	}
	r.learn(p)
	r.request("PRACK", []string{"RAck: " + headerValues(p, "rseq") + " 1 INVITE"}, r.sdp(""))
	r.status(200, "PRACK")
	if ok := r.status(200, "INVITE"); len(ok.Body()) != 0 {
		t.Errorf("%s", ok)
	}
	r.seq = 1
	r.ack("")
	c := within(t, "call", calls)
	until(t, "answered", c.Answered)
	if c.media == nil {
		t.Error("nothing agreed")
	}
}

func TestNoPrack(t *testing.T) {
	t.Parallel()
	calls := make(chan *Call, 1)
	s := serve(t, loopback(t), func(c *Call) { c.Ring(); calls <- c }, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), []string{"Require: 100rel"}, r.sdp("")))
	r.status(504, "INVITE")
	if c := within(t, "call", calls); within(t, "end", c.Done()) != struct{}{} || c.Cause().By != Timeout {
		t.Errorf("%+v", c.Cause())
	}
}

func TestRefusedInvites(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.MaxCalls = 1 })
	for _, c := range []struct {
		name   string
		lines  []string
		body   string
		status int
		header string // that the answer must have
	}{
		{"unknown extension", []string{"Require: foo, 100rel"}, "v=0", 420, "unsupported"},
		{"bad description", nil, "v=1\r\n", 400, ""},
		{"no codec", nil, "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 18\r\n", 488, ""},
		{"unknown body", []string{"Content-Type: text/plain"}, "hello", 415, "accept"},
		{"short timer", []string{"Session-Expires: 10", "Supported: timer"}, "v=0", 422, "min-se"},
		{"replaces nothing", []string{"Replaces: x;to-tag=a;from-tag=b"}, "v=0", 481, ""},
	} {
		r := newRaw(t, s)
		r.send(r.text("INVITE", newTag(), c.lines, c.body))
		res := r.status(c.status, "INVITE")
		if c.header != "" && headerValues(res, c.header) == "" {
			t.Errorf("%s: no %s in\n%s", c.name, c.header, res)
		}
	}
	r := newRaw(t, s)
	r.call()
	within(t, "call", calls)
	r2 := newRaw(t, s)
	r2.send(r2.text("INVITE", newTag(), nil, r2.sdp("")))
	if res := r2.status(503, "INVITE"); headerValues(res, "retry-after") == "" {
		t.Errorf("%s", res)
	}
	for method, status := range map[string]int{"OPTIONS": 200, "REGISTER": 405, "SUBSCRIBE": 405, "FOO": 501,
		"UPDATE": 481, "REFER": 400} {
		r := newRaw(t, s)
		r.send(r.text(method, newTag(), nil, ""))
		r.status(status, method)
	}
	s.Drain()
	r3 := newRaw(t, s)
	r3.send(r3.text("OPTIONS", newTag(), nil, ""))
	r3.status(503, "OPTIONS")
}

func TestInsideCall(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.call()
	c := within(t, "call", calls)
	keys := make(chan byte, 4)
	c.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Key {
			keys <- e.Digit
		}
	})
	for _, k := range []struct {
		kind, body string
		status     int
		key        byte
	}{
		{"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", 200, '5'},
		{"application/dtmf-relay", "Signal= *\r\n", 200, '*'},
		{"application/dtmf", "#", 200, '#'},
		{"application/dtmf-relay", "Signal=10\r\nDuration=160\r\n", 200, '*'},
		{"application/dtmf-relay", "Duration= 160\nSignal= 11", 200, '#'},
		{"Application/DTMF-Relay;x=1", "signal: 5\r\nX=1\r\n", 200, '5'},
		{"application/dtmf", "11\r\n", 200, '#'},
		{"application/dtmf", "77", 415, 0},
		{"application/dtmf-relay", "Duration=160\r\n", 415, 0},
		{"application/x-other", "1", 415, 0},
	} {
		r.request("INFO", []string{"Content-Type: " + k.kind}, k.body)
		r.status(k.status, "INFO")
		if k.key != 0 {
			if got := within(t, "key", keys); got != k.key {
				t.Errorf("key %c, want %c", got, k.key)
			}
		}
	}
	r.request("OPTIONS", nil, "")
	r.status(200, "OPTIONS")
	r.request("MESSAGE", nil, "")
	r.status(405, "MESSAGE")

	r.request("INVITE", nil, r.sdp("a=sendonly\r\n"))
	held := r.status(200, "INVITE")
	r.ack("")
	if !strings.Contains(string(held.Body()), "a=recvonly") || !c.Held() {
		t.Errorf("held %v\n%s", c.Held(), held)
	}
	r.request("UPDATE", nil, r.sdp("a=inactive\r\n"))
	if res := r.status(200, "UPDATE"); !strings.Contains(string(res.Body()), "a=inactive") {
		t.Errorf("%s", res)
	}
	r.request("INVITE", nil, "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 18\r\n")
	r.status(488, "INVITE")
	if !c.Held() {
		t.Error("a refused change changed something")
	}
	r.ack("")
	r.request("INVITE", nil, "") // a delayed offer within the call
	offer := r.status(200, "INVITE")
	if !strings.Contains(string(offer.Body()), "a=sendrecv") {
		t.Errorf("%s", offer)
	}
	r.ack(r.sdp(""))
	until(t, "no longer held", func() bool { return !c.Held() })
	r.seq -= 3 // out of order
	r.send(r.text("UPDATE", newTag(), nil, ""))
	r.status(500, "UPDATE")
	r.seq += 9
	r.request("BYE", []string{`Reason: Q.850;cause=31;text="bye"`}, "")
	r.status(200, "BYE")
	within(t, "end", c.Done())
	if got := c.Cause(); got.By != Remote || got.Q850 != 31 || got.Text != "bye" {
		t.Errorf("%+v", got)
	}
}

// A re-INVITE of ours meets one of theirs: theirs gets 491, ours is sent again after a while.
func TestGlare(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.call()
	c := within(t, "call", calls)
	result := make(chan error, 1)
	go func() { result <- c.Hold() }()
	ours := r.wants("INVITE")
	r.request("INVITE", nil, r.sdp(""))
	r.status(491, "INVITE")
	r.ack("")
	r.answer(ours, 491, "Request Pending", nil, "")
	r.wants("ACK")
	again := r.wantsAfter(ours)
	if !strings.Contains(string(again.Body()), "a=sendonly") || again.CSeq().SeqNo <= ours.CSeq().SeqNo {
		t.Errorf("%s", again)
	}
	r.answer(again, 200, "OK", nil, r.sdp("a=recvonly\r\n"))
	r.wants("ACK")
	if err := within(t, "hold", result); err != nil {
		t.Error(err)
	}
	r.answer(again, 200, "OK", nil, r.sdp("a=recvonly\r\n")) // our ACK was lost
	r.wants("ACK")
}

// A hang-up before the ACK waits for it.
func TestByeWaitsForAck(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
	c := within(t, "call", calls)
	r.learn(r.status(200, "INVITE"))
	until(t, "answered", c.Answered)
	c.Hangup("quick")
	within(t, "end", c.Done())
	if m := r.read(t1 / 4); m != nil {
		if req, ok := m.(*wire.Request); ok {
			t.Fatalf("%s before the ACK", req.Method)
		}
	}
	r.ack("")
	bye := r.wants("BYE")
	if !strings.Contains(headerValues(bye, "reason"), `text="quick"`) {
		t.Errorf("%s", bye)
	}
	r.answer(bye, 200, "OK", nil, "")
	until(t, "gone", func() bool { return dialogs(s) == 0 })
}

func TestRouting(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	proxy := newRaw(t, nil)
	for _, c := range []struct {
		name  string
		lines func(r *raw) []string
		check func(r *raw, call *Call)
	}{
		{"record-route", func(r *raw) []string {
			return []string{"Record-Route: <sip:" + proxy.addr() + ";lr>, <sip:192.0.2.77;lr>"}
		}, func(r *raw, call *Call) {
			bye := proxy.wants("BYE")
			if got := headerValues(bye, "route"); got != "<sip:"+proxy.addr()+";lr>,<sip:192.0.2.77;lr>" {
				t.Errorf("route %s", got)
			}
			if bye.Recipient.User != "raw" {
				t.Errorf("to %s", bye.Recipient.String())
			}
		}},
		{"strict route", func(r *raw) []string {
			return []string{"Record-Route: <sip:" + proxy.addr() + ">"}
		}, func(r *raw, call *Call) {
			bye := proxy.wants("BYE")
			if got := headerValues(bye, "route"); bye.Recipient.HostPort() != proxy.addr() ||
				got != "<sip:raw@"+r.addr()+">" {
				t.Errorf("to %s route %s", bye.Recipient.String(), got)
			}
		}},
		{"contact .invalid", func(r *raw) []string {
			return []string{"Contact: <sip:x@df7jal23ls0d.invalid;transport=ws>"}
		}, func(r *raw, call *Call) {
			if bye := r.wants("BYE"); bye.Recipient.Host != "df7jal23ls0d.invalid" {
				t.Errorf("to %s", bye.Recipient.String())
			}
		}},
		{"contact elsewhere", func(r *raw) []string {
			return []string{"Contact: <sip:x@" + proxy.addr() + ">"}
		}, func(r *raw, call *Call) { proxy.wants("BYE") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			proxy = newRaw(t, nil) // what is repeated of the case before does not come here
			r := newRaw(t, s)
			r.send(r.text("INVITE", newTag(), c.lines(r), r.sdp("")))
			res := r.status(200, "INVITE")
			if strings.HasPrefix(c.name, "record") && headerValues(res, "record-route") == "" {
				t.Error("no Record-Route in the answer")
			}
			if v := res.Via(); v.Params.GetOr("received", "") != "127.0.0.1" || v.Params.GetOr("rport", "") == "" {
				t.Errorf("via %s", v)
			}
			r.learn(res)
			r.ack("")
			call := within(t, "call", calls)
			until(t, "acknowledged", func() bool {
				call.mu.Lock()
				defer call.mu.Unlock()
				return len(call.d.acks) == 0 && call.state == answered
			})
			call.Hangup("")
			c.check(r, call)
		})
	}
}

func TestMediaLost(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.MediaTimeout = 100 * time.Millisecond })
	r := newRaw(t, s)
	r.call()
	c := within(t, "call", calls)
	r.wants("BYE")
	within(t, "end", c.Done())
	if c.Cause().By != MediaLost {
		t.Errorf("%+v", c.Cause())
	}
}
