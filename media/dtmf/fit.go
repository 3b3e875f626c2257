package dtmf

import (
	"math"

	"rexian/media/audio"
)

// Limits of the second step, about half way between what Q.24 wants accepted and rejected.
const (
	weakest   = -43.0 // dBm0 of the weaker tone
	offTune   = 0.021 // of the frequency: 1.5 % are accepted, 3.5 % rejected; voices are often 2 to 2.5 % off
	offRatio  = 0.037 // of the ratio of the two: 1.5 % each in opposite directions are accepted
	highLess  = 9.5   // dB: the high tone may be 8 weaker
	highMore  = 5.5   // dB: or 4 stronger
	clearness = 9.5   // dB of the two tones over all the rest: 12 are accepted
)

// fit is two sines, x(t) = Σ a·cos(ωt) + b·sin(ωt), with t in samples from centre.
type fit struct {
	centre float64
	sines  [2]sine
}

type sine struct{ w, a, b float64 }

// walk gives the two sines at one place after another.
type walk struct{ a, b, turnSin, turnCos [2]float64 }

// from begins a walk at the place; direction is 1 or −1.
func (f *fit) from(place int, direction float64) (w walk) {
	for k, s := range f.sines {
		sin, cos := math.Sincos(s.w * (float64(place) - f.centre))
		w.a[k], w.b[k] = s.a*cos+s.b*sin, s.b*cos-s.a*sin
		w.turnSin[k], w.turnCos[k] = math.Sincos(s.w * direction)
	}
	return
}

func (w *walk) next() float64 {
	m := w.a[0] + w.a[1]
	w.a[0], w.b[0] = w.a[0]*w.turnCos[0]+w.b[0]*w.turnSin[0], w.b[0]*w.turnCos[0]-w.a[0]*w.turnSin[0]
	w.a[1], w.b[1] = w.a[1]*w.turnCos[1]+w.b[1]*w.turnSin[1], w.b[1]*w.turnCos[1]-w.a[1]*w.turnSin[1]
	return m
}

// tones fits two sines to two blocks of the samples from core on, beginning at the frequencies of the key, and says
// whether they are that key.
func (f *fit) tones(samples []int16, core int, low, high float64) bool {
	f.sines[0].w, f.sines[1].w = 2*math.Pi*low/audio.Rate, 2*math.Pi*high/audio.Rate
	// One block alone first: it shows a frequency that is twice as far off.
	for range 2 {
		if !f.step(samples[core+block:core+2*block], core+block) {
			return false
		}
	}
	if !f.inTune(low, high, 2) {
		return false
	}
	for range 3 {
		if !f.step(samples[core:core+2*block], core) || !f.inTune(low, high, 1) {
			return false
		}
	}
	power := func(s sine) float64 { return (s.a*s.a + s.b*s.b) / 2 }
	l, h := power(f.sines[0]), power(f.sines[1])
	if min(l, h) < meanSquare(weakest) || h < l*decibels(-highLess) || h > l*decibels(highMore) {
		return false
	}
	var tone, rest float64
	w := f.from(core, 1)
	for _, v := range samples[core : core+2*block] {
		m := w.next()
		r := float64(v) - m
		tone, rest = tone+m*m, rest+r*r
	}
	return tone > rest*decibels(clearness)
}

func decibels(d float64) float64 { return math.Pow(10, d/10) }

// inTune says whether both frequencies, and their ratio, are near enough to the key's, within wide times the limits. A
// voice or a chord has tones of which one is 3/2, 5/3 or 2 times the other; these ratios are 3.9 % and more from every
// key's, as Q.23 chose the frequencies.
func (f *fit) inTune(low, high, wide float64) bool {
	l, h := f.sines[0].w*audio.Rate/(2*math.Pi)/low, f.sines[1].w*audio.Rate/(2*math.Pi)/high
	return math.Abs(l-1) < wide*offTune && math.Abs(h-1) < wide*offTune && math.Abs(h/l-1) < wide*offRatio
}

