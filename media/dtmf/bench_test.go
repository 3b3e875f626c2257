package dtmf

import (
	"math"
	"math/rand/v2"
	"testing"

	"rexian/media/audio"
)

// voices is a minute of sound like speech: a buzz at a wandering pitch through two wandering formants, hisses between,
// and pauses; and music: chords that change twice a second. Both are far richer in tones than a quiet caller.
func voices(seed uint64) (speech, music []int16) {
	random := rand.New(rand.NewPCG(seed, 1))
	const seconds = 60
	x := make([]float64, seconds*audio.Rate)
	pitch, phase := 120.0, 0.0
	for at := 0; at < len(x); {
		length := audio.Rate/20 + random.IntN(audio.Rate/3)
		kind := random.IntN(6)
		pitch = min(max(pitch*(0.8+0.4*random.Float64()), 80), 450)
		f1, f2 := 250+650*random.Float64(), 900+1500*random.Float64()
		for i := 0; i < length && at < len(x); i, at = i+1, at+1 {
			envelope := math.Sin(math.Pi * float64(i) / float64(length))
			switch kind {
			case 0: // a pause
			case 1:
				x[at] = envelope * 0.3 * random.NormFloat64()
			default:
				phase += pitch * (1 + 0.1*float64(i)/float64(length)) / audio.Rate
				for h := 1.0; h*pitch < 3400; h++ {
					f := h * pitch
					gain := 1/(1+math.Pow((f-f1)/90, 2)) + 0.6/(1+math.Pow((f-f2)/120, 2))
					x[at] += envelope * gain * math.Sin(2*math.Pi*h*phase)
				}
			}
		}
	}
	y := make([]float64, len(x))
	var chord [4]float64
	for i := range y {
		if i%(audio.Rate/2) == 0 {
			for k := range chord {
				chord[k] = 220 * math.Pow(2, float64(random.IntN(37))/12)
			}
		}
		decay := math.Exp(-3 * float64(i%(audio.Rate/2)) / audio.Rate)
		for _, f := range chord {
			for h := 1.0; h <= 4; h++ {
				y[i] += decay / (h * h) * math.Sin(2*math.Pi*f*h*float64(i)/audio.Rate)
			}
		}
	}
	for i := range x {
		x[i] *= 6000
		y[i] *= 5000
	}
	return line(x, -55, random), line(y, -55, random)
}

// Speech and music must not ring as keys.
func TestTalkOff(t *testing.T) {
	for seed := range uint64(2) {
		speech, music := voices(seed)
		if got := detect(speech); len(got) > 0 {
			t.Errorf("speech %d: heard %v", seed, got)
		}
		if got := detect(music); len(got) > 0 {
			t.Errorf("music %d: heard %v", seed, got)
		}
	}
}

// One operation is a second of one stream, so that ns/op in units of 100 µs is the percentage of a core for 100
// streams.
func BenchmarkDetectorSecond(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	speech, music := voices(9)
	quiet := line(make([]float64, 60*audio.Rate), -58, random)
	var keys []int16
	for len(keys) < 60*audio.Rate {
		keys = Generate(keys, codes[random.IntN(16)], 100*ms, -10, -8)
		keys = append(keys, make([]int16, 900*audio.Rate/1000)...)
	}
	for _, c := range []struct {
		name string
		pcm  []int16
	}{{"quiet", quiet}, {"speech", speech}, {"music", music}, {"a key a second", keys}} {
		b.Run(c.name, func(b *testing.B) {
			d, at := NewDetector(), 0
			b.ReportAllocs()
			for b.Loop() {
				for range 50 {
					d.Feed(c.pcm[at:at+160], func(Digit) {})
					at = (at + 160) % (59 * audio.Rate)
				}
			}
		})
	}
}
