package exchange

import (
	"context"
	"time"

	"rexian/media/sip"
	"rexian/runtime/room"
	"rexian/runtime/session"
)

// talk is the caller talking to another leg: somebody the call was transferred to, or an agent. It belongs to the
// call's goroutine. It ends with its ticket, which hangs the leg up, or when the leg does, and then over is called.
//
// The other leg's telephone may pass the caller on (REFER, RFC 3515). Until whom it names has answered, the two go on
// talking, or the caller hears the ringing if the telephone has left meanwhile (a blind transfer, RFC 5589).
type talk struct {
	c       *telephone
	ticket  session.Ticket
	peer    *sip.Call // nil when it has left while it passes the caller on
	over    func()
	left    func() // the leg is no longer needed, though the talk goes on with another one; may be nil
	passing context.CancelFunc
	calling *calling // while it is passed on
	asks    *consultation
	home    string // where the leg's telephone is rung again; "" if it is none of the house
	recall  string // the home of one that has passed the caller on and left: it is rung again if nobody answers
}

// talk begins one with a leg that has answered.
func (c *telephone) talk(t session.Ticket, peer *sip.Call, role room.Role, over, left func()) *talk {
	x := &talk{c: c, ticket: t, over: over, left: left}
	c.jobs[t] = &job{end: x.end, talk: x}
	x.join(peer, role)
	return x
}

// stands says whether the ticket is still this talk's.
func (x *talk) stands() bool {
	j := x.c.jobs[x.ticket]
	return j != nil && j.talk == x
}

// end hangs up.
func (x *talk) end() {
	if x.passing != nil {
		x.passing()
		x.calling.end()
	}
	if x.asks != nil {
		x.asks.cancel()
	}
	if o := x.c.onward; o != nil && o.left { // nobody is left whom the caller wanted to pass on
		o.cancel()
	}
	x.c.x.talks(x.peer, nil)
	x.c.parties.dismiss(x.peer)
	x.c.parts(false)
	if x.c.parties.who.Held(x.c.leg) {
		x.c.parties.holds(x.c.leg, false)
	}
}

// join lets the two hear each other.
func (x *talk) join(peer *sip.Call, role room.Role) {
	if x.c.rows.change.Agent == "" { // whom no queue has found serves the caller all the same
		x.c.talksWith(x.c.x.queues.at(peer.Leg().Phone))
	}
	x.c.parties.joins(peer, role)
	x.with(peer)
}

// with makes a leg the one whose end is the talk's.
func (x *talk) with(peer *sip.Call) {
	c := x.c
	x.peer, x.home = peer, peer.Leg().Phone
	c.x.talks(peer, c)
	peer.OnRefer(func(target, replaces string) error { return x.refer(peer, target, replaces) })
	go func() {
		<-peer.Done()
		c.box.put(post{do: func() { x.gone(peer) }})
	}()
}

// gone is told when a leg has ended.
func (x *talk) gone(peer *sip.Call) {
	if !x.stands() || x.peer != peer {
		return
	}
	if x.asks != nil { // to hang up is to pass on to who is asked
		x.completes()
		return
	}
	if x.passing == nil {
		x.lost()
		return
	}
	x.recall = x.home
	x.part()
	x.calling.sounds()
}

// lost is the talk without its leg: one of three goes on as one of two, one of two is over.
func (x *talk) lost() {
	next := x.c.third()
	if next == nil {
		x.over()
		return
	}
	x.part()
	x.c.servedBy(next)
	x.with(next)
}

// part gives the leg up while the talk goes on.
func (x *talk) part() {
	if x.peer == nil {
		return
	}
	x.c.parties.leaves(x.peer)
	x.c.x.talks(x.peer, nil)
	x.peer = nil
	if x.left != nil {
		x.left()
	}
}

// errEnded is the answer to a REFER that the call's end overtook, errPassing to one that comes while another is carried
// out.
var (
	errEnded   = &sip.Failure{Status: 487, Reason: "The Call Has Ended", Q850: 16}
	errPassing = &sip.Failure{Status: 491, Reason: "Request Pending", Q850: 41}
	errNoWay   = &sip.Failure{Status: 503, Reason: "There Is No Way Out", Q850: 38}
)

