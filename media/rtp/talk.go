package rtp

import "time"

// talk tells when the far side speaks. A tick is loud when its energy is well above the noise of the line. The noise is
// the least energy of the last seconds: speech has pauses in that time, noise has none. Voice needs most of 100 ms
// loud, so a click is none; Quiet counts from the last loud frame.
type talk struct {
	on     bool
	voice  bool
	quiet  int    // ticks of silence that are Quiet
	silent int    // ticks since the last loud one
	told   bool   // Quiet was told and nobody has spoken since
	recent uint8  // the last ticks, newest lowest; 1 is loud
	energy uint64 // mean square of the loudest packet since the last tick
	noise  uint64 // mean square of the line's noise
	floor  uint64 // the least energy of this stretch
	before uint64 // and of the one before
	age    int    // ticks of this stretch
}

const never = ^uint64(0)

const (
	faint    = 40 * 40   // mean square below which nothing is speech: −51 dBm0
	quietest = 8 * 8     // the noise is never taken to be less than that
	noisiest = 300 * 300 // nor more: loud music does not make speech vanish
	above    = 6         // speech is that many times the noise in power: 8 dB
	lull     = 75        // ticks of a stretch: nobody speaks 1.5 s without a pause
	voiced   = 3         // of the last five ticks, those that must be loud
)

func (t *talk) listen(quiet time.Duration) {
	*t = talk{on: quiet > 0, quiet: int((quiet + period - 1) / period), noise: quietest, floor: never, before: never}
}

// feed takes the samples of a packet.
func (t *talk) feed(pcm []int16) {
	var sum uint64
	for _, v := range pcm {
		sum += uint64(int64(v) * int64(v))
	}
	if len(pcm) > 0 {
		t.energy = max(t.energy, sum/uint64(len(pcm)))
	}
}

// tick judges what came since the last tick. Nothing is silence.
func (t *talk) tick(l *leg) {
	if !t.on {
		return
	}
	e := t.energy
	t.energy = 0
	loud := e > faint && e > t.noise*above
	t.follow(e)
	t.recent <<= 1
	if loud {
		t.recent |= 1
		t.silent = 0
	} else {
		t.silent++
	}
	if !t.voice && ones(t.recent&0x1f) >= voiced {
		t.voice, t.told = true, false
		l.tell(Event{Kind: Voice})
	}
	if !t.told && t.silent >= t.quiet {
		t.voice, t.told = false, true
		l.tell(Event{Kind: Quiet})
	}
}

// follow takes a tick's energy into the measure of noise.
func (t *talk) follow(e uint64) {
	if e == 0 { // no packet came
		return
	}
	t.floor = min(t.floor, e)
	if t.age++; t.age == lull {
		t.noise = min(max(min(t.floor, t.before), quietest), noisiest)
		t.before, t.floor, t.age = t.floor, never, 0
	}
}

func ones(b uint8) (n int) {
	for ; b != 0; b &= b - 1 {
		n++
	}
	return n
}
