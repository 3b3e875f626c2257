package rtp

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"rexian/media/audio"
	"rexian/media/rtp/rtptest"
	"rexian/media/sdp"
)

// ways are the drivers. On systems without io_uring the first is the second, and on others than Linux all are the
// third.
var ways = []struct {
	name string
	set  func(*Config)
}{
	{"io_uring", func(*Config) {}},
	{"sendto", func(c *Config) { c.NoUring = true }},
	{"portable", func(c *Config) { c.Portable = true }},
}

// engines runs a test over every driver.
func engines(t *testing.T, c Config, f func(t *testing.T, e *Engine)) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			c := c
			way.set(&c)
			c.Listen = rtptest.Loopback()
			e, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			f(t, e)
		})
	}
}

// peer is the far side: a plain socket with its own RTP numbers.
type peer struct {
	t     testing.TB
	conn  *net.UDPConn
	seq   uint16
	stamp uint32
	ssrc  uint32
	got   packet // the last one read
}

type packet struct {
	kind    uint8
	marker  bool
	seq     uint16
	stamp   uint32
	ssrc    uint32
	payload []byte
}

func newPeer(t testing.TB) *peer {
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(rtptest.Loopback(), 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &peer{t: t, conn: c, ssrc: 0xabcd}
}

func (p *peer) addr() netip.AddrPort { return p.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

func (p *peer) media() sdp.Media {
	return sdp.Media{Addr: p.addr(), Codec: audio.PCMA, Events: 101, Ptime: 20}
}

// read waits for the next packet.
func (p *peer) read() packet {
	p.t.Helper()
	var b [2048]byte
	p.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	n, err := p.conn.Read(b[:])
	if err != nil {
		p.t.Fatalf("no packet: %v", err)
	}
	p.got = parse(b[:n])
	return p.got
}

func parse(b []byte) packet {
	return packet{b[1] & 127, b[1]&128 != 0, binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:]),
		binary.BigEndian.Uint32(b[8:]), append([]byte(nil), b[12:]...)}
}

// follows checks that two packets of sound are neighbours. A machine so busy that it stood still may leave out time,
// but no packet.
func follows(t *testing.T, e *Engine, last, k packet) {
	t.Helper()
	ahead := k.stamp - last.stamp
	if stood := e.Stats().Skipped > 0; k.seq != last.seq+1 || k.ssrc != last.ssrc || ahead != frame &&
		!(stood && ahead%frame == 0 && ahead < 1<<20) {
		t.Fatalf("after %d/%d came %d/%d", last.seq, last.stamp, k.seq, k.stamp)
	}
}

// build makes a packet with the given numbers.
func build(kind uint8, marker bool, seq uint16, stamp, ssrc uint32, payload []byte) []byte {
	b := make([]byte, 12, 12+len(payload))
	b[0], b[1] = 0x80, kind
	if marker {
		b[1] |= 128
	}
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], stamp)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return append(b, payload...)
}

// send sends the next packet of sound.
func (p *peer) send(to netip.AddrPort, kind uint8, payload []byte) {
	p.write(to, build(kind, false, p.seq, p.stamp, p.ssrc, payload))
	p.seq++
	p.stamp += uint32(len(payload))
}

func (p *peer) write(to netip.AddrPort, b []byte) {
	p.t.Helper()
	if _, err := p.conn.WriteToUDPAddrPort(b, to); err != nil {
		p.t.Fatal(err)
	}
}

// events collects what a stream tells.
type events struct {
	mu   sync.Mutex
	list []Event
	more chan struct{}
}

func newEvents() *events { return &events{more: make(chan struct{}, 1)} }

func (v *events) take(e Event) {
	v.mu.Lock()
	v.list = append(v.list, e)
	v.mu.Unlock()
	select {
	case v.more <- struct{}{}:
	default:
	}
}

// wait returns the next event of the kind, leaving out others.
func (v *events) wait(t *testing.T, k Kind) Event {
	t.Helper()
	end := time.After(10 * time.Second)
	for {
		v.mu.Lock()
		for i, e := range v.list {
			if e.Kind == k {
				v.list = v.list[i+1:]
				v.mu.Unlock()
				return e
			}
		}
		v.mu.Unlock()
		select {
		case <-v.more:
		case <-end:
			t.Fatalf("no event %v", k)
		}
	}
}

