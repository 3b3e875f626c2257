package exchange

import (
	"errors"
	"fmt"

	"rexian/media/sip"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/fn"
)

// Why nobody is passed on to a flow of ours.
var (
	errNobody = &sip.Failure{Status: 488, Reason: "Nobody Is There To Be Passed On", Q850: 31}
	errNoSuch = &sip.Failure{Status: 481, Reason: "No Such Call", Q850: 31}
	errBusy   = &sip.Failure{Status: 503, Reason: "No Place For Another Call", Q850: 42}
)

// flowAt is the number of ours that is passed on to, if a flow answers it. A test's call has no other flows.
func (c *telephone) flowAt(target string) (number string, ok bool) {
	if c.x.o.Own == nil || !c.a.plain() {
		return "", false
	}
	if number, ok = c.x.o.Own(target); !ok {
		return "", false
	}
	return number, c.x.o.Deployment.Answers(number)
}

// toFlow has whom a leg's telephone talks to leave this call for the flow that answers a number of ours. That is a call
// of its own: to its flow it is as if the one who comes had dialled the number, and nobody is called. replaces is that
// of the REFER: a call that there is would have been found before.
func (c *telephone) toFlow(leg *sip.Call, number, replaces string) error {
	t := c.talking()
	switch {
	case replaces != "":
		return errNoSuch
	case t == nil:
		return errNobody
	}
	next := t.peer
	if next == leg {
		next = c.leg
	}
	other, err := c.x.another(c, next, number)
	if err != nil {
		c.log.Info("nobody is passed on to a flow", "number", number, "reason", err)
		return errBusy
	}
	c.note("to flow", map[string]any{"call": other.id, "number": number})
	t.part()
	go leaves(leg)
	if next == c.leg {
		c.gives()
	} else {
		other.free = c.x.engages(next, next.Leg().Number)
		t.over()
	}
	go c.x.runs(other)
	return nil
}

// mostFlows is how often flows may give a caller to one another by transfers. Two that do so in turn, without a word
// in between, would never end.
const mostFlows = 10

var errInTurn = errors.New("flows transfer the caller to one another in turn")

// givesTo is a flow's transfer to a number of ours: nothing is called, the caller leaves this call for the flow that
// answers the number, as with toFlow. Where there is no place for another call the flow hears of a fault of the line,
// as it would of a carrier that is full.
func (c *telephone) givesTo(t session.Ticket, number string) {
	other, err := (*telephone)(nil), errInTurn
	if c.hops < mostFlows {
		other, err = c.x.another(c, c.leg, number)
	}
	if err != nil {
		c.log.Warn("the caller does not come to a flow", "number", number, "reason", err)
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: "line_fault"}, c.now())
		return
	}
	c.note("to flow", map[string]any{"call": other.id, "number": number})
	other.hops, other.queued, other.served = c.hops+1, c.queued, c.served
	other.free, c.free = c.free, func() {}
	c.handsOver()
	c.session.Finish(t, vm.Event{Kind: vm.Done}, c.now())
	go c.x.runs(other)
}

// another makes a call, which counts among the calls and has to be run, of a leg that talks in a call now.
func (x *Exchange) another(c *telephone, leg *sip.Call, number string) (*telephone, error) {
	if err := x.admit(true); err != nil {
		return nil, err
	}
	c.others++
	o := x.telephone(leg, &Arrangement{}, known(fmt.Sprintf("%s-%d", c.id, c.others+1)))
	var ok bool
	if o.version, o.entry, o.release, ok = x.o.Deployment.Pick(number, o.id); !ok {
		x.active.Add(-1)
		return nil, errNoNumber
	}
	x.running.Add()
	o.taken = true
	from := c.caller.Phone
	if leg != c.leg {
		from = tame(leg.Leg().Number)
	}
	o.prepare(fn.Caller{CallID: o.id, Phone: from, Number: tame(number)})
	return o, nil
}
