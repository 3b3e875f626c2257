package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sdp"
)

// ErrNotRinging is returned for what can be done only while a call that came in rings.
var ErrNotRinging = errors.New("sip: the call does not ring")

// ErrNoEarlySound tells that a caller cannot be let hear anything before the answer.
var ErrNoEarlySound = errors.New("sip: the caller cannot hear anything before the answer")

// invite begins a call that comes in.
func (s *Server) invite(req *wire.Request, tx *wire.ServerTx, src netip.AddrPort) {
	theirs, _ := req.From().Params.Get("tag")
	key := string(*req.CallID()) + "\x00" + theirs
	if s.repeated(req, tx, key) {
		return
	}
	if !s.cfg.Guard.Call(src) {
		s.crowded(src, req.From().Address.User, len(req.GetHeaders("via")))
		s.refuse(req, tx, &Fault{Status: 503, Reason: tooManyCalls,
			Headers: [][2]string{{"Retry-After", s.retryAfter()}}})
		return
	}
	if f := s.checkInvite(req); f != nil {
		s.refuse(req, tx, f)
		return
	}
	// Most calls are answered within milliseconds. Where nothing is answered for 200 ms, the transaction says 100 by
	// itself (RFC 3261, 17.2.1).
	replaces, f := s.replaced(req, src)
	if f != nil {
		s.refuse(req, tx, f)
		return
	}
	if replaces != nil {
		s.takeOver(req, tx, src, replaces)
		return
	}
	if f := s.enter(true); f != nil {
		s.refuse(req, tx, f)
		return
	}
	c, f := s.newInbound(req, tx, src)
	if f != nil {
		s.leave()
		s.refuse(req, tx, f)
		return
	}
	// runs inside of the transaction: nothing of it may be called from here
	if !tx.OnCancel(func(cancel *wire.Request) {
		s.spawn(func() { c.cancelled(cancel) })
	}) {
		c.cancelled(nil)
		return
	}
	if s.log.Enabled(s.ctx, slog.LevelDebug) {
		s.log.Debug("call came in", "call", c.id, "from", mask(c.From()), "number", mask(c.Number()), "source", src)
	}
	if s.cfg.OnCall == nil {
		c.Reject(480, "Temporarily Unavailable")
		return
	}
	s.carry(c)
}

// carry gives the call a goroutine of its own: on the request's, all that led to it would stay on the stack for as long
// as the call lasts, and the request with it.
func (s *Server) carry(c *Call) {
	s.work.Add()
	go func() {
		defer s.work.Done()
		defer func() {
			if p := recover(); p != nil { // a fault of ours must not end the calls of others
				s.log.Error("sip: a call was not carried on", "call", c.id, "panic", fmt.Sprint(p))
				c.Hangup("fault")
			}
		}()
		roomy(uint(len(c.id)))
		s.cfg.OnCall(c)
	}()
}

// repeated handles an INVITE whose call we know already: the same one again after its transaction is gone, or a copy
// that took another path (RFC 3261, 8.2.2.2).
func (s *Server) repeated(req *wire.Request, tx *wire.ServerTx, key string) bool {
	s.mu.Lock()
	d := s.initial[key]
	gone := d == nil && s.ended.has(key, time.Now())
	s.mu.Unlock()
	if gone {
		s.respond(req, tx, 482, "Loop Detected")
		return true
	}
	if d == nil {
		return false
	}
	c := d.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if branch(req) != c.opening.Load().branch {
		s.respond(req, tx, 482, "Loop Detected")
		return true
	}
	tx.Terminate()
	for _, u := range d.acks {
		if u.seq == req.CSeq().SeqNo {
			u.conn.WriteMsg(u.res)
		}
	}
	return true
}

