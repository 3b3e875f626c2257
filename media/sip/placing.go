package sip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sdp"
	"rexian/media/sip/validate"
)

// placing is a call of ours on its way to an answer.
type placing struct {
	c     *Call
	d     *dialog
	ctx   context.Context
	o     Outbound
	route Route
	sent  *wire.Request // the INVITE sent last
	tx    *wire.ClientTx
	began time.Time
	rang  bool // a provisional answer came: now it can be cancelled
	rung  bool // one from beyond the next hop came: somebody's telephone was reached
	moved bool // a redirection was followed
	// described says that the sound was described in another way after the first was refused.
	described bool
	tries     int
	next      bool // there is another route: silence of the next hop is not waited for to its end
}

// earlyDialog is one of the branches that answered provisionally (RFC 3261, 12.1.2).
type earlyDialog struct {
	d    dialog // a copy with the branch's tag, target and routes
	rseq uint32
}

// early finds a branch by its tag. The lock is held.
func (c *Call) early(tag string) *earlyDialog {
	for _, e := range c.forks {
		if e.d.remoteTag == tag {
			return e
		}
	}
	return nil
}

// run sends the INVITE and follows its answers until one is final.
func (p *placing) run() error {
	if err := p.send(); err != nil {
		return p.failed(err)
	}
	var silent <-chan time.Time
	if p.next {
		wait := time.NewTimer(p.c.s.cfg.silence())
		defer wait.Stop()
		silent = wait.C
	}
	for {
		select {
		case <-silent:
			if !p.rang && p.tries == 0 {
				p.abandon()
				return p.failed(&Failure{Status: 408, Reason: "No answer", Q850: 102})
			}
		case res := <-p.tx.Responses():
			done, err := p.response(res)
			if err != nil {
				return p.failed(err)
			}
			if done {
				return nil
			}
		case <-p.tx.Done():
			return p.failed(unreachable(p.tx.Err()))
		case <-p.c.done: // hung up by us, or the server closes
			p.abandon()
			return &Failure{Status: 487, Reason: "Cancelled", Q850: 16}
		case <-p.ctx.Done():
			p.c.end(Cause{By: Cancelled, Status: 487, Q850: 16, Text: "cancelled"}, false)
			p.abandon()
			return p.ctx.Err()
		}
	}
}

func (p *placing) send() error {
	tx, err := p.c.s.transact(p.ctx, p.sent)
	if err != nil {
		return err
	}
	p.tx = tx
	return nil
}

// blame is the status of a failure that speaks against the trunk and not against the called party; 0 if it does not, or
// if the call had got as far as a telephone. That we gave up counts as 408 where the trunk had been silent for long: a
// caller seldom waits until the transaction itself gives up.
func (p *placing) blame(err error) int {
	var f *Failure
	switch {
	case p.rung:
	case p.ctx.Err() != nil:
		if !p.rang && time.Since(p.began) >= p.c.s.cfg.t2() {
			return 408
		}
	case errors.As(err, &f) && (f.Status == 408 || f.Status >= 500 && f.Status <= 599):
		return f.Status
	}
	return 0
}

// failed ends the call that was refused.
func (p *placing) failed(err error) error {
	cause := Cause{By: Refused, Text: err.Error()}
	var f *Failure
	if errors.As(err, &f) {
		cause.Status, cause.Q850 = f.Status, f.Q850
		if f.Status == 408 {
			cause.By = Timeout
		}
	}
	p.c.end(cause, false)
	return err
}

// abandon cancels in the background what nobody waits for any more. A CANCEL may be sent only once a provisional answer
// has come (RFC 3261, 9.1). A 200 that crosses it is acknowledged and ended by strayResponse.
func (p *placing) abandon() {
	s, rang := p.c.s, p.rang
	s.spawn(func() {
		defer p.tx.Terminate()
		ctx, cancel := context.WithTimeout(s.ctx, s.cfg.lifetime())
		defer cancel()
		cancelled := false
		for {
			if rang && !cancelled {
				cancelled = true
				s.spawn(func() { s.once(ctx, cancelOf(p.sent)) })
			}
			select {
			case res := <-p.tx.Responses():
				if !res.IsProvisional() {
					s.strayResponse(res)
					return
				}
				rang = true
			case <-p.tx.Done():
				return
			case <-ctx.Done():
				return
			}
		}
	})
}

// cancelOf makes the CANCEL of an INVITE (RFC 3261, 9.1).
func cancelOf(invite *wire.Request) *wire.Request {
	req := wire.NewRequest(wire.CANCEL, invite.Recipient)
	req.AppendHeader(invite.Via().Clone())
	wire.CopyHeaders("Route", invite, req)
	wire.CopyHeaders("Max-Forwards", invite, req)
	wire.CopyHeaders("From", invite, req)
	wire.CopyHeaders("To", invite, req)
	wire.CopyHeaders("Call-ID", invite, req)
	req.AppendHeader(&wire.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: wire.CANCEL})
	req.SetBody(nil)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	req.Laddr = invite.Laddr
	return req
}

