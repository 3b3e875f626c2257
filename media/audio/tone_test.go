package audio

import (
	"math"
	"testing"
	"time"
)

// secondsOf is how long n samples last, rounded up.
func secondsOf(n int) time.Duration { return time.Duration(n)*time.Second/Rate + 1 }

func TestTone(t *testing.T) {
	for _, c := range []struct {
		freqs []float64
		level float64
		want  float64 // of the sum
	}{
		{[]float64{450}, -10, -10}, {[]float64{450}, 3.14, 3.14}, {[]float64{350, 440}, -13, -10},
		{[]float64{1000}, -60, -60},
	} {
		samples := Tone(c.freqs, c.level, time.Second)
		if len(samples) != Rate || samples[0] != 0 {
			t.Errorf("%v: %d samples, the first %d", c.freqs, len(samples), samples[0])
		}
		if got := Level(samples); math.Abs(got-c.want) > 0.05 {
			t.Errorf("%v at %v: %.2f dBm0, want %.2f", c.freqs, c.level, got, c.want)
		}
	}
	if n := len(Tone([]float64{450}, -10, -time.Second)); n != 0 {
		t.Errorf("less than no time gives %d samples", n)
	}
	if l := Level(make([]int16, 5)); !math.IsInf(l, -1) {
		t.Errorf("silence has %v dBm0", l)
	}
	if loud := Tone([]float64{450, 451}, 3, time.Second/100); Level(loud) > 6.2 {
		t.Errorf("cut sound has %v dBm0", Level(loud))
	}
}
