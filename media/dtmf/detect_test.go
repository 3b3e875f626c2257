package dtmf

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/media/audio"
)

const ms = time.Millisecond

// press is one tone and what comes with it.
type press struct {
	key       byte
	on        time.Duration
	low, high float64 // dBm0
	lowOff    float64 // part of the frequency
	highOff   float64
	phase     float64
}

// tone is the samples of the press, as real numbers.
func (p press) tone() []float64 {
	low, high, _ := tones(p.key)
	a, b := math.Sqrt(2*meanSquare(p.low)), math.Sqrt(2*meanSquare(p.high))
	out := make([]float64, int(p.on*audio.Rate/time.Second))
	for i := range out {
		t := 2 * math.Pi * float64(i) / audio.Rate
		out[i] = a*math.Sin(t*low*(1+p.lowOff)+p.phase) + b*math.Sin(t*high*(1+p.highOff)+2*p.phase)
	}
	return out
}

// line puts sound on a telephone line: noise of the level in dBm0 is added, then A-law.
func line(x []float64, noise float64, random *rand.Rand) []int16 {
	deviation := math.Sqrt(meanSquare(noise))
	out := make([]int16, len(x))
	for i, v := range x {
		out[i] = int16(min(max(math.Round(v+deviation*random.NormFloat64()), math.MinInt16), math.MaxInt16))
	}
	return audio.PCMA.Decode(out[:0], audio.PCMA.Encode(nil, out))
}

func silence(d time.Duration) []float64 { return make([]float64, int(d*audio.Rate/time.Second)) }

func detect(pcm []int16) (all []Digit) {
	d := NewDetector()
	for len(pcm) > 0 {
		n := min(160, len(pcm))
		d.Feed(pcm[:n], func(digit Digit) { all = append(all, digit) })
		pcm = pcm[n:]
	}
	return
}

func keysOf(digits []Digit) string {
	var b strings.Builder
	for _, d := range digits {
		b.WriteByte(d.Key)
	}
	return b.String()
}

// grid calls f with every combination of the limits: keys, where in a block the tone falls, levels, twist, tuning,
// noise. off are the offsets of the frequencies.
func grid(on time.Duration, off [][2]float64, f func(p press, at int, noise float64)) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, key := range []byte(keypad) {
		for _, level := range []float64{0, -12, -39} { // of the weaker tone; at 0 both are so
			for _, twist := range []float64{-8, -4, 0, 4} {
				p := press{key: key, on: on, low: level, high: level}
				switch {
				case level == 0 && twist > 0:
					p.low -= twist
				case level == 0:
					p.high += twist
				case twist > 0:
					p.high += twist
				default:
					p.low -= twist
				}
				sum := 10 * math.Log10(math.Pow(10, p.low/10)+math.Pow(10, p.high/10))
				for _, o := range off {
					p.lowOff, p.highOff = o[0], o[1]
					for _, snr := range []float64{12, 30, 90} {
						p.phase = random.Float64() * 2 * math.Pi
						f(p, random.IntN(block), sum-snr)
					}
				}
			}
		}
	}
}

var inTune = [][2]float64{{0, 0}, {.015, .015}, {.015, -.015}, {-.015, .015}, {-.015, -.015}}

func TestAcceptsWithinTheLimits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	n, missed, late := 0, 0, 0
	for _, on := range []time.Duration{40 * ms, 100 * ms, 400 * ms} {
		grid(on, inTune, func(p press, at int, noise float64) {
			lead := 800 + at
			sound := slices.Concat(make([]float64, lead), p.tone(), silence(80*ms))
			got := detect(line(sound, noise, random))
			n++
			if keysOf(got) != string(p.key) {
				missed++
				if missed < 10 {
					t.Errorf("%+v at %d with noise of %.0f: heard %q", p, at, noise, keysOf(got))
				}
				return
			}
			if off := got[0].At - int64(lead); off < -60 || off > 60 || got[0].Samples < shortest ||
				got[0].Samples > len(sound)-lead {
				late++
				if late < 10 {
					t.Errorf("%+v at %d: began at %d, %d long", p, lead, got[0].At, got[0].Samples)
				}
			}
		})
	}
	t.Logf("%d of %d missed, %d at the wrong place", missed, n, late)
}

