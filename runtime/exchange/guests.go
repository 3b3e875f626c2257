package exchange

import (
	"context"
	"errors"
	"slices"

	"rexian/media/prompt"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/room"
)

// Why something is not done with a call that is on.
var (
	ErrNoCall = errors.New("there is no such call now")
	// ErrRings means that the caller has not been answered yet, ErrAlone that nobody talks to the caller.
	ErrRings = errors.New("the call has not been answered")
	ErrAlone = errors.New("nobody talks to the caller")
	// ErrFull means that there are as many in the call as there may be.
	ErrFull = errors.New("the call has as many parties as it may have")
	// ErrNoPhone means that a supervisor's telephone is none of ours: nobody listens to a call from elsewhere.
	ErrNoPhone = errors.New("that is not a telephone of this server")
)

// guest is a leg that is brought into a call by somebody outside its flow: a supervisor's telephone, or a third party.
// It belongs to the call's goroutine, and ends with the call at the latest.
type guest struct {
	c      *telephone
	to     string
	role   room.Role
	mode   room.Mode // of a supervisor
	leg    *sip.Call // nil while it rings
	cancel context.CancelFunc
}

// Supervise rings a supervisor's telephone and lets it listen, whisper or barge in; its keys 1, 2 and 3 change between
// these. A telephone that supervises the call already changes at once. It returns when the telephone has answered, or
// with why it does not: one of the errors above, or what [Dialer] says. If the context ends, the ringing does.
func (x *Exchange) Supervise(ctx context.Context, call, phone string, m room.Mode, by string) error {
	if x.o.Ours == nil || !x.o.Ours(phone) {
		return ErrNoPhone
	}
	return x.within(ctx, call, func(c *telephone, result chan<- error) { c.supervise(ctx, phone, m, by, result) })
}

// Add calls a third party into the talk between the caller and whom the caller talks to. It returns as Supervise does.
func (x *Exchange) Add(ctx context.Context, call, number, by string) error {
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		if c.talking() == nil {
			result <- ErrAlone
			return
		}
		c.note("add", map[string]any{"to": Masked(number), "by": by})
		c.brings(ctx, &guest{c: c, to: number, role: room.Guest}, transferLeg, result)
	})
}

// Hold lets the caller hear music and nobody hear the caller, or takes the caller back. Who talks to the caller goes on
// talking with whom was added.
func (x *Exchange) Hold(ctx context.Context, call string, on bool, by string) error {
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		if c.talking() == nil {
			result <- ErrAlone
			return
		}
		c.note(map[bool]string{true: "hold", false: "unhold"}[on], map[string]any{"by": by})
		c.parties.holds(c.leg, on)
		result <- nil
	})
}

// Hangup ends a call that is on.
func (x *Exchange) Hangup(ctx context.Context, call, by string) error {
	return x.within(ctx, call, func(c *telephone, result chan<- error) {
		c.note("hang up", map[string]any{"by": by})
		c.ends(c.leg, "by hand")
		result <- nil
	})
}

