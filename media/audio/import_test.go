package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// sine is a clip of one channel.
func sine(rate int, frequency, amplitude float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = amplitude * math.Sin(2*math.Pi*frequency*float64(i)/float64(rate))
	}
	return x
}

// power is the mean square without the ends, where the filter sees silence.
func power(x []float64) float64 {
	sum, inner := 0.0, x[len(x)/4:3*len(x)/4]
	for _, v := range inner {
		sum += v * v / float64(len(inner))
	}
	return sum
}

func TestResample(t *testing.T) {
	for _, rate := range []int{6000, 7999, 8001, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000,
		192000} {
		for _, c := range []struct{ frequency, least, most float64 }{ // dB against the input
			{100, -0.1, 0.1}, {1000, -0.1, 0.1}, {2500, -0.1, 0.1}, {3400, -0.1, 0.1}, {4000, -999, -75},
			{4600, -999, -80}, {8000, -999, -80}, {11000, -999, -80},
		} {
			if c.frequency >= float64(rate)/2*0.85 {
				continue
			}
			in := sine(rate, c.frequency, 0.5, rate/2)
			out := resample(in, rate, Rate)
			if want := (len(in)*Rate + rate - 1) / rate; len(out) != want {
				t.Errorf("%d Hz: %d samples, want %d", rate, len(out), want)
			}
			if got := 10 * math.Log10(power(out)/0.125); got < c.least || got > c.most {
				t.Errorf("%d Hz: %.0f Hz comes out at %.2f dB", rate, c.frequency, got)
			}
			if c.most > 0 {
				// The sound must be where it was, not moved in time.
				difference := slices.Clone(out)
				for i, v := range sine(Rate, c.frequency, 0.5, len(out)) {
					difference[i] -= v
				}
				if got := 10 * math.Log10(power(difference)/0.125); got > -38 {
					t.Errorf("%d Hz: %.0f Hz is off by %.1f dB", rate, c.frequency, got)
				}
			}
		}
	}
	if x := resample(nil, 44100, Rate); len(x) != 0 {
		t.Error("nothing became something")
	}
}

// speech is bursts of sound with pauses, as words are, at the amplitude.
func speech(rate int, amplitude float64) []int16 {
	out := make([]int16, 4*rate)
	for i := range out {
		at := float64(i) / float64(rate)
		if math.Mod(at, 1) < 0.6 {
			envelope := math.Sin(math.Pi * math.Mod(at, 0.2) / 0.2)
			out[i] = sample(amplitude * envelope * (math.Sin(2*math.Pi*300*at) + 0.5*math.Sin(2*math.Pi*1150*at)) / 1.5)
		}
	}
	return out
}

func TestLoudness(t *testing.T) {
	for _, c := range []struct {
		amplitude float64
		want      float64
	}{{0.9, Loudness}, {0.3, Loudness}, {0.03, Loudness}, {0.01, Loudness}} {
		out := Clip{16000, 1, speech(16000, c.amplitude)}.Telephone()
		x := Clip{Rate, 1, out}.mono()
		if got := loudness(x); math.Abs(got-c.want) > 0.5 {
			t.Errorf("amplitude %v: %.1f dBm0, want %.1f", c.amplitude, got, c.want)
		}
	}
	// What is very faint is raised by 30 dB and no more: it is not speech.
	faint := Clip{Rate, 1, speech(Rate, 0.004)}
	if got, was := loudness(Clip{Rate, 1, faint.Telephone()}.mono()),
		loudness(faint.mono()); math.Abs(got-was-mostGain) > 0.5 {
		t.Errorf("faint sound was raised by %.1f dB", got-was)
	}
}

func TestPausesDoNotCount(t *testing.T) {
	words := speech(Rate, 0.3)
	paused := append(make([]int16, 20*Rate), words...)
	a, b := loudness(Clip{Rate, 1, words}.mono()), loudness(Clip{Rate, 1, paused}.mono())
	if math.Abs(a-b) > 0.3 {
		t.Errorf("%.1f dBm0 become %.1f after a long pause", a, b)
	}
}

func TestPeaksAreLimited(t *testing.T) {
	// Faint speech and one loud crack: the crack is turned down, the speech comes up.
	x := speech(Rate, 0.1)
	for i := range 40 {
		x[20000+i] = int16(32000 * (1 - 2*(i%2)))
	}
	out := Clip{Rate, 1, x}.Telephone()
	for i, s := range out {
		if math.Abs(float64(s)) > ceiling*32768+1 {
			t.Fatalf("sample %d is %d", i, s)
		}
	}
	if got := loudness(Clip{Rate, 1, out[:16000]}.mono()); got < Loudness-5 {
		t.Errorf("the speech before the crack has only %.1f dBm0", got)
	}
}

