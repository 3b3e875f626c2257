package sip

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sdp"
)

// errNotUp is returned for what needs an answered call.
var errNotUp = errors.New("sip: the call is not up")

// Hold puts the far side on hold: it hears what we play and is not listened to (sendonly). It returns when the far side
// has agreed, or with *Failure; then everything is as before.
func (c *Call) Hold() error { return c.setHold(true) }

// Unhold takes the call back from hold.
func (c *Call) Unhold() error { return c.setHold(false) }

func (c *Call) setHold(hold bool) error {
	c.mu.Lock()
	d := c.d
	same := c.hold == hold
	c.mu.Unlock()
	if same {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.s.ctx, c.s.cfg.lifetime())
	defer cancel()
	return c.reoffer(ctx, d, &hold)
}

// dead says whether a failed request means that the far side no longer knows the dialog (RFC 3261, 12.2.1.2).
func dead(err error) bool {
	var f *Failure
	return errors.As(err, &f) && (f.Status == 481 || f.Status == 408)
}

// begin waits until nothing of ours or theirs is under way and marks the dialog busy.
func (c *Call) begin(ctx context.Context, d *dialog) error {
	for {
		c.mu.Lock()
		if c.state != answered || c.d != d {
			c.mu.Unlock()
			return errNotUp
		}
		if !d.busy && len(d.acks) == 0 {
			d.busy = true
			c.mu.Unlock()
			return nil
		}
		c.mu.Unlock()
		if err := c.pause(ctx, c.s.cfg.T1/8); err != nil {
			return err
		}
	}
}

// pause waits, unless the call or ctx ends.
func (c *Call) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-c.done:
		return errNotUp
	case <-ctx.Done():
		return ctx.Err()
	}
}

// glareWait is how long to wait after 491: the side that made the Call-ID waits longer (RFC 3261, 14.1). The figures
// are those of the RFC in units of T1, whose default is 500 ms.
func (d *dialog) glareWait() time.Duration {
	t1 := d.s.cfg.T1
	if d.uac {
		return t1*42/10 + rand.N(t1*38/10)
	}
	return rand.N(4 * t1)
}

// reoffer sends a re-INVITE with our description. hold, if not nil, is the new hold.
func (c *Call) reoffer(ctx context.Context, d *dialog, hold *bool) error {
	for {
		if err := c.begin(ctx, d); err != nil {
			return err
		}
		c.mu.Lock()
		before := c.hold
		if hold != nil {
			c.hold = *hold
		}
		dir := sdp.SendRecv
		if c.hold {
			dir = sdp.SendOnly
		}
		d.sdp.Holding = c.hold
		body, err := d.sdp.Offer(dir)
		var req *wire.Request
		if err == nil {
			req = d.request(wire.INVITE)
			d.session.ask(req)
			req.AppendHeader(sdpType())
			req.SetBody(body)
		}
		c.mu.Unlock()
		if err == nil {
			err = c.exchange(ctx, d, req)
		}
		c.mu.Lock()
		d.busy = false
		if err != nil && hold != nil {
			c.hold, d.sdp.Holding = before, before
		}
		c.mu.Unlock()
		var f *Failure
		if errors.As(err, &f) && f.Status == 491 {
			if err := c.pause(ctx, d.glareWait()); err != nil {
				return err
			}
			continue
		}
		if dead(err) {
			c.end(Cause{By: Timeout, Q850: 102, Text: err.Error()}, true)
		}
		return err
	}
}

// exchange sends one re-INVITE and takes its answer.
func (c *Call) exchange(ctx context.Context, d *dialog, req *wire.Request) error {
	for try := 0; ; try++ {
		res, err := c.s.inviteAgain(ctx, req)
		if err != nil {
			return err
		}
		c.mu.Lock()
		if res.IsSuccess() {
			d.learn(res)
			d.acknowledge(req)
			if c.state == over {
				c.mu.Unlock()
				return errNotUp
			}
			err := d.acceptAnswer(res)
			d.session.settled(d, res)
			c.mu.Unlock()
			return err
		}
		var next *wire.Request
		switch {
		case try >= 2:
		case res.StatusCode == 401 || res.StatusCode == 407:
			next = d.again(req, res)
		case res.StatusCode == 422 && d.session.raise(res):
			next = d.renew(req)
			d.session.ask(next)
		}
		c.mu.Unlock()
		if next == nil {
			return failure(res)
		}
		req = next
	}
}

