package record

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
)

// The waveform shows which side spoke when, in both kinds of files, and says what is no recording.
func TestPeaks(t *testing.T) {
	loud, quiet := bytes.Repeat([]byte{0x80}, 800), bytes.Repeat([]byte{audio.PCMU.Silence()}, 800)
	heard := slices.Concat(loud, quiet, quiet, quiet)
	said := slices.Concat(quiet, quiet, quiet, loud)
	for _, l := range []layout{{codec: audio.PCMU, channels: 2}, {codec: audio.PCMA, channels: 2},
		{wide: true, channels: 2}} {
		body := make([]byte, len(heard)*l.frame())
		l.write(body, audio.PCMU, heard, said)
		file := append(l.header(int64(len(heard))), body...)
		p, err := ReadPeaks(bytes.NewReader(file), 4)
		if err != nil || p.Length != 400*time.Millisecond || len(p.Loudest) != 2 {
			t.Fatalf("%+v: %+v, %v", l, p, err)
		}
		for i, want := range [][]bool{{true, false, false, false}, {false, false, false, true}} {
			var got []bool
			for _, v := range p.Loudest[i] {
				got = append(got, v > 200)
				if v != 0 && v <= 200 || v > 255 {
					t.Errorf("%+v: a peak of %d", l, v)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v: channel %d is loud in %v, want %v (%v)", l, i, got, want, p.Loudest[i])
			}
		}
		if p, err := ReadPeaks(bytes.NewReader(file), 1_000_000); err != nil || len(p.Loudest[0]) != 3200 {
			t.Errorf("%+v: %d parts of 3200 samples, %v", l, len(p.Loudest[0]), err)
		}
		if p, err := ReadPeaks(bytes.NewReader(file[:len(file)-3]), 7); err != nil || len(p.Loudest[1]) != 7 {
			t.Errorf("%+v, cut off: %d parts, %v", l, len(p.Loudest[1]), err)
		}
		if p, err := ReadPeaks(bytes.NewReader(file[:l.before()]), 4); err != nil || len(p.Loudest[0]) != 0 {
			t.Errorf("%+v, the header only: %+v, %v", l, p, err)
		}
	}
	if _, err := ReadPeaks(bytes.NewReader([]byte("not a recording, but long enough to have a header of its own")), 4); err == nil {
		t.Error("a file that is none has peaks")
	}
}
