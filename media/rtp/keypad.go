package rtp

import (
	"cmp"
	"encoding/binary"
	"math"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
)

// keypad is the keys that wait to be sent.
type keypad struct {
	presses []press
	down    press  // the key being sent as an event; key is 0 if none is
	stamp   uint32 // its timestamp
	at      int    // samples since it began
	gap     int    // samples until the next may begin
	tone    []byte // of a key sent as a tone, what is left of it
}

// press is a key, and how long it is held.
type press struct {
	key     byte
	on, gap time.Duration
	since   int64 // of one that is still held: when it went down, in ns on the engine's clock; else 0
	by      *link // of one that another in the room presses
}

const (
	// mostKeys is how many presses may wait; a dialled number is far shorter.
	mostKeys  = 256
	keyVolume = 10  // power of a telephone event, in −dBm0
	toneLow   = -11 // dBm0 of the low tone in the sound
	toneHigh  = -9  // of the high one, which lines weaken more (ITU-T Q.24)
	// samples between two tones: less is not heard as two keys everywhere
	toneGap = audio.Rate / 20
)

func (k *keypad) add(digits string, on, gap time.Duration) {
	for i := 0; i < len(digits); i++ {
		k.push(press{key: digits[i], on: on, gap: max(gap, 0)})
	}
}

func (k *keypad) push(p press) {
	if len(k.presses) < mostKeys && dtmf.Valid(p.key) {
		k.presses = append(k.presses, p)
	}
}

// release lets go the key that another in the room still holds. It was held for on at least.
func (k *keypad) release(by *link, at int64, on time.Duration) {
	for i := range k.presses { // it has not begun
		if p := &k.presses[i]; p.since != 0 && p.by == by {
			p.on, p.since = max(time.Duration(at-p.since), on), 0
			return
		}
	}
	if k.down.since != 0 && k.down.by == by { // the next packet is its end
		k.down.on, k.down.since = time.Duration(k.at+1)*time.Second/audio.Rate, 0
	}
}

func (k *keypad) busy() bool {
	return len(k.presses) > 0 || k.down.key != 0 || k.gap > 0 || len(k.tone) > 0
}

// sendKeys begins the next key when it is time and sends this tick's packet of a telephone event. It says whether the
// tick is used up by it: between keys, and while a key is a tone, sound goes its usual way.
func (l *leg) sendKeys(w *work) bool {
	k := &l.keys
	if l.media.Events < 0 { // a new agreement may have come
		k.down = press{}
	}
	if k.down.key == 0 && !l.press(w) {
		return false
	}
	p, ok := l.keyPacket()
	if !ok { // its last packet was sent a tick ago
		if k.down = (press{}); !l.press(w) {
			return false
		}
		p, _ = l.keyPacket()
	}
	l.sendRTP(w, uint8(l.media.Events), p.Marker, k.stamp, p.Payload[:])
	k.at += frame
	l.send.stamp += frame
	l.send.sound = false
	return true
}

// press begins the next key, if it is time. It says whether that is an event.
func (l *leg) press(w *work) bool {
	k := &l.keys
	switch {
	case len(k.tone) > 0:
		return false
	case k.gap > 0:
		k.gap -= frame
		return false
	case len(k.presses) == 0:
		return false
	}
	p := k.presses[0]
	if k.presses = k.presses[1:]; len(k.presses) == 0 {
		k.presses = nil
	}
	k.gap = int(p.gap * audio.Rate / time.Second)
	if l.media.Events < 0 {
		pcm := dtmf.Generate(nil, p.key, min(max(p.on, dtmf.Shortest), dtmf.Longest), toneLow, toneHigh)
		k.tone, k.gap = l.media.Codec.Encode(nil, pcm), max(k.gap, toneGap)
		return false
	}
	l.flush(w)
	k.down, k.at, k.stamp = p, 0, l.send.stamp
	return true
}

// keyPacket is this tick's packet of the key being sent, with its duration in units of the clock that was agreed on for
// events. On a fast one a long press is cut to what the field holds.
func (l *leg) keyPacket() (dtmf.Packet, bool) {
	k := &l.keys
	rate := cmp.Or(l.media.EventRate, audio.Rate)
	on := k.down.on
	if k.down.since != 0 {
		on = dtmf.Longest
	}
	p, ok := dtmf.At(k.down.key, keyVolume, k.at, min(on, math.MaxUint16*time.Second/time.Duration(rate)))
	if ok && rate != audio.Rate {
		b := p.Payload[2:]
		length := int64(binary.BigEndian.Uint16(b)) * int64(rate) / audio.Rate
		binary.BigEndian.PutUint16(b, uint16(min(length, math.MaxUint16)))
	}
	return p, ok
}
