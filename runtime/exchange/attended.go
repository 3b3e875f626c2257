package exchange

import (
	"rexian/media/sip"
)

// errUnanswered is the answer to a REFER to a call in which nobody has answered yet.
var errUnanswered = &sip.Failure{Status: 480, Reason: "Nobody Has Answered Yet", Q850: 18}

// attended passes the caller on to somebody whom the telephone talks to already, in another call that goes through us
// (RFC 5589, 7): the Replaces of its REFER names that call. The two are brought together here; nobody is called anew.
// It is false if no such call stands, or nobody has answered in it yet.
func (x *talk) attended(peer *sip.Call, replaces string, result chan<- error) bool {
	other := x.c.x.consulting(x.c, peer, replaces)
	if other == nil {
		return false
	}
	c := x.c
	x.calling = c.calls(func() bool { return x.peer != nil })
	x.passing = func() {}
	back := func(next *sip.Call, err error) {
		c.box.put(post{do: func() { result <- x.passed(next, err) },
			lost: func() { dismiss(next); result <- errEnded }})
	}
	other.box.put(post{do: func() {
		t := other.talking()
		if t == nil {
			back(nil, errUnanswered)
			return
		}
		next := t.peer
		other.note("attended", map[string]any{"call": c.id})
		t.part()
		t.over()
		back(next, nil)
	}, lost: func() { back(nil, errEnded) }})
	return true
}

// consulting finds the call that a Replaces names, if the telephone that is the far side of a leg is its caller: it may
// dispose of its own calls only.
func (x *Exchange) consulting(but *telephone, leg *sip.Call, replaces string) *telephone {
	phone := leg.Leg().Phone
	if replaces == "" || phone == "" {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range x.calls {
		if c != but && c.leg.Named(replaces) && c.leg.Leg().Phone == phone {
			return c
		}
	}
	return nil
}
