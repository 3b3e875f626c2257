package rtp

import (
	"sync/atomic"
	"time"

	"rexian/media/audio"
)

// Bridge lets the two far sides hear each other and each other's keys, until Unbridge or until one stream closes. What
// is queued with Play is heard before the other side, what is held is not heard. Both streams must be of one engine,
// open and not bridged: else ErrBridged or ErrClosed.
func (s *Stream) Bridge(other *Stream) error {
	if other == nil || s == other || s.engine != other.engine {
		return ErrBridged
	}
	s.engine.bridging.Lock()
	defer s.engine.bridging.Unlock()
	if s.closed.Load() || other.closed.Load() {
		return ErrClosed
	}
	if s.partner != nil || other.partner != nil {
		return ErrBridged
	}
	s.partner, other.partner = other, s
	there, back := newLink(&s.leg.counts.late), newLink(&other.leg.counts.late)
	s.mail(func(l *leg) { l.bridge(there, back) })
	other.mail(func(l *leg) { l.bridge(back, there) })
	return nil
}

// Unbridge ends a bridge on both sides. Without one it does nothing.
func (s *Stream) Unbridge() {
	s.engine.bridging.Lock()
	defer s.engine.bridging.Unlock()
	other := s.partner
	if other == nil {
		return
	}
	s.partner, other.partner = nil, nil
	s.mail(func(l *leg) { l.bridge(nil, nil) })
	other.mail(func(l *leg) { l.bridge(nil, nil) })
}

func (l *leg) bridge(into, from *link) {
	l.into, l.from, l.far, l.held = into, from, nil, heldKey{}
	l.keys.release(l.now, 0)
	if from != nil {
		l.far = newJitter(l.media.Codec)
	}
}

// hearFar takes what the other side of a bridge has sent, and writes the end of this tick's frame of it. It says
// whether there is any.
func (l *leg) hearFar(w *work, dst []byte) bool {
	if l.far.codec != l.media.Codec {
		l.far = newJitter(l.media.Codec)
	}
	l.from.take(l, w)
	if len(dst) == frame {
		return l.far.read(w, dst)
	}
	sounds := l.far.read(w, w.other[:])
	copy(dst, w.other[frame-len(dst):])
	return sounds
}

// link carries one direction of a bridge from the leg that hears to the leg that says, which may be on another
// thread: the packets as they came, so that the one that says puts them into its own time, and no more than that. It
// has one writer and one reader and no lock.
type link struct {
	written atomic.Uint32
	taken   atomic.Uint32
	late    *atomic.Uint64 // of the leg that hears
	chunks  [linkSize]chunk
	strokes *ring[stroke]
	events  atomic.Bool // the leg that says sends keys as telephone events
}

func newLink(late *atomic.Uint64) *link {
	return &link{late: late, strokes: newRing[stroke](mostStrokes)}
}

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

// take gives all that is there to the leg's jitter buffer.
func (k *link) take(l *leg, w *work) {
	at, end := k.taken.Load(), k.written.Load()
	for ; at != end; at++ {
		p := &k.chunks[at%linkSize]
		switch p.news {
		case soundCame:
			if l.far.write(w, p.codec, p.stamp, p.b[:p.n], samples(l.now-p.at)) {
				k.late.Add(1)
			}
		case paused:
			l.far.pause()
		case replaced:
			l.far.restart()
		}
	}
	k.taken.Store(at)
}

// samples is a time in ns as samples.
func samples(ns int64) int32 { return int32(ns / (int64(time.Second) / audio.Rate)) }
