package sip

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	wire "github.com/emiago/sipgo/sip"
)

// follow makes the INVITE that follows a redirection (RFC 3261, 8.1.3.4): the same call with a new number and a new
// Request-URI. It is nil unless the call goes over a trunk, the trunk allows one of the targets, and none was followed
// before. The lock is held.
func (p *placing) follow(res *wire.Response) *wire.Request {
	c, d := p.c, p.d
	if p.route.Trunk == "" || p.moved {
		return nil
	}
	for _, target := range targets(res) {
		r, ok := c.s.cfg.Trunks.Redirected(p.route, target)
		if !ok {
			no := Bar(p.route.Trunk, "redirection")
			c.s.log.Warn("a redirection is not followed", "call", c.id, "to", maskTarget(target), "reason", no.Reason,
				"trunk", no.Trunk)
			c.s.barred(no)
			continue
		}
		var to wire.Uri
		if err := wire.ParseUri(r.URI, &to); err != nil || to.Host == "" ||
			!strings.EqualFold(r.Transport, p.route.Transport) {
			continue
		}
		if a := hostAddr(to.Host); a.IsValid() && len(d.routes) == 0 && c.s.endpointFor(d.transport, a) != d.endpoint {
			continue // what the INVITE says of us would be wrong there
		}
		p.moved = true
		d.target, d.firstHop = to, r.Dest
		c.forks = nil // branches of the address that sent us away
		req := d.renew(p.sent)
		req.Recipient = *to.Clone()
		for _, name := range []string{"Authorization", "Proxy-Authorization"} { // they were made for the old address
			for req.RemoveHeader(name) {
			}
		}
		d.authorize(req)
		c.s.log.Info("call is redirected", "call", c.id, "status", res.StatusCode, "to", mask(userOf(&to)), "trunk",
			p.route.Trunk)
		return req
	}
	return nil
}

// maxTargets is how many targets of a redirection are looked at.
const maxTargets = 8

// targets are the URIs of a redirection, the most wanted first (RFC 3261, 20.10: q).
func targets(res *wire.Response) []string {
	type target struct {
		uri string
		q   float64
	}
	var list []target
	for _, h := range res.GetHeaders("contact") {
		contact, ok := h.(*wire.ContactHeader)
		if !ok || contact.Address.Wildcard || len(list) == maxTargets {
			continue
		}
		q := 1.0
		if v, ok := contact.Params.Get("q"); ok {
			q, _ = strconv.ParseFloat(v, 64) // what is no figure is wanted least
		}
		list = append(list, target{contact.Address.String(), q})
	}
	slices.SortStableFunc(list, func(a, b target) int { return cmp.Compare(b.q, a.q) })
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.uri
	}
	return out
}
