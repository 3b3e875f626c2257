package rtp

import (
	"net/netip"
	"testing"
	"time"

	"rexian/media/sdp"
)

// In steady state a tick and what it receives take no memory, whatever is switched on.
func TestSteadyStateTakesNoMemory(t *testing.T) {
	secure := func(m sdp.Media) sdp.Media {
		m.Send, m.Recv = crypto("AES_CM_128_HMAC_SHA1_80", 1), nil
		return m
	}
	for name, c := range map[string]struct {
		o     Options
		m     sdp.Media
		setup func(s ...*Stream)
	}{
		"play":   {Options{}, farMedia(), func(...*Stream) {}},
		"keys":   {Options{InBand: true}, farMedia(), func(...*Stream) {}},
		"listen": {Options{Timeout: time.Minute}, farMedia(), func(s ...*Stream) { s[0].Listen(time.Hour) }},
		"bridge": {Options{}, farMedia(), func(s ...*Stream) { _ = s[0].Bridge(s[1]) }},
		"room": {Options{InBand: true}, farMedia(), func(s ...*Stream) {
			_ = s[0].NewRoom().Arrange(s, func(int, int) Hearing { return SpeechAndKeys })
		}},
		"long":      {Options{}, func() sdp.Media { m := farMedia(); m.Ptime = 60; return m }(), func(...*Stream) {}},
		"encrypted": {Options{}, secure(farMedia()), func(...*Stream) {}},
	} {
		r := newRig(t)
		s, _ := r.open(c.o, c.m)
		list := []*Stream{s}
		for range 2 {
			other, _ := r.open(Options{}, farMedia())
			list = append(list, other)
		}
		for _, x := range list {
			x.leg.rtp, x.leg.rtcp = void{}, void{}
			x.Hold(Item{Clips: []Clip{{Sound: sound(7, 1001)}}})
			x.leg.report.next = 1 << 62 // reports take memory, every five seconds
		}
		c.setup(list...)
		p := build(0, false, 0, 0, 7, make([]byte, 160))
		seq, stamp := uint16(0), uint32(0)
		one := func() {
			r.now += int64(period)
			for _, l := range r.legs {
				l.tick(r.w, r.now, 0)
				l.report.next = 1 << 62
				copy(p, build0(seq, stamp))
				l.receive(r.w, p, far, r.now)
			}
			r.out.flush()
			seq++
			stamp += frame
		}
		for range 100 {
			one()
		}
		if n := testing.AllocsPerRun(500, one); n > 0 {
			t.Errorf("%s: %v allocations a tick", name, n)
		}
	}
}

// void is a socket that takes everything.
type void struct{}

func (void) local() netip.AddrPort             { return netip.AddrPort{} }
func (void) close()                            {}
func (void) send([]byte, netip.AddrPort) error { return nil }

func build0(seq uint16, stamp uint32) []byte {
	header = [12]byte{0x80, 0, byte(seq >> 8), byte(seq), byte(stamp >> 24), byte(stamp >> 16), byte(stamp >> 8),
		byte(stamp), 0, 0, 0, 7}
	return header[:]
}

var header [12]byte
