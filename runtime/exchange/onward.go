package exchange

import (
	"context"

	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/room"
)

// onward is the caller's telephone passing on (REFER, RFC 3515) whom it talks to, or the flow that it hears: another
// telephone is called, which takes the caller's place when it answers. Until then the call goes on as it was; if the
// caller has left meanwhile, who talked to the caller hears the ringing (a blind transfer, RFC 5589, 6). It belongs to
// the call's goroutine.
type onward struct {
	c       *telephone
	cancel  context.CancelFunc
	calling *calling
	left    bool // the caller has hung up meanwhile
}

// refer is what the caller's telephone asks for with REFER. It runs on a goroutine of that leg's, and returns what came
// of it.
func (c *telephone) refer(leg *sip.Call, target, replaces string) error {
	return c.asked(func(result chan<- error) {
		c.passOn(leg, sip.Outbound{To: target, Replaces: replaces}, result)
	})
}

// passOn begins to call whom the caller wants in his place. The result is given once.
func (c *telephone) passOn(leg *sip.Call, o sip.Outbound, result chan<- error) {
	x := &onward{c: c, cancel: func() {}}
	t := c.talking()
	switch {
	case c.ended || leg != c.leg:
		result <- errEnded
		return
	case c.onward != nil || t != nil && (t.passing != nil || t.asks != nil):
		result <- errPassing
		return
	}
	begun := func() *calling {
		var other *rtp.Stream
		if t != nil {
			other = t.peer.Stream()
		}
		x.calling = c.callsFor(other, func() bool { return !x.left })
		c.onward = x
		return x.calling
	}
	if cancel := c.passesOn(leg, o, begun, x.arrived, result); cancel != nil {
		x.cancel = cancel
	}
}

// ends is the end of passing on, whatever came of it.
func (x *onward) ends() {
	x.c.onward = nil
	x.calling.end()
}

// arrived is the end of dialling. free gives the agent back who has answered, if it is one.
func (x *onward) arrived(next *sip.Call, free func(), err error) error {
	c := x.c
	if c.onward != x { // the call has ended meanwhile
		c.parties.dismiss(next)
		return errEnded
	}
	c.onward = nil
	x.calling.answered(next)
	if err != nil {
		c.log.Info("the caller could not pass the call on", "outcome", DialOutcome(err), "error", err)
		if x.left {
			c.hungUp()
		}
		return err
	}
	c.log.Info("another has taken the caller's place", "leg", next.ID())
	return c.replaced(next, free)
}

// hungUp is told when the caller's leg has ended. A telephone that hangs up while it passes the call on does what the
// RFC expects of it.
func (c *telephone) hungUp() {
	if x := c.onward; x != nil && c.leg.Cause().By == sip.Remote {
		x.left = true
		x.calling.sounds()
		return
	}
	c.ended = true
	c.session.Hangup(c.now())
}

// ends ends the call by its caller's leg, which leg is: also where that has left, and somebody is called in its place.
// It may be called from any goroutine.
func (c *telephone) ends(leg *sip.Call, reason string) {
	leg.Hangup(reason)
	c.box.put(post{do: func() {
		if x := c.onward; x != nil && x.left {
			x.cancel()
		}
	}})
}

// done is closed when the caller's leg ends; nil when that is known.
func (c *telephone) done() <-chan struct{} {
	if c.ended || c.onward != nil && c.onward.left {
		return nil
	}
	return c.leg.Done()
}

// replaced gives the caller's place to another leg: who talked to the caller talks to that one now, or it hears the
// flow, from the words on that were not heard to their end. The agent who was the caller is free; free is for the one
// who is the caller now. The old leg may hang up by itself.
func (c *telephone) replaced(next *sip.Call, free func()) error {
	if c.ended {
		dismiss(next)
		return errEnded
	}
	old := c.leg
	c.silences(old)
	c.free()
	c.free = free
	c.x.mu.Lock()
	c.leg, c.stream = next, next.Stream()
	c.x.mu.Unlock()
	c.parties.replaces(old, next)
	c.attends()
	c.hear(c.tee.listeners())
	c.stream.Hold(c.held)
	if c.speech != nil {
		c.stream.Listen(c.speech.silence)
	}
	c.plays.silence()
	for _, s := range c.session.Unheard() {
		c.plays.play(s)
	}
	go leaves(old)
	return nil
}

// attends has the call's goroutine told of what the caller does.
func (c *telephone) attends() {
	leg := c.leg
	leg.OnEvent(c.event)
	leg.OnRefer(func(target, replaces string) error { return c.refer(leg, target, replaces) })
}

// silences takes the flow away from a leg that is the caller's no more.
func (c *telephone) silences(leg *sip.Call) {
	leg.OnEvent(func(rtp.Event) {})
	leg.OnRefer(nil)
	c.stream.Tap(nil)
	c.stream.Attend(nil)
	c.stream.Silence()
	c.stream.Unhold()
	c.stream.Listen(0)
}

// gives parts with the caller's leg, which goes on in another call: this one is over.
func (c *telephone) gives() *sip.Call {
	leg := c.handsOver()
	c.session.Hangup(c.now())
	return leg
}

// handsOver parts with the caller's leg, which goes on in another call; what the flow is told of it is the caller's to
// say.
func (c *telephone) handsOver() *sip.Call {
	leg := c.leg
	c.silences(leg)
	if _, in := c.parties.who.Role(leg); in {
		c.parties.leaves(leg)
	}
	c.ended, c.given, c.stream = true, true, c.stream.Ended()
	return leg
}

// replaces puts one leg in the place of another, held if that was.
func (p *parties) replaces(old, next *sip.Call) {
	if _, in := p.who.Role(old); !in {
		return
	}
	held := p.who.Held(old)
	if held {
		p.holds(old, false)
	}
	_ = p.who.Leave(old) // it is in
	p.changed(p.who.Answered(next, room.Caller))
	if held {
		p.holds(next, true)
	}
}
