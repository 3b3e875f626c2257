package exchange

import (
	"rexian/media/sip"
)

// errUnanswered is the answer to a REFER to a call in which nobody has answered yet.
var errUnanswered = &sip.Failure{Status: 480, Reason: "Nobody Has Answered Yet", Q850: 18}

// attended brings two calls together that a telephone has through us (RFC 5589, 7): it has sent REFER in one of them,
// and the Replaces of it names the other. Whom the telephone talks to there takes its place here, and nobody is called
// anew; where it talks to a flow there, whom it talks to here goes to that flow. begun is called if such a call stands,
// then is told who comes, as from dialsOn; false if there is none, and neither is.
func (c *telephone) attended(leg *sip.Call, replaces string, begun func(), then func(*sip.Call, func(), error) error,
	result chan<- error) bool {
	other, consult := c.x.consulting(leg, replaces)
	if other == nil || other == c {
		return false
	}
	begun()
	back := func(next *sip.Call, free func(), err error) {
		c.box.put(post{do: func() { result <- then(next, free, err) },
			lost: func() { dismiss(next); result <- errEnded }})
	}
	other.box.put(post{do: func() {
		t := other.talking()
		switch {
		case other.leg == consult && t != nil:
			next := t.peer
			free := c.x.engages(next, next.Leg().Number)
			other.note("attended", map[string]any{"call": c.id})
			t.part()
			t.over()
			c.borrows(next, passedLeg, "")
			back(next, free, nil)
		case other.leg == consult && (other.desk || !other.up): // it rings
			back(nil, nil, errUnanswered)
		case other.leg == consult:
			c.box.put(post{do: func() { c.goesTo(other, leg, then, result) },
				lost: func() { result <- errEnded }})
		case t != nil && t.peer == consult:
			other.note("attended", map[string]any{"call": c.id})
			t.part()
			dismiss(consult)
			c.borrows(other.leg, passedLeg, "")
			next := other.gives()
			back(next, c.x.engages(next, next.Leg().Number), nil)
		default:
			back(nil, nil, errEnded)
		}
	}, lost: func() { back(nil, nil, errEnded) }})
	return true
}

// goesTo gives whom a leg talks to, in this call, to the flow of another one.
func (c *telephone) goesTo(other *telephone, leg *sip.Call, then func(*sip.Call, func(), error) error,
	result chan<- error) {
	t := c.talking()
	if t == nil {
		result <- then(nil, nil, errUnanswered)
		return
	}
	c.note("attended", map[string]any{"call": other.id})
	next, after := t.peer, func() {}
	t.part()
	if next == leg {
		go leaves(leg)
		next = c.gives()
	} else {
		c.onward.ends()
		after = func() { c.box.put(post{do: t.over}) }
	}
	other.borrows(next, passedLeg, "")
	other.box.put(post{do: func() {
		consult := other.leg
		result <- other.replaced(next, c.x.engages(next, next.Leg().Number))
		dismiss(consult)
		after()
	}, lost: func() { dismiss(next); result <- errEnded; after() }})
}

// consulting finds the call that a Replaces names, and its leg, if that is of the same telephone as another leg, or of
// the same trunk: each may dispose of its own calls only.
func (x *Exchange) consulting(leg *sip.Call, replaces string) (*telephone, *sip.Call) {
	who := leg.Leg()
	if replaces == "" || who.Phone == "" && who.Trunk == "" {
		return nil, nil
	}
	its := func(l *sip.Call) bool {
		if l == leg || !l.Named(replaces) {
			return false
		}
		other := l.Leg()
		return other.Phone == who.Phone && other.Trunk == who.Trunk
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for l, c := range x.peers { // before all others: a leg that has come into a call by a code is in both
		if its(l) {
			return c, l
		}
	}
	for _, c := range x.calls {
		if its(c.leg) {
			return c, c.leg
		}
	}
	return nil, nil
}

// talks notes whose caller a leg talks to; nil is nobody's any more.
func (x *Exchange) talks(leg *sip.Call, c *telephone) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if delete(x.peers, leg); c != nil {
		x.peers[leg] = c
	}
}
