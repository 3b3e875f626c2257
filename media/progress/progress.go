// Package progress hears the tones of the telephone network in a call that is being placed or was just answered: busy,
// congestion, ringback and number unobtainable as China's exchanges send them (450 Hz; GB/T 3380, ITU-T E.180), special
// information tones (ITU-T E.180, 950, 1,400 and 1,800 Hz), the tones of fax machines (ITU-T T.30, 1,100 Hz; V.25,
// 2,100 Hz) and the beep of a machine that takes messages.
//
// Sound comes in blocks of 10 ms. Of each the strongest frequency is found, and how much of the power it has: a tone
// has nearly all of it, at a level that does not change. So the two frequencies of a ringback elsewhere (440 and 480
// Hz), which beat, are no tone, nor is music, nor speech.
package progress

import (
	"math"
	"slices"
)

// Tone is what was heard.
type Tone uint8

// The tones.
const (
	Busy         Tone = iota + 1 // 0.35 s on, 0.35 off
	Congestion                   // 0.7 s on, 0.7 off
	Ringback                     // 1 s on, 4 off
	Unobtainable                 // three times 0.1 s on, 0.1 off, then 0.4 on, 0.4 off
	Special                      // three rising tones: an announcement follows
	Fax                          // a fax machine calls, or has answered
	Beep                         // one pure tone, and silence behind it
)

var names = [...]string{"", "busy", "congestion", "ringback", "unobtainable", "special", "fax", "beep"}

// String is the tone's name.
func (t Tone) String() string {
	if int(t) < len(names) {
		return names[t]
	}
	return "?"
}

const (
	rate   = 8000
	block  = rate / 100 // samples
	step   = 50         // Hz between the frequencies that are looked at: half a turn in a block
	lowest = 400
	tops   = 2150
	bins   = (tops-lowest)/step + 1
)

// The bounds of a tone.
const (
	floor  = -42.0 // dBm0: what is weaker is silence
	pure   = 0.75  // share of the power that a tone has: 10 dB of noise leave it 0.9
	steady = 1.5   // the strongest of its blocks over the weakest; a phase-reversed 2,100 Hz is modulated (V.8)
	purer  = 0.9   // of a beep
)

// cosines and sines are the turning of each frequency within a block.
var cosines, sines = func() (c, s [bins][block]float64) {
	for b := range c {
		for n := range c[b] {
			s[b][n], c[b][n] = math.Sincos(2 * math.Pi * float64(lowest+b*step) * float64(n) / rate)
		}
	}
	return c, s
}()

// burst is a tone that is on, or was.
type burst struct {
	hz     int
	blocks int
	last   float64 // amplitude of the block before, and its share of the power
	share  float64
	least  float64
	most   float64
	purity float64 // the least
	level  float64 // dBm0
}

// flat tells whether a burst was one tone: its inner blocks are equally strong.
func (b *burst) flat() bool {
	limit := steady
	if around(b.hz, 2100) {
		limit = 1.8
	}
	return b.blocks >= 3 && (b.least == 0 || b.most <= limit*b.least)
}

// pair is a burst with the pause behind it, in blocks.
type pair struct{ on, off int }

// Listener hears the tones of one direction of a call. It is used by one goroutine at a time.
type Listener struct {
	told  func(Tone)
	rest  []int16
	now   burst
	quiet int    // blocks since a tone was on
	past  []pair // of the tone of 450 Hz
	ended burst  // the burst before the pause, if it was flat
	rise  []int  // frequencies of special information that were heard in their order
	calls int    // bursts of a calling fax machine
	loud  bool   // something was heard behind the burst
}

// New makes a listener. told is told of a tone when it is certain: after two whole cycles of one that has a cadence.
func New(told func(Tone)) *Listener { return &Listener{told: told} }

// Write hears sound of 8,000 samples a second.
func (l *Listener) Write(samples []int16) {
	l.rest = append(l.rest, samples...)
	for len(l.rest) >= block {
		l.block(l.rest[:block])
		l.rest = l.rest[block:]
	}
	l.rest = slices.Clone(l.rest) // what was heard is not kept
}

// strongest is the strongest frequency of a block, its amplitude, its share of the power, and the level of all in dBm0.
func strongest(samples []int16) (hz int, amplitude, share, level float64) {
	power := 0.0
	var wave [block]float64
	for n, s := range samples[:block] {
		x := float64(s) / 32768
		wave[n] = x
		power += x * x
	}
	power /= block
	if level = 10*math.Log10(2*power+1e-12) + 3.14; level < floor { // G.711: a sine of full scale is 3.14 dBm0
		return 0, 0, 0, level
	}
	best := 0.0
	for b := range bins {
		cos, sin := &cosines[b], &sines[b]
		var re, im float64
		for n, x := range &wave {
			re += x * cos[n]
			im += x * sin[n]
		}
		if m := re*re + im*im; m > best {
			best, hz = m, lowest+b*step
		}
	}
	amplitude = 2 * math.Sqrt(best) / block
	return hz, amplitude, amplitude * amplitude / 2 / power, level
}

