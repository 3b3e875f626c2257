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

	"rexian/media/rtp"
	"rexian/media/sdp"
	"rexian/media/sip/digest"
	"rexian/media/sip/validate"
)

// Outbound is a call to be placed.
type Outbound struct {
	To       string            // "sip:user@host", or a number that goes through a trunk
	From     string            // the number shown to the far side; "" leaves it to the trunk
	Display  string            // the name shown to the far side
	Trunk    string            // which trunk; "" lets the gateway choose
	Replaces string            // value of a Replaces header: the call takes the place of another (RFC 3891)
	Headers  map[string]string // further headers
	Auth     *Credentials      // for challenges; nil: those of the trunk
	// OnProgress is told of each provisional answer: its status, and whether the far side is heard already.
	OnProgress func(status int, early bool)
}

// Dial places a call and waits until it is answered. It fails with *Failure if the call is refused or nobody answers,
// with ctx when that ends first (the call is cancelled), and with ErrClosed. Redirections (3xx) are failures: a far side
// must not be able to make us call where it likes.
func (s *Server) Dial(ctx context.Context, o Outbound) (*Call, error) {
	routes, err := s.routesTo(o)
	if err != nil {
		return nil, err
	}
	for i, r := range routes {
		var c *Call
		if c, err = s.dial(ctx, o, r); err == nil {
			return c, nil
		}
		// Another trunk helps when this one is out of order, not when the called party has refused.
		var f *Failure
		if i+1 == len(routes) || ctx.Err() != nil || !errors.As(err, &f) || f.Status != 408 && (f.Status < 500 || f.Status > 599) {
			break
		}
	}
	return nil, err
}

// routesTo finds the ways to the called party.
func (s *Server) routesTo(o Outbound) ([]Route, error) {
	var u wire.Uri
	if strings.HasPrefix(o.To, "sip:") || strings.HasPrefix(o.To, "sips:") {
		if err := wire.ParseUri(o.To, &u); err != nil || u.Host == "" {
			return nil, fmt.Errorf("sip: %w", &Failure{Status: 404, Reason: "Bad Address", Q850: 1})
		}
		if s.cfg.Registrar != nil {
			if where := s.cfg.Registrar.Contacts(u.Addr()); len(where) > 0 {
				var out []Route
				for _, w := range where {
					out = append(out, Route{URI: w.URI, Transport: w.Transport, Dest: w.Dest, Path: w.Path})
				}
				return out, nil
			}
		}
		return []Route{{URI: o.To}}, nil
	}
	if s.cfg.Trunks == nil {
		return nil, fmt.Errorf("sip: no trunk: %w", &Failure{Status: 404, Reason: "No Trunk", Q850: 1})
	}
	routes, err := s.cfg.Trunks.Routes(o.Trunk, o.To, o.From)
	if err == nil && len(routes) == 0 {
		err = fmt.Errorf("sip: no trunk for the number: %w", &Failure{Status: 404, Reason: "No Route", Q850: 3})
	}
	return routes, err
}

// dial places a call over one route.
func (s *Server) dial(ctx context.Context, o Outbound, r Route) (*Call, error) {
	if s.enter() != nil {
		return nil, ErrClosed
	}
	c, err := s.newOutbound(o, r)
	if err != nil {
		s.leave()
		return nil, err
	}
	s.log.Info("call goes out", "call", c.id, "to", mask(c.To()), "trunk", r.Trunk)
	p := &placing{c: c, d: c.d, ctx: ctx, o: o, sent: c.invite}
	if err := p.run(); err != nil {
		return nil, err
	}
	return c, nil
}

