package sdp

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rexian/media/audio"
)

// eventType is the payload type that we offer for telephone events (RFC 4733). Everyone uses this one.
const eventType = 101

// Local is our side of one call's description. It is not safe for use by several goroutines at once.
type Local struct {
	Addr    netip.AddrPort // where we receive RTP; RTCP is one port above
	Session uint64         // session id of the o= line; the same for the whole call
	Version uint64         // version of the o= line; grows by one whenever what we say changes
	Codecs  []audio.Codec  // what we can do, best first; nil means PCMA, then PCMU
	Ptime   int            // milliseconds in a packet that we ask for, and send where the far side wants none; 0: 20
	Secure  Secure
	Holding bool      // we keep the far side on hold: our answers do not let it send
	Rand    io.Reader // source of SRTP keys; nil means crypto/rand

	said    string    // the last description without its o= line, to know whether anything changed
	keys    []Crypto  // ours, one per suite, drawn once in a call
	offered Direction // of our last offer
	slots   []slot    // the streams of the last exchange, whose order must not change
	at      int       // which of them is ours
}

// slot is the place of a stream in the list.
type slot struct{ media, proto, format string }

// names are the encodings as rtpmap writes them.
var names = map[audio.Codec]string{audio.PCMU: "PCMU/8000", audio.PCMA: "PCMA/8000"}

// Offer makes our offer (RFC 3264, 5) with the direction seen from us: SendRecv to talk, SendOnly or Inactive to put
// the far side on hold. It fails only if no key can be drawn.
func (l *Local) Offer(dir Direction) ([]byte, error) {
	l.offered = dir
	proto := "RTP/AVP"
	var cryptos []Crypto
	if l.Secure != Never {
		var err error
		if cryptos, err = l.ourKeys(); err != nil {
			return nil, err
		}
		if l.Secure == Required {
			proto = "RTP/SAVP"
		}
	}
	var w strings.Builder
	slots := l.slots
	if len(slots) == 0 {
		slots = []slot{{media: "audio"}}
	}
	for i, s := range slots {
		if i == l.at {
			l.writeStream(&w, proto, l.codecs(), Media{Events: eventType, Ptime: l.Ptime, Direction: dir}, cryptos)
		} else {
			writeRefused(&w, s)
		}
	}
	l.slots = slots
	return l.body(w.String()), nil
}

// Answer reads an offer and answers it (RFC 3264, 6). The far side's order of codecs decides. Errors are ErrMalformed
// and ErrNotAcceptable; after one, nothing has changed and the call goes on as it was.
func (l *Local) Answer(offer []byte) ([]byte, Media, error) {
	d, err := parse(offer)
	if err != nil {
		return nil, Media{}, err
	}
	at, m, their, err := l.choose(d)
	if err != nil {
		return nil, Media{}, err
	}
	var cryptos []Crypto
	if their != nil {
		keys, err := l.ourKeys()
		if err != nil {
			return nil, Media{}, err
		}
		ours := keys[slices.IndexFunc(keys, func(c Crypto) bool { return c.Suite == their.Suite })]
		ours.Tag = their.Tag
		m.Send, m.Recv = &ours, their
		cryptos = []Crypto{ours}
	}
	m.Direction = d.streams[at].theirDirection().reverse()
	if l.Holding {
		m.Direction = m.Direction.and(SendOnly)
	}
	var w strings.Builder
	l.slots = l.slots[:0]
	for i := range d.streams {
		s := &d.streams[i]
		sl := s.slot()
		l.slots = append(l.slots, sl)
		if i == at {
			l.writeStream(&w, s.proto, []audio.Codec{m.Codec}, m, cryptos)
		} else {
			writeRefused(&w, sl)
		}
	}
	l.at = at
	return l.body(w.String()), m, nil
}

// Accept reads the answer to our last Offer. Errors are ErrMalformed and ErrNotAcceptable.
func (l *Local) Accept(answer []byte) (Media, error) {
	d, err := parse(answer)
	if err != nil {
		return Media{}, err
	}
	if l.at >= len(d.streams) {
		return Media{}, fmt.Errorf("%w: the answer has %d streams, the offer %d", ErrMalformed, len(d.streams),
			len(l.slots))
	}
	s := &d.streams[l.at]
	m, their, err := l.suits(s)
	if err != nil {
		return Media{}, err
	}
	if their != nil {
		i := slices.IndexFunc(l.keys, func(c Crypto) bool { return c.Tag == their.Tag && c.Suite == their.Suite })
		if i < 0 {
			return Media{}, fmt.Errorf("%w: the answer takes a key that was not offered", ErrNotAcceptable)
		}
		ours := l.keys[i]
		m.Send, m.Recv = &ours, their
	}
	m.Direction = l.offered.and(s.theirDirection().reverse())
	return m, nil
}

