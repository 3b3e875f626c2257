package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// long makes every INVITE too long for a datagram that nobody cuts.
var long = map[string]string{"X-Long": strings.Repeat("long ", longest/5)}

// bothPort is a port that is free for UDP and TCP.
func bothPort(t testing.TB) int {
	t.Helper()
	for range 100 {
		l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		l.Close()
		if err == nil {
			c.Close()
			return port
		}
	}
	t.Fatal("no port")
	return 0
}

func TestLongRequest(t *testing.T) {
	t.Parallel()
	both := func(c *Config) {
		port := bothPort(t)
		c.Listen = []string{fmt.Sprintf("udp://127.0.0.1:%d", port), fmt.Sprintf("tcp://127.0.0.1:%d", port)}
	}
	for _, c := range []struct {
		name    string
		headers map[string]string
		ours    func(*Config)
		want    string
	}{
		{"short", nil, both, "UDP"},
		{"long", long, both, "TCP"},
		{"long, from a server that listens on UDP only", long, nil, "TCP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := loopback(t)
			on, calls := answering(t)
			via := make(chan string, 1)
			b, a := serve(t, e, func(c *Call) { via <- c.Header("Via"); on(c) }, both), serve(t, e, nil, c.ours)
			out, err := a.Dial(t.Context(), Outbound{To: uri(b, "12366"), From: "1001", Headers: c.headers})
			if err != nil {
				t.Fatal(err)
			}
			in := within(t, "call", calls)
			if got := <-via; in.d.transport != c.want || !strings.HasPrefix(got, "SIP/2.0/"+c.want+" ") {
				t.Errorf("came over %s: %s", in.d.transport, got)
			}
			until(t, "acknowledged",
				func() bool { in.mu.Lock(); defer in.mu.Unlock(); return len(in.d.acks) == 0 && in.state == answered })
			for _, one := range []*Call{out, in} { // both ends reach each other
				if err := one.Hold(); err != nil {
					t.Errorf("hold: %v", err)
				}
			}
			in.Hangup("")
			within(t, "end", out.Done())
			if out.Cause().By != Remote {
				t.Errorf("%+v", out.Cause())
			}
			until(t, "nothing left", func() bool { return a.Calls()+b.Calls()+dialogs(a)+dialogs(b) == 0 })
		})
	}
}

func TestLongRequestGivenUp(t *testing.T) { // CANCEL takes the way of its INVITE
	e := loopback(t)
	port := bothPort(t)
	calls := make(chan *Call, 1)
	b := serve(t, e, func(c *Call) { c.Ring(); calls <- c }, func(c *Config) {
		c.Listen = []string{fmt.Sprintf("udp://127.0.0.1:%d", port), fmt.Sprintf("tcp://127.0.0.1:%d", port)}
	})
	a := serve(t, e, nil, nil)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := a.Dial(ctx, Outbound{To: uri(b, "12366"), Headers: long, OnProgress: func(int, bool) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	in := within(t, "call", calls)
	within(t, "end", in.Done())
	if in.d.transport != "TCP" || in.Cause().By != Cancelled {
		t.Errorf("over %s: %+v", in.d.transport, in.Cause())
	}
	until(t, "nothing left", func() bool { return a.Calls()+b.Calls()+dialogs(a)+dialogs(b) == 0 })
}

// A far side without TCP gets long requests as datagrams, and is not asked for a connection each time.
func TestLongRequestWithoutTCP(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	r := newRaw(t, nil)
	for range 2 {
		out := dialling(t.Context(), s, r, Outbound{Headers: long})
		invite := r.wants("INVITE")
		if invite.Via().Transport != "UDP" || invite.Via().Port != int(s.endpoints[0].bound.Port()) {
			t.Errorf("Via %s", invite.Via())
		}
		r.answer(invite, 200, "OK", nil, r.sdp(""))
		r.wants("ACK")
		d := within(t, "call", out)
		if d.err != nil {
			t.Fatal(d.err)
		}
		d.call.Hangup("")
		r.answer(r.wants("BYE"), 200, "OK", nil, "")
		if !s.noTCP.has(r.addr(), time.Now()) {
			t.Error("the refusal is not remembered")
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	var r refusals
	now := time.Now()
	r.put("a", now)
	if !r.has("a", now.Add(refusal/2)) || r.has("a", now.Add(refusal)) || r.has("b", now) {
		t.Error("remembered wrongly")
	}
	for i := range 3 * maxRefusals {
		r.put(fmt.Sprint(i), now)
	}
	if len(r.m) > maxRefusals {
		t.Errorf("%d are remembered", len(r.m))
	}
}

// The far side's Contact says TCP: then what follows goes there too (RFC 3261, 12.2.1.1), though the call began as UDP.
func TestLongRequestStaysOnTCP(t *testing.T) {
	t.Parallel()
	d := &dialog{s: &Server{}, transport: "UDP", grown: true, source: netip.MustParseAddrPort("192.0.2.1:5060")}
	for contact, want := range map[string]string{"sip:x@192.0.2.1": "UDP", "sip:x@192.0.2.1;transport=TCP": "TCP"} {
		if err := wire.ParseUri(contact, &d.target); err != nil {
			t.Fatal(err)
		}
		req := wire.NewRequest(wire.BYE, d.target)
		req.SetTransport("UDP")
		req.PrependHeader(&wire.ViaHeader{Transport: "UDP", Host: "192.0.2.9", Port: 5060})
		d.direct(req)
		if req.Transport() != want || req.Via().Transport != want {
			t.Errorf("%s: %s, Via %s", contact, req.Transport(), req.Via())
		}
	}
}

// A request that comes too late, when the sockets are closed, opens no other that nobody would close.
func TestClosedServerSendsNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	at := s.endpoints[0].bound
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	req := wire.NewRequest(wire.OPTIONS, wire.Uri{Scheme: "sip", Host: "127.0.0.1", Port: 9})
	req.AppendHeader(&wire.FromHeader{Address: wire.Uri{Scheme: "sip", Host: "a"}})
	req.AppendHeader(&wire.ToHeader{Address: wire.Uri{Scheme: "sip", Host: "b"}})
	if res, err := s.Send(t.Context(), req); err == nil {
		t.Errorf("%s", res)
	}
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		t.Fatalf("the port is taken still: %v", err)
	}
	conn.Close()
}