// stray answers a CANCEL whose INVITE's transaction is over: the call was answered before (RFC 3261, 9.2), or there is
// none.
func (s *Server) stray(req *wire.Request, tx *wire.ServerTx) {
	theirs, _ := req.From().Params.Get("tag")
	s.mu.Lock()
	d := s.initial[string(*req.CallID())+"\x00"+theirs]
	s.mu.Unlock()
	if d != nil && d.call.opening.Load().branch == branch(req) {
		s.respond(req, tx, 200, "OK")
		return
	}
	s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
}

func branch(m wire.Message) string {
	b, _ := m.Via().Params.Get("branch")
	return b
}

// checkInvite refuses what check lets pass and we could not carry out all the same: a session timer that is too short,
// a body that is not what its type says, a caller who may not call.
func (s *Server) checkInvite(req *wire.Request) *Fault {
	if f := s.tooShort(req); f != nil {
		return f
	}
	if _, f := sdpBody(req); f != nil {
		return f
	}
	if s.cfg.Authorize != nil {
		return s.cfg.Authorize(req)
	}
	return nil
}

// newDialog makes the dialog of an INVITE that came in.
func (s *Server) newDialog(req *wire.Request, tx *wire.ServerTx, src netip.AddrPort) *dialog {
	from, to := req.From(), req.To()
	d := &dialog{s: s, callID: string(*req.CallID()), transport: req.Transport(), source: src,
		answers: make(chan sdpAnswer, 1)}
	d.localTag, _ = to.Params.Get("tag")
	d.remoteTag, _ = from.Params.Get("tag")
	d.local = wire.FromHeader{DisplayName: to.DisplayName, Address: *to.Address.Clone(), Params: to.Params.Clone()}
	d.remote = wire.ToHeader{DisplayName: from.DisplayName, Address: *from.Address.Clone(), Params: from.Params.Clone()}
	d.routes = recordRoutes(req)
	d.endpoint = s.endpointOf(d.transport, tx.Connection(), src.Addr())
	d.inviteSeq = req.CSeq().SeqNo
	d.lseq = firstSeq()
	d.accepts(req)
	d.learn(req)
	return d
}

// newInbound makes a ringing call, with its stream and the answer to its offer. A stranger must find a place first: see
// pending.
func (s *Server) newInbound(req *wire.Request, tx *wire.ServerTx, src netip.AddrPort) (*Call, *Fault) {
	c := &Call{s: s, src: src, origin: s.originOf(src), inbound: true, tx: tx, began: time.Now(),
		done: make(chan struct{}), stands: make(chan struct{})}
	c.opening.Store(openedBy(req, true, &c.origin))
	d := s.newDialog(req, tx, src)
	c.id, c.d, d.call = d.localTag, d, c
	c.trunk, c.phone, c.profile = c.origin.Trunk, c.origin.phone(c.From()), c.origin.Profile
	if c.phone != "" && c.origin.OfPhone != nil {
		c.profile = c.origin.OfPhone(c.phone)
	}
	if c.known = s.cfg.Guard.Known(src.Addr()); !c.known {
		if f := s.awaitProof(c); f != nil {
			return nil, f
		}
	}
	if f := c.openMedia(req); f != nil {
		s.pending.proved(c)
		return nil, f
	}
	d.session.negotiateUAS(d, req)
	if t := c.origin.Trunk; t != "" && s.cfg.Trunks != nil {
		c.channel = s.cfg.Trunks.Arrived(t)
	}
	s.add(d)
	if s.cfg.RingTimeout > 0 {
		c.patience = time.AfterFunc(s.cfg.RingTimeout, func() { c.Reject(480, "No Answer") })
	}
	return c, nil
}

// openMedia opens the stream of a call that comes in, and answers its offer.
func (c *Call) openMedia(req *wire.Request) *Fault {
	s, d := c.s, c.d
	offer, f := sdpBody(req)
	if f != nil {
		return f
	}
	if err := s.openStream(c); err != nil {
		if now, last := time.Now().UnixNano(),
			s.toldNoMedia.Load(); now-last > int64(tellFull) && s.toldNoMedia.CompareAndSwap(last, now) {
			s.log.Error("sip: no stream for a call", "error", err)
		}
		return &Fault{Status: 503, Reason: "No Media Port", Headers: [][2]string{{"Retry-After", "5"}}}
	}
	d.openSDP(c.stream.Local(), &c.profile)
	if offer != nil {
		answer, m, err := d.sdp.Answer(offer)
		if err == nil {
			err = c.agreeable(m)
		}
		if err != nil {
			c.closeStream()
			return sdpFault(err)
		}
		c.rel.answer, c.rel.agreed = answer, &m
	}
	return nil
}

