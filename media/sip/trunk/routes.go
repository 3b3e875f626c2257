package trunk

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip"
	"rexian/number"
)

var _ sip.Gateway = (*Set)(nil)

// Routes gives the trunks for a number in the order in which they should be tried: those that live, the longest prefix
// first, then by priority, then by weight or as they were given, each once for each of its targets. Only if none lives
// are the others tried. With a name, that trunk alone is given, alive or not, whatever its prefixes. from is the number
// that the called party should see, "" for the trunk's own. Where no trunk lets the number out the error is a
// *sip.Barred.
func (s *Set) Routes(name, dialled, from string) ([]sip.Route, error) {
	dialled = number.Clean(dialled)
	if !number.Dialable(dialled) {
		return nil, fmt.Errorf("%w: %q", ErrNumber, dialled)
	}
	if from = number.Clean(from); from != "" && !number.Dialable(from) {
		return nil, fmt.Errorf("%w: caller %q", ErrNumber, from)
	}
	type candidate struct {
		t      *trunk
		match  int
		usable bool
	}
	var list []candidate
	why := error(ErrNoTrunk)
	for _, t := range s.trunks() {
		if name != "" && t.c.Name != name {
			continue
		}
		match, reason := t.lets(dialled, name != "")
		if reason == "" {
			list = append(list, candidate{t, match, t.usable()})
		} else if reason != notHere {
			why = sip.Bar(t.c.Name, reason)
		}
	}
	if len(list) == 0 {
		return nil, why
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.match, a.match), cmp.Compare(a.t.c.Priority, b.t.c.Priority))
	})
	if slices.ContainsFunc(list, func(c candidate) bool { return c.usable }) {
		list = slices.DeleteFunc(list, func(c candidate) bool { return !c.usable })
	}
	for at := 0; at < len(list); { // of equals the weights decide
		end := at
		for end < len(list) && list[end].match == list[at].match && list[end].t.c.Priority == list[at].t.c.Priority {
			end++
		}
		draw(list[at:end], func(c candidate) int { return c.t.c.Weight }, s.o.Random)
		at = end
	}
	var routes []sip.Route
	for _, c := range list {
		routes = append(routes, c.t.ways(dialled, from)...)
	}
	return routes, nil
}

// route writes a call over the trunk.
func (t *trunk) route(dialled, from string) sip.Route {
	c := &t.c
	user, _ := c.Rules.Out(dialled) // it has let the number out
	r := sip.Route{Trunk: c.Name, URI: t.uri(user), Transport: t.transport(), Dest: c.Server,
		Headers: map[string]string{}, Profile: c.Profile}
	if len(c.Proxies) > 0 {
		r.Dest = ""
		r.Path = t.path()
	}
	if c.Secret.Set() {
		r.Auth = &sip.Credentials{User: c.AuthUser, Secret: c.Secret}
	}
	own := t.address(c.Number)
	if from == "" || c.CallerID == Own || c.CallerID == Remote {
		r.From = own
	} else {
		r.From = t.address(t.shown(from))
	}
	switch c.CallerID {
	case Asserted:
		r.Headers["P-Asserted-Identity"] = "<" + own + ">"
	case Remote:
		shown := own
		if from != "" {
			shown = t.address(t.shown(from))
		}
		r.Headers["Remote-Party-ID"] = "<" + shown + ">;party=calling;screen=yes;privacy=off"
	case Hidden:
		r.From, r.Display = "sip:anonymous@anonymous.invalid", "Anonymous"
		r.Headers["P-Asserted-Identity"] = "<" + own + ">"
		r.Headers["Privacy"] = "id"
	}
	return r
}

// shown is a caller's number as the carrier wants it. What is put before dialled numbers has nothing to do with it.
func (t *trunk) shown(from string) string {
	form := number.Rules{Form: t.c.Rules.Form, Area: t.c.Rules.Area}
	if out, err := form.Out(from); err == nil {
		return out
	}
	return from
}

// uri is an address at the trunk's server.
func (t *trunk) uri(user string) string { return t.uriAt(user, t.server()) }

