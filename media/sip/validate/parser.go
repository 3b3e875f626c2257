package validate

import (
	"github.com/emiago/sipgo/sip"
)

// compact names (RFC 3261, 7.3.3 and the RFCs of the extensions) of fields that the parser keeps as text.
var compact = map[string]string{
	"a": "Accept-Contact", "d": "Request-Disposition", "e": "Content-Encoding", "j": "Reject-Contact", "k": "Supported",
	"n": "Identity-Info", "o": "Event", "s": "Subject", "u": "Allow-Events", "x": "Session-Expires", "y": "Identity",
}

// NewParser gives a parser for sipgo.WithUserAgentParser. Fields with a structure of their own are read here, by the
// grammar of RFC 3261, and not by what sip.NewParser has: white space may stand around slashes, colons and semicolons,
// and commas within quotes separate nothing. A malformed field does not make it refuse the message: the field is kept
// as text, under its full name, and Rules.Request answers it. Compact names become full ones.
func NewParser() *sip.Parser {
	m := parsers()
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
