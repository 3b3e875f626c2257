package exchange

import "rexian/media/audio"

const (
	// clipKeeps is how much of what is heard before an answer is kept, in samples: the last 12 s that are not silent.
	clipKeeps = 12 * audio.Rate
	// clipGap is how much of a silence is kept, in samples: more than what parts two announcements.
	clipGap = audio.Rate * 6 / 5
	// clipFloor is the mean square of what is silence: -50 dBov.
	clipFloor = 104 * 104
)

// clip keeps what is heard before a call is answered, in A-law. It grows as something is heard, and not beyond its
// bound by more than a second.
type clip struct {
	alaw  []byte
	quiet int
}

func (c *clip) write(pcm []int16) {
	sum := int64(0)
	for _, s := range pcm {
		sum += int64(s) * int64(s)
	}
	if sum <= clipFloor*int64(len(pcm)) {
		if c.quiet += len(pcm); len(c.alaw) == 0 || c.quiet > clipGap {
			return
		}
	} else {
		c.quiet = 0
	}
	c.alaw = audio.PCMA.Encode(c.alaw, pcm)
	if over := len(c.alaw) - clipKeeps; over > audio.Rate {
		c.alaw = c.alaw[:copy(c.alaw, c.alaw[over:])]
	}
}

// end is what was kept; nil if nothing was heard.
func (c *clip) end() []byte {
	return c.alaw[max(len(c.alaw)-clipKeeps, 0):]
}
