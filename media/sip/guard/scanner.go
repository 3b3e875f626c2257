package guard

import (
	"bytes"
	"strings"
)

// Scanners are parts of the User-Agent by which well-known SIP scanners give themselves away. Names that honest tools
// and telephones also bear are not among them.
var Scanners = []string{
	"friendly-scanner", "friendly-request", "sipvicious", "sip-scan", "sipcli/",
	"sundayddr", "pplsip", "sipscan", "svwar", "svcrack",
}

// Scanner says whether a message names a known scanner in its User-Agent.
func (g *Guard) Scanner(message []byte) bool {
	if g == nil {
		return false
	}
	agent := userAgent(message)
	if len(agent) == 0 {
		return false
	}
	var low [96]byte
	n := 0
	for _, c := range agent {
		if n == len(low) {
			break
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[n] = c
		n++
	}
	for _, m := range g.marks {
		if bytes.Contains(low[:n], m) {
			return true
		}
	}
	return false
}

// userAgent is the value of that header field, without building anything.
func userAgent(message []byte) []byte {
	const name = "user-agent"
	for rest := message; len(rest) > 0; {
		line, after, found := bytes.Cut(rest, crlf)
		if len(line) == 0 || !found {
			return nil // the body, or a piece of a message
		}
		if len(line) > len(name) && line[0]|0x20 == 'u' && bytes.EqualFold(line[:len(name)], []byte(name)) {
			if value := bytes.TrimLeft(line[len(name):], " \t"); len(value) > 0 && value[0] == ':' {
				return bytes.TrimSpace(value[1:])
			}
		}
		rest = after
	}
	return nil
}

var crlf = []byte("\r\n")

func lowered(list []string) [][]byte {
	out := make([][]byte, 0, len(list))
	for _, s := range list {
		if s != "" {
			out = append(out, []byte(strings.ToLower(s)))
		}
	}
	return out
}
