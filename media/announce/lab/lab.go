package lab

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"

	"rexian/media/audio"
)

// Speak lets espeak-ng say a sentence with a variant of its voice, at so many words a minute, as 8,000 samples a
// second.
func Speak(s Sentence, variant string, speed int) ([]int16, error) {
	voice := "cmn-latn-pinyin"
	if variant != "" {
		voice += "+" + variant
	}
	cmd := exec.Command("espeak-ng", "-v", voice, "-s", strconv.Itoa(speed), "--stdout")
	cmd.Stdin = bytes.NewBufferString(s.Pinyin)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("espeak-ng, voice %q: %w", voice, err)
	}
	pcm, err := audio.Import(voice, out)
	if err != nil {
		return nil, fmt.Errorf("espeak-ng, voice %q: %w", voice, err)
	}
	return pcm, nil
}

// ALaw is sound behind a line of G.711.
func ALaw(pcm []int16) []int16 { return audio.PCMA.Decode(nil, audio.PCMA.Encode(nil, pcm)) }

// Level gives sound another strength, in decibels.
func Level(pcm []int16, decibels float64) []int16 {
	k := math.Pow(10, decibels/20)
	out := make([]int16, len(pcm))
	for i, x := range pcm {
		out[i] = clip(float64(x) * k)
	}
	return out
}

// Noise adds white noise so many decibels below the mean power of the sound.
func Noise(pcm []int16, decibels float64, r *rand.Rand) []int16 {
	power := 0.0
	for _, x := range pcm {
		power += float64(x) * float64(x)
	}
	sigma := math.Sqrt(power/float64(max(len(pcm), 1))) * math.Pow(10, -decibels/20)
	out := make([]int16, len(pcm))
	for i, x := range pcm {
		out[i] = clip(float64(x) + sigma*r.NormFloat64())
	}
	return out
}

// Lose makes silence of a share of the packets of 20 ms.
func Lose(pcm []int16, share float64, r *rand.Rand) []int16 {
	out := append([]int16(nil), pcm...)
	for at := 0; at+160 <= len(out); at += 160 {
		if r.Float64() < share {
			clear(out[at : at+160])
		}
	}
	return out
}

// Tilt lifts or lowers the high frequencies as another microphone or line would: one zero at k, -0.9 to 0.9.
func Tilt(pcm []int16, k float64) []int16 {
	out, last := make([]int16, len(pcm)), 0.0
	for i, x := range pcm {
		out[i] = clip((float64(x) - k*last) / (1 + math.Abs(k)/2))
		last = float64(x)
	}
	return out
}

func clip(x float64) int16 { return int16(min(max(math.Round(x), -32768), 32767)) }

// GSM is sound behind a telephone of GSM, nearly: as ETSI EN 300 961 (full rate) does, a filter of eight reflection
// coefficients for each 20 ms, coarsely kept, and of what it leaves every third sample with three bits. The long-term
// predictor is left out, so it sounds worse than the true one.
func GSM(pcm []int16) []int16 {
	const frame, sub = 160, 40
	out := make([]int16, 0, len(pcm))
	var before, behind [8]float64
	pre, de := 0.0, 0.0
	for at := 0; at+frame <= len(pcm); at += frame {
		var x [frame]float64
		for i := range x {
			v := float64(pcm[at+i])
			x[i] = v - 0.86*pre
			pre = v
		}
		k := reflections(x[:])
		var left [frame]float64
		for i := range x {
			left[i] = analyse(&before, k, x[i])
		}
		for s := 0; s < frame; s += sub {
			grid(left[s : s+sub])
		}
		for i := range left {
			de = synthesise(&behind, k, left[i]) + 0.86*de
			out = append(out, clip(de))
		}
	}
	return out
}

// reflections are the coefficients of a frame by Schur's recursion, kept as coarsely as GSM keeps them.
func reflections(x []float64) (k [8]float64) {
	var r [9]float64
	for lag := range r {
		for i := lag; i < len(x); i++ {
			r[lag] += x[i] * x[i-lag]
		}
	}
	if r[0] <= 0 {
		return k
	}
	r[0] *= 1.0001
	a, e := [9]float64{1}, r[0]
	for m := 1; m <= 8; m++ {
		acc := r[m]
		for i := 1; i < m; i++ {
			acc += a[i] * r[m-i]
		}
		c := -acc / e
		next := a
		for i := 1; i < m; i++ {
			next[i] = a[i] + c*a[m-i]
		}
		next[m] = c
		a = next
		e *= 1 - c*c
		k[m-1] = c
	}
	steps := [8]float64{32, 32, 16, 16, 8, 8, 4, 4} // levels either side
	for i := range k {
		lar := math.Atanh(min(max(k[i], -0.98), 0.98)) / 2.3
		k[i] = math.Tanh(math.Round(lar*steps[i]) / steps[i] * 2.3)
	}
	return k
}

func analyse(state *[8]float64, k [8]float64, x float64) float64 {
	f, b := x, x
	for m := range k {
		was := state[m]
		state[m] = b
		f, b = f+k[m]*was, was+k[m]*f
	}
	return f
}

func synthesise(state *[8]float64, k [8]float64, f float64) float64 {
	for m := 7; m >= 0; m-- {
		f -= k[m] * state[m]
		if m < 7 {
			state[m+1] = state[m] + k[m]*f
		}
	}
	state[0] = f
	return f
}

// grid keeps every third sample of 5 ms, from the strongest of four beginnings, in eight steps.
func grid(x []float64) {
	best, from := -1.0, 0
	for g := range 4 {
		sum := 0.0
		for i := g; i < min(g+39, len(x)); i += 3 {
			sum += x[i] * x[i]
		}
		if sum > best {
			best, from = sum, g
		}
	}
	most := 1e-9
	for i := from; i < min(from+39, len(x)); i += 3 {
		most = max(most, math.Abs(x[i]))
	}
	for i := range x {
		if (i-from)%3 != 0 || i < from || i >= from+39 {
			x[i] = 0
			continue
		}
		x[i] = (math.Round((x[i]/most)*3.5-0.5) + 0.5) / 3.5 * most
	}
}
