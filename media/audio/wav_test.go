package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The files in testdata are 0.2 s of 440 Hz at half scale on the left and 1 kHz at a quarter on the right, written by
// ffmpeg and sox.
func TestReadFilesOfOthers(t *testing.T) {
	read := func(name string) Clip {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		clip, err := ReadWAV(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if clip.Rate != 8000 {
			t.Fatalf("%s: %d samples a second", name, clip.Rate)
		}
		return clip
	}
	want := read("tones-s16.wav")
	if len(want.Samples) != 3200 || want.Channels != 2 || want.Samples[2] != 5550 || want.Samples[2*2+1] != 8192 {
		t.Fatalf("%d channels, %d samples, %v", want.Channels, len(want.Samples), want.Samples[:20])
	}
	left := make([]int16, 0, 1600)
	for i := 0; i < len(want.Samples); i += 2 {
		left = append(left, want.Samples[i])
	}
	for _, c := range []struct {
		name string
		want []int16
		snr  float64 // dB
	}{
		{"tones-s24le.wav", want.Samples, 200}, {"tones-s32le.wav", want.Samples, 200},
		{"tones-f32le.wav", want.Samples, 200}, {"tones-f64le.wav", want.Samples, 200},
		{"tones-24-sox.wav", want.Samples, 200}, {"tones-24-ext.wav", want.Samples, 200},
		{"tones-pipe.wav", want.Samples, 200}, {"tones-u8.wav", want.Samples, 35},
		{"tones-alaw.wav", want.Samples, 36}, {"tones-mulaw.wav", want.Samples, 36},
		{"tones-ima.wav", want.Samples, 21}, {"tones-ima-sox.wav", want.Samples, 22}, {"tones-ima-mono.wav", left, 22},
	} {
		got := read(c.name).Samples
		if len(got) < len(c.want) {
			t.Errorf("%s: %d samples, want %d", c.name, len(got), len(c.want))
			continue
		}
		if r := snr(c.want, got[:len(c.want)]); r < c.snr {
			t.Errorf("%s: the noise is %.1f dB below the signal, want %.0f", c.name, r, c.snr)
		}
	}
}

// snr is how far the difference is below the wanted signal in dB, 200 when there is none.
func snr(want, got []int16) float64 {
	var signal, noise float64
	for i, w := range want {
		d := float64(w) - float64(got[i])
		signal, noise = signal+float64(w)*float64(w), noise+d*d
	}
	if noise == 0 {
		return 200
	}
	return 10 * math.Log10(signal/noise)
}

// riff is a WAV file of the chunks, each a name, its size and its body.
func riff(chunks ...string) []byte {
	body := "WAVE" + strings.Join(chunks, "")
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func chunk(name, body string) string {
	size := string(binary.LittleEndian.AppendUint32(nil, uint32(len(body))))
	if len(body)%2 == 1 {
		body += "\x00"
	}
	return name + size + body
}

func format(encoding, channels, rate, block, bits int) string {
	b := binary.LittleEndian.AppendUint16(nil, uint16(encoding))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*block))
	b = binary.LittleEndian.AppendUint16(b, uint16(block))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	return chunk("fmt ", string(b))
}