// newOutbound makes a call of ours with its stream and its INVITE.
func (s *Server) newOutbound(o Outbound, r Route) (*Call, error) {
	var to, from wire.Uri
	if err := wire.ParseUri(r.URI, &to); err != nil || to.Host == "" {
		return nil, fmt.Errorf("sip: %w", &Failure{Status: 404, Reason: "Bad Address", Q850: 1})
	}
	d := &dialog{s: s, uac: true, callID: newTag() + newTag(), localTag: newTag(), target: to, firstHop: r.Dest,
		lseq: firstSeq(), answers: make(chan sdpAnswer, 1)}
	auth := r.Auth
	if o.Auth != nil {
		auth = o.Auth
	}
	if auth != nil {
		d.login = &digest.Client{User: auth.User, Secret: auth.Secret}
	}
	d.transport = strings.ToUpper(r.Transport)
	if d.transport == "" {
		t, _ := to.UriParams.Get("transport")
		d.transport = strings.ToUpper(t)
	}
	if d.transport == "" {
		d.transport = "UDP"
		if to.IsEncrypted() {
			d.transport = "TLS"
		}
	}
	for _, p := range r.Path {
		var u wire.Uri
		if err := wire.ParseUri(strings.Trim(strings.TrimSpace(p), "<>"), &u); err == nil {
			d.routes = append(d.routes, u)
		}
	}
	d.endpoint = s.endpointFor(d.transport, d.remoteAddr())
	from = wire.Uri{Scheme: "sip", User: clean(o.From), Host: s.hostFor(d.endpoint, d.remoteAddr()).String()}
	if r.From != "" {
		if err := wire.ParseUri(r.From, &from); err != nil {
			return nil, fmt.Errorf("sip: the From of trunk %s: %w", r.Trunk, err)
		}
	}
	display := o.Display
	if display == "" {
		display = r.Display
	}
	display = quoting.Replace(clean(display))
	d.local = wire.FromHeader{DisplayName: display, Address: from, Params: wire.HeaderParams{{K: "tag", V: d.localTag}}}
	called := *to.Clone()
	called.UriParams, called.Headers = nil, nil
	d.remote = wire.ToHeader{Address: called}
	c := &Call{s: s, id: d.localTag, d: d, done: make(chan struct{})}
	d.call = c
	stream, err := s.cfg.Media.Open(rtp.Options{Events: c.event, InBand: s.cfg.InBand, Timeout: s.cfg.MediaTimeout})
	if err != nil {
		return nil, err
	}
	c.stream = stream
	d.openSDP(stream.Local())
	d.session.want(s.cfg.SessionExpires)
	if c.invite, err = d.newInvite(o, r.Headers, sdp.SendRecv); err != nil {
		stream.Close()
		return nil, err
	}
	s.add(d)
	return c, nil
}

// newInvite makes the INVITE that begins a call.
func (d *dialog) newInvite(o Outbound, more map[string]string, dir sdp.Direction) (*wire.Request, error) {
	body, err := d.sdp.Offer(dir)
	if err != nil {
		return nil, err
	}
	req := d.request(wire.INVITE)
	d.inviteSeq = *d.lseq
	d.session.ask(req)
	if o.Replaces != "" {
		req.AppendHeader(wire.NewHeader("Replaces", clean(o.Replaces)))
		req.AppendHeader(wire.NewHeader("Require", "replaces"))
	}
	for _, m := range []map[string]string{more, o.Headers} {
		for k, v := range m {
			req.AppendHeader(wire.NewHeader(clean(k), clean(v)))
		}
	}
	req.AppendHeader(sdpType())
	req.SetBody(body)
	return req, nil
}

