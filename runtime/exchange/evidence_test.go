package exchange

import (
	"testing"

	"rexian/media/rtp"
)

// tapped notes who is told to listen.
type tapped struct{ now rtp.Tap }

func (s *tapped) Tap(t rtp.Tap) bool { s.now = t; return true }

func (s *tapped) Untap(t rtp.Tap) {
	if s.now == t {
		s.now = nil
	}
}

// TestNobodyListensToATalk: what is heard before the answer is evidence, what is said behind it is not. To look for
// tones in it took more than carrying it.
func TestNobodyListensToATalk(t *testing.T) {
	x := &Exchange{}
	e := x.newEarly(func(string) {})
	leg := &tapped{}
	e.hears(leg)
	if leg.now != rtp.Tap(e) {
		t.Fatal("nobody listens before the answer")
	}
	e.answered(leg)
	if leg.now != nil {
		t.Fatal("a talk is listened to")
	}
	for tag, want := range map[string]bool{"fax_tone": true, "machine": true, "busy": false} {
		if got := armed(map[string]bool{tag: true}, machineOutcomes); got != want {
			t.Errorf("an arm for %s: %v", tag, got)
		}
	}
}
