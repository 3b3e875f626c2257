package validate

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
)

// comma is how the layer below says that more values follow in the same field: an error that is the number of bytes
// before the comma. Its type is not exported, so that a specimen stands for it.
var comma = func() reflect.Type {
	_, err := sip.DefaultHeadersParser()["route"](nil, "<sip:a@b>,<sip:c@d>")
	return reflect.TypeOf(err)
}()

func moreAfter(n int) error { return reflect.ValueOf(n).Convert(comma).Interface().(error) }

// values makes a parser of a field with several values, of which one reads each.
func values(name string, one func(text string) sip.Header) sip.HeaderParser {
	return func(_ []byte, text string) (sip.Header, error) {
		if crowded(text) {
			return sip.NewHeader(name, text), nil
		}
		value, _, size, more := field.Cut(text, ',')
		h := one(value)
		if h == nil {
			return sip.NewHeader(name, text), nil
		}
		if more {
			return h, moreAfter(size)
		}
		return h, nil
	}
}

// single makes a parser of a field with one value.
func single(name string, one func(text string) sip.Header) sip.HeaderParser {
	return func(_ []byte, text string) (sip.Header, error) {
		if !crowded(text) {
			if h := one(text); h != nil {
				return h, nil
			}
		}
		return sip.NewHeader(name, text), nil
	}
}

func crowded(text string) bool {
	return strings.Count(text, ";") > maxParams || strings.Count(text, ",") > maxValues
}

// parsers are those of the fields that have a structure of their own, by every name they go by.
func parsers() map[string]sip.HeaderParser {
	m := map[string]sip.HeaderParser{
		"from": single("From", func(s string) sip.Header {
			h := &sip.FromHeader{}
			return orNil(h, address(s, &h.DisplayName, &h.Address, &h.Params) && !h.Address.Wildcard)
		}),
		"to": single("To", func(s string) sip.Header {
			h := &sip.ToHeader{}
			return orNil(h, address(s, &h.DisplayName, &h.Address, &h.Params) && !h.Address.Wildcard)
		}),
		"contact": values("Contact", func(s string) sip.Header {
			h := &sip.ContactHeader{}
			return orNil(h, address(s, &h.DisplayName, &h.Address, &h.Params))
		}),
		"referred-by": single("Referred-By", func(s string) sip.Header {
			h := &sip.ReferredByHeader{}
			return orNil(h, address(s, &h.DisplayName, &h.Address, &h.Params) && !h.Address.Wildcard)
		}),
		"route": values("Route", func(s string) sip.Header {
			h := &sip.RouteHeader{}
			return orNil(h, address(s, nil, &h.Address, nil) && !h.Address.Wildcard)
		}),
		"record-route": values("Record-Route", func(s string) sip.Header {
			h := &sip.RecordRouteHeader{}
			return orNil(h, address(s, nil, &h.Address, nil) && !h.Address.Wildcard)
		}),
		"refer-to": single("Refer-To", func(s string) sip.Header {
			h := &sip.ReferToHeader{}
			return orNil(h, address(s, nil, &h.Address, nil) && !h.Address.Wildcard)
		}),
		"via":            values("Via", via),
		"cseq":           single("CSeq", cseq),
		"content-type":   single("Content-Type", contentType),
		"call-id":        lenient("Call-ID"),
		"max-forwards":   lenient("Max-Forwards"),
		"content-length": lenient("Content-Length"),
	}
	for short, name := range map[string]string{"c": "content-type", "f": "from", "t": "to", "m": "contact",
		"i": "call-id", "v": "via",
		"l": "content-length", "r": "refer-to", "b": "referred-by"} {
		m[short] = m[name]
	}
	return m
}

func orNil(h sip.Header, ok bool) sip.Header {
	if ok {
		return h
	}
	return nil
}

