package trunk

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rexian/media/sip"
)

var _ sip.Gateway = (*Set)(nil)

// Routes gives the trunks for a number in the order in which they should be tried: those that live, the longest prefix
// first, then by priority, then as they were given. Only if none lives are the others tried. With a name, that trunk
// alone is given, alive or not. from is the number that the called party should see, "" for the trunk's own.
func (s *Set) Routes(name, number, from string) ([]sip.Route, error) {
	number = clean(number)
	if !dialable(number) {
		return nil, fmt.Errorf("%w: %q", ErrNumber, number)
	}
	if from = clean(from); from != "" && !dialable(from) {
		return nil, fmt.Errorf("%w: caller %q", ErrNumber, from)
	}
	type candidate struct {
		t      *trunk
		match  int
		usable bool
	}
	var list []candidate
	for _, t := range s.trunks {
		match := t.match(number)
		if name != "" && t.c.Name != name || name == "" && match < 0 || len(number) <= t.c.Strip {
			continue
		}
		list = append(list, candidate{t, match, t.usable()})
	}
	if len(list) == 0 {
		return nil, ErrNoTrunk
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.match, a.match), cmp.Compare(a.t.c.Priority, b.t.c.Priority))
	})
	if slices.ContainsFunc(list, func(c candidate) bool { return c.usable }) {
		list = slices.DeleteFunc(list, func(c candidate) bool { return !c.usable })
	}
	routes := make([]sip.Route, len(list))
	for i, c := range list {
		routes[i] = c.t.route(number, from)
	}
	return routes, nil
}

// match is the length of the longest prefix of the trunk that the number begins with; −1 if it has prefixes and none fits.
func (t *trunk) match(number string) int {
	if len(t.c.Prefixes) == 0 {
		return 0
	}
	best := -1
	for _, p := range t.c.Prefixes {
		if strings.HasPrefix(number, p) {
			best = max(best, len(p))
		}
	}
	return best
}

// route writes a call over the trunk.
func (t *trunk) route(number, from string) sip.Route {
	c := &t.c
	r := sip.Route{
		Trunk: c.Name, URI: t.uri(c.Add + number[c.Strip:]), Transport: c.Transport, Dest: c.Server,
		Headers: map[string]string{},
	}
	if len(c.Proxies) > 0 {
		r.Dest = ""
		r.Path = t.path()
	}
	if c.Secret.Set() {
		r.Auth = &sip.Credentials{User: c.AuthUser, Secret: c.Secret}
	}
	own := t.address(c.Number)
	if from == "" || c.CallerID == Own {
		r.From = own
	} else {
		r.From = t.address(from)
	}
	switch c.CallerID {
	case Asserted:
		r.Headers["P-Asserted-Identity"] = "<" + own + ">"
	case Hidden:
		r.From, r.Display = "sip:anonymous@anonymous.invalid", "Anonymous"
		r.Headers["P-Asserted-Identity"] = "<" + own + ">"
		r.Headers["Privacy"] = "id"
	}
	return r
}

// uri is an address at the trunk's server.
func (t *trunk) uri(user string) string { return t.uriAt(user, t.c.Server) }

func (t *trunk) uriAt(user, server string) string {
	s := "sip:"
	if user != "" {
		s += strings.ReplaceAll(user, "#", "%23") + "@"
	}
	s += server
	if t.c.Transport != "udp" {
		s += ";transport=" + t.c.Transport
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
		if t.c.Transport != "udp" {
			p += ";transport=" + t.c.Transport
		}
		list[i] = "<sip:" + p + ";lr>"
	}
	return list
}

// Authorized says whether a source is a trunk, and which: it is its server, one of its proxies, or one of its Sources.
func (s *Set) Authorized(src netip.AddrPort) (name string, ok bool) {
	a := src.Addr().Unmap()
	for _, t := range s.trunks {
		if t.sources.Contains(a) || t.has(a) {
			return t.c.Name, true
		}
	}
	return "", false
}

// Networks are where the calls of all trunks come from, as far as is known now: for the guard's allow list.
func (s *Set) Networks() []netip.Prefix {
	var list []netip.Prefix
	for _, t := range s.trunks {
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
