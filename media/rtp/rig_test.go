package rtp

import (
	"io"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/sdp"
)

// rig drives legs by hand: virtual time, sockets that only remember what was sent, and no goroutines.
type rig struct {
	t       testing.TB
	e       *Engine
	w       *work
	out     *outlet
	legs    []*leg
	now     int64
	skipped int64
	wall    time.Time
}

// fake is a socket of the rig.
type fake struct {
	at     netip.AddrPort
	sent   []letter
	closed bool
}

type letter struct {
	to netip.AddrPort
	b  []byte
}

func (f *fake) send(b []byte, to netip.AddrPort) error {
	f.sent = append(f.sent, letter{to, append([]byte(nil), b...)})
	return nil
}
func (f *fake) local() netip.AddrPort { return f.at }
func (f *fake) close()                { f.closed = true }

// take returns what was sent since, and forgets it.
func (f *fake) take() []letter {
	s := f.sent
	f.sent = nil
	return s
}

type seeded struct{ r *rand.ChaCha8 }

func (s seeded) Read(b []byte) (int, error) { return s.r.Read(b) }

var _ io.Reader = seeded{}

func newRig(t testing.TB) *rig {
	r := &rig{t: t, w: newWork(), wall: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), now: int64(time.Hour)}
	e, err := newEngine(Config{
		PortMin: 20000, PortMax: 20999, Rand: seeded{rand.NewChaCha8([32]byte{1})},
		Now: func() time.Time { return r.wall },
	}, func(e *Engine) (driver, error) { r.e = e; return r, nil })
	if err != nil {
		t.Fatal(err)
	}
	r.e = e
	r.out = newOutlet(e, 4096, 64)
	return r
}

func (r *rig) bind(a netip.AddrPort) (socket, error) { return &fake{at: a}, nil }
func (r *rig) start(l *leg)                          { l.out = r.out; r.legs = append(r.legs, l) }
func (r *rig) stop()                                 {}
func (r *rig) name() string                          { return "rig" }

// open makes a connected stream with its events in the list that is returned.
func (r *rig) open(o Options, m sdp.Media) (*Stream, *[]Event) {
	list := new([]Event)
	o.Events = func(e Event) { *list = append(*list, e) }
	s, err := r.e.Open(o)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := s.Connect(m); err != nil {
		r.t.Fatal(err)
	}
	return s, list
}

// step lets 20 ms pass, n times.
func (r *rig) step(n int) {
	for range n {
		r.now += int64(period)
		r.wall = r.wall.Add(period)
		left := r.legs[:0]
		for _, l := range r.legs {
			l.tick(r.w, r.now, r.skipped)
			if l.closing {
				l.end()
				r.out.gone(l.stream)
				continue
			}
			left = append(left, l)
		}
		r.legs = left
		r.pump()
	}
}

// pump delivers events and taps.
func (r *rig) pump() {
	r.out.flush()
	for n, ok := r.out.events.pop(); ok; n, ok = r.out.events.pop() {
		r.out.handle(n)
	}
	var to listener
	for b, ok := r.out.taps.pop(); ok; b, ok = r.out.taps.pop() {
		to.deliver(b)
	}
}

var (
	far      = netip.MustParseAddrPort("192.0.2.10:4000")
	natted   = netip.MustParseAddrPort("198.51.100.7:62000")
	stranger = netip.MustParseAddrPort("203.0.113.66:5555")
)

func farMedia() sdp.Media { return sdp.Media{Addr: far, Codec: audio.PCMU, Events: 101, Ptime: 20} }

// voice is the far side, in virtual time.
type voice struct {
	r     *rig
	s     *Stream
	from  netip.AddrPort
	kind  uint8
	seq   uint16
	stamp uint32
	ssrc  uint32
}

func (r *rig) voice(s *Stream) *voice {
	return &voice{r: r, s: s, from: far, seq: 65530, stamp: 1<<32 - 400, ssrc: 77}
}

func (v *voice) raw(b []byte) { v.s.leg.receive(v.r.w, b, v.from, v.r.now) }

func (v *voice) send(payload []byte) {
	v.raw(build(v.kind, false, v.seq, v.stamp, v.ssrc, payload))
	v.seq++
	v.stamp += uint32(len(payload))
}

// skip lets a packet be lost.
func (v *voice) skip(samples int) {
	v.seq++
	v.stamp += uint32(samples)
}

// rtp is what the stream sent on its RTP port since the last call.
func rtpOf(s *Stream) (list []packet) {
	for _, l := range s.leg.rtp.(*fake).take() {
		list = append(list, parse(l.b))
	}
	return list
}

// tone is a frame of a sine as µ-law, phase going on from frame to frame.
func tones(hz float64, level float64, frames int) [][]byte {
	pcm := audio.Tone([]float64{hz}, level, time.Duration(frames)*period)
	b := audio.PCMU.Encode(nil, pcm)
	var list [][]byte
	for len(b) >= frame {
		list = append(list, b[:frame])
		b = b[frame:]
	}
	return list
}

// recorder is a Tap that keeps everything.
type recorder struct {
	heard, said []int16
	ended       int
}

func (c *recorder) Samples(heard, said []int16) {
	c.heard, c.said = append(c.heard, heard...), append(c.said, said...)
}
func (c *recorder) End() { c.ended++ }