// refer is what a leg's telephone asks for with REFER. It runs on a goroutine of that leg's, and returns what came of
// it.
func (x *talk) refer(peer *sip.Call, target, replaces string) error {
	return x.c.asked(func(result chan<- error) {
		x.pass(peer, sip.Outbound{To: target, Replaces: replaces}, result)
	})
}

// asked does on the call's goroutine what a telephone asks for, and waits for what comes of it, which is given once.
func (c *telephone) asked(do func(result chan<- error)) error {
	result := make(chan error, 1)
	c.box.put(post{do: func() { do(result) }, lost: func() { result <- errEnded }})
	return <-result
}

// pass begins to call whom the caller is passed on to. The result is given once.
func (x *talk) pass(peer *sip.Call, o sip.Outbound, result chan<- error) {
	c := x.c
	switch {
	case !x.stands() || x.peer != peer:
		result <- errEnded
		return
	case x.passing != nil || x.asks != nil || c.onward != nil:
		result <- errPassing
		return
	}
	begun := func() *calling {
		x.calling = c.calls(func() bool { return x.peer != nil })
		x.passing = func() {}
		return x.calling
	}
	if cancel := c.passesOn(peer, o, begun, x.passed, result); cancel != nil {
		x.passing = cancel
	}
}

// passesOn has somebody else take a place in the call: who talks to the telephone in another call, a flow of ours, or
// who is called now, as attended, toFlow and dialsOn do. What it returns gives the dialling up; nil where nobody is
// dialled.
func (c *telephone) passesOn(leg *sip.Call, o sip.Outbound, begun func() *calling,
	then func(*sip.Call, func(), error) error, result chan<- error) context.CancelFunc {
	if c.attended(leg, o.Replaces, func() { begun() }, then, result) {
		return nil
	}
	if number, ok := c.flowAt(o.To); ok {
		result <- c.toFlow(leg, number, o.Replaces)
		return nil
	}
	if c.x.o.Dialer == nil {
		result <- errNoWay
		return nil
	}
	o.From, o.OnLeg = c.caller.Number, both(c.legs(passedLeg, ""), begun().leg)
	return c.dialsOn(o, then, result)
}

// dialsOn calls whom somebody is passed on to; then is told of the end of it, on the call's goroutine. What it returns
// gives up.
func (c *telephone) dialsOn(o sip.Outbound, then func(*sip.Call, func(), error) error,
	result chan<- error) context.CancelFunc {
	ctx, cancel := context.WithTimeout(context.Background(), ringLimit)
	go func() {
		next, err := c.x.o.Dialer.Dial(ctx, o)
		cancel()
		free := c.x.engages(next, o.To)
		c.box.put(post{do: func() { result <- then(next, free, err) },
			lost: func() { dismiss(next); result <- errEnded }})
	}()
	return cancel
}

// passed is the end of dialling. free gives the agent back who has answered, if it is one.
func (x *talk) passed(next *sip.Call, free func(), err error) error {
	c := x.c
	x.passing = nil
	x.calling.answered(next)
	if !x.stands() {
		c.parties.dismiss(next)
		return errEnded
	}
	if err != nil {
		c.log.Info("the caller could not be passed on", "outcome", DialOutcome(err), "error", err)
		phone := x.recall
		x.recall = ""
		switch {
		case x.peer != nil:
		case phone != "" && len(c.guests) == 0:
			x.recalls(phone)
		default: // nobody may be left to talk to
			x.lost()
		}
		return err
	}
	x.recall = ""
	c.log.Info("the caller was passed on", "leg", next.ID())
	if old := x.peer; old != nil {
		x.part()
		go leaves(old)
	}
	c.servedBy(next)
	x.left = free
	x.join(next, works(next))
	return nil
}

// partingTime is how long a telephone that has passed the caller on may take to hang up by itself, as RFC 5589, 6.1 has
// it.
const partingTime = 2 * time.Second

// leaves hangs up a leg that does not hang up by itself: it is told first what came of its REFER.
func leaves(old *sip.Call) {
	wait := time.NewTimer(partingTime)
	defer wait.Stop()
	select {
	case <-old.Done():
	case <-wait.C:
		old.Hangup("passed on")
	}
}
