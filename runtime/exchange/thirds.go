package exchange

import (
	"context"
	"errors"

	"rexian/media/sip"
	"rexian/runtime/room"
)

// ErrNoParty means that nobody of a name or number is in the call, beside the caller.
var ErrNoParty = errors.New("nobody of that name is in the call")

// Transfer passes the caller on to a number: until it answers the caller and whom the caller talks to go on talking,
// and if it does not, they stay together. It returns as Supervise does.
func (x *Exchange) Transfer(ctx context.Context, call, number, by string) error {
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		t := c.talking()
		if t == nil {
			result <- ErrAlone
			return
		}
		c.note("pass on", map[string]any{"to": Masked(number), "by": by})
		t.pass(t.peer, sip.Outbound{To: number}, result)
	})
}

// Drop hangs somebody in a call up, who is named by telephone, number or agent, or stops calling them. The others go
// on; the caller is not dropped but hung up.
func (x *Exchange) Drop(ctx context.Context, call, party, by string) error {
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		for _, g := range c.guests {
			if g.to == party || c.named(g.leg, party) {
				c.note("drop", map[string]any{"who": Masked(party), "by": by})
				if g.leg == nil {
					g.cancel()
				} else {
					g.leg.Hangup("dropped")
				}
				result <- nil
				return
			}
		}
		if t := c.talking(); t != nil && c.named(t.peer, party) {
			c.note("drop", map[string]any{"who": Masked(party), "by": by})
			t.peer.Hangup("dropped")
			result <- nil
			return
		}
		result <- ErrNoParty
	})
}

// named tells whether a leg is that of a telephone, a number or an agent.
func (c *telephone) named(leg *sip.Call, party string) bool {
	if leg == nil || party == "" {
		return false
	}
	l := leg.Leg()
	return l.Phone == party || l.Number == party || l.Phone != "" && c.x.queues.at(l.Phone) == party
}

// Alarm rings telephones of supervisors for a call in which somebody needs help. The first that answers listens to it,
// as by Supervise; the others stop. It returns when one has answered, or with why the last did not.
func (x *Exchange) Alarm(ctx context.Context, call string, phones []string, by string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := x.within(ctx, call, func(c *telephone, result chan<- error) {
		c.note("emergency", map[string]any{"by": by, "phones": len(phones)})
		result <- nil
	})
	if err != nil {
		return err
	}
	x.o.Logger.Warn("somebody in a call needs help", "call", call, "by", by, "supervisors", len(phones))
	err = ErrNoPhone
	results := make(chan error, len(phones))
	for _, phone := range phones {
		go func() { results <- x.Supervise(ctx, call, phone, room.Listen, by) }()
	}
	for range phones {
		if err = <-results; err == nil {
			return nil
		}
	}
	return err
}

// recalls rings the telephone again that has passed the caller on and left, for whom it named does not answer: the
// caller is not lost, but hears the ringing and comes back.
func (x *talk) recalls(phone string) {
	c := x.c
	c.note("recall", map[string]any{"phone": phone})
	x.calling = c.calls(func() bool { return x.peer != nil })
	o := sip.Outbound{To: phone, From: c.caller.Phone, OnLeg: both(c.legs(passedLeg, ""), x.calling.leg)}
	x.passing = c.dialsOn(o, func(next *sip.Call, free func(), err error) error {
		if err = x.passed(next, free, err); err == nil {
			x.home = phone
		}
		return err
	}, make(chan error, 1))
}
