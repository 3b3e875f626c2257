package rtp

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/sdp"
)

// until waits for a condition that other threads bring about.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%s: not so after 20 s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// descriptors is the number of files this process has open.
func descriptors(t *testing.T) int {
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // a system without it
	}
	return len(d)
}

// After many streams of all kinds, ports, goroutines and descriptors are as before.
func TestNothingIsLeft(t *testing.T) {
	for _, way := range ways {
		procs, files, routines := runtime.GOMAXPROCS(0), 0, 0
		for round := range 3 {
			c := Config{Listen: netip.MustParseAddr("127.0.0.1"), PortMin: 30000, PortMax: 31999}
			way.set(&c)
			e, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			p := newPeer(t)
			v := newEvents()
			var open []*Stream
			for i := range 200 {
				s, err := e.Open(Options{Events: v.take, InBand: i%2 == 0, Timeout: time.Second})
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, s)
				if i%5 == 0 {
					continue // never connected
				}
				if err := s.Connect(p.media()); err != nil {
					t.Fatal(err)
				}
				s.Hold(Item{Clips: []Clip{{Sound: sound(3, 1600)}}})
				if i%3 == 0 {
					s.Tap(new(recorder))
				}
				if i%4 == 1 {
					_ = s.Bridge(open[i-1])
				}
			}
			for i, s := range open {
				if i%2 == 0 {
					s.Close()
				}
			}
			until(t, "half the streams are closed", func() bool { return e.Stats().Streams == 100 })
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := e.Open(Options{}); !errors.Is(err, ErrClosed) {
				t.Fatalf("open after close: %v", err)
			}
			if n := len(e.ports.free); n != 1000 {
				t.Errorf("%d ports are free", n)
			}
			p.conn.Close()
			if round == 0 { // what is made once is made now
				files, routines = descriptors(t), runtime.NumGoroutine()
				continue
			}
			until(t, "goroutines end", func() bool { return runtime.NumGoroutine() <= routines })
			if n := descriptors(t); n > files {
				t.Errorf("%d descriptors, at first %d", n, files)
			}
		}
		if n := runtime.GOMAXPROCS(0); n != procs {
			t.Errorf("GOMAXPROCS is %d, was %d", n, procs)
		}
	}
}

// 50,000 datagrams of garbage, from a stranger and from the far side's own address, do not change what a running call
// sends.
func TestFlood(t *testing.T) {
	engines(t, Config{}, func(t *testing.T, e *Engine) {
		p, v := newPeer(t), newEvents()
		s := open(t, e, Options{Events: v.take, InBand: true})
		if err := s.Connect(p.media()); err != nil {
			t.Fatal(err)
		}
		p.send(s.Local(), 8, make([]byte, 160))
		v.wait(t, First)
		tune := sound(0, 8000)
		for i := range tune.ALaw {
			tune.ALaw[i] = byte(i % 200)
		}
		for p.read().kind != 8 {
		}
		go func() {
			x, r := newPeer(t), rand.New(rand.NewPCG(1, 2))
			for i := range 50000 {
				b := make([]byte, r.IntN(400))
				for i := range b {
					b[i] = byte(r.Uint32())
				}
				from := x.conn
				if i%8 == 0 {
					from = p.conn
					if len(b) > 1 {
						b[1] |= 64 // no payload type of speech
					}
				}
				to := s.Local()
				if i%5 == 0 {
					to = netip.AddrPortFrom(to.Addr(), to.Port()+1)
				}
				from.WriteToUDPAddrPort(b, to)
			}
		}()
		s.Play(Item{ID: 1, Clips: []Clip{{Sound: tune}}})
		var heard []byte
		for len(heard) < 8000 {
			last := p.got
			k := p.read()
			follows(t, e, last, k)
			if len(heard) > 0 || k.marker {
				heard = append(heard, k.payload...)
			}
		}
		for i, b := range heard {
			if b != byte(i%200) {
				t.Fatalf("sample %d is %d", i, b)
			}
		}
		if k := v.wait(t, Played); k.ID != 1 {
			t.Fatalf("%+v", k)
		}
		if st := s.Stats(); st.Refused == 0 || st.Remote != p.addr() {
			t.Fatalf("%+v", st)
		}
	})
}

