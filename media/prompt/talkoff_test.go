package prompt

import (
	"testing"

	"rexian/media/dtmf"
)

// No sound of ours is taken for a key, over and over in all its rounds.
func TestSignalsAreNoKeys(t *testing.T) {
	for kind := range signals {
		d := dtmf.NewDetector()
		pcm := kind.PCM()
		for range 3 {
			d.Feed(pcm, func(digit dtmf.Digit) { t.Errorf("%v sounds like key %c", kind, digit.Key) })
		}
	}
}
