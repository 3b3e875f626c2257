package rtp

import "rexian/media/audio"

const batchFrames = 10 // 200 ms

// batch is recorded sound on its way from the leg to the Tap: both directions as bytes of one encoding.
type batch struct {
	to    Tap
	codec audio.Codec
	n     int // samples of each
	lost  int // samples that came before and found no room
	last  bool
	heard [batchFrames * frame]byte
	said  [batchFrames * frame]byte
}

// tapping is a leg's tap and the batch being filled.
type tapping struct {
	to   Tap
	b    *batch
	lost int
}

// setTap changes the tap. The old one gets what it has not got yet, then its End.
func (l *leg) setTap(t Tap) {
	if l.tap != nil {
		l.tap.send(l, true)
	}
	l.tap = nil
	if t != nil {
		l.tap = &tapping{to: t}
	}
	l.needJitter()
}

// add takes a frame of each direction.
func (t *tapping) add(l *leg, heard, said []byte) {
	if t.b != nil && t.b.codec != l.media.Codec {
		t.send(l, false)
	}
	if t.b == nil {
		t.b = l.out.batch()
		t.b.to, t.b.codec, t.b.n, t.b.last = t.to, l.media.Codec, 0, false
	}
	copy(t.b.heard[t.b.n:], heard)
	copy(t.b.said[t.b.n:], said)
	if t.b.n += len(heard); t.b.n == len(t.b.heard) {
		t.send(l, false)
	}
}

// send gives the batch away. If the Tap is so slow that there is no room, its samples are counted and given as silence later.
func (t *tapping) send(l *leg, last bool) {
	if t.b == nil {
		if !last {
			return
		}
		t.b = l.out.batch()
		t.b.to, t.b.codec, t.b.n = t.to, l.media.Codec, 0
	}
	b := t.b
	b.lost, b.last = t.lost, last
	if !l.out.tap(b, last) {
		t.lost += b.n
		l.stream.engine.counts.tapLost.Add(uint64(b.n))
		b.n = 0
		return
	}
	t.b, t.lost = nil, 0
}

// listener turns batches into samples for Taps, on a goroutine of its own.
type listener struct {
	heard, said []int16
}

func (r *listener) deliver(b *batch) {
	for b.lost > 0 {
		n := min(b.lost, batchFrames*frame)
		r.heard, r.said = zeros(r.heard, n), zeros(r.said, n)
		b.to.Samples(r.heard, r.said)
		b.lost -= n
	}
	if b.n > 0 {
		r.heard = b.codec.Decode(r.heard[:0], b.heard[:b.n])
		r.said = b.codec.Decode(r.said[:0], b.said[:b.n])
		b.to.Samples(r.heard, r.said)
	}
	if b.last {
		if e, ok := b.to.(ender); ok {
			e.End()
		}
	}
	b.to = nil
}

func zeros(s []int16, n int) []int16 {
	s = s[:0]
	for range n {
		s = append(s, 0)
	}
	return s
}
