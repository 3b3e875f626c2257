package registrar

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
)

// Reasons why a telephone may not be where a REGISTER says.
const (
	foreignSource  = "source_of_a_trunk"
	foreignContact = "contact_at_a_trunk"
	strangePath    = "path_of_a_stranger"
)

// refusals are their phrases for the telephone.
var refusals = map[string]string{foreignSource: "No Telephone Is There", foreignContact: "No Telephone Is There",
	strangePath: "Path Not By A Known Proxy"}

// claimed is what a REGISTER names: its contacts and its Path.
func claimed(req *sip.Request) (contacts []*sip.Uri, path []string) {
	for _, h := range req.GetHeaders("contact") {
		if c, ok := h.(*sip.ContactHeader); ok && !c.Address.Wildcard {
			contacts = append(contacts, &c.Address)
		}
	}
	for _, h := range req.GetHeaders("path") {
		path = slices.AppendSeq(path, field.List(h.Value()))
	}
	return contacts, path
}

// misplaced says why telephones may not be where they, or a registration, say; "" if they may. Calls to a telephone go
// where its REGISTER came from, or through the proxies of its Path: so a telephone must not be able to name either for
// us, nor an address in them that a carrier would take for a number to be called.
func (r *Registrar) misplaced(src netip.AddrPort, contacts []*sip.Uri, path []string) string {
	if r.foreign(src.Addr().String(), int(src.Port())) {
		return foreignSource
	}
	if slices.ContainsFunc(contacts, r.foreignURI) {
		return foreignContact
	}
	for _, p := range path {
		var u sip.Uri
		if sip.ParseUri(addrSpec(p), &u) != nil || !r.proxy(src.Addr().String()) || !r.proxy(u.Host) ||
			r.foreignURI(&u) {
			return strangePath
		}
	}
	return ""
}

// addrSpec is the address in a value of Path, without a name and parameters. A "<" within a quoted name is none.
func addrSpec(p string) string {
	if i := strings.LastIndexByte(p, '<'); i >= 0 {
		p = p[i+1:]
	}
	p, _, _ = strings.Cut(p, ">")
	return p
}

// foreignURI looks at all places that an address names: its host, and maddr (RFC 3261, 19.1.1).
func (r *Registrar) foreignURI(u *sip.Uri) bool {
	if maddr, ok := find(u.UriParams, "maddr"); ok && r.foreign(maddr, u.Port) {
		return true
	}
	return r.foreign(u.Host, u.Port)
}

func (r *Registrar) foreign(host string, port int) bool {
	return r.c.Foreign != nil && r.c.Foreign(bare(host), port)
}

func (r *Registrar) proxy(host string) bool { return r.c.Proxy != nil && r.c.Proxy(bare(host)) }

// bare is a host without brackets and the dot at its end.
func bare(host string) string { return strings.TrimSuffix(strings.Trim(host, "[]"), ".") }
