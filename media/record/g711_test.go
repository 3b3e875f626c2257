package record

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
)

// both encodings of G.711, and what a call of each brings: samples that the encoding holds.
var laws = []audio.Codec{audio.PCMU, audio.PCMA}

func carried(c audio.Codec, pcm []int16) []int16 { return c.Decode(nil, c.Encode(nil, pcm)) }

// A recording in G.711 holds to the sample what came, however it was cut into pieces, at a byte for each; and what was
// not to be recorded is silent.
func TestG711IsWhole(t *testing.T) {
	p := New(Options{Batch: 30 * time.Millisecond, G711: true, Behind: time.Minute})
	defer p.Close()
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range laws {
		for _, alone := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "a.wav")
			r := p.Record(About{Path: path, Heard: alone, Lag: 1})
			heard := carried(c, talk(3*time.Second))
			said := carried(c, ramp(100, len(heard)))
			for at := 0; at < len(heard); {
				n := min(1+random.IntN(1700), len(heard)-at)
				if r.Deafen(at > 8000 && at < 16000); at > 16000 && at < 20000 {
					r.Pause()
				} else {
					r.Resume()
				}
				r.Coded(c, c.Encode(nil, heard[at:at+n]), c.Encode(nil, said[at:at+n]))
				at += n
			}
			result := finished(t, r)
			got := read(t, path, map[bool]int{true: 1, false: 2}[alone])
			mine, ours := got, said
			if !alone {
				mine, ours = split(got)
				if !slices.Equal(ours[:16000], said[:16000]) || !slices.Equal(ours[22000:], said[22000:]) {
					t.Errorf("%v: what we said is not there", c)
				}
			}
			if !slices.Equal(mine[:8000], heard[:8000]) || !slices.Equal(mine[22000:], heard[22000:]) {
				t.Errorf("%v: what was said is not there", c)
			}
			if loudest(mine[9800:15900]) > 8 || len(mine) != len(heard) {
				t.Errorf("%v: what was left out is to be heard, or time is missing", c)
			}
			info, err := os.Stat(path)
			if err != nil || info.Size() != int64(58+len(got)) {
				t.Errorf("%v: %d bytes for %d samples", c, info.Size(), len(got))
			}
			if length, err := Length(path); err != nil || length != result.Duration {
				t.Errorf("%v: a length of %v, not %v: %v", c, length, result.Duration, err)
			}
		}
	}
}

// What could not be written, and what a crash left unwritten, is silent: zeros would be a click in µ-law.
func TestG711HolesAreSilent(t *testing.T) {
	for _, c := range laws {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.wav")
		disk := &faulty{}
		p := New(Options{Batch: 30 * time.Millisecond, G711: true, FS: disk})
		r := p.Record(About{Path: path})
		sound := carried(c, talk(time.Second))
		r.Coded(c, c.Encode(nil, sound), c.Encode(nil, sound))
		drained(t, r)
		disk.set(errForeign, nil)
		r.Coded(c, c.Encode(nil, sound), c.Encode(nil, sound))
		drained(t, r)
		disk.set(nil, nil)
		r.Coded(c, c.Encode(nil, sound), c.Encode(nil, sound))
		if result := finished(t, r); len(result.Gaps) == 0 {
			t.Fatal("no gap")
		}
		p.Close()
		mine, _ := split(read(t, path, 2))
		if len(mine) != 3*len(sound) || loudest(mine) > loudest(sound) || loudest(mine[11000:12000]) > 8 ||
			!slices.Equal(mine[2*len(sound)+2000:], sound[2000:]) {
			t.Errorf("%v: %d samples, up to %d, %d in the gap", c, len(mine), loudest(mine), loudest(mine[11000:12000]))
		}
		// The same file as a crash leaves it: its length unknown, a page never written, half a frame at the end.
		b := must(os.ReadFile(path))
		copy(b, layout{codec: c, channels: 2}.header(-1))
		clear(b[4096:8192])
		part := path + partial
		if err := os.WriteFile(part, b[:len(b)-1], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		list, err := Repair(dir)
		if err != nil || len(list) != 1 || list[0].Err != nil || list[0].Path != path {
			t.Fatalf("%+v: %v", list, err)
		}
		again, _ := split(read(t, path, 2))
		if len(again) != len(mine)-1 || loudest(again[2100:3900]) > 8 ||
			!slices.Equal(again[5000:8000], mine[5000:8000]) {
			t.Errorf("%v: %d samples after the crash, %d in the hole", c, len(again), loudest(again[2100:3900]))
		}
	}
}
