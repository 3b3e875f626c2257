package rtp

import (
	"slices"
)

// Room is who hears whom among several streams of an engine. A bridge is a room of two. Each leg takes what those whom
// it hears have sent, as it came, and puts it into its own time; one voice is passed on as it is, several are summed,
// in the leg's own encoding. So two pay for no third, no leg waits for the thread of another, and a change is not
// noticed by those whom it leaves alone.
//
// Its methods may be called from any goroutine. A stream is in one room at most, and leaves it as it is closed.
type Room struct {
	engine  *Engine
	pair    bool // of Bridge: with one the other leaves
	members []*member
}

// member is a stream in a room: the links by which it hears others, and those by which others hear it.
type member struct {
	s           *Stream
	hears, told []*link
}

// Hearing is what a stream in a room gets of another one.
type Hearing uint8

const (
	Deaf          Hearing = iota // nothing
	Speech                       // what the far side says; keys are kept from it, also those in the sound
	SpeechAndKeys                // that, and the keys that the far side presses
)

// NewRoom makes a room for streams of this one's engine, without anybody in it. It has no end: without streams it is
// nothing.
func (s *Stream) NewRoom() *Room { return &Room{engine: s.engine} }

// Arrange sets who is in the room and what each gets of each: hears(i, j) is what the i-th stream gets of the j-th. It
// is not asked for i = j, for nobody hears himself. Who was in the room and is not named leaves it; streams that are
// closed are left out. It changes nothing if a stream is of another engine, in another room or named twice: ErrBridged.
func (r *Room) Arrange(streams []*Stream, hears func(i, j int) Hearing) error {
	r.engine.arranging.Lock()
	defer r.engine.arranging.Unlock()
	return r.arrange(streams, hears)
}

func (r *Room) arrange(streams []*Stream, hears func(i, j int) Hearing) error {
	next := make([]*member, len(streams))
	for i, s := range streams {
		if s == nil || s.engine != r.engine || s.room != nil && s.room != r || slices.Contains(streams[:i], s) {
			return ErrBridged
		}
		next[i] = &member{s: s}
	}
	for i, m := range next {
		for j, o := range next {
			if i == j || m.s.closed.Load() || o.s.closed.Load() {
				continue
			}
			if h := hears(i, j); h != Deaf {
				k := r.link(m.s, o.s, h == SpeechAndKeys)
				m.hears, o.told = append(m.hears, k), append(o.told, k)
			}
		}
	}
	r.become(slices.DeleteFunc(next, func(m *member) bool { return m.s.closed.Load() }))
	return nil
}

// link is the one by which a stream hears another: the one that there is, or a new one. The lock is held.
func (r *Room) link(to, from *Stream, keys bool) *link {
	if m := r.of(to); m != nil {
		for _, k := range m.hears {
			if k.of == from && k.takesKeys() == keys {
				return k
			}
		}
	}
	return newLink(from, keys)
}

func (r *Room) of(s *Stream) *member {
	for _, m := range r.members {
		if m.s == s {
			return m
		}
	}
	return nil
}

// become lets each leg know what has changed for it. The lock is held.
func (r *Room) become(next []*member) {
	was := r.members
	r.members = next
	if before, after := len(was) > 1, len(next) > 1; before != after {
		r.engine.counts.rooms.Add(map[bool]int64{true: 1, false: -1}[after])
	}
	for _, m := range was {
		if r.of(m.s) == nil {
			m.s.room = nil
			m.s.mail(func(l *leg) { l.arrange(nil, nil) })
		}
	}
	for _, m := range next {
		m.s.room = r
		i := slices.IndexFunc(was, func(o *member) bool { return o.s == m.s })
		if i >= 0 && slices.Equal(was[i].hears, m.hears) && slices.Equal(was[i].told, m.told) {
			continue
		}
		m.s.mail(func(l *leg) { l.arrange(m.hears, m.told) })
	}
}

// leave takes a stream out; the others go on as they were. The lock is held.
func (r *Room) leave(s *Stream) {
	var next []*member
	for _, m := range r.members {
		if m.s == s || r.pair {
			continue
		}
		o := &member{s: m.s}
		for _, k := range m.hears {
			if k.of != s {
				o.hears = append(o.hears, k)
			}
		}
		next = append(next, o)
	}
	for _, m := range next {
		for _, o := range next {
			for _, k := range o.hears {
				if k.of == m.s {
					m.told = append(m.told, k)
				}
			}
		}
	}
	r.become(next)
}

// Bridge lets the two far sides hear each other and each other's keys, until Unbridge or until one stream closes. What
// is queued with Play is heard before the other side, what is held is not heard. Both streams must be of one engine,
// open and in no room: else ErrBridged or ErrClosed.
func (s *Stream) Bridge(other *Stream) error {
	if other == nil {
		return ErrBridged
	}
	s.engine.arranging.Lock()
	defer s.engine.arranging.Unlock()
	switch {
	case s.engine != other.engine || s == other:
		return ErrBridged
	case s.closed.Load() || other.closed.Load():
		return ErrClosed
	case s.room != nil || other.room != nil:
		return ErrBridged
	}
	r := &Room{engine: s.engine, pair: true}
	return r.arrange([]*Stream{s, other}, func(int, int) Hearing { return SpeechAndKeys })
}

// Unbridge takes the stream out of its room. The other side of a bridge leaves it, too. In no room it does nothing.
func (s *Stream) Unbridge() {
	s.engine.arranging.Lock()
	defer s.engine.arranging.Unlock()
	if s.room != nil {
		s.room.leave(s)
	}
}
