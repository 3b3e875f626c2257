package siptrace

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

func invite(id, more, body string) []byte {
	return []byte("INVITE sip:13812345678@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1\r\n" +
		"Call-ID: " + id + "\r\nCSeq: 1 INVITE\r\n" + more +
		fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) + body)
}

// hide masks all of a number, so that anything left of it is a leak.
func hide(string) string { return "####" }

func TestTextHidesPeopleAndSecrets(t *testing.T) {
	const secret = "13812345678"
	sdp := "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\np=+86 " + secret + "\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\n" +
		"m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + secret + "\r\na=ptime:20\r\n"
	for name, tc := range map[string]struct {
		head, body string
		want       []string
	}{
		"addresses": {"From: \"Li " + secret + "\" <sip:" + secret + "@a.example>;tag=1\r\nTo: <tel:+86-" + secret +
			">\r\nContact: <sips:" + secret + ":pw@10.0.0.2:5061;transport=tls>\r\n", "",
			[]string{"From: \"…\" <sip:####@a.example>;tag=1\r\n", "To: <tel:####>", "@10.0.0.2:5061;transport=tls>"}},
		"a bare name": {"From: Li " + secret + " <sip:1@a.example>\r\n", "",
			[]string{`From:  "…" <sip:####@a.`}},
		"parameters of users": {"To: <sip:+86" + secret + ";phone-context=x@a.example;user=phone>\r\n", "",
			[]string{"a.example;user=phone"}},
		"a number for a host": {"Refer-To: <sip:" + secret + ">\r\n", "", []string{"Refer-To: <sip:####>"}},
		"a list": {"History-Info: <sip:" + secret + "@a>;index=1, Li <sip:" + secret + "@b>;index=2\r\n", "",
			[]string{"@a>;index=1", "@b>;index=2"}},
		"credentials": {"Authorization: Digest username=\"a\", response=\"" + secret + "\"\r\n", "",
			[]string{"Authorization: … ("}},
		"what flows say": {"User-to-User: " + secret + "\r\nX-Data: " + secret + "\r\n", "", []string{"X-Data: …"}},
		"a description": {"Content-Type: application/sdp\r\n", sdp,
			[]string{"a=crypto:…\r\n", "p=…\r\n", "a=ptime:20\r\n", "c=IN IP4 10.0.0.2"}},
		"keys":           {"Content-Type: application/dtmf-relay\r\n", "Signal=" + secret, []string{"\r\n\r\n… (18)"}},
		"a folded field": {"To: <sip:a@b>\r\n ;x=\"" + secret + "\"\r\n", "", []string{"To: <sip:####@b> ;x=\"…\""}},
		"controls":       {"Server: \x1b[31m\r\n", "", []string{"Server: ?[31m"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := Message{Data: invite("c1", tc.head, tc.body)}
			got := m.Text(hide)
			for _, w := range append(tc.want, "INVITE sip:####@10.0.0.1 SIP/2.0\r\n", "Call-ID: c1\r\n") {
				if !strings.Contains(got, w) {
					t.Errorf("%q is not in\n%s", w, got)
				}
			}
			if strings.Contains(got, secret) || strings.Contains(got, "\x1b") {
				t.Errorf("it shows\n%s", got)
			}
		})
	}
}

func TestLogKeepsTheLatestOfCalls(t *testing.T) {
	l := New(64 << 10)
	for i := range 4000 {
		l.Add(Message{At: time.Unix(int64(i), 0), Sent: i%2 == 0,
			Data: invite(fmt.Sprintf("call%d.", i/4), strings.Repeat("Via: x\r\n", i%50), "")})
		l.Add(Message{Data: []byte("REGISTER sip:a SIP/2.0\r\nCall-ID: call999.\r\nCSeq: 1 REGISTER\r\n\r\n")})
		l.Add(Message{Data: []byte("SIP/2.0 200 OK\r\nCall-ID: call999.\r\nCSeq: 1 OPTIONS\r\n\r\n")})
	}
	got := l.Of("call999.", "")
	if len(got) != 4 {
		t.Fatalf("%d messages of the last call, want 4", len(got))
	}
	for i, m := range got {
		if m.At != time.Unix(int64(3996+i), 0) || m.Sent != (i%2 == 0) {
			t.Errorf("message %d is of %v", i, m.At)
		}
	}
	if old := l.Of("call1."); len(old) != 0 {
		t.Errorf("%d messages of an old call", len(old))
	}
	if none := l.Of(""); none != nil {
		t.Error("no call has messages")
	}
}

func TestNoLogKeepsNothing(t *testing.T) {
	var l *Log
	l.Add(Message{Data: invite("c1", "", "")})
	if l.Of("c1") != nil || New(100) != nil {
		t.Error("there is a log")
	}
}

func TestLogOfManyGoroutines(t *testing.T) {
	l := New(128 << 10)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			id := fmt.Sprintf("of%d.", g)
			for range 500 {
				l.Add(Message{Remote: netip.MustParseAddrPort("10.0.0.2:5060"), Data: invite(id, "", "")})
				for _, m := range l.Of(id) {
					if !strings.Contains(string(m.Data), id) {
						t.Error("a message of another call")
					}
				}
			}
		})
	}
	wg.Wait()
}

func FuzzText(f *testing.F) {
	f.Add([]byte("INVITE sip:a@b SIP/2.0\r\nFrom: \"x\\\" <sip:c@d>\r\n\r\nbody"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := Message{Data: data}
		if strings.ContainsRune(m.Text(hide), '\x1b') {
			t.Error("it steers the terminal")
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	l, data := New(16<<20), invite("c1", strings.Repeat("Supported: timer, replaces, 100rel\r\n", 15), "")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		l.Add(Message{Data: data})
	}
}

// What the log takes grows to its size and no further: it is not what calls need.
func TestUsedEndsAtTheSize(t *testing.T) {
	const size = 64 << 10
	l := New(size)
	before := l.Used()
	l.Add(Message{Data: invite("c", "", "")})
	if one := l.Used() - before; before != 0 || one < 100 || one > 600 {
		t.Errorf("%d bytes, and %d for a message", before, one)
	}
	for i := range 1000 {
		l.Add(Message{Data: invite(fmt.Sprint("c", i), "", strings.Repeat("v", i%900))})
	}
	full := l.Used()
	for i := range 1000 {
		l.Add(Message{Data: invite(fmt.Sprint("d", i), "", strings.Repeat("v", i%900))})
	}
	if full < size*9/10 || full > 2*size || l.Used() > full+900 {
		t.Errorf("%d bytes when full, %d later", full, l.Used())
	}
	if (*Log)(nil).Used() != 0 {
		t.Error("no log takes memory")
	}
}
