package rtp

import (
	"net/netip"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
)

const comfortNoise = 13 // payload type of comfort noise (RFC 3389): the far side says that it is silent

// receiver is what is known of the far side's packets.
type receiver struct {
	started   bool
	ssrc      uint32
	rival     uint32 // another SSRC that has sent one packet
	rivalSeq  uint16
	top       uint32 // highest sequence number, with the count of wraps above it
	base      uint32 // the first one
	seen      uint64 // bit k: top−k came
	received  uint32
	clocked   bool  // transit is set: a packet of sound has come
	transit   int64 // arrival minus timestamp of the last packet of sound, in samples
	jitter    int64 // sixteenths of a sample (RFC 3550, A.8)
	expected0 uint32
	received0 uint32 // both as of the last report
	events    dtmf.Receiver
	wantEvent bool // the far side sends telephone events: tones are not looked for
}

// receive takes in one datagram of the RTP port. at is when it arrived, in ns on the engine's clock; b may be changed.
func (l *leg) receive(w *work, b []byte, from netip.AddrPort, at int64) {
	l.now = at
	if !l.connected || len(b) < headerSize || b[0]>>6 != 2 || !l.listensTo(from) {
		l.refuse()
		return
	}
	if b[1] >= 192 && b[1] <= 223 { // RTCP on the RTP port (RFC 5761, 4)
		l.receiveRTCP(w, b, from, at, l.stream.engine.config.Now())
		return
	}
	h := &w.header
	if l.keysSRTP.recv != nil {
		var err error
		if b, err = l.keysSRTP.recv.DecryptRTP(w.plain[:0], b, h); err != nil {
			l.refuse()
			return
		}
	}
	n, err := h.Unmarshal(b)
	if err != nil || n > len(b) {
		l.refuse()
		return
	}
	payload := b[n:]
	if h.Padding {
		if len(payload) == 0 || int(payload[len(payload)-1]) > len(payload) || payload[len(payload)-1] == 0 {
			l.refuse()
			return
		}
		payload = payload[:len(payload)-int(payload[len(payload)-1])]
	}
	kind := h.PayloadType
	if !l.understands(kind) {
		l.refuse()
		return
	}
	if !l.number(h.SSRC, h.SequenceNumber) {
		return
	}
	l.latch(from)
	l.lastSeen, l.alive, l.lost = at, max(l.alive, at), false // it may have come before the agreement did
	l.out.received++
	l.counts.received.Add(1)
	if !l.first {
		l.first = true
		l.tell(Event{Kind: First})
	}
	switch {
	case int(kind) == l.media.Events:
		l.hearEvent(h.SequenceNumber, h.Timestamp, h.Marker, payload)
	case kind == comfortNoise:
	case len(payload) > 0:
		l.clock(h.Timestamp, at)
		l.hearSound(w, audio.Codec(kind), h.Timestamp, payload)
	}
}

func (l *leg) refuse() {
	l.counts.refused.Add(1)
	l.out.refused++
}

// understands says whether packets of this payload type belong to what was agreed. Both encodings of speech are taken whichever was agreed:
// far sides change between them without a word.
func (l *leg) understands(kind uint8) bool {
	return kind == uint8(audio.PCMU) || kind == uint8(audio.PCMA) || kind == comfortNoise || int(kind) == l.media.Events
}

// listensTo says whether packets from there may be the far side's. Once its place is known, another may take it only if it is the one that
// SDP names, or after a second of silence.
func (l *leg) listensTo(from netip.AddrPort) bool {
	if l.latched && from == l.remote {
		return true
	}
	if s := l.stream.options.Source; s.IsValid() && from.Addr() != s {
		return false
	}
	return !l.latched || from == l.media.Addr || l.now-l.lastSeen > silentMs*int64(time.Millisecond)
}

