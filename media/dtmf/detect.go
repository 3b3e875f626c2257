package dtmf

import (
	"math"

	"rexian/media/audio"
)

// Hearing a key in the sound takes two steps, because a thousand calls are listened to at once and nearly all of what
// they send is silence or speech.
//
// The first looks at a block of 12.5 ms on its own, cheaply, and throws away what cannot be a key: silence; sound too
// dark or too bright; sound of which two of the eight frequencies are not about half. Two blocks in a row must pass, so
// every second block is enough as long as none does.
//
// The second (fit.go) looks at two such blocks in a row with the same key. It fits two sines to them, frequencies and
// all, and from the fit decides as Q.24 asks: both frequencies near enough, neither much stronger than the other,
// little else beside them. Then it follows the sines back and forward to where the tone begins and ends. If that is
// long enough, it is a key.
//
// A tone of 40 ms holds two whole blocks wherever it falls, as does a pause of 40 ms. What lies between the accepted
// and the rejected limits of Q.24 is decided half way.
const (
	block   = audio.Rate / 80 // 12.5 ms
	back    = 6 * block       // how much of the past is kept
	history = 10 * block      // what fits before the past is moved to the front

	shortest = audio.Rate * 63 / 2000 // 31.5 ms: 40 are accepted, 23 rejected
	released = 2                      // blocks without the key until it may come again
)

// Limits of the first step, wide enough not to lose what the second would take.
const (
	darkest   = 0.28 // power of the difference of neighbouring samples, as a part of the power
	brightest = 1.6
	lonely    = 0.03 // a frequency weaker than this part of the two is not there
	pure      = 0.45 // the two frequencies are at least this part of the power
)

// quietest is the mean square of a block below which there is no key: the weaker tone at −43 dBm0 leaves room below the
// −39 dBm0 that must be heard, and the two together have 3 dB more.
var quietest = meanSquare(weakest + 3)

// meanSquare is that of a sine of the level in dBm0.
func meanSquare(level float64) float64 {
	return 32768 * 32768 / 2 * math.Pow(10, (level-3.14)/10)
}

// A Digit is a key heard in the sound.
type Digit struct {
	Key     byte
	At      int64 // the sample at which it began, counted from the first one fed
	Samples int   // how long it had sounded when it was recognised; it may sound on
}

// Detector finds keys in the sound of one stream at 8 kHz, by the limits of ITU-T Q.24: tones from 40 ms on, 40 ms
// apart, each frequency within 1.5 % and at −39 dBm0 or more, the high one 8 dB weaker to 4 dB stronger than the low
// one, noise 12 dB below. Tones up to 23 ms and frequencies 3.5 % off are rejected. It is for one goroutine.
type Detector struct {
	buffer   [history]int16
	filled   int   // samples in the buffer
	start    int64 // number of the first sample in the buffer
	previous int8  // what the last block looked like: a place on the keypad, none, or unseen
	sounding int8  // the key that was told and is still down, or none
	missed   int8  // blocks in a row without it
	waiting  bool  // the fit below is good but not yet long enough
	waits    int8  // for this key
	fit      fit
	from     int64 // where it began
}

const (
	none   = -1
	unseen = -2 // nobody has looked at the block yet
)

// NewDetector makes a detector at sample 0.
func NewDetector() *Detector {
	d := &Detector{}
	d.Reset()
	return d
}

// Reset forgets everything and begins at sample 0.
func (d *Detector) Reset() {
	d.filled, d.start, d.waiting = 0, 0, false
	d.previous, d.sounding = none, none
}

// Sounding tells whether a key that was found sounds on, or has ended in the last 25 ms.
func (d *Detector) Sounding() bool { return d.sounding != none }

// Suspects tells whether what was heard last may be the beginning of a key, too short to be known for one yet.
func (d *Detector) Suspects() bool {
	if whole := d.filled / block * block; d.previous == unseen && whole >= block {
		d.previous = look(d.buffer[whole-block : whole])
	}
	return d.waiting || d.previous >= 0
}

// Warm looks at what Feed will need, so that it is in the processor's cache by then: worth while where many detectors
// take turns. What it returns means nothing.
func (d *Detector) Warm() int {
	return d.filled + int(d.buffer[min(d.filled, history-1)]) + int(d.previous)
}

