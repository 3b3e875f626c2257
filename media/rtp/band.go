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
		b.last, b.at = d.Key, l.now
		l.tell(Event{Kind: Key, Digit: d.Key, InBand: true})
		l.keyDown(d.Key, true)
	}
	return b
}

// looks says whether keys are looked for in the sound.
func (l *leg) looks() bool { return l.stream.options.InBand && !l.ears.wanted }

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
		l.band.detector.Feed(w.pcm, l.band.found)
	}
	if l.held.tone {
		l.keyOn(l.band.detector.Sounding(), 0)
	}
}

// deafen has the detector forget what it heard.
func (l *leg) deafen() {
	if l.band != nil {
		l.band.detector.Reset()
	}
}
