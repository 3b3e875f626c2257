package validate

import (
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
)

// maxFields bounds the header fields of a message, and so the work a stranger can cause.
const maxFields = 256

// count is how often each header field with a structure of its own occurs.
type count struct {
	via, from, to, callID, cseq, hops, length, kind, contact, referTo, rack, replaces int
}

// all counts, and names the first thing that is wrong with the fields as such: a malformed one, a second one where only
// one may be, one that must be there and is not.
func (n *count) all(fields []sip.Header) (why string) {
	if len(fields) > maxFields {
		return "Too Many Header Fields"
	}
	for _, h := range fields {
		switch h := h.(type) {
		case *sip.ViaHeader:
			n.via++
			if h.Host == "" || !strings.EqualFold(h.ProtocolName, "SIP") && n.via == 1 {
				return "Malformed Via"
			}
		case *sip.FromHeader:
			n.from++
		case *sip.ToHeader:
			n.to++
		case *sip.CallIDHeader:
			n.callID++
		case *sip.CSeqHeader:
			n.cseq++
		case *sip.MaxForwardsHeader:
			n.hops++
			if *h > 255 {
				return "Max-Forwards Above 255"
			}
		case *sip.ContentLengthHeader:
			n.length++
		case *sip.ContentTypeHeader:
			n.kind++
		case *sip.ContactHeader:
			n.contact++
		case *sip.ReferToHeader:
			n.referTo++
		case *sip.RouteHeader, *sip.RecordRouteHeader, *sip.ReferredByHeader:
		default:
			name := h.Name()
			switch {
			case strings.EqualFold(name, "RAck"):
				n.rack++
			case strings.EqualFold(name, "Replaces"):
				n.replaces++
			case structured(name):
				return "Malformed " + name
			}
		}
	}
	for _, f := range []struct {
		name string
		n    int
		must bool
	}{
		{"Via", min(n.via, 1), true}, {"From", n.from, true}, {"To", n.to, true}, {"Call-ID", n.callID, true},
		{"CSeq", n.cseq, true},
		{"Max-Forwards", n.hops, false}, {"Content-Length", n.length, false}, {"Content-Type", n.kind, false},
		{"Replaces", n.replaces, false},
	} {
		switch {
		case f.must && f.n == 0:
			return "Missing " + f.name
		case f.n > 1:
			return "More Than One " + f.name
		}
	}
	return ""
}

// structured says whether a header field left as text should have been parsed: then its text was malformed.
func structured(name string) bool {
	switch sip.HeaderToLower(name) {
	case "via", "from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type", "contact", "route",
		"record-route", "refer-to", "referred-by":
		return true
	}
	return false
}

// fields judges the header fields of a request.
func (r *Rules) fields(req *sip.Request) *Fault {
	var n count
	if why := n.all(req.Headers()); why != "" {
		return bad(why)
	}
	// A branch of nothing but the magic cookie names no transaction (RFC 4475, 3.2.1).
	if branch, _ := req.Via().Params.Get("branch"); branch == sip.RFC3261BranchMagicCookie {
		return bad("Via Branch Names No Transaction")
	}
	if tag, _ := req.From().Params.Get("tag"); tag == "" {
		return bad("Missing Tag in From") // RFC 3261, 8.1.1.3; only RFC 2543 did without
	}
	switch req.Method {
	case sip.INVITE:
		switch {
		case n.contact == 0:
			return bad("Missing Contact") // 8.1.1.8
		case n.contact > 1:
			return bad("More Than One Contact")
		case !dialable(&req.Contact().Address):
			return bad("Contact Is No SIP URI")
		}
	case sip.REGISTER:
		if u := &req.To().Address; u.Scheme != "sip" && u.Scheme != "sips" {
			return bad("To Is No SIP URI") // 10.3: the address of record
		}
	case sip.REFER:
		if n.referTo != 1 {
			return bad("Needs Exactly One Refer-To") // RFC 3515, 2.4.1
		}
	case sip.PRACK:
		if n.rack != 1 {
			return bad("Needs Exactly One RAck") // RFC 3262, 7.2
		}
	}
	if n.replaces > 0 && req.Method != sip.INVITE {
		return bad("Replaces in Another Method Than INVITE") // RFC 3891, 3
	}
	return nil
}

func dialable(u *sip.Uri) bool {
	return !u.Wildcard && (u.Scheme == "sip" || u.Scheme == "sips" || u.Scheme == "tel")
}

// plainURI says whether a parsed SIP URI has a host and nothing in it that a URI must escape (RFC 3261, 25.1). Bytes
// beyond ASCII are let pass: they occur, and harm nobody.
func plainURI(u *sip.Uri) bool {
	if u.Host == "" || u.Port < 0 || u.Port > 65535 {
		return false
	}
	return plain(u.User) && plain(u.Host) && plain(u.Password) && plainParams(u.UriParams)
}

func plainParams(p sip.HeaderParams) bool {
	for _, kv := range p {
		if !plain(kv.K) || !plain(kv.V) {
			return false
		}
	}
	return true
}

func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' {
			return false
		}
	}
	return true
}

// tags collects the comma-separated words of all fields of that name.
func tags(m interface{ Headers() []sip.Header }, name string) (list []string) {
	for _, h := range m.Headers() {
		if !strings.EqualFold(h.Name(), name) {
			continue
		}
		list = slices.AppendSeq(list, field.List(h.Value()))
	}
	return list
}
