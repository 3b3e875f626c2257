package rtp

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPortsRest(t *testing.T) {
	r := newRig(t)
	now := time.Unix(1000, 0)
	var err error
	if r.e.ports, err = newPorts(10001, 10008, func() time.Time { return now }); err != nil {
		t.Fatal(err)
	}
	var open []*Stream
	for _, want := range []uint16{10002, 10004, 10006} {
		s, err := r.e.Open(Options{})
		if err != nil || s.Local().Port() != want {
			t.Fatalf("%v %v", s.Local(), err)
		}
		open = append(open, s)
	}
	if _, err := r.e.Open(Options{}); !errors.Is(err, ErrNoPort) {
		t.Fatalf("all in use: %v", err)
	}
	open[1].Close()
	r.step(1)
	if _, err := r.e.Open(Options{}); !errors.Is(err, ErrNoPort) {
		t.Fatalf("a port must rest: %v", err)
	}
	now = now.Add(rest)
	if s, err := r.e.Open(Options{}); err != nil || s.Local().Port() != 10004 {
		t.Fatalf("a port that has rested: %v", err)
	}
	if n := r.e.Stats(); n.Ports != 3 || n.PortsUsed != 3 || n.Streams != 3 {
		t.Errorf("figures: %+v", n)
	}
	open[0].Close()
	r.step(1)
	if n := r.e.Stats(); n.PortsUsed != 2 {
		t.Errorf("figures after a stream has ended: %+v", n)
	}
}

func TestPortsRange(t *testing.T) {
	for _, c := range []struct {
		low, high, pairs int
	}{{10000, 10001, 1}, {10001, 10003, 1}, {10000, 10000, 0}, {10001, 10002, 0}, {5, 4, 0}, {-1, 7, 0}, {1, 65536, 0},
		{65534, 65535, 1}, {1, 65535, 32767}, {0, 10, 0}} {
		p, err := newPorts(c.low, c.high, time.Now)
		if (err == nil) != (c.pairs > 0) {
			t.Errorf("%d to %d: %v", c.low, c.high, err)
		} else if err == nil && len(p.free) != c.pairs {
			t.Errorf("%d to %d: %d pairs", c.low, c.high, len(p.free))
		}
	}
}

// A port that another program has is left out, and may be had later.
func TestPortsOfOthers(t *testing.T) {
	p, _ := newPorts(10000, 10003, func() time.Time { return time.Time{}.Add(time.Hour) })
	busy := errors.New("in use")
	taken := map[uint16]bool{10001: true}
	closed := 0
	bind := func(a netip.AddrPort) (socket, error) {
		if taken[a.Port()] {
			return nil, busy
		}
		return &counted{fake{at: a}, &closed}, nil
	}
	one, _, err := p.take(netip.IPv4Unspecified(), bind)
	if err != nil || one.local().Port() != 10002 || closed != 1 {
		t.Fatalf("%v %v, %d closed", one, err, closed)
	}
	if _, _, err := p.take(netip.IPv4Unspecified(), bind); !errors.Is(err, ErrNoPort) {
		t.Fatal(err)
	}
	if len(p.free) != 1 {
		t.Fatalf("%d ports left", len(p.free))
	}
}

type counted struct {
	fake
	closed *int
}

func (c *counted) close() { *c.closed++ }

// However streams come and go, no port is given twice and none is forgotten.
func TestPortsAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(0, 0)
		p, _ := newPorts(20000, 20019, func() time.Time { return now })
		bind := func(a netip.AddrPort) (socket, error) { return &fake{at: a}, nil }
		used := map[uint16]bool{}
		t.Repeat(map[string]func(*rapid.T){
			"open": func(t *rapid.T) {
				one, two, err := p.take(netip.IPv4Unspecified(), bind)
				if err != nil {
					return
				}
				n := one.local().Port()
				if used[n] || n%2 != 0 || two.local().Port() != n+1 {
					t.Fatalf("port %d and %d", n, two.local().Port())
				}
				used[n] = true
			},
			"close": func(t *rapid.T) {
				for n := range used {
					delete(used, n)
					p.give(n)
					return
				}
			},
			"wait": func(t *rapid.T) { now = now.Add(time.Second) },
			"": func(t *rapid.T) {
				if len(p.free)+len(used) != 10 {
					t.Fatalf("%d free, %d used", len(p.free), len(used))
				}
			},
		})
	})
}
