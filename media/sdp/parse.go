package sdp

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Limits on what a stranger may send. A description of a telephone call has a few hundred bytes and one stream.
const (
	maxSize    = 64 << 10
	maxStreams = 32
	maxFormats = 64
	maxCryptos = 16
)

// connection is a c= line.
type connection struct {
	addr netip.Addr
	set  bool
	bad  bool  // present, but not one unicast IP address: a stream that uses it cannot be accepted
	err  error // present, but not of the form of a c= line: a stream that uses it is malformed
}

// mapping is an rtpmap attribute: payload type to encoding.
type mapping struct {
	pt   int
	name string // encoding/clock[/channels], lower case
}

// stream is one m= section, reduced to what offer and answer look at. Its faults are its own: they matter when this is
// the stream that we would take, and only then.
type stream struct {
	err error // the first fault

	media, proto string
	port         int
	formats      []string
	conn         connection
	dir          Direction
	dirSet       bool
	maps         []mapping
	ptime        int
	maxptime     int
	rtcpPort     int
	rtcpAddr     netip.Addr
	cryptos      []Crypto
}

// description is a whole body.
type description struct {
	conn    connection
	dir     Direction
	ptime   int
	streams []stream
}

// parse reads a session description (RFC 8866). Lines and attributes that do not matter to us are passed over; what
// does not begin with v=0, has no stream, or another line than "x=value" before the first one is ErrMalformed. Faults
// within a stream are kept with it: a description is not lost for a fault in a stream that is not taken.
func parse(b []byte) (*description, error) {
	if len(b) > maxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, len(b))
	}
	d := &description{}
	var cur *stream
	for n := 0; len(b) > 0; n++ {
		var line []byte
		line, b, _ = bytes.Cut(b, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if n > 0 && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if len(line) < 2 || line[1] != '=' {
			err := fmt.Errorf("%w: line %d is not of the form x=value", ErrMalformed, n+1)
			if cur == nil {
				return nil, err
			}
			cur.fail(err)
			continue
		}
		value := string(bytes.TrimSpace(line[2:]))
		if n == 0 {
			if line[0] != 'v' || value != "0" {
				return nil, fmt.Errorf("%w: it does not begin with v=0", ErrMalformed)
			}
			continue
		}
		switch line[0] {
		case 'c':
			c := parseConnection(value)
			if cur == nil {
				d.conn = c
			} else if !cur.conn.set {
				cur.conn = c
			}
		case 'm':
			if len(d.streams) == maxStreams {
				return nil, fmt.Errorf("%w: more than %d streams", ErrMalformed, maxStreams)
			}
			d.streams = append(d.streams, parseStream(value))
			cur = &d.streams[len(d.streams)-1]
		case 'a':
			d.attribute(cur, value)
		}
	}
	if len(d.streams) == 0 {
		return nil, fmt.Errorf("%w: it has no m= line", ErrMalformed)
	}
	for i := range d.streams {
		s := &d.streams[i]
		if !s.conn.set {
			s.conn = d.conn
		}
		if !s.dirSet {
			s.dir = d.dir
		}
		if s.ptime == 0 {
			s.ptime = d.ptime
		}
	}
	return d, nil
}

// parseConnection reads "IN IP4 192.0.2.1". Host names, multicast groups and other networks are well formed but of no
// use to us.
func parseConnection(v string) connection {
	c := connection{set: true}
	f := strings.Fields(v)
	if len(f) != 3 {
		c.err = fmt.Errorf("%w: c=%.64q", ErrMalformed, v)
		return c
	}
	a, err := netip.ParseAddr(f[2])
	if err != nil || f[0] != "IN" || a.Zone() != "" || a.IsMulticast() {
		c.bad = true
		return c
	}
	c.addr = a.Unmap()
	return c
}

