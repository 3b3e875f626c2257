package audio

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The MP3 files in testdata are 0.4 s of 440 Hz and 1 kHz, at half and a quarter of full scale left and right, or at
// 0.4 and 0.2 together in mono, written by LAME and ffmpeg.
func reference(rate, channels, from, n int) []int16 {
	out := make([]int16, 0, n*channels)
	for i := from; i < from+n; i++ {
		t := 2 * math.Pi * float64(i) / float64(rate)
		if channels == 1 {
			out = append(out, sample(0.4*math.Sin(440*t)+0.2*math.Sin(1000*t)))
		} else {
			out = append(out, sample(0.5*math.Sin(440*t)), sample(0.25*math.Sin(1000*t)))
		}
	}
	return out
}

// scaled brings the wanted sound to the level of the other: LAME turns sound down by some 5 %.
func scaled(want, got []int16) []int16 {
	var both, square float64
	for i, w := range want {
		both, square = both+float64(w)*float64(got[i]), square+float64(w)*float64(w)
	}
	out := make([]int16, len(want))
	for i, w := range want {
		out[i] = int16(math.Round(float64(w) * both / square))
	}
	return out
}

func readFile(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadMP3(t *testing.T) {
	for _, c := range []struct {
		name           string
		rate, channels int
		samples        int // of each channel; with the encoder's silence if the file does not tell of it
		silence        int // before the sound
		snr            float64
	}{
		{"tones-44100-joint-128.mp3", 44100, 2, 17640, 0, 30},
		{"tones-44100-vbr.mp3", 44100, 1, 17640, 0, 30},
		{"tones-44100-id3.mp3", 44100, 1, 17640, 0, 30},
		{"tones-48000-stereo-320.mp3", 48000, 2, 19200, 0, 40},
		{"tones-32000-mono-64-crc.mp3", 32000, 1, 12800, 0, 30},
		// The decoder alone loses track of these two: their padded frames are a byte longer than it reckons.
		{"tones-22050-mono-32.mp3", 22050, 1, 10368, 1105, 25},
		{"tones-22050-joint-64.mp3", 22050, 2, 8820, 0, 25},
		{"tones-24000-mono-32.mp3", 24000, 1, 10944, 1105, 25},
		{"tones-16000-mono-24.mp3", 16000, 1, 8064, 1105, 25},
		{"tones-12000-mono-16.mp3", 12000, 1, 6336, 1105, 25},
		{"tones-11025-mono-16.mp3", 11025, 1, 5760, 1105, 25},
	} {
		t.Run(c.name, func(t *testing.T) {
			clip, err := ReadMP3(readFile(t, c.name))
			if err != nil {
				t.Fatal(err)
			}
			if clip.Rate != c.rate || clip.Channels != c.channels || len(clip.Samples) != c.samples*c.channels {
				t.Fatalf("%d samples in %d channels at %d", len(clip.Samples), clip.Channels, clip.Rate)
			}
			// The ends are left out: there the encoder hears the tone begin and cease.
			n, from := c.rate/5, c.rate/10
			got := clip.Samples[(c.silence+from)*c.channels:][:n*c.channels]
			if r := snr(scaled(reference(c.rate, c.channels, from, n), got), got); r < c.snr {
				t.Errorf("the noise is %.1f dB below the signal, want %.0f", r, c.snr)
			}
		})
	}
}

func TestMP3Refused(t *testing.T) {
	good := readFile(t, "tones-44100-joint-128.mp3")
	free := bytes.Clone(good)
	for i := range free {
		if free[i] == 0xFF && free[(i+1)%len(free)]&0xFE == 0xFA {
			free[i+2] &= 0x0F
		}
	}
	for _, c := range []struct {
		name string
		file []byte
		err  error
	}{
		{"8 kHz", readFile(t, "tones-8000-mono-16.mp3"), ErrUnsupported},
		{"layer II", readFile(t, "tones-layer2.mp2"), ErrUnsupported},
		{"free bit rate", free, ErrUnsupported},
		{"nothing", nil, ErrUnsupported},
		{"text", []byte("This is no sound at all, but it is longer than a header."), ErrUnsupported},
		{"a tag alone", append([]byte("ID3\x04\x00\x00\x00\x00\x00\x08"), make([]byte, 8)...), ErrUnsupported},
		{"one frame's beginning", good[:200], ErrDamaged},
		{"rubbish with a few frames", append(make([]byte, 50000), good...), ErrUnsupported},
		{"too large", make([]byte, MaxBytes+1), ErrTooLarge},
	} {
		if clip, err := ReadMP3(c.file); !errors.Is(err, c.err) {
			t.Errorf("%s: %d samples, %v", c.name, len(clip.Samples), err)
		}
	}
}

// Rubbish before, between and after, tags, and an end cut off must not disturb the rest.
func TestMP3Rubbish(t *testing.T) {
	b := readFile(t, "tones-44100-vbr.mp3")
	want, err := ReadMP3(b)
	if err != nil {
		t.Fatal(err)
	}
	tag := append([]byte("ID3\x04\x00\x00\x00\x00\x02\x00"), bytes.Repeat([]byte{0xFF, 0xFB}, 128)...)
	for name, file := range map[string][]byte{
		"rubbish before": append([]byte("\xFF\xFB\x90\x00rubbish"), b...),
		"tag before":     append(tag, b...),
		"tag behind":     append(bytes.Clone(b), append([]byte("TAG"), make([]byte, 125)...)...),
		"APE behind":     append(append(bytes.Clone(b), "APETAGEX"...), make([]byte, 5000)...),
		"rubbish behind": append(bytes.Clone(b), "\xFF\xFB\x90rubbish"...),
	} {
		if got, err := ReadMP3(file); err != nil || !slices.Equal(got.Samples, want.Samples) {
			t.Errorf("%s: %d samples of %d, %v", name, len(got.Samples), len(want.Samples), err)
		}
	}
	cut, err := ReadMP3(b[:len(b)*2/3])
	if n := len(cut.Samples); err != nil || (n+1105)%1152 != 0 || n < 6000 ||
		!slices.Equal(cut.Samples, want.Samples[:n]) {
		t.Errorf("cut off: %d samples of %d, %v", len(cut.Samples), len(want.Samples), err)
	}
	// Without its beginning a file lacks the main data of the first frame; the rest is heard, in time.
	plain := readFile(t, "tones-44100-joint-128.mp3")
	late, err := ReadMP3(plain[417*5+1:])
	if err != nil || len(late.Samples) == 0 {
		t.Errorf("beginning lost: %d samples, %v", len(late.Samples), err)
	}
}

func FuzzMP3(f *testing.F) {
	files, err := filepath.Glob("testdata/*.mp3")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds: ", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 1500)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 8000 {
			return
		}
		clip, err := ReadMP3(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		if clip.Channels < 1 || clip.Channels > 2 || len(clip.Samples)%clip.Channels != 0 ||
			len(clip.Samples) > 100*len(b) {
			t.Fatalf("%d bytes became %d samples in %d channels", len(b), len(clip.Samples), clip.Channels)
		}
	})
}
