package sip

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/rtp"
	"rexian/media/sdp"
	"rexian/number"
)

// state is where a call is.
type state uint8

const (
	calling  state = iota // an INVITE came or was sent; nothing is final
	answered              // 2xx sent or received
	over
)

// Call is one telephone call, in either direction. Its methods may be called from any goroutine.
type Call struct {
	s       *Server
	id      string
	opening atomic.Pointer[opening]
	src     netip.AddrPort
	origin  Origin  // of a call that came in
	channel Channel // of a trunk; nil if the call goes over none
	inbound bool
	began   time.Time
	known   bool // it came from a trunk, a telephone of ours or a network that is trusted
	stream  *rtp.Stream
	done    chan struct{}
	events  atomic.Pointer[func(rtp.Event)]
	profile Profile
	trunk   string // that the call goes over, in either direction
	phone   string // the telephone of ours at its other end

	mu       sync.Mutex
	times    times
	onEnd    func(Leg)
	d        *dialog
	state    state
	cause    Cause
	tx       *wire.ServerTx // of an INVITE that came in, until its final answer
	media    *sdp.Media     // what was agreed last
	told     bool           // a provisional answer was sent
	held     bool           // the far side has put us on hold
	hold     bool           // we have put the far side on hold
	bye      *byeWanted     // we hung up before the ACK came
	rel      reliable       // provisional answers to be acknowledged (RFC 3262)
	forks    []*earlyDialog // of a call that we place
	patience *time.Timer    // of a call that rings
	onRefer  func(target, replaces string) error
	refers   []*reference  // our REFERs whose end has not been told
	stands   chan struct{} // closed when the far side knows the dialog: its ACK came, or its answer
}

// byeWanted is a hang-up that has to wait for the ACK (RFC 3261, 15).
type byeWanted struct {
	q850 int
	text string
}

// ID names the call in logs and records. It is ours, unique, and safe to print.
func (c *Call) ID() string { return c.id }

// CallID is the Call-ID header, chosen by whoever began the call.
func (c *Call) CallID() string { return c.opening.Load().callID }

// Inbound says whether the call came in.
func (c *Call) Inbound() bool { return c.inbound }

// From is the caller's number: the user part of From.
func (c *Call) From() string { return c.opening.Load().from }

// To is the user part of To: the number that the caller meant.
func (c *Call) To() string { return c.opening.Load().to }

// Number is the number that was dialled in the end: the user part of the Request-URI. It differs from To when the call
// was forwarded.
func (c *Call) Number() string { return c.opening.Load().number }

// Display is the caller's display name, "" if there is none.
func (c *Call) Display() string { return c.opening.Load().display }

// Source is where the INVITE came from; invalid for calls that we placed.
func (c *Call) Source() netip.AddrPort { return c.src }

// Known says whether the call came from a trunk, from where a telephone of ours is registered, or from a trusted
// network.
func (c *Call) Known() bool { return c.known }

// Header is a header of the INVITE, its values joined with commas; "" if it is absent, and when the call stands: the
// INVITE is let go then.
func (c *Call) Header(name string) string {
	if invite := c.opening.Load().invite; invite != nil {
		return headerValues(invite, strings.ToLower(name))
	}
	return ""
}

// Stream is the sound of the call, from OnCall on. It is closed when the call ends.
func (c *Call) Stream() *rtp.Stream { return c.stream }

// Done is closed when the call has ended.
func (c *Call) Done() <-chan struct{} { return c.done }

// Cause is why the call ended; the zero value while it lasts.
func (c *Call) Cause() Cause {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Answered says whether the call has been answered and still lasts.
func (c *Call) Answered() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == answered
}

// Held says whether the far side has put the call on hold: it does not want to hear us.
func (c *Call) Held() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

// OnEvent sets who is told of keys (RTP events, in-band tones and SIP INFO), played items and the rest. Events before
// it is set are lost.
func (c *Call) OnEvent(f func(rtp.Event)) { c.events.Store(&f) }

// OnRefer sets who decides about a transfer that the far side asks for (REFER). target is a URI; replaces, if not
// empty, is the value of a Replaces header to be given to Dial. While f runs the far side is told "trying"; its result
// is told when it returns: nil for success, a *Failure with its status, anything else as 503. Without a function
// transfers are declined.
func (c *Call) OnRefer(f func(target, replaces string) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onRefer = f
}

