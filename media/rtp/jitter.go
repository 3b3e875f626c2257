package rtp

import "rexian/media/audio"

// jitter puts the far side's sound back into time. It is a ring of samples addressed by the RTP timestamp, so packets of any length fit in any
// order, a duplicate changes nothing, and what never comes is heard as silence. Speech is read a frame at each tick, some time behind
// what has come: as much as packets have lately been late, from 20 to 120 ms. The delay grows by a frame of silence and shrinks by leaving a frame
// out, in a quiet moment if there is one soon.
type jitter struct {
	codec   audio.Codec // of the ring
	started bool
	next    uint32 // timestamp of the sample that is read next
	top     uint32 // timestamp after the newest sample
	delay   int32  // samples by which packets should come before they are read
	spare   int32  // the least by which one came in this stretch
	stretch int    // ticks in which spare was measured
	change  int32  // samples that the delay is still to grow by, or to shrink by if negative
	waited  int    // ticks that the change has waited for a quiet moment
	strays  int    // packets in succession that came too late though newer ones had come
	ring    [ringSize]byte
}

const (
	ringSize   = 4096 // samples, a power of two: 512 ms
	ringMask   = ringSize - 1
	least      = audio.Rate * 20 / 1000  // samples of delay
	most       = audio.Rate * 120 / 1000 // samples of delay
	full       = ringSize - mtu          // more than this ahead is another time
	measure    = 100                     // ticks in which the delay is judged before it shrinks
	patience   = 25                      // ticks that a change waits for a quiet moment
	unmeasured = 1 << 30                 // spare, when nothing has come
	manyLate   = 4                       // more strays than this mean that the sender's clock went back
)

func newJitter(c audio.Codec) *jitter {
	j := &jitter{codec: c, delay: least}
	hush(j.ring[:], c)
	return j
}

// restart forgets what is held: a new source has its own time.
func (j *jitter) restart() {
	j.started = false
	hush(j.ring[:], j.codec)
}

// write puts a packet in its place.
func (j *jitter) write(w *work, c audio.Codec, stamp uint32, payload []byte, n *legCounts) {
	if c != j.codec {
		payload = c.Transcode(w.cipher[:0], payload, j.codec)
	}
	end := stamp + uint32(len(payload))
	ahead, early := int32(end-j.next), int32(j.next-stamp) // how much of it is still to come, and how much is past
	switch {
	case !j.started:
		j.begin(stamp, end)
	case ahead > full || ahead < -full: // another time
		hush(j.ring[:], j.codec)
		j.begin(stamp, end)
	case early > 0 && int32(end-j.top) > 0:
		// Even the newest sound comes too late: the sender's clock is slower than ours or has stood still, or the way has become longer.
		// Speech waits for it.
		if ahead <= 0 {
			n.late.Add(1)
		}
		j.delay = min(j.delay+early, most)
		j.begin(stamp, end)
	case ahead <= 0:
		n.late.Add(1)
		if j.strays++; j.strays > manyLate {
			hush(j.ring[:], j.codec)
			j.begin(stamp, end)
			break
		}
		j.grow(early)
		return
	case early > 0: // its beginning is past
		j.grow(early)
		payload, stamp = payload[early:], j.next
	}
	j.strays = 0
	j.spare = min(j.spare, int32(stamp-j.next))
	at := int(stamp & ringMask)
	m := copy(j.ring[at:], payload)
	copy(j.ring[:], payload[m:])
	if int32(end-j.top) > 0 {
		j.top = end
	}
}

// begin sets the time of reading so that the packet at stamp is heard after the delay.
func (j *jitter) begin(stamp, end uint32) {
	j.started = true
	j.next, j.top = stamp-uint32(j.delay), end
	j.spare, j.stretch, j.change, j.strays = unmeasured, 0, 0, 0
}

// grow has the delay become longer by at least n samples, up to the most.
func (j *jitter) grow(n int32) {
	j.spare = 0
	n = min((n+frame-1)/frame*frame, most-j.delay)
	if n > j.change {
		if j.change <= 0 {
			j.waited = 0
		}
		j.change = n
	}
}

// read takes the sound of this tick out of the ring.
func (j *jitter) read(dst []byte) {
	if !j.started || j.adapt() {
		hush(dst, j.codec)
		return
	}
	at := int(j.next & ringMask)
	m := copy(dst, j.ring[at:])
	hush(j.ring[at:at+m], j.codec)
	if rest := dst[m:]; len(rest) > 0 {
		copy(rest, j.ring[:])
		hush(j.ring[:len(rest)], j.codec)
	}
	j.next += uint32(len(dst))
	if int32(j.top-j.next) < -ringSize { // nothing has come for long; the next packet begins anew
		j.started = false
	}
}

// adapt changes the delay when its moment has come. It says whether this tick is to be silence instead of what is next.
func (j *jitter) adapt() (silence bool) {
	if j.stretch++; j.stretch >= measure {
		// When everything came a frame or more before it was needed, the delay is longer than it must be.
		if j.change == 0 && j.spare >= least+frame && j.spare != unmeasured {
			j.change, j.waited = -frame, 0
		}
		j.spare, j.stretch = unmeasured, 0
	}
	if j.change == 0 {
		return false
	}
	if j.waited++; j.waited < patience && !j.quiet() {
		return false
	}
	if j.change > 0 {
		j.change -= frame
		j.delay += frame
		return true
	}
	j.change = 0
	j.delay = max(j.delay-frame, least)
	for range frame {
		j.ring[j.next&ringMask] = j.codec.Silence()
		j.next++
	}
	return false
}

// quiet says whether the frame that is read next holds no speech. In both encodings a byte without its sign grows with loudness, once the
// pattern that silence has on the wire is taken off; 0x20 of it is about −48 dBm0.
func (j *jitter) quiet() bool {
	pattern := j.codec.Silence()
	for i := range uint32(frame) {
		if (j.ring[(j.next+i)&ringMask]^pattern)&0x7f > 0x20 {
			return false
		}
	}
	return true
}
