package lab

import (
	"math/rand/v2"
	"time"

	"rexian/media/audio"
)

// Lines are how sound may be spoilt on its way.
var Lines = []string{"A-law", "like GSM", "noise at 15 dB", "like GSM, coloured, noise at 20 dB", "coloured, 3 % lost"}

// Spoil is sound behind one of the Lines, at a strength by chance.
func Spoil(pcm []int16, line int, r *rand.Rand) []int16 {
	pcm = Level(pcm, -12*r.Float64())
	colour := func(x []int16) []int16 { return Tilt(x, r.Float64()*1.2-0.6) }
	switch line {
	case 0:
		return ALaw(pcm)
	case 1:
		return GSM(pcm)
	case 2:
		return Noise(pcm, 15, r)
	case 3:
		return Noise(colour(GSM(pcm)), 20, r)
	}
	return Lose(colour(pcm), 0.03, r)
}

// Early is what is heard before an answer: a telephone that rings, and an announcement of which the beginning may be
// missing.
func Early(pcm []int16, r *rand.Rand) []int16 {
	cut := min(r.IntN(6400), len(pcm)/3)
	out := append(audio.Tone([]float64{450}, -12, time.Second), make([]int16, 8000+r.IntN(8000))...)
	return append(append(out, pcm[cut:]...), make([]int16, 12000)...)
}