func TestReadWAV(t *testing.T) {
	pcm := format(1, 1, 8000, 2, 16)
	sound := chunk("data", "\x01\x00\xFF\xFF")
	for _, c := range []struct {
		name string
		file []byte
		want []int16
		err  error
	}{
		{"plain", riff(pcm, sound), []int16{1, -1}, nil},
		{"data before the format", riff(sound, pcm), []int16{1, -1}, nil},
		{"chunks around", riff(chunk("LIST", "odd"), pcm, chunk("cue ", "12345"), sound, chunk("id3 ", "x")),
			[]int16{1, -1}, nil},
		{"padding forgotten", riff("LIST\x03\x00\x00\x00odd", pcm, sound), []int16{1, -1}, nil},
		{"cut off within a sample", riff(pcm, sound)[:47], []int16{1}, nil},
		{"header never finished", append([]byte("RIFF\x00\x00\x00\x00WAVE"+pcm+"data\x00\x00\x00\x00"), 5, 0, 6, 0),
			[]int16{5, 6}, nil},
		{"empty", riff(pcm, chunk("data", "")), nil, nil},
		{"empty, then a chunk", riff(pcm, chunk("data", ""), chunk("LIST", "abcd")), nil, nil},
		{"12 bits in two bytes", riff(format(1, 1, 8000, 2, 12), sound), []int16{1, -1}, nil},
		{"20 bits in three bytes", riff(format(1, 1, 8000, 3, 20), chunk("data", "\x80\x01\x00\x7F\xFF\xFF")),
			[]int16{2, -1}, nil},
		{"largest 32 bits", riff(format(1, 1, 8000, 4, 32), chunk("data", "\xFF\xFF\xFF\x7F\x00\x00\x00\x80")),
			[]int16{32767, -32768}, nil},
		{"not a number", riff(format(3, 1, 8000, 4, 32), chunk("data", "\x00\x00\xC0\x7F\x00\x00\x80\x7F")),
			[]int16{0, 32767}, nil},
		{"short", []byte("RIFF"), nil, ErrDamaged},
		{"no format", riff(sound), nil, ErrDamaged},
		{"no data", riff(pcm), nil, ErrDamaged},
		{"short format", riff(chunk("fmt ", "\x01\x00\x01\x00"), sound), nil, ErrDamaged},
		{"no block", riff(format(1, 1, 8000, 0, 16), sound), nil, ErrDamaged},
		{"block not a multiple", riff(format(1, 2, 8000, 3, 8), sound), nil, ErrDamaged},
		{"no channels", riff(format(1, 0, 8000, 2, 16), sound), nil, ErrUnsupported},
		{"nine channels", riff(format(1, 9, 8000, 18, 16), sound), nil, ErrUnsupported},
		{"too slow", riff(format(1, 1, 50, 2, 16), sound), nil, ErrUnsupported},
		{"too fast", riff(format(1, 1, 1<<31, 2, 16), sound), nil, ErrUnsupported},
		{"64 bit whole numbers", riff(format(1, 1, 8000, 8, 64), sound), nil, ErrUnsupported},
		{"GSM", riff(format(0x31, 1, 8000, 65, 0), sound), nil, ErrUnsupported},
		{"big endian", []byte("RIFX\x00\x00\x00\x00WAVE"), nil, ErrUnsupported},
		{"ADPCM without blocks", riff(format(0x11, 1, 8000, 4, 4), sound), nil, ErrUnsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			clip, err := ReadWAV(c.file)
			if !errors.Is(err, c.err) || !slices.Equal(clip.Samples, c.want) {
				t.Errorf("read %v, %v; want %v, %v", clip.Samples, err, c.want, c.err)
			}
		})
	}
	if _, err := ReadWAV(make([]byte, MaxBytes+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many bytes: %v", err)
	}
	// Two bytes of A-law need no more memory than they should, but ADPCM and 8 bits grow.
	if _, err := ReadWAV(riff(format(1, 1, 8000, 1, 8),
		chunk("data", string(make([]byte, MaxSamples+1))))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many samples: %v", err)
	}
}