// block hears 10 ms.
func (l *Listener) block(samples []int16) {
	hz, amplitude, share, level := strongest(samples)
	on := hz != 0 && share >= pure
	if on && l.now.blocks > 0 && !around(hz, l.now.hz) {
		l.end()
	}
	if !on {
		if l.now.blocks > 0 {
			l.end()
		}
		l.quiet++
		l.loud = l.loud || l.quiet > 1 && level > l.ended.level-15 // the first may hold the burst's end
		l.pause()
		return
	}
	if l.now.blocks == 0 {
		l.begin(hz)
	}
	b := &l.now
	if b.blocks > 1 { // the first may be half of one, and so may be the last
		if b.least == 0 || b.last < b.least {
			b.least = b.last
		}
		b.most = max(b.most, b.last)
		b.purity = min(b.purity, b.share)
	}
	b.last, b.share, b.level = amplitude, share, max(b.level, level)
	b.blocks++
	if around(b.hz, 2100) && b.blocks == 100 && b.flat() {
		l.told(Fax) // one that has answered: a second of it is no music
	}
}

// begin is told of a tone that comes on after a pause.
func (l *Listener) begin(hz int) {
	if hz == 450 && l.ended.hz == 450 {
		l.past = append(l.past, pair{l.ended.blocks, l.quiet})
		if len(l.past) > 8 {
			l.past = l.past[1:]
		}
		l.cadence()
	} else {
		l.past = nil
	}
	if l.quiet > 5 {
		l.rise = nil
	}
	l.now = burst{hz: hz, purity: 1, level: floor}
	l.quiet = 0
}

// end is told of a tone that goes off, or turns into another.
func (l *Listener) end() {
	b := l.now
	l.now, l.quiet, l.loud = burst{}, 0, false
	l.ended = burst{}
	if !b.flat() {
		l.past, l.rise = nil, nil
		return
	}
	l.ended = b
	l.special(b)
	if around(b.hz, 1100) && near(b.blocks, 50) {
		if l.calls++; l.calls == 2 {
			l.told(Fax)
		}
	}
}

// pause is told of each block without a tone.
func (l *Listener) pause() {
	b := l.ended
	if l.quiet == 20 && b.hz != 0 && b.hz != 450 && b.hz < 2000 && !l.loud && b.blocks >= 15 &&
		b.blocks <= 300 && b.purity >= purer && !(around(b.hz, 1100) && near(b.blocks, 50)) {
		l.told(Beep)
	}
	if l.quiet > 600 {
		l.past, l.ended = nil, burst{}
	}
}

// special hears the three tones of special information, each a third of a second.
func (l *Listener) special(b burst) {
	next := []int{950, 1400, 1800}[len(l.rise)%3]
	if !around(b.hz, next) || !near(b.blocks, 33) {
		l.rise = nil
		return
	}
	if l.rise = append(l.rise, b.hz); len(l.rise) == 3 {
		l.told(Special)
		l.rise, l.ended = nil, burst{} // the last of them is no beep
	}
}

// around tells whether a frequency is another, or next to it: one between two is now the one and now the other.
func around(hz, other int) bool { return hz-other <= step && other-hz <= step }

// near tells whether a length is as it should be, by a fifth and a block more or less.
func near(blocks, want int) bool {
	return math.Abs(float64(blocks-want)) <= 0.2*float64(want)+1
}

func (p pair) like(on, off int) bool { return near(p.on, on) && near(p.off, off) }

// cadence looks whether the last pairs are two whole cycles of a tone.
func (l *Listener) cadence() {
	n := len(l.past)
	if n < 2 {
		return
	}
	a, b := l.past[n-2], l.past[n-1]
	for _, c := range []struct {
		tone    Tone
		on, off int
	}{{Busy, 35, 35}, {Congestion, 70, 70}, {Ringback, 100, 400}} {
		if a.like(c.on, c.off) && b.like(c.on, c.off) {
			l.said(c.tone)
			return
		}
	}
	if n < 8 {
		return
	}
	for i, p := range l.past {
		want := 10
		if i%4 == 3 {
			want = 40
		}
		if !p.like(want, want) {
			return
		}
	}
	l.said(Unobtainable)
}

// said tells of a tone with a cadence, and forgets what it was heard by.
func (l *Listener) said(t Tone) {
	l.past = nil
	l.told(t)
}
