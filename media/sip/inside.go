package sip

import (
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/dtmf"
	"rexian/media/rtp"
)

// inDialog handles a request within a call.
func (s *Server) inDialog(req *wire.Request, tx *wire.ServerTx) {
	d := s.find(req)
	if d == nil {
		tag, _ := req.To().Params.Get("tag")
		if req.Method == wire.BYE && s.gone(tag) { // again, or it crossed ours
			s.respond(req, tx, 200, "OK")
			tx.Terminate()
			return
		}
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	c := d.call
	s.pending.proved(c)
	c.mu.Lock()
	if !d.accepts(req) {
		defer c.mu.Unlock()
		if req.IsInvite() {
			for _, u := range d.acks {
				if u.seq == req.CSeq().SeqNo { // the same one, after its transaction is gone
					tx.Terminate()
					u.conn.WriteMsg(u.res)
					return
				}
			}
		}
		s.respond(req, tx, 500, "Out Of Order")
		return
	}
	if c.state == over && req.Method != wire.BYE {
		c.mu.Unlock()
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	switch req.Method {
	case wire.INVITE, wire.UPDATE:
		d.change(req, tx)
		c.mu.Unlock()
	case wire.BYE:
		c.mu.Unlock()
		d.byeCame(req, tx)
	case wire.PRACK:
		c.mu.Unlock()
		d.prack(req, tx)
	case wire.INFO:
		c.mu.Unlock()
		d.info(req, tx)
	case wire.REFER:
		c.mu.Unlock()
		d.referCame(req, tx)
	case wire.NOTIFY:
		c.mu.Unlock()
		d.notifyCame(req, tx)
	case wire.OPTIONS:
		c.mu.Unlock()
		res := wire.NewResponseFromRequest(req, 200, "OK", nil)
		s.capabilities(res)
		tx.Respond(res)
	default:
		c.mu.Unlock()
		s.refuse(req, tx, notAllowed())
	}
}

// byeCame ends the call. A caller may also send BYE before it was answered; then the INVITE is still owed its answer
// (RFC 3261, 15.1.2).
func (d *dialog) byeCame(req *wire.Request, tx *wire.ServerTx) {
	c, s := d.call, d.s
	s.respond(req, tx, 200, "OK")
	tx.Terminate() // the note of the ended call answers a repetition
	q850, text := reasonOf(req)
	if q850 == 0 {
		q850 = 16
	}
	c.mu.Lock()
	ringing := c.state == calling
	if ringing && c.inbound {
		c.send(c.reply(487, "Request Terminated", nil))
	}
	if c.state == over && c.bye != nil { // both hang up before the ACK
		c.bye = nil
		d.stopAcks()
		s.spawn(func() { s.remove(d) })
	}
	c.mu.Unlock()
	if ringing {
		c.end(Cause{By: Cancelled, Status: 487, Q850: q850, Text: text}, false)
		return
	}
	c.end(Cause{By: Remote, Q850: q850, Text: text}, false)
}

// info takes keys that come as SIP INFO (RFC 6086, and what was there before it).
func (d *dialog) info(req *wire.Request, tx *wire.ServerTx) {
	if len(req.Body()) == 0 {
		d.s.respond(req, tx, 200, "OK")
		return
	}
	key, on, err := dtmf.ParseInfo(contentType(req), req.Body())
	if err != nil {
		d.s.refuse(req, tx, &Fault{Status: 415, Reason: "Unsupported Media Type",
			Headers: [][2]string{{"Accept", "application/dtmf-relay, application/dtmf"}}})
		return
	}
	d.s.respond(req, tx, 200, "OK")
	d.call.event(rtp.Event{Kind: rtp.Key, Digit: key, At: time.Now()})
	d.call.Stream().Relay(key, on)
}
