package rtp

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"rexian/media/audio"
)

// ramp gives each moment of the far side's time a byte of its own that is no silence.
func ramp(stamp uint32, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte((stamp+uint32(i))%64) + 1
	}
	return b
}

// stretch is what was read: where sound goes on without a break, the ramp does.
func breaks(heard []byte, silence byte) (breaks, silent int) {
	last := byte(0)
	for _, b := range heard {
		if b == silence {
			silent++
			last = 0
			continue
		}
		if last != 0 && b != last%64+1 {
			breaks++
		}
		last = b
	}
	return breaks, silent
}

// A packet's arrival, as a script: at which tick, which sound.
type arrival struct {
	tick  int
	stamp uint32
	n     int
}

func play(j *jitter, ticks int, list []arrival, n *legCounts) (heard []byte) {
	w := newWork()
	for tick := range ticks {
		for _, a := range list {
			if a.tick == tick {
				j.write(w, j.codec, a.stamp, ramp(a.stamp, a.n), n)
			}
		}
		var b [frame]byte
		j.read(b[:])
		heard = append(heard, b[:]...)
	}
	return heard
}

func TestJitterSmooth(t *testing.T) {
	for _, ptime := range []int{10, 20, 30, 40, 60} {
		size := ptime * 8
		var list []arrival
		start := uint32(1<<32 - 5000) // it wraps
		for i := range 200 * 20 / ptime {
			list = append(list, arrival{i * ptime / 20, start + uint32(i*size), size})
		}
		var n legCounts
		j := newJitter(audio.PCMU)
		heard := play(j, 190, list, &n)
		gaps, silent := breaks(heard, audio.PCMU.Silence())
		// Packets longer than a tick need as much delay as they are long.
		if limit := most + 2*size; silent > limit || gaps > 0 || n.late.Load() > 2 {
			t.Errorf("ptime %d: %d breaks, %d samples silent, %d late", ptime, gaps, silent, n.late.Load())
		}
	}
}

func TestJitterLateAndLost(t *testing.T) {
	var list []arrival
	for i := range 500 {
		if i%50 == 10 {
			continue // lost
		}
		late := 0
		if i%7 == 3 {
			late = 3 // 60 ms
		}
		list = append(list, arrival{i + late, uint32(i) * frame, frame})
	}
	var n legCounts
	j := newJitter(audio.PCMU)
	heard := play(j, 500, list, &n)
	// It learns within the first second; then only the lost packets are silence, 20 ms each.
	gaps, silent := breaks(heard[50*frame:], audio.PCMU.Silence())
	if silent != 9*frame || gaps > 0 {
		t.Errorf("%d breaks, %d samples silent, %d late", gaps, silent, n.late.Load())
	}
	if j.delay > most {
		t.Errorf("delay %d", j.delay)
	}
}

// When the way becomes smooth again, the delay shrinks to where it began.
func TestJitterShrinks(t *testing.T) {
	var list []arrival
	for i := range 3000 {
		late := 0
		if i > 20 && i < 200 && i%5 == 0 {
			late = 5
		}
		list = append(list, arrival{i + late, uint32(i) * frame, frame})
	}
	j := newJitter(audio.PCMU)
	play(j, 210, list, new(legCounts))
	long := int32(j.top - j.next)
	for i := range list {
		list[i].tick -= 210
	}
	play(j, 2700, list, new(legCounts))
	if short := int32(j.top - j.next); long < 4*frame || short > 2*frame {
		t.Errorf("%d samples ahead, after a calm minute %d", long, short)
	}
}

// A sender whose clock is 500 ppm fast or slow is followed with few breaks.
func TestJitterDrift(t *testing.T) {
	for _, ppm := range []int{500, -500} {
		var list []arrival
		for i := range 15000 { // five minutes
			list = append(list, arrival{i - i*ppm/1e6, uint32(i) * frame, frame})
		}
		var n legCounts
		j := newJitter(audio.PCMU)
		byTick := map[int][]arrival{}
		for _, a := range list {
			byTick[a.tick] = append(byTick[a.tick], a)
		}
		w, held := newWork(), int32(0)
		var heard []byte
		for tick := range 14900 {
			for _, a := range byTick[tick] {
				j.write(w, j.codec, a.stamp, ramp(a.stamp, a.n), &n)
			}
			var b [frame]byte
			j.read(b[:])
			heard = append(heard, b[:]...)
			held = max(held, int32(j.top-j.next))
		}
		gaps, silent := breaks(heard, audio.PCMU.Silence())
		if gaps > 20 || silent > 40*frame || held > most+4*frame {
			t.Errorf("%d ppm: %d breaks, %d samples silent, up to %d held", ppm, gaps, silent, held)
		}
	}
}

// Jumps of the far side's time, forward and back, are over within half a second.
func TestJitterJumps(t *testing.T) {
	for _, jump := range []int32{-1 << 30, -100000, -2000, -400, 400, 2000, 100000, 1 << 30} {
		var list []arrival
		for i := range 200 {
			stamp := uint32(i) * frame
			if i >= 100 {
				stamp += uint32(jump)
			}
			list = append(list, arrival{i, stamp, frame})
		}
		heard := play(newJitter(audio.PCMU), 200, list, new(legCounts))
		gaps, silent := breaks(heard[125*frame:], audio.PCMU.Silence())
		if gaps > 0 || silent > 0 {
			t.Errorf("jump of %d: %d breaks, %d samples silent", jump, gaps, silent)
		}
	}
}

// Whatever comes in whatever order, each sample that is heard is one that was sent for its moment, none is heard twice, and time never goes
// back by more than it had to.
func TestJitterNeverInvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := newJitter(audio.PCMU)
		w, n := newWork(), new(legCounts)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		base := rapid.Uint32().Draw(t, "base")
		spread := rapid.IntRange(1, 40).Draw(t, "spread")
		size := rapid.SampledFrom([]int{80, 160, 240, 480, 1200}).Draw(t, "size")
		for tick := range 300 {
			for range r.IntN(3) {
				stamp := base + uint32(tick*frame) - uint32(r.IntN(spread*frame))
				stamp -= (stamp - base) % uint32(size)
				j.write(w, j.codec, stamp, ramp(stamp, size), n)
			}
			next := j.next
			if j.started && int32(j.top-j.next) > full+mtu {
				t.Fatalf("%d samples held", int32(j.top-j.next))
			}
			var b [frame]byte
			j.read(b[:])
			if j.next-next == 2*frame {
				next += frame // one was left out
			}
			for i, v := range b {
				if want := ramp(next+uint32(i), 1)[0]; v != want && v != audio.PCMU.Silence() {
					t.Fatalf("tick %d sample %d: %d, sent was %d", tick, i, v, want)
				}
			}
		}
	})
}
