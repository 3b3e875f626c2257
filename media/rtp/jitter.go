package rtp

import (
	"rexian/media/audio"
)

// jitter puts the far side's sound back into time. It is a ring of samples addressed by the RTP timestamp, so packets of any length fit in any
// order, a duplicate changes nothing, and what never comes is heard as silence. Speech is read a frame at each tick, some time behind
// what has come: as long as packets have lately been late, between 20 and 120 ms.
type jitter struct {
	codec   audio.Codec // of the ring
	started bool
	next    uint32 // timestamp of the sample that is read next
	top     uint32 // timestamp after the newest sample
	delay   int32  // samples that should lie between next and top after a read
	spare   int32  // the least that lay there in this stretch
	stretch int    // ticks in which spare was measured
	ring    [ringSize]byte
}

const (
	ringSize = 4096 // samples, a power of two: 512 ms
	ringMask = ringSize - 1
	least    = audio.Rate * 20 / 1000  // samples of delay
	most     = audio.Rate * 120 / 1000 // samples of delay
	full     = ringSize - mtu          // more than this ahead is another time
	measure  = 100                     // ticks in which the delay is judged before it shrinks
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
	ahead := int32(end - j.next)
	switch {
	case !j.started:
		j.begin(stamp, end)
	case ahead <= 0 && ahead > -full: // every sample of it is past
		n.late.Add(1)
		j.delay = min(j.delay-ahead+frame, most)
		if int32(end-j.top) > 0 || ahead < -most {
			// The newest packet is late: the sender's clock has stood still, or the way has become longer. Speech waits for it.
			j.begin(stamp, end)
			break
		}
		return
	case ahead > full || ahead <= -full: // another time
		hush(j.ring[:], j.codec)
		j.begin(stamp, end)
	}
	if early := int32(j.next - stamp); early > 0 { // its beginning is past
		if int(early) >= len(payload) {
			return
		}
		j.delay = min(j.delay+early, most)
		payload, stamp = payload[early:], j.next
	}
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
	j.spare, j.stretch = most, 0
}

// read takes the sound of this tick out of the ring.
func (j *jitter) read(dst []byte, n *legCounts) {
	if !j.started {
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
	j.adapt()
}

// adapt follows the sender's clock and lets a long delay shrink when packets have come early enough for a while.
func (j *jitter) adapt() {
	left := int32(j.top - j.next)
	if left < -ringSize { // nothing has come for long; the next packet begins anew
		j.started = false
		return
	}
	if left < 0 {
		return // a gap; not a measure of delay
	}
	j.spare = min(j.spare, left)
	if j.stretch++; j.stretch < measure {
		return
	}
	if j.spare > least {
		// Everything came a frame or more before it was needed: drop one frame, of silence if possible.
		j.delay = max(j.delay-frame, least)
		j.drop(frame)
	}
	j.spare, j.stretch = most, 0
}

// drop leaves out n samples.
func (j *jitter) drop(n int) {
	for range n {
		j.ring[j.next&ringMask] = j.codec.Silence()
		j.next++
	}
}
