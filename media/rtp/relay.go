package rtp

import (
	"cmp"
	"time"
)

// A key that one side of a bridge presses is pressed anew towards the other, with that leg's own numbers and times: as
// a telephone event, held for as long as the far side holds it, or as a tone if that is all that the other side takes.
// A tone that is sent as an event leaves the sound; what of it was heard by then is too short for a key.

// stroke tells the other side of a bridge of a key.
type stroke struct {
	key  byte          // 0: the one that is down was let go
	on   time.Duration // how long it was held, 0 if that is not known yet
	at   int64         // ns on the engine's clock
	tone bool          // it is in the sound, too
}

// heldKey is a key of the far side that the other side of a bridge was told of and that is not known to be let go.
type heldKey struct {
	key  byte
	tone bool // in the sound
	seen int64
}

const (
	mostStrokes = 16                            // that wait for the other leg's tick
	letGo       = int64(200 * time.Millisecond) // a key of which nothing was heard for so long was let go
	usualPress  = 100 * time.Millisecond        // of a tone, where it is not known how long the key will be held
)

// relay passes on a whole press.
func (l *leg) relay(key byte, on time.Duration) {
	if l.into != nil && !l.muted {
		l.keyUp(0)
		l.into.strokes.push(stroke{key: key, on: max(on, 1), at: l.now})
	}
}

// keyDown passes on that a key went down, if there is another side.
func (l *leg) keyDown(key byte, tone bool) {
	if l.into == nil || l.muted {
		return
	}
	l.keyUp(0)
	if l.into.strokes.push(stroke{key: key, at: l.now, tone: tone}) {
		l.held = heldKey{key: key, tone: tone, seen: l.now}
	}
}

// keyOn says whether the key that was passed on is still down, and for how long it has been at least.
func (l *leg) keyOn(down bool, on time.Duration) {
	if down {
		l.held.seen = l.now
	} else {
		l.keyUp(on)
	}
}

func (l *leg) keyUp(on time.Duration) {
	if l.held.key != 0 && l.into.strokes.push(stroke{on: on, at: l.now}) {
		l.held = heldKey{}
	}
}

// watchKey lets a key go whose end did not come.
func (l *leg) watchKey() {
	if l.held.key != 0 && l.now-l.held.seen >= letGo {
		l.keyUp(0)
	}
}

// takeStrokes presses the keys of the other side. While nothing may be sent they are lost, as its sound is.
func (l *leg) takeStrokes(sends bool) {
	if l.from == nil {
		return
	}
	if events := l.media.Events >= 0; events != l.from.events.Load() {
		l.from.events.Store(events)
	}
	for s, ok := l.from.strokes.pop(); ok; s, ok = l.from.strokes.pop() {
		switch {
		case s.key == 0:
			l.keys.release(s.at, s.on)
		case !sends, s.tone && l.media.Events < 0: // the tone is heard by itself
		case s.on > 0:
			l.keys.push(press{key: s.key, on: s.on})
		default:
			l.keys.push(press{key: s.key, on: usualPress, since: cmp.Or(s.at, 1)})
		}
		if s.tone && sends && l.media.Events >= 0 {
			l.far.hush()
		}
	}
}
