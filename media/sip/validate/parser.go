package validate

import (
	"strings"

	"github.com/emiago/sipgo/sip"
)

// compact names (RFC 3261, 7.3.3 and the RFCs of the extensions) of fields that the parser keeps as text.
var compact = map[string]string{
	"a": "Accept-Contact", "d": "Request-Disposition", "e": "Content-Encoding", "j": "Reject-Contact", "k": "Supported",
	"n": "Identity-Info", "o": "Event", "s": "Subject", "u": "Allow-Events", "x": "Session-Expires", "y": "Identity",
}

// full names of the fields that the parser takes apart, by the names under which it does.
var full = map[string]string{
	"c": "Content-Type", "content-type": "Content-Type", "f": "From", "from": "From", "t": "To", "to": "To",
	"m": "Contact", "contact": "Contact", "i": "Call-ID", "call-id": "Call-ID", "cseq": "CSeq", "v": "Via", "via": "Via",
	"max-forwards": "Max-Forwards", "l": "Content-Length", "content-length": "Content-Length", "route": "Route",
	"record-route": "Record-Route", "refer-to": "Refer-To", "r": "Refer-To", "referred-by": "Referred-By", "b": "Referred-By",
}

// NewParser gives a parser for sipgo.WithUserAgentParser. Beside what sip.NewParser does, a malformed header field does
// not make it refuse the message: the field is kept as text, under its full name, and Rules.Request answers it. Compact
// names become full ones. Blanks that RFC 3261 allows around the parts of a field are gone from parameters, so that
// a tag is found however it was written.
func NewParser() *sip.Parser {
	parsers := sip.DefaultHeadersParser()
	m := make(map[string]sip.HeaderParser, len(parsers)+len(compact)+2)
	for name, parse := range parsers {
		m[name] = lenient(full[name], parse)
	}
	m["r"], m["b"] = m["refer-to"], m["referred-by"]
	for short, name := range compact {
		m[short] = func(_ []byte, text string) (sip.Header, error) { return sip.NewHeader(name, text), nil }
	}
	p := sip.NewParser(sip.WithHeadersParsers(m))
	p.MaxMessageLength = MaxMessage
	return p
}

const (
	// MaxMessage is the longest message taken, in bytes. The work of the parser grows with the square of the parameters
	// in a field, and nothing that a telephone says is longer.
	MaxMessage = 16 << 10
	// maxValues and maxParams bound the values and the parameters of one field.
	maxValues = 128
	maxParams = 128
)

// comma is how the parser says that more values follow in the same field. Its type is not exported.
const comma = "comma detected"

func lenient(name string, parse sip.HeaderParser) sip.HeaderParser {
	return func(lower []byte, text string) (h sip.Header, err error) {
		// The parser under us is not ours: should it ever fail on a stranger's text, the text is malformed, and that is all.
		defer func() {
			if recover() != nil {
				h, err = sip.NewHeader(name, text), nil
			}
		}()
		if strings.Count(text, ";") > maxParams || strings.Count(text, ",") > maxValues {
			return sip.NewHeader(name, text), nil
		}
		h, err = parse(lower, text)
		if err != nil && err.Error() != comma {
			return sip.NewHeader(name, text), nil
		}
		if !tidy(h, text) {
			h = sip.NewHeader(name, text)
		}
		return h, err
	}
}

// tidy takes blanks away and says whether what remains is well-formed.
func tidy(h sip.Header, text string) bool {
	switch h := h.(type) {
	case *sip.FromHeader:
		return tidyAddress(&h.Address, h.Params, text)
	case *sip.ToHeader:
		return tidyAddress(&h.Address, h.Params, text)
	case *sip.ContactHeader:
		return h.Address.Wildcard || tidyAddress(&h.Address, h.Params, text)
	case *sip.ReferToHeader:
		return tidyAddress(&h.Address, nil, text)
	case *sip.RouteHeader:
		return tidyAddress(&h.Address, nil, text)
	case *sip.RecordRouteHeader:
		return tidyAddress(&h.Address, nil, text)
	case *sip.ViaHeader:
		tidyParams(h.Params)
	case *sip.CSeqHeader:
		h.MethodName = sip.RequestMethod(strings.TrimSpace(string(h.MethodName)))
	}
	return true
}

func tidyAddress(u *sip.Uri, params sip.HeaderParams, text string) bool {
	tidyParams(params)
	if !scheme(u.Scheme) {
		return false
	}
	if u.Scheme != "sip" && u.Scheme != "sips" {
		return true // opaque to us: RFC 4475, 3.3.4
	}
	if strings.IndexByte(text, '<') < 0 {
		u.Host = strings.TrimSpace(u.Host)
		if len(u.Headers) > 0 {
			return false // without <> a question mark may not occur: RFC 3261, 20.10
		}
	}
	return plainURI(u)
}

func tidyParams(p sip.HeaderParams) {
	for i := range p {
		kv := &p[i]
		if blank(kv.K) {
			kv.K = strings.TrimSpace(kv.K)
		}
		if blank(kv.V) {
			kv.V = strings.TrimSpace(kv.V)
		}
		switch { // the names that this server asks for; names are case-insensitive (RFC 3261, 7.3.1)
		case strings.EqualFold(kv.K, "tag"):
			kv.K = "tag"
		case strings.EqualFold(kv.K, "branch"):
			kv.K = "branch"
		case strings.EqualFold(kv.K, "rport"):
			kv.K = "rport"
		case strings.EqualFold(kv.K, "expires"):
			kv.K = "expires"
		}
	}
}

func blank(s string) bool {
	return s != "" && (s[0] <= ' ' || s[len(s)-1] <= ' ')
}

func scheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if 'a' <= c && c <= 'z' || i > 0 && ('0' <= s[i] && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.') {
			continue
		}
		return false
	}
	return s != ""
}
