package rtp

import (
	"math"

	"rexian/media/audio"
)

// What does not come is made up from the sound before it, as G.711, Appendix I does: the last period of the voice is
// repeated, after 10 ms the last two, after 20 ms the last three, so that it does not buzz; from 10 ms on it becomes
// softer, and after 60 ms it is silence. Where the sound goes on the two are blended. Unlike there nothing waits for
// that: where the appendix blends the beginning into the sound before, which would have to be held back, the first
// samples are lifted to where the sound ended.
const (
	pitchLeast = 40 // samples: 200 Hz
	pitchMost  = 120
	pitchSpan  = 160                       // samples that are compared
	pastMost   = 3*pitchMost + pitchMost/4 // samples of the past that are needed
	stage      = audio.Rate / 100          // samples: 10 ms
	stages     = 6
)

// erasure is a place where sound is missing.
type erasure struct {
	on      bool
	end     uint32 // timestamp of the first sample that is missing: there the past ends
	have    int16  // samples of the past that are known, up to pastMost
	pitch   int16  // samples of a period; 0: not known yet
	periods int16  // that are repeated
	at      int16  // place in them
	made    int32  // samples made so far
}

func (e *erasure) begin(end uint32, have int32) {
	*e = erasure{on: true, end: end, have: int16(min(have, pastMost))}
}

// mend fills what is missing in the next frame, and blends it into what follows.
func (j *jitter) mend(w *work) {
	for at, end := j.next, j.next+frame; at != end; {
		if n := j.present(at, end); n > 0 {
			if j.gap.on {
				j.blend(w, at, n)
			}
			at += uint32(n)
			continue
		}
		n := j.absent(at, end)
		if !j.gap.on {
			j.gap.begin(at, j.past+int32(at-j.next))
		}
		pcm := w.wave[:n]
		j.make(w, pcm)
		j.copyIn(at, pcm)
		at += uint32(n)
	}
}

// blend leads from what was made up into n samples that are there.
func (j *jitter) blend(w *work, at uint32, n int32) {
	e := &j.gap
	if e.made > 0 && e.pitch > 0 && e.made < stages*stage {
		n = min(n, int32(e.pitch/4)+e.made/stage*32, stage)
		made, came := w.wave[:n], w.wave[n:2*n]
		j.make(w, made)
		j.copyOut(came, at)
		for i := range n {
			made[i] = int16((int32(made[i])*(n-i) + int32(came[i])*(i+1)) / (n + 1))
		}
		j.copyIn(at, made)
	}
	j.gap = erasure{}
}

// make makes up the next samples that are missing.
func (j *jitter) make(w *work, dst []int16) {
	e := &j.gap
	past := w.past[:e.have]
	if j.still || len(past) < pitchMost+pitchSpan || e.made >= stages*stage {
		clear(dst)
		e.made += int32(len(dst))
		return
	}
	j.copyOut(past, e.end-uint32(e.have))
	e.goOn(past, dst)
}

// goOn makes up the next samples from the past, as long as anything is made up.
func (e *erasure) goOn(past, dst []int16) {
	if e.pitch == 0 {
		e.pitch, e.periods = pitch(past), 1
	}
	for len(dst) > 0 {
		n := min(len(dst), int(stage-e.made%stage))
		if s := e.made / stage; e.made%stage == 0 && s > 0 && s < 3 {
			e.lengthen(past, dst[:n])
		} else {
			e.repeat(past, dst[:n])
		}
		if e.made < stage {
			e.lift(past, dst[:n])
		}
		e.fade(dst[:n])
		e.made += int32(n)
		dst = dst[n:]
	}
}

// repeat goes on with the repeated periods. Their end is blended into what is before their beginning.
func (e *erasure) repeat(past, dst []int16) {
	n, q := int(e.pitch*e.periods), int(e.pitch/4)
	cycle, before := past[len(past)-n:], past[len(past)-n-q:]
	for i := range dst {
		v := int32(cycle[e.at])
		if k := int(e.at) - (n - q); k >= 0 {
			v = (v*int32(q-k) + int32(before[k])*int32(k+1)) / int32(q+1)
		}
		dst[i] = int16(v)
		if e.at++; int(e.at) == n {
			e.at = 0
		}
	}
}

// lengthen repeats one more period from now on, if the past holds it.
func (e *erasure) lengthen(past, dst []int16) {
	if len(past) < int((e.periods+1)*e.pitch+e.pitch/4) {
		e.repeat(past, dst)
		return
	}
	var old [pitchMost / 4]int16
	q := min(int(e.pitch/4), len(dst))
	was := *e
	was.repeat(past, old[:q])
	e.at %= e.pitch
	e.periods++
	e.repeat(past, dst)
	for i := range q {
		dst[i] = int16((int32(old[i])*int32(q-i) + int32(dst[i])*int32(i+1)) / int32(q+1))
	}
}

// lift has the first samples begin where the sound ended.
func (e *erasure) lift(past, dst []int16) {
	q := int32(e.pitch / 4)
	step := int32(past[len(past)-1]) - int32(past[len(past)-1-int(e.pitch)])
	for i := range dst {
		k := e.made + int32(i)
		if k >= q {
			return
		}
		dst[i] = sixteen(int32(dst[i]) + step*(q-k)/(q+1))
	}
}

// fade makes it softer, by a fifth each 10 ms from 10 ms on.
func (e *erasure) fade(dst []int16) {
	const whole, last = (stages - 1) * stage, stages * stage
	if e.made < stage {
		return // the pieces do not cross the 10 ms
	}
	for i, v := range dst {
		dst[i] = int16(int32(v) * max(last-e.made-int32(i), 0) / whole)
	}
}

// sixteen holds a sample within its bits.
func sixteen(v int32) int16 { return int16(min(max(v, math.MinInt16), math.MaxInt16)) }

// pitch is the period of the voice at the end of the past, in samples: the shift at which its last 20 ms are most
// alike.
func pitch(past []int16) int16 {
	end := past[len(past)-pitchSpan:]
	best, at := float32(-1), pitchLeast
	try := func(p, every int) {
		if s := likeness(end, past[len(past)-pitchSpan-p:], every); s > best {
			best, at = s, p
		}
	}
	for p := pitchLeast; p <= pitchMost; p += 2 {
		try(p, 2)
	}
	rough := at
	best = -1
	for p := max(rough-1, pitchLeast); p <= min(rough+1, pitchMost); p++ {
		try(p, 1)
	}
	return int16(at)
}

// likeness is how alike two pieces of sound are, from −1 to 1, whatever their loudness. Every so many samples of a
// are looked at.
func likeness(a, b []int16, every int) float32 {
	var both, one, other float32
	b = b[:len(a)]
	for i := 0; i < len(a); i += every {
		v, u := float32(a[i]), float32(b[i])
		both += v * u
		one += v * v
		other += u * u
	}
	if both <= 0 {
		return 0
	}
	return both / float32(math.Sqrt(float64(one*other)))
}
