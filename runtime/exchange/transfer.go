package exchange

import (
	"cmp"
	"context"
	"errors"
	"time"

	"rexian/media/sip"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// ringLimit is how long another telephone rings where the flow does not say.
const ringLimit = 30 * time.Second

// transfer calls another telephone and lets the two talk: a bridge, so that the call is ours to the end and can be
// recorded. within is in milliseconds, 0 for the usual time. To a number of ours nothing is called: see givesTo.
func (c *telephone) transfer(t session.Ticket, number string, within int64) {
	if c.code && c.x.o.Joins != nil {
		c.joins(t)
		return
	}
	if ours, ok := c.flowAt(number); ok {
		c.givesTo(t, ours)
		return
	}
	if c.x.o.Dialer == nil {
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: "line_fault"}, c.now())
		return
	}
	limit := ringLimit
	if within > 0 {
		limit = time.Duration(within) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	out := c.calls(nil)
	c.jobs[t] = &job{end: func() { cancel(); out.end() }}
	from := c.caller.Number
	if c.desk {
		from = c.caller.Phone
	}
	arms := c.armed()
	// An announcement that the flow has an arm for ends the call; else the caller hears it to its end.
	ear := c.x.newEarly(func(outcome string) {
		if arms[outcome] {
			cancel()
		}
	})
	o := sip.Outbound{To: number, From: from, OnLeg: both(both(c.legs(transferLeg, ""), out.leg), ear.leg)}
	go func() {
		peer, err := c.x.o.Dialer.Dial(ctx, o)
		cancel()
		said := ""
		if err != nil {
			heard := ear.end()
			said = heard.Outcome()
		} else {
			ear.answered(peer.Stream())
		}
		c.box.put(post{do: func() {
			out.answered(peer)
			c.reached(t, number, peer, err, said)
			c.suspectsPeer(t, peer, arms)
		}, lost: func() { dismiss(peer) }})
	}()
}

// dismiss hangs up a leg that nobody needs; nil is none.
func dismiss(peer *sip.Call) {
	if peer != nil {
		peer.Hangup("")
	}
}

// reached is the end of dialling a number. What was heard says, if anything, goes before what the signalling says.
func (c *telephone) reached(t session.Ticket, number string, peer *sip.Call, err error, said string) {
	j := c.jobs[t]
	if err != nil {
		if j != nil {
			tag := cmp.Or(said, DialOutcome(err))
			c.log.Info("transfer failed", "outcome", tag, "error", err)
			c.finish(t, vm.Event{Kind: vm.Outcome, Tag: tag})
		}
		return
	}
	if j == nil { // the caller has gone meanwhile
		c.parties.dismiss(peer)
		return
	}
	c.connected()
	c.talk(t, peer, works(peer), func() { c.finish(t, vm.Event{Kind: vm.Done}) }, c.x.engages(peer, number))
}

// connected tells the session that somebody has answered: what limits the ringing limits the talk no more.
func (c *telephone) connected() { c.session.Connected(c.now()) }

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
