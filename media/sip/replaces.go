package sip

import (
	"net/netip"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
)

// replaced finds the call that an INVITE wants to take the place of (RFC 3891, 3); nil if it wants none.
func (s *Server) replaced(req *wire.Request, src netip.AddrPort) (*Call, *Fault) {
	hs := req.GetHeaders("replaces")
	if len(hs) == 0 {
		return nil, nil
	}
	if len(hs) > 1 {
		return nil, &Fault{Status: 400, Reason: "More Than One Replaces"}
	}
	none := &Fault{Status: 481, Reason: "No Such Call"}
	id, to, from, earlyOnly := parseReplaces(hs[0].Value())
	if id == "" || to == "" || from == "" {
		return nil, &Fault{Status: 400, Reason: "Bad Replaces"}
	}
	s.mu.Lock()
	d := s.dialogs[to]
	s.mu.Unlock()
	if d == nil || d.callID != id || !d.hasRemote(from) {
		return nil, none
	}
	if !s.mayReplace(src, d) {
		return nil, &Fault{Status: 403, Reason: "Not Allowed To Replace"}
	}
	c := d.call
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state == over:
		return nil, &Fault{Status: 603, Reason: "Decline"}
	case c.state == answered && earlyOnly:
		return nil, &Fault{Status: 486, Reason: "Busy Here"}
	case c.state == calling: // only calls that we placed ourselves could be replaced while they ring
		return nil, none
	}
	return c, nil
}

// Named says whether the value of a Replaces header names the call, as its far side sees it.
func (c *Call) Named(replaces string) bool {
	id, to, from, _ := parseReplaces(replaces)
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.d
	return id != "" && to != "" && from != "" && d.callID == id && d.localTag == to && d.remoteTag == from
}

func parseReplaces(v string) (callID, toTag, fromTag string, earlyOnly bool) {
	callID, params := field.Value(v)
	toTag, _ = params.Get("to-tag")
	fromTag, _ = params.Get("from-tag")
	_, earlyOnly = params.Get("early-only")
	return callID, toTag, fromTag, earlyOnly
}

// mayReplace says whether who sends an INVITE may take the place of a call's far side (RFC 3891, 3 and 6): a trunk, a
// telephone of ours or a trusted network, or who is at the address of the side that is replaced. Call-ID and tags are
// no secret: every proxy on the way has seen them. Without a guard nobody is known, and the network is a closed one.
func (s *Server) mayReplace(src netip.AddrPort, d *dialog) bool {
	return s.cfg.Guard == nil || s.cfg.Guard.Known(src.Addr()) || src.Addr() == d.source.Addr()
}

// takeOver lets a third party take the place of a call's far side: the call, its flow and its stream stay, the dialog
// behind them is exchanged, and the old far side gets BYE.
func (s *Server) takeOver(req *wire.Request, tx *wire.ServerTx, src netip.AddrPort, c *Call) {
	d := s.newDialog(req, tx, src)
	d.call = c
	offer, f := sdpBody(req)
	if f == nil && offer == nil {
		f = &Fault{Status: 488, Reason: "An Offer Is Needed"}
	}
	if f != nil {
		s.refuse(req, tx, f)
		return
	}
	c.mu.Lock()
	old := c.d
	if c.state != answered || old.busy {
		c.mu.Unlock()
		s.respond(req, tx, 481, "No Such Call")
		return
	}
	d.openSDP(c.stream.Local(), &c.profile)
	d.sdp.Holding = c.hold
	answer, m, err := d.sdp.Answer(offer)
	if err == nil {
		err = c.agreeable(m)
	}
	if err != nil {
		c.mu.Unlock()
		s.refuse(req, tx, sdpFault(err))
		return
	}
	res := wire.NewResponseFromRequest(req, 200, "OK", answer)
	res.AppendHeader(d.contact())
	res.AppendHeader(sdpType())
	s.capabilities(res)
	d.session.negotiateUAS(d, req)
	d.session.answer(d, req, res)
	if err := tx.Respond(res); err != nil { // cancelled, or not to be sent: the old far side stays
		tx.Respond(wire.NewResponseFromRequest(req, 487, "Request Terminated", nil))
		c.mu.Unlock()
		return
	}
	d.confirmed = true
	c.d = d
	old.session.stop()
	old.stopAcks()
	bye := old.byeRequest(16, "replaced")
	d.await(res, tx.Connection(), req.CSeq().SeqNo, false)
	d.session.start(d)
	c.connect(m, d.source.Addr(), false)
	s.add(d) // under the lock: the call may end at this moment
	c.mu.Unlock()
	s.log.Info("call taken over", "call", c.id, "by", mask(userOf(&req.From().Address)), "source", src)
	s.farewell(old, bye, func() { s.remove(old) })
}
