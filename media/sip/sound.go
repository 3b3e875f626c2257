package sip

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"rexian/media/rtp"
	"rexian/media/sdp"
)

// sounds are the RTP ports of a server's calls; the RTCP port of each is the next one.
type sounds struct {
	mu    sync.Mutex
	ports map[uint16]struct{}
}

func (s *sounds) has(port uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.ports[port&^1]
	return ok
}

// openStream opens the stream of a call.
func (s *Server) openStream(c *Call) error {
	stream, err := s.cfg.Media.Open(rtp.Options{
		Events: c.event, InBand: s.cfg.InBand, Timeout: s.cfg.MediaTimeout, Lead: s.cfg.Lead,
	})
	if err != nil {
		return err
	}
	c.stream = stream
	s.sounds.mu.Lock()
	defer s.sounds.mu.Unlock()
	if s.sounds.ports == nil {
		s.sounds.ports = map[uint16]struct{}{}
	}
	s.sounds.ports[stream.Local().Port()] = struct{}{}
	return nil
}

func (c *Call) closeStream() {
	c.s.sounds.mu.Lock()
	delete(c.s.sounds.ports, c.stream.Local().Port())
	c.s.sounds.mu.Unlock()
	c.stream.Close()
}

// ownSocket says whether an address that a description names is a socket of ours: sound sent there would come back as a
// caller's. c is the call that is to send there.
func (s *Server) ownSocket(c *Call, a netip.AddrPort) bool {
	if s.sounds.has(a.Port()) && ownAddress(c.stream.Local().Addr(), a.Addr(), s.cfg.MediaAddr, s.cfg.Advertise) {
		return true
	}
	for _, e := range s.endpoints {
		if e.network == "udp" && e.bound.Port() == a.Port() && ownAddress(e.bound.Addr(), a.Addr(), s.cfg.Advertise) {
			return true
		}
	}
	return false
}

// ownAddress says whether a is where a socket that is bound to the given address is reached, by others or from here.
func ownAddress(bound, a netip.Addr, advertised ...netip.Addr) bool {
	for _, v := range advertised {
		if a == v {
			return true
		}
	}
	if bound = bound.Unmap(); !bound.IsUnspecified() {
		return a == bound
	}
	if a.IsLoopback() {
		return true
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, v := range all {
		if p, err := netip.ParsePrefix(v.String()); err == nil && p.Addr().Unmap() == a {
			return true
		}
	}
	return false
}

// agreeable refuses an agreement that would send sound to ourselves.
func (c *Call) agreeable(m sdp.Media) error {
	beside := netip.AddrPortFrom(m.Addr.Addr(), m.Addr.Port()+1)
	if c.s.ownSocket(c, m.Addr) || m.RTCP != beside && c.s.ownSocket(c, m.RTCP) {
		return fmt.Errorf("%w: it names a socket of ours", sdp.ErrNotAcceptable)
	}
	return nil
}

// connect gives the stream what was agreed with a far side whose messages come from the given address. acked says
// that it has shown that they are its own. The lock is held.
func (c *Call) connect(m sdp.Media, signal netip.Addr, acked bool) error {
	if err := c.agreeable(m); err != nil {
		return err
	}
	if err := c.stream.Agree(m, rtp.Far{Signal: signal, Acked: acked, Early: c.state == calling,
		Trusted: c.known}); err != nil {
		return err
	}
	if c.media == nil && m.Events < 0 && !c.s.cfg.InBand {
		c.s.log.Warn("sip: keys of a call are not heard", "call", c.id,
			"why", "its description has no telephone-event, and tones in the sound are not looked for")
	}
	c.media = &m
	c.held = !m.Direction.Sends()
	return nil
}

// unheard says in the log, once a call and reason, why something that comes is not heard.
func (c *Call) unheard(e rtp.Event) {
	c.s.log.Warn("sip: part of a call is not heard", "call", c.id, "why", e.Why.String(),
		"payload", e.ID, "from", e.From)
}

// ackTime is how long an ACK is waited for. Where not even sound has come of the far side it is a quarter of what RFC
// 3261, 13.3.1.4 says: five copies of our answer were lost, or its caller is not where it says.
func (d *dialog) ackTime() time.Duration {
	if d.call.stream.Stats().Received == 0 {
		return d.s.cfg.lifetime() / 4
	}
	return d.s.cfg.lifetime()
}
