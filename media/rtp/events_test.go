package rtp

import (
	"testing"
	"time"

	"rexian/media/dtmf"
	"rexian/media/sdp"
)

// gateway sends sound and, as its way is, keys.
type gateway struct {
	*voice
	kind  uint8
	rate  uint32
	ssrc  uint32 // of the events; 0: the sound's
	seq   uint16
	sound bool // goes on while keys are sent
}

// event sends one packet of an event that began at the given timestamp.
func (g *gateway) event(stamp uint32, p dtmf.Packet) {
	b := p.Payload
	if g.rate > 8000 {
		n := (uint32(b[2])<<8 | uint32(b[3])) * g.rate / 8000
		b[2], b[3] = byte(n>>8), byte(n)
		stamp *= g.rate / 8000
	}
	seq, ssrc := &g.voice.seq, g.voice.ssrc
	if g.ssrc != 0 {
		seq, ssrc = &g.seq, g.ssrc
	}
	g.raw(build(g.kind, p.Marker, *seq, stamp, ssrc, b[:]))
	*seq++
}

func (g *gateway) keys(digits string) {
	for i := range len(digits) {
		stamp := g.stamp
		for _, p := range dtmf.Packets(digits[i], 10, 100*time.Millisecond) {
			g.event(stamp, p)
			if g.sound {
				g.send(make([]byte, frame))
			} else {
				g.stamp += frame
			}
			g.r.step(1)
		}
		g.talk(5)
	}
}

func (g *gateway) talk(n int) {
	for range n {
		g.send(make([]byte, frame))
		g.r.step(1)
	}
}

// Keys are heard however a gateway sends its events.
func TestKeysOfGateways(t *testing.T) {
	several := farMedia()
	several.AlsoEvents = [3]sdp.EventType{{Type: 110, Rate: 48000}, {Type: 96, Rate: 8000}}
	wide := farMedia()
	wide.Events, wide.EventRate = 110, 48000
	none := farMedia()
	none.Events = -1
	for _, c := range []struct {
		name  string
		media sdp.Media
		g     gateway
		first int // packets of sound before the keys
	}{
		{"in the sound's numbers", farMedia(), gateway{kind: 101}, 5},
		{"with an SSRC of their own, instead of sound", farMedia(), gateway{kind: 101, ssrc: 5}, 5},
		{"with an SSRC of their own, beside sound", farMedia(), gateway{kind: 101, ssrc: 5, sound: true}, 5},
		{"with an SSRC of their own, before any sound", farMedia(), gateway{kind: 101, ssrc: 5, sound: true}, 0},
		{"beside sound, in its numbers", farMedia(), gateway{kind: 101, sound: true}, 5},
		{"on a second payload type", several, gateway{kind: 96}, 5},
		{"on a second payload type at 48000", several, gateway{kind: 110, rate: 48000}, 5},
		{"at 48000 alone", wide, gateway{kind: 110, rate: 48000}, 5},
		{"on 101, never agreed on", none, gateway{kind: 101}, 5},
		{"on 101, though another was agreed on", wide, gateway{kind: 101, ssrc: 5}, 5},
	} {
		r := newRig(t)
		s, list := r.open(Options{}, c.media)
		r.step(1)
		g := c.g
		g.voice = r.voice(s)
		g.talk(c.first)
		g.keys("12233#")
		var got []byte
		for _, e := range *list {
			if e.Kind == Key {
				got = append(got, e.Digit)
			}
		}
		if string(got) != "12233#" {
			t.Errorf("%s: heard %q, %+v", c.name, got, s.Stats())
		}
		if st := s.Stats(); st.Lost != 0 || st.Refused != 0 || s.leg.recv.ssrc != g.voice.ssrc {
			t.Errorf("%s: %+v", c.name, st)
		}
	}
}

// The ends of a press that come with another timestamp are no second press, in real time as well.
func TestRestampedEnds(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{}, farMedia())
	r.step(1)
	g := gateway{voice: r.voice(s), kind: 101}
	g.talk(5)
	for range 3 {
		stamp, ends := g.stamp, 0
		for _, p := range dtmf.Packets('2', 10, 100*time.Millisecond) {
			if p.End {
				if ends++; ends > 1 {
					stamp = g.stamp + 1600
				}
			}
			g.event(stamp, p)
			r.step(1)
		}
		g.stamp += 3000
		g.talk(10)
	}
	if n := kinds(*list, Key); n != 3 {
		t.Fatalf("%d keys of three", n)
	}
}

// What only looks like an event on a payload type that nobody agreed on is no key: such packets keep NATs open.
func TestKeepAliveIsNoKey(t *testing.T) {
	for _, b := range [][]byte{{}, {0}, {0, 0, 0, 0}, {5, 10, 0, 160, 0}, {16, 10, 0, 160}, {5, 0x4a, 0, 160}} {
		m := farMedia()
		m.Events = -1
		r := newRig(t)
		s, list := r.open(Options{}, m)
		r.step(1)
		v := r.voice(s)
		v.kind = 101
		for range 5 {
			v.send(b)
			r.step(1)
		}
		if len(*list) != 0 {
			t.Errorf("% x: %v", b, *list)
		}
	}
}