// choose finds the stream to answer: the first that suits, or the first protected one if we can protect.
func (l *Local) choose(d *description) (at int, m Media, their *Crypto, err error) {
	at = -1
	for i := range d.streams {
		got, key, e := l.suits(&d.streams[i])
		if e != nil {
			if err == nil || d.streams[i].media == "audio" {
				err = e
			}
			continue
		}
		if at < 0 || their == nil && key != nil {
			at, m, their = i, got, key
		}
	}
	if at < 0 {
		return 0, Media{}, nil, err
	}
	return at, m, their, nil
}

// suits says whether we can take part in a stream, and how. The key is theirs, nil for plain RTP.
func (l *Local) suits(s *stream) (Media, *Crypto, error) {
	no := func(why string) (Media, *Crypto, error) {
		return Media{}, nil, fmt.Errorf("%w: %s", ErrNotAcceptable, why)
	}
	if s.media != "audio" {
		return no("only audio is possible")
	}
	if s.err != nil {
		return Media{}, nil, s.err
	}
	if s.port == 0 {
		return no("the audio stream is refused")
	}
	var key *Crypto
	if l.Secure != Never && len(s.cryptos) > 0 {
		key = &s.cryptos[0]
	}
	switch s.proto {
	case "RTP/AVP", "RTP/AVPF":
		if key == nil && l.Secure == Required {
			return no("SRTP is required")
		}
	case "RTP/SAVP", "RTP/SAVPF":
		if l.Secure == Never {
			return no("SRTP is not configured")
		}
		if key == nil {
			return no("no SRTP key that can be used")
		}
	default:
		return no("transport " + strconv.Quote(s.proto))
	}
	if !s.conn.set {
		return Media{}, nil, fmt.Errorf("%w: no c= line", ErrMalformed)
	}
	if s.conn.err != nil {
		return Media{}, nil, s.conn.err
	}
	if s.conn.bad {
		return no("connection address")
	}
	if l.Addr.Addr().Unmap().Is4() && !s.conn.addr.Is4() {
		return no("IPv6 address, but we speak IPv4")
	}
	m := Media{Addr: netip.AddrPortFrom(s.conn.addr, uint16(s.port)), Events: -1, Ptime: s.packetTime(l.Ptime)}
	m.RTCP = s.rtcp(m.Addr)
	found := false
	events := make([]EventType, 0, 1+len(m.AlsoEvents))
	for _, f := range s.formats {
		pt, err := strconv.ParseUint(f, 10, 7)
		if err != nil {
			continue
		}
		if rate := s.eventRate(int(pt)); rate > 0 {
			if len(events) < cap(events) {
				events = append(events, EventType{int(pt), rate})
			}
			continue
		}
		c := audio.Codec(pt)
		name, known := names[c]
		if known && !found && slices.Contains(l.codecs(), c) && s.carries(int(pt), strings.ToLower(name)) {
			m.Codec, found = c, true
		}
	}
	if !found {
		return no("no common codec")
	}
	m.setEvents(events)
	return m, key, nil
}

// setEvents takes the payload types of telephone events, in their order. We send the first with the clock of our
// sound, or the first of all.
func (m *Media) setEvents(all []EventType) {
	at := slices.IndexFunc(all, func(e EventType) bool { return e.Rate == audio.Rate })
	if at < 0 {
		if at = 0; len(all) == 0 {
			return
		}
		m.EventRate = all[at].Rate
	}
	m.Events = all[at].Type
	copy(m.AlsoEvents[copy(m.AlsoEvents[:], all[:at]):], all[at+1:])
}

// theirDirection is the direction as the far side sees it. An address of zero is the hold of RFC 2543: it does not want
// to hear us (RFC 3264, 8.4).
func (s *stream) theirDirection() Direction {
	if s.conn.addr.IsUnspecified() {
		return s.dir.and(SendOnly)
	}
	return s.dir
}

// packetTime is how much sound the far side wants in a packet, within what we do: 10 to 60 ms, by tens. ours is what it
// gets where it wants nothing, 0 for 20.
func (s *stream) packetTime(ours int) int {
	p := cmp.Or(s.ptime, ours, 20)
	if s.maxptime > 0 {
		p = min(p, s.maxptime)
	}
	return min(max(p/10*10, 10), 60)
}

