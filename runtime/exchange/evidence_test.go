package exchange

import (
	"testing"
	"testing/synctest"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// tapped notes who is told to listen.
type tapped struct{ now rtp.Witness }

func (s *tapped) Attend(w rtp.Witness) bool { s.now = w; return true }

func (s *tapped) Dismiss(w rtp.Witness) {
	if s.now == w {
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
	if leg.now != rtp.Witness(e.last) {
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

// TestTheLastOfItIsEvidence: a call ends, and the tone that ended it is still on its way from the media engine. It is
// waited for, and a leg that was tried before says nothing of it.
func TestTheLastOfItIsEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := (&Exchange{}).newEarly(func(string) {})
		if h := e.end(); h.Heard() {
			t.Errorf("without a leg: %+v", h)
		}
		first, leg := &tapped{}, &tapped{}
		e.hears(first)
		e.hears(leg)
		busy := func(w rtp.Witness) {
			for range 3 {
				w.Heard(audio.Tone([]float64{450}, -12, 350*time.Millisecond))
				w.Heard(make([]int16, 2800))
			}
		}
		go func() {
			time.Sleep(time.Second)
			busy(leg.now)
			leg.now.(*hearing).End()
		}()
		if h := e.end(); h.Outcome() != "busy" {
			t.Errorf("%+v", h)
		}
		e.hears(leg)
		busy(first.now)
		if h := e.end(); h.Heard() { // it never ends: not for ever
			t.Errorf("of another leg: %+v", h)
		}
	})
}