// latch makes the source of a valid packet the place that we send to.
func (l *leg) latch(from netip.AddrPort) {
	if l.latched && from == l.remote {
		return
	}
	if from.Addr() != l.media.Addr.Addr() { // behind a NAT: RTCP is most likely beside RTP there, too
		l.remoteC = netip.AddrPortFrom(from.Addr(), from.Port()+1)
	}
	l.latched, l.remote = true, from
	l.noteRemote()
}

// number takes the packet's sequence number and says whether to go on with the packet: it is not a duplicate, and not of a source
// that has not shown itself to be the new one.
func (l *leg) number(ssrc uint32, seq uint16) bool {
	r := &l.recv
	if !r.started || ssrc != r.ssrc {
		// A new source takes over when the old one has stopped, or with its second packet in succession.
		stopped := l.now-l.lastSeen > int64(2*period)
		if r.started && !stopped && !(ssrc == r.rival && seq == r.rivalSeq+1) {
			r.rival, r.rivalSeq = ssrc, seq
			return false
		}
		l.begin(ssrc, seq)
		return true
	}
	r.rivalSeq = seq - 1 - 1<<15 // the old source goes on: the rival begins anew
	ahead := int16(seq - uint16(r.top))
	switch {
	case ahead > 0:
		if ahead < 64 {
			r.seen = r.seen<<ahead | 1
		} else {
			r.seen = 1
		}
		r.top += uint32(ahead)
	case ahead > -64:
		bit := uint64(1) << -ahead
		if r.seen&bit != 0 {
			l.counts.duplicate.Add(1)
			return false
		}
		r.seen |= bit
	case ahead < -3000: // far back: the source began anew with the same SSRC
		l.begin(ssrc, seq)
		return true
	default:
		return false // older than anything still of use
	}
	r.received++
	l.counts.lost.Store(uint64(r.lost()))
	return true
}

// begin starts counting a new source.
func (l *leg) begin(ssrc uint32, seq uint16) {
	want := l.recv.wantEvent
	l.recv = receiver{started: true, ssrc: ssrc, top: 1<<16 + uint32(seq), base: 1<<16 + uint32(seq), seen: 1, received: 1, wantEvent: want}
	if l.jit != nil {
		l.jit.restart()
	}
	if l.band != nil {
		l.band.reset()
	}
}

// lost is the number of packets that did not come (RFC 3550, A.3).
func (r *receiver) lost() uint32 {
	return uint32(max(int64(r.top-r.base)+1-int64(r.received), 0))
}

// clock measures jitter (RFC 3550, A.8).
func (l *leg) clock(stamp uint32, at int64) {
	r := &l.recv
	arrival := at / (int64(time.Second) / audio.Rate)
	transit := int64(int32(uint32(arrival) - stamp))
	d := transit - r.transit
	known := r.clocked
	r.transit, r.clocked = transit, true
	if d < 0 {
		d = -d
	}
	if known && d < audio.Rate { // a jump in timestamps is no jitter
		r.jitter += d - (r.jitter+8)>>4
		l.counts.jitter.Store(int64(time.Duration(r.jitter>>4) * time.Second / audio.Rate))
	}
}

func (l *leg) hearEvent(seq uint16, stamp uint32, marker bool, payload []byte) {
	key, began, ok := l.recv.events.Packet(seq, stamp, marker, payload)
	if !ok {
		return
	}
	again := !l.recv.wantEvent && l.band != nil && l.band.told(key, l.now)
	l.recv.wantEvent = true
	if began && !again {
		l.tell(Event{Kind: Key, Digit: key})
	}
}

// hearSound takes encoded speech to whoever listens.
func (l *leg) hearSound(w *work, c audio.Codec, stamp uint32, payload []byte) {
	if l.jit != nil {
		l.jit.write(w, c, stamp, payload, &l.counts)
	}
	looks := l.stream.options.InBand && !l.recv.wantEvent
	if !looks && !l.talk.on {
		return
	}
	w.pcm = c.Decode(w.pcm[:0], payload)
	if looks {
		if l.band == nil {
			l.band = newBand(l)
		}
		l.band.feed(stamp, w.pcm)
	}
	if l.talk.on {
		l.talk.feed(w.pcm)
	}
}
