package rtp

import (
	"time"

	"rexian/media/dtmf"
)

// band looks for keys in the far side's sound, behind its jitter buffer: packets in their order, as soon as those
// before them are there, for a key must be told at once; what does not come in time is what was made up for it.
type band struct {
	detector *dtmf.Detector
	found    func(dtmf.Digit)
	fed      int64 // samples it got since it began anew
	last     byte  // the key heard last
	at       int64 // and when, in ns on the engine's clock
}

// leak is how long before its event a key may be heard: a gateway lets the tone through until it knows it.
const leak = 250 * time.Millisecond

// told says that the key of an event was heard as a tone just before.
func (b *band) told(key byte, now int64) bool { return b.last == key && now-b.at < int64(leak) }

func newBand(l *leg) *band {
	b := &band{detector: dtmf.NewDetector()}
	b.found = func(d dtmf.Digit) {
		l.mask.found(b.fed-d.At, l.jit.next)
		if !l.tellsTones() {
			return
		}
		b.last, b.at = d.Key, l.now
		l.tell(Event{Kind: Key, Digit: d.Key, InBand: true})
		l.keyDown(d.Key, true)
	}
	return b
}

// tellsTones says whether keys in the sound are told.
func (l *leg) tellsTones() bool { return l.stream.options.InBand && !l.ears.wanted }

// looks says whether keys are looked for in the sound: to be told, or to be kept out of a recording.
func (l *leg) looks() bool { return l.tap.masks || l.tellsTones() }

// look gives the detector what it has not got yet.
func (l *leg) look(w *work) {
	if !l.looks() {
		return
	}
	if l.jit.anew {
		l.jit.anew = false
		l.deafen()
	}
	for b := l.jit.fresh(); b != nil; b = l.jit.fresh() {
		if l.band == nil {
			l.band = newBand(l)
		}
		w.pcm = l.jit.codec.Decode(w.pcm[:0], b)
		l.mask.fedTo = l.jit.heard
		l.mask.feed(l, w.pcm)
	}
	if l.band != nil {
		l.mask.goesOn(l)
	}
	if l.held.tone {
		l.keyOn(l.band.detector.Sounding(), 0)
	}
}

// deafen has the detector forget what it heard.
func (l *leg) deafen() {
	if l.band != nil {
		l.band.detector.Reset()
		l.band.fed, l.mask.since = 0, 0
	}
}
