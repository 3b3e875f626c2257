package rtp

import (
	"cmp"
	"encoding/binary"
	"time"

	"github.com/pion/rtp"

	"rexian/media/audio"
	"rexian/media/dtmf"
)

// keyEars hear telephone events. A gateway may send them as a stream of their own beside the sound, with an SSRC and
// numbers of their own, so each SSRC has its receiver, whichever the sound's is; the one heard last comes first.
type keyEars struct {
	wanted bool // the far side sends telephone events: tones are not looked for
	of     [2]keyEar
}

type keyEar struct {
	known    bool
	ssrc     uint32
	receiver dtmf.Receiver
}

// find is the receiver of an SSRC.
func (e *keyEars) find(ssrc uint32) *dtmf.Receiver {
	if e.of[0].known && e.of[0].ssrc == ssrc {
		return &e.of[0].receiver
	}
	e.of[0], e.of[1] = e.of[1], e.of[0]
	if first := &e.of[0]; !first.known || first.ssrc != ssrc {
		*first = keyEar{known: true, ssrc: ssrc}
	}
	return &e.of[0].receiver
}

// forget is for a source that begins anew with the SSRC that it had.
func (e *keyEars) forget(ssrc uint32) {
	for i := range e.of {
		if e.of[i].ssrc == ssrc {
			e.of[i] = keyEar{}
		}
	}
}

// usualEvents is the payload type that everybody gives telephone events; some send them without having said so.
const usualEvents = 101

// eventRate is the clock in Hz of a payload type that carries telephone events, 0 if it does not.
func (l *leg) eventRate(kind uint8, payload []byte) int {
	if int(kind) == l.media.Events {
		return cmp.Or(l.media.EventRate, audio.Rate)
	}
	if kind < 96 { // speech, most likely, which has numbers of its own
		return 0
	}
	for _, e := range l.media.AlsoEvents {
		if e.Rate > 0 && int(kind) == e.Type {
			return e.Rate
		}
	}
	if kind == usualEvents && eventLike(payload) {
		return audio.Rate
	}
	return 0
}

// eventLike says whether a payload of an unknown kind is a telephone event: four bytes, a key, no reserved bit, and a
// duration.
func eventLike(b []byte) bool {
	return len(b) == 4 && b[0] < 16 && b[1]&0x40 == 0 && binary.BigEndian.Uint16(b[2:]) > 0
}

func (l *leg) hearEvent(h *rtp.Header, rate int, payload []byte) {
	key, began, ok := l.ears.find(h.SSRC).Packet(dtmf.Arrival{
		Seq: h.SequenceNumber, Stamp: h.Timestamp, Rate: rate, Marker: h.Marker, At: time.Duration(l.now),
		Payload: payload,
	})
	if !ok {
		return
	}
	again := !l.ears.wanted && l.band != nil && l.band.told(key, l.now)
	if !l.ears.wanted {
		l.ears.wanted = true
		l.needJitter()
	}
	if began && !again {
		l.tell(Event{Kind: Key, Digit: key})
		l.keyDown(key, false)
	}
	if l.held.key == key {
		l.held.tone = false
		length := time.Duration(binary.BigEndian.Uint16(payload[2:])) * time.Second / time.Duration(rate)
		l.keyOn(payload[1]>>7 == 0, length)
	}
}
