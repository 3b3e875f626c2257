package guard

import "sync/atomic"

type counters struct {
	passed, denied, banned, packetsLimited, callsLimited, bans atomic.Uint64
	offences                                                   [offences]atomic.Uint64
}

// Stats counts since the start, except Sources and Bans, which say how much is remembered now.
type Stats struct {
	Passed         uint64 // packets and calls let through
	Denied         uint64 // from the deny list
	Banned         uint64 // from a banned source
	PacketsLimited uint64 // over the rate of packets
	CallsLimited   uint64 // over the rate of calls
	Garbage        uint64 // offences reported
	Scans          uint64
	BadAuths       uint64
	NewBans        uint64 // bans spoken
	Forgotten      uint64 // sources forgotten because the table was full
	Sources        int    // sources remembered
	Bans           int    // bans remembered, ended ones included
}

// Stats reads the counters. A nil guard has none.
func (g *Guard) Stats() Stats {
	if g == nil {
		return Stats{}
	}
	c := &g.stats
	s := Stats{
		Passed: c.passed.Load(), Denied: c.denied.Load(), Banned: c.banned.Load(),
		PacketsLimited: c.packetsLimited.Load(), CallsLimited: c.callsLimited.Load(), NewBans: c.bans.Load(),
		Garbage: c.offences[Garbage].Load(), Scans: c.offences[Scan].Load(), BadAuths: c.offences[BadAuth].Load(),
	}
	g.mu.Lock()
	s.Sources, s.Bans, s.Forgotten = g.sources.len(), g.bans.len(), g.sources.evicted
	g.mu.Unlock()
	return s
}
