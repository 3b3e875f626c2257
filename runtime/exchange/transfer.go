package exchange

import (
	"context"
	"errors"
	"time"

	"rexian/media/sip"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// ringLimit is how long another telephone rings where the flow does not say.
const ringLimit = 30 * time.Second

// transfer calls another telephone and lets the two talk: a bridge, so that the call is ours to the end and can be recorded.
// within is in milliseconds, 0 for the usual time.
func (c *telephone) transfer(t session.Ticket, number string, within int64) {
	if c.x.o.Dialer == nil {
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: "line_fault"}, c.now())
		return
	}
	limit := ringLimit
	if within > 0 {
		limit = time.Duration(within) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	c.jobs[t] = &job{end: cancel}
	c.ringback(true)
	from := c.caller.Number
	go func() {
		peer, err := c.x.o.Dialer.Dial(ctx, number, from)
		c.box.put(post{do: func() { c.reached(t, peer, err) }})
	}()
}

// reached is the end of dialling.
func (c *telephone) reached(t session.Ticket, peer *sip.Call, err error) {
	j := c.jobs[t]
	if err != nil {
		c.ringback(false)
		if j != nil {
			tag := DialOutcome(err)
			c.log.Info("transfer failed", "outcome", tag, "error", err)
			c.finish(t, vm.Event{Kind: vm.Outcome, Tag: tag})
		}
		return
	}
	if j == nil { // the caller has gone meanwhile
		peer.Hangup("")
		return
	}
	c.ringback(false)
	c.connected()
	c.talk(t, peer, func() { c.finish(t, vm.Event{Kind: vm.Done}) })
}

// talk lets the caller talk to a leg as long as the ticket stands; over is called when the other side has hung up.
func (c *telephone) talk(t session.Ticket, peer *sip.Call, over func()) {
	j := &job{peer: peer, end: func() {
		c.stream.Unbridge()
		peer.Hangup("")
	}}
	c.jobs[t] = j
	c.bridge(peer)
	go func() {
		<-peer.Done()
		c.box.put(post{do: func() {
			if c.jobs[t] == j {
				over()
			}
		}})
	}()
}

// connected tells the session that somebody has answered: what limits the ringing limits the talk no more.
func (c *telephone) connected() { c.session.Connected(c.now()) }

// bridge joins the caller's sound with another leg's. A leg without sound is told of in the log; the call goes on.
func (c *telephone) bridge(peer *sip.Call) {
	if err := c.stream.Bridge(peer.Stream()); err != nil {
		c.log.Warn("no sound between the legs", "error", err)
	}
	peer.OnRefer(func(target, _ string) error { return c.passOn(target) })
}

// passOn is what an agent's telephone asks for with REFER: the caller is to talk to somebody else. The session does not know
// who the caller talks to; the agent's leg is replaced by the new one when that answers.
func (c *telephone) passOn(target string) error {
	if c.x.o.Dialer == nil {
		return errors.New("there is no way out")
	}
	ctx, cancel := context.WithTimeout(context.Background(), ringLimit)
	defer cancel()
	peer, err := c.x.o.Dialer.Dial(ctx, target, c.caller.Number)
	if err != nil {
		return err
	}
	c.box.put(post{do: func() { c.replace(peer) }})
	return nil
}

// replace lets the caller talk to another leg instead of the present one.
func (c *telephone) replace(peer *sip.Call) {
	for t, j := range c.jobs {
		if j.peer == nil {
			continue
		}
		c.drop(t)
		over := func() { c.finish(t, vm.Event{Kind: vm.Done}) }
		if c.seat != nil && c.seat.ticket == t {
			over = c.seat.hungUp
		}
		c.talk(t, peer, over)
		return
	}
	peer.Hangup("") // nobody to talk to any more
}

// ringback plays the tone of a telephone that rings elsewhere.
func (c *telephone) ringback(on bool) {
	if !on {
		c.stream.Unhold()
		return
	}
	c.stream.Hold(ringing())
}

// DialOutcome is why a telephone was not reached, as flows know it: the network's reason (Q.850) before the SIP status.
func DialOutcome(err error) string {
	var f *sip.Failure
	if !errors.As(err, &f) {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return "no_answer"
		}
		return "line_fault"
	}
	if f.Status == 403 { // its cause is derived from the status, and says less
		return "carrier_blocked"
	}
	switch f.Q850 {
	case 1:
		return "vacant_number"
	case 28:
		return "invalid_number"
	case 22:
		return "changed"
	case 17:
		return "busy"
	case 18, 19:
		return "no_answer"
	case 21:
		return "refused"
	case 20:
		return "powered_off"
	case 34, 38, 41, 42:
		return "line_fault"
	}
	switch f.Status {
	case 404, 604:
		return "vacant_number"
	case 484:
		return "invalid_number"
	case 410:
		return "changed"
	case 486, 600:
		return "busy"
	case 408, 480, 487:
		return "no_answer"
	case 603:
		return "refused"
	case 500, 502, 503, 504:
		return "line_fault"
	}
	return "unknown"
}
