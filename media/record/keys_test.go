package record

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
)

// split takes a recording of two legs apart.
func split(pcm []int16) (heard, said []int16) {
	for i := 0; i+1 < len(pcm); i += 2 {
		heard, said = append(heard, pcm[i]), append(said, pcm[i+1])
	}
	return heard, said
}

// talk is a voice-like sound that no key is in.
func talk(d time.Duration) []int16 { return audio.Tone([]float64{310, 620, 1150}, -20, d) }

// loudest is the greatest sample of a stretch.
func loudest(pcm []int16) (most int16) {
	for _, v := range pcm {
		most = max(most, v, -v)
	}
	return most
}

// What the stream says of keys is left out to the sample: in chunks that are full, in the one at hand, and in what
// comes next; what we say stays.
func TestKeysAreLeftOut(t *testing.T) {
	for _, g711 := range []bool{false, true} {
		p := New(Options{Batch: 30 * time.Millisecond, G711: g711})
		defer p.Close()
		path := filepath.Join(t.TempDir(), "a.wav")
		r := p.Record(About{Path: path})
		want := ramp(0, 6000)
		for at := 0; at < 6000; at += 400 {
			switch at {
			case 2000: // over several chunks, the last of which is being filled
				r.Keys(-700, -3)
				clear(want[1300:1997])
			case 3200: // and on
				r.Keys(-10, 900)
				clear(want[3190:4100])
			case 4800: // in what comes
				r.Keys(100, 130)
				clear(want[4800:4930]) // its beginning is not waited for
			}
			feed(r, ramp(at, 400), minus(ramp(at, 400)))
		}
		finished(t, r)
		mine, ours := split(read(t, path, 2))
		for i := range mine {
			if mine[i] != want[i] || ours[i] != -ramp(i, 1)[0] {
				t.Fatalf("G.711 %v: at %d there are %d and %d", g711, i, mine[i], ours[i])
			}
		}
	}
}

// A key beside the sound takes what its first moments may have left in the sound.
func TestAKeyBesideTheSound(t *testing.T) {
	p := New(Options{Batch: 30 * time.Millisecond})
	defer p.Close()
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path})
	heard := append(talk(time.Second), dtmf.Generate(nil, '7', 20*time.Millisecond, -8, -6)...)
	leak := len(heard)
	feed(r, heard, nil)
	r.Key()
	feed(r, talk(time.Second), nil)
	finished(t, r)
	mine, _ := split(read(t, path, 2))
	if from, to := leak-held, leak+frames(400*time.Millisecond); loudest(mine[from:to]) != 0 || mine[from-2] == 0 ||
		loudest(mine[to:to+100]) == 0 {
		t.Error("the recording is not silent about the key")
	}
}

// While a secret is asked for the far side is silent, and we are not.
func TestDeafen(t *testing.T) {
	p := New(Options{})
	defer p.Close()
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path, Lag: 250 * time.Millisecond})
	say := func(from, n int) { feed(r, ramp(from, n), minus(ramp(from, n))) }
	say(0, 4000)
	r.Deafen(true)
	say(4000, 3000)
	r.Deafen(false)
	r.Deafen(false)
	say(7000, 3000)
	res := finished(t, r)
	mine, ours := split(read(t, path, 2))
	want := ramp(0, 10_000)
	clear(want[4000:9000])
	if !slices.Equal(mine, want) || !slices.Equal(ours, minus(ramp(0, 10_000))) {
		t.Error("the file is not silent exactly where the far side was left out")
	}
	if len(res.Paused) != 1 || res.Paused[0] != (Span{500 * time.Millisecond, 1125 * time.Millisecond}) {
		t.Errorf("%+v", res)
	}
}

// What is left out of both legs and of one may overlap; each ends by itself.
func TestPausedAndDeaf(t *testing.T) {
	p := New(Options{})
	defer p.Close()
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path, Lag: 100 * time.Millisecond})
	say := func(from, n int) { feed(r, ramp(from, n), minus(ramp(from, n))) }
	r.Deafen(true)
	say(0, 1000)
	r.Pause()
	say(1000, 1000)
	r.Deafen(false)
	say(2000, 200)
	r.Resume()
	say(2200, 2000)
	res := finished(t, r)
	mine, ours := split(read(t, path, 2))
	wantMine, wantOurs := ramp(0, 4200), minus(ramp(0, 4200))
	clear(wantMine[:3000])
	clear(wantOurs[1000:3000])
	if !slices.Equal(mine, wantMine) || !slices.Equal(ours, wantOurs) {
		t.Error("the file is not what was said")
	}
	if len(res.Paused) != 1 || res.Paused[0] != (Span{0, 375 * time.Millisecond}) {
		t.Errorf("%+v", res)
	}
}
