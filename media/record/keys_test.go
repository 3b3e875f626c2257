package record

import (
	"math/rand/v2"
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

// No key in the sound is kept, whatever its length and level, however the sound is cut into batches and chunks, and in
// noise; what is said before and after it is, and so is all that we say.
func TestNoKeyIsKept(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	p := New(Options{Batch: 30 * time.Millisecond, Behind: time.Minute})
	defer p.Close()
	for _, c := range []struct {
		name  string
		on    time.Duration
		level float64
		noise int
	}{
		{"short", 40 * time.Millisecond, -8, 0}, {"usual", 70 * time.Millisecond, -8, 0},
		{"long", 1500 * time.Millisecond, -8, 0},
		{"quiet", 80 * time.Millisecond, -34, 0}, {"loud", 100 * time.Millisecond, -3, 0},
		{"in noise", 200 * time.Millisecond, -12, 1200},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.wav")
			r := p.Record(About{Path: path})
			var heard []int16
			var tones [][2]int
			heard = append(heard, talk(time.Second)...)
			for _, key := range []byte("147*2580369#ABCD") {
				heard = append(heard, make([]int16, frames(60*time.Millisecond)+random.IntN(200))...)
				from := len(heard)
				heard = dtmf.Generate(heard, key, c.on, c.level, c.level+2)
				tones = append(tones, [2]int{from, len(heard)})
			}
			heard = append(heard, make([]int16, frames(100*time.Millisecond))...)
			last := len(heard)
			heard = append(heard, talk(time.Second)...)
			if c.noise > 0 {
				for i := range heard {
					heard[i] += int16(random.IntN(2*c.noise) - c.noise)
				}
			}
			said := minus(ramp(0, len(heard)))
			for at := 0; at < len(heard); {
				n := min(1+random.IntN(1700), len(heard)-at)
				r.Samples(heard[at:at+n], said[at:at+n])
				at += n
			}
			finished(t, r)
			mine, ours := split(read(t, path, 2))
			if !slices.Equal(ours, said) {
				t.Error("what we said is not all there")
			}
			for i, tone := range tones {
				if loudest(mine[tone[0]:tone[1]]) != 0 {
					t.Errorf("key %d is to be heard", i)
				}
			}
			keys := ""
			dtmf.NewDetector().Feed(mine, func(d dtmf.Digit) { keys += string(d.Key) })
			if keys != "" {
				t.Errorf("one hears the keys %s", keys)
			}
			before := tones[0][0] - frames(200*time.Millisecond)
			if !slices.Equal(mine[:before], heard[:before]) || !slices.Equal(mine[last:], heard[last:]) {
				t.Error("what was said beside the keys is not there")
			}
		})
	}
}

// A mailbox and the recording of a step keep no keys either.
func TestNoKeyIsKeptOfOneLeg(t *testing.T) {
	p := New(Options{})
	defer p.Close()
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path, Heard: true})
	r.Samples(talk(time.Second), nil)
	r.Samples(dtmf.Generate(make([]int16, 800), '#', 300*time.Millisecond, -8, -6), nil)
	finished(t, r)
	got := read(t, path, 1)
	if loudest(got[8000:]) != 0 || loudest(got[:8000]) == 0 {
		t.Error("the key that ended the message is in it")
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
	r.Samples(heard, nil)
	r.Key()
	r.Samples(talk(time.Second), nil)
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
	say := func(from, n int) { r.Samples(ramp(from, n), minus(ramp(from, n))) }
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
	say := func(from, n int) { r.Samples(ramp(from, n), minus(ramp(from, n))) }
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
