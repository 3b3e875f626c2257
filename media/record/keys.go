package record

import "rexian/media/audio"

// Keys in the sound are left out of every recording: what the far side says is silent while a key sounds. A PIN may be
// keyed before it is asked for, during a slow lookup, and nobody can tell by then what the keys will be; so none is
// kept. What we say goes on.
//
// The stream's own detector finds them, and knows a key only when it has sounded for a while. So the newest sound is
// not handed to the writer before it is older than that: until then a key can still be taken out of it, in the chunks
// where it lies.

// held is how far back a key may reach that has just been heard: the detector's 44 ms, what it looks back for the
// beginning, and what the stream leaves out before it.
const held = audio.Rate / 5

// Key tells the recording of a key that came beside the sound, as an event. Its telephone, or a gateway on the way, may
// have let the first moments of the tone into the sound, too short to be heard as a key.
func (r *Recorder) Key() { r.Keys(-held, frames(r.about.Lag)) }

// Keys tells it of keys in what the far side says: from one frame to before another one, counted from the one that
// comes next.
func (r *Recorder) Keys(from, to int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blank(r.frames+int64(from), r.frames+int64(to))
	r.keyed = max(r.keyed, r.frames+int64(to))
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
	first, end := max(from-c.at, 0), min(to-c.at, int64(len(c.bytes))/size)
	if first >= end {
		return
	}
	b := c.bytes[first*size : end*size]
	if !l.wide {
		silence := l.codec.Silence()
		for at := 0; at < len(b); at += l.channels {
			b[at] = silence
		}
		return
	}
	for at := 0; at < len(b); at += int(size) {
		b[at], b[at+1] = 0, 0
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
