package rtp

import (
	"sync/atomic"
	"time"

	"rexian/media/audio"
)

// link carries one direction of a room from the leg that hears to a leg that says, which may be on another thread: the
// packets as they came, so that the one that says puts them into its own time, and no more than that. It has one writer
// and one reader and no lock.
type link struct {
	written atomic.Uint32
	taken   atomic.Uint32
	of      *Stream // that hears
	chunks  [linkSize]chunk
	strokes *ring[stroke] // nil: keys are not told
	events  atomic.Bool   // the leg that says sends keys as telephone events
	down    bool          // the writer's: a key was told that has not been let go
}

func newLink(of *Stream, keys bool) *link {
	k := &link{of: of}
	if keys {
		k.strokes = newRing[stroke](mostStrokes)
	}
	return k
}

// takesKeys says whether keys are told.
func (k *link) takesKeys() bool { return k.strokes != nil }

// stroke tells of a key. It says whether it was taken.
func (k *link) stroke(s stroke) bool { return k.takesKeys() && k.strokes.push(s) }

// chunk is up to a frame of a packet, or what else the far side told.
type chunk struct {
	news  news
	codec audio.Codec
	n     uint8
	stamp uint32
	at    int64 // when it came, in ns on the engine's clock
	b     [frame]byte
}

// news is what a chunk tells.
type news uint8

const (
	soundCame news = iota
	paused         // the far side is silent on purpose
	replaced       // another source, with a time of its own
)

const linkSize = 16 // chunks: packets of 60 ms that come in a burst have to fit

// put adds a chunk; without room it is lost.
func (k *link) put(n news, at int64, c audio.Codec, stamp uint32, b []byte) {
	w := k.written.Load()
	if w-k.taken.Load() >= linkSize {
		return
	}
	p := &k.chunks[w%linkSize]
	p.news, p.codec, p.stamp, p.at, p.n = n, c, stamp, at, uint8(copy(p.b[:], b))
	k.written.Store(w + 1)
}

// sound adds a packet.
func (k *link) sound(at int64, c audio.Codec, stamp uint32, payload []byte) {
	for len(payload) > 0 {
		n := min(len(payload), frame)
		k.put(soundCame, at, c, stamp, payload[:n])
		payload, stamp = payload[n:], stamp+uint32(n)
	}
}

// take gives all that is there to a jitter buffer.
func (k *link) take(far *jitter, w *work, now int64) {
	at, end := k.taken.Load(), k.written.Load()
	for ; at != end; at++ {
		p := &k.chunks[at%linkSize]
		switch p.news {
		case soundCame:
			if far.write(w, p.codec, p.stamp, p.b[:p.n], samples(now-p.at)) {
				k.of.leg.counts.late.Add(1)
			}
		case paused:
			far.pause()
		case replaced:
			far.restart()
		}
	}
	k.taken.Store(at)
}

// samples is a time in ns as samples.
func samples(ns int64) int32 { return int32(ns / (int64(time.Second) / audio.Rate)) }
