package sip

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/rtp"
)

// mouth sends RTP from an ear's socket.
type mouth struct {
	*ear
	to    netip.AddrPort
	ssrc  uint32
	seq   uint16
	stamp uint32
}

func (e *ear) mouth(c *Call, ssrc uint32) *mouth {
	return &mouth{ear: e, to: c.Stream().Local(), ssrc: ssrc, stamp: 100000}
}

func (m *mouth) write(kind byte, marker bool, stamp uint32, payload []byte) {
	b := make([]byte, 12, 12+len(payload))
	b[0], b[1] = 0x80, kind
	if marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], m.seq)
	binary.BigEndian.PutUint32(b[4:], stamp)
	binary.BigEndian.PutUint32(b[8:], m.ssrc)
	m.seq++
	if _, err := m.conn.WriteToUDPAddrPort(append(b, payload...), m.to); err != nil {
		m.t.Fatal(err)
	}
}

func (m *mouth) talk(packets int) {
	for range packets {
		m.write(8, false, m.stamp, make([]byte, 160))
		m.stamp += 160
	}
}

func (m *mouth) press(key byte) {
	for _, p := range dtmf.Packets(key, 10, 100*time.Millisecond) {
		m.write(101, p.Marker, m.stamp, p.Payload[:])
	}
	m.stamp += 2000
}

// describes is a description with the given place of sound.
func describes(at netip.AddrPort, more string) string {
	return fmt.Sprintf("%sc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n%s",
		description, at.Addr(), at.Port(), more)
}

// keysOf gives the keys of a call.
func keysOf(c *Call) chan byte {
	keys := make(chan byte, 100)
	c.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Key {
			keys <- e.Digit
		}
	})
	return keys
}

// A stranger that sends to a call's port neither hears it nor keys in it: not while its caller is silent, and not
// before it has spoken.
func TestHijack(t *testing.T) {
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	for _, nat := range []bool{false, true} {
		r, e, other := newRaw(t, s), newEar(t), newEar(t, 127, 0, 0, 66)
		place := e.addr()
		if nat {
			place = netip.MustParseAddrPort("10.1.2.3:4000")
		}
		r.send(r.text("INVITE", newTag(), nil, describes(place, "")))
		r.learn(r.status(200, "INVITE"))
		r.ack("")
		c := within(t, "call", calls)
		keys := keysOf(c)
		hisses(c)
		victim, attacker := e.mouth(c, 1), other.mouth(c, 2)
		attacker.talk(3)
		until(t, "the caller is heard", func() bool { victim.talk(1); return c.Stream().Stats().Received > 0 })
		if !e.hears(10 * time.Second) {
			t.Fatal("the caller hears nothing")
		}
		// Now it is silent for longer than a second, and the attacker is not.
		for range 120 {
			attacker.talk(5)
			attacker.press('1')
			time.Sleep(10 * time.Millisecond)
		}
		if b := other.next(time.Millisecond); b != nil {
			t.Errorf("NAT %v: the attacker hears the call", nat)
		}
		victim.press('9')
		if k := within(t, "key", keys); k != '9' || len(keys) > 0 {
			t.Errorf("NAT %v: key %c, and %d more", nat, k, len(keys))
		}
		if !e.hears(10 * time.Second) {
			t.Errorf("NAT %v: the caller hears nothing any more", nat)
		}
		c.Hangup("")
	}
}

// The description of an INVITE that is never acknowledged may name anybody: nothing is sent there, and the call ends
// soon.
func TestNoSoundForAThirdParty(t *testing.T) {
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r, third := newRaw(t, s), newEar(t, 127, 0, 0, 99)
	r.send(r.text("INVITE", newTag(), nil, describes(third.addr(), "")))
	c := within(t, "call", calls)
	hisses(c)
	within(t, "end", c.Done())
	if c.Cause().By != NoAck {
		t.Errorf("%+v", c.Cause())
	}
	if third.next(time.Millisecond) != nil {
		t.Error("an unacknowledged call sends sound to a third party")
	}
	// With the ACK it is a far side like another.
	r = newRaw(t, s)
	r.send(r.text("INVITE", newTag(), nil, describes(third.addr(), "")))
	res := r.status(200, "INVITE")
	if third.next(100*time.Millisecond) != nil {
		t.Error("sound before the ACK")
	}
	r.learn(res)
	r.ack("")
	if !third.hears(10 * time.Second) {
		t.Error("no sound after the ACK")
	}
	// A re-INVITE may name another; it has to be acknowledged as well.
	fourth := newEar(t, 127, 0, 0, 98)
	r.request("INVITE", nil, describes(fourth.addr(), ""))
	r.status(200, "INVITE")
	if fourth.next(100*time.Millisecond) != nil {
		t.Error("sound before the ACK of the re-INVITE")
	}
	third.drain()
	if third.next(100*time.Millisecond) != nil {
		t.Error("sound for the place that was left")
	}
	r.ack("")
	if !fourth.hears(10 * time.Second) {
		t.Error("no sound after the ACK of the re-INVITE")
	}
	within(t, "call", calls).Hangup("")
}

