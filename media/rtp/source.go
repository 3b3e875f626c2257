package rtp

import (
	"net/netip"
	"time"

	"github.com/pion/rtp"
)

// rank is how sure we are that a place is the far side's.
type rank uint8

const (
	unproven   rank = iota // nothing came yet: sound goes where SDP says
	guessed                // several packets in a row came from there, and nothing else speaks for it
	signalled              // it is on the host of the signalling, or on the one that SDP names
	negotiated             // SDP names it, or the packets prove themselves by their key
)

// source is where the far side's packets come from. Behind a NAT that is not what SDP says, so it is learned from the
// packets, once for each agreement: silence opens nothing anew, and whoever sends later is a stranger. Two things may
// still change a place that was learned: any of a higher rank takes it from one that was only guessed, and what SDP
// names takes it from another port of the same host within a short time, because another call's packets may have been
// there first.
type source struct {
	rank    rank
	was     rank           // of the same place, before the agreement at hand
	signal  netip.Addr     // where the far side's signalling comes from; invalid if that is not known
	learned int64          // when the rank was reached, in ns on the engine's clock
	old     netip.AddrPort // where the far side was before an agreement moved it
	moved   int64          // and when it did
	reports bool           // RTCP has come since

	// A stranger's packets in a row.
	row  netip.AddrPort
	ssrc uint32
	seq  uint16
	n    uint8
}

const (
	inRow    = 4                      // so many packets in a row make a stranger the far side
	settling = int64(time.Second) / 2 // SDP's own place may take over within this
	straying = int64(time.Second) / 2 // packets from the place that was left may still be on their way
)

// agree is called for a new agreement, before the leg takes it. Where only the place is new the old one's packets
// count for nothing for a while.
func (s *source) agree(l *leg, signal netip.Addr, moved, changed bool) {
	changed = changed || signal != s.signal
	s.signal = signal
	switch {
	case moved:
		s.old, s.moved = l.remote, l.now
		s.rank, s.was, s.n, s.reports = unproven, unproven, 0, false
	case changed && s.rank > unproven:
		s.was, s.rank, s.n = s.rank, unproven, 0
	}
}

// listensTo says whether packets from there may be the far side's, and how much speaks for it.
func (l *leg) listensTo(from netip.AddrPort) (rank, bool) {
	s := &l.source
	if s.rank > unproven && from == l.remote {
		return s.rank, true
	}
	r := l.rankOf(from)
	switch s.rank {
	case unproven, guessed:
		return r, r > s.rank
	case signalled:
		return r, r == negotiated && l.now-s.learned < settling
	}
	return r, false
}

func (l *leg) rankOf(from netip.AddrPort) rank {
	s := &l.source
	switch {
	case from == l.media.Addr:
		return negotiated
	case s.was > unproven && from == l.remote:
		return s.was
	case from == s.old && l.now-s.moved < straying:
		return unproven
	case from.Addr() == s.signal || from.Addr() == l.media.Addr.Addr():
		return signalled
	}
	return guessed
}

// trust takes a valid packet for what it tells of the far side's place. It says whether the packet is the far side's.
func (l *leg) trust(from netip.AddrPort, r rank, h *rtp.Header) bool {
	s := &l.source
	if r == s.rank && from == l.remote {
		return true
	}
	if l.keysSRTP.recv != nil {
		r = negotiated
	}
	if r == guessed && !s.counts(from, h) {
		return false
	}
	if from != l.remote && h.SSRC != l.recv.ssrc {
		l.recv.started = false // what came from elsewhere was another's
	}
	if from.Addr() != l.media.Addr.Addr() { // behind a NAT: RTCP is most likely beside RTP there, too
		l.remoteC = netip.AddrPortFrom(from.Addr(), from.Port()+1)
	}
	s.rank, s.was, s.learned, l.remote = r, unproven, l.now, from
	l.gate.open(l)
	l.noteRemote()
	return true
}

// counts says whether this packet of a stranger is the last of enough in a row.
func (s *source) counts(from netip.AddrPort, h *rtp.Header) bool {
	if s.n == 0 || from != s.row || h.SSRC != s.ssrc || h.SequenceNumber != s.seq+1 {
		s.row, s.ssrc, s.n = from, h.SSRC, 0
	}
	s.seq = h.SequenceNumber
	s.n++
	return s.n >= inRow
}

func (l *leg) noteRemote() {
	r := l.remote
	l.counts.remote.Store(&r)
}