// tellFull is how often it is told that calls find no stream: then there are many.
const tellFull = 10 * time.Second

// openSDP prepares our side of the description.
func (d *dialog) openSDP(stream netip.AddrPort, p *Profile) {
	s := d.s
	addr := s.mediaHost(d.endpoint, stream.Addr(), d.remoteAddr())
	d.sdp = sdp.Local{Addr: netip.AddrPortFrom(addr, stream.Port()), Session: rand.Uint64N(1 << 62), Version: 1,
		Codecs: s.cfg.Codecs, Secure: s.cfg.Secure}
	p.apply(&d.sdp)
}

// sdpFault is the answer to a description that cannot be accepted.
func sdpFault(err error) *Fault {
	if errors.Is(err, sdp.ErrMalformed) {
		return &Fault{Status: 400, Reason: "Bad Session Description"}
	}
	return &Fault{Status: 488, Reason: "Not Acceptable Here",
		Headers: [][2]string{{"Warning", `304 rexian "no acceptable audio stream"`}}}
}

// reply is an answer to the call's INVITE. The lock is held.
func (c *Call) reply(status int, reason string, body []byte) *wire.Response {
	res := wire.NewResponseFromRequest(c.opening.Load().invite, status, reason, body)
	if status > 100 && status < 300 {
		res.AppendHeader(c.d.contact())
	}
	if body != nil {
		res.AppendHeader(sdpType())
	}
	return res
}

func sdpType() wire.Header {
	t := wire.ContentTypeHeader("application/sdp")
	return &t
}

// send gives an answer to the INVITE's transaction. If the call was cancelled at the same moment, the transaction
// refuses it but would keep it for repetition; then it is given its 487 back. The lock is held.
func (c *Call) send(res *wire.Response) error {
	err := c.tx.Respond(res)
	if errors.Is(err, wire.ErrTransactionCanceled) {
		c.tx.Respond(wire.NewResponseFromRequest(c.opening.Load().invite, 487, "Request Terminated", nil))
		return fmt.Errorf("sip: the caller has cancelled: %w", err)
	}
	return err
}

// untold is how long a caller has heard nothing for sure: soon after, the transaction says 100 by itself.
const untold = 150 * time.Millisecond

// refusal sends the final refusal of an INVITE, and says whether it is forgotten with that. A stranger's transaction
// over UDP would repeat it eleven times until an ACK comes, to whoever stands in the datagram as its sender; so it is
// sent once, and again if the INVITE is (RFC 3261, 8.2.7). The sender must have heard nothing before: then it does
// repeat it.
func (s *Server) refusal(tx *wire.ServerTx, res *wire.Response, src netip.AddrPort) (forgotten bool) {
	if wire.IsReliable(res.Transport()) || s.cfg.Guard.Known(src.Addr()) {
		tx.Respond(res)
		return false
	}
	tx.Connection().WriteMsg(res)
	tx.Terminate()
	return true
}

// Ring tells the caller that the call rings (180). It fails with ErrNotRinging, or if the answer cannot be sent.
func (c *Call) Ring() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.provisional(180, "Ringing", false)
}

// Progress opens the sound before the call is answered (183 with a session description): announcements that cost the
// caller nothing. It fails with ErrNoEarlySound where that cannot be, and the caller gets 183 alone: who made no offer
// and does not know 100rel, and a stranger who does not know it: nothing would show that the sound goes to its sender.
func (c *Call) Progress() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.provisional(183, "Session Progress", true)
}

