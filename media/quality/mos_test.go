package quality

import (
	"math"
	"testing"
	"time"
)

// The values are those of G.107's formulas by hand: R = 93.2 − Id − 95·Ppl/(Ppl+25.1).
func TestMOS(t *testing.T) {
	for _, c := range []struct {
		p    Path
		r    float64
		mos  float64
		what string
	}{
		{Path{}, 93.2, 4.41, "nothing"},
		{Path{Delay: 100 * time.Millisecond}, 90.8, 4.36, "a delay that nobody notices"},
		{Path{Delay: 400 * time.Millisecond}, 59.1, 3.05, "a satellite"},
		{Path{Loss: 0.01}, 89.56, 4.33, "one per cent"},
		{Path{Loss: 0.05}, 77.42, 3.93, "five"},
		{Path{Loss: 0.2}, 51.07, 2.63, "a fifth"},
		{Path{Loss: 1}, 17.26, 1.17, "everything"},
		{Path{Loss: 1, Delay: 3 * time.Second}, 0, 1, "beyond the scale"},
		{Path{Loss: 7, Delay: -time.Second}, 17.26, 1.17, "figures that cannot be"},
	} {
		if r := Rating(c.p); math.Abs(r-c.r) > 0.1 {
			t.Errorf("%s: R %.2f, want %.2f", c.what, r, c.r)
		}
		if m := MOS(c.p); math.Abs(m-c.mos) > 0.01 {
			t.Errorf("%s: MOS %.3f, want %.2f", c.what, m, c.mos)
		}
	}
}

// More loss and more delay never sound better.
func TestMOSFalls(t *testing.T) {
	last := 5.0
	for i := range 101 {
		p := Path{Loss: float64(i) / 100, Delay: time.Duration(i) * 5 * time.Millisecond}
		if m := MOS(p); m > last || m < 1 {
			t.Fatalf("%+v: %.3f after %.3f", p, m, last)
		} else {
			last = m
		}
	}
}
