package sip

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rexian/media/rtp"
)

// ear is the sound of a raw user agent.
type ear struct {
	t    testing.TB
	conn *net.UDPConn
}

func newEar(t testing.TB, ip ...byte) *ear {
	t.Helper()
	if ip == nil {
		ip = []byte{127, 0, 0, 1}
	}
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: ip})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &ear{t, c}
}

func (e *ear) addr() netip.AddrPort { return e.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// hears waits for a packet of sound, up to the given time; what came before the call is forgotten.
func (e *ear) hears(wait time.Duration) bool {
	e.t.Helper()
	e.drain()
	return e.next(wait) != nil
}

func (e *ear) drain() {
	for e.next(time.Microsecond) != nil {
	}
}

func (e *ear) next(wait time.Duration) []byte {
	var b [2048]byte
	_ = e.conn.SetReadDeadline(time.Now().Add(wait))
	n, err := e.conn.Read(b[:])
	if err != nil {
		return nil
	}
	return b[:n]
}

// hisses gives a call a sound that never ends.
func hisses(c *Call) {
	b := make([]byte, 800)
	for i := range b {
		b[i] = byte(i) | 1
	}
	c.Stream().Hold(rtp.Item{Clips: []rtp.Clip{{Sound: &rtp.Sound{ULaw: b, ALaw: b}}}})
}

const description = "v=0\r\no=- 4711 1 IN IP4 127.0.0.1\r\ns=-\r\n"

// Descriptions as they are met with: a fault that does not touch the stream we take loses no call.
func TestStrangeDescriptions(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	for _, c := range []struct{ name, body, kind, says string }{
		{"a disabled stream without formats", description + "c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 0 RTP/AVP\r\n" +
			"m=audio PORT RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n", "",
			"m=audio 0 RTP/AVP 0\r\nm=audio "},
		{"a map without an encoding", description + "c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/AVP 8 101\r\n" +
			"a=rtpmap:101 telephone-event/8000\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96\r\n", "", "m=video 0 RTP/AVP 96"},
		{"blank lines at the end", description + "c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/AVP 8\r\n\r\n\r\n",
			"", "a=sendrecv"},
		{"blanks at the ends of lines",
			strings.ReplaceAll(description+"c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/AVP 8\r\n",
				"\r\n", "  \r\n"), "", "a=sendrecv"},
		{"bare newlines", strings.ReplaceAll(description+"c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/AVP 8\r\n",
			"\r\n", "\n"), "", "a=sendrecv"},
		{"payload type 255", description +
			"c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/AVP 8 101\r\nc=IN IP4 127.0.0.1\r\n" +
			"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\nm=video 0 RTP/AVP 255\r\nc=IN IP4 127.0.0.1\r\n", "", "m=video 0 RTP/AVP 255"},
		{"removed streams without an address",
			description + "t=0 0\r\nm=audio 0 RTP/AVP 8\r\nm=video 0 RTP/AVP 34\r\n" +
				"m=audio PORT RTP/AVP 8 101\r\nc=IN IP4 127.0.0.1\r\nb=TIAS:64000\r\na=rtpmap:101 telephone-event/8000\r\n",
			"",
			"m=audio 0 RTP/AVP 8\r\nm=video 0 RTP/AVP 34\r\nm=audio "},
		{"beside ISUP",
			"--delim-7\r\nContent-Disposition: session; handling=required\r\nContent-Type: application/sdp\r\n\r\n" +
				description + "c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/AVP 8\r\n\r\n--delim-7\r\n" +
				"Content-Disposition: signal; handling=optional\r\nContent-Type: application/isup; version=itu-t92+; base=itu-t92+\r\n\r\n" +
				"\x01\x00\x49\x0d\x0a\x0d\x0a\x2d\x2d\x00\x0a\r\n--delim-7--\r\n", "multipart/mixed;boundary=delim-7",
			"a=sendrecv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, e := newRaw(t, s), newEar(t)
			var lines []string
			if c.kind != "" {
				lines = []string{"Content-Type: " + c.kind}
			}
			port := strings.TrimPrefix(e.addr().String(), "127.0.0.1:")
			r.send(r.text("INVITE", newTag(), lines, strings.Replace(c.body, "PORT", port, 1)))
			res := r.status(200, "INVITE")
			r.learn(res)
			r.ack("")
			call := within(t, "call", calls)
			if !strings.Contains(string(res.Body()), c.says) {
				t.Errorf("no %q in\n%s", c.says, res.Body())
			}
			if !e.hears(10 * time.Second) {
				t.Error("it is not heard")
			}
			call.Hangup("")
		})
	}
}

// A caller that holds the call hears nothing, whichever of the three forms its hold has, and hears again when it
// resumes.
func TestHoldForms(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	for _, c := range []struct{ name, address, direction, answer string }{
		{"sendonly", "127.0.0.1", "sendonly", "a=recvonly"},
		{"inactive", "127.0.0.1", "inactive", "a=inactive"},
		{"address zero", "0.0.0.0", "sendrecv", "a=recvonly"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, e := newRaw(t, s), newEar(t)
			sdp := func(address, direction string) string {
				_, port, _ := strings.Cut(e.addr().String(), ":")
				return description + "c=IN IP4 " + address + "\r\nt=0 0\r\nm=audio " + port + " RTP/AVP 8 101\r\n" +
					"a=rtpmap:101 telephone-event/8000\r\na=" + direction + "\r\n"
			}
			r.send(r.text("INVITE", newTag(), nil, sdp("127.0.0.1", "sendrecv")))
			r.learn(r.status(200, "INVITE"))
			r.ack("")
			call := within(t, "call", calls)
			hisses(call)
			if !e.hears(10 * time.Second) {
				t.Fatal("it is not heard")
			}
			r.request("INVITE", nil, sdp(c.address, c.direction))
			held := r.latest(200, "INVITE")
			r.ack("")
			if !strings.Contains(string(held.Body()), c.answer) || !call.Held() {
				t.Errorf("held %v\n%s", call.Held(), held.Body())
			}
			until(t, "no sound", func() bool { return e.next(200*time.Millisecond) == nil })
			// Without a description it is offered the whole call again (RFC 3261, 14.2), with the keys of it.
			r.request("INVITE", nil, "")
			offer := r.latest(200, "INVITE")
			if b := string(offer.Body()); !strings.Contains(b, "a=sendrecv") ||
				!strings.Contains(b, "telephone-event/8000") {
				t.Errorf("offered\n%s", b)
			}
			r.ack(sdp("127.0.0.1", "sendrecv"))
			until(t, "sound", func() bool { return e.hears(time.Second) })
			// What is no description at all is refused, and the call goes on.
			r.request("INVITE", nil, description+"c=IN IP4 127.0.0.1\r\nt=0 0\r\n")
			r.latest(400, "INVITE")
			if !e.hears(10 * time.Second) {
				t.Error("a description without a stream silenced the call")
			}
			call.Hangup("")
		})
	}
}