// AnswersAtOnce says whether Answer has nothing to wait for: the caller made an offer, and no provisional answer awaits
// its PRACK.
func (c *Call) AnswersAtOnce() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rel.answer != nil && c.rel.pending == nil
}

// Answer answers the call (200). It returns when the sound can flow: at once if the caller made an offer, with the ACK
// otherwise. It fails with ErrNotRinging, with the caller's cancelling, or with ctx; then the call is, or will be,
// over.
func (c *Call) Answer(ctx context.Context) error {
	if err := c.acknowledged(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	if !c.inbound || c.state != calling {
		c.mu.Unlock()
		return ErrNotRinging
	}
	d := c.d
	body, offering := c.rel.answer, false
	if c.rel.settled { // agreed in provisional answers already
		body = nil
	} else if body == nil {
		var err error
		if body, err = d.sdp.Offer(sdp.SendRecv); err != nil {
			c.mu.Unlock()
			return err
		}
		offering = true
	}
	res := c.reply(200, "OK", body)
	c.s.capabilities(res)
	invite := c.opening.Load().invite
	d.session.answer(d, invite, res)
	if err := c.send(res); err != nil {
		c.mu.Unlock()
		c.end(Cause{By: Cancelled, Status: 487, Q850: 16, Text: err.Error()}, false)
		return err
	}
	c.rel.stop()
	c.impatient()
	c.state = answered
	c.times.answered = time.Now()
	d.confirmed = true
	d.await(res, c.tx.Connection(), invite.CSeq().SeqNo, offering)
	c.s.pending.answered(c)
	c.tx = nil
	d.session.start(d)
	var err error
	if c.rel.agreed != nil {
		err = c.connect(*c.rel.agreed, d.source.Addr(), c.rel.settled)
	}
	c.mu.Unlock()
	if err != nil {
		c.end(Cause{By: Local, Q850: 41, Text: err.Error()}, true)
		return err
	}
	if !offering {
		return nil
	}
	select {
	case a := <-d.answers:
		if a.err != nil {
			c.end(Cause{By: Local, Q850: 88, Text: a.err.Error()}, true)
		}
		return a.err
	case <-c.done:
		return fmt.Errorf("sip: the call ended before its ACK: %s", c.Cause().By)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Reject refuses the call with a final status of 300 to 699. After the call was answered it hangs up.
func (c *Call) Reject(status int, reason string) {
	if status < 300 || status > 699 {
		status, reason = 480, "Temporarily Unavailable"
	}
	c.mu.Lock()
	if !c.inbound || c.state != calling {
		c.mu.Unlock()
		c.Hangup(reason)
		return
	}
	res := c.reply(status, clean(reason), nil)
	res.AppendHeader(wire.NewHeader("Reason", reasonHeader(statusToQ850(status), reason)))
	if status == 503 {
		res.AppendHeader(wire.NewHeader("Retry-After", c.s.retryAfter()))
	}
	if c.told || time.Since(c.began) > untold {
		c.send(res)
	} else {
		c.d.forgotten = c.s.refusal(c.tx, res, c.src)
	}
	c.mu.Unlock()
	c.end(Cause{By: Local, Status: status, Q850: statusToQ850(status), Text: reason}, false)
}

// cancelled ends a call whose caller gave up; the transaction layer has sent both answers already.
func (c *Call) cancelled(cancel *wire.Request) {
	q850, text := 16, ""
	if cancel != nil {
		if n, t := reasonOf(cancel); n > 0 {
			q850, text = n, t
		} else {
			text = t
		}
	}
	c.mu.Lock()
	ringing := c.state == calling
	c.mu.Unlock()
	if ringing {
		c.end(Cause{By: Cancelled, Status: 487, Q850: q850, Text: text}, false)
	}
}

// reasonOf reads the Reason headers of a message.
func reasonOf(m wire.Message) (q850 int, text string) {
	var values []string
	for _, h := range m.GetHeaders("reason") {
		values = append(values, h.Value())
	}
	return parseReason(values...)
}
