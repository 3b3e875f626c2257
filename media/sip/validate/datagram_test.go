package validate

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

func TestDatagram(t *testing.T) {
	good := string(message("INVITE", sdpBody, "Content-Type: application/sdp"))
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the message", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct {
		name, data string
		status     int // −1: fine
		why        string
	}{
		{"a call", good, -1, ""},
		{"keep-alive", "\r\n\r\n", -1, ""},
		{"zeroes", "\x00\x00\x00\x00", -1, ""},
		{"nothing", "", -1, ""},
		{"garbage", "hello", 0, "line end"},
		{"garbage in lines", "hello\r\nworld\r\n\r\n", 0, "no SIP"},
		{"a web request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, "no SIP"},
		{"bare line feeds", strings.ReplaceAll(good, "\r\n", "\n"), 0, "line end"},
		{"two blanks", change("INVITE sip:", "INVITE  sip:"), 400, "Blanks"},
		{"a tab", change("INVITE sip:", "INVITE\tsip:"), 400, "Blanks"},
		{"trailing blank", change(" SIP/2.0\r\n", " SIP/2.0 \r\n"), 400, "Blanks"},
		{"no scheme", change("sip:12366@192.0.2.9 SIP", "12366 SIP"), 400, "Request-URI"},
		{"everybody", change("sip:12366@192.0.2.9 SIP", "* SIP"), 400, "Request-URI"},
		{"port in words", change("@192.0.2.9 SIP", "@192.0.2.9:x SIP"), 400, "Request-URI"},
		{"open bracket", change("@192.0.2.9 SIP", "@[2001:db8::1 SIP"), 400, "Request-URI"},
		{"IPv6", change("@192.0.2.9 SIP", "@[2001:db8::1]:5060 SIP"), -1, ""},
		{"other scheme", change("sip:12366@192.0.2.9 SIP", "h323.x:1 SIP"), 416, "Scheme"},
		{"no colon", change("Max-Forwards: 70", "Max-Forwards 70"), 400, "Colon"},
		{"no end", good[:strings.Index(good, "\r\n\r\n")], 400, "Do Not End"},
		{"cut body", good[:len(good)-10], -1, ""}, // no Content-Length: the datagram is the body
		{"cut body with length", change("Max-Forwards", "l: 9999\r\nMax-Forwards"), 400, "Shorter"},
		{"length in words", change("Max-Forwards", "Content-Length : x\r\nMax-Forwards"), -1, ""},
		{"lone CR", change("Max-Forwards: 70", "Max-Forwards: 70\r"), 400, "CRLF"},
		{"begins with a continuation", change("SIP/2.0\r\n", "SIP/2.0\r\n x\r\n"), 400, "Continuation"},
		{"too many fields", change("Max-Forwards", strings.Repeat("X: y\r\n", 300)+"Max-Forwards"), 400, "Too Many"},
		{"broken, without Via", strings.Replace(change("Max-Forwards: 70", "Max-Forwards 70"), "Via:", "Viola:", 1), 0,
			"Colon"},
		{"broken, with a broken Via",
			strings.Replace(change("Max-Forwards: 70", "Max-Forwards 70"), "SIP/2.0/UDP 192", "192", 1), 0, "Colon"},
		{"broken ACK", strings.Replace(change("Max-Forwards: 70", "Max-Forwards 70"), "INVITE", "ACK", 2), 0, "Colon"},
		{"a response", "SIP/2.0 200 OK\r\n\r\n", -1, ""},
		{"a response without reason", "SIP/2.0 200 \r\n\r\n", -1, ""},
		{"a response of 2000", "SIP/2.0 2000 OK\r\n\r\n", 0, "status line"},
		{"a response that does not end", "SIP/2.0 200 OK\r\nVia: x", 0, "Do Not End"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Datagram([]byte(c.data))
			switch {
			case r == nil && c.status != -1:
				t.Fatalf("fine, want %d", c.status)
			case r == nil:
				return
			case r.Status != c.status || !strings.Contains(r.Why, c.why):
				t.Fatalf("%d %s, want %d %s", r.Status, r.Why, c.status, c.why)
			case (r.Answer != nil) != (c.status > 0):
				t.Fatalf("answer %q with status %d", r.Answer, r.Status)
			}
			if r.Answer != nil {
				answered(t, []byte(c.data), r)
			}
		})
	}
}