// lenient is the parser of the layer below; what it refuses is kept as text.
func lenient(name string) sip.HeaderParser {
	parse := sip.DefaultHeadersParser()[sip.HeaderToLower(name)]
	return single(name, func(text string) (h sip.Header) {
		// That parser is not ours: should it ever fail on a stranger's text, the text is malformed, and that is all.
		defer func() {
			if recover() != nil {
				h = nil
			}
		}()
		h, err := parse(nil, text)
		return orNil(h, err == nil)
	})
}

// Address reads one name-addr or addr-spec with its parameters (RFC 3261, 20.10): `"A. Bell" <sip:a@b>;tag=1`. It is
// false for what is none.
func Address(text string) (display string, uri sip.Uri, params sip.HeaderParams, ok bool) {
	ok = address(text, &display, &uri, &params)
	return
}

// address reads into what is not nil.
func address(text string, display *string, uri *sip.Uri, params *sip.HeaderParams) bool {
	name, inside, rest, ok := addressParts(strings.TrimSpace(text))
	if !ok || !addressURI(inside, uri, rest.bracketed) {
		return false
	}
	if display != nil {
		*display = name
	}
	if params == nil {
		return true
	}
	*params, ok = headerParams(rest.params)
	return ok
}

// after is what follows the URI of an address.
type after struct {
	params    string
	bracketed bool
}

// addressParts takes an address apart: its display name without quotes, but with its backslashes, its URI and the rest.
func addressParts(s string) (name, uri string, rest after, ok bool) {
	at := 0
	if strings.HasPrefix(s, `"`) {
		if at = closing(s); at < 0 {
			return "", "", rest, false
		}
		name = s[1:at]
		at++
		if s = strings.TrimLeft(s[at:], " \t"); !strings.HasPrefix(s, "<") {
			return "", "", rest, false
		}
	} else if open := strings.IndexByte(s, '<'); open < 0 || strings.IndexByte(s[:open], ';') >= 0 {
		uri, rest.params, _ = strings.Cut(s, ";")
		return "", strings.TrimSpace(uri), rest, strings.IndexByte(uri, '"') < 0
	} else {
		name, s = strings.TrimSpace(s[:open]), s[open:]
		if strings.IndexByte(name, '"') >= 0 {
			return "", "", rest, false
		}
	}
	end := strings.IndexByte(s, '>')
	if end < 0 {
		return "", "", rest, false
	}
	uri, s = s[1:end], strings.TrimLeft(s[end+1:], " \t")
	if s != "" && s[0] != ';' {
		return "", "", rest, false
	}
	return name, uri, after{strings.TrimPrefix(s, ";"), true}, true
}

// closing is where the quoted string at the beginning of s ends, −1 if it does not.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// addressURI reads the URI of an address. Of schemes that are not SIP's only the name is looked at (RFC 4475, 3.3.4).
func addressURI(text string, u *sip.Uri, bracketed bool) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if text == "" || sip.ParseUri(text, u) != nil {
		return false
	}
	if u.Wildcard {
		return text == "*"
	}
	if !scheme(u.Scheme) {
		return false
	}
	if u.Scheme != "sip" && u.Scheme != "sips" {
		return true
	}
	if !bracketed && len(u.Headers) > 0 {
		return false // without <> a question mark may not occur: RFC 3261, 20.10
	}
	lowered(u.UriParams)
	return plainURI(u)
}

// headerParams reads parameters. The names that this server asks for are in lower case then (7.3.1); a quoted value
// keeps its quotes, unless there are blanks in it: the layer below writes those with quotes of its own. What tells
// messages apart must be right, and every quoted string must end; what else is odd concerns nobody here.
func headerParams(text string) (sip.HeaderParams, bool) {
	var p sip.HeaderParams
	for one := range field.Split(text, ';') {
		name, value, _, has := field.Cut(one, '=')
		switch quoted := strings.HasPrefix(value, `"`); {
		case name == "":
			return nil, false
		case quoted && closing(value) != len(value)-1:
			return nil, false
		case quoted && strings.ContainsAny(value, " \t"):
			value = value[1 : len(value)-1]
		case !quoted && strings.IndexByte(value, '"') >= 0:
			return nil, false
		case telling(name) && (!has || !field.Token(value)):
			return nil, false
		}
		p = append(p, sip.HeaderKV{K: name, V: value})
	}
	lowered(p)
	return p, true
}