// rtcp is where reports go: as said (RFC 3605), or one port above RTP.
func (s *stream) rtcp(rtp netip.AddrPort) netip.AddrPort {
	a, p := rtp.Addr(), rtp.Port()+1
	if s.rtcpPort != 0 {
		p = uint16(s.rtcpPort)
	}
	if s.rtcpAddr.IsValid() {
		a = s.rtcpAddr
	}
	if p == 0 {
		p = rtp.Port()
	}
	return netip.AddrPortFrom(a, p)
}

func (l *Local) codecs() []audio.Codec {
	if len(l.Codecs) == 0 {
		return []audio.Codec{audio.PCMA, audio.PCMU}
	}
	return l.Codecs
}

// ourKeys are the keys we send with, one per suite and the same through the whole call.
func (l *Local) ourKeys() ([]Crypto, error) {
	if l.keys != nil {
		return l.keys, nil
	}
	r := l.Rand
	if r == nil {
		r = rand.Reader
	}
	var keys []Crypto
	for i, s := range suites {
		k, err := newKey(r)
		if err != nil {
			return nil, err
		}
		keys = append(keys, Crypto{Tag: i + 1, Suite: s, Key: k})
	}
	l.keys = keys
	return keys, nil
}

// writeStream writes our m= section with the events, the packet time (0 says 20 ms) and the direction of m.
func (l *Local) writeStream(w *strings.Builder, proto string, codecs []audio.Codec, m Media, cryptos []Crypto) {
	w.WriteString("m=audio ")
	w.WriteString(strconv.Itoa(int(l.Addr.Port())))
	w.WriteByte(' ')
	w.WriteString(proto)
	for _, c := range codecs {
		w.WriteByte(' ')
		w.WriteString(strconv.Itoa(int(c)))
	}
	if m.Events >= 0 {
		w.WriteByte(' ')
		w.WriteString(strconv.Itoa(m.Events))
	}
	for _, c := range codecs {
		w.WriteString("\r\na=rtpmap:")
		w.WriteString(strconv.Itoa(int(c)))
		w.WriteByte(' ')
		w.WriteString(names[c])
	}
	if m.Events >= 0 {
		e, rate := strconv.Itoa(m.Events), strconv.Itoa(cmp.Or(m.EventRate, audio.Rate))
		w.WriteString("\r\na=rtpmap:" + e + " telephone-event/" + rate + "\r\na=fmtp:" + e + " 0-15")
	}
	w.WriteString("\r\na=ptime:")
	w.WriteString(strconv.Itoa(cmp.Or(m.Ptime, 20)))
	for _, c := range cryptos {
		w.WriteString("\r\na=crypto:")
		w.WriteString(c.attribute())
	}
	w.WriteString("\r\na=")
	w.WriteString(m.Direction.String())
	w.WriteString("\r\n")
}

// slot is the stream's place in the list, in words that any reader takes even where theirs were not.
func (s *stream) slot() slot {
	sl := slot{media: s.media, proto: s.proto, format: "0"}
	if len(s.formats) > 0 {
		sl.format = s.formats[0]
	}
	if sl.media == "" {
		sl.media = "application"
	}
	if sl.proto == "" {
		sl.proto = "RTP/AVP"
	}
	return sl
}

// writeRefused keeps the place of a stream that we do not take part in (RFC 3264, 6).
func writeRefused(w *strings.Builder, s slot) {
	w.WriteString("m=" + s.media + " 0 " + s.proto + " " + s.format + "\r\n")
}

// body puts the head before the streams and counts the version.
func (l *Local) body(streams string) []byte {
	a := l.Addr.Addr().Unmap()
	family := "IP4 "
	if a.Is6() {
		family = "IP6 "
	}
	family += a.String()
	if said := family + streams; l.said != said {
		if l.said != "" {
			l.Version++
		}
		l.said = said
	}
	b := make([]byte, 0, 160+len(streams))
	b = append(b, "v=0\r\no=- "...)
	b = strconv.AppendUint(b, l.Session, 10)
	b = append(b, ' ')
	b = strconv.AppendUint(b, l.Version, 10)
	b = append(b, " IN "...)
	b = append(b, family...)
	b = append(b, "\r\ns=-\r\nc=IN "...)
	b = append(b, family...)
	b = append(b, "\r\nt=0 0\r\n"...)
	return append(b, streams...)
}
