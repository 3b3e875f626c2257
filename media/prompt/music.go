package prompt

import (
	"math"

	"rexian/media/audio"
)

// The hold music: a slow tune on plucked strings over broken chords, in the five tones gong, shang, jue, zhi, yu, which
// no two of sound wrong together. It was written for this program. Telephones carry little below 300 Hz and nothing
// above 3,400, so it is set in the middle, and soft: people listen to it for minutes with the handset at the ear. All
// fundamentals are below 700 Hz and harmonics die fast, so that no key's pair of tones (697–1,633 Hz) is in it.

const (
	beat      = audio.Rate * 3 / 4 // samples: 80 beats a minute
	bars      = 12                 // of four beats
	musicPeak = 7000               // of 32,767
)

// note is a tone of the scale by its step from C4 in semitones, and its beats; rest has no tone.
type note struct {
	step  int
	beats float64
}

const rest = -100

// melody is the tune: three phrases of four bars, question, answer, return.
var melody = []note{
	{7, 1.5}, {9, .5}, {7, 1}, {4, 1}, {2, 2}, {0, 2}, {2, 1}, {4, 1}, {7, 1.5}, {4, .5}, {2, 3}, {rest, 1},
	{9, 1.5}, {12, .5}, {9, 1}, {7, 1}, {4, 2}, {7, 2}, {4, 1}, {2, 1}, {0, 1}, {2, 1}, {4, 3}, {rest, 1},
	{7, 1.5}, {9, .5}, {7, 1}, {4, 1}, {2, 1}, {0, 1}, {-3, 2}, {0, 1}, {2, 1}, {4, 1}, {2, 1}, {0, 3}, {rest, 1},
}

// chords are the broken accompaniment, one a bar.
var chords = [bars][3]int{
	{0, 4, 7}, {-3, 0, 4}, {-3, 0, 4}, {-5, 2, 7}, {-3, 0, 4}, {0, 4, 7}, {0, 4, 7}, {-5, -1, 2},
	{0, 4, 7}, {-3, 0, 4}, {-5, 0, 2}, {0, 4, 7},
}

// music plays one round. What still sounds at its end is laid over its beginning, so that the round closes.
func music() []int16 {
	mix := make([]float64, bars*4*beat)
	at := 0.0
	for _, n := range melody {
		if n.step != rest {
			pluck(mix, int(at*beat), n.step, 1, 1.1)
		}
		at += n.beats
	}
	for bar, chord := range chords {
		for i, voice := range []int{0, 1, 2, 1} {
			pluck(mix, (bar*4+i)*beat, chord[voice], .38, .8)
		}
	}
	peak := 0.0
	for _, v := range mix {
		peak = max(peak, math.Abs(v))
	}
	out := make([]int16, len(mix))
	for i, v := range mix {
		out[i] = int16(math.Round(v / peak * musicPeak))
	}
	return out
}

// pluck adds a string plucked at a sample: four harmonics, of which the higher die sooner. life is the time in seconds
// in which the fundamental falls to a third.
func pluck(mix []float64, at, step int, loud, life float64) {
	freq := 261.63 * math.Pow(2, float64(step)/12)
	for h := 1; h <= 4 && float64(h)*freq < 3000; h++ {
		f := 2 * math.Pi * freq * float64(h) / audio.Rate
		decay := math.Exp(-float64(h) / (life * audio.Rate))
		level := loud * []float64{1, .32, .12, .05}[h-1]
		for i := 0; level > 1e-4; i++ {
			rise := min(1, float64(i)/(audio.Rate*.006)) // 6 ms, or the string would click
			mix[(at+i)%len(mix)] += level * rise * math.Sin(f*float64(i))
			level *= decay
		}
	}
}
