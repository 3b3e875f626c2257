package exchange

import (
	"rexian/media/rtp"
	"rexian/media/sip"
)

// calling is what the caller hears while another telephone is called: the tone of a telephone that rings, or what the
// called side sends before it answers, an announcement or a tone of its own. A description alone (180 or 183 with SDP)
// ends no tone, for behind many of them nothing follows: the first packet does. The called side does not hear the
// caller before it answers. It belongs to the call's goroutine.
type calling struct {
	c     *telephone
	busy  func() bool // the caller talks to another leg, and hears that
	early *sip.Call   // the last leg that sent sound; nil if none did
	heard *sip.Call   // the one that the caller is bridged with
	toned bool
	over  bool
}

// calls begins the tone, unless the caller is busy; a nil function is never.
func (c *telephone) calls(busy func() bool) *calling {
	if busy == nil {
		busy = func() bool { return false }
	}
	x := &calling{c: c, busy: busy}
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
		x.c.ringback(true) // not heard while there is another side, and again if that fails
	}
	if x.early == x.heard {
		return
	}
	x.c.stream.Unbridge() // from a route that failed
	x.c.stream.Mute(true)
	if err := x.c.stream.Bridge(x.early.Stream()); err != nil { // it has ended meanwhile
		x.early, x.heard = nil, nil
		x.c.stream.Mute(false)
		return
	}
	x.heard = x.early
}

// end is the end of calling, whatever came of it. The next to talk to the caller bridges anew.
func (x *calling) end() {
	if x.over {
		return
	}
	x.over = true
	if x.toned {
		x.c.ringback(false)
	}
	if x.heard != nil {
		x.c.stream.Unbridge()
		x.c.stream.Mute(false)
	}
}

// both calls two functions that are told of a leg.
func both(f, g func(*sip.Call)) func(*sip.Call) {
	return func(leg *sip.Call) { f(leg); g(leg) }
}
