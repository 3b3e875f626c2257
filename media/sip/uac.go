package sip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"

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
	ID       string            // what the call is made for: each of its Call-IDs begins with it and "@"; "" for none
	Replaces string            // value of a Replaces header: the call takes the place of another (RFC 3891)
	Headers  map[string]string // further headers
	Auth     *Credentials      // for challenges; nil: those of the trunk
	// OnTrying is told once that the next hop has the call (100); whether somebody's telephone rings is not known yet.
	OnTrying func()
	// OnProgress is told of each provisional answer: its status, and whether the far side is heard already.
	OnProgress func(status int, early bool)
	// OnLeg is told of each call that is made for it, before its INVITE goes: one for each route that is tried. It must
	// not block; may be nil.
	OnLeg func(*Call)
}

// Dial places a call and waits until it is answered. It fails with *Failure if the call is refused or nobody answers,
// with ctx when that ends first (the call is cancelled), and with ErrClosed. A redirection (301, 302) is followed once,
// and only where the trunk allows it; any other is a failure: a far side must not be able to make us call where it
// likes.
func (s *Server) Dial(ctx context.Context, o Outbound) (*Call, error) {
	routes, err := s.routesTo(o)
	if err != nil {
		return nil, s.notPlaced(o, err)
	}
	for i, r := range routes {
		var c *Call
		var blame int
		if c, blame, err = s.dial(ctx, o, r, i+1 < len(routes)); err == nil {
			return c, nil
		}
		var f *Failure
		refused := errors.As(err, &f)
		if r.Trunk != "" && blame != 0 {
			var wait time.Duration
			if refused {
				wait = f.RetryAfter
			}
			s.cfg.Trunks.Failed(r, blame, wait)
		}
		// Another trunk helps when this one is full or out of order, not when the called party has refused.
		if i+1 == len(routes) || ctx.Err() != nil || !refused || f.Status != 408 &&
			(f.Status < 500 || f.Status > 599) {
			break
		}
	}
	return nil, s.notPlaced(o, err)
}

// notPlaced tells of a call that may not be placed: once, with the reason.
func (s *Server) notPlaced(o Outbound, err error) error {
	var r *Barred
	if errors.As(err, &r) {
		s.log.Warn("a call is not let out", "to", maskTarget(o.To), "reason", r.Reason, "trunk", r.Trunk)
		s.barred(r)
	}
	return err
}

func (s *Server) barred(r *Barred) {
	if s.cfg.OnBarred != nil {
		s.cfg.OnBarred(r)
	}
}

// maskTarget is what was dialled, for the log: the number masked, the host of an address kept.
func maskTarget(to string) string {
	var u wire.Uri
	if wire.ParseUri(to, &u) != nil || u.Host == "" && u.Raw() == "" {
		return mask(clean(to))
	}
	if u.Host == "" {
		return mask(userOf(&u))
	}
	return mask(userOf(&u)) + "@" + cut(clean(u.Host), 80)
}

