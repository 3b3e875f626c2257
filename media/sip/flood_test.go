package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/guard"
)

// An answer that does not fit one packet of the network goes out all the same.
func TestBigAnswer(t *testing.T) {
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("Record-Route: <sip:proxy-%d.a-long-name-of-a-proxy.example.net;lr;x=%d>", i,
			i))
	}
	lines = append(lines, "Record-Route: <sip:"+r.addr()+";lr>")
	r.send(r.text("INVITE", newTag(), lines, r.sdp("")))
	if n := len(r.status(200, "INVITE").String()); n < 2000 {
		t.Errorf("%d bytes", n)
	}
	within(t, "call", calls)
}

// What is no SIP is answered if it has a sender, and disturbs nobody.
func TestGarbage(t *testing.T) {
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	res := r.call()
	c := within(t, "call", calls)
	bad := newRaw(t, s)
	for i := range 2000 {
		switch i % 4 {
		case 0:
			bad.send(strings.Repeat("x", i))
		case 1:
			bad.send("INVITE sip:1@2 SIP/2.0\r\nVia: \x00\r\n\r\n")
		case 2:
			bad.send("\r\n\r\n")
		case 3:
			bad.send("SIP/2.0 999 Hello\r\nCSeq: 1 INVITE\r\n\r\n")
		}
	}
	r.theirTag, _ = res.To().Params.Get("tag")
	r.request("INFO", []string{"Content-Type: application/dtmf"}, "1")
	r.status(200, "INFO")
	if !c.Answered() {
		t.Error("the call ended")
	}
}

// The name of a method may be as long as a stranger likes: it is not known, or the whole is too much.
func TestLongMethod(t *testing.T) {
	on, _ := answering(t)
	s := serve(t, loopback(t), on, nil)
	for n, status := range map[int]int{20: 501, 4000: 501, 20_000: 513} {
		r := newRaw(t, s)
		r.send(r.text(strings.Repeat("X", n), newTag(), nil, ""))
		if res, ok := r.read(10 * time.Second).(*wire.Response); !ok || res.StatusCode != status {
			t.Errorf("%d letters: %v", n, res)
		}
	}
}

func TestGuard(t *testing.T) {
	g, err := guard.New(guard.Config{Limits: guard.Limits{Calls: 1, CallBurst: 2}})
	if err != nil {
		t.Fatal(err)
	}
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.Guard = g })
	r := newRaw(t, s)
	for _, status := range []int{200, 200, 503} {
		r.id, r.theirTag = newTag(), ""
		r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
		if res := r.status(status, "INVITE"); status == 503 && headerValues(res, "retry-after") == "" {
			t.Errorf("%s", res)
		}
	}
	if len(calls) != 2 {
		t.Errorf("%d calls", len(calls))
	}
}

func TestRingTimeout(t *testing.T) {
	calls := make(chan *Call, 1)
	s := serve(t, loopback(t), func(c *Call) { c.Ring(); calls <- c },
		func(c *Config) { c.RingTimeout = 50 * time.Millisecond })
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
	r.status(480, "INVITE")
	within(t, "end", within(t, "call", calls).Done())
}
