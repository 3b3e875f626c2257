package exchange

import (
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/room"
)

// calling is what the caller hears while another telephone is called: the tone of a telephone that rings, or what the
// called side sends before it answers, an announcement or a tone of its own. A description alone (180 or 183 with SDP)
// ends no tone, for behind many of them nothing follows: the first packet does. The called side does not hear the
// caller before it answers. It belongs to the call's goroutine.
type calling struct {
	c     *telephone
	other *rtp.Stream // who hears the tone in the caller's place; nil: the caller
	busy  func() bool // the caller talks to another leg, and hears that
	early *sip.Call   // the last leg that sent sound; nil if none did
	heard *sip.Call   // the one that the caller hears
	toned bool
	over  bool
}

// calls begins the tone, unless the caller is busy; a nil function is never.
func (c *telephone) calls(busy func() bool) *calling { return c.callsFor(nil, busy) }

// callsFor begins it for another of those who talk; nil is the caller.
func (c *telephone) callsFor(other *rtp.Stream, busy func() bool) *calling {
	if busy == nil {
		busy = func() bool { return false }
	}
	x := &calling{c: c, other: other, busy: busy}
	x.sounds()
	return x
}

// leg is told of each leg that is called, by the goroutine that dials.
func (x *calling) leg(leg *sip.Call) {
	leg.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.First {
			x.c.box.put(post{do: func() { x.early = leg; x.sounds() }})
		}
	})
}

// sounds lets the caller hear what there is to hear.
func (x *calling) sounds() {
	if x.over || x.busy() {
		return
	}
	if !x.toned {
		x.toned = true
		x.tone(true) // not heard while there is another side, and again if that fails
	}
	if x.early == x.heard {
		return
	}
	x.unheard() // from a route that failed
	x.heard = x.early
	x.c.parties.joins(x.heard, room.Ringing)
}

// end is the end of calling without an answer.
func (x *calling) end() { x.answered(nil) }

// answered is the end of calling, whatever came of it: nil is no answer. The leg that has answered stays as heard as it
// was, until it joins the talk.
func (x *calling) answered(leg *sip.Call) {
	if x.over {
		return
	}
	x.over = true
	if x.toned {
		x.tone(false)
	}
	if x.heard != leg {
		x.unheard()
	}
}

// tone plays that of a telephone that rings elsewhere, or ends it.
func (x *calling) tone(on bool) {
	switch {
	case x.other != nil && on:
		x.other.Hold(ringing())
	case x.other != nil:
		x.other.Unhold()
	case on:
		x.c.holds(ringing())
	default:
		x.c.unholds()
	}
}

func (x *calling) unheard() {
	if x.heard != nil {
		x.c.parties.leaves(x.heard)
		x.heard = nil
	}
}

// both calls two functions that are told of a leg.
func both(f, g func(*sip.Call)) func(*sip.Call) {
	return func(leg *sip.Call) { f(leg); g(leg) }
}
