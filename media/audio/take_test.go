package audio

import (
	"math"
	"testing"
	"time"
)

// spoken is a clip with silence, a tone like speech, and silence.
func spoken(before, speech, after time.Duration, level float64) Clip {
	quiet := func(d time.Duration) []int16 { return make([]int16, int(d.Seconds()*Rate)) }
	x := append(quiet(before), Tone([]float64{440, 700}, level, speech)...)
	return Clip{Rate: Rate, Channels: 1, Samples: append(x, quiet(after)...)}
}

func TestMeasureFindsEnds(t *testing.T) {
	take := Measure(spoken(300*time.Millisecond, time.Second, 700*time.Millisecond, -20))
	for _, c := range []struct {
		what      string
		got, want time.Duration
	}{
		{"length", take.Length, 2 * time.Second}, {"before", take.Before, 300 * time.Millisecond},
		{"after", take.After, 700 * time.Millisecond}, {"speech", take.Speech(), time.Second},
	} {
		if d := c.got - c.want; d < -30*time.Millisecond || d > 30*time.Millisecond {
			t.Errorf("%s is %v, want about %v", c.what, c.got, c.want)
		}
	}
	if math.Abs(take.Level-(-17)) > 1.5 { // two tones of −20, and the edges
		t.Errorf("level %.1f dBm0, want about -17", take.Level)
	}
	if take.Clipped != 0 {
		t.Errorf("clipped %v of a sound that is not", take.Clipped)
	}
}

func TestMeasureFindsClipping(t *testing.T) {
	c := spoken(0, time.Second, 0, -6)
	for i, v := range c.Samples {
		c.Samples[i] = int16(max(-32768, min(32767, 6*int(v)))) // an amplifier that was turned up too far
	}
	if take := Measure(c); take.Clipped < 200*time.Millisecond || take.Peak < 0.99 {
		t.Errorf("clipped %v, peak %.2f of a sound cut for much of its length", take.Clipped, take.Peak)
	}
}

func TestMeasureFindsNoise(t *testing.T) {
	c := spoken(time.Second, time.Second, time.Second, -20)
	for i := range c.Samples {
		c.Samples[i] += int16((i*7919)%201 - 100) // a hiss of ±100
	}
	if take := Measure(c); take.Noise < -60 || take.Noise > -40 {
		t.Errorf("noise %.1f dBm0, want that of the hiss, near -52", take.Noise)
	}
}

func TestMeasureOfNothing(t *testing.T) {
	for name, c := range map[string]Clip{"no file": {}, "no samples": {Rate: Rate, Channels: 1},
		"silence": {Rate: Rate, Channels: 2, Samples: make([]int16, 2*Rate)}} {
		if take := Measure(c); !math.IsInf(take.Level, -1) || take.Speech() != 0 {
			t.Errorf("%s: level %v, speech %v", name, take.Level, take.Speech())
		}
	}
}
