package guard

import (
	"hash/maphash"
	"math/bits"
	"net/netip"
	"time"
)

const (
	manyCallers = 8         // so many callers at one address are a proxy, or a carrier
	manyRefused = 100       // and so is who places calls at such a rate in earnest:
	manyAcked   = 10        // those that it may place it acknowledges
	tellAgain   = time.Hour // how long the same is not told again
)

var seed = maphash.MakeSeed()

// Acknowledged notes that src has acknowledged a call.
func (g *Guard) Acknowledged(src netip.AddrPort) {
	if g == nil || g.Trusted(src.Addr()) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	s, _ := g.sources.touch(keyOf(src.Addr().Unmap()))
	s.acked = min(s.acked+1, manyAcked)
}

// Refused notes that a call of src was refused because there are too many, and says whether it should be told that the
// source looks like a proxy: it sends calls of many callers, or calls that came through others (hops, the Via values of
// the request), or very many of which it acknowledges those that are answered. It says so once an hour for each source.
func (g *Guard) Refused(src netip.AddrPort, caller string, hops int) (proxy bool) {
	if g == nil {
		return false
	}
	now := g.since()
	g.mu.Lock()
	defer g.mu.Unlock()
	s, _ := g.sources.touch(keyOf(src.Addr().Unmap()))
	s.callers |= 1 << (maphash.String(seed, caller) % 64)
	s.refused = min(s.refused+1, manyRefused)
	earnest := s.refused >= manyRefused && s.acked >= manyAcked
	if hops < 2 && bits.OnesCount64(s.callers) < manyCallers && !earnest || s.told != 0 &&
		now-s.told < int64(tellAgain) {
		return false
	}
	s.told = max(now, 1)
	return true
}
