package rtp

import (
	"encoding/binary"

	"rexian/media/audio"
)

const headerSize = 12

// sender numbers the packets that go out. Sequence numbers and timestamps go on through silence, barge-in and a new
// agreement.
type sender struct {
	ssrc    uint32
	stamp   uint32 // of the next sample
	seq     uint16 // of the next packet
	marker  bool   // the next packet begins a talk spurt
	sound   bool   // the last frame held sound
	pending []byte // sound not yet sent, where a packet is not one frame long
}

// transmit composes the frame of this tick and sends what is due. It returns the frame as the far side hears it,
// silence included.
func (l *leg) transmit(w *work) []byte {
	dst := w.frame[:]
	codec := l.media.Codec
	sends := l.media.Direction.Sends() && l.now < l.gate.until
	l.takeStrokes(sends)
	if !sends {
		hush(dst, codec)
		l.drain(w)
		l.forget()
		l.send.stamp += frame
		l.send.marker = true
		return dst
	}
	if l.keys.busy() && l.sendKeys(w) {
		hush(dst, codec)
		l.drain(w)
		return dst
	}
	sound := l.compose(w, dst)
	if sound && !l.send.sound {
		l.send.marker = true
	}
	l.send.sound = sound
	size := l.packetSize()
	if size == frame {
		l.flush(w) // of a longer packet, if the length has changed
		l.sendSound(w, dst)
		return dst
	}
	l.send.pending = append(l.send.pending, dst...)
	for len(l.send.pending) >= size {
		l.sendSound(w, l.send.pending[:size])
		l.send.pending = l.send.pending[:copy(l.send.pending, l.send.pending[size:])]
	}
	return dst
}

// flush sends sound that waits for its packet to become full.
func (l *leg) flush(w *work) {
	if len(l.send.pending) > 0 {
		l.sendSound(w, l.send.pending)
		l.send.pending = l.send.pending[:0]
	}
}

// forget drops such sound; its time has passed all the same.
func (l *leg) forget() {
	l.send.stamp += uint32(len(l.send.pending))
	l.send.pending = l.send.pending[:0]
}

// sendSound sends encoded samples and moves the timestamp on.
func (l *leg) sendSound(w *work, b []byte) {
	l.sendRTP(w, uint8(l.media.Codec), l.send.marker, l.send.stamp, b)
	l.send.stamp += uint32(len(b))
	l.send.marker = false
}

// packetSize is the number of samples in a packet, as the far side wishes, from 10 to 60 ms.
func (l *leg) packetSize() int {
	switch p := l.media.Ptime; {
	case p <= 0:
		return frame
	default:
		return min(max(p, 10), longest) * audio.Rate / 1000
	}
}

// compose writes what the far side is to hear now: a key's tone, else what is queued, else who is in the room, else
// what is held, else silence. It says whether there is sound in it.
func (l *leg) compose(w *work, dst []byte) bool {
	codec := l.media.Codec
	if n := copy(dst, l.keys.tone); n > 0 {
		l.keys.tone = l.keys.tone[n:]
		hush(dst[n:], codec)
		l.drain(w)
		return true
	}
	n, speaks := 0, l.now >= l.gate.words
	if speaks {
		if n = l.play.fill(dst, codec, l.played); n == len(dst) {
			l.drain(w)
			return true
		}
	}
	rest := dst[n:]
	if len(l.others) > 0 {
		if l.hearOthers(w, rest) {
			return true
		}
	} else if speaks && l.play.repeat(rest, codec) > 0 {
		return true
	}
	hush(rest, codec)
	return n > 0
}

func (l *leg) played(id int) { l.tell(Event{Kind: Played, ID: id}) }

// drain throws away the room's frame of this tick, so that it does not come late.
func (l *leg) drain(w *work) {
	for i := range l.others {
		l.others[i].hear(l, w, w.other[:])
	}
}

// sendRTP sends one packet of the given payload type.
func (l *leg) sendRTP(w *work, kind uint8, marker bool, stamp uint32, payload []byte) {
	b := w.packet[:headerSize+len(payload)]
	b[0] = 2 << 6
	b[1] = kind
	if marker {
		b[1] |= 1 << 7
	}
	binary.BigEndian.PutUint16(b[2:], l.send.seq)
	binary.BigEndian.PutUint32(b[4:], stamp)
	binary.BigEndian.PutUint32(b[8:], l.send.ssrc)
	copy(b[headerSize:], payload)
	l.send.seq++
	if l.keysSRTP.send != nil {
		var err error
		if b, err = l.keysSRTP.send.EncryptRTP(w.cipher[:0], b, &w.header); err != nil {
			l.failed()
			return
		}
	}
	if err := l.rtp.send(b, l.remote); err != nil {
		l.failed()
		return
	}
	l.counts.sent.Add(1)
	l.counts.sentBytes.Add(uint64(len(payload)))
	l.out.sent++
}

func (l *leg) failed() { l.stream.engine.counts.sendFails.Add(1) }
