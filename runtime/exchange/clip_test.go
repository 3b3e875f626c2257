package exchange

import (
	"testing"
	"time"

	"rexian/media/audio"
)

// What is kept of early media is the last twelve seconds that are not silent, with a pause that parts two
// announcements, and nothing of silence alone.
func TestEarlyMediaIsKept(t *testing.T) {
	var c clip
	packets := func(pcm []int16) {
		for ; len(pcm) > 0; pcm = pcm[min(160, len(pcm)):] {
			c.write(pcm[:min(160, len(pcm))])
		}
	}
	packets(make([]int16, 8000))
	if b := c.end(); len(b) > 0 {
		t.Errorf("%d samples of silence are kept", len(b))
	}
	tone := audio.Tone([]float64{450}, -12, time.Second)
	for range 3 { // a telephone that rings
		packets(tone)
		packets(make([]int16, 4*8000))
	}
	if got, want := len(c.end()), 3*(8000+clipGap); got != want {
		t.Errorf("%d samples are kept, want %d", got, want)
	}
	for range 60 {
		packets(tone)
	}
	b := c.end()
	if len(b) != clipKeeps || cap(c.alaw) > 2*clipKeeps {
		t.Errorf("%d samples are kept in %d bytes", len(b), cap(c.alaw))
	}
	if got := audio.PCMA.Decode(nil, b[len(b)-8000:]); got[100] == 0 && got[101] == 0 {
		t.Error("the last second is not the last that was heard")
	}
}