// response takes one answer. done says that the call is answered.
func (p *placing) response(res *wire.Response) (done bool, err error) {
	if res.IsSuccess() || res.IsProvisional() && res.StatusCode > 100 {
		if err := validate.Response(res); err != nil { // nothing can be built on it
			p.c.s.log.Debug("sip: an answer was thrown away", "call", p.c.id, "error", err)
			return false, nil
		}
	}
	switch {
	case res.StatusCode == 100:
		if !p.rang && p.o.OnTrying != nil {
			p.o.OnTrying()
		}
		p.rang = true
		return false, nil
	case res.IsProvisional():
		p.rang, p.rung = true, true
		p.c.marks(&p.c.times.rang)
		p.progress(res)
		return false, nil
	case res.IsSuccess():
		return true, p.answered(res)
	}
	again, err := p.again(res)
	if err != nil || !again {
		if err == nil {
			err = failure(res)
		}
		return false, err
	}
	p.tx.Terminate()
	p.rang = false
	return false, p.send()
}

// again makes the INVITE that answers a challenge (401, 407) or a session timer that was too short (422), once each, or
// that follows a redirection.
func (p *placing) again(res *wire.Response) (bool, error) {
	c, d := p.c, p.d
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.tries >= 4 {
		return false, nil
	}
	p.tries++
	var req *wire.Request
	switch res.StatusCode {
	case 301, 302:
		req = p.follow(res)
	case 401, 407:
		req = d.again(p.sent, res)
	case 415, 488, 606:
		req = p.otherwise()
	case 422:
		if d.session.raise(res) {
			req = d.renew(p.sent)
			d.session.ask(req)
		}
	}
	if req == nil {
		return false, nil
	}
	d.inviteSeq = req.CSeq().SeqNo
	p.sent = req
	c.opening.Store(openedBy(req, false, nil))
	return true, nil
}

// progress takes a provisional answer: a branch rings, perhaps with sound, perhaps reliably.
func (p *placing) progress(res *wire.Response) {
	c := p.c
	to := res.To()
	if to == nil {
		return
	}
	tag, _ := to.Params.Get("tag")
	early := false
	if tag != "" && len(c.forks) < 32 {
		var prack *wire.Request
		c.mu.Lock()
		e := c.early(tag)
		if e == nil {
			e = &earlyDialog{d: *p.d}
			e.d.branch(res)
			c.forks = append(c.forks, e)
		}
		fresh := true
		if hasToken(headerValues(res, "require"), "100rel") {
			n, err := strconv.ParseUint(strings.TrimSpace(headerValues(res, "rseq")), 10, 32)
			fresh = err == nil && (e.rseq == 0 || uint32(n) == e.rseq+1) // in order, each once (RFC 3262, 4)
			if fresh {
				e.rseq = uint32(n)
				prack = e.d.request(wire.PRACK)
				prack.AppendHeader(wire.NewHeader("RAck", fmt.Sprintf("%d %d INVITE", n, res.CSeq().SeqNo)))
			}
		}
		if body, f := sdpBody(res); fresh && f == nil && body != nil && c.state == calling {
			if m, err := p.d.sdp.Accept(body); err == nil {
				early = c.connect(m, e.d.source.Addr(), true) == nil
			}
		}
		early = early || c.media != nil
		c.mu.Unlock()
		if prack != nil {
			c.s.spawn(func() {
				ctx, cancel := context.WithTimeout(c.s.ctx, c.s.cfg.lifetime())
				defer cancel()
				c.s.do(ctx, prack, &e.d)
			})
		}
	}
	if p.o.OnProgress != nil {
		p.o.OnProgress(res.StatusCode, early)
	}
}

// branch takes the far side of a dialog from an answer to our INVITE (RFC 3261, 12.1.2).
func (d *dialog) branch(res *wire.Response) {
	to := res.To()
	d.remoteTag, _ = to.Params.Get("tag")
	d.remote = wire.ToHeader{DisplayName: to.DisplayName, Address: *to.Address.Clone(), Params: to.Params.Clone()}
	if rr := recordRoutes(res); len(rr) > 0 || !res.IsProvisional() {
		d.routes = nil
		for i := len(rr) - 1; i >= 0; i-- {
			d.routes = append(d.routes, rr[i])
		}
	}
	d.grown = d.transport == "UDP" && res.Transport() == "TCP"
	if src, err := netip.ParseAddrPort(res.Source()); err == nil {
		d.source = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
	}
	d.learn(res)
}

// answered takes the first 2xx: it is acknowledged whatever comes, and the call stands if its description can be used.
func (p *placing) answered(res *wire.Response) error {
	c, d := p.c, p.d
	c.mu.Lock()
	if c.state != calling { // we gave up at the same moment
		c.mu.Unlock()
		c.s.strayResponse(res)
		return &Failure{Status: 487, Reason: "Cancelled", Q850: 16}
	}
	d.branch(res)
	c.forks = nil
	c.state = answered
	c.times.answered = time.Now()
	d.confirmed = true
	d.acknowledge(p.sent)
	c.stand()
	var err error
	body, f := sdpBody(res)
	switch {
	case f != nil:
		err = fmt.Errorf("sip: %w: a body of another kind", sdp.ErrMalformed)
	case body != nil:
		var m sdp.Media
		if m, err = d.sdp.Accept(body); err == nil {
			err = c.connect(m, d.source.Addr(), true)
		}
	case c.media == nil:
		err = fmt.Errorf("sip: %w: no answer to our offer", sdp.ErrMalformed)
	}
	d.session.settled(d, res)
	c.mu.Unlock()
	p.tx.Terminate() // a repeated 200 comes to strayResponse
	if c.channel != nil {
		c.channel.Answered()
	}
	if err != nil {
		c.end(Cause{By: Local, Q850: 88, Text: err.Error()}, true)
		return fmt.Errorf("%w: %w", &Failure{Status: 488, Reason: "Not Acceptable Here", Q850: 88}, err)
	}
	return nil
}
