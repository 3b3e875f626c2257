package rtp

import (
	"cmp"
	"time"
)

// A key that one in a room presses is pressed anew towards those who take its keys, with that leg's own numbers and
// times: as a telephone event, held for as long as the far side holds it, or as a tone if that is all that the other
// side takes. A tone that is sent as an event leaves the sound; what of it was heard by then is too short for a key.

// stroke tells another in the room of a key.
type stroke struct {
	key  byte          // 0: the one that is down was let go
	on   time.Duration // how long it was held, 0 if that is not known yet
	at   int64         // ns on the engine's clock
	tone bool          // it is in the sound, too
}

// heldKey is a key of the far side that others were told of and that is not known to be let go.
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
	l.keyUp(0)
	for _, k := range l.told {
		k.stroke(stroke{key: key, on: max(on, 1), at: l.now})
	}
}

// keyDown passes on that a key went down, if anybody hears the far side.
func (l *leg) keyDown(key byte, tone bool) {
	l.keyUp(0)
	for _, k := range l.told {
		down := k.stroke(stroke{key: key, at: l.now, tone: tone})
		k.down = k.down || down
		if down || !k.takesKeys() {
			l.held = heldKey{key: key, tone: tone, seen: l.now}
		}
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
	if l.held.key == 0 {
		return
	}
	known := true
	for _, k := range l.told {
		k.down = k.down && !k.stroke(stroke{on: on, at: l.now})
		known = known && !k.down
	}
	if known {
		l.held = heldKey{}
	}
}

// watchKey lets a key go whose end did not come.
func (l *leg) watchKey() {
	if l.held.key != 0 && l.now-l.held.seen >= letGo {
		l.keyUp(0)
	}
}

// takeStrokes presses the keys of the others. While nothing may be sent they are lost, as their sound is.
func (l *leg) takeStrokes(sends bool) {
	for i := range l.others {
		if l.others[i].from.takesKeys() {
			l.takeFrom(&l.others[i], sends)
		}
	}
}

func (l *leg) takeFrom(e *other, sends bool) {
	k := e.from
	if events := l.media.Events >= 0; events != k.events.Load() {
		k.events.Store(events)
	}
	for s, ok := k.strokes.pop(); ok; s, ok = k.strokes.pop() {
		switch {
		case s.key == 0:
			l.keys.release(k, s.at, s.on)
		case !sends, s.tone && l.media.Events < 0: // the tone is heard by itself
		case s.on > 0:
			l.keys.push(press{key: s.key, on: s.on, by: k})
		default:
			l.keys.push(press{key: s.key, on: usualPress, since: cmp.Or(s.at, 1), by: k})
		}
		if s.tone && sends && l.media.Events >= 0 {
			e.far.hush()
		}
	}
}