func TestSilenceAndDC(t *testing.T) {
	for _, c := range []struct {
		name string
		clip Clip
	}{
		{"nothing", Clip{44100, 2, nil}}, {"one sample", Clip{44100, 2, []int16{5, 5}}},
		{"silence", Clip{8000, 1, make([]int16, 8000)}},
		{"constant", Clip{8000, 1, slices.Repeat([]int16{9000}, 8000)}},
	} {
		for i, s := range c.clip.Telephone() {
			if s < -4 || s > 4 {
				t.Errorf("%s: sample %d is %d", c.name, i, s)
				break
			}
		}
	}
	shifted := speech(Rate, 0.2)
	for i := range shifted {
		shifted[i] += 5000
	}
	sum := 0
	out := Clip{Rate, 1, shifted}.Telephone()
	for _, s := range out {
		sum += int(s)
	}
	if mean := sum / len(out); mean < -5 || mean > 5 {
		t.Errorf("a constant of %d is left", mean)
	}
}

func TestImport(t *testing.T) {
	var b bytes.Buffer
	if err := WriteWAV(&b, 2, Tone([]float64{500}, -30, time.Second)); err != nil {
		t.Fatal(err)
	}
	samples, err := Import("hello.wav", b.Bytes())
	if err != nil || len(samples) != Rate/2 || math.Abs(Level(samples)-Loudness) > 0.3 {
		t.Errorf("%d samples at %.1f dBm0, %v", len(samples), Level(samples), err)
	}
	samples, err = Import("hello.mp3", readFile(t, "tones-44100-joint-128.mp3"))
	if err != nil || len(samples) != 3200 || math.Abs(Level(samples)-Loudness) > 0.5 {
		t.Errorf("%d samples at %.1f dBm0, %v", len(samples), Level(samples), err)
	}
	if _, err := Import("hello.txt", []byte("hello")); !errors.Is(err, ErrUnsupported) {
		t.Errorf("text: %v", err)
	}
}

// A file of any rate, depth and shape comes to its own length and pitch, without a pop where a chunk of another kind
// was.
func TestImportShapes(t *testing.T) {
	second := func(rate, bits, channels int) string {
		var b []byte
		for i := range 2 * rate {
			v := 0.4 * math.Sin(2*math.Pi*440*float64(i)/float64(rate))
			for range channels {
				switch bits {
				case 8:
					b = append(b, byte(128+int(v*127)))
				case 16:
					b = binary.LittleEndian.AppendUint16(b, uint16(int16(v*32767)))
				case 24:
					n := int32(v * (1<<23 - 1))
					b = append(b, byte(n), byte(n>>8), byte(n>>16))
				}
			}
		}
		return chunk("data", string(b))
	}
	extensible := strings.Replace(format(0xFFFE, 2, 48000, 6, 24), "\x10\x00\x00\x00", "\x28\x00\x00\x00", 1) +
		"\x16\x00\x18\x00\x03\x00\x00\x00" + "\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
	for name, file := range map[string][]byte{
		"16 kHz":                    riff(format(1, 1, 16000, 2, 16), second(16000, 16, 1)),
		"48 kHz, 24 bits, two ears": riff(extensible, second(48000, 24, 2)),
		"22.05 kHz, 8 bits":         riff(format(1, 1, 22050, 1, 8), second(22050, 8, 1)),
		"44.1 kHz":                  riff(format(1, 1, 44100, 2, 16), second(44100, 16, 1)),
		"chunks before and after": riff(format(1, 1, 8000, 2, 16), chunk("fact", "\x80\x3e\x00\x00"),
			chunk("LIST", "INFOa"), second(8000, 16, 1), chunk("LIST", "INFOxy")),
	} {
		samples, err := Import(name+".wav", file)
		if err != nil || len(samples) != 2*Rate {
			t.Errorf("%s: %d samples, %v", name, len(samples), err)
			continue
		}
		rises := 0
		loudest := int16(0)
		for i := 1; i < len(samples); i++ {
			if samples[i-1] < 0 && samples[i] >= 0 {
				rises++
			}
			if i > Rate/10 && i < len(samples)-Rate/10 {
				loudest = max(loudest, samples[i])
			}
		}
		if rises < 878 || rises > 882 {
			t.Errorf("%s: %d periods, not 880", name, rises)
		}
		for i := range Rate / 10 {
			if samples[i] > loudest+loudest/5 || samples[len(samples)-1-i] > loudest+loudest/5 {
				t.Errorf("%s: a pop of %d at an end; its sound has %d", name, samples[i], loudest)
				break
			}
		}
	}
}

func BenchmarkImport44100Stereo(b *testing.B) {
	clip := Clip{44100, 2, slices.Repeat([]int16{100, -100, 3000, 1000}, 44100)}
	b.ReportAllocs()
	for b.Loop() {
		clip.Telephone()
	}
}
