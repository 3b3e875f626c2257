package trunk

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip"
	"rexian/number"
)

// Redirected says whether a call over a trunk may go on to the URI that the far side has named, and gives the way
// there. Whoever answers a call of ours could otherwise make us call anyone at our cost, or send requests to any
// machine. So:
//
//   - the host is one of the trunk's own: its server, a proxy, or an address in its networks. No name is looked up
//     for it;
//   - the transport is the trunk's, and nothing but number, host and port is taken over from the URI;
//   - the number is the one that was called, or one that could have been dialled over this trunk by its prefixes. Where
//     digits are stripped off, the URI does not tell what was dialled, so only the same number will do.
func (s *Set) Redirected(r sip.Route, uri string) (sip.Route, bool) {
	var u, was wire.Uri
	if wire.ParseUri(uri, &u) != nil || wire.ParseUri(r.URI, &was) != nil || !strings.EqualFold(u.Scheme, "sip") ||
		u.Host == "" {
		return sip.Route{}, false
	}
	for _, t := range s.trunks() {
		if t.c.Name != r.Trunk {
			continue
		}
		to, ok := userOf(u.User)
		before, _ := userOf(was.User)
		if !ok || to != before && !t.reaches(to) || !t.own(u.Host) || !t.speaks(&u) {
			return sip.Route{}, false
		}
		host := strings.Trim(u.Host, "[]")
		port := u.Port
		if port == 0 {
			port = wire.DefaultPort(t.transport())
		}
		server := net.JoinHostPort(host, strconv.Itoa(port))
		r.URI = t.uriAt(to, server)
		if len(t.c.Proxies) == 0 {
			r.Dest = server
		}
		return r, true
	}
	return sip.Route{}, false
}

// userOf is the number in the user part of a URI, without escapes and parameters; false if it is none.
func userOf(user string) (string, bool) {
	user, _, _ = strings.Cut(user, ";")
	user, err := url.PathUnescape(user)
	return user, err == nil && number.Dialable(user)
}

// reaches says whether a number, as it stands in a URI of the trunk, could have been dialled.
func (t *trunk) reaches(n string) bool {
	n, ok := strings.CutPrefix(n, t.c.Rules.Add)
	if !ok || t.c.Rules.Strip != 0 || !number.Dialable(n) {
		return false
	}
	_, why := t.lets(n, false)
	return why == ""
}

// own says whether a host is the trunk's.
func (t *trunk) own(host string) bool {
	host = strings.Trim(host, "[]")
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap()
		return t.sources.Contains(a) || t.has(a)
	}
	if strings.EqualFold(host, t.host) {
		return true
	}
	for _, p := range t.c.Proxies {
		if h, _, err := splitHost(p); err == nil && strings.EqualFold(host, h) {
			return true
		}
	}
	return false
}

// speaks says whether a URI wants the trunk's transport, or leaves it open.
func (t *trunk) speaks(u *wire.Uri) bool {
	v, ok := u.UriParams.Get("transport")
	return !ok || strings.EqualFold(v, t.transport())
}
