// Package quality says how a call sounds, from what its packets suffered.
//
// The measure is the E-model of ITU-T G.107 with everything at its default but delay, loss and codec: a rating R from 0
// to 93.2, and from it the mean opinion score that people would give, 1 (bad) to 4.5.
package quality

import "time"

// Path is what one direction of a call suffers.
type Path struct {
	Loss  float64       // share of packets that are not heard, 0 to 1, taken as random
	Delay time.Duration // from mouth to ear
}

const (
	// best is R without delay and loss: Ro − Is of G.107 at the defaults.
	best = 93.2
	// robust is Bpl of G.711, in packets of 20 ms whose losses are concealed by its Appendix I: G.113, Table I.4. Its
	// Ie is 0.
	robust = 25.1
	// noticed is from where on a delay disturbs a talk, in milliseconds: the simplification of G.107 in ITU-T G.109's
	// spirit by Cole and Rosenbluth.
	noticed = 177.3
)

// Rating is R of one direction that carries G.711 (A-law or µ-law: their impairment is the same).
func Rating(p Path) float64 {
	loss := min(max(p.Loss, 0), 1) * 100
	d := max(float64(p.Delay)/float64(time.Millisecond), 0)
	late := 0.024*d + 0.11*max(d-noticed, 0)
	lost := 95 * loss / (loss + robust)
	return max(best-late-lost, 0)
}

// MOS is the mean opinion score of one direction: G.107, Annex B.
func MOS(p Path) float64 {
	r := Rating(p)
	return min(max(1+0.035*r+7e-6*r*(r-60)*(100-r), 1), 4.5)
}
