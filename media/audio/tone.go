package audio

import (
	"math"
	"time"
)

// overload is the level in dBm0 of a sine that just fills A-law (G.711, 3.2). It ties samples to levels on a telephone
// line.
const overload = 3.14

// amplitude is the peak of a sine of the level in dBm0 as a fraction of full scale.
func amplitude(level float64) float64 { return math.Pow(10, (level-overload)/20) }

// Level is the power of the samples in dBm0: that of a sine as strong. No sound at all is −Inf.
func Level(samples []int16) float64 {
	power := 0.0
	for _, s := range samples {
		power += float64(s) * float64(s)
	}
	return level(power / float64(max(1, len(samples))) / (32768 * 32768))
}

// level turns the mean square of fractions of full scale into dBm0.
func level(power float64) float64 { return 10*math.Log10(2*power) + overload }

// Tone is the sum of sines of the frequencies in hertz, each as strong as level in dBm0, lasting d. Each begins at zero
// going up, so a d that holds a whole number of periods of each may be repeated without a click. What is louder than
// full scale is cut.
func Tone(freqs []float64, level float64, d time.Duration) []int16 {
	out := make([]int16, max(0, int(d*Rate/time.Second)))
	a := amplitude(level)
	for i := range out {
		sum := 0.0
		for _, f := range freqs {
			_, turns := math.Modf(f * float64(i) / Rate)
			sum += math.Sin(2 * math.Pi * turns)
		}
		out[i] = sample(a * sum)
	}
	return out
}
