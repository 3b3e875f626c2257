package rtp

import (
	"cmp"
	"encoding/binary"
	"math"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
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
	if !l.media.Direction.Sends() || l.now >= l.gate.until {
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

// compose writes what the far side is to hear now: a key's tone, else what is queued, else the bridge, else what is
// held, else silence. It says whether there is sound in it.
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
	if l.from != nil {
		if l.hearFar(w, rest) {
			return true
		}
	} else if speaks && l.play.repeat(rest, codec) > 0 {
		return true
	}
	hush(rest, codec)
	return n > 0
}

func (l *leg) played(id int) { l.tell(Event{Kind: Played, ID: id}) }

// drain throws away the bridge's frame of this tick, so that it does not come late.
func (l *leg) drain(w *work) {
	if l.from != nil {
		l.hearFar(w, nil)
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

// keypad is the keys that wait to be sent.
type keypad struct {
	presses []press
	now     []dtmf.Packet // packets of the key being sent
	stamp   uint32        // its timestamp
	at      int           // samples since it began
	gap     int           // samples until the next may begin
	tone    []byte        // of a key sent as a tone, what is left of it
}

type press struct {
	key     byte
	on, gap time.Duration
}

// mostKeys is how many presses may wait; a dialled number is far shorter.
const mostKeys = 256

func (k *keypad) add(digits string, on, gap time.Duration) {
	for i := 0; i < len(digits) && len(k.presses) < mostKeys; i++ {
		if dtmf.Valid(digits[i]) {
			k.presses = append(k.presses, press{digits[i], on, max(gap, 0)})
		}
	}
}

func (k *keypad) busy() bool {
	return len(k.presses) > 0 || len(k.now) > 0 || k.gap > 0 || len(k.tone) > 0
}

// pressed is the packets of a key, with their durations in units of the clock that was agreed on for events. On a
// fast one a long press is cut to what the field holds.
func (l *leg) pressed(p press) []dtmf.Packet {
	rate := cmp.Or(l.media.EventRate, audio.Rate)
	packets := dtmf.Packets(p.key, keyVolume, min(p.on, math.MaxUint16*time.Second/time.Duration(rate)))
	if rate != audio.Rate {
		for i := range packets {
			b := packets[i].Payload[2:]
			length := int64(binary.BigEndian.Uint16(b)) * int64(rate) / audio.Rate
			binary.BigEndian.PutUint16(b, uint16(min(length, math.MaxUint16)))
		}
	}
	return packets
}

const (
	keyVolume = 10  // power of a telephone event, in −dBm0
	toneLow   = -11 // dBm0 of the low tone in the sound
	toneHigh  = -9  // of the high one, which lines weaken more (ITU-T Q.24)
)

// sendKeys begins the next key when it is time and sends this tick's packets of a telephone event. It says whether the
// tick is used up by them: between keys, and while a key is a tone, sound goes its usual way.
func (l *leg) sendKeys(w *work) bool {
	k := &l.keys
	if len(k.now) == 0 {
		if len(k.tone) > 0 {
			return false
		}
		if k.gap > 0 {
			k.gap -= frame
			return false
		}
		if len(k.presses) == 0 {
			return false
		}
		p := k.presses[0]
		if k.presses = k.presses[1:]; len(k.presses) == 0 {
			k.presses = nil
		}
		k.gap = int(p.gap * audio.Rate / time.Second)
		if l.media.Events < 0 {
			pcm := dtmf.Generate(nil, p.key, min(max(p.on, dtmf.Shortest), dtmf.Longest), toneLow, toneHigh)
			k.tone = l.media.Codec.Encode(nil, pcm)
			return false
		}
		l.flush(w)
		k.now, k.at, k.stamp = l.pressed(p), 0, l.send.stamp
	}
	for len(k.now) > 0 && k.now[0].At <= k.at {
		p := k.now[0]
		k.now = k.now[1:]
		l.sendRTP(w, uint8(l.media.Events), p.Marker, k.stamp, p.Payload[:])
	}
	k.at += frame
	l.send.stamp += frame
	l.send.sound = false
	return true
}
