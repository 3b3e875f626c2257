package rtp

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rexian/media/audio"
)

// arrival is a packet of the sound: when it comes, at which tick or how many samples before it, and what it holds.
type arrival struct {
	tick  int
	early int32
	stamp uint32
	n     int
}

// play lets packets of a sound arrive, whose first sample is at the first timestamp, and gives what is read in so
// many ticks.
func play(j *jitter, ticks int, first uint32, sound []byte, list []arrival) (heard []byte, late int) {
	w := newWork()
	for tick := range ticks {
		for _, a := range list {
			if at := int(a.stamp - first); a.tick == tick && at >= 0 && at+a.n <= len(sound) {
				if j.write(w, j.codec, a.stamp, sound[at:][:a.n], a.early) {
					late++
				}
			}
		}
		var b [frame]byte
		j.read(w, b[:])
		heard = append(heard, b[:]...)
	}
	return heard, late
}

// spoken is encoded speech.
func spoken(seconds int) []byte { return audio.PCMU.Encode(nil, talking(seconds, 1)) }

// parts is how many samples of a sound are found in what was heard, in pieces of a frame, in order.
func parts(heard, sound []byte) (found int) {
	at, far := 0, 16*frame
	for i := 0; i+frame <= len(heard); i += frame {
		for k := at; k+frame <= len(sound) && k < at+far; k++ {
			if slices.Equal(heard[i:i+frame], sound[k:k+frame]) {
				found, at, far = found+frame, k+frame, 4*frame
				break
			}
		}
	}
	return found
}

// Packets of any length that come in time are heard as they are, with no more delay than they need, once that is known.
func TestJitterSmooth(t *testing.T) {
	sound := spoken(4)
	for _, ptime := range []int{10, 20, 30, 40, 60} {
		for _, early := range []int32{20, 100} {
			size := ptime * 8
			var list []arrival
			first := uint32(1<<32 - 5000) // it wraps
			for i := range len(sound) / size {
				list = append(list, arrival{i * ptime / 20, early, first + uint32(i*size), size})
			}
			j := newJitter(audio.PCMU)
			heard, late := play(j, 195, first, sound, list)
			if late > 0 {
				t.Errorf("ptime %d: %d packets too late", ptime, late)
			}
			if n := parts(heard, sound); n < len(heard)-8*frame {
				t.Errorf("ptime %d, %d early: of %d samples %d are those that were sent", ptime, early, len(heard), n)
			}
			if d := j.held() - int32(size) + frame; d > 2*frame+pitchLeast+unit {
				t.Errorf("ptime %d, %d early: %d samples of delay", ptime, early, d)
			}
		}
	}
}

// What comes late makes the delay long enough within a second; then only what is lost is made up, and nothing is
// silence.
func TestJitterLateAndLost(t *testing.T) {
	sound := spoken(10)
	var list []arrival
	for i := range 500 {
		if i%50 == 10 {
			continue // lost
		}
		late := 0
		if i%7 == 3 {
			late = 3 // 60 ms
		}
		list = append(list, arrival{i + late, 100, uint32(i) * frame, frame})
	}
	j := newJitter(audio.PCMU)
	_, early := play(j, 50, 0, sound, list)
	for i := range list {
		list[i].tick -= 50
	}
	heard, late := play(j, 440, 0, sound, list)
	if late > 0 || early > 10 {
		t.Errorf("%d packets too late in the first second, %d after it", early, late)
	}
	if n := parts(heard, sound[50*frame-5*frame:]); n < (440-9*3)*frame {
		t.Errorf("of %d samples %d are those that were sent", len(heard), n)
	}
	if h := j.held(); h > most+frame {
		t.Errorf("%d samples held", h)
	}
}

// When the way becomes smooth again, the delay becomes as short as it was.
func TestJitterShrinks(t *testing.T) {
	sound := spoken(8)
	var list []arrival
	for i := range 400 {
		late := 0
		if i > 20 && i < 200 && i%5 == 0 {
			late = 5
		}
		list = append(list, arrival{i + late, 100, uint32(i) * frame, frame})
	}
	j := newJitter(audio.PCMU)
	play(j, 200, 0, sound, list)
	long := j.held()
	for i := range list {
		list[i].tick -= 200
	}
	play(j, 100, 0, sound, list)
	if short := j.held(); long < 4*frame || short > frame {
		t.Errorf("%d samples held, after two calm seconds %d", long, short)
	}
}

// A sender whose clock is 500 ppm fast or slow is followed.
func TestJitterDrift(t *testing.T) {
	for _, ppm := range []int{500, -500} {
		sound := slices.Repeat(spoken(10), 30)
		j, w := newJitter(audio.PCMU), newWork()
		held, late, i := int32(0), 0, 0
		for tick := range 14900 { // five minutes
			for ; i < len(sound)/frame; i++ {
				at := i*frame - i*frame*ppm/1e6 + 80 // samples of our time
				if at > tick*frame {
					break
				}
				if j.write(w, j.codec, uint32(i)*frame, sound[i*frame:][:frame], int32(tick*frame-at)) {
					late++
				}
			}
			var b [frame]byte
			if !j.read(w, b[:]) && tick > 0 {
				t.Fatalf("%d ppm: nothing at tick %d", ppm, tick)
			}
			held = max(held, j.held())
		}
		if late > 0 || held > 3*frame {
			t.Errorf("%d ppm: %d packets too late, up to %d held", ppm, late, held)
		}
	}
}