// inviteAgain is the transaction of a re-INVITE: it waits for the final answer.
func (s *Server) inviteAgain(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	tx, err := s.transact(ctx, req)
	if err != nil {
		return nil, err
	}
	limit := time.NewTimer(s.cfg.lifetime()) // nobody answers a re-INVITE by hand
	defer limit.Stop()
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				continue
			}
			if res.IsSuccess() {
				tx.Terminate() // a repeated one comes to strayResponse
			}
			return res, nil
		case <-tx.Done():
			return nil, unreachable(tx.Err())
		case <-limit.C:
			tx.Terminate()
			return nil, &Failure{Status: 408, Reason: "No answer", Q850: 102}
		case <-ctx.Done():
			tx.Terminate()
			return nil, ctx.Err()
		}
	}
}

// update refreshes the session with an UPDATE without a description.
func (c *Call) update(d *dialog) error {
	for try := 0; ; try++ {
		c.mu.Lock()
		if c.state != answered || c.d != d {
			c.mu.Unlock()
			return errNotUp
		}
		req := d.request(wire.UPDATE)
		d.session.ask(req)
		c.mu.Unlock()
		res, err := c.s.do(c.s.ctx, req, d)
		if err != nil {
			return err
		}
		c.mu.Lock()
		if res.IsSuccess() {
			d.learn(res)
			if c.state == answered {
				d.session.settled(d, res)
			}
			c.mu.Unlock()
			return nil
		}
		again := res.StatusCode == 422 && try < 2 && d.session.raise(res)
		c.mu.Unlock()
		if !again {
			return failure(res)
		}
	}
}

// change takes a re-INVITE or an UPDATE: a new description, a refresh of the session, a new remote target. The lock is
// held.
func (d *dialog) change(req *wire.Request, tx *wire.ServerTx) {
	c, s := d.call, d.s
	invite := req.IsInvite()
	offer, f := sdpBody(req)
	switch {
	case f != nil:
	case d.busy && (invite || offer != nil):
		f = &Fault{Status: 491, Reason: "Request Pending"} // glare
	case invite && c.state == calling, offer != nil && c.state == calling && !c.rel.settled && c.inbound:
		f = &Fault{Status: 500, Reason: "Offer Pending",
			Headers: [][2]string{{"Retry-After", strconv.Itoa(rand.IntN(10) + 1)}}}
	default:
		f = s.tooShort(req)
	}
	if f != nil {
		s.refuse(req, tx, f)
		return
	}
	src := d.source
	if v := source(req); v.IsValid() {
		src = v
	}
	var body []byte
	var m sdp.Media
	var err error
	offering := false
	switch {
	case offer != nil:
		if body, m, err = d.sdp.Answer(offer); err == nil {
			err = c.connect(m, src.Addr(), !invite)
		}
		if err != nil {
			s.refuse(req, tx, sdpFault(err))
			return
		}
	case invite: // a delayed offer: ours goes into the 200
		dir := sdp.SendRecv
		if c.hold {
			dir = sdp.SendOnly
		}
		if body, err = d.sdp.Offer(dir); err != nil {
			s.respond(req, tx, 500, "No Key")
			return
		}
		offering = true
	}
	d.learn(req)
	d.source = src
	res := wire.NewResponseFromRequest(req, 200, "OK", body)
	res.AppendHeader(d.contact())
	res.AppendHeader(wire.NewHeader("Allow", allow))
	res.AppendHeader(wire.NewHeader("Supported", supported))
	if body != nil {
		res.AppendHeader(sdpType())
	}
	if _, _, asked := sessionExpires(req); asked || invite {
		d.session.negotiateUAS(d, req)
		d.session.answer(d, req, res)
	}
	if tx.Respond(res) != nil {
		return
	}
	if invite {
		d.await(res, tx.Connection(), req.CSeq().SeqNo, offering)
	}
	if c.state == answered {
		d.session.start(d)
	}
}