func sound(fill byte, n int) *Sound {
	s := &Sound{ULaw: make([]byte, n), ALaw: make([]byte, n)}
	for i := range s.ULaw {
		s.ULaw[i], s.ALaw[i] = fill, fill
	}
	return s
}

func open(t *testing.T, e *Engine, o Options) *Stream {
	t.Helper()
	s, err := e.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestPlayThenSilenceThenBargeIn(t *testing.T) {
	engines(t, Config{}, func(t *testing.T, e *Engine) {
		p, v := newPeer(t), newEvents()
		s := open(t, e, Options{Events: v.take})
		if s.Local().Port()%2 != 0 {
			t.Fatalf("RTP on odd port %v", s.Local())
		}
		if err := s.Connect(p.media()); err != nil {
			t.Fatal(err)
		}
		first := p.read()
		if !first.marker || first.kind != 8 || len(first.payload) != 160 || first.payload[0] != audio.PCMA.Silence() {
			t.Fatalf("first packet %+v", first)
		}
		// both at once: on a busy machine the first may be over before the second is given
		both := []Item{{ID: 7, Clips: []Clip{{Sound: sound(1, 400)}, {Silence: 10 * time.Millisecond},
			{Sound: sound(2, 100)}}}, {ID: 8, Clips: []Clip{{Sound: sound(3, 8000)}}}}
		s.post(func(l *leg) {
			for _, i := range both {
				l.play.add(i)
			}
		})
		var heard []byte
		for len(heard) == 0 || len(heard) < 5*160 {
			last := p.got
			k := p.read()
			follows(t, e, last, k)
			if len(heard) > 0 || k.payload[0] == 1 {
				if k.marker != (len(heard) == 0) && e.Stats().Skipped == 0 {
					t.Fatalf("marker %v at %d", k.marker, len(heard))
				}
				heard = append(heard, k.payload...)
			}
		}
		for i, b := range heard {
			want := byte(3)
			switch {
			case i < 400:
				want = 1
			case i < 480:
				want = audio.PCMA.Silence()
			case i < 580:
				want = 2
			}
			if b != want {
				t.Fatalf("sample %d is %d, not %d", i, b, want)
			}
		}
		if got := v.wait(t, Played); got.ID != 7 {
			t.Fatalf("played %d", got.ID)
		}
		s.Silence()
		for n := 0; p.read().payload[0] != audio.PCMA.Silence(); n++ {
			if n > 10 {
				t.Fatal("it still sounds")
			}
		}
		s.Play(Item{ID: 9})
		if got := v.wait(t, Played); got.ID != 9 {
			t.Fatalf("played %d: an item that was silenced is not played", got.ID)
		}
	})
}

func TestKeysFromTheFarSide(t *testing.T) {
	engines(t, Config{}, func(t *testing.T, e *Engine) {
		p, v := newPeer(t), newEvents()
		s := open(t, e, Options{Events: v.take})
		if err := s.Connect(p.media()); err != nil {
			t.Fatal(err)
		}
		p.send(s.Local(), 8, make([]byte, 160))
		v.wait(t, First)
		for i, key := range []byte{1, 2, 11} {
			for d := range 3 {
				p.write(s.Local(), build(101, d == 0, p.seq, uint32(i*8000), p.ssrc,
					[]byte{key, 10, 0, byte(160 * d >> 8)}))
				p.seq++
			}
		}
		for _, want := range "12#" {
			if k := v.wait(t, Key); k.Digit != byte(want) || k.InBand {
				t.Fatalf("key %+v, not %c", k, want)
			}
		}
	})
}

// Reports that come on the RTCP port are read, the first and those after it.
func TestReportsAreRead(t *testing.T) {
	engines(t, Config{}, func(t *testing.T, e *Engine) {
		p := newPeer(t)
		s, err := e.Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Connect(p.media()); err != nil {
			t.Fatal(err)
		}
		ours := p.read().ssrc
		at := net.UDPAddrFromAddrPort(netip.AddrPortFrom(s.Local().Addr(), s.Local().Port()+1))
		for lost := uint32(1); lost <= 2; lost++ {
			b, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: 7,
				Reports: []rtcp.ReceptionReport{{SSRC: ours, TotalLost: lost}}}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.conn.WriteTo(b, at); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(10 * time.Second); s.Stats().FarLost != uint64(lost); {
				if time.Now().After(end) {
					t.Fatalf("report %d is not read: %+v", lost, s.Stats())
				}
				time.Sleep(5 * time.Millisecond)
			}
		}
	})
}
