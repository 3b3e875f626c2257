package exchange

import (
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/room"
)

// parties are the legs of a call that hear each other, by the rules of the package room, which the media engine carries
// out. They belong to the call's goroutine. A leg that ends leaves the engine's room by itself; who owns it takes it
// out of this one.
type parties struct {
	c    *telephone
	who  room.Room[*sip.Call]
	what *rtp.Room // nil until there are two
}

// joins lets a leg take part.
func (p *parties) joins(leg *sip.Call, role room.Role) {
	if _, in := p.who.Role(p.c.leg); !in {
		p.changed(p.who.Join(p.c.leg, room.Caller))
	}
	p.changed(p.who.Answered(leg, role))
}

// leaves takes a leg out.
func (p *parties) leaves(leg *sip.Call) { p.changed(p.who.Leave(leg)) }

// dismiss takes a leg that nobody needs out, if it takes part, and hangs it up; nil is none.
func (p *parties) dismiss(leg *sip.Call) {
	if leg == nil {
		return
	}
	if _, in := p.who.Role(leg); in {
		p.leaves(leg)
	}
	dismiss(leg)
}

// changed lets all hear what they are to hear now, if a change could be made. That it could not is told in the log; the
// call goes on.
func (p *parties) changed(err error) {
	if err != nil {
		p.c.log.Warn("who hears whom stays as it was", "error", err)
		return
	}
	list := p.who.Parties()
	streams := make([]*rtp.Stream, len(list))
	for i, leg := range list {
		streams[i] = leg.Stream()
	}
	if p.what == nil {
		p.what = p.c.stream.NewRoom()
	}
	err = p.what.Arrange(streams, func(i, j int) rtp.Hearing {
		switch speech, keys := p.who.Hears(list[i], list[j]); {
		case keys:
			return rtp.SpeechAndKeys
		case speech:
			return rtp.Speech
		}
		return rtp.Deaf
	})
	if err != nil {
		p.c.log.Warn("no sound between the legs", "error", err)
	}
}

// works says whether a leg's telephone is one of ours: who picks it up is an agent, and hears a whisper.
func works(leg *sip.Call) room.Role {
	if leg.Leg().Phone != "" {
		return room.Agent
	}
	return room.Guest
}
