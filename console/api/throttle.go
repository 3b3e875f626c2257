package api

import (
	"net/netip"
	"sync"
	"time"
)

// throttle counts what sources do wrong. An IPv6 source is a /64, since a subscriber has all addresses in it.
type throttle struct {
	now     func() time.Time
	mu      sync.Mutex
	sources map[netip.Prefix]tries
}

// tries are what a source did wrong.
type tries struct {
	wrong int
	last  time.Time
	till  time.Time // nothing of it is looked at before
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, sources: map[netip.Prefix]tries{}}
}

// prefix is what counts as one source.
func prefix(from netip.Addr) netip.Prefix {
	bits := from.BitLen()
	if from.Is6() {
		bits = 64
	}
	p, _ := from.Prefix(bits) // zero for no address at all, which is one source as well
	return p
}

// wait is how long a source has to wait yet.
func (t *throttle) wait(from netip.Addr) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sources[prefix(from)].till.Sub(t.now())
}

// wrong notes a wrong token and returns how many there were in a row, and how long the source has to wait now.
func (t *throttle) wrong(from netip.Addr) (count int, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, p := t.now(), prefix(from)
	s := t.sources[p]
	if now.Sub(s.last) > forgiven {
		s = tries{}
	}
	s.wrong, s.last = s.wrong+1, now
	if over := s.wrong - free; over > 0 {
		wait = min(firstWait<<min(over-1, 30), longest)
	}
	s.till = now.Add(wait)
	t.make(p)
	t.sources[p] = s
	return s.wrong, wait
}

// right forgets what a source did wrong.
func (t *throttle) right(from netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sources, prefix(from))
}

// first tells whether a source is seen for the first time within a while.
func (t *throttle) first(from netip.Addr) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, p := t.now(), prefix(from)
	if s, seen := t.sources[p]; seen && now.Sub(s.last) <= forgiven {
		return false
	}
	t.make(p)
	t.sources[p] = tries{last: now}
	return true
}

// make makes room for a source.
func (t *throttle) make(p netip.Prefix) {
	if _, there := t.sources[p]; there || len(t.sources) < maxSources {
		return
	}
	oldest := netip.Prefix{}
	var at time.Time
	for q, s := range t.sources {
		if at.IsZero() || s.last.Before(at) {
			oldest, at = q, s.last
		}
	}
	delete(t.sources, oldest)
}
