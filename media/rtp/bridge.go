package rtp

import (
	"sync/atomic"

	"rexian/media/audio"
)

// Bridge lets the two far sides hear each other, until Unbridge or until one stream closes. What is queued with Play is heard before the other
// side, what is held is not heard. Both streams must be of one engine, open and not bridged: else ErrBridged or ErrClosed.
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
	there, back := new(pipe), new(pipe)
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

func (l *leg) bridge(into, from *pipe) {
	l.into, l.from = into, from
	l.needJitter()
}

// pipe carries one direction of a bridge from the leg that hears to the leg that says, which may be on another thread. It has one writer and one
// reader and no lock. Both move one frame a tick, so it holds one or two; when the reader was held up, it leaves out the oldest.
type pipe struct {
	written atomic.Uint32
	read32  atomic.Uint32
	codecs  [pipeFrames]audio.Codec
	frames  [pipeFrames][frame]byte
}

const (
	pipeFrames = 8
	pipeFull   = 3 // more waiting frames than that are delay without use
)

// write adds a frame; without room it is lost.
func (p *pipe) write(c audio.Codec, b []byte) {
	at := p.written.Load()
	if at-p.read32.Load() >= pipeFrames {
		return
	}
	p.codecs[at%pipeFrames] = c
	copy(p.frames[at%pipeFrames][:], b)
	p.written.Store(at + 1)
}

// read takes a frame and writes its last len(dst) samples. It says whether there was one.
func (p *pipe) read(dst []byte, to audio.Codec) bool {
	at, end := p.read32.Load(), p.written.Load()
	if end-at > pipeFull {
		at = end - 1
	}
	if at == end {
		return false
	}
	b := p.frames[at%pipeFrames][frame-len(dst):]
	if c := p.codecs[at%pipeFrames]; c == to {
		copy(dst, b)
	} else {
		c.Transcode(dst[:0], b, to)
	}
	p.read32.Store(at + 1)
	return true
}

// skip throws a frame away.
func (p *pipe) skip() {
	if at := p.read32.Load(); at != p.written.Load() {
		p.read32.Store(at + 1)
	}
}
