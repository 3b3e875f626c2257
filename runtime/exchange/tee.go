package exchange

import (
	"slices"
	"sync"

	"rexian/media/audio"
)

// tee lets several recordings hear one call: the whole call's and a step's. The media engine knows one tap, and hands
// sound over in pieces, so what was said last is still on its way when a recording comes to its end. Therefore a change
// is made with another tee: the engine gives the old one the rest, then its End, and with it end those that have left.
type tee struct {
	list []listener

	mu    sync.Mutex
	left  []listener
	ended bool
}

// listener is a recording, to which sound is given.
type listener interface {
	Coded(c audio.Codec, heard, said []byte)
	Keys(from, to int)
	Key()
	End()
}

// Coded passes both legs on. It is called by the media engine, off the tick thread.
func (t *tee) Coded(c audio.Codec, heard, said []byte) {
	for _, l := range t.list {
		l.Coded(c, heard, said)
	}
}

// Keys tells the recordings where there are keys in the caller's sound.
func (t *tee) Keys(from, to int) {
	for _, l := range t.list {
		l.Keys(from, to)
	}
}

// End is told by the media engine after the last samples.
func (t *tee) End() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	for _, l := range t.left {
		l.End()
	}
	t.left = nil
}

// leave ends a listener when it has got its last samples.
func (t *tee) leave(l listener) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		l.End()
		return
	}
	t.left = append(t.left, l)
}

// key tells the recordings of a key that came beside the sound, or in it. No tee has none.
func (t *tee) key() {
	for _, l := range t.listeners() {
		l.Key()
	}
}

func (t *tee) listeners() []listener {
	if t == nil {
		return nil
	}
	return t.list
}

// hear changes who listens to the call. It says whether that was possible: not when the call's sound has ended.
func (c *telephone) hear(list []listener) bool {
	if len(list) == 0 {
		if !c.stream.Tap(nil) {
			return false
		}
		c.tee = nil
		return true
	}
	next := &tee{list: list}
	if !c.stream.Record(next) {
		return false
	}
	c.tee = next
	return true
}

// join has a recording hear the call.
func (c *telephone) join(l listener) { c.hear(append(slices.Clone(c.tee.listeners()), l)) }

// leave ends a recording with what was said up to now.
func (c *telephone) leave(l listener) {
	now := c.tee
	if !slices.Contains(now.listeners(), l) { // the sound had ended before it began
		l.End()
		return
	}
	c.hear(slices.DeleteFunc(slices.Clone(now.list), func(o listener) bool { return o == l }))
	now.leave(l)
}