// Nothing is spoken before the ACK, and then not at once. Without an ACK that lasts a second; a machine that stands
// still for so long gets another try.
func TestLeadSilence(t *testing.T) {
	for range 10 {
		if leadIsSilent(t) {
			return
		}
	}
	t.Error("never was the machine fast enough: ten packets took a second")
}

// leadIsSilent places a call and listens; false if the second was over before the ACK could be sent.
func leadIsSilent(t *testing.T) bool {
	t.Helper()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.T1 = time.Second }) // none of it repeats here
	r, e := newRaw(t, s), newEar(t)
	r.send(r.text("INVITE", newTag(), nil, describes(e.addr(), "")))
	res := r.status(200, "INVITE")
	c := within(t, "call", calls)
	defer c.Hangup("")
	hisses(c)
	quiet := func(b []byte) bool {
		for _, v := range b[12:] {
			if v != audio.PCMA.Silence() {
				return false
			}
		}
		return true
	}
	began := time.Now()
	for i := range 10 {
		b := e.next(10 * time.Second)
		if time.Since(began) > 900*time.Millisecond {
			return false
		}
		if b == nil || !quiet(b) {
			t.Fatalf("packet %d before the ACK: % x", i, b)
		}
	}
	r.learn(res)
	r.ack("")
	until(t, "words", func() bool { return !quiet(e.next(10 * time.Second)) })
	return true
}

// A description that names a socket of ours is refused: the sound of a call would be a caller's of another, or its own.
func TestOwnSockets(t *testing.T) {
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.call()
	c := within(t, "call", calls)
	own := c.Stream().Local()
	_, text, _ := strings.Cut(s.Addrs()[0], "://")
	signalling := netip.MustParseAddrPort(text)
	reports := fmt.Sprintf("a=rtcp:%d IN IP4 127.0.0.1\r\n", own.Port()+1)
	e := newEar(t)
	for what, body := range map[string]string{
		"RTP":             describes(own, ""),
		"RTCP":            describes(netip.AddrPortFrom(own.Addr(), own.Port()+1), ""),
		"RTCP by its own": describes(e.addr(), reports),
		"SIP":             describes(signalling, ""),
	} {
		x := newRaw(t, s)
		x.send(x.text("INVITE", newTag(), nil, body))
		x.status(488, "INVITE")
		r.request("INVITE", nil, body)
		r.status(488, "INVITE")
		if !c.Answered() {
			t.Fatalf("%s: the call ended", what)
		}
	}
	// The same ports elsewhere are anybody's, and after the call its ports are free for others.
	x := newRaw(t, s)
	elsewhere := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.77"), own.Port())
	x.send(x.text("INVITE", newTag(), nil, describes(elsewhere, "")))
	x.status(200, "INVITE")
	within(t, "call", calls).Hangup("")
	c.Hangup("")
	within(t, "end", c.Done())
	x = newRaw(t, s)
	x.send(x.text("INVITE", newTag(), nil, describes(own, "")))
	x.status(200, "INVITE")
	within(t, "call", calls).Hangup("")
}

// Whoever holds the call for longer than the time-out is not lost, and is watched again after it. A machine that stands
// still for the time-out before the hold gets another try.
func TestHoldOutlastsTheTimeout(t *testing.T) {
	for range 10 {
		if holdOutlasts(t) {
			return
		}
	}
	t.Error("never was the machine fast enough to hold a call within a second")
}

// holdOutlasts holds a call; false if it was lost before it was held.
func holdOutlasts(t *testing.T) bool {
	t.Helper()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.MediaTimeout = time.Second })
	r, e := newRaw(t, s), newEar(t)
	r.send(r.text("INVITE", newTag(), nil, describes(e.addr(), "")))
	r.learn(r.status(200, "INVITE"))
	r.ack("")
	c := within(t, "call", calls)
	r.request("INVITE", nil, describes(e.addr(), "a=sendonly\r\n"))
	r.status(200, "INVITE")
	r.ack("")
	select {
	case <-c.Done():
		if c.Cause().By == MediaLost && !c.Held() {
			return false
		}
		t.Fatalf("held, and ended: %+v", c.Cause())
	case <-time.After(1500 * time.Millisecond):
	}
	r.request("INVITE", nil, describes(e.addr(), ""))
	r.status(200, "INVITE")
	r.ack("")
	within(t, "end", c.Done())
	if c.Cause().By != MediaLost {
		t.Errorf("%+v", c.Cause())
	}
	return true
}
