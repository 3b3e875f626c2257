package exchange

import (
	"context"
	"errors"

	"rexian/media/sip"
	"rexian/runtime/room"
)

// Why nobody is asked, passed on or brought back.
var (
	// ErrNoConsult means that nobody is asked in the call, ErrConsults that somebody is already, or that the caller is
	// being passed on.
	ErrNoConsult = errors.New("nobody is asked in the call")
	ErrConsults  = errors.New("somebody is asked already, or the caller is being passed on")
)

// consultation is that who talks to the caller asks a colleague before passing the caller on (an attended transfer,
// RFC 5589, 7, by the administration in place of a telephone's keys). The caller hears music meanwhile. It belongs to
// the talk and to the call's goroutine.
//
//	Consult ──▶ rings ──answer──▶ both talk ──Complete, or who asked hangs up──▶ the caller talks to the colleague
//	              │ no answer        └ Back, or the colleague hangs up ──▶ the caller talks to who asked
//	              ├──▶ the caller talks to who asked
//	              └ who asked completes or hangs up: the caller waits; no answer rings who asked again
type consultation struct {
	to     string
	cancel context.CancelFunc
	guest  *guest // the colleague; nil while it rings
	free   func() // gives the colleague back as an agent
	held   bool   // the caller was on hold before
}

// Consult puts the caller on hold and calls a colleague for who talks to the caller. It returns when that has answered,
// or with why it does not; then the caller is back.
func (x *Exchange) Consult(ctx context.Context, call, number, by string) error {
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		t := c.talking()
		switch {
		case t == nil:
			result <- ErrAlone
		case t.asks != nil || t.passing != nil || c.onward != nil:
			result <- ErrConsults
		case c.x.o.Dialer == nil:
			result <- errNoWay
		case c.inAll() >= room.Most:
			result <- ErrFull
		default:
			c.note("consult", map[string]any{"to": Masked(number), "by": by})
			t.consults(ctx, number, result)
		}
	})
}

// Complete gives the caller to the colleague who is asked; who asked is out of the call. While the colleague rings
// the caller waits for the answer, and without one who asked is rung again.
func (x *Exchange) Complete(ctx context.Context, call, by string) error {
	return x.consulted(ctx, call, "complete", by, func(t *talk) {
		old := t.peer
		t.completes()
		if t.peer != old {
			dismiss(old)
		}
	})
}

// Back hangs the colleague up who is asked, or stops calling them: the caller talks to who asked again.
func (x *Exchange) Back(ctx context.Context, call, by string) error {
	return x.consulted(ctx, call, "back", by, func(t *talk) {
		q := t.asks
		q.cancel()
		if g := q.guest; g != nil {
			g.forget()
			t.c.parties.dismiss(g.leg)
		}
		t.comesBack()
	})
}

// consulted does something with the consultation of a call.
func (x *Exchange) consulted(ctx context.Context, call, what, by string, do func(*talk)) error {
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		t := c.talking()
		if t == nil || t.asks == nil {
			result <- ErrNoConsult
			return
		}
		c.note(what, map[string]any{"to": Masked(t.asks.to), "by": by})
		do(t)
		result <- nil
	})
}

// consults begins a consultation.
func (x *talk) consults(ctx context.Context, number string, result chan<- error) {
	c := x.c
	q := &consultation{to: number, held: c.parties.who.Held(c.leg)}
	ctx, q.cancel = context.WithTimeout(ctx, ringLimit)
	x.asks = q
	if !q.held {
		c.parties.holds(c.leg, true)
	}
	o := sip.Outbound{To: number, From: c.caller.Number, OnLeg: c.legs(transferLeg, "")}
	go func() {
		next, err := c.x.o.Dialer.Dial(ctx, o)
		q.cancel()
		free := c.x.engages(next, number)
		c.box.put(post{do: func() { result <- x.answers(q, next, free, err) },
			lost: func() { dismiss(next); result <- ErrNoCall }})
	}()
}

// answers is the end of calling a colleague.
func (x *talk) answers(q *consultation, next *sip.Call, free func(), err error) error {
	c := x.c
	switch {
	case !x.stands() || x.asks != q: // it was given up meanwhile
		dismiss(next)
		return errEnded
	case err != nil && x.peer != nil:
		c.log.Info("a colleague does not answer", "outcome", DialOutcome(err))
		x.comesBack()
		return err
	case err != nil:
		x.comesBack()
		phone := x.recall
		if x.recall = ""; phone == "" {
			x.lost()
		} else {
			x.recalls(phone)
		}
		return err
	}
	q.free = free
	g := &guest{c: c, to: q.to, role: room.Guest, leg: next, cancel: q.cancel}
	q.guest, c.guests = g, append(c.guests, g)
	c.parties.joins(next, works(next))
	go func() {
		<-next.Done()
		c.box.put(post{do: g.gone})
	}()
	if x.peer == nil { // who asked has left, and the caller waits
		x.completes()
	}
	return nil
}

// completes gives the caller to the colleague, or has the caller wait while it rings; who asked is out.
func (x *talk) completes() {
	c, q := x.c, x.asks
	g := q.guest
	if g == nil {
		x.recall = x.home
		x.part()
		return
	}
	g.forget()
	x.part()
	x.comesBack()
	x.recall = ""
	c.log.Info("the caller was passed on", "leg", g.leg.ID())
	c.servedBy(g.leg)
	x.left = q.free
	x.with(g.leg)
}

// comesBack ends the consultation: the caller is taken back from hold.
func (x *talk) comesBack() {
	q := x.asks
	x.asks = nil
	if !q.held && x.c.parties.who.Held(x.c.leg) {
		x.c.parties.holds(x.c.leg, false)
	}
}

// unasked is told that a guest has hung up: where that is the colleague who is asked, the caller comes back.
func (c *telephone) unasked(g *guest) {
	if t := c.talking(); t != nil && t.asks != nil && t.asks.guest == g {
		c.note("back", map[string]any{"to": Masked(g.to)})
		t.comesBack()
	}
}
