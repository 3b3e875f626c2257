package sip

import (
	"net/netip"
	"sync"
	"time"
)

// pending are the calls of strangers that nothing has proved yet: no acknowledgement came, nor anything else that only
// who got our answers can know. Whoever writes foreign addresses into INVITEs makes such calls and no others, so they
// are few at a time, and leave all other places to those who can be relied on.
type pending struct {
	mu    sync.Mutex
	calls map[*Call]time.Time // when we answered; zero while it rings
	each  map[netip.Addr]int  // by source
}

// awaitProof lets a call in that is not proved yet, or says why not. When all places are taken, the call that has
// waited for its ACK for longest makes room, if that is long enough for any honest caller.
func (s *Server) awaitProof(c *Call) *Fault {
	l := s.cfg.Guard.Limits()
	p, from := &s.pending, sourceOf(c.src.Addr())
	full := &Fault{Status: 503, Reason: "Too Many Unacknowledged Calls", Headers: [][2]string{{"Retry-After",
		s.retryAfter()}}}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls == nil {
		p.calls, p.each = map[*Call]time.Time{}, map[netip.Addr]int{}
	}
	if l.PendingEach >= 0 && p.each[from] >= l.PendingEach {
		return full
	}
	if l.Pending >= 0 && len(p.calls) >= l.Pending {
		var oldest *Call
		for other, at := range p.calls {
			if !at.IsZero() && time.Since(at) > 4*s.cfg.T1 && (oldest == nil || at.Before(p.calls[oldest])) {
				oldest = other
			}
		}
		if oldest == nil {
			return full
		}
		p.drop(oldest)
		s.spawn(func() { oldest.end(Cause{By: NoAck, Q850: 102, Text: "no ACK, and others wait"}, true) })
	}
	p.calls[c] = time.Time{}
	p.each[from]++
	return nil
}

// answered notes that a call waits for its ACK from now on.
func (p *pending) answered(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.calls[c]; ok {
		p.calls[c] = time.Now()
	}
}

// proved takes a call out: its caller has shown to be there, or the call is over.
func (p *pending) proved(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(c)
}

func (p *pending) drop(c *Call) {
	if _, ok := p.calls[c]; !ok {
		return
	}
	delete(p.calls, c)
	from := sourceOf(c.src.Addr())
	if p.each[from]--; p.each[from] <= 0 {
		delete(p.each, from)
	}
}

// Pending is how many calls of strangers nothing has proved yet.
func (s *Server) Pending() int {
	s.pending.mu.Lock()
	defer s.pending.mu.Unlock()
	return len(s.pending.calls)
}

// sourceOf is what counts as one source: an IPv4 address, or the /64 of a subscriber.
func sourceOf(a netip.Addr) netip.Addr {
	if a.Is4() || !a.IsValid() {
		return a
	}
	p, _ := a.WithZone("").Prefix(64) // cannot fail: a is an IPv6 address
	return p.Addr()
}