// answered checks that an answer is a response that the sender can match to its request.
func answered(t testing.TB, data []byte, r *Refusal) {
	t.Helper()
	m, err := sip.NewParser().ParseSIP(r.Answer)
	if err != nil {
		return // the sender's own fields may be broken; they are repeated as they are
	}
	res, ok := m.(*sip.Response)
	if !ok || res.StatusCode != r.Status || len(res.Body()) > 0 {
		t.Fatalf("no answer: %q", r.Answer)
	}
	if len(r.Answer) > len(data)+200 {
		t.Fatalf("%d bytes are answered by %d", len(data), len(r.Answer))
	}
}

func TestRefusalAnswer(t *testing.T) {
	data := message("INVITE", "", "Call-ID: 7@x", "+Broken", "+Via: SIP/2.0/TCP 198.51.100.1\r\n ;branch=z9hG4bKb")
	r := Datagram(data)
	if r == nil {
		t.Fatal("not refused")
	}
	got, again := string(r.Answer), string(Datagram(data).Answer)
	if got != again {
		t.Error("a repeated request gets another answer")
	}
	want := "SIP/2.0 400 Header Field Without a Colon\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa1;rport\r\nVia: SIP/2.0/TCP 198.51.100.1 ;branch=z9hG4bKb\r\n" +
		"From: <sip:13800000000@192.0.2.1>;tag=1\r\nTo: <sip:12366@192.0.2.9>;tag="
	if !strings.HasPrefix(got, want) ||
		!strings.HasSuffix(got, "\r\nCall-ID: 7@x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n") {
		t.Errorf("answer\n%s", got)
	}
	src := netip.MustParseAddrPort("203.0.113.5:40000")
	for via, want := range map[string]string{
		"SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa1;rport": "203.0.113.5:40000",
		"SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa1":       "203.0.113.5:5070",
		"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa1":            "203.0.113.5:5060",
	} {
		if got := Datagram(message("OPTIONS", "", "Via: "+via, "+Broken")).To(src); got.String() != want {
			t.Errorf("%s: answer to %v, want %s", via, got, want)
		}
	}
}

func seed(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(messages(f), "*", "*.dat"))
	if err != nil || len(files) == 0 {
		f.Fatal("no messages", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(message("INVITE", sdpBody, "Content-Type: application/sdp"))
	f.Add(message("REFER", "", "r: sip:100@192.0.2.9"))
}

// What Datagram lets through, the parser takes; nothing crashes; every fault has an answer that can be read.
func FuzzJudge(f *testing.F) {
	seed(f)
	parser := NewParser()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 20_000 {
			return
		}
		if r := Datagram(data); r != nil {
			if r.Answer != nil {
				answered(t, data, r)
			}
			return
		}
		if len(bytes.Trim(data, "\r\n\x00")) == 0 {
			return
		}
		m, err := parser.ParseSIP(data)
		if err != nil {
			t.Fatalf("let through, but the parser says %v\n%q", err, data)
		}
		switch m := m.(type) {
		case *sip.Request:
			if f := Request(m); f != nil {
				if f.Status < 400 || f.Status > 599 || f.Reason == "" {
					t.Fatalf("%+v", f)
				}
				if res := f.Response(m); res != nil && !strings.HasPrefix(res.String(), "SIP/2.0 ") {
					t.Fatalf("%s", res)
				}
			}
			Part(m, "application/sdp")
			Hops(m)
		case *sip.Response:
			_ = Response(m)
		}
	})
}

func BenchmarkDatagram(b *testing.B) {
	m := message("INVITE", sdpBody, "Content-Type: application/sdp")
	b.ReportAllocs()
	for b.Loop() {
		if Datagram(m) != nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkRequest(b *testing.B) {
	req := parse(b, message("INVITE", sdpBody, "Content-Type: application/sdp"))
	b.ReportAllocs()
	for b.Loop() {
		if Request(req) != nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkParser(b *testing.B) {
	m := message("INVITE", sdpBody, "Content-Type: application/sdp")
	for _, c := range []struct {
		name string
		p    *sip.Parser
	}{{"sipgo", sip.NewParser()}, {"ours", NewParser()}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.p.ParseSIP(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
