package rtp

import (
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// rest is how long a port stays unused after its stream: packets of the old call that still come must not be heard in a
// new one.
const rest = 2 * time.Second

// ports hands out pairs of neighbouring ports, an even one for RTP and the odd one above it for RTCP (RFC 3550, 11).
type ports struct {
	now func() time.Time
	any bool // no range: the system chooses
	all int  // pairs of the range

	mu   sync.Mutex
	free []freePort // the one given back longest ago comes first
}

type freePort struct {
	port  uint16
	since time.Time // when it was given back; zero if it was never used
}

func newPorts(low, high int, now func() time.Time) (*ports, error) {
	p := &ports{now: now}
	if low == 0 && high == 0 {
		p.any = true
		return p, nil
	}
	if low < 1 || high > 65535 || low > high {
		return nil, fmt.Errorf("rtp: ports %d to %d are no range", low, high)
	}
	for n := low + low%2; n+1 <= high; n += 2 {
		p.free = append(p.free, freePort{port: uint16(n)})
	}
	if len(p.free) == 0 {
		return nil, fmt.Errorf("rtp: ports %d to %d hold no even port with the next one", low, high)
	}
	p.all = len(p.free)
	return p, nil
}

type bind func(netip.AddrPort) (socket, error)

// take binds a pair of ports.
func (p *ports) take(addr netip.Addr, bind bind) (rtp, rtcp socket, err error) {
	if p.any {
		return takeAny(addr, bind)
	}
	for range p.count() {
		port, ok := p.next()
		if !ok {
			break
		}
		if rtp, rtcp, err = pair(addr, port, bind); err == nil {
			return rtp, rtcp, nil
		}
		p.give(port) // another program has it
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoPort, err)
	}
	return nil, nil, ErrNoPort
}

func (p *ports) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.free)
}

// next takes the port that has rested longest, if it has rested long enough.
func (p *ports) next() (uint16, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return 0, false
	}
	f := p.free[0]
	if !f.since.IsZero() && p.now().Sub(f.since) < rest {
		return 0, false
	}
	p.free = p.free[1:]
	return f.port, true
}

// give takes an even port back.
func (p *ports) give(port uint16) {
	if p.any {
		return
	}
	p.mu.Lock()
	p.free = append(p.free, freePort{port, p.now()})
	p.mu.Unlock()
}

func pair(addr netip.Addr, port uint16, bind bind) (rtp, rtcp socket, err error) {
	if rtp, err = bind(netip.AddrPortFrom(addr, port)); err != nil {
		return nil, nil, err
	}
	if rtcp, err = bind(netip.AddrPortFrom(addr, port+1)); err != nil {
		rtp.close()
		return nil, nil, err
	}
	return rtp, rtcp, nil
}

// takeAny lets the system choose one port and adds its neighbour, until both can be had.
func takeAny(addr netip.Addr, bind bind) (rtp, rtcp socket, err error) {
	for range 64 {
		var one, other socket
		if one, err = bind(netip.AddrPortFrom(addr, 0)); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrNoPort, err)
		}
		port := one.local().Port()
		if other, err = bind(netip.AddrPortFrom(addr, port^1)); err != nil {
			one.close()
			continue
		}
		if port%2 == 0 {
			return one, other, nil
		}
		return other, one, nil
	}
	return nil, nil, fmt.Errorf("%w: %w", ErrNoPort, err)
}