// event is called by the engine.
func (c *Call) event(e rtp.Event) {
	switch e.Kind {
	case rtp.Lost:
		c.s.spawn(func() { c.end(Cause{By: MediaLost, Q850: 41, Text: "no sound from the far side"}, true) })
	case rtp.Unheard:
		c.unheard(e)
	}
	if f := c.events.Load(); f != nil {
		(*f)(e)
	}
}

// Hangup ends the call. reason is a word for logs and for the far side's Reason header. A call that rings is refused
// with 603 if it came in, cancelled if we placed it. It returns at once; on a call that has ended it does nothing.
func (c *Call) Hangup(reason string) {
	c.mu.Lock()
	ringing := c.state == calling && c.inbound
	c.mu.Unlock()
	if ringing {
		c.Reject(603, reason)
		return
	}
	c.end(Cause{By: Local, Q850: 16, Text: reason}, true)
}

// end ends the call, once. bye says whether the far side has to be told.
func (c *Call) end(cause Cause, bye bool) {
	c.mu.Lock()
	if c.state == over {
		c.mu.Unlock()
		return
	}
	was := c.state
	c.state = over
	c.cause = cause
	c.times.ended = time.Now()
	tell := c.onEnd
	d := c.d
	c.rel.stop()
	c.impatient()
	d.session.stop()
	for _, r := range c.refers {
		r.end(&Failure{Status: 487, Reason: "The call has ended", Q850: 16})
	}
	c.refers = nil
	wait := false
	if bye && was == answered {
		if len(d.acks) > 0 && !d.uac && cause.By != NoAck {
			c.bye, wait = &byeWanted{cause.Q850, cause.Text}, true // sent when the ACK comes, or its time is over
		} else {
			d.stopAcks()
			req := d.byeRequest(cause.Q850, cause.Text)
			c.s.farewell(d, req, nil)
		}
	} else {
		d.stopAcks()
	}
	c.mu.Unlock()
	c.s.pending.proved(c)
	c.closeStream()
	if !wait {
		c.s.remove(d)
	}
	if tell != nil {
		tell(c.Leg())
	}
	c.s.leave()
	if c.channel != nil {
		c.channel.Release()
	}
	c.logEnd()
	close(c.done)
}

// logEnd says how a call ended that we placed. Of one that came in, whoever took it says so.
func (c *Call) logEnd() {
	level := slog.LevelInfo
	if c.inbound {
		level = slog.LevelDebug
	}
	if c.s.log.Enabled(c.s.ctx, level) {
		c.s.log.Log(c.s.ctx, level, "call ended", "call", c.id, "by", c.cause.By.String(), "status", c.cause.Status,
			"q850", c.cause.Q850, "text", cut(c.cause.Text, 80))
	}
}

// impatient stops waiting for an answer. The lock is held.
func (c *Call) impatient() {
	if c.patience != nil {
		c.patience.Stop()
		c.patience = nil
	}
}

// byeRequest is a BYE with its reason. The lock is held.
func (d *dialog) byeRequest(q850 int, text string) *wire.Request {
	req := d.request(wire.BYE)
	req.AppendHeader(wire.NewHeader("Reason", reasonHeader(q850, text)))
	return req
}

// farewell sends a BYE in the background, and then does what is left to do.
func (s *Server) farewell(d *dialog, bye *wire.Request, then func()) {
	s.byes.Add()
	s.spawn(func() {
		defer s.byes.Done()
		s.finish(d, bye)
		if then != nil {
			then()
		}
	})
}

// finish sends a BYE and waits for its answer, which changes nothing any more.
func (s *Server) finish(d *dialog, bye *wire.Request) {
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.lifetime())
	defer cancel()
	if _, err := s.do(ctx, bye, d); err != nil {
		s.log.Debug("sip: a BYE was not answered", "call", d.call.id, "error", err)
	}
}

// userOf is the user part of a SIP URI, or the number of a tel URI, without parameters, escapes and separators.
func userOf(u *wire.Uri) string {
	user := u.User
	if raw := u.Raw(); raw != "" {
		user = raw
	}
	return clean(number.OfUser(user))
}
