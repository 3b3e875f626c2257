package sip

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"rexian/media/rtp"
	"rexian/media/sdp"
)

// certificate is a fresh one for the loopback, and the configuration of both sides.
func certificate(t testing.TB) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, RootCAs: roots}
}

// pair is two servers of ours with one call between them, both ends up.
type pair struct {
	a, b    *Server
	out, in *Call
}

func newPair(t testing.TB, change func(*Config)) *pair {
	t.Helper()
	e := loopback(t)
	on, calls := answering(t)
	p := &pair{}
	p.b = serve(t, e, on, change)
	p.a = serve(t, e, nil, change)
	var err error
	if p.out, err = p.a.Dial(t.Context(), Outbound{To: uri(p.b, "12366"), From: "1001"}); err != nil {
		t.Fatal(err)
	}
	p.in = within(t, "call", calls)
	until(t, "acknowledged", func() bool {
		p.in.mu.Lock()
		defer p.in.mu.Unlock()
		return len(p.in.d.acks) == 0 && p.in.state == answered
	})
	return p
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	cert := certificate(t)
	for _, network := range []string{"udp", "tcp", "tls", "ws", "wss"} {
		for _, host := range []string{"127.0.0.1", "0.0.0.0", ""} {
			t.Run(network+" "+host, func(t *testing.T) {
				e := loopback(t)
				on, calls := answering(t)
				listen := func(c *Config) { c.Listen, c.TLS = []string{network + "://" + host + ":0"}, cert }
				b, a := serve(t, e, on, listen), serve(t, e, nil, listen)
				port := b.Addrs()[0][strings.LastIndex(b.Addrs()[0], ":")+1:]
				to := "sip:12366@127.0.0.1:" + port + ";transport=" + network
				out, err := a.Dial(t.Context(), Outbound{To: to, From: "1001"})
				if err != nil {
					t.Fatal(err)
				}
				in := within(t, "call", calls)
				until(t, "acknowledged",
					func() bool {
						in.mu.Lock()
						defer in.mu.Unlock()
						return len(in.d.acks) == 0 &&
							in.state == answered
					})
				if err := in.Hold(); err != nil { // towards whoever placed the call
					t.Error(err)
				}
				if !out.Held() {
					t.Error("not held")
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
}

func TestNoCertificate(t *testing.T) {
	t.Parallel()
	_, err := Listen(t.Context(), Config{Listen: []string{"tls://127.0.0.1:0"}, Media: loopback(t)})
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
	for _, bad := range []string{"", "127.0.0.1:5060", "sctp://127.0.0.1:0", "udp://"} {
		if _, err := Listen(t.Context(), Config{Listen: []string{bad}, Media: loopback(t)}); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	p := newPair(t, nil)
	for _, c := range []struct {
		name         string
		do           func() error
		inDir        sdp.Direction
		inHeld, held bool
	}{
		{"out holds", p.out.Hold, sdp.RecvOnly, true, false},
		{"both hold", p.in.Hold, sdp.Inactive, true, true},
		{"out takes back", p.out.Unhold, sdp.SendOnly, false, true},
		{"in takes back", p.in.Unhold, sdp.SendRecv, false, false},
	} {
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		until(t, c.name, func() bool { p.in.mu.Lock(); defer p.in.mu.Unlock(); return p.in.media.Direction == c.inDir })
		if p.in.Held() != c.inHeld || p.out.Held() != c.held {
			t.Errorf("%s: held %v and %v", c.name, p.in.Held(), p.out.Held())
		}
	}
	// Both at once: one of them meets 491 and comes again.
	errs := make(chan error, 2)
	go func() { errs <- p.out.Hold() }()
	go func() { errs <- p.in.Hold() }()
	for range 2 {
		if err := within(t, "hold", errs); err != nil {
			t.Error(err)
		}
	}
	if !p.in.Held() || !p.out.Held() {
		t.Error("not both held")
	}
}

func TestSecureCall(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *Config) { c.Secure = sdp.Required })
	if p.in.media.Send == nil || p.out.media.Recv == nil ||
		string(p.in.media.Send.Key) != string(p.out.media.Recv.Key) {
		t.Error("no common keys")
	}
}

func TestBlindTransfer(t *testing.T) {
	t.Parallel()
	p := newPair(t, nil)
	asked := make(chan string, 2)
	p.in.OnRefer(func(target, replaces string) error {
		asked <- target + " " + replaces
		if strings.Contains(target, "busy") {
			return &Failure{Status: 486, Reason: "Busy Here"}
		}
		if strings.Contains(target, "odd") {
			return errors.New("no")
		}
		return nil
	})
	if err := p.out.Refer(t.Context(), "sip:777@192.0.2.1", nil); err != nil {
		t.Error(err)
	}
	if got := within(t, "transfer", asked); got != "sip:777@192.0.2.1 " {
		t.Errorf("%q", got)
	}
	for target, status := range map[string]int{"sip:busy@192.0.2.1": 486, "sip:odd@192.0.2.1": 503} {
		var f *Failure
		if err := p.out.Refer(t.Context(), target, nil); !errors.As(err, &f) || f.Status != status {
			t.Errorf("%s: %v", target, err)
		}
	}
	var f *Failure
	if err := p.in.Refer(t.Context(), "sip:777@192.0.2.1", nil); !errors.As(err, &f) || f.Status != 603 {
		t.Errorf("nobody decides there: %v", err)
	}
}

// An attended transfer: a speaks with b and with c, and sends b to c in its own place. At c the call goes on with b.
func TestAttendedTransfer(t *testing.T) {
	t.Parallel()
	e := loopback(t)
	on, calls := answering(t)
	a, b, c := serve(t, e, nil, nil), serve(t, e, on, nil), serve(t, e, on, nil)
	ab, err := a.Dial(t.Context(), Outbound{To: uri(b, "b")})
	if err != nil {
		t.Fatal(err)
	}
	atB := within(t, "call at b", calls)
	ac, err := a.Dial(t.Context(), Outbound{To: uri(c, "c")})
	if err != nil {
		t.Fatal(err)
	}
	atC := within(t, "call at c", calls)
	until(t, "acknowledged", func() bool {
		atC.mu.Lock()
		defer atC.mu.Unlock()
		return len(atC.d.acks) == 0 && atC.state == answered
	})
	third := make(chan *Call, 1)
	atB.OnRefer(func(target, replaces string) error {
		call, err := b.Dial(context.Background(), Outbound{To: target, Replaces: replaces})
		if err == nil {
			third <- call
		}
		return err
	})
	stream := atC.Stream()
	if err := ab.Refer(t.Context(), "", ac); err != nil {
		t.Fatal(err)
	}
	bc := within(t, "new call", third)
	within(t, "the replaced leg", ac.Done())
	if ac.Cause().By != Remote {
		t.Errorf("%+v", ac.Cause())
	}
	select {
	case <-atC.Done():
		t.Fatal("the call at c ended")
	default:
	}
	if atC.Stream() != stream || c.Calls() != 1 {
		t.Errorf("another stream, or %d calls", c.Calls())
	}
	if atC.media.Addr != bc.Stream().Local() {
		t.Errorf("sound goes to %v, not to %v", atC.media.Addr, bc.Stream().Local())
	}
	bc.Hangup("")
	within(t, "end at c", atC.Done())
	until(t, "nothing left at c", func() bool { return c.Calls()+dialogs(c) == 0 })
}

func TestKeysAndSound(t *testing.T) {
	t.Parallel()
	p := newPair(t, nil)
	keys := make(chan byte, 8)
	p.in.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Key {
			keys <- e.Digit
		}
	})
	p.out.Stream().SendKeys("42#", 80*time.Millisecond, 60*time.Millisecond)
	for _, want := range "42#" {
		if got := within(t, "key", keys); got != byte(want) {
			t.Errorf("key %c, want %c", got, want)
		}
	}
}

func TestEarlyMedia(t *testing.T) {
	t.Parallel()
	e := loopback(t)
	calls := make(chan *Call, 1)
	b := serve(t, e, func(c *Call) {
		if err := c.Progress(); err != nil {
			t.Error(err)
		}
		calls <- c
	}, nil)
	a := serve(t, e, nil, nil)
	early := make(chan bool, 4)
	go a.Dial(t.Context(), Outbound{To: uri(b, "1"),
		OnProgress: func(status int, sound bool) { early <- status == 183 && sound }})
	if !within(t, "progress", early) {
		t.Error("no sound before the answer")
	}
	within(t, "call", calls).Reject(480, "Closed")
}

// A session timer keeps a call, and ends one whose far side is gone.
func TestSessionTimer(t *testing.T) {
	t.Parallel()
	short := func(c *Config) { c.MinSE, c.SessionExpires = time.Second, 2*time.Second }
	t.Run("refreshed", func(t *testing.T) {
		p := newPair(t, short)
		first := p.in.d.session.until
		until(t, "refreshed",
			func() bool { p.in.mu.Lock(); defer p.in.mu.Unlock(); return p.in.d.session.until.After(first) })
		if p.in.Cause().By != 0 || p.out.Cause().By != 0 {
			t.Error("ended")
		}
	})
	t.Run("by re-INVITE", func(t *testing.T) {
		on, calls := answering(t)
		s := serve(t, loopback(t), on, short)
		r := newRaw(t, s)
		res := r.call("Supported: timer", "Session-Expires: 2") // no Allow: UPDATE is not known there
		if got := headerValues(res, "session-expires"); got != "2;refresher=uas" {
			t.Errorf("%q", got)
		}
		c := within(t, "call", calls)
		again := r.wants("INVITE")
		if headerValues(again, "session-expires") != "2;refresher=uac" ||
			!strings.Contains(string(again.Body()), "a=sendrecv") {
			t.Errorf("%s", again)
		}
		r.answer(again, 481, "Gone", nil, "")
		within(t, "end", c.Done())
		if c.Cause().By != Timeout {
			t.Errorf("%+v", c.Cause())
		}
	})
	t.Run("not refreshed by them", func(t *testing.T) {
		on, calls := answering(t)
		s := serve(t, loopback(t), on, short)
		r := newRaw(t, s)
		res := r.call("Supported: timer", "Session-Expires: 2;refresher=uac")
		if got := headerValues(res, "session-expires"); got != "2;refresher=uac" ||
			!hasToken(headerValues(res, "require"), "timer") {
			t.Errorf("%q", got)
		}
		c := within(t, "call", calls)
		r.wants("BYE")
		within(t, "end", c.Done())
		if c.Cause().By != Timeout {
			t.Errorf("%+v", c.Cause())
		}
	})
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	p := newPair(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := p.b.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	within(t, "end", p.in.Done())
	within(t, "end", p.out.Done())
	if _, err := p.b.Dial(t.Context(), Outbound{To: uri(p.a, "1")}); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}
