package record

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
)

func TestRepair(t *testing.T) {
	open := func(channels int, sound ...byte) []byte {
		h := audio.WAVHeader(channels, 1<<40)
		return append(h[:], sound...)
	}
	whole := audio.WAVHeader(1, 4)
	for name, c := range map[string]struct {
		part     []byte
		duration time.Duration
		samples  []int16 // nil: no file comes of it
		foreign  bool
	}{
		"in the middle of a frame": {part: open(2, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6), duration: 250 * time.Microsecond,
			samples: []int16{1, 2, 3, 4}},
		"voicemail": {part: open(1, 1, 0, 2, 0, 3), duration: 250 * time.Microsecond,
			samples: []int16{1, 2}},
		"before the rename": {part: append(whole[:], 7, 0, 8, 0), duration: 250 * time.Microsecond,
			samples: []int16{7, 8}},
		"nothing":             {part: nil},
		"half a header":       {part: open(2)[:20]},
		"no sound":            {part: open(2)},
		"half a frame":        {part: open(2, 1, 0)},
		"something else":      {part: []byte("a download that has nothing to do with recordings and is longer than a header"), foreign: true},
		"a short other thing": {part: []byte("notes"), foreign: true},
	} {
		dir := filepath.Join(t.TempDir(), "2026")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "a.wav")
		if err := os.WriteFile(path+partial, c.part, 0o600); err != nil {
			t.Fatal(err)
		}
		crash := time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)
		if err := os.Chtimes(path+partial, crash, crash); err != nil {
			t.Fatal(err)
		}
		list, err := Repair(filepath.Dir(dir))
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %+v, %v", name, list, err)
		}
		got := list[0]
		_, still := os.Stat(path + partial)
		switch {
		case c.foreign:
			if !errors.Is(got.Err, errForeign) || still != nil || got.Path != "" {
				t.Errorf("%s: %+v, %v", name, got, still)
			}
			continue
		case c.samples != nil && !modified(t, path).Equal(crash):
			t.Errorf("%s: it seems to have ended when it was mended, %s", name, modified(t, path))
			continue
		case !errors.Is(still, os.ErrNotExist) || got.Err != nil || got.Duration != c.duration:
			t.Errorf("%s: %+v, %v", name, got, still)
		case c.samples == nil:
			if _, err := os.Stat(path); err == nil || got.Path != "" {
				t.Errorf("%s: a file came of it", name)
			}
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		clip, err := audio.ReadWAV(b)
		if err != nil || !slices.Equal(clip.Samples, c.samples) {
			t.Errorf("%s: %v, %v", name, clip, err)
		}
		if again, err := Repair(filepath.Dir(dir)); err != nil || len(again) != 0 {
			t.Errorf("%s: a second repair found %v %v", name, again, err)
		}
	}
	if list, err := Repair(filepath.Join(t.TempDir(), "none")); err != nil || list != nil {
		t.Errorf("a folder that is not there: %v %v", list, err)
	}
	dir := t.TempDir()
	for _, name := range []string{"a.wav", "a.wav.part"} {
		if err := os.WriteFile(filepath.Join(dir, name), open(1, 1, 0), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := Repair(dir); err != nil || len(list) != 1 || !errors.Is(list[0].Err, os.ErrExist) {
		t.Errorf("the name is taken: %+v %v", list, err)
	}
}

// A recording that was cut off by a crash, at any byte, is as good as what had been written.
func TestCrashAtAnyByte(t *testing.T) {
	p := New(Options{Batch: 10 * time.Millisecond})
	p.held = 0 // chunks go to the disk at once
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path})
	feed(r, ramp(1, 200), minus(ramp(1, 200)))
	drained(t, r)
	kept := make([]byte, headerSize+160*4) // two chunks are on the disk
	f, err := os.Open(path + partial)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := f.ReadAt(kept, 0)
	_ = f.Close()
	p.Close()
	want := stereo(ramp(1, 200), minus(ramp(1, 200)))
	for cut := 0; cut <= n; cut += 13 {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.wav.part"), kept[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := Repair(dir)
		if err != nil || len(list) != 1 || list[0].Err != nil {
			t.Fatalf("cut at %d: %+v %v", cut, list, err)
		}
		if frames := max(0, cut-headerSize) / 4; frames > 0 &&
			!slices.Equal(read(t, filepath.Join(dir, "a.wav"), 2), want[:2*frames]) {
			t.Fatalf("cut at %d: not what was written", cut)
		}
	}
}

func FuzzRepair(f *testing.F) {
	h := audio.WAVHeader(2, 1<<40)
	f.Add(append(h[:], 1, 2, 3, 4, 5))
	f.Add([]byte("RIFF"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.wav.part"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := Repair(dir)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if r := list[0]; r.Path != "" {
			if clip, err := audio.ReadWAV(must(os.ReadFile(r.Path))); err != nil ||
				span(int64(len(clip.Samples)/clip.Channels)) != r.Duration {
				t.Fatalf("%+v: %v", r, err)
			}
		}
	})
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// modified is when a file was written last.
func modified(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}
