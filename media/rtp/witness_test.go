package rtp

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"rexian/media/audio"
)

// testifies is a Witness that keeps everything.
type testifies struct {
	heard []int16
	ended int
}

func (c *testifies) Heard(samples []int16) { c.heard = append(c.heard, samples...) }
func (c *testifies) End()                  { c.ended++ }

// differing is sound whose frames can all be told apart.
func differing(frames int) (list [][]byte) {
	r := rand.New(rand.NewPCG(5, 6))
	for range frames {
		b := make([]byte, frame)
		for i := range b {
			b[i] = byte(r.UintN(256))
		}
		list = append(list, b)
	}
	return list
}

func decoded(list ...[]byte) []int16 { return audio.PCMU.Decode(nil, bytes.Join(list, nil)) }

// TestAWitnessHearsTheFarSidesTime: whatever the lateness and the order of packets, what is heard is what was sent,
// sample by sample. The jitter buffer, which has to keep up, puts in and leaves out.
func TestAWitnessHearsTheFarSidesTime(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	w := &testifies{}
	s.Attend(w)
	r.step(1)
	v := r.voice(s)
	sent := differing(400)
	in := slices.Clone(sent)
	random := rand.New(rand.NewPCG(1, 2))
	for len(in) > 0 {
		n := min(1+random.IntN(20), len(in)) // the sender stands still for up to 400 ms, then all comes at once
		r.step(n)
		for _, b := range in[:n] {
			v.send(b)
		}
		in = in[n:]
	}
	s.Dismiss(w)
	r.step(1)
	if !slices.Equal(w.heard, decoded(sent...)) || w.ended != 1 {
		t.Errorf("%d samples of %d, ended %d times", len(w.heard), len(sent)*frame, w.ended)
	}
	w = &testifies{}
	s.Attend(w)
	r.step(1)
	order := random.Perm(len(sent) / 8) // out of order within 160 ms
	for at := range order {
		for _, k := range random.Perm(8) {
			i := at*8 + k
			v.raw(build(v.kind, false, v.seq+uint16(i), v.stamp+uint32(i)*frame, v.ssrc, sent[i]))
			if random.IntN(4) == 0 { // twice
				v.raw(build(v.kind, false, v.seq+uint16(i), v.stamp+uint32(i)*frame, v.ssrc, sent[i]))
			}
		}
		r.step(8)
	}
	s.Close()
	r.step(1)
	// What was first of all began the time: what should have come before it has gone.
	want := decoded(sent...)
	if n := len(want) - len(w.heard); n < 0 || n > 7*frame || !slices.Equal(w.heard, want[n:]) || w.ended != 1 {
		t.Errorf("out of order: %d samples of %d, ended %d times", len(w.heard), len(want), w.ended)
	}
}

// TestAWitnessHearsSilence: what is not sent has its length, whether one says so or not, and a stream that has stopped
// is silent after a while.
func TestAWitnessHearsSilence(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	w := &testifies{}
	s.Attend(w)
	r.step(1)
	v := r.voice(s)
	tone := tones(450, -12, 100)
	quiet := func(b []byte) { v.stamp += uint32(len(b)) }
	for i, b := range tone {
		switch {
		case i >= 20 && i < 40, i >= 50 && i < 90: // 400 ms, 800 ms
			quiet(b)
		case i == 45:
			v.skip(len(b)) // lost
		default:
			v.send(b)
		}
		r.step(1)
	}
	s.Dismiss(w)
	r.step(1)
	want := decoded(tone...)
	if len(w.heard) != len(want) {
		t.Fatalf("%d samples of %d", len(w.heard), len(want))
	}
	loud := func(from, to int) (n int) {
		for _, v := range w.heard[from*frame : to*frame] {
			if v > 1000 || v < -1000 {
				n++
			}
		}
		return n
	}
	if loud(20, 40) != 0 || loud(50, 90) != 0 {
		t.Error("what was not sent is not silent")
	}
	if loud(45, 46) < frame/2 {
		t.Error("what was lost is not made up")
	}
	w = &testifies{}
	s.Attend(w)
	r.step(1)
	v.send(tone[0])
	r.step(100)
	if n := len(w.heard); n < 80*frame || n > 101*frame {
		t.Errorf("two seconds of nothing are %d samples", n)
	}
	v.stamp += 99 * frame
	v.send(tone[0])
	s.Dismiss(w)
	r.step(1)
	if n := len(w.heard); n != 101*frame {
		t.Errorf("it goes on after %d samples", n)
	}
}

// TestAWitnessMayBeSlow: what finds no room waits.
func TestAWitnessMayBeSlow(t *testing.T) {
	r := newRig(t)
	r.out = newOutlet(r.e, 4096, 2)
	s, _ := r.open(Options{}, farMedia())
	w := &testifies{}
	s.Attend(w)
	v := r.voice(s)
	sent := differing(300)
	for _, b := range sent {
		r.now += int64(period)
		s.leg.tick(r.w, r.now, 0)
		v.send(b)
	}
	s.Dismiss(w)
	r.step(1)
	for range 50 {
		r.pump()
	}
	if !slices.Equal(w.heard, decoded(sent...)) || w.ended != 1 || r.e.counts.tapLost.Load() != 0 {
		t.Errorf("%d samples of %d, %d lost", len(w.heard), len(sent)*frame, r.e.counts.tapLost.Load())
	}
}
