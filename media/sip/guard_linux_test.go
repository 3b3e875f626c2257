package sip

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
	"rexian/media/sip/validate"
)

// Calls that nobody acknowledges have few places: one source has fewer, and when all are taken, a new caller gets the
// place of whoever has kept us waiting for longest. Who is known needs none. (Linux has all of 127.0.0.0/8.)
func TestUnacknowledgedCallsAreFew(t *testing.T) {
	g, err := guard.New(guard.Config{Limits: guard.Limits{Pending: 6, PendingEach: 2},
		Allow: mustPrefixes(t, "127.0.1.0/24")})
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

// A source whose calls come faster than they may, and faster than its datagrams may, loses its new calls and nothing
// else: each is answered at once, and each that was accepted is acknowledged and comes to its end.
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

// Who guesses passwords is banned, and only who has proved to be there: a nonce that another got proves nothing.
func TestGuessingIsBanned(t *testing.T) {
	g, err := guard.New(guard.Config{Limits: guard.Limits{BadAuths: 5}})
	if err != nil {
		t.Fatal(err)
	}
	auth, err := digest.New(digest.Config{Realm: "here", Secrets: digest.Passwords{"1001": digest.NewSecret("right")}})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, loopback(t), nil, func(c *Config) { c.Guard, c.Registrar = g, &guessed{auth, g} })
	ask := func(r *raw) *wire.Response {
		r.id = newTag()
		r.request("REGISTER", nil, "")
		return r.status(401, "REGISTER")
	}
	guess := func(r *raw, challenge *wire.Response) {
		m, err := validate.NewParser().ParseSIP([]byte(r.text("REGISTER", newTag(), nil, "")))
		if err != nil {
			t.Fatal(err)
		}
		req := m.(*wire.Request)
		if err := (&digest.Client{User: "1001", Secret: digest.NewSecret("wrong")}).Answer(req, challenge); err != nil {
			t.Fatal(err)
		}
		r.send(req.String())
	}
	attacker, victim := newRawAt(t, s, net.IPv4(127, 0, 0, 2)), newRawAt(t, s, net.IPv4(127, 0, 0, 3))
	for range 10 { // the attacker forges the victim's address, with challenges that it got itself
		guess(victim, ask(attacker))
		victim.status(401, "REGISTER")
	}
	if n := len(g.Banned()); n != 0 {
		t.Fatalf("%d bans for what another sent", n)
	}
	n := 0
	for ; n < 20 && len(g.Banned()) == 0; n++ {
		guess(attacker, ask(attacker))
		if n < 4 {
			attacker.status(401, "REGISTER")
		} else {
			until(t, "counted", func() bool { return g.Stats().Offences[guard.BadAuth] == uint64(10+n+1) })
		}
	}
	if n != 5 || g.Banned()[0].Source.Addr().String() != "127.0.0.2" {
		t.Errorf("banned after %d guesses: %v", n, g.Banned())
	}
	victim.id = newTag()
	victim.request("OPTIONS", nil, "")
	victim.status(200, "OPTIONS")
}

// guessed is a registrar that only asks for credentials.
type guessed struct {
	auth *digest.Server
	g    *guard.Guard
}

func (r *guessed) Contacts(string) []Contact { return nil }

func (r *guessed) Register(req *Request, src netip.AddrPort) *Response {
	_, v := r.auth.Check(req)
	if v == digest.Wrong {
		r.g.Report(src, guard.BadAuth, r.auth.Proved(req))
	}
	return r.auth.Refuse(req, v)
}

// Who knows the names of a call may not take its place for that: it needs to be known, or at the replaced side's
// address.
func TestReplacesNeedsAuthority(t *testing.T) {
	g, err := guard.New(guard.Config{Allow: mustPrefixes(t, "127.0.1.0/24")})
	if err != nil {
		t.Fatal(err)
	}
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.Guard = g })
	for ip, status := range map[[4]byte]int{{127, 0, 0, 9}: 403, {127, 0, 0, 2}: 200, {127, 0, 1, 1}: 200} {
		r := newRawAt(t, s, net.IPv4(127, 0, 0, 2))
		r.call()
		c := within(t, "call", calls)
		until(t, "acknowledged", func() bool { return s.Pending() == 0 })
		third := newRawAt(t, s, net.IPv4(ip[0], ip[1], ip[2], ip[3]))
		third.send(third.text("INVITE", newTag(),
			[]string{"Replaces: " + r.id + " ; to-tag = " + r.theirTag + ";from-tag=" + r.tag}, third.sdp("")))
		third.learn(third.status(status, "INVITE"))
		if status == 200 {
			third.ack("")
			r.wants("BYE")
			r = third
		}
		r.request("BYE", nil, "")
		r.status(200, "BYE")
		within(t, "end", c.Done())
	}
}
