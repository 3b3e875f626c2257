package sip

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/guard"
)

// Calls that nobody acknowledges have few places: one source has fewer, and when all are taken, a new caller gets the
// place of whoever has kept us waiting for longest. Who is known needs none. (Linux has all of 127.0.0.0/8.)
func TestUnacknowledgedCallsAreFew(t *testing.T) {
	g, err := guard.New(guard.Config{Limits: guard.Limits{Pending: 6, PendingEach: 2}, Allow: mustPrefixes(t, "127.0.1.0/24")})
	if err != nil {
		t.Fatal(err)
	}
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.Guard, c.T1 = g, 100*time.Millisecond })
	invite := func(ip net.IP, status int) *raw {
		t.Helper()
		r := newRawAt(t, s, ip)
		r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
		res := r.status(status, "INVITE")
		if status == 200 {
			within(t, "call", calls)
			r.learn(res)
		} else if headerValues(res, "retry-after") == "" {
			t.Errorf("%s", res)
		}
		return r
	}
	first := invite(net.IPv4(127, 0, 0, 2), 200)
	second := invite(net.IPv4(127, 0, 0, 2), 200)
	invite(net.IPv4(127, 0, 0, 2), 503)
	second.ack("")
	until(t, "proved", func() bool { return s.Pending() == 1 })
	for i := byte(3); i < 8; i++ {
		invite(net.IPv4(127, 0, 0, i), 200)
	}
	for range 20 {
		invite(net.IPv4(127, 0, 1, 1), 200).ack("") // known
	}
	invite(net.IPv4(127, 0, 0, 9), 503) // all wait, and none for long
	began := time.Now()
	time.Sleep(450 * time.Millisecond)
	invite(net.IPv4(127, 0, 0, 9), 200)
	first.wants("BYE")
	if waited := time.Since(began); waited > 6*time.Second {
		t.Errorf("the place was not given up but ran out after %v", waited)
	}
	if n := s.Pending(); n != 6 {
		t.Errorf("%d wait, want 6", n)
	}
}

// A source whose calls come faster than they may, and faster than its datagrams may, loses its new calls and nothing else:
// each is answered at once, and each that was accepted is acknowledged and comes to its end.
func TestTheRateSparesCallsThatStand(t *testing.T) {
	g, err := guard.New(guard.Config{Limits: guard.Limits{Packets: 10, PacketBurst: 20, Calls: 5, CallBurst: 10}})
	if err != nil {
		t.Fatal(err)
	}
	var log syncBuffer
	on, _ := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) {
		c.Guard, c.T1, c.Logger = g, 10*time.Second, slog.New(slog.NewTextHandler(&log, nil)) // nothing is repeated
	})
	accepted, refused := 0, 0
	for i := range 200 {
		r := newRawAt(t, s, net.IPv4(127, 0, 0, 2))
		r.caller = fmt.Sprint(13800138000 + i)
		r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
		var res *wire.Response
		for res == nil || res.IsProvisional() {
			m, ok := r.read(5 * time.Second).(*wire.Response)
			if !ok {
				t.Fatalf("call %d is not answered; %d were accepted, %d refused", i, accepted, refused)
			}
			res = m
		}
		r.learn(res)
		r.ack("")
		switch res.StatusCode {
		case 200:
			accepted++
			r.request("BYE", nil, "")
			r.status(200, "BYE")
		case 503:
			refused++
			if headerValues(res, "retry-after") == "" {
				t.Errorf("%s", res)
			}
		default:
			t.Fatalf("%s", res)
		}
		r.conn.Close()
	}
	if accepted < 10 || refused < 100 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
	until(t, "nothing left", func() bool { return s.Calls()+dialogs(s)+s.Pending() == 0 })
	if n := strings.Count(log.String(), "looks like a proxy"); n != 1 {
		t.Errorf("told %d times that the source looks like a proxy:\n%s", n, log.String())
	}
}