// within does something on a call's goroutine and waits for its result, which is given once.
func (x *Exchange) within(ctx context.Context, call string, do func(*telephone, chan<- error)) error {
	x.mu.Lock()
	c := x.calls[call]
	x.mu.Unlock()
	if c == nil {
		return ErrNoCall
	}
	result := make(chan error, 1)
	c.box.put(post{do: func() { do(c, result) }, lost: func() { result <- ErrNoCall }})
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// talking is the talk that the caller is in; nil if there is none.
func (c *telephone) talking() *talk {
	for _, j := range c.jobs {
		if j.talk != nil && j.talk.peer != nil {
			return j.talk
		}
	}
	return nil
}

func (c *telephone) supervise(ctx context.Context, phone string, m room.Mode, by string, result chan<- error) {
	if !c.up {
		result <- ErrRings
		return
	}
	c.supervised(phone, m, by)
	for _, g := range c.guests {
		if g.role == room.Supervisor && g.to == phone {
			g.switches(m)
			result <- nil
			return
		}
	}
	c.brings(ctx, &guest{c: c, to: phone, role: room.Supervisor, mode: m}, supervisorLeg, result)
}

// supervised writes down who heard the call, and how.
func (c *telephone) supervised(phone string, m room.Mode, by string) {
	c.note("supervise", map[string]any{"phone": phone, "mode": m.String(), "by": by})
}

// brings rings a guest.
func (c *telephone) brings(ctx context.Context, g *guest, kind string, result chan<- error) {
	switch {
	case c.x.o.Dialer == nil:
		result <- errNoWay
		return
	case c.inAll() >= room.Most:
		result <- ErrFull
		return
	}
	ctx, g.cancel = context.WithTimeout(ctx, ringLimit)
	c.guests = append(c.guests, g)
	o := sip.Outbound{To: g.to, From: c.caller.Number, OnLeg: c.legs(kind, "")}
	go func() {
		leg, err := c.x.o.Dialer.Dial(ctx, o)
		g.cancel()
		c.x.engages(leg, g.to)
		c.box.put(post{do: func() { result <- g.reached(leg, err) },
			lost: func() { dismiss(leg); result <- ErrNoCall }})
	}()
}

// inAll is how many are in the call, or ring.
func (c *telephone) inAll() int {
	n := max(len(c.parties.who.Parties()), 1)
	for _, g := range c.guests {
		if g.leg == nil {
			n++
		}
	}
	return n
}

// reached is the end of dialling.
func (g *guest) reached(leg *sip.Call, err error) error {
	c := g.c
	if err == nil && g.role != room.Supervisor && c.talking() == nil { // the talk has ended meanwhile
		err = ErrAlone
	}
	if err != nil {
		dismiss(leg)
		g.forget()
		return err
	}
	g.leg = leg
	role := g.role
	if role == room.Guest {
		role = works(leg)
	}
	c.parties.joins(leg, role)
	if role == room.Supervisor {
		g.switches(g.mode)
		leg.OnEvent(func(e rtp.Event) {
			if m := room.Mode(e.Digit - '1'); e.Kind == rtp.Key && m <= room.Barge {
				c.box.put(post{do: func() { c.supervised(g.to, m, g.to); g.switches(m) }})
			}
		})
	}
	go func() {
		<-leg.Done()
		c.box.put(post{do: g.gone})
	}()
	return nil
}

// switches has a supervisor listen, whisper or barge in from now on, or as soon as the telephone answers.
func (g *guest) switches(m room.Mode) {
	g.mode = m
	if g.leg != nil {
		g.c.parties.changed(g.c.parties.who.Supervise(g.leg, m))
	}
}

// gone is told when the guest has hung up.
func (g *guest) gone() {
	if slices.Contains(g.c.guests, g) {
		g.forget()
		g.c.parties.leaves(g.leg)
		g.c.unasked(g)
	}
}

// third takes one who was added to the talk out of the guests: the talk goes on with that one. nil if there is none.
func (c *telephone) third() *sip.Call {
	for _, g := range c.guests {
		if g.role != room.Supervisor && g.leg != nil && g.leg.Answered() {
			g.forget()
			return g.leg
		}
	}
	return nil
}

func (g *guest) forget() {
	g.c.guests = slices.DeleteFunc(g.c.guests, func(o *guest) bool { return o == g })
}

// parts hangs guests up: all at the end of the call, and those who were added to a talk when that is over.
func (c *telephone) parts(all bool) {
	for _, g := range slices.Clone(c.guests) {
		if all || g.role != room.Supervisor {
			g.forget()
			g.cancel()
			c.parties.dismiss(g.leg)
		}
	}
}

// holds puts a leg on hold, or takes it back.
func (p *parties) holds(leg *sip.Call, on bool) {
	if on {
		leg.Stream().Hold(holdMusic())
	} else if p.who.Held(leg) {
		leg.Stream().Unhold()
	}
	p.changed(p.who.Hold(leg, on))
}

// holdMusic is what who is on hold hears, shared by all calls.
var holdMusic = shared(prompt.Music)
