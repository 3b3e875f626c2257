package audio

import "math"

// Sound of another rate becomes 8 kHz by one low-pass filter that is evaluated only where a sample is wanted: a sinc
// cut off by a Kaiser window. It passes up to 3.4 kHz within 0.1 dB, as the telephone does, and is 80 dB down from 4
// kHz, so that nothing above folds back into the speech.

const (
	kernelZeros = 40    // zero crossings of the sinc on each side
	kernelBeta  = 8.6   // shape of the Kaiser window, for 80 dB and more
	kernelEdge  = 0.925 // the middle of the slope, as a part of half the lower rate
)

// kernel makes the filter's taps for the places a wanted sample may have between two that are there.
type kernel struct {
	up, down int         // wanted samples per those that are there, without common factors
	cut      float64     // the slope's middle in cycles per input sample, doubled
	half     int         // input samples on each side
	taps     [][]float64 // by phase, made when first needed
}

func newKernel(from, to int) *kernel {
	g := divisor(from, to)
	k := &kernel{up: to / g, down: from / g}
	k.cut = kernelEdge * min(1, float64(to)/float64(from))
	k.half = int(math.Ceil(kernelZeros / k.cut))
	k.taps = make([][]float64, k.up)
	return k
}

func divisor(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// phase is the filter for a wanted sample that lies phase/up after an input sample. The first tap belongs to the input
// sample half-1 before that one. The taps sum to one, so that each phase passes a constant unchanged.
func (k *kernel) phase(phase int) []float64 {
	if k.taps[phase] != nil {
		return k.taps[phase]
	}
	taps := make([]float64, 2*k.half)
	sum, at := 0.0, float64(phase)/float64(k.up)
	for i := range taps {
		x := float64(i-k.half+1) - at
		taps[i] = sinc(k.cut*x) * kaiser(x/float64(k.half))
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	k.taps[phase] = taps
	return taps
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the window at x, −1 to 1, up to a factor.
func kaiser(x float64) float64 {
	if x < -1 || x > 1 {
		return 0
	}
	return bessel(kernelBeta * math.Sqrt(1-x*x))
}

// bessel is the modified Bessel function of the first kind and order zero.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for n := 1.0; term > sum*1e-12; n++ {
		term *= (x / 2 / n) * (x / 2 / n)
		sum += term
	}
	return sum
}

// resample changes the rate of the sound. The result lasts as long, to the sample, and begins at the same moment.
// Beyond both ends there is silence.
func resample(x []float64, from, to int) []float64 {
	if from == to {
		return x
	}
	k := newKernel(from, to)
	out := make([]float64, (int64(len(x))*int64(k.up)+int64(k.down)-1)/int64(k.down))
	at, phase := 0, 0
	for i := range out {
		taps := k.phase(phase)
		first := at - k.half + 1
		skip := max(0, -first)
		sum := 0.0
		if end := min(len(taps), len(x)-first); skip < end {
			in := x[first+skip : first+end]
			for j, t := range taps[skip:end] {
				sum += t * in[j]
			}
		}
		out[i] = sum
		phase += k.down
		at += phase / k.up
		phase %= k.up
	}
	return out
}
