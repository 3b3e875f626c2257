package record

import (
	"rexian/media/audio"
	"rexian/media/dtmf"
)

// Keys in the sound are left out of every recording: what the far side says is silent while a key sounds. A PIN may be
// keyed before it is asked for, during a slow lookup, and nobody can tell by then what the keys will be; so none is
// kept. What we say goes on.
//
// A key is known only when it has sounded for a while. So the newest sound is not handed to the writer before it is
// older than that: until then a key can still be taken out of it, in the chunks where it lies.
const (
	// held is how far back a key may reach that has just been heard: the detector's 44 ms, what it looks back for the
	// beginning, and ahead.
	held = audio.Rate / 5
	// ahead is how much is left out before a key: the detector finds its beginning to a few samples, in noise later.
	ahead = audio.Rate / 20
	// piece is how finely the end of a key is looked for.
	piece = audio.Rate / 80
)

// keys is what a Recorder knows of the keys in its sound.
type keys struct {
	detector *dtmf.Detector
	base     int64 // the frame that is the detector's first sample
	from     int64 // left out from here while a key sounds
	beside   int   // frames still to be left out because a key came beside the sound
}

// Key tells the recording of a key that came beside the sound, as an event. Its telephone, or a gateway on the way, may
// have let the first moments of the tone into the sound, too short to be heard as a key.
func (r *Recorder) Key() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blank(r.frames-held, r.frames)
	r.keys.beside = frames(r.about.Lag)
}

// listen looks for keys in the n frames that were taken last, and leaves them out. The lock is held.
func (r *Recorder) listen(heard []int16, n int) {
	at := r.frames - int64(n)
	if out := min(n, r.keys.beside); out > 0 {
		r.keys.beside -= out
		r.blank(at, at+int64(out))
	}
	for n > 0 {
		part := min(n, piece)
		sound := heard[:min(part, len(heard))]
		heard = heard[len(sound):]
		r.keys.detector.Feed(sound, r.found)
		if missing := part - len(sound); missing > 0 {
			r.keys.detector.Feed(nothing[:missing], r.found)
		}
		n, at = n-part, at+int64(part)
		if r.keys.detector.Sounding() {
			r.blank(r.keys.from, at)
			r.keys.from = at
		}
	}
}

var nothing [piece]int16

// key is told of a key by the detector.
func (r *Recorder) key(d dtmf.Digit) { r.keys.from = r.keys.base + d.At - ahead }

// deaf forgets what was heard: what comes next does not follow it.
func (k *keys) deaf(next int64) {
	k.detector.Reset()
	k.base = next
}

// blank takes what the far side said out of frames that are not with the writer yet. The lock is held.
func (r *Recorder) blank(from, to int64) {
	for _, c := range r.fresh {
		c.blank(from, to, r.form)
	}
	if r.filling != nil {
		r.filling.blank(from, to, r.form)
	}
}

func (c *chunk) blank(from, to int64, l layout) {
	size := int64(l.frame())
	sample := size / int64(l.channels)
	for at := max(from-c.at, 0); at < min(to-c.at, int64(len(c.bytes))/size); at++ {
		l.hush(c.bytes[at*size:][:sample])
	}
}

// Deafen leaves out what the far side says from now on, until it is told otherwise: a secret is being asked for, which
// may be spoken as well as keyed. What we say is kept. Like Pause it takes what comes late into account.
func (r *Recorder) Deafen(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deaf && !on {
		r.deafLag = frames(r.about.Lag)
	}
	r.deaf = on
}

// silence tells what is left out of the next frames, and of how many of at most n.
func (r *Recorder) silence(n int) (both, heard bool, take int) {
	until := func(on bool, lag *int) bool {
		if on || *lag == 0 {
			return on
		}
		n = min(n, *lag)
		return true
	}
	both = until(r.paused, &r.lag)
	heard = until(r.deaf, &r.deafLag)
	if !r.paused {
		r.lag -= min(n, r.lag)
	}
	if !r.deaf {
		r.deafLag -= min(n, r.deafLag)
	}
	return both, both || heard, n
}