func TestRejectsShortTones(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	n, heard := 0, 0
	for _, on := range []time.Duration{10 * ms, 20 * ms, 23 * ms} {
		grid(on, inTune, func(p press, at int, noise float64) {
			sound := slices.Concat(make([]float64, 800+at), p.tone(), silence(80*ms))
			n++
			if got := detect(line(sound, noise, random)); len(got) > 0 {
				heard++
				if heard < 10 {
					t.Errorf("%+v at %d with noise of %.0f: heard %+v", p, at, noise, got)
				}
			}
		})
	}
	t.Logf("%d of %d heard", heard, n)
}

func TestRejectsOutOfTune(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	n, heard := 0, 0
	off := [][2]float64{{.035, 0}, {-.035, 0}, {0, .035}, {0, -.035}, {.035, .035}, {-.035, .035}, {.05, 0}, {0, -.06},
		{.015, .035}}
	for _, on := range []time.Duration{40 * ms, 100 * ms} {
		grid(on, off, func(p press, at int, noise float64) {
			sound := slices.Concat(make([]float64, 800+at), p.tone(), silence(80*ms))
			n++
			if got := detect(line(sound, noise, random)); len(got) > 0 {
				heard++
				if heard < 10 {
					t.Errorf("%+v at %d with noise of %.0f: heard %+v", p, at, noise, got)
				}
			}
		})
	}
	t.Logf("%d of %d heard", heard, n)
}

func TestRejectsTwistAndFaintTones(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for _, key := range []byte(keypad) {
		for _, c := range []struct{ low, high float64 }{{-10, -22}, {-18, -10}, {-10, -90}, {-90, -10}, {-50, -50}} {
			p := press{key: key, on: 300 * ms, low: c.low, high: c.high}
			sound := slices.Concat(silence(100*ms), p.tone(), silence(80*ms))
			if got := detect(line(sound, -80, random)); len(got) > 0 {
				t.Errorf("%+v: heard %+v", p, got)
			}
		}
	}
}

func TestPausesAndBreaks(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for _, c := range []struct {
		name       string
		on, gap    time.Duration
		second     byte
		want       string
		noiseBelow float64
	}{
		{"a pause of 40 ms parts two presses", 40 * ms, 40 * ms, '5', "55", 12},
		{"a long press and a pause of 40 ms", 400 * ms, 40 * ms, '5', "55", 30},
		{"a break of 10 ms is none", 60 * ms, 10 * ms, '5', "5", 30},
		{"a break of 5 ms is none", 40 * ms, 5 * ms, '5', "5", 30},
		{"another key after 40 ms", 40 * ms, 40 * ms, '6', "56", 12},
		{"another key at once", 60 * ms, 0, '9', "59", 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			for at := range block {
				p := press{key: '5', on: c.on, low: -10, high: -10, phase: float64(at)}
				q := press{key: c.second, on: c.on, low: -10, high: -10, phase: float64(2 * at)}
				sound := slices.Concat(make([]float64, 400+at), p.tone(), silence(c.gap), q.tone(), silence(80*ms))
				if got := keysOf(detect(line(sound, -7-c.noiseBelow, random))); got != c.want {
					t.Fatalf("at %d heard %q, want %q", at, got, c.want)
				}
			}
		})
	}
}

// A key must be told before it is let go: within 44 ms, wherever in a block it begins.
func TestDelay(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 16))
	for at := range block {
		p := press{key: '5', on: 200 * ms, low: -10, high: -10, phase: float64(at)}
		pcm := line(slices.Concat(make([]float64, 800+at), p.tone()), -30, random)
		d, told := NewDetector(), 0
		for i := range pcm {
			d.Feed(pcm[i:i+1], func(Digit) { told = i + 1 - 800 - at })
		}
		if told < shortest || told > 44*audio.Rate/1000 {
			t.Errorf("at %d told after %d samples", at, told)
		}
	}
}

// However the sound is cut into pieces, the same keys come out, and Reset begins anew.
func TestAnyChunks(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	var sound []float64
	for i, key := range []byte(keypad + "1122") {
		p := press{key: key, on: time.Duration(45+i*7) * ms, low: -12, high: -10}
		sound = slices.Concat(sound, silence(time.Duration(45+i*3)*ms), p.tone())
	}
	pcm := line(append(sound, silence(50*ms)...), -40, random)
	want := detect(pcm)
	if got := keysOf(want); got != keypad+"1122" {
		t.Fatalf("heard %q", got)
	}
	d := NewDetector()
	for _, most := range []int{1, 7, 99, 100, 101, 1000, 5000, 1 << 20} {
		d.Reset()
		var got []Digit
		for rest := pcm; len(rest) > 0; {
			n := min(1+random.IntN(most), len(rest))
			d.Feed(rest[:n], func(digit Digit) { got = append(got, digit) })
			rest = rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("pieces of up to %d: %v", most, got)
		}
	}
}