func TestWriteWAV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		channels := rapid.IntRange(1, MaxChannels).Draw(t, "channels")
		frames := rapid.SampledFrom([]int{0, 1, 7, 160, 16384, 20000}).Draw(t, "frames")
		samples := make([]int16, channels*frames)
		for i := range samples {
			samples[i] = int16(i * 7919)
		}
		var b bytes.Buffer
		if err := WriteWAV(&b, channels, samples); err != nil {
			t.Fatal(err)
		}
		clip, err := ReadWAV(b.Bytes())
		if err != nil || clip.Rate != Rate || clip.Channels != channels || !slices.Equal(clip.Samples, samples) {
			t.Fatalf("came back as %d samples in %d channels at %d, %v", len(clip.Samples), clip.Channels, clip.Rate,
				err)
		}
		if b.Len() != 44+2*len(samples) {
			t.Fatalf("%d bytes", b.Len())
		}
	})
	if WriteWAV(io.Discard, 2, make([]int16, 3)) == nil || WriteWAV(io.Discard, 0, nil) == nil {
		t.Error("half a sample of two channels was written")
	}
	if err := WriteWAV(full{}, 1, []int16{1}); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
	if err := WriteADPCM(full{}, []int16{1}); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
	if h := WAVHeader(1, 5<<30); string(h[4:8]) != "\xFF\xFF\xFF\xFF" || string(h[40:]) != "\xFF\xFF\xFF\xFF" {
		t.Error("5 GB do not leave the header open")
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteADPCM(t *testing.T) {
	for _, n := range []int{0, 1, 2, 504, 505, 506, 8000} {
		samples := Tone([]float64{440, 1000}, -12, secondsOf(n))[:n]
		var b bytes.Buffer
		if err := WriteADPCM(&b, samples); err != nil {
			t.Fatal(err)
		}
		clip, err := ReadWAV(b.Bytes())
		if err != nil || clip.Rate != Rate || clip.Channels != 1 || len(clip.Samples) != n {
			t.Fatalf("%d samples came back as %d, %v", n, len(clip.Samples), err)
		}
		if r := snr(samples, clip.Samples); n > 2 && r < 24 {
			t.Errorf("%d samples: the noise is %.1f dB below the signal", n, r)
		}
		if size := binary.LittleEndian.Uint32(b.Bytes()[4:]); int(size) != b.Len()-8 {
			t.Errorf("%d samples: RIFF says %d of %d bytes", n, size, b.Len())
		}
	}
}

func FuzzWAV(f *testing.F) {
	files, _ := os.ReadDir("testdata")
	for _, file := range files {
		if strings.HasSuffix(file.Name(), ".wav") {
			b, err := os.ReadFile("testdata/" + file.Name())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b[:min(len(b), 2500)])
		}
	}
	f.Add(riff(format(0x11, 8, 8000, 64, 4), chunk("data", string(make([]byte, 200)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		clip, err := ReadWAV(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		if clip.Channels < 1 || len(clip.Samples)%clip.Channels != 0 || clip.Rate < MinRate || clip.Rate > MaxRate {
			t.Fatalf("%d samples in %d channels at %d", len(clip.Samples), clip.Channels, clip.Rate)
		}
		if len(clip.Samples) > 2*len(b)+MaxChannels {
			t.Fatalf("%d bytes became %d samples", len(b), len(clip.Samples))
		}
	})
}

// The decoder must stay within range whatever the codes, and the encoder must follow any sound.
func FuzzADPCM(f *testing.F) {
	f.Add([]byte{0, 0, 0xFF, 0x7F, 0, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		samples := make([]int16, len(b)/2)
		for i := range samples {
			samples[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
		var file bytes.Buffer
		if err := WriteADPCM(&file, samples); err != nil {
			t.Fatal(err)
		}
		clip, err := ReadWAV(file.Bytes())
		if err != nil || len(clip.Samples) != len(samples) || len(samples) > 0 && clip.Samples[0] != samples[0] {
			t.Fatalf("%d samples came back as %d, %v", len(samples), len(clip.Samples), err)
		}
		wild := riff(chunk("fmt ", "\x11\x00\x02\x00\x40\x1f\x00\x00\x00\x00\x00\x00\x40\x00\x04\x00\x02\x00\x39\x00"),
			chunk("data", string(b)))
		if _, err := ReadWAV(wild); err != nil {
			t.Fatal(err)
		}
	})
}
