package sip

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sdp"
)

// reliable holds the provisional answers of a call that came in, and what was agreed in them (RFC 3262). An answer is
// sent reliably if the caller requires it, or if the caller can do it and the answer carries a session description:
// early media must not depend on one datagram.
type reliable struct {
	answer  []byte     // to the offer of the INVITE
	agreed  *sdp.Media // what that answer says
	settled bool       // the far side has the answer for sure, or answered our offer
	rseq    uint32
	pending *provisional
	queue   []*provisional // may not be sent before the pending one is acknowledged
}

// provisional is one reliable provisional answer.
type provisional struct {
	status   int
	reason   string
	withSDP  bool
	offering bool // carries our offer: the PRACK brings the answer
	rseq     uint32
	res      *wire.Response
	acked    chan struct{}
	timer    *time.Timer
	interval time.Duration
	spent    time.Duration
}

func (r *reliable) stop() {
	if r.pending != nil {
		r.pending.timer.Stop()
		close(r.pending.acked)
		r.pending = nil
	}
	r.queue = nil
}

// provisional answers the INVITE provisionally, with a session description if withSDP. The lock is held.
func (c *Call) provisional(status int, reason string, withSDP bool) error {
	if !c.inbound || c.state != calling {
		return ErrNotRinging
	}
	c.told = true
	if c.times.rang.IsZero() {
		c.times.rang = time.Now()
	}
	required := hasToken(c.Header("require"), "100rel")
	able := required || hasToken(c.Header("supported"), "100rel")
	// A reliable answer to an INVITE without an offer has to carry ours (RFC 3261, 13.2.1).
	if c.rel.answer == nil && able && (required || withSDP) {
		withSDP = true
	}
	deaf := withSDP && !able && (c.rel.answer == nil || !c.known)
	p := &provisional{status: status, reason: reason, withSDP: withSDP && !c.rel.settled}
	if !required && !(able && p.withSDP) {
		var body []byte
		if p.withSDP && !deaf {
			body = c.rel.answer
		}
		if err := c.send(c.reply(status, reason, body)); err != nil {
			return err
		}
		if deaf {
			return ErrNoEarlySound
		}
		if body != nil {
			return c.connect(*c.rel.agreed, c.d.source.Addr(), false)
		}
		return nil
	}
	if c.rel.pending != nil {
		c.rel.queue = append(c.rel.queue, p)
		return nil
	}
	return c.sendReliable(p)
}

// sendReliable sends the next reliable answer and repeats it until its PRACK. The lock is held.
func (c *Call) sendReliable(p *provisional) error {
	var body []byte
	if p.withSDP && !c.rel.settled {
		body = c.rel.answer
		if body == nil {
			var err error
			if body, err = c.d.sdp.Offer(sdp.SendRecv); err != nil {
				return err
			}
			p.offering = true
		}
	}
	if c.rel.rseq == 0 {
		c.rel.rseq = 1 + rand.Uint32N(1<<30)
	} else {
		c.rel.rseq++
	}
	p.rseq = c.rel.rseq
	p.res = c.reply(p.status, p.reason, body)
	p.res.AppendHeader(wire.NewHeader("Require", "100rel"))
	p.res.AppendHeader(wire.NewHeader("RSeq", strconv.FormatUint(uint64(p.rseq), 10)))
	p.res.AppendHeader(wire.NewHeader("Allow", allow))
	if err := c.send(p.res); err != nil {
		return err
	}
	if body != nil && !p.offering {
		if err := c.connect(*c.rel.agreed, c.d.source.Addr(), false); err != nil {
			return err
		}
	}
	p.acked = make(chan struct{})
	p.interval = c.s.cfg.T1
	p.timer = time.AfterFunc(p.interval, func() { c.repeatReliable(p) })
	c.rel.pending = p
	return nil
}

func (c *Call) repeatReliable(p *provisional) {
	c.mu.Lock()
	if c.rel.pending != p || c.state != calling {
		c.mu.Unlock()
		return
	}
	p.spent += p.interval
	if p.spent < c.s.cfg.lifetime() {
		c.tx.Connection().WriteMsg(p.res)
		p.interval *= 2
		p.timer.Reset(p.interval)
		c.mu.Unlock()
		return
	}
	c.send(c.reply(504, "No PRACK", nil))
	c.mu.Unlock()
	c.end(Cause{By: Timeout, Status: 504, Q850: 102, Text: "no PRACK"}, false)
}

// acknowledged waits until no session description is on its way in a reliable answer: only then may the 2xx be sent
// (RFC 3262, 3).
func (c *Call) acknowledged(ctx context.Context) error {
	for {
		c.mu.Lock()
		p := c.rel.pending
		if c.state != calling || p == nil || !p.withSDP && len(c.rel.queue) == 0 {
			c.mu.Unlock()
			return nil
		}
		c.mu.Unlock()
		select {
		case <-p.acked:
		case <-c.done:
			return ErrNotRinging
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// prack takes the acknowledgement of a provisional answer.
func (d *dialog) prack(req *wire.Request, tx *wire.ServerTx) {
	c := d.call
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.rel.pending
	f := strings.Fields(headerValues(req, "rack"))
	if p == nil || len(f) != 3 || f[0] != strconv.FormatUint(uint64(p.rseq), 10) ||
		f[1] != strconv.FormatUint(uint64(d.inviteSeq), 10) || f[2] != "INVITE" {
		d.s.respond(req, tx, 481, "No Such Provisional Response")
		return
	}
	var body []byte
	offer, fault := sdpBody(req)
	switch {
	case fault != nil:
	case p.offering:
		if err := d.acceptAnswer(req); err != nil {
			fault = sdpFault(err)
		}
	case offer != nil: // a second offer, allowed once the first is settled
		var m sdp.Media
		var err error
		if body, m, err = d.sdp.Answer(offer); err == nil {
			c.rel.agreed = &m
			err = c.connect(m, d.source.Addr(), true)
		}
		if err != nil {
			fault = sdpFault(err)
		}
	}
	if fault != nil {
		d.s.refuse(req, tx, fault)
		return
	}
	p.timer.Stop()
	c.stream.Acked()
	c.rel.pending = nil
	c.rel.settled = c.rel.settled || p.res.Body() != nil
	if p.offering {
		c.rel.agreed = c.media
	}
	res := wire.NewResponseFromRequest(req, 200, "OK", body)
	if body != nil {
		res.AppendHeader(sdpType())
	}
	tx.Respond(res)
	if len(c.rel.queue) > 0 {
		next := c.rel.queue[0]
		c.rel.queue = c.rel.queue[1:]
		c.sendReliable(next)
	}
	close(p.acked)
}
