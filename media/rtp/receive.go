package rtp

import (
	"net/netip"
	"time"

	"rexian/media/audio"
)

const comfortNoise = 13 // payload type of comfort noise (RFC 3389): the far side says that it is silent

// receiver is what is known of the far side's packets.
type receiver struct {
	started   bool
	sounds    bool // sound has come, not only events
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
}

// receive takes in one datagram of the RTP port. at is when it arrived, in ns on the engine's clock; b may be changed.
func (l *leg) receive(w *work, b []byte, from netip.AddrPort, at int64) {
	l.now = at
	if !l.connected || len(b) < headerSize || b[0]>>6 != 2 {
		l.refuse(unsaid, from, 0)
		return
	}
	sure, ok := l.listensTo(from)
	if !ok {
		l.refuse(WhyElsewhere, from, 0)
		return
	}
	if b[1] >= 192 && b[1] <= 223 { // RTCP on the RTP port (RFC 5761, 4)
		l.receiveRTCP(w, b, from, at, l.stream.engine.config.Now())
		return
	}
	h := &w.header
	payload := l.unpack(w, b, from)
	if payload == nil {
		return
	}
	rate := l.eventRate(h.PayloadType, payload)
	if rate == 0 && !speech(h.PayloadType) {
		why := WhyPayload
		if eventLike(payload) {
			why = WhyEvents
		}
		l.refuse(why, from, h.PayloadType)
		return
	}
	if !l.trust(from, sure, h) {
		l.refuse(WhyElsewhere, from, 0)
		return
	}
	// Events beside the sound have numbers of their own.
	beside := rate > 0 && l.recv.started && h.SSRC != l.recv.ssrc
	if !beside && !l.number(h.SSRC, h.SequenceNumber, rate == 0) {
		return
	}
	l.lastSeen, l.alive, l.lost = at, max(l.alive, at), false // it may have come before the agreement did
	l.out.received++
	l.counts.received.Add(1)
	if !l.first {
		l.first = true
		l.tell(Event{Kind: First})
	}
	switch {
	case rate > 0:
		l.pause()
		if l.witness != nil && !beside {
			l.witness.quiet(h.SequenceNumber)
		}
		l.hearEvent(h, rate, payload)
	case h.PayloadType == comfortNoise:
		l.pause()
		if l.witness != nil {
			l.witness.quiet(h.SequenceNumber)
		}
	case len(payload) > 0:
		l.clock(h.Timestamp, at)
		if l.witness != nil {
			l.witness.packet(l, w, h, payload)
		}
		l.hearSound(w, audio.Codec(h.PayloadType), h.Timestamp, payload)
	}
}

// unpack takes a packet out of its protection and reads its header into the work's. It returns the payload, without
// padding, or nil where the packet is refused.
func (l *leg) unpack(w *work, b []byte, from netip.AddrPort) []byte {
	h := &w.header
	if l.keysSRTP.recv != nil {
		var err error
		if b, err = l.keysSRTP.recv.DecryptRTP(w.plain[:0], b, h); err != nil {
			l.refuse(WhySealed, from, 0)
			return nil
		}
	}
	n, err := h.Unmarshal(b)
	if err != nil || n > len(b) {
		l.refuse(unsaid, from, 0)
		return nil
	}
	payload := b[n:]
	if h.Padding {
		if len(payload) == 0 || int(payload[len(payload)-1]) > len(payload) || payload[len(payload)-1] == 0 {
			l.refuse(unsaid, from, 0)
			return nil
		}
		payload = payload[:len(payload)-int(payload[len(payload)-1])]
	}
	return payload
}

// speech says whether packets of this payload type are speech. Both encodings are taken whichever was agreed: far
// sides change between them without a word.
func speech(kind uint8) bool {
	return kind == uint8(audio.PCMU) || kind == uint8(audio.PCMA) || kind == comfortNoise
}

// number takes the packet's sequence number and says whether to go on with the packet: it is not a duplicate, and not
// of a source that has not shown itself to be the new one.
func (l *leg) number(ssrc uint32, seq uint16, sounds bool) bool {
	r := &l.recv
	if !r.started || ssrc != r.ssrc {
		// A new source takes over when the old one has stopped, or with its second packet in succession. What has
		// only sent events is no source.
		stopped := l.now-l.lastSeen > int64(2*period)
		if r.started && r.sounds && !stopped && !(ssrc == r.rival && seq == r.rivalSeq+1) {
			r.rival, r.rivalSeq = ssrc, seq
			return false
		}
		l.begin(ssrc, seq, sounds)
		return true
	}
	r.sounds = r.sounds || sounds
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
		l.ears.forget(ssrc)
		l.begin(ssrc, seq, sounds)
		return true
	default:
		return false // older than anything still of use
	}
	r.received++
	l.counts.lost.Store(uint64(r.lost()))
	return true
}

// begin starts counting a new source.
func (l *leg) begin(ssrc uint32, seq uint16, sounds bool) {
	first := 1<<16 + uint32(seq)
	l.recv = receiver{started: true, sounds: sounds, ssrc: ssrc, top: first, base: first, seen: 1, received: 1}
	if l.jit != nil {
		l.jit.restart()
		l.deafen()
	}
	if l.witness != nil {
		l.witness.apart()
	}
	for _, k := range l.told {
		k.put(replaced, l.now, 0, 0, nil)
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

// pause is for a far side that is silent on purpose, or presses a key instead: nothing is made up for what does not
// come.
func (l *leg) pause() {
	if l.jit != nil {
		l.jit.pause()
	}
	for _, k := range l.told {
		k.put(paused, l.now, 0, 0, nil)
	}
}

// hearSound takes encoded speech to whoever listens.
func (l *leg) hearSound(w *work, c audio.Codec, stamp uint32, payload []byte) {
	if l.talk.on {
		w.pcm = c.Decode(w.pcm[:0], payload)
		l.talk.feed(w.pcm)
	}
	if l.jit == nil && l.looks() {
		l.jit = newJitter(l.media.Codec)
	}
	if l.jit != nil {
		late := l.jit.write(w, c, stamp, payload, samples(l.ticked+int64(period)-l.now))
		if late && len(l.told) == 0 { // the room counts them, too
			l.counts.late.Add(1)
		}
		l.look(w)
	}
	for _, k := range l.told {
		if l.held.key != 0 && (!l.held.tone || !k.takesKeys() || k.events.Load()) { // pressed anew, without its sound
			k.put(paused, l.now, 0, 0, nil)
		} else {
			k.sound(l.now, c, stamp, payload)
		}
	}
}
