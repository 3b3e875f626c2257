package sip

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
	"rexian/media/sip/validate"
)

// reference is a REFER of ours whose end has not been told yet. result gets one value.
type reference struct {
	seq    uint32
	result chan error
}

func (r *reference) end(err error) {
	select {
	case r.result <- err:
	default:
	}
}

// Refer asks the far side to call target, a SIP URI, in place of this call (RFC 3515). With replaces it is asked to
// take that call's place there (an attended transfer, RFC 3891); target is then ignored. It returns nil when the far
// side reports success, *Failure when it reports a refusal or refuses itself, and with ctx. The call stays: hang it up
// after success.
func (c *Call) Refer(ctx context.Context, target string, replaces *Call) error {
	if replaces != nil {
		replaces.mu.Lock()
		d := replaces.d
		target = d.target.Addr()
		if t, ok := d.target.UriParams.Get("transport"); ok {
			target += ";transport=" + t
		}
		target += "?Replaces=" + url.QueryEscape(d.callID+";to-tag="+d.remoteTag+";from-tag="+d.localTag)
		replaces.mu.Unlock()
	}
	if err := c.waitUntilItStands(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	if c.state != answered {
		c.mu.Unlock()
		return errNotUp
	}
	d := c.d
	req := d.request(wire.REFER)
	req.AppendHeader(wire.NewHeader("Refer-To", "<"+strings.Trim(clean(target), "<>")+">"))
	req.AppendHeader(wire.NewHeader("Referred-By", "<"+d.local.Address.Addr()+">"))
	r := &reference{seq: req.CSeq().SeqNo, result: make(chan error, 1)}
	c.refers = append(c.refers, r)
	c.mu.Unlock()
	defer c.forget(r)
	res, err := c.s.do(ctx, req, d)
	if err != nil {
		return err
	}
	if !res.IsSuccess() {
		return failure(res)
	}
	if strings.EqualFold(strings.TrimSpace(headerValues(res, "refer-sub")), "false") {
		return nil // it will not report (RFC 4488)
	}
	select {
	case err := <-r.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waitUntilItStands waits for the ACK of a call that was answered just now: until it has come the far side may not know
// the dialog, and would refuse what comes within it (481).
func (c *Call) waitUntilItStands(ctx context.Context) error {
	c.mu.Lock()
	up := c.state == answered
	c.mu.Unlock()
	if !up {
		return errNotUp
	}
	select {
	case <-c.stands:
		return nil
	case <-c.done:
		return errNotUp
	case <-ctx.Done():
		return ctx.Err()
	}
}

// renumbered is told of a request that goes again with another number, to answer a challenge: reports name a REFER by
// the number that was accepted. The lock is held.
func (c *Call) renumbered(was, is uint32) {
	for _, r := range c.refers {
		if r.seq == was {
			r.seq = is
		}
	}
}

func (c *Call) forget(r *reference) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, v := range c.refers {
		if v == r {
			c.refers = append(c.refers[:i], c.refers[i+1:]...)
			return
		}
	}
}

// notifyCame takes a report about a REFER of ours: a status line in message/sipfrag.
func (d *dialog) notifyCame(req *wire.Request, tx *wire.ServerTx) {
	c, s := d.call, d.s
	event, params := field.Value(headerValues(req, "event"))
	if !strings.EqualFold(event, "refer") {
		s.refuse(req, tx, &Fault{Status: 489, Reason: "Bad Event", Headers: [][2]string{{"Allow-Events", "refer"}}})
		return
	}
	id, _ := params.Get("id")
	c.mu.Lock()
	var r *reference
	for _, v := range c.refers {
		if id == "" || id == strconv.FormatUint(uint64(v.seq), 10) {
			r = v
		}
	}
	c.mu.Unlock()
	if r == nil {
		s.respond(req, tx, 481, "Subscription Does Not Exist")
		return
	}
	s.respond(req, tx, 200, "OK")
	status, reason := fragment(req.Body())
	state, _ := field.Value(headerValues(req, "subscription-state"))
	terminated := strings.EqualFold(state, "terminated")
	switch {
	case status >= 300:
		r.end(&Failure{Status: status, Reason: reason, Q850: statusToQ850(status)})
	case status >= 200:
		r.end(nil)
	case terminated:
		r.end(&Failure{Status: 487, Reason: "The transfer ended without a result", Q850: 41})
	}
}

// fragment reads the status line of a message/sipfrag body (RFC 3420).
func fragment(body []byte) (status int, reason string) {
	line, _, _ := strings.Cut(string(body[:min(len(body), 256)]), "\n")
	f := strings.SplitN(strings.TrimSpace(line), " ", 3)
	if len(f) < 2 || !strings.EqualFold(f[0], "SIP/2.0") {
		return 0, ""
	}
	n, err := strconv.ParseUint(f[1], 10, 16)
	if err != nil || n < 100 || n > 699 {
		return 0, ""
	}
	if len(f) == 3 {
		reason = clean(f[2])
	}
	return int(n), reason
}

// referCame takes a transfer that the far side asks for.
func (d *dialog) referCame(req *wire.Request, tx *wire.ServerTx) {
	c, s := d.call, d.s
	to := req.GetHeaders("refer-to")
	if len(to) == 0 {
		to = req.GetHeaders("r")
	}
	if len(to) != 1 {
		s.respond(req, tx, 400, "One Refer-To Is Needed")
		return
	}
	target, replaces, ok := referTarget(to[0].Value())
	if !ok {
		s.respond(req, tx, 400, "Bad Refer-To")
		return
	}
	c.mu.Lock()
	f, up := c.onRefer, c.state == answered
	c.mu.Unlock()
	if f == nil || !up {
		s.respond(req, tx, 603, "Decline")
		return
	}
	if s.cfg.MayRefer != nil {
		if fault := s.cfg.MayRefer(req, c); fault != nil {
			s.refuse(req, tx, fault)
			return
		}
	}
	silent := strings.EqualFold(strings.TrimSpace(headerValues(req, "refer-sub")), "false")
	res := wire.NewResponseFromRequest(req, 202, "Accepted", nil)
	c.mu.Lock()
	res.AppendHeader(d.contact())
	c.mu.Unlock()
	if silent {
		res.AppendHeader(wire.NewHeader("Refer-Sub", "false"))
	}
	tx.Respond(res)
	id := strconv.FormatUint(uint64(req.CSeq().SeqNo), 10)
	s.spawn(func() {
		if !silent {
			d.notify(id, "SIP/2.0 100 Trying", "active;expires=60")
		}
		err := f(target, replaces)
		if silent {
			return
		}
		line := "SIP/2.0 200 OK"
		var refused *Failure
		if errors.As(err, &refused) {
			line = "SIP/2.0 " + strconv.Itoa(refused.Status) + " " + clean(refused.Reason)
		} else if err != nil {
			line = "SIP/2.0 503 Service Unavailable"
		}
		d.notify(id, line, "terminated;reason=noresource")
	})
}

// referTarget reads a Refer-To value: the URI without its headers, and the Replaces header in it.
func referTarget(v string) (target, replaces string, ok bool) {
	_, u, _, ok := validate.Address(v)
	if !ok || u.Raw() == "" && u.Host == "" {
		return "", "", false
	}
	for _, h := range u.Headers {
		if strings.EqualFold(h.K, "Replaces") {
			r, err := url.QueryUnescape(strings.ReplaceAll(h.V, "+", "%2B"))
			if err != nil {
				return "", "", false
			}
			replaces = clean(r)
		}
	}
	u.Headers = nil
	return u.String(), replaces, true
}

// notify reports on a REFER of the far side.
func (d *dialog) notify(id, line, state string) {
	c := d.call
	c.mu.Lock()
	if c.state != answered {
		c.mu.Unlock()
		return
	}
	req := d.request(wire.NOTIFY)
	req.AppendHeader(wire.NewHeader("Event", "refer;id="+id))
	req.AppendHeader(wire.NewHeader("Subscription-State", state))
	t := wire.ContentTypeHeader("message/sipfrag;version=2.0")
	req.AppendHeader(&t)
	req.SetBody([]byte(line + "\r\n"))
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(c.s.ctx, c.s.cfg.lifetime())
	defer cancel()
	c.s.do(ctx, req, d)
}
