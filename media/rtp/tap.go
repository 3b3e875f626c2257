package rtp

import (
	"bytes"

	"rexian/media/audio"
)

const batchFrames = 10 // 200 ms

// batch is recorded sound on its way from the leg to the Tap: both directions as bytes of one encoding.
type batch struct {
	to       any // a Tap, a Recording or a Witness
	codec    audio.Codec
	n        int   // samples of each
	lost     int   // samples that came before and found no room
	from, up int64 // where keys are, counted from the batch's first sample; nowhere if both are the same
	last     bool
	heard    [batchFrames * frame]byte
	said     [batchFrames * frame]byte
}

// tapping is a leg's tap, if there is one, and the batch being filled. It is part of the leg, and knows of the batch
// what each tick asks for: at a thousand calls whatever lies elsewhere has to be fetched from memory.
type tapping struct {
	to    any
	masks bool // it is told of keys
	b     *batch
	codec audio.Codec // of the batch
	n     int         // samples in it
	at    int64       // the first of them, counted as the mask does
	lost  int
}

// setTap changes the tap. The old one gets what it has not got yet, then its End.
func (l *leg) setTap(t any) {
	if l.tap.to != nil {
		l.tap.send(l, true)
	}
	if !l.tap.masks {
		l.mask.told() // what was found for nobody
	}
	_, masks := t.(Recording)
	l.tap = tapping{to: t, masks: masks}
	l.needJitter()
}

// add takes a frame of each direction.
func (t *tapping) add(l *leg, heard, said []byte) {
	if t.n > 0 && t.codec != l.media.Codec {
		t.send(l, false)
	}
	if t.n == 0 {
		t.begin(l, l.mask.pos-frame)
	}
	copy(t.b.heard[t.n:], heard)
	copy(t.b.said[t.n:], said)
	if t.n += len(heard); t.n == len(t.b.heard) {
		t.send(l, false)
	}
}

// begin makes ready for the first samples of a batch.
func (t *tapping) begin(l *leg, at int64) {
	if t.b == nil {
		t.b = l.out.batch()
	}
	t.codec, t.n, t.at = l.media.Codec, 0, at
}

// send gives the batch away. If the Tap is so slow that there is no room, its samples are counted and given as silence
// later.
func (t *tapping) send(l *leg, last bool) {
	if t.b == nil {
		if !last {
			return
		}
		t.begin(l, l.mask.pos)
	}
	b := t.b
	b.to, b.codec, b.n, b.lost, b.last = t.to, t.codec, t.n, t.lost, last
	b.from, b.up = l.mask.from-t.at, l.mask.to-t.at
	if !l.out.tap(b, last) {
		t.lost += t.n
		l.stream.engine.counts.tapLost.Add(uint64(t.n))
		t.n = 0
		return
	}
	l.mask.told()
	t.b, t.n, t.lost = nil, 0, 0
}

// listener gives batches to whom they are for, on a goroutine of its own.
type listener struct {
	heard, said []int16
}

func (r *listener) deliver(b *batch) {
	switch t := b.to.(type) {
	case Recording:
		if b.from < b.up { // before all else: the sooner, the more can still be taken out
			t.Keys(int(b.from)+b.lost, int(b.up)+b.lost)
		}
		for b.lost > 0 {
			n := min(b.lost, len(silence))
			t.Coded(audio.PCMU, silence[:n], silence[:n])
			b.lost -= n
		}
		if b.n > 0 {
			t.Coded(b.codec, b.heard[:b.n], b.said[:b.n])
		}
	case Tap:
		r.samples(t, b)
	case Witness:
		if b.n > 0 {
			r.heard = b.codec.Decode(r.heard[:0], b.heard[:b.n])
			t.Heard(r.heard)
		}
	}
	if b.last {
		if e, ok := b.to.(ender); ok {
			e.End()
		}
	}
	b.to = nil
}

// silence is that of PCMU.
var silence = bytes.Repeat([]byte{audio.PCMU.Silence()}, batchFrames*frame)

func (r *listener) samples(t Tap, b *batch) {
	for b.lost > 0 {
		n := min(b.lost, batchFrames*frame)
		r.heard, r.said = zeros(r.heard, n), zeros(r.said, n)
		t.Samples(r.heard, r.said)
		b.lost -= n
	}
	if b.n > 0 {
		r.heard = b.codec.Decode(r.heard[:0], b.heard[:b.n])
		r.said = b.codec.Decode(r.said[:0], b.said[:b.n])
		t.Samples(r.heard, r.said)
	}
}

func zeros(s []int16, n int) []int16 {
	s = s[:0]
	for range n {
		s = append(s, 0)
	}
	return s
}
