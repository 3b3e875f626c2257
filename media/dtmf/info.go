package dtmf

import (
	"errors"
	"fmt"
	"mime"
	"strconv"
	"strings"
	"time"
)

// The bodies of SIP INFO that carry a key. Both come from use, not from a standard (RFC 6086 names them as legacy).
const (
	relayType = "application/dtmf-relay" // "Signal=5\r\nDuration=160\r\n"
	plainType = "application/dtmf"       // the key alone
)

// usual is the duration of a key whose body states none.
const usual = 100 * time.Millisecond

// ErrNotInfo says that the INFO does not carry a key.
var ErrNotInfo = errors.New("not a key in SIP INFO")

// ParseInfo reads a key from the body of a SIP INFO of the type application/dtmf-relay or application/dtmf. It takes
// what is met with in use: any letter case, blanks and quotes, line ends of all kinds, lines unknown to it, 10 and 11
// for * and #, and a missing duration, which is 100 ms. Durations are held between Shortest and Longest. The error is
// ErrNotInfo.
func ParseInfo(contentType string, body []byte) (key byte, d time.Duration, err error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = strings.ToLower(strings.TrimSpace(strings.SplitN(contentType, ";", 2)[0]))
	}
	text := string(body[:min(len(body), 1024)])
	signal, length := "", ""
	switch kind {
	case plainType:
		signal = text
	case relayType:
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
			name, value, ok := cutField(line)
			switch {
			case ok && name == "signal" && signal == "":
				signal = value
			case ok && name == "duration" && length == "":
				length = value
			}
		}
	default:
		return 0, 0, fmt.Errorf("%w: its type is %q", ErrNotInfo, contentType)
	}
	key, ok := parseSignal(signal)
	if !ok {
		return 0, 0, fmt.Errorf("%w: its signal is %.20q", ErrNotInfo, signal)
	}
	d = usual
	if ms, err := strconv.ParseUint(strings.TrimSpace(length), 10, 32); err == nil {
		d = min(max(time.Duration(ms)*time.Millisecond, Shortest), Longest)
	}
	return key, d, nil
}

// cutField parts a line at "=" or ":" into a small-letter name and its value.
func cutField(line string) (name, value string, ok bool) {
	at := strings.IndexAny(line, "=:")
	if at < 0 {
		return "", "", false
	}
	return strings.ToLower(strings.TrimSpace(line[:at])), line[at+1:], true
}

// parseSignal reads a key or the number of its event, 0 to 15.
func parseSignal(s string) (byte, bool) {
	s = strings.Trim(s, " \t\r\n\"")
	if len(s) == 1 {
		event, ok := code(s[0])
		if !ok {
			return 0, false
		}
		return codes[event], true
	}
	if n, err := strconv.ParseUint(s, 10, 8); err == nil && n >= 10 && n < uint64(len(codes)) && len(s) == 2 {
		return codes[n], true
	}
	return 0, false
}

// Info is the body of a SIP INFO, and its type, that sends the key held for d. It is what ParseInfo reads.
func Info(key byte, d time.Duration) (contentType string, body []byte) {
	return relayType, fmt.Appendf(nil, "Signal=%c\r\nDuration=%d\r\n", key, d.Milliseconds())
}
