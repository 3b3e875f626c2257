package sdp

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"

	pion "github.com/pion/sdp/v3"

	"rexian/media/audio"
)

const (
	key1 = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
	head = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
	line = "m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)

func local(s Secure) *Local {
	return &Local{
		Addr: netip.MustParseAddrPort("192.0.2.1:20000"), Session: 7, Version: 1, Secure: s,
		Rand: bytes.NewReader(bytes.Repeat([]byte("0123456789"), 30)),
	}
}

func TestAnswer(t *testing.T) {
	for _, c := range []struct {
		name   string
		offer  string
		secure Secure
		hold   bool
		says   []string // must be in the answer
		silent []string // must not
		want   Media    // Addr, Codec, Events, Ptime, Direction
	}{
		{name: "plain", offer: head + line,
			says:   []string{"m=audio 20000 RTP/AVP 8 101\r\n", "a=rtpmap:8 PCMA/8000", "a=sendrecv"},
			silent: []string{"PCMU"},
			want:   Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "their order wins", offer: head + "m=audio 4000 RTP/AVP 18 0 8\r\na=ptime:40\r\n",
			says: []string{"RTP/AVP 0\r\n", "a=ptime:40"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMU, Events: -1, Ptime: 40}},
		{name: "events under another number, wideband ones passed over",
			offer: head +
				"m=audio 4000 RTP/AVP 8 100 96\r\na=rtpmap:100 telephone-event/16000\r\na=rtpmap:96 Telephone-Event/8000\r\n",
			says:   []string{"RTP/AVP 8 96\r\n", "a=rtpmap:96 telephone-event/8000"},
			silent: []string{" 100"}, want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 96, Ptime: 20,
				AlsoEvents: [3]EventType{{100, 16000}}}},
		{name: "several payload types of events",
			offer: head + "m=audio 4000 RTP/AVP 8 111 110 101 96 97 98\r\na=rtpmap:111 opus/48000/2\r\n" +
				"a=rtpmap:110 telephone-event/48000\r\na=rtpmap:101 telephone-event/8000\r\n" +
				"a=rtpmap:96 telephone-event/8000/1\r\n" +
				"a=rtpmap:97 telephone-event/x\r\na=rtpmap:98 telephone-event/16000\r\n",
			says:   []string{"RTP/AVP 8 101\r\n", "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15"},
			silent: []string{"48000"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20,
				AlsoEvents: [3]EventType{{110, 48000}, {96, 8000}, {98, 16000}}}},
		{name: "events at 48000 alone",
			offer: head + "m=audio 4000 RTP/AVP 8 110\r\na=rtpmap:110 telephone-event/48000\r\n",
			says:  []string{"RTP/AVP 8 110\r\n", "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15"},
			want:  Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 110, EventRate: 48000, Ptime: 20}},
		{name: "hold", offer: head + line + "a=sendonly\r\n", says: []string{"a=recvonly"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20, Direction: RecvOnly}},
		{name: "inactive at session level", offer: head + "a=inactive\r\n" + line, says: []string{"a=inactive"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20, Direction: Inactive}},
		{name: "stream level wins", offer: head + "a=inactive\r\n" + line + "a=recvonly\r\n",
			says: []string{"a=sendonly"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20, Direction: SendOnly}},
		{name: "hold of RFC 2543", offer: strings.Replace(head, "c=IN IP4 192.0.2.9", "c=IN IP4 0.0.0.0", 1) + line,
			says: []string{"a=recvonly"},
			want: Media{Addr: ap("0.0.0.0:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20, Direction: RecvOnly}},
		{name: "we hold them", hold: true, offer: head + line, says: []string{"a=sendonly"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20, Direction: SendOnly}},
		{name: "both hold", hold: true, offer: head + line + "a=sendonly\r\n", says: []string{"a=inactive"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20, Direction: Inactive}},
		{name: "other streams keep their place",
			offer: head + "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n" + line + "m=image 6000 udptl t38\r\n",
			says: []string{"m=video 0 RTP/AVP 96\r\nm=audio 20000 RTP/AVP 8 101\r\n",
				"a=sendrecv\r\nm=image 0 udptl t38\r\n"},
			silent: []string{"H264"},
			want:   Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "mux and bundle are not taken up",
			offer:  head + "a=group:BUNDLE 0\r\n" + line + "a=rtcp-mux\r\na=mid:0\r\n",
			silent: []string{"mux", "BUNDLE"},
			want:   Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "odd lines", offer: head + "b=XX:1\r\ni=?\r\n" + line +
			"i=x\r\nb=TIAS:64000\r\nk=prompt\r\na=foo\r\na=\r\n",
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "bare newlines, no last one", offer: strings.TrimSpace(strings.ReplaceAll(head+line, "\r\n", "\n")),
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "packet time within limits", offer: head + line + "a=ptime:90\r\na=maxptime:35\r\n",
			says: []string{"a=ptime:30"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 30}},
		{name: "a refused stream without formats", offer: head + "m=audio 0 RTP/AVP\r\n" + line,
			says: []string{"m=audio 0 RTP/AVP 0\r\nm=audio 20000 RTP/AVP 8 101\r\n"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "faults in streams that are not taken",
			offer: head + line +
				"m=video 0 RTP/AVP 96\r\na=rtpmap:96\r\nm=\r\nm=text x RTP/AVP 98\r\nc=IN\r\nhello\r\n" +
				"m=video 0 RTP/AVP" + strings.Repeat(" 255", 70) + "\r\n",
			says: []string{"m=audio 20000 RTP/AVP 8 101\r\n",
				"m=video 0 RTP/AVP 96\r\nm=application 0 RTP/AVP 0\r\nm=text 0 RTP/AVP 98\r\nm=video 0 RTP/AVP 255\r\n"},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "addresses only where they are needed",
			offer: "v=0\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\nm=video 0 RTP/AVP 34\r\n" + line + "c=IN IP4 192.0.2.9\r\n",
			says:  []string{"m=audio 0 RTP/AVP 8\r\nm=video 0 RTP/AVP 34\r\nm=audio 20000 RTP/AVP 8 101\r\n"},
			want:  Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "blanks and blank lines",
			offer: strings.ReplaceAll(head+line, "\r\n", " \t \r\n") + "\r\n\r\na=ptime:20\r\n\r\n \r\n",
			want:  Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "a session address that is none, beside one that is",
			offer: "v=0\r\nc=IN\r\n" + line + "c=IN IP4 192.0.2.9\r\n",
			want:  Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "SRTP", secure: Offered,
			offer: head + "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:" + key1 +
				"\r\na=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:" + key1 + "|2^20\r\n",
			says: []string{"RTP/SAVP 8", "a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:"}, silent: []string{key1},
			want: Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: -1, Ptime: 20}},
		{name: "SRTP where it can be had", secure: Offered,
			offer: head + line + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key1 + "\r\n",
			says:  []string{"RTP/AVP 8 101", "a=crypto:1 AES_CM_128_HMAC_SHA1_80"},
			want:  Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "no SRTP when never", offer: head + line + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key1 + "\r\n",
			silent: []string{"crypto"},
			want:   Media{Addr: ap("192.0.2.9:4000"), Codec: audio.PCMA, Events: 101, Ptime: 20}},
		{name: "the protected of two streams", secure: Offered,
			offer: head +
				"m=audio 4000 RTP/AVP 8\r\nm=audio 4002 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" +
				key1 + "\r\n",
			says: []string{"m=audio 0 RTP/AVP 8\r\nm=audio 20000 RTP/SAVP 8\r\n"},
			want: Media{Addr: ap("192.0.2.9:4002"), Codec: audio.PCMA, Events: -1, Ptime: 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := local(c.secure)
			l.Holding = c.hold
			b, m, err := l.Answer([]byte(c.offer))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range c.says {
				if !strings.Contains(string(b), s) {
					t.Errorf("no %q in\n%s", s, b)
				}
			}
			for _, s := range c.silent {
				if strings.Contains(string(b), s) {
					t.Errorf("%q in\n%s", s, b)
				}
			}
			protected := strings.Contains(string(b), "a=crypto")
			if (m.Send != nil) != protected || (m.Recv != nil) != protected {
				t.Errorf("keys %v %v", m.Send, m.Recv)
			}
			if m.RTCP.Port() != m.Addr.Port()+1 {
				t.Errorf("RTCP %v", m.RTCP)
			}
			m.RTCP, m.Send, m.Recv = netip.AddrPort{}, nil, nil
			if m != c.want {
				t.Errorf("media\n%+v, want\n%+v", m, c.want)
			}
			if !strings.Contains(string(b), "m=image") { // which pion's reader refuses
				var d pion.SessionDescription
				if err := d.Unmarshal(b); err != nil {
					t.Errorf("another reader: %v\n%s", err, b)
				}
			}
		})
	}
}

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, offer string
		secure      Secure
		want        error
	}{
		{"empty", "", Never, ErrMalformed},
		{"no version", "o=- 1 1 IN IP4 1.2.3.4\r\n" + line, Never, ErrMalformed},
		{"not lines", "v=0\r\nhello\r\n", Never, ErrMalformed},
		{"no stream", head, Never, ErrMalformed},
		{"no address", "v=0\r\n" + line, Never, ErrMalformed},
		{"bad port", head + "m=audio 70000 RTP/AVP 8\r\n", Never, ErrMalformed},
		{"no format", head + "m=audio 4000 RTP/AVP\r\n", Never, ErrMalformed},
		{"bad rtpmap", head + line + "a=rtpmap:x\r\n", Never, ErrMalformed},
		{"no line in the stream", head + line + "hello\r\n", Never, ErrMalformed},
		{"half an address", "v=0\r\nc=IN IP4\r\n" + line, Never, ErrMalformed},
		{"half a stream", head + "m=audio 4000\r\n", Never, ErrMalformed},
		{"many formats", head + "m=audio 4000 RTP/AVP" + strings.Repeat(" 8", 65) + "\r\n", Never, ErrMalformed},
		{"many streams", head + strings.Repeat(line, 40), Never, ErrMalformed},
		{"huge", head + line + "a=" + strings.Repeat("x", 70000), Never, ErrMalformed},
		{"other codecs", head + "m=audio 4000 RTP/AVP 18 3\r\n", Never, ErrNotAcceptable},
		{"type 8 is something else", head + "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 G722/8000\r\n", Never,
			ErrNotAcceptable},
		{"video only", head + "m=video 4000 RTP/AVP 96\r\n", Never, ErrNotAcceptable},
		{"refused stream", head + "m=audio 0 RTP/AVP 8\r\n", Never, ErrNotAcceptable},
		{"DTLS only", head + "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n", Offered, ErrNotAcceptable},
		{"SRTP, but never", head + "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key1 +
			"\r\n", Never, ErrNotAcceptable},
		{"plain, but SRTP required", head + line, Required, ErrNotAcceptable},
		{"short key", head + "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n", Offered,
			ErrNotAcceptable},
		{"key with MKI", head + "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key1 +
			"|2^20|1:4\r\n", Offered, ErrNotAcceptable},
		{"unprotected SRTP", head + "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key1 +
			" UNENCRYPTED_SRTP\r\n", Offered, ErrNotAcceptable},
		{"host name", "v=0\r\nc=IN IP4 example.com\r\n" + line, Never, ErrNotAcceptable},
		{"multicast", "v=0\r\nc=IN IP4 224.2.1.1\r\n" + line, Never, ErrNotAcceptable},
		{"IPv6 to IPv4", "v=0\r\nc=IN IP6 2001:db8::1\r\n" + line, Never, ErrNotAcceptable},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _, err := local(c.secure).Answer([]byte(c.offer))
			if !errors.Is(err, c.want) || b != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestOfferAndAccept(t *testing.T) {
	for _, c := range []struct {
		name     string
		dir      Direction
		caller   Secure
		callee   Secure
		want     Direction
		srtp     bool
		refusing bool
	}{
		{name: "talk", want: SendRecv},
		{name: "hold", dir: SendOnly, want: SendOnly},
		{name: "inactive", dir: Inactive, want: Inactive},
		{name: "SRTP required", caller: Required, callee: Offered, srtp: true},
		{name: "SRTP offered and taken", caller: Offered, callee: Offered, srtp: true},
		{name: "SRTP offered, not taken", caller: Offered, callee: Never},
		{name: "SRTP offered, required there", caller: Offered, callee: Required, srtp: true},
		{name: "SRTP required, never there", caller: Required, callee: Never, refusing: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := local(c.caller), local(c.callee)
			b.Addr = ap("192.0.2.2:30000")
			offer, err := a.Offer(c.dir)
			if err != nil {
				t.Fatal(err)
			}
			answer, mb, err := b.Answer(offer)
			if c.refusing {
				if !errors.Is(err, ErrNotAcceptable) {
					t.Fatal(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			ma, err := a.Accept(answer)
			if err != nil {
				t.Fatal(err)
			}
			if ma.Addr != b.Addr || mb.Addr != a.Addr || ma.Codec != mb.Codec || ma.Events != eventType ||
				mb.Events != eventType {
				t.Errorf("%+v\n%+v", ma, mb)
			}
			if ma.Direction != c.want || mb.Direction != c.want.reverse() {
				t.Errorf("directions %v and %v", ma.Direction, mb.Direction)
			}
			if (ma.Send != nil) != c.srtp {
				t.Fatalf("key %v", ma.Send)
			}
			if c.srtp && (!bytes.Equal(ma.Send.Key, mb.Recv.Key) || !bytes.Equal(mb.Send.Key, ma.Recv.Key) ||
				ma.Send.Suite != mb.Send.Suite) {
				t.Error("the keys do not meet")
			}
		})
	}
}

// A second offer keeps the list of streams, the key and the session, and counts the version only when it changes.
func TestLaterOffers(t *testing.T) {
	l := local(Offered)
	if _, _, err := l.Answer([]byte(head + "m=video 5000 RTP/AVP 96\r\n" + line)); err != nil {
		t.Fatal(err)
	}
	one, _ := l.Offer(SendRecv)
	two, _ := l.Offer(SendRecv)
	if !bytes.Equal(one, two) {
		t.Errorf("the same offer differs:\n%s\n%s", one, two)
	}
	three, _ := l.Offer(SendOnly)
	if !strings.Contains(string(three), "m=video 0 RTP/AVP 96\r\nm=audio 20000 ") {
		t.Errorf("streams moved:\n%s", three)
	}
	if !strings.Contains(string(one), "o=- 7 2 IN IP4 192.0.2.1") || !strings.Contains(string(three), "o=- 7 3 IN") {
		t.Errorf("versions:\n%s\n%s", one, three)
	}
	cut := func(b []byte) string { _, k, _ := strings.Cut(string(b), "inline:"); return k[:40] }
	if cut(one) != cut(three) {
		t.Error("the key changed")
	}
}

func TestAcceptRefuses(t *testing.T) {
	for name, answer := range map[string]string{
		"refused":     head + "m=audio 0 RTP/AVP 8\r\n",
		"other codec": head + "m=audio 4000 RTP/AVP 18\r\n",
		"wrong tag":   head + "m=audio 4000 RTP/SAVP 8\r\na=crypto:9 AES_CM_128_HMAC_SHA1_80 inline:" + key1 + "\r\n",
	} {
		l := local(Offered)
		if _, err := l.Offer(SendRecv); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Accept([]byte(answer)); !errors.Is(err, ErrNotAcceptable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRTCPAddress(t *testing.T) {
	for attr, want := range map[string]string{
		"":                                    "192.0.2.9:4001",
		"a=rtcp:53020\r\n":                    "192.0.2.9:53020",
		"a=rtcp:53020 IN IP4 192.0.2.77\r\n":  "192.0.2.77:53020",
		"a=rtcp:x\r\n":                        "192.0.2.9:4001",
		"a=rtcp:9 IN IP4 nowhere.invalid\r\n": "192.0.2.9:9",
	} {
		_, m, err := local(Never).Answer([]byte(head + line + attr))
		if err != nil || m.RTCP != ap(want) {
			t.Errorf("%q: %v %v", attr, m.RTCP, err)
		}
	}
}

func TestIPv6(t *testing.T) {
	l := local(Never)
	l.Addr = ap("[2001:db8::1]:20000")
	b, m, err := l.Answer([]byte("v=0\r\nc=IN IP6 2001:db8::9\r\n" + line))
	if err != nil || m.Addr != ap("[2001:db8::9]:4000") || !strings.Contains(string(b), "c=IN IP6 2001:db8::1\r\n") {
		t.Errorf("%v %v\n%s", m, err, b)
	}
}

// Whatever a stranger sends: no crash, one of two errors, and an answer that we ourselves can read.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{head + line, head + line + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key1 + "\r\n",
		head + "m=video 5000 RTP/AVP 96\r\n" + line + "a=sendonly\r\n", "v=0\r\nc=IN IP6 ::1\r\n" + line,
		"v=0\nm=audio 0 x 0", "v=0\r\na=ptime:20.0\r\n"} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, secure uint8) {
		l := local(Secure(secure % 3))
		answer, m, err := l.Answer(b)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrNotAcceptable) {
				t.Fatal(err)
			}
			return
		}
		if m.Ptime < 10 || m.Ptime > 60 || !m.Addr.IsValid() || m.Events > 127 || m.Send != nil &&
			len(m.Recv.Key) != keyLength {
			t.Fatalf("%+v", m)
		}
		d, err := parse(answer)
		if err != nil {
			t.Fatalf("%v\n%s", err, answer)
		}
		if want, _ := parse(b); len(d.streams) != len(want.streams) {
			t.Fatalf("%d streams answered with %d", len(want.streams), len(d.streams))
		}
		if _, err := l.Offer(SendRecv); err != nil {
			t.Fatal(err)
		}
		l.Accept(b) // the same bytes as an answer
	})
}

func BenchmarkAnswer(b *testing.B) {
	b.ReportAllocs()
	offer := []byte(head + line)
	for b.Loop() {
		l := &Local{Addr: ap("192.0.2.1:20000"), Session: 7, Version: 1}
		if _, _, err := l.Answer(offer); err != nil {
			b.Fatal(err)
		}
	}
}