func TestGenerate(t *testing.T) {
	for _, key := range []byte(codes + "abcd") {
		pcm := Generate(make([]int16, 400), key, 45*ms, -8, -6)
		if len(pcm) != 400+360 {
			t.Fatalf("%c: %d samples", key, len(pcm))
		}
		// Power of −8 and −6 dBm0 together, less the edges.
		if level := audio.Level(pcm[400:]); math.Abs(level+3.9) > 0.6 {
			t.Errorf("%c: %.1f dBm0", key, level)
		}
		pcm = append(pcm, make([]int16, 400)...)
		if got := keysOf(detect(pcm)); got != strings.ToUpper(string(key)) {
			t.Errorf("%c: heard %q", key, got)
		}
	}
	if pcm := Generate(nil, 'x', time.Second, 0, 0); pcm != nil {
		t.Error("x has a tone")
	}
	if loud := Generate(nil, '1', 20*ms, 3, 3); slices.Max(loud) != math.MaxInt16 {
		t.Error("too loud a tone is not held at full scale")
	}
}

func FuzzDetector(f *testing.F) {
	f.Add([]byte("some sound"), uint8(3))
	f.Add(audio.PCMU.Encode(nil, Generate(nil, '#', 100*ms, -8, -6)), uint8(200))
	f.Fuzz(func(t *testing.T, sound []byte, piece uint8) {
		pcm := audio.PCMU.Decode(nil, sound)
		d := NewDetector()
		last := int64(0)
		for at := 0; at < len(pcm); {
			n := min(int(piece)+1, len(pcm)-at)
			at += n
			d.Feed(pcm[at-n:at], func(digit Digit) {
				if !Valid(digit.Key) || digit.At < last || digit.Samples < shortest ||
					digit.At+int64(digit.Samples) > int64(at) {
					t.Fatalf("%+v after %d samples, the last began at %d", digit, at, last)
				}
				last = digit.At
			})
		}
	})
}

func ExampleDetector() {
	sound := Generate(nil, '7', 60*ms, -8, -6)
	d := NewDetector()
	d.Feed(append(sound, make([]int16, 400)...), func(digit Digit) { fmt.Printf("%c at %d\n", digit.Key, digit.At) })
	// Output: 7 at 0
}

// The shortest keys are found wherever they fall, also where the past was moved away between the two halves of one.
func TestShortKeysWhereverTheyFall(t *testing.T) {
	for _, keys := range []string{"14", "56", "44", "D*"} {
		for pause := 320; pause < 1400; pause += 40 {
			for lead := 0; lead < 100; lead += 6 {
				pcm := Generate(make([]int16, 1000+lead), keys[0], 40*ms, -8, -6)
				pcm = Generate(append(pcm, make([]int16, pause)...), keys[1], 40*ms, -8, -6)
				got := ""
				NewDetector().Feed(append(pcm, make([]int16, 800)...), func(d Digit) { got += string(d.Key) })
				if got != keys {
					t.Fatalf("%s, %d samples between, from %d on: %q", keys, pause, lead, got)
				}
			}
		}
	}
}

// Every second block is looked at while nothing is heard: which of the two it is makes no difference to what is heard
// later.
func TestEitherBlock(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	var x []float64
	for range 600 {
		p := press{key: keypad[random.IntN(16)], on: time.Duration(20+random.IntN(60)) * ms,
			low:    -10 - 20*random.Float64(),
			lowOff: 0.04 * (random.Float64() - 0.5), highOff: 0.04 * (random.Float64() - 0.5),
			phase: 6 * random.Float64()}
		p.high = p.low - 8 + 12*random.Float64()
		x = append(append(x, p.tone()...), silence(time.Duration(20+random.IntN(100))*ms)...)
	}
	speech, _ := voices(3)
	pcm := append(line(x, -40, random), speech...)
	even, odd := detect(pcm), detect(append(make([]int16, block), pcm...))
	for i := range odd {
		odd[i].At -= block
	}
	if len(even) < 200 || !slices.Equal(even, odd) {
		t.Errorf("heard %d keys, and %d with a block of silence before", len(even), len(odd))
	}
}
