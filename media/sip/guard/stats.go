package guard

import "sync/atomic"

type counters struct {
	passed, denied, banned, fast, calls, connections, unproved atomic.Uint64
	offences                                                   [offences]atomic.Uint64
	bans                                                       [offences + 1]atomic.Uint64
}

// Stats counts since the start, except Sources, Bans and Connected, which say how much there is now.
type Stats struct {
	Passed      uint64             // packets let through
	Denied      uint64             // packets and connections from the deny list
	Banned      uint64             // packets and connections from a banned source
	Fast        uint64             // packets over their rate, also those that were heard because a call stands
	Calls       uint64             // calls over their rate
	Connections uint64             // connections over their number
	Offences    map[Offence]uint64 // reported
	Unproved    uint64             // offences whose source was not proved: they ban nobody
	NewBans     map[Offence]uint64 // bans spoken, by reason
	Forgotten   uint64             // sources forgotten because the table was full
	Sources     int                // sources remembered
	Bans        int                // sources banned at this moment
	Connected   int                // stream connections open
}

// Stats reads the counters. A nil guard has none.
func (g *Guard) Stats() Stats {
	s := Stats{Offences: map[Offence]uint64{}, NewBans: map[Offence]uint64{}}
	if g == nil {
		return s
	}
	c := &g.stats
	s.Passed, s.Denied, s.Banned, s.Fast = c.passed.Load(), c.denied.Load(), c.banned.Load(), c.fast.Load()
	s.Calls, s.Connections, s.Unproved = c.calls.Load(), c.connections.Load(), c.unproved.Load()
	for o := range offences {
		s.Offences[o] = c.offences[o].Load()
	}
	for o := range offences + 1 {
		s.NewBans[o] = c.bans[o].Load()
	}
	s.Bans = len(g.Banned())
	g.mu.Lock()
	s.Sources, s.Forgotten = g.sources.len(), g.sources.evicted
	for _, n := range g.open {
		s.Connected += n
	}
	g.mu.Unlock()
	return s
}