// Feed takes the next samples, any number of them, and calls found for each key as soon as it is sure: 31 to 44 ms
// after it began, later only in noise. found may be called several times and must not feed.
func (d *Detector) Feed(pcm []int16, found func(Digit)) {
	for len(pcm) > 0 {
		if d.filled == history {
			copy(d.buffer[:], d.buffer[history-back:])
			d.filled = back
			d.start += history - back
			d.fit.centre -= history - back // one that waits is still needed
		}
		whole := d.filled/block*block + block
		n := copy(d.buffer[d.filled:whole], pcm)
		pcm = pcm[n:]
		if d.filled += n; d.filled == whole {
			d.block(found)
		}
	}
}

// block looks at the block that has just become whole.
func (d *Detector) block(found func(Digit)) {
	before := d.previous
	if before == none && d.sounding == none && !d.waiting {
		d.previous = unseen
		return
	}
	key := look(d.buffer[d.filled-block : d.filled])
	d.previous = key
	if before == unseen {
		if key == none {
			return
		}
		before = look(d.buffer[d.filled-2*block : d.filled-block])
	}
	if d.waiting {
		d.waiting = false
		d.accept(d.waits, d.fit.end(d.buffer[:d.filled], d.filled-block), found)
	}
	if d.sounding != none {
		if key == d.sounding {
			d.missed = 0
			return
		}
		if d.missed++; d.missed == released {
			d.sounding = none
		}
	}
	if key == none || key != before {
		return
	}
	core := d.filled - 2*block
	row, column := int(key)/4, int(key)%4
	if !d.fit.tones(d.buffer[:d.filled], core, rows[row], columns[column]) {
		return
	}
	d.from = d.start + int64(d.fit.begin(d.buffer[:d.filled], core))
	if !d.accept(key, d.filled, found) {
		d.waiting, d.waits = true, key
	}
}

// accept tells the key if it sounded long enough, up to this place in the buffer.
func (d *Detector) accept(key int8, end int, found func(Digit)) bool {
	length := d.start + int64(end) - d.from
	if length < shortest {
		return false
	}
	d.sounding, d.missed = key, 0
	found(Digit{Key: keypad[key], At: d.from, Samples: int(length)})
	return true
}

// look is the first step: the place on the keypad of the key the block may belong to, or none.
func look(samples []int16) int8 {
	var x [block]float32
	var power, change, last float32
	for i, s := range samples[:block] {
		v := float32(s)
		x[i] = v
		power += v * v
		change += (v - last) * (v - last)
		last = v
	}
	change -= x[0] * x[0] // the step in from nothing
	if power < float32(block*quietest) || change < darkest*power || change > brightest*power {
		return none
	}
	row, low := strongest(&x, &rowCoefficients)
	if low < lonely*pure*power {
		return none
	}
	column, high := strongest(&x, &columnCoefficients)
	if sum := low + high; sum < pure*power || min(low, high) < lonely*sum {
		return none
	}
	return int8(4*row + column)
}

var rowCoefficients, columnCoefficients = coefficients(rows), coefficients(columns)

func coefficients(frequencies [4]float64) (c [4]float32) {
	for i, f := range frequencies {
		c[i] = float32(2 * math.Cos(2*math.Pi*f/audio.Rate))
	}
	return
}

// strongest is which of four frequencies has the most energy in the block, and how much, by Goertzel's algorithm. A
// sine that fills the block gives all its energy.
func strongest(x *[block]float32, c *[4]float32) (which int, energy float32) {
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	var a0, b0, a1, b1, a2, b2, a3, b3 float32
	for i := 0; i < block; i += 2 {
		v, w := x[i], x[i+1]
		b0 = v - b0 + c0*a0 // in this order the processor waits for a product and a sum, not for two
		b1 = v - b1 + c1*a1
		b2 = v - b2 + c2*a2
		b3 = v - b3 + c3*a3
		a0 = w - a0 + c0*b0
		a1 = w - a1 + c1*b1
		a2 = w - a2 + c2*b2
		a3 = w - a3 + c3*b3
	}
	for i, e := range [4]float32{
		a0*a0 + b0*b0 - c0*a0*b0, a1*a1 + b1*b1 - c1*a1*b1, a2*a2 + b2*b2 - c2*a2*b2, a3*a3 + b3*b3 - c3*a3*b3,
	} {
		if e *= 2.0 / block; e > energy {
			which, energy = i, e
		}
	}
	return
}
