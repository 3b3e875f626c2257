package rtp

import (
	"net/netip"
	"sync/atomic"
	"time"

	"rexian/media/audio"
)

// legCounts are a stream's figures. The leg's thread writes them, anybody reads.
type legCounts struct {
	sent, sentBytes, received, late, duplicate, refused, lost, farLost, skipped atomic.Uint64
	jitter, rtt, farJitter                                                      atomic.Int64 // ns
	remote                                                                      atomic.Pointer[netip.AddrPort]
	codec                                                                       atomic.Uint32
}

func (c *legCounts) stats() Stats {
	s := Stats{
		Sent: c.sent.Load(), Received: c.received.Load(), SentBytes: c.sentBytes.Load(), Lost: c.lost.Load(),
		Late:      c.late.Load(),
		Duplicate: c.duplicate.Load(), Refused: c.refused.Load(), FarLost: c.farLost.Load(), Skipped: c.skipped.Load(),
		Jitter: time.Duration(c.jitter.Load()),
		RTT:    time.Duration(c.rtt.Load()), FarJitter: time.Duration(c.farJitter.Load()),
		Codec: audio.Codec(c.codec.Load()),
	}
	if r := c.remote.Load(); r != nil {
		s.Remote = *r
	}
	return s
}
