package registrar

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	telephone "rexian/media/sip"
)

// Binding says that a user is at an address until some moment.
type Binding struct {
	Contact   string         // the address as the telephone gave it, without <>
	Q         float64        // preference, 0…1; 1 if none was given (RFC 3261, 20.10)
	Source    netip.AddrPort // where the request came from
	Transport string         // over which it came: UDP, TCP, TLS, WS, WSS
	Path      []string       // proxies to go through, nearest to us first (RFC 3327)
	Instance  string         // +sip.instance (RFC 5626), "" if none
	RegID     int            // reg-id, 0 if none
	CallID    string         // of the registration
	CSeq      uint32
	Agent     string // its User-Agent
	Since     time.Time
	Until     time.Time
}

// URI is the contact address for a Request-URI. It is false if the store holds what is none.
func (b *Binding) URI() (sip.Uri, bool) {
	var u sip.Uri
	if sip.ParseUri(b.Contact, &u) != nil || u.Host == "" {
		return sip.Uri{}, false
	}
	return u, true
}

// Destination is the host and port to which requests for the telephone are sent: where its registration came from, if
// that was a connection, or if its contact is not where it came from (a router stands between). Another place than that
// it cannot name, neither by an address nor by a name. It is empty when proxies stand between: then the first of Path
// is the way.
func (b *Binding) Destination() string {
	if len(b.Path) > 0 {
		return ""
	}
	u, ok := b.URI()
	if !ok {
		return b.Source.String()
	}
	host, err := netip.ParseAddr(strings.Trim(u.Host, "[]"))
	if sip.IsReliable(b.Transport) || err != nil || host.Unmap() != b.Source.Addr().Unmap() {
		return b.Source.String()
	}
	port := u.Port
	if port == 0 {
		port = sip.DefaultPort(b.Transport)
	}
	return u.Host + ":" + strconv.Itoa(port)
}

// Contacts says where a user is reached now, best first, as a server that places calls wants it.
func (r *Registrar) Contacts(name string) []telephone.Contact {
	list := r.Lookup(name)
	out := make([]telephone.Contact, 0, len(list))
	for i := range list {
		b := &list[i]
		u, ok := b.URI()
		if !ok || r.misplaced(b.Source, []*sip.Uri{&u}, b.Path) != "" { // it was kept from before it was forbidden
			continue
		}
		out = append(out, telephone.Contact{URI: b.Contact, Transport: strings.ToLower(b.Transport),
			Dest: b.Destination(), Path: b.Path})
	}
	return out
}

var _ telephone.Registrar = (*Registrar)(nil)

// same says whether two addresses are one by RFC 3261, 19.1.4.
func same(a, b *sip.Uri) bool {
	if a.Scheme != b.Scheme || a.User != b.User || a.Password != b.Password || !strings.EqualFold(a.Host, b.Host) ||
		a.Port != b.Port {
		return false
	}
	for _, kv := range a.UriParams {
		v, ok := find(b.UriParams, kv.K)
		if ok && !strings.EqualFold(v, kv.V) || !ok && telling(kv.K) {
			return false
		}
	}
	for _, kv := range b.UriParams {
		if _, ok := find(a.UriParams, kv.K); !ok && telling(kv.K) {
			return false
		}
	}
	if len(a.Headers) != len(b.Headers) {
		return false
	}
	for _, kv := range a.Headers {
		if v, ok := find(b.Headers, kv.K); !ok || v != kv.V {
			return false
		}
	}
	return true
}

// telling parameters make two addresses different even if only one has them.
func telling(name string) bool {
	switch strings.ToLower(name) {
	case "user", "ttl", "method", "maddr", "transport":
		return true
	}
	return false
}

// find looks a parameter up in any case.
func find(p sip.HeaderParams, name string) (string, bool) {
	for _, kv := range p {
		if strings.EqualFold(kv.K, name) {
			return kv.V, true
		}
	}
	return "", false
}

// field writes a binding as a value of Contact in the answer.
func (b *Binding) field(now time.Time) string {
	var s strings.Builder
	s.WriteString("<" + b.Contact + ">")
	if b.Q < 1 {
		s.WriteString(";q=" + strconv.FormatFloat(b.Q, 'f', -1, 64))
	}
	if b.Instance != "" {
		s.WriteString(`;+sip.instance="` + b.Instance + `"`)
	}
	if b.RegID > 0 {
		s.WriteString(";reg-id=" + strconv.Itoa(b.RegID))
	}
	// Whole seconds, rounded up: a telephone that refreshes in time is never late by a fraction.
	left := (b.Until.Sub(now) + time.Second - 1) / time.Second
	s.WriteString(";expires=" + strconv.FormatInt(int64(max(left, 0)), 10))
	return s.String()
}