// placing is a call of ours on its way to an answer.
type placing struct {
	c     *Call
	d     *dialog
	ctx   context.Context
	o     Outbound
	sent  *wire.Request // the INVITE sent last
	tx    *wire.ClientTx
	rang  bool // a provisional answer came: now it can be cancelled
	tries int
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
	for {
		select {
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
	tx, err := p.c.s.txl.NewClientTransaction(p.ctx, p.sent)
	if err != nil {
		return unreachable(err)
	}
	tx.OnRetransmission(p.c.s.strayResponse)
	if err := tx.Init(); err != nil {
		tx.Terminate()
		return unreachable(err)
	}
	p.tx = tx
	return nil
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
	s := p.c.s
	s.spawn(func() {
		defer p.tx.Terminate()
		ctx, cancel := context.WithTimeout(s.ctx, s.cfg.lifetime())
		defer cancel()
		cancelled := false
		for {
			if p.rang && !cancelled {
				cancelled = true
				s.spawn(func() { s.once(ctx, cancelOf(p.sent)) })
			}
			select {
			case res := <-p.tx.Responses():
				if !res.IsProvisional() {
					s.strayResponse(res)
					return
				}
				p.rang = true
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
		p.rang = true
		return false, nil
	case res.IsProvisional():
		p.rang = true
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

// again makes the INVITE that answers a challenge (401, 407) or a session timer that was too short (422), once each.
func (p *placing) again(res *wire.Response) (bool, error) {
	c, d := p.c, p.d
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.tries >= 3 {
		return false, nil
	}
	p.tries++
	var req *wire.Request
	switch res.StatusCode {
	case 401, 407:
		req = d.again(p.sent, res)
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
	p.sent, c.invite = req, req
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
				early = c.connect(m) == nil
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
	d.confirmed = true
	d.acknowledge(p.sent)
	var err error
	body, f := sdpBody(res)
	switch {
	case f != nil:
		err = fmt.Errorf("sip: %w: a body of another kind", sdp.ErrMalformed)
	case body != nil:
		var m sdp.Media
		if m, err = d.sdp.Accept(body); err == nil {
			err = c.connect(m)
		}
	case c.media == nil:
		err = fmt.Errorf("sip: %w: no answer to our offer", sdp.ErrMalformed)
	}
	d.session.settled(d, res)
	c.mu.Unlock()
	p.tx.Terminate() // a repeated 200 comes to strayResponse
	if err != nil {
		c.end(Cause{By: Local, Q850: 88, Text: err.Error()}, true)
		return fmt.Errorf("%w: %w", &Failure{Status: 488, Reason: "Not Acceptable Here", Q850: 88}, err)
	}
	return nil
}

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
	if err := d.s.tpl.WriteMsg(ack); err != nil {
		d.s.log.Debug("sip: an ACK could not be sent", "error", err)
	}
}

// strayResponse takes answers whose transaction is over: a 2xx that is repeated because our ACK was lost, a 2xx of
// another branch, or one that crossed our CANCEL. Everything else is of no interest any more.
func (s *Server) strayResponse(res *wire.Response) {
	cseq, from, to := res.CSeq(), res.From(), res.To()
	if !res.IsSuccess() || cseq == nil || cseq.MethodName != wire.INVITE || from == nil || to == nil || res.CallID() == nil {
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
					s.tpl.WriteMsg(a.ack)
				}
			}
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
	}
	s.dismiss(res, d)
}

// dismiss acknowledges a 2xx that nobody wants and ends its dialog (RFC 3261, 13.2.2.4).
func (s *Server) dismiss(res *wire.Response, like *dialog) {
	from := res.From()
	d := &dialog{s: s, uac: true, callID: string(*res.CallID()), transport: strings.ToUpper(res.Transport()), lseq: new(uint32)}
	*d.lseq = res.CSeq().SeqNo
	d.localTag, _ = from.Params.Get("tag")
	d.local = wire.FromHeader{DisplayName: from.DisplayName, Address: *from.Address.Clone(), Params: from.Params.Clone()}
	d.target = res.To().Address
	d.call = &Call{s: s, id: d.localTag, d: d}
	if like != nil {
		d.login = like.login
	}
	d.branch(res)
	d.endpoint = s.endpointFor(d.transport, d.remoteAddr())
	if err := s.tpl.WriteMsg(d.requestSeq(wire.ACK, *d.lseq)); err != nil {
		return
	}
	s.finish(d, d.byeRequest(16, "not wanted"))
}

func hostAddr(host string) netip.Addr {
	a, _ := netip.ParseAddr(strings.Trim(host, "[]"))
	return a
}
