package audio

import "math"

// Prompts come from many voices and rooms. So that none is faint and none shouts, each is measured as ITU-R BS.1770-5
// does, with the telephone's band in place of its weighting: the power of blocks of 400 ms, of which the silent ones
// and those far below the rest do not count. Then the whole is raised or lowered to one level. What would now be too
// loud for a moment is turned down for that moment.

const (
	// Loudness is the level in dBm0 to which Import brings speech and music.
	Loudness = -18.0

	ceiling     = 0.9   // of full scale: the highest peak
	mostGain    = 30.0  // dB: what is fainter is not raised further
	silent      = -60.0 // dBm0: a block below is silence
	gate        = 10.0  // dB below the mean of all blocks: a block below is a pause
	blockTime   = 2 * Rate / 5
	blockStep   = blockTime / 4
	rumble      = 60.0  // Hz: what is lower is removed
	measureFrom = 200.0 // Hz: what is lower is not measured, a telephone barely carries it
)

// highPass removes what lies below the frequency, 12 dB an octave, and with it any constant: a Butterworth filter.
func highPass(x []float64, frequency float64) []float64 {
	w := math.Tan(math.Pi * frequency / Rate)
	norm := 1 / (1 + math.Sqrt2*w + w*w)
	a1, a2 := 2*(w*w-1)*norm, (1-math.Sqrt2*w+w*w)*norm
	out := make([]float64, len(x))
	var x1, x2, y1, y2 float64
	for i, v := range x {
		y := (v-2*x1+x2)*norm - a1*y1 - a2*y2
		out[i] = y
		x1, x2, y1, y2 = v, x1, y, y1
	}
	return out
}

// withoutDC subtracts the mean, which a high-pass alone would turn into a thump at the beginning, and the rumble.
func withoutDC(x []float64) []float64 {
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v - mean
	}
	return highPass(out, rumble)
}

// loudness is the level of the sound in dBm0 without its pauses, −Inf when there is only silence.
func loudness(x []float64) float64 {
	x = highPass(x, measureFrom)
	var blocks []float64
	for at := 0; at == 0 || at+blockTime <= len(x); at += blockStep {
		power, block := 0.0, x[at:min(at+blockTime, len(x))]
		for _, v := range block {
			power += v * v
		}
		if power /= float64(max(1, len(block))); level(power) >= silent {
			blocks = append(blocks, power)
		}
	}
	least := mean(blocks, 0) * math.Pow(10, -gate/10)
	return level(mean(blocks, least))
}

// mean is the mean of those that are at least the limit.
func mean(powers []float64, least float64) float64 {
	sum, n := 0.0, 0
	for _, p := range powers {
		if p >= least {
			sum, n = sum+p, n+1
		}
	}
	return sum / float64(max(1, n))
}

// even brings the sound to Loudness and limits its peaks, in place. Silence stays silence.
func even(x []float64) {
	l := loudness(x)
	if math.IsInf(l, -1) {
		return
	}
	gain := math.Pow(10, min(Loudness-l, mostGain)/20)
	for i := range x {
		x[i] *= gain
	}
	limit(x)
}

// limit turns peaks above the ceiling down, in place: the gain falls over some 3 ms before a peak and comes back over
// some 80 ms after it, so that nothing is cut and nothing clicks.
func limit(x []float64) {
	const fall, rise = 1.0 / 24, 1.0 / 640
	gains := make([]float64, len(x))
	gain := 1.0
	for i, v := range x {
		gain += (1 - gain) * rise
		gain = min(gain, ceiling/max(math.Abs(v), ceiling))
		gains[i] = gain
	}
	gain = 1
	for i := len(x) - 1; i >= 0; i-- {
		gain += (1 - gain) * fall
		gain = min(gain, gains[i])
		x[i] *= gain
	}
}