// parseStream reads "audio 49170[/2] RTP/AVP 0 8 101". What cannot be read keeps its place in the list. A stream that
// is refused with port 0 may lack its formats, as some write it.
func parseStream(v string) (s stream) {
	f := strings.Fields(v)
	if len(f) < 3 {
		s.media, s.err = strings.Join(f[:min(len(f), 1)], ""), fmt.Errorf("%w: m=%.64q", ErrMalformed, v)
		return s
	}
	s.media, s.proto, s.formats = f[0], f[2], f[3:min(len(f), 3+maxFormats)]
	port, _, _ := strings.Cut(f[1], "/")
	p, err := strconv.ParseUint(port, 10, 16)
	s.port = int(p)
	switch {
	case err != nil:
		s.fail(fmt.Errorf("%w: port %.16q", ErrMalformed, f[1]))
	case p != 0 && (len(f) == 3 || len(f)-3 > maxFormats):
		s.fail(fmt.Errorf("%w: m=%.64q", ErrMalformed, v))
	}
	return s
}

// fail notes a fault of the stream.
func (s *stream) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// attribute keeps an a= line that matters; s is nil at session level.
func (d *description) attribute(s *stream, v string) {
	key, value, _ := strings.Cut(v, ":")
	value = strings.TrimSpace(value)
	if dir, ok := parseDirection(key); ok {
		if s == nil {
			d.dir = dir
		} else {
			s.dir, s.dirSet = dir, true
		}
		return
	}
	switch key {
	case "ptime":
		if s == nil {
			d.ptime = milliseconds(value)
		} else {
			s.ptime = milliseconds(value)
		}
	}
	if s == nil {
		return
	}
	switch key {
	case "maxptime":
		s.maxptime = milliseconds(value)
	case "rtpmap":
		pt, name, ok := strings.Cut(value, " ")
		n, err := strconv.ParseUint(pt, 10, 7)
		if !ok || err != nil {
			s.fail(fmt.Errorf("%w: a=rtpmap:%.64q", ErrMalformed, value))
			return
		}
		if len(s.maps) < maxFormats {
			s.maps = append(s.maps, mapping{pt: int(n), name: strings.ToLower(strings.TrimSpace(name))})
		}
	case "rtcp": // RFC 3605: port [nettype addrtype address]
		f := strings.Fields(value)
		if len(f) == 0 {
			return
		}
		p, err := strconv.ParseUint(f[0], 10, 16)
		if err != nil {
			return
		}
		s.rtcpPort = int(p)
		if len(f) == 4 && f[1] == "IN" {
			if a, err := netip.ParseAddr(f[3]); err == nil && a.Zone() == "" && !a.IsMulticast() {
				s.rtcpAddr = a.Unmap()
			}
		}
	case "crypto":
		if c, ok := parseCrypto(value); ok && len(s.cryptos) < maxCryptos {
			s.cryptos = append(s.cryptos, c)
		}
	}
}

func parseDirection(v string) (Direction, bool) {
	switch v {
	case "sendrecv":
		return SendRecv, true
	case "sendonly":
		return SendOnly, true
	case "recvonly":
		return RecvOnly, true
	case "inactive":
		return Inactive, true
	}
	return 0, false
}

// milliseconds reads a packet time; some senders write "20.0". What makes no sense counts as not said.
func milliseconds(v string) int {
	v, _, _ = strings.Cut(v, ".")
	n, err := strconv.ParseUint(v, 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

// carries reports whether payload type pt of the stream is the encoding name ("pcma/8000"). A type without an rtpmap is
// what RFC 3551 says; one that says something else wins.
func (s *stream) carries(pt int, name string) bool {
	said := s.mapped(pt)
	return said == "" || said == name || said == name+"/1"
}

// eventRate is the clock in Hz of a payload type that carries telephone events, 0 if it does not.
func (s *stream) eventRate(pt int) int {
	clock, ok := strings.CutPrefix(s.mapped(pt), "telephone-event/")
	if !ok {
		return 0
	}
	rate, err := strconv.ParseUint(strings.TrimSuffix(clock, "/1"), 10, 32)
	if err != nil || rate < 8000 || rate > 192000 {
		return 0
	}
	return int(rate)
}

// mapped is what an rtpmap says of a payload type: encoding/clock[/channels] in lower case.
func (s *stream) mapped(pt int) string {
	for _, m := range s.maps {
		if m.pt == pt {
			return m.name
		}
	}
	return ""
}
