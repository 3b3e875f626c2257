package sip

import (
	"fmt"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sdp"
)

// await starts repeating a 2xx until its ACK comes. The lock is held.
func (d *dialog) await(res *wire.Response, conn wire.Connection, seq uint32, offered bool) {
	u := &unacked{seq: seq, res: res, conn: conn, interval: d.s.cfg.T1, offered: offered}
	u.timer = time.AfterFunc(u.interval, func() { d.repeat(u) })
	d.acks = append(d.acks, u)
}

// repeat sends a 2xx again, or gives up after 64·T1.
func (d *dialog) repeat(u *unacked) {
	c := d.call
	c.mu.Lock()
	if !d.waits(u) {
		c.mu.Unlock()
		return
	}
	u.spent += u.interval
	if limit := d.ackTime(); u.spent < limit {
		u.conn.WriteMsg(u.res)
		u.interval = min(2*u.interval, d.s.cfg.t2(), limit-u.spent)
		u.timer.Reset(u.interval)
		c.mu.Unlock()
		return
	}
	d.stopAcks()
	d.sendWaitingBye()
	c.mu.Unlock()
	c.end(Cause{By: NoAck, Q850: 102, Text: "no ACK"}, true)
}

func (d *dialog) waits(u *unacked) bool {
	for _, v := range d.acks {
		if v == u {
			return true
		}
	}
	return false
}

func (d *dialog) stopAcks() {
	for _, u := range d.acks {
		u.timer.Stop()
	}
	d.acks = nil
}

// sendWaitingBye sends the BYE of a call that we hung up before its ACK. The lock is held.
func (d *dialog) sendWaitingBye() {
	b := d.call.bye
	if b == nil {
		return
	}
	d.call.bye = nil
	req := d.byeRequest(b.q850, b.text)
	d.s.farewell(d, req, func() { d.s.remove(d) })
}

// quickAck takes the ACK to a 2xx off the socket, if its call needs no more of it than that it came. The layer of
// transactions would make one for it, and a goroutine, as for every third request that comes.
func (s *Server) quickAck(datagram []byte) (taken bool) {
	defer func() {
		if p := recover(); p != nil { // a fault of ours must not silence the socket
			s.log.Error("sip: an ACK was not handled", "panic", fmt.Sprint(p))
		}
	}()
	m, err := s.parser.ParseSIP(datagram)
	req, ok := m.(*wire.Request)
	if err != nil || !ok || !req.IsAck() || s.check(req) != nil {
		return false
	}
	ours, _ := req.To().Params.Get("tag")
	theirs, _ := req.From().Params.Get("tag")
	s.mu.Lock()
	d := s.dialogs[ours]
	s.mu.Unlock()
	// the socket waits for nobody
	if d == nil || d.call == nil || d.callID != string(*req.CallID()) || !d.call.mu.TryLock() {
		return false
	}
	defer d.call.mu.Unlock()
	if d.remoteTag != theirs || d.call.state == over || len(d.acks) != 1 || d.acks[0].offered ||
		d.acks[0].seq != req.CSeq().SeqNo {
		return false
	}
	d.stopAcks()
	s.pending.proved(d.call)
	s.cfg.Guard.Acknowledged(d.call.src)
	d.call.stream.Acked()
	d.call.stand()
	return true
}

// stand notes that both sides know the dialog, and lets go of the INVITE. The lock is held.
func (c *Call) stand() {
	select {
	case <-c.stands: // it was known before: this is the ACK of a re-INVITE
	default:
		close(c.stands)
		c.opening.Store(c.opening.Load().settled())
	}
}

// ack takes the ACK to a 2xx.
func (s *Server) ack(req *wire.Request) {
	if !req.To().Params.Has("tag") {
		return
	}
	d := s.find(req)
	if d == nil {
		return
	}
	c := d.call
	c.mu.Lock()
	var u *unacked
	for i, v := range d.acks {
		if v.seq == req.CSeq().SeqNo {
			u = v
			u.timer.Stop()
			d.acks = append(d.acks[:i], d.acks[i+1:]...)
			break
		}
	}
	if u == nil { // again, or to a refusal
		c.mu.Unlock()
		return
	}
	s.pending.proved(c)
	s.cfg.Guard.Acknowledged(c.src)
	if c.state == over {
		d.sendWaitingBye()
		c.mu.Unlock()
		return
	}
	c.stream.Acked()
	c.stand()
	var err error
	if u.offered {
		err = d.acceptAnswer(req)
		select {
		case d.answers <- sdpAnswer{err}:
		default:
		}
	}
	c.mu.Unlock()
	if err != nil {
		c.end(Cause{By: Local, Q850: 88, Text: err.Error()}, true)
	}
}

// acceptAnswer takes the answer to our offer out of a message. The lock is held.
func (d *dialog) acceptAnswer(m wire.Message) error {
	body, f := sdpBody(m)
	if f != nil || body == nil {
		return fmt.Errorf("%w: no answer to our offer", sdp.ErrMalformed)
	}
	media, err := d.sdp.Accept(body)
	if err != nil {
		return err
	}
	return d.call.connect(media, d.source.Addr(), true)
}
