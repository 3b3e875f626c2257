package rtp

import (
	"time"

	"rexian/media/audio"
)

// player is the queue of what is to be heard by the far side, and what is held when there is nothing else.
type player struct {
	queue []Item
	at    place
	held  Item
	back  place // where the held item goes on
}

// place is a point in an item.
type place struct {
	clip, sample int
}

func (p *player) add(i Item) { p.queue = append(p.queue, i) }

// clear forgets what is queued.
func (p *player) clear() { p.queue, p.at = nil, place{} }

func (p *player) hold(i Item) { p.held, p.back = i, place{} }

// fill writes queued sound into dst and returns how much of it was filled. ended is called with the ID of each item
// whose last sample is among it.
func (p *player) fill(dst []byte, c audio.Codec, ended func(id int)) int {
	n := 0
	for len(p.queue) > 0 {
		m, over := p.at.fill(dst[n:], &p.queue[0], c)
		n += m
		if !over {
			return n
		}
		id := p.queue[0].ID
		p.queue[0] = Item{}
		if p.queue, p.at = p.queue[1:], (place{}); len(p.queue) == 0 {
			p.queue = nil
		}
		ended(id)
	}
	return n
}

// repeat fills dst with the held item and returns how much of it was filled: all, or nothing where nothing is held.
func (p *player) repeat(dst []byte, c audio.Codec) int {
	n := 0
	for n < len(dst) {
		start := p.back
		m, over := p.back.fill(dst[n:], &p.held, c)
		n += m
		if over {
			p.back = place{}
			if m == 0 && start == (place{}) {
				break // an item of no length
			}
		}
	}
	return n
}

// samples is the clip's length.
func (c *Clip) samples() int {
	if c.Sound != nil {
		return len(c.Sound.ULaw)
	}
	return int(max(c.Silence, 0) * audio.Rate / time.Second)
}

// fill copies on from the place and says whether the item is over, which it is as soon as its last sample is copied.
func (p *place) fill(dst []byte, i *Item, codec audio.Codec) (n int, over bool) {
	for p.clip < len(i.Clips) {
		c := &i.Clips[p.clip]
		left := c.samples() - p.sample
		if left > 0 {
			if n == len(dst) {
				return n, false
			}
			m := min(left, len(dst)-n)
			copyClip(dst[n:n+m], c, p.sample, codec)
			n += m
			p.sample += m
			left -= m
		}
		if left <= 0 {
			p.clip, p.sample = p.clip+1, 0
		}
	}
	return n, true
}

// copyClip copies len(dst) samples from the given one on. A sound whose encodings differ in length is silent past the
// end of the shorter.
func copyClip(dst []byte, c *Clip, from int, codec audio.Codec) {
	n := 0
	if c.Sound != nil {
		b := c.Sound.ULaw
		if codec == audio.PCMA {
			b = c.Sound.ALaw
		}
		if from < len(b) {
			n = copy(dst, b[from:])
		}
	}
	hush(dst[n:], codec)
}

// hush writes silence.
func hush(b []byte, c audio.Codec) {
	s := c.Silence()
	for i := range b {
		b[i] = s
	}
}
