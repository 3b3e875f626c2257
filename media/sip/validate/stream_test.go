package validate

import (
	"strings"
	"testing"
)

func TestFrame(t *testing.T) {
	head := "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP a\r\n"
	for _, c := range []struct {
		name, buf string
		rest      int // bytes behind the message; −1: not whole yet
		broken    string
	}{
		{"nothing", "", -1, ""},
		{"half a line", "OPTIONS sip", -1, ""},
		{"half a head", head, -1, ""},
		{"no body", head + "Content-Length: 0\r\n\r\n", 0, ""},
		{"two messages", head + "Content-Length: 0\r\n\r\n" + head, len(head), ""},
		{"a body", head + "l : 5\r\n\r\nhello++", 2, ""},
		{"half a body", head + "Content-Length:\r\n 5\r\n\r\nhel", -1, ""},
		{"twice the same length", head + "l: 1\r\nContent-Length: 1\r\n\r\nx", 0, ""},
		{"no length and no body", head + "\r\n", 0, ""},
		{"no length and a type", head + "c: text/plain\r\n\r\nhello", -1, "Missing Content-Length"},
		{"two lengths", head + "l: 1\r\nl: 2\r\n\r\nxx", -1, "More Than One"},
		{"length in words", head + "l: one\r\n\r\nx", -1, "Malformed"},
		{"a length less than nothing", head + "l: -1\r\n\r\nx", -1, "Malformed"},
		{"too long", head + "l: 900000000\r\n\r\nx", -1, "Too Large"},
		{"a line without a colon", head + "Broken\r\nl: 0\r\n\r\n", 0, ""},
		{"never ends", head + "X: " + strings.Repeat("a", MaxMessage), -1, "Do Not End"},
		{"lines without end", head + strings.Repeat("X: y\r\n", 300) + "\r\n", -1, "Too Many"},
	} {
		size, broken := Frame([]byte(c.buf))
		if (c.broken == "") != (broken == "") || !strings.Contains(broken, c.broken) {
			t.Errorf("%s: %q, want %q", c.name, broken, c.broken)
		}
		want := 0
		if c.rest >= 0 {
			want = len(c.buf) - c.rest
		}
		if size != want {
			t.Errorf("%s: %d of %d bytes, want %d", c.name, size, len(c.buf), want)
		}
	}
}

// However a stream is cut into pieces, the same messages come out of it.
func FuzzFrame(f *testing.F) {
	f.Add(message("INVITE", sdpBody, "Content-Type: application/sdp"))
	f.Fuzz(func(t *testing.T, b []byte) {
		size, broken := Frame(b)
		if size < 0 || size > len(b) || size > 0 && broken != "" {
			t.Fatalf("%d of %d, %q", size, len(b), broken)
		}
		if size > 0 {
			for _, n := range []int{0, size / 2, size - 1} {
				if got, broken := Frame(b[:n]); got != 0 || broken != "" && broken != "Header Fields Do Not End" &&
					n < size/2 {
					t.Fatalf("a piece of %d of %d bytes: %d, %q", n, size, got, broken)
				}
			}
			if again, _ := Frame(Measured(b[:size])); again < size {
				t.Fatalf("%d with a length, %d without", again, size)
			}
		}
		Peek(b)
	})
}

func TestPeek(t *testing.T) {
	n := Peek(message("INVITE", sdpBody, "From: \"x;tag=no\" <sip:13800138000@h>;tag=yes", "t: <sip:a@b>; TAG=to",
		"Call-ID: 1@2"))
	if n != (Names{Method: "INVITE", CallID: "1@2", FromTag: "yes", ToTag: "to", FromUser: "13800138000"}) {
		t.Errorf("%+v", n)
	}
	if n := Peek([]byte("SIP/2.0 200 OK\r\ni: 7\r\nf: <sip:a@b>;tag=9\r\n\r\n")); n != (Names{CallID: "7", FromTag: "9",
		FromUser: "a"}) {
		t.Errorf("%+v", n)
	}
	if n := Peek([]byte("nonsense")); n != (Names{}) {
		t.Errorf("%+v", n)
	}
}

func TestRefuse(t *testing.T) {
	r := Refuse(message("INVITE", ""), 503, "Too Many Calls", "Retry-After: 5")
	if r == nil || !strings.HasPrefix(string(r.Answer), "SIP/2.0 503 Too Many Calls\r\nVia: ") ||
		!strings.Contains(string(r.Answer), "\r\nRetry-After: 5\r\n") {
		t.Errorf("%q", r.Answer)
	}
	answered(t, message("INVITE", ""), r)
	if r := Refuse(message("ACK", ""), 503, "x"); r.Answer != nil {
		t.Errorf("an ACK is answered: %q", r.Answer)
	}
}