// routesTo finds the ways to the called party.
func (s *Server) routesTo(o Outbound) ([]Route, error) {
	if s.cfg.Dialplan != nil {
		return s.cfg.Dialplan.Routes(o)
	}
	var u wire.Uri
	if strings.HasPrefix(o.To, "sip:") || strings.HasPrefix(o.To, "sips:") {
		if err := wire.ParseUri(o.To, &u); err != nil || u.Host == "" {
			return nil, fmt.Errorf("sip: %w", &Failure{Status: 404, Reason: "Bad Address", Q850: 1})
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

// dial places a call over one route. blame is the status of a failure that speaks against the route, see placing.blame.
// next says that there is another route to try if this one is silent.
func (s *Server) dial(ctx context.Context, o Outbound, r Route, next bool) (c *Call, blame int, err error) {
	if s.enter(false) != nil {
		return nil, 0, ErrClosed
	}
	c, err = s.seizing(o, r)
	if err != nil {
		s.leave()
		return nil, 0, err
	}
	s.log.Info("call goes out", "call", c.id, "to", mask(c.To()), "trunk", r.Trunk)
	if o.OnLeg != nil {
		o.OnLeg(c)
	}
	p := &placing{c: c, d: c.d, ctx: ctx, o: o, route: r, sent: c.opening.Load().invite, began: time.Now(),
		next: next}
	if err := p.run(); err != nil {
		return nil, p.blame(err), err
	}
	return c, 0, nil
}

// seizing makes a call that has its channel of the trunk. The call gives it back when it ends.
func (s *Server) seizing(o Outbound, r Route) (*Call, error) {
	if r.Trunk == "" || s.cfg.Trunks == nil {
		return s.newOutbound(o, r, nil)
	}
	channel, err := s.cfg.Trunks.Seize(r)
	if err != nil {
		return nil, err
	}
	c, err := s.newOutbound(o, r, channel)
	if err != nil {
		channel.Release()
	}
	return c, err
}

// outward is a dialog that we begin, towards where a route leads.
func (s *Server) outward(o Outbound, r Route) (*dialog, error) {
	var to, from wire.Uri
	if err := wire.ParseUri(r.URI, &to); err != nil || to.Host == "" {
		return nil, fmt.Errorf("sip: %w", &Failure{Status: 404, Reason: "Bad Address", Q850: 1})
	}
	d := &dialog{s: s, uac: true, callID: newCallID(o.ID), localTag: newTag(), target: to, firstHop: r.Dest,
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
	d.pinned = r.Dest != "" && r.Trunk != ""
	for _, p := range r.Path {
		_, u, _, ok := validate.Address(p)
		if !ok {
			return nil, fmt.Errorf("sip: the route %q: %w", p,
				&Failure{Status: 404, Reason: "Bad Route", Q850: 3})
		}
		d.routes = append(d.routes, u)
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
	d.local = wire.FromHeader{DisplayName: display, Address: from,
		Params: wire.HeaderParams{{K: "tag", V: d.localTag}}}
	called := *to.Clone()
	called.UriParams, called.Headers = nil, nil
	d.remote = wire.ToHeader{Address: called}
	return d, nil
}

// newCallID is a Call-ID of ours, behind what the call is made for: nobody can guess it, and who has that finds
// the call in the logs of the far side. Each route that is tried has its own (RFC 3261, 8.1.1.4).
func newCallID(of string) string {
	id := newTag() + newTag()
	if of = strings.Map(inCallID, of); of != "" {
		id = cut(of, maxOf) + "@" + id
	}
	return id
}

// maxOf is how much of what a call is made for stands in its Call-ID, in bytes.
const maxOf = 100

// inCallID keeps what a word of a Call-ID may have, and no logger or proxy takes for something else.
func inCallID(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '.' || r == '_' {
		return r
	}
	return -1
}

// newOutbound makes a call of ours with its stream and its INVITE.
func (s *Server) newOutbound(o Outbound, r Route, channel Channel) (*Call, error) {
	d, err := s.outward(o, r)
	if err != nil {
		return nil, err
	}
	c := &Call{s: s, id: d.localTag, d: d, channel: channel, began: time.Now(), done: make(chan struct{}),
		stands: make(chan struct{}),
		trunk:  r.Trunk, phone: r.Phone, profile: r.Profile}
	d.call = c
	if err := s.openStream(c); err != nil {
		return nil, err
	}
	d.openSDP(c.stream.Local(), &c.profile)
	d.sdp.Secure, _ = r.Profile.offers(s.cfg.Secure)
	d.session.want(s.cfg.SessionExpires)
	invite, err := d.newInvite(o, r.Headers, sdp.SendRecv)
	if err != nil {
		c.closeStream()
		return nil, err
	}
	c.opening.Store(openedBy(invite, false, nil))
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

func hostAddr(host string) netip.Addr {
	a, _ := netip.ParseAddr(strings.Trim(host, "[]"))
	return a
}
