package rtp

import (
	"time"

	"rexian/media/dtmf"
)

// band looks for keys in the far side's sound. Sound goes to the detector as it comes, in order and without waiting for the late: a
// key must be told at once. What is missing is filled with silence.
type band struct {
	detector *dtmf.Detector
	found    func(dtmf.Digit)
	next     uint32 // timestamp that follows what the detector has got
	started  bool
	last     byte  // the key heard last
	at       int64 // and when, in ns on the engine's clock
}

var silence [frame]int16

const (
	mostGap = 10 * frame             // a longer gap cannot be inside one key
	leak    = 250 * time.Millisecond // a gateway lets the tone through until it knows it, then sends the event of the same key
)

// told says that the key of an event was heard as a tone just before.
func (b *band) told(key byte, now int64) bool { return b.last == key && now-b.at < int64(leak) }

func newBand(l *leg) *band {
	b := &band{detector: dtmf.NewDetector()}
	b.found = func(d dtmf.Digit) {
		b.last, b.at = d.Key, l.now
		l.tell(Event{Kind: Key, Digit: d.Key, InBand: true})
	}
	return b
}

func (b *band) reset() {
	b.started = false
	b.detector.Reset()
}

func (b *band) feed(stamp uint32, pcm []int16) {
	if b.started {
		switch gap := int32(stamp - b.next); {
		case gap < 0 && gap > -mostGap:
			return // late: its place was taken by silence
		case gap < 0 || gap > mostGap:
			b.detector.Reset()
		default:
			for ; gap > 0; gap -= frame {
				b.detector.Feed(silence[:min(gap, frame)], b.found)
			}
		}
	}
	b.started, b.next = true, stamp+uint32(len(pcm))
	b.detector.Feed(pcm, b.found)
}