// telling parameters say which transaction or dialog a message belongs to.
func telling(name string) bool {
	return strings.EqualFold(name, "branch") || strings.EqualFold(name, "tag")
}

// lowered writes names of parameters in lower case that the server asks for.
func lowered(p sip.HeaderParams) {
	for i := range p {
		switch k := sip.ASCIIToLower(p[i].K); k {
		case "tag", "branch", "rport", "received", "expires", "q", "transport", "lr", "maddr", "user", "ob":
			p[i].K = k
		}
	}
}

// via reads one value of Via (RFC 3261, 20.42): SIP / 2.0 / UDP host : port ;params, white space wherever that may be.
func via(text string) sip.Header {
	head, rest, _, _ := field.Cut(text, ';')
	h := &sip.ViaHeader{}
	var ok bool
	var s string
	if h.ProtocolName, s, ok = strings.Cut(head, "/"); !ok {
		return nil
	}
	if h.ProtocolVersion, s, ok = strings.Cut(s, "/"); !ok {
		return nil
	}
	s = strings.TrimLeft(s, " \t")
	at := strings.IndexAny(s, " \t")
	if at < 0 {
		return nil
	}
	h.ProtocolName, h.ProtocolVersion = strings.TrimSpace(h.ProtocolName), strings.TrimSpace(h.ProtocolVersion)
	h.Transport = s[:at]
	if !field.Token(h.ProtocolName) || !field.Token(h.ProtocolVersion) || !field.Token(h.Transport) {
		return nil
	}
	if h.Host, h.Port, ok = hostPort(strings.TrimSpace(s[at:])); !ok {
		return nil
	}
	if h.Params, ok = headerParams(rest); !ok {
		return nil
	}
	return h
}

// hostPort reads `host : port`; an IPv6 host comes without its brackets, as the layer below keeps it.
func hostPort(s string) (host string, port int, ok bool) {
	rest := ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return "", 0, false
		}
		host, rest = s[1:end], strings.TrimSpace(s[end+1:])
	} else {
		var has bool
		host, rest, has = strings.Cut(s, ":")
		if host = strings.TrimSpace(host); has {
			rest = ":" + rest
		}
	}
	if host == "" || !plain(host) {
		return "", 0, false
	}
	if rest == "" {
		return host, 0, true
	}
	digits := strings.TrimSpace(strings.TrimPrefix(rest, ":"))
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || rest[0] != ':' || n == 0 {
		return "", 0, false
	}
	return host, int(n), true
}

// cseq reads a number and a method with any white space between (20.16); the number is less than 2³¹ (8.1.1.5).
func cseq(text string) sip.Header {
	f := strings.Fields(text)
	if len(f) != 2 {
		return nil
	}
	n, err := strconv.ParseUint(f[0], 10, 31)
	if err != nil {
		return nil
	}
	return &sip.CSeqHeader{SeqNo: uint32(n), MethodName: sip.RequestMethod(f[1])}
}

// contentType takes the white space out that may stand around the slash and the semicolons (20.15).
func contentType(text string) sip.Header {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	h := sip.ContentTypeHeader(text)
	head, rest := field.Value(text)
	major, minor, ok := strings.Cut(head, "/")
	if major, minor = strings.TrimSpace(major), strings.TrimSpace(minor); !ok || !field.Token(major) ||
		!field.Token(minor) {
		return &h // what it is worth, its reader says
	}
	tidy := major + "/" + minor
	for one := range field.Split(string(rest), ';') {
		name, value, _, _ := field.Cut(one, '=')
		tidy += ";" + name + "=" + value
	}
	h = sip.ContentTypeHeader(tidy)
	return &h
}