// Jumps of the far side's time, forward and back, are over within half a second.
func TestJitterJumps(t *testing.T) {
	sound := spoken(6)
	for _, jump := range []int32{-1 << 30, -100000, -2000, -400, 400, 2000, 100000, 1 << 30} {
		j, w := newJitter(audio.PCMU), newWork()
		var heard []byte
		for i := range 200 {
			stamp := uint32(i) * frame
			if i >= 100 {
				stamp += uint32(jump)
			}
			j.write(w, j.codec, stamp, sound[i*frame:][:frame], 100)
			var b [frame]byte
			j.read(w, b[:])
			heard = append(heard, b[:]...)
		}
		if n := parts(heard[130*frame:], sound[120*frame:]); n < 62*frame {
			t.Errorf("jump of %d: of %d samples %d are those that were sent", jump, 70*frame, n)
		}
	}
}

// A network that stops for a moment and then gives all that it held loses nothing.
func TestJitterStall(t *testing.T) {
	sound := spoken(6)
	var list []arrival
	for i := range 250 {
		list = append(list, arrival{i, 100, uint32(i) * frame, frame})
		if i >= 100 && i < 105 {
			list[i].tick = 105
		}
	}
	heard, late := play(newJitter(audio.PCMU), 200, 0, sound, list)
	if n := parts(heard[95*frame:130*frame], sound[90*frame:]); late > 0 || n < 25*frame {
		t.Errorf("%d packets too late, %d frames of 35 are those that were sent", late, n/frame)
	}
}

// Whatever comes in whatever order, what is held keeps within its bounds, and what is there is what was sent for its
// moment.
func TestJitterKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := newJitter(audio.PCMU)
		w := newWork()
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		base := rapid.Uint32().Draw(t, "base")
		spread := rapid.IntRange(1, 40).Draw(t, "spread")
		size := rapid.SampledFrom([]int{40, 80, 160, 240, 480, 1200}).Draw(t, "size")
		sent := func(stamp uint32, n int) []byte {
			b := make([]byte, n)
			for i := range b {
				b[i] = byte((stamp+uint32(i))*7%251) | 1
			}
			return b
		}
		for tick := range 300 {
			for range r.IntN(3) {
				stamp := base + uint32(tick*frame) - uint32(r.IntN(spread*frame))
				stamp -= (stamp - base) % uint32(size)
				if r.IntN(200) == 0 {
					stamp += r.Uint32()
				}
				j.write(w, j.codec, stamp, sent(stamp, size), int32(r.IntN(frame)))
				if r.IntN(50) == 0 {
					j.pause()
				}
			}
			if j.started && (j.held() > farAhead+mtu || int32(j.heard-j.top) > 0 && int32(j.heard-j.next) > 0) {
				t.Fatalf("%d samples held, given up to %d after them", j.held(), int32(j.heard-j.top))
			}
			var next uint32
			for b := j.fresh(); b != nil; b = j.fresh() {
				if from := j.heard - uint32(len(b)); next != 0 && from != next {
					t.Fatalf("sound from %d, after what ended at %d", from, next)
				}
				if from := j.heard - uint32(len(b)); int32(from-j.next) >= 0 && !slices.Equal(b, sent(from, len(b))) {
					t.Fatalf("tick %d: what is there at %d is not what was sent", tick, from)
				}
				next = j.heard
			}
			there := 0
			for _, v := range j.have {
				for ; v != 0; v &= v - 1 {
					there++
				}
			}
			if j.started && there*unit > max(int(j.held()), 0)+2*unit {
				t.Fatalf("%d samples are there, of %d held", there*unit, j.held())
			}
			var b [frame]byte
			j.read(w, b[:])
			if r.IntN(100) == 0 {
				j.restart()
			}
		}
	})
}

// A stream has a jitter buffer while somebody takes its sound; who looks for keys in it needs one from the first sound
// on only. The end of a stream, and of a tap, makes none.
func TestNoJitterBufferBeforeThereIsSound(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{InBand: true}, farMedia())
	has := func(want bool, when string) {
		t.Helper()
		if r.step(1); (s.leg.jit != nil) != want {
			t.Errorf("%s: a buffer %v, not %v", when, !want, want)
		}
	}
	has(false, "at the beginning")
	s.Tap(nil)
	has(false, "after the end of no tap")
	s.Tap(&recorder{})
	has(true, "with a tap")
	r.voice(s).send(make([]byte, frame))
	s.Tap(nil)
	has(true, "while keys are looked for in the sound that comes")
	quiet, _ := r.open(Options{InBand: true}, farMedia())
	quiet.Close()
	if r.step(1); quiet.leg.jit != nil {
		t.Error("the end of a stream made a buffer")
	}
}