// step improves the fit once by least squares over the samples, the first of which is at place, and says whether it
// could. Each sine has four unknowns: a, b, and the same times t. A sine that is slightly off in frequency is, near the
// centre, the sine in tune plus its slope times t, so the last two show how far off it is.
//
// Around the centre cos(ωt) and t·sin(ωt) are even, sin(ωt) and t·cos(ωt) odd. So the eight equations fall apart into
// four for the even half of the sound and four for the odd half, and half the places are enough.
func (f *fit) step(samples []int16, place int) bool {
	half := len(samples) / 2
	f.centre = float64(place+half) - 0.5
	var even, odd equations
	var sin, cos, turnSin, turnCos [2]float64
	for k, s := range f.sines {
		sin[k], cos[k] = math.Sincos(s.w / 2)
		turnSin[k], turnCos[k] = math.Sincos(s.w)
	}
	scale := 1 / float64(half)
	for i, v := range samples[half : 2*half] {
		after, before := float64(v), float64(samples[half-1-i])
		t := (float64(i) + 0.5) * scale
		even.add(cos[0], t*sin[0], cos[1], t*sin[1], (after+before)/2)
		odd.add(sin[0], t*cos[0], sin[1], t*cos[1], (after-before)/2)
		sin[0], cos[0] = sin[0]*turnCos[0]+cos[0]*turnSin[0], cos[0]*turnCos[0]-sin[0]*turnSin[0]
		sin[1], cos[1] = sin[1]*turnCos[1]+cos[1]*turnSin[1], cos[1]*turnCos[1]-sin[1]*turnSin[1]
	}
	u, ok := even.solve()
	v, okay := odd.solve()
	if !ok || !okay {
		return false
	}
	for k := range f.sines {
		s := &f.sines[k]
		s.a, s.b = u[2*k], v[2*k]
		power := s.a*s.a + s.b*s.b
		if power == 0 {
			return false
		}
		// The amplitudes are those at the frequency fitted to; the next step fits at the better one.
		s.w += (s.b*v[2*k+1] - s.a*u[2*k+1]) * scale / power
	}
	return f.sines[0].w > 0 && f.sines[1].w > f.sines[0].w && f.sines[1].w < math.Pi
}

// equations are the normal equations of four unknowns: the upper half of a symmetric matrix, the right side last.
type equations [4][5]float64

func (m *equations) add(a, b, c, d, v float64) {
	r := &m[0]
	r[0], r[1], r[2], r[3], r[4] = r[0]+a*a, r[1]+a*b, r[2]+a*c, r[3]+a*d, r[4]+a*v
	r = &m[1]
	r[1], r[2], r[3], r[4] = r[1]+b*b, r[2]+b*c, r[3]+b*d, r[4]+b*v
	r = &m[2]
	r[2], r[3], r[4] = r[2]+c*c, r[3]+c*d, r[4]+c*v
	r = &m[3]
	r[3], r[4] = r[3]+d*d, r[4]+d*v
}

// solve eliminates without exchange: the matrix is positive definite unless the two frequencies meet.
func (m *equations) solve() (x [4]float64, ok bool) {
	for j := range 4 {
		if m[j][j] < 1e-6 {
			return x, false
		}
		for i := j + 1; i < 4; i++ {
			factor := m[j][i] / m[j][j]
			for k := i; k < 5; k++ {
				m[i][k] -= factor * m[j][k]
			}
		}
	}
	for j := 3; j >= 0; j-- {
		x[j] = m[j][4]
		for k := j + 1; k < 4; k++ {
			x[j] -= m[j][k] * x[k]
		}
		x[j] /= m[j][j]
	}
	return x, true
}

// The edges of a tone are where taking it out of the sound begins and ceases to leave less than there was. While it
// sounds, each sample x of which m is the tone's part gains x² − (x−m)² = 2xm − m², about m² in the mean; without it,
// as much is lost. So the edge is where the gain is greatest, and a gap is bridged when more comes after it than it
// lost.

// begin is where the tone begins, at core or before.
func (f *fit) begin(samples []int16, core int) int {
	best, first, gain := 0.0, core, 0.0
	w := f.from(core-1, -1)
	for i := core - 1; i >= max(0, core-back+2*block); i-- {
		m := w.next()
		if gain += 2*float64(samples[i])*m - m*m; gain > best {
			best, first = gain, i
		}
	}
	return first
}

// end is where the tone ends, at from or after, one past its last sample.
func (f *fit) end(samples []int16, from int) int {
	best, last, gain := 0.0, from, 0.0
	w := f.from(from, 1)
	for i := from; i < len(samples); i++ {
		m := w.next()
		if gain += 2*float64(samples[i])*m - m*m; gain > best {
			best, last = gain, i+1
		}
	}
	return last
}
