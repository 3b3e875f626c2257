package dtmf

import (
	"math"
	"slices"
	"time"

	"rexian/media/audio"
)

// edge is how many samples a tone takes to come and to go: 1 ms, so that it does not click.
const edge = audio.Rate / 1000

// Generate appends the tone of the key to dst: on at 8 kHz, the lower and the higher frequency at levelLow and
// levelHigh in dBm0. A pair of −8 and −6 is what telephones send. Without a valid key dst comes back unchanged.
func Generate(dst []int16, key byte, on time.Duration, levelLow, levelHigh float64) []int16 {
	low, high, ok := tones(key)
	if !ok {
		return dst
	}
	a, b := audio.Tone([]float64{low}, levelLow, on), audio.Tone([]float64{high}, levelHigh, on)
	dst = slices.Grow(dst, len(a))
	for i := range a {
		near := min(i, len(a)-1-i)
		gain := 1.0
		if near < edge {
			gain = 0.5 - 0.5*math.Cos(math.Pi*(float64(near)+0.5)/edge)
		}
		sum := math.Round(gain * (float64(a[i]) + float64(b[i])))
		dst = append(dst, int16(min(max(sum, math.MinInt16), math.MaxInt16)))
	}
	return dst
}
