package guard

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Scanners are parts of the User-Agent by which well-known SIP scanners give themselves away. Names that honest tools
// and telephones also bear are not among them.
var Scanners = []string{
	"friendly-scanner", "friendly-request", "sipvicious", "sip-scan", "sipcli/", "sundayddr", "pplsip", "sipscan", "svwar", "svcrack",
}

// ErrBanned ends a stream connection whose source is not heard.
var ErrBanned = errors.New("the source is denied, banned or too fast")

// Filter is a sip.TransportReadFilter: give it to sip.WithTransportLayerReadFilter. It sees raw bytes before the parser
// does. A datagram that may not pass vanishes; a stream that may not pass is closed. A datagram that names a scanner
// counts as a Scan.
func (g *Guard) Filter(info sip.TransportReadProps, data []byte) ([]byte, error) {
	src := addrPort(info.RemoteAddr)
	_, datagram := info.RemoteAddr.(*net.UDPAddr)
	if g.Allow(src, Packet) != Pass {
		return nil, refusal(datagram)
	}
	if g == nil || !g.Scanner(data) {
		return data, nil
	}
	if g.allow.Load().Contains(src.Addr()) {
		return data, nil
	}
	g.Report(src, Scan)
	return nil, refusal(datagram)
}

// refusal ends a stream; an error would end the listener of datagrams, so they get none.
func refusal(datagram bool) error {
	if datagram {
		return nil
	}
	return ErrBanned
}

// Scanner says whether a message names a known scanner in its User-Agent.
func (g *Guard) Scanner(message []byte) bool {
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

// addrPort takes the address out of what the transport knows.
func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.AddrPort()
	case *net.TCPAddr:
		return a.AddrPort()
	case nil:
		return netip.AddrPort{}
	}
	p, _ := netip.ParseAddrPort(a.String())
	return p
}
