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

// at is the two sines at one place.
func (f *fit) at(place int) float64 {
	t, sum := float64(place)-f.centre, 0.0
	for _, s := range f.sines {
		sin, cos := math.Sincos(s.w * t)
		sum += s.a*cos + s.b*sin
	}
	return sum
}

// tones fits two sines to two blocks of the samples from core on, beginning at the frequencies of the key, and says whether
// they are that key.
func (f *fit) tones(samples []int16, core int, low, high float64) bool {
	f.sines[0].w, f.sines[1].w = 2*math.Pi*low/audio.Rate, 2*math.Pi*high/audio.Rate
	// One block alone first: it shows a frequency that is twice as far off.
	for range 2 {
		if !f.step(samples[core+block:core+2*block], core+block) {
			return false
		}
	}
	for range 3 {
		if !f.step(samples[core:core+2*block], core) || !f.inTune(low, high) {
			return false
		}
	}
	power := func(s sine) float64 { return (s.a*s.a + s.b*s.b) / 2 }
	l, h := power(f.sines[0]), power(f.sines[1])
	if min(l, h) < meanSquare(weakest) || h < l*decibels(-highLess) || h > l*decibels(highMore) {
		return false
	}
	var tone, rest float64
	for i := core; i < core+2*block; i++ {
		m := f.at(i)
		r := float64(samples[i]) - m
		tone, rest = tone+m*m, rest+r*r
	}
	return tone > rest*decibels(clearness)
}

func decibels(d float64) float64 { return math.Pow(10, d/10) }

// inTune says whether both frequencies, and their ratio, are near enough to the key's. A voice or a chord has tones of which
// one is 3/2, 5/3 or 2 times the other; these ratios are 3.9 % and more from every key's, as Q.23 chose the frequencies.
func (f *fit) inTune(low, high float64) bool {
	l, h := f.sines[0].w*audio.Rate/(2*math.Pi)/low, f.sines[1].w*audio.Rate/(2*math.Pi)/high
	return math.Abs(l-1) < offTune && math.Abs(h-1) < offTune && math.Abs(h/l-1) < offRatio
}

// step improves the fit once by least squares over the samples, the first of which is at place, and says whether it could.
// Each sine has four unknowns: a, b, and the same times t. A sine that is slightly off in frequency is, near the centre, the
// sine in tune plus its slope times t, so the last two show how far off it is.
func (f *fit) step(samples []int16, place int) bool {
	half := float64(len(samples)-1) / 2
	f.centre = float64(place) + half
	var m [8][9]float64 // the normal equations, the right side last
	var sin, cos, turnSin, turnCos [2]float64
	for k, s := range f.sines {
		sin[k], cos[k] = math.Sincos(-s.w * half)
		turnSin[k], turnCos[k] = math.Sincos(s.w)
	}
	for i, v := range samples {
		t := (float64(i) - half) / half
		row := [9]float64{cos[0], sin[0], t * cos[0], t * sin[0], cos[1], sin[1], t * cos[1], t * sin[1], float64(v)}
		for j := range 8 {
			for k := j; k < 9; k++ {
				m[j][k] += row[j] * row[k]
			}
		}
		for k := range 2 {
			sin[k], cos[k] = sin[k]*turnCos[k]+cos[k]*turnSin[k], cos[k]*turnCos[k]-sin[k]*turnSin[k]
		}
	}
	solution, ok := solve(&m)
	if !ok {
		return false
	}
	for k := range f.sines {
		s, u := &f.sines[k], solution[4*k:4*k+4]
		s.a, s.b = u[0], u[1]
		power := s.a*s.a + s.b*s.b
		if power == 0 {
			return false
		}
		// The power is measured at the frequency fitted to; the next step measures at the better one.
		s.w += (s.b*u[2] - s.a*u[3]) / (power * half)
	}
	return f.sines[0].w > 0 && f.sines[1].w > f.sines[0].w && f.sines[1].w < math.Pi
}

// solve solves the symmetric equations of which the upper half is given, by elimination without exchange: the matrix is
// positive definite unless the two frequencies meet.
func solve(m *[8][9]float64) (x [8]float64, ok bool) {
	for j := range 8 {
		if m[j][j] < 1e-6 {
			return x, false
		}
		for i := j + 1; i < 8; i++ {
			factor := m[j][i] / m[j][j]
			for k := i; k < 9; k++ {
				m[i][k] -= factor * m[j][k]
			}
		}
	}
	for j := 7; j >= 0; j-- {
		x[j] = m[j][8]
		for k := j + 1; k < 8; k++ {
			x[j] -= m[j][k] * x[k]
		}
		x[j] /= m[j][j]
	}
	return x, true
}

// The edges of a tone are where taking it out of the sound begins and ceases to leave less than there was. While it sounds,
// each sample x of which m is the tone's part gains x² − (x−m)² = 2xm − m², about m² in the mean; without it, as much is
// lost. So the edge is where the gain is greatest, and a gap is bridged when more comes after it than it lost.

// begin is where the tone begins, at core or before.
func (f *fit) begin(samples []int16, core int) int {
	best, first, gain := 0.0, core, 0.0
	for i := core - 1; i >= max(0, core-back+2*block); i-- {
		m := f.at(i)
		if gain += 2*float64(samples[i])*m - m*m; gain > best {
			best, first = gain, i
		}
	}
	return first
}

// end is where the tone ends, at from or after, one past its last sample.
func (f *fit) end(samples []int16, from int) int {
	best, last, gain := 0.0, from, 0.0
	for i := from; i < len(samples); i++ {
		m := f.at(i)
		if gain += 2*float64(samples[i])*m - m*m; gain > best {
			best, last = gain, i+1
		}
	}
	return last
}
