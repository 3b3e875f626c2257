package exchange

import (
	"slices"
	"sync"

	"rexian/media/rtp"
)

// tee lets several recordings hear one call: the whole call's and a step's. The media engine knows one tap.
type tee struct {
	mu   sync.Mutex
	taps []rtp.Tap
}

// Samples passes both legs on. It is called by the media engine, off the tick thread.
func (t *tee) Samples(heard, said []int16) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tap := range t.taps {
		tap.Samples(heard, said)
	}
}

// key tells the recordings of a key that came beside the sound, or in it.
func (t *tee) key() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tap := range t.taps {
		if r, ok := tap.(interface{ Key() }); ok {
			r.Key()
		}
	}
}

// add takes another listener; first tells whether it is the only one.
func (t *tee) add(tap rtp.Tap) (first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taps = append(t.taps, tap)
	return len(t.taps) == 1
}

// remove takes a listener off; last tells whether none is left. After it returns the listener is called no more.
func (t *tee) remove(tap rtp.Tap) (last bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taps = slices.DeleteFunc(t.taps, func(o rtp.Tap) bool { return o == tap })
	return len(t.taps) == 0
}
