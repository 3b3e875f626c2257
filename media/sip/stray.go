package sip

import (
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// acknowledge sends the ACK to a 2xx and keeps it for repetition. The lock is held.
func (d *dialog) acknowledge(invite *wire.Request) {
	seq := invite.CSeq().SeqNo
	ack := d.requestSeq(wire.ACK, seq)
	wire.CopyHeaders("Authorization", invite, ack)
	wire.CopyHeaders("Proxy-Authorization", invite, ack)
	if len(d.sent) > 3 {
		d.sent = d.sent[1:]
	}
	d.sent = append(d.sent, sentAck{seq, ack})
	if err := d.s.write(ack); err != nil {
		d.s.log.Debug("sip: an ACK could not be sent", "error", err)
	}
}

// strayResponse takes answers whose transaction is over: a 2xx that is repeated because our ACK was lost, a 2xx of
// another branch, or one that crossed our CANCEL. Everything else is of no interest any more.
func (s *Server) strayResponse(res *wire.Response) {
	cseq, from, to := res.CSeq(), res.From(), res.To()
	if !res.IsSuccess() || cseq == nil || cseq.MethodName != wire.INVITE || from == nil || to == nil ||
		res.CallID() == nil {
		return
	}
	ours, _ := from.Params.Get("tag")
	theirs, _ := to.Params.Get("tag")
	s.mu.Lock()
	d := s.dialogs[ours]
	known := d != nil || s.ended.has(ours, time.Now())
	s.mu.Unlock()
	if !known {
		return
	}
	if d != nil {
		c := d.call
		c.mu.Lock()
		if d.remoteTag == theirs {
			for _, a := range d.sent {
				if a.seq == cseq.SeqNo {
					s.write(a.ack)
				}
			}
			c.mu.Unlock()
			return
		}
		early := c.state == calling
		c.mu.Unlock()
		if early { // it overtook the first one, which is being looked at: whatever this is, it comes again
			return
		}
	}
	s.dismiss(res, d)
}

// dismiss acknowledges a 2xx that nobody wants and ends its dialog (RFC 3261, 13.2.2.4).
func (s *Server) dismiss(res *wire.Response, like *dialog) {
	from := res.From()
	d := &dialog{s: s, uac: true, callID: string(*res.CallID()), transport: strings.ToUpper(res.Transport()),
		lseq: new(uint32)}
	*d.lseq = res.CSeq().SeqNo
	d.localTag, _ = from.Params.Get("tag")
	d.local = wire.FromHeader{DisplayName: from.DisplayName, Address: *from.Address.Clone(),
		Params: from.Params.Clone()}
	d.target = res.To().Address
	d.call = &Call{s: s, id: d.localTag, d: d}
	if like != nil {
		d.login = like.login
	}
	d.branch(res)
	d.endpoint = s.endpointFor(d.transport, d.remoteAddr())
	if err := s.write(d.requestSeq(wire.ACK, *d.lseq)); err != nil {
		return
	}
	s.finish(d, d.byeRequest(16, "not wanted"))
}
