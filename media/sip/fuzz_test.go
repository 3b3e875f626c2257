package sip

import (
	"bytes"
	"io"
	"net"
	"testing"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/validate"
)

// Every value of strangers that this package reads by itself.
func FuzzValues(f *testing.F) {
	for _, s := range []string{
		`Q.850;cause=16;text="a \"b\" c", SIP;cause=200`, "1800;refresher=uas", "id;to-tag=a;from-tag=b;early-only",
		"<sip:a@b?Replaces=c%3Bto-tag%3Dd%3Bfrom-tag%3De>", "SIP/2.0 180 Ringing\r\n", "Signal=5\r\nDuration=100", "\"",
		";;,,==", "sip:a%ZZ@b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if q, _ := parseReason(s); q < 0 || q > 127 {
			t.Errorf("cause %d", q)
		}
		req := wire.NewRequest(wire.INVITE, wire.Uri{Scheme: "sip", User: s, Host: "h"})
		req.AppendHeader(wire.NewHeader("Session-Expires", s))
		req.AppendHeader(wire.NewHeader("Min-SE", s))
		if d, _, ok := sessionExpires(req); ok && d < 0 || minSE(req) < 0 {
			t.Errorf("%v", d)
		}
		parseReplaces(s)
		if _, replaces, ok := referTarget(s); ok && clean(replaces) != replaces {
			t.Errorf("%q", replaces)
		}
		if n, reason := fragment([]byte(s)); n != 0 && (n < 100 || n > 699) || clean(reason) != reason {
			t.Errorf("%d %q", n, reason)
		}
		req.AppendHeader(wire.NewHeader("Content-Type", "multipart/mixed; boundary="+s))
		req.SetBody([]byte(s))
		sdpBody(req)
		if u := userOf(&req.Recipient); clean(u) != u {
			t.Errorf("%q", u)
		}
		if h := reasonHeader(16, s); clean(h) != h {
			t.Errorf("%q", h)
		}
		mask(s)
	})
}

// sink is a connection that goes nowhere.
type sink struct{}

func (sink) LocalAddr() net.Addr           { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5060} }
func (sink) WriteMsg(m wire.Message) error { m.StringWrite(discard{}); return nil }
func (sink) Ref(int) int                   { return 1 }
func (sink) TryClose() (int, error)        { return 1, nil }
func (sink) Close() error                  { return nil }

type discard struct{}

func (discard) WriteString(s string) (int, error) { return io.Discard.Write([]byte(s)) }

// Whatever the parser takes goes through all of the server without a crash, new calls and requests within one alike.
func FuzzRequest(f *testing.F) {
	e := loopback(f)
	s := serve(f, e, func(c *Call) { c.Reject(486, "Busy") }, nil)
	r := newRaw(f, s)
	for _, m := range []string{"INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY",
		"OPTIONS", "REGISTER", "FOO"} {
		f.Add([]byte(r.text(m, "b", []string{"Require: 100rel", "Session-Expires: 90",
			"Replaces: a;to-tag=b;from-tag=c", "RAck: 1 1 INVITE"}, r.sdp(""))))
		r.theirTag = "x"
	}
	parser := validate.NewParser()
	f.Fuzz(func(t *testing.T, b []byte) {
		if validate.Datagram(b) != nil {
			return
		}
		m, err := parser.ParseSIP(bytes.Clone(b))
		if err != nil {
			return
		}
		m.SetTransport("UDP")
		m.SetSource("127.0.0.1:9")
		switch m := m.(type) {
		case *wire.Request:
			stamp(m)
			tx := wire.NewServerTx("k", m, sink{}, quiet(nil))
			tx.Init()
			s.request(m, tx)
			tx.Terminate()
		case *wire.Response:
			s.strayResponse(m)
		}
	})
	until(f, "no calls", func() bool { return s.Calls() == 0 })
}
