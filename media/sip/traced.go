package sip

import (
	"net/netip"
	"time"

	"rexian/media/sip/siptrace"
)

// traced keeps a message for those who look at the call later.
func (s *Server) traced(sent bool, network string, local, remote netip.AddrPort, data []byte) {
	if s.cfg.Trace == nil {
		return
	}
	s.cfg.Trace.Add(siptrace.Message{At: time.Now(), Sent: sent, Network: network, Local: local, Remote: remote,
		Data: data})
}

func (c *stream) traced(sent bool, data []byte) {
	if c.s.cfg.Trace != nil {
		c.s.traced(sent, c.network, boundAddr(c.LocalAddr()), c.src, data)
	}
}

// Messages lists what Config.Trace still has of calls, the oldest first; ids are the Call-IDs of their legs.
func (s *Server) Messages(ids ...string) []siptrace.Message {
	list := s.cfg.Trace.Of(ids...)
	for i := range list {
		if m := &list[i]; m.Local.Addr().IsUnspecified() {
			m.Local = netip.AddrPortFrom(s.routes.local(m.Remote.Addr()), m.Local.Port())
		}
	}
	return list
}

// TraceMemory is how many bytes Config.Trace has come to use of its memory.
func (s *Server) TraceMemory() int { return s.cfg.Trace.Used() }
