package validate

import (
	"bytes"
	"hash/fnv"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Refusal is what to do with a datagram that the parser would refuse without a word.
type Refusal struct {
	Status int    // 0: say nothing
	Why    string // for the log
	Answer []byte // a whole SIP response to send back, nil if nothing may be said
	port   uint16 // where the sender wants answers, 0: where the datagram came from
}

// To is where Answer goes, by the source of the datagram: always to the address it came from, whatever its Via says; to
// the port it came from if the sender asked so (rport, RFC 3581), else to the port in its Via (RFC 3261, 18.2.2).
func (r *Refusal) To(src netip.AddrPort) netip.AddrPort {
	if r.port != 0 {
		return netip.AddrPortFrom(src.Addr(), r.port)
	}
	return src
}

// Datagram looks at the raw bytes of one datagram, or of one WebSocket message, and says what the parser would refuse:
// a start line out of shape, lines that do not end, header lines without a colon, a body shorter than announced. It
// returns nil for what can be parsed, and for keep-alives. It builds nothing for a good datagram.
//
// A request that names a sender (a Via) is answered, everything else vanishes. The answer repeats little more than
// was sent, so that it amplifies no attack.
func Datagram(data []byte) *Refusal {
	if len(bytes.Trim(data, "\r\n\x00")) == 0 {
		return nil
	}
	line, rest, ok := bytes.Cut(data, crlf)
	if !ok {
		return &Refusal{Why: "no line end"}
	}
	kind, status, why := startLine(line)
	if bytes.IndexByte(line, '\r') >= 0 {
		status, why = sip.StatusBadRequest, "Line Without CRLF"
	}
	if len(data) > MaxMessage {
		status, why = sip.StatusMessageTooLarge, "Message Too Large"
	}
	if why == "" {
		status, why = sip.StatusBadRequest, headerLines(rest)
	}
	switch {
	case why == "":
		return nil
	case kind != request:
		return &Refusal{Why: why}
	}
	return refuse(line, rest, status, why)
}

type startKind uint8

const (
	nothing startKind = iota
	request
	response
)

// startLine tells requests from responses, as generously as the parser does, and what is wrong with one of them.
func startLine(line []byte) (k startKind, status int, why string) {
	if len(line) >= 4 && bytes.EqualFold(line[:4], []byte("SIP/")) {
		_, after, ok := bytes.Cut(line, []byte(" "))
		code, reason, ok2 := bytes.Cut(after, []byte(" "))
		n, err := strconv.Atoi(string(code))
		if !ok || !ok2 || err != nil || len(code) != 3 || n < 100 || n > 699 {
			return response, 0, "a status line out of shape"
		}
		if len(reason) >= 3 && bytes.IndexByte(reason, ' ') < 0 && sip.UriIsSIP(string(reason[:3])) {
			return response, 0, "a reason that the parser takes for a version"
		}
		return response, 0, ""
	}
	// The last word is the version; what stands before is a method and an address, one blank between each.
	trimmed := bytes.TrimRight(line, " \t")
	at := bytes.LastIndexAny(trimmed, " \t")
	if at < 0 || at+4 > len(trimmed) || !bytes.EqualFold(trimmed[at+1:min(at+5, len(trimmed))], []byte("SIP/")) {
		return nothing, 0, "no SIP message"
	}
	method, uri, ok := bytes.Cut(line, []byte(" "))
	uri, v, ok2 := bytes.Cut(uri, []byte(" "))
	if !ok || !ok2 || len(method) == 0 || bytes.IndexByte(v, ' ') >= 0 || len(v) < 4 || v[0] != 'S' && v[0] != 's' {
		return request, sip.StatusBadRequest, "Blanks in the Request Line"
	}
	if s := string(v[:3]); !sip.UriIsSIP(s) {
		return request, sip.StatusBadRequest, "Malformed Version"
	}
	if len(uri) > maxURI {
		return request, sip.StatusRequestURITooLong, "Request-URI Too Long"
	}
	if !parses(uri) {
		// The parser knows schemes of letters only; there are others, none of them a telephone's (RFC 4475, 3.3.3).
		if name, _, ok := bytes.Cut(uri, []byte(":")); ok && scheme(string(name)) && !sipScheme(name) {
			return request, statusUnsupportedScheme, "Unsupported URI Scheme"
		}
		return request, sip.StatusBadRequest, "Malformed Request-URI"
	}
	return request, 0, ""
}

func sipScheme(name []byte) bool {
	return bytes.EqualFold(name, []byte("sip")) || bytes.EqualFold(name, []byte("sips"))
}

// parses says whether the parser takes that for an address.
func parses(uri []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if len(uri) == 0 || bytes.IndexByte(uri, '<') == 0 {
		return false
	}
	var u sip.Uri
	return sip.ParseUri(string(uri), &u) == nil && !u.Wildcard && scheme(u.Scheme)
}

var crlf = []byte("\r\n")

// headerLines checks the lines after the start line down to the empty one, and that the body is all there.
func headerLines(rest []byte) (why string) {
	announced := -1
	var length []byte // the value of Content-Length while it may still be continued; the last such field counts
	open := false
	for n := 0; ; n++ {
		i := bytes.IndexByte(rest, '\r')
		switch {
		case i < 0:
			return "Header Fields Do Not End"
		case i+1 >= len(rest) || rest[i+1] != '\n':
			return "Line Without CRLF"
		case n > maxFields:
			return "Too Many Header Fields"
		}
		line := rest[:i]
		rest = rest[i+2:]
		folded := len(line) > 0 && (line[0] == ' ' || line[0] == '\t')
		if open {
			if folded {
				if len(length) < 32 { // longer than any number; the rest changes nothing
					length = bytes.TrimSpace(append(append(bytes.Clone(length), ' '), bytes.TrimSpace(line)...))
				}
				continue
			}
			// A length that is no number is the parsed message's fault, not the datagram's.
			if n, err := strconv.ParseUint(string(length), 10, 32); err == nil {
				announced = int(n)
			}
			open = false
		}
		switch {
		case len(line) == 0:
			if announced > len(rest) {
				return "Body Shorter Than Content-Length"
			}
			return ""
		case folded:
			if n == 0 {
				return "Continuation of No Header Field"
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return "Header Field Without a Colon"
		}
		if c := line[0] | 0x20; c == 'l' || c == 'c' {
			name = bytes.TrimSpace(name)
			if len(name) == 1 && c == 'l' || bytes.EqualFold(name, []byte("content-length")) {
				length, open = bytes.TrimSpace(value), true
			}
		}
	}
}

// Refuse makes the answer to a request that is not given to the parser at all, whatever is right or wrong with it. more
// are further header lines of the answer, without their ends. The answer is nil if none may be given.
func Refuse(data []byte, status int, why string, more ...string) *Refusal {
	line, rest, _ := bytes.Cut(data, crlf)
	return refuse(line, rest, status, why, more...)
}

// refuse builds the answer out of what can be read of the request.
func refuse(line, rest []byte, status int, why string, more ...string) *Refusal {
	r := &Refusal{Status: status, Why: why}
	if m, _, _ := bytes.Cut(line, []byte(" ")); string(m) == "ACK" {
		r.Status = 0
		return r
	}
	var via, from, to, callID, cseq []byte
	var vias int
	out := make([]byte, 0, len(line)+len(rest)/2+160)
	out = strconv.AppendInt(append(out, "SIP/2.0 "...), int64(status), 10)
	out = append(append(append(out, ' '), why...), crlf...)
	EachField(rest, func(name string, value []byte) {
		switch name {
		case "via", "v":
			if vias++; vias == 1 {
				via = value
			}
			if vias <= 70 {
				out = fieldTo(out, "Via", value)
			}
		case "from", "f":
			from = first(from, value)
		case "to", "t":
			to = first(to, value)
		case "call-id", "i":
			callID = first(callID, value)
		case "cseq":
			cseq = first(cseq, value)
		}
	})
	port, ok := answerPort(via)
	if !ok {
		r.Status = 0
		return r
	}
	r.port = port
	if from != nil {
		out = fieldTo(out, "From", from)
	}
	if to != nil {
		out = fieldTo(out, "To", to)
		if !bytes.Contains(bytes.ToLower(to), []byte("tag")) {
			h := fnv.New64a()
			h.Write(via)
			h.Write(callID)
			out = append(out[:len(out)-2], ";tag="...)
			out = append(strconv.AppendUint(out, h.Sum64(), 36), crlf...)
		}
	}
	if callID != nil {
		out = fieldTo(out, "Call-ID", callID)
	}
	if cseq != nil {
		out = fieldTo(out, "CSeq", cseq)
	}
	for _, m := range more {
		out = append(append(out, m...), crlf...)
	}
	r.Answer = append(out, "Content-Length: 0\r\n\r\n"...)
	return r
}

// EachField visits the header fields of possibly broken lines, names lower case, continued lines joined.
func EachField(rest []byte, f func(name string, value []byte)) {
	for n := 0; n <= maxFields; n++ {
		line, after, ok := bytes.Cut(rest, crlf)
		if !ok || len(line) == 0 {
			return
		}
		rest = after
		line = line[:len(line):len(line)] // what follows is appended to a copy
		for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
			more, after, ok := bytes.Cut(rest, crlf)
			if !ok {
				break
			}
			line = append(append(bytes.TrimSpace(line), ' '), bytes.TrimSpace(more)...)
			rest = after
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if value = bytes.TrimSpace(value); ok && len(value) > 0 && bytes.IndexByte(value, '\r') < 0 &&
			bytes.IndexByte(value, '\n') < 0 {
			f(strings.ToLower(string(bytes.TrimSpace(name))), value)
		}
	}
}

func fieldTo(out []byte, name string, value []byte) []byte {
	return append(append(append(append(out, name...), ": "...), value...), crlf...)
}

func first(have, value []byte) []byte {
	if have != nil {
		return have
	}
	return value
}

// answerPort reads of a Via where its sender listens: 0 for where the datagram came from. It is false if the text is no
// Via that an answer could follow.
func answerPort(via []byte) (port uint16, ok bool) {
	if via == nil {
		return 0, false
	}
	h, _ := viaParser(nil, string(via))
	v, isVia := h.(*sip.ViaHeader)
	if !isVia {
		return 0, false
	}
	if _, asked := v.Params.Get("rport"); asked {
		return 0, true
	}
	if v.Port == 0 {
		return sip5060, true
	}
	return uint16(v.Port), true
}

const (
	sip5060 = 5060
	maxURI  = 4096 // bytes of a Request-URI that are parsed
)

var viaParser = values("Via", via)