// Three hundred far sides speak at the same moment, again and again, and one of them ten times as much: every packet is
// heard.
func TestManySpeakAtOnce(t *testing.T) {
	engines(t, Config{}, func(t *testing.T, e *Engine) {
		var peers []*peer
		var streams []*Stream
		for range 300 {
			p, s := newPeer(t), open(t, e, Options{})
			if err := s.Connect(p.media()); err != nil {
				t.Fatal(err)
			}
			peers, streams = append(peers, p), append(streams, s)
		}
		const rounds, loud = 5, 150
		for range rounds {
			for i, p := range peers {
				p.send(streams[i].Local(), 8, make([]byte, 160))
				for range 9 {
					if i == loud {
						p.send(streams[i].Local(), 8, make([]byte, 160))
					}
				}
			}
			time.Sleep(25 * time.Millisecond)
		}
		for i, s := range streams {
			want := uint64(rounds)
			if i == loud {
				want = 10 * rounds
			}
			until(t, "all is heard", func() bool { return s.Stats().Received == want })
		}
	})
}

// A stream takes commands from many goroutines while it is closed by another, and events stop with it.
func TestCommandsFromEverywhere(t *testing.T) {
	engines(t, Config{}, func(t *testing.T, e *Engine) {
		p := newPeer(t)
		for range 20 {
			s := open(t, e, Options{Events: func(Event) {}, InBand: true})
			other := open(t, e, Options{})
			done := make(chan struct{})
			for i := range 4 {
				go func() {
					defer func() { done <- struct{}{} }()
					for n := range 50 {
						switch (n + i) % 8 {
						case 0:
							_ = s.Connect(p.media())
						case 1:
							s.Play(Item{ID: n, Clips: []Clip{{Sound: sound(1, 200)}}})
						case 2:
							s.Silence()
						case 3:
							s.Tap(new(recorder))
						case 4:
							_ = s.Bridge(other)
						case 5:
							s.Unbridge()
						case 6:
							s.Listen(time.Second)
							s.SendKeys("12", 40*time.Millisecond, 0)
						case 7:
							_ = s.Stats()
							if i == 3 && n > 40 {
								s.Close()
							}
						}
					}
				}()
			}
			for range 4 {
				<-done
			}
			s.Close()
			other.Close()
		}
		until(t, "all are closed", func() bool { return e.Stats().Streams == 0 })
	})
}

// Two streams of one engine talk to each other through real sockets: a bridge of two calls, keys through it, IPv6.
func TestTwoStreams(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1", "::"} {
		for _, way := range ways {
			c := Config{Listen: netip.MustParseAddr(address)}
			way.set(&c)
			e, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			v := newEvents()
			a, b := open(t, e, Options{}), open(t, e, Options{Events: v.take})
			to := func(s *Stream) sdp.Media {
				ip := netip.MustParseAddr(address)
				if ip.IsUnspecified() {
					ip = netip.MustParseAddr("127.0.0.1") // a socket of both families
				}
				return sdp.Media{Addr: netip.AddrPortFrom(ip, s.Local().Port()), Codec: audio.PCMA, Events: 101,
					Ptime: 20}
			}
			if err := a.Connect(to(b)); err != nil {
				t.Fatal(err)
			}
			if err := b.Connect(to(a)); err != nil {
				t.Fatal(err)
			}
			v.wait(t, First)
			a.SendKeys("7", 60*time.Millisecond, 0)
			if k := v.wait(t, Key); k.Digit != '7' {
				t.Errorf("%s: %+v", address, k)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