func (t *trunk) uriAt(user, server string) string {
	s := "sip:"
	if user != "" {
		s += strings.ReplaceAll(user, "#", "%23") + "@"
	}
	s += server
	if t.transport() != "udp" {
		s += ";transport=" + t.transport()
	}
	return s
}

// address is a number in our name.
func (t *trunk) address(user string) string {
	if user == "" {
		return "sip:" + t.c.FromDomain
	}
	return "sip:" + strings.ReplaceAll(user, "#", "%23") + "@" + t.c.FromDomain
}

func (t *trunk) path() []string {
	list := make([]string, len(t.c.Proxies))
	for i, p := range t.c.Proxies {
		if t.transport() != "udp" {
			p += ";transport=" + t.transport()
		}
		list[i] = "<sip:" + p + ";lr>"
	}
	return list
}

// Authorized says whether a source is a trunk, and which: it is its server, one of its proxies, or one of its Sources.
func (s *Set) Authorized(src netip.AddrPort) (name string, ok bool) {
	a := src.Addr().Unmap()
	for _, t := range s.trunks() {
		if t.sources.Contains(a) || t.has(a) {
			return t.c.Name, true
		}
	}
	return "", false
}

// Origin says what is known of calls from a source: which trunk it is, how it writes numbers, and whether it is
// believed.
func (s *Set) Origin(src netip.AddrPort) (sip.Origin, bool) {
	name, ok := s.Authorized(src)
	if !ok {
		return sip.Origin{}, false
	}
	t := s.named(name)
	return sip.Origin{Trunk: name, Asserts: !t.c.Distrust, Rules: t.c.Rules, Profile: t.c.Profile}, true
}

// TLS is how a TLS connection to a place is made, if it is a trunk's; nil if it is none's. The certificate's name is
// the host that the configuration names, also where SRV records lead elsewhere (RFC 5922, 7.1).
func (s *Set) TLS(at netip.AddrPort, host string) *tls.Config {
	a := at.Addr().Unmap()
	for _, t := range s.trunks() {
		hop, _ := t.hop()
		if t.transport() == "tls" && (strings.EqualFold(host, hop) || t.has(a)) {
			config, err := t.c.secured(hop)
			if err != nil { // it was checked
				return nil
			}
			return config
		}
	}
	return nil
}

// named is the trunk of a name; nil if there is none.
func (s *Set) named(name string) *trunk {
	for _, t := range s.trunks() {
		if t.c.Name == name {
			return t
		}
	}
	return nil
}

// At says whether a place is a trunk's: its server, one of its proxies, or an address in its Sources. On this machine's
// own addresses (127.0.0.0/8, ::1) many stand side by side, so there the port counts too.
func (s *Set) At(host string, port int) bool {
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	for _, t := range s.trunks() {
		if err == nil && a.Unmap().IsLoopback() {
			if t.listens(a.Unmap(), port) {
				return true
			}
		} else if t.own(host) {
			return true
		}
	}
	return false
}

// listens says whether a trunk's server or a proxy of it is at an address and port.
func (t *trunk) listens(a netip.Addr, port int) bool {
	if port == 0 {
		port = wire.DefaultPort(t.transport())
	}
	for _, at := range append([]string{t.c.Server}, t.c.Proxies...) {
		h, p, err := splitHost(at)
		if err != nil {
			continue
		}
		if p == 0 {
			p = wire.DefaultPort(t.transport())
		}
		if its, err := netip.ParseAddr(h); err == nil && its.Unmap() == a && p == port {
			return true
		}
	}
	return false
}

// Networks are where the calls of all trunks come from, as far as is known now: for the guard's allow list.
func (s *Set) Networks() []netip.Prefix {
	var list []netip.Prefix
	for _, t := range s.trunks() {
		for _, p := range t.c.Sources {
			if n, err := netip.ParsePrefix(p); err == nil {
				list = append(list, n)
			} else if a, err := netip.ParseAddr(p); err == nil {
				list = append(list, netip.PrefixFrom(a, a.BitLen()))
			}
		}
		t.mu.Lock()
		for _, a := range t.addrs {
			list = append(list, netip.PrefixFrom(a, a.BitLen()))
		}
		t.mu.Unlock()
	}
	return list
}
