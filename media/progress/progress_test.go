package progress

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"rexian/media/audio"
)

// sound is made of bursts: frequencies and seconds, none is silence.
type sound []struct {
	hz      []float64
	seconds float64
}

func (s sound) samples(level, shift, stretch float64) (out []int16) {
	for _, b := range s {
		d := time.Duration(b.seconds * stretch * float64(time.Second)).Round(125 * time.Microsecond)
		if len(b.hz) == 0 {
			out = append(out, make([]int16, int(d.Seconds()*8000))...)
			continue
		}
		hz := make([]float64, len(b.hz))
		for i, f := range b.hz {
			hz[i] = f * shift
		}
		out = append(out, audio.Tone(hz, level, d)...)
	}
	return out
}

// noisy adds white noise so many dB below a level.
func noisy(samples []int16, level, ratio float64, r *rand.Rand) []int16 {
	sigma := 32768 / math.Sqrt2 * math.Pow(10, (level-3.14-ratio)/20)
	for i := range samples {
		samples[i] = int16(min(max(float64(samples[i])+sigma*r.NormFloat64(), -32768), 32767))
	}
	return samples
}

// coded is sound after A-law.
func coded(samples []int16) []int16 {
	return audio.PCMA.Decode(nil, audio.PCMA.Encode(nil, samples))
}

func hear(samples []int16) (list []Tone) {
	l := New(func(t Tone) { list = append(list, t) })
	for len(samples) > 0 { // in packets
		n := min(160, len(samples))
		l.Write(samples[:n])
		samples = samples[n:]
	}
	return list
}

func on(seconds float64, hz ...float64) struct {
	hz      []float64
	seconds float64
} {
	return struct {
		hz      []float64
		seconds float64
	}{hz, seconds}
}

func times(n int, s sound) (out sound) {
	for range n {
		out = append(out, s...)
	}
	return out
}

var off = func(seconds float64) struct {
	hz      []float64
	seconds float64
} {
	return on(seconds)
}

// TestTones hears each tone within two cycles, at any frequency, length, level and noise that it may have.
func TestTones(t *testing.T) {
	special := sound{on(0.33, 950), on(0.33, 1400), on(0.33, 1800), off(1)}
	unobtainable := append(times(3, sound{on(0.1, 450), off(0.1)}), on(0.4, 450), off(0.4))
	for _, c := range []struct {
		tone  Tone
		sound sound
	}{
		{Busy, append(times(2, sound{on(0.35, 450), off(0.35)}), on(0.35, 450))},
		{Congestion, append(times(2, sound{on(0.7, 450), off(0.7)}), on(0.7, 450))},
		{Ringback, append(times(2, sound{on(1, 450), off(4)}), on(1, 450))},
		{Unobtainable, append(times(2, unobtainable), on(0.1, 450))},
		{Special, special},
		{Fax, sound{on(0.5, 1100), off(3), on(0.5, 1100), off(1)}},
		{Fax, sound{on(2.6, 2100), off(1)}},
		{Beep, sound{off(0.3), on(0.4, 1000), off(1)}},
		{Beep, sound{off(0.3), on(0.2, 800), off(1)}},
	} {
		heard, all := 0, 0
		for _, level := range []float64{-5, -12, -35} {
			for _, shift := range []float64{0.985, 1, 1.015} {
				for _, stretch := range []float64{0.85, 1, 1.15} {
					for _, ratio := range []float64{60, 15} {
						if level == -35 && ratio == 15 && c.tone == Beep || c.tone == Beep &&
							(ratio == 15 || shift != 1) {
							continue // a beep is taken only where it is certain
						}
						r := rand.New(rand.NewPCG(uint64(c.tone), uint64(all)))
						got := hear(coded(noisy(c.sound.samples(level, shift, stretch), level, ratio, r)))
						all++
						if len(got) == 1 && got[0] == c.tone {
							heard++
						} else if testing.Verbose() {
							t.Logf("%v at %g dBm0, %g of its frequency, %g of its length, %g dB: %v", c.tone, level,
								shift, stretch,
								ratio, got)
						}
					}
				}
			}
		}
		if heard != all {
			t.Errorf("%v is heard in %d of %d", c.tone, heard, all)
		}
	}
}

// TestWhatIsNoTone: the ringback of other countries, keys, speech-like sound and music.
func TestWhatIsNoTone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	cases := map[string][]int16{
		"ringback of 440 and 480 Hz": times(10, sound{on(2, 440, 480), off(4)}).samples(-12, 1, 1),
		"busy of 480 and 620 Hz":     times(20, sound{on(0.5, 480, 620), off(0.5)}).samples(-12, 1, 1),
		"keys": times(20,
			sound{on(0.1, 697, 1209), off(0.1), on(0.3, 941, 1336), off(0.3)}).samples(-8, 1, 1),
		"a cadence that is no tone's":  times(20, sound{on(0.2, 450), off(0.6)}).samples(-12, 1, 1),
		"the right cadence, at 400 Hz": times(20, sound{on(0.35, 420), off(0.35)}).samples(-12, 1, 1),
		"noise":                        noisy(make([]int16, 8000*60), -20, 0, r),
		"silence":                      make([]int16, 8000*10),
		"a tone that does not go off":  sound{on(20, 450)}.samples(-12, 1, 1),
		"a beep with speech behind it": append(sound{on(0.3, 1000)}.samples(-12, 1, 1),
			noisy(make([]int16, 8000), -14, 0, r)...),
		"a minute of melody, chords": music(60, r),
	}
	for name, samples := range cases {
		if got := hear(samples); len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// music is a melody with overtones over chords, with attack and decay as strings and pianos have.
func music(seconds int, r *rand.Rand) []int16 {
	out := make([]float64, seconds*8000)
	note := func(at, length int, hz, loud float64) {
		for n := 0; n < length && at+n < len(out); n++ {
			t := float64(n) / 8000
			envelope := loud * min(t*50, 1) * math.Exp(-3*t)
			for k, part := range []float64{1, 0.5, 0.33, 0.2} {
				if f := hz * float64(k+1); f < 3800 {
					out[at+n] += envelope * part * math.Sin(2*math.Pi*f*t)
				}
			}
		}
	}
	for at := 0; at < len(out); {
		length := 1000 * (1 + r.IntN(8))
		root := 220 * math.Pow(2, float64(r.IntN(24))/12)
		note(at, 2*length, root, 6000)
		if r.IntN(3) > 0 {
			note(at, 2*length, root*math.Pow(2, float64(3+r.IntN(2))/12), 3000)
			note(at, 2*length, root*math.Pow(2, 7.0/12), 3000)
		}
		at += length
	}
	samples := make([]int16, len(out))
	for i, x := range out {
		samples[i] = int16(min(max(x, -32768), 32767))
	}
	return samples
}

func BenchmarkSecond(b *testing.B) {
	samples := sound{on(1, 450)}.samples(-12, 1, 1)
	l := New(func(Tone) {})
	for b.Loop() {
		l.Write(samples)
	}
}

func ExampleListener() {
	l := New(func(t Tone) { fmt.Println(t) })
	for range 3 {
		l.Write(audio.Tone([]float64{450}, -12, 350*time.Millisecond))
		l.Write(make([]int16, 2800))
	}
	// Output: busy
}
