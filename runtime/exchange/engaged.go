package exchange

import (
	"sync"

	"rexian/media/sip"
	"rexian/runtime/acd"
)

// engages notes that the agent at a leg's far end talks to somebody whom no queue has sent, and is offered nobody until
// the leg has ended, or what it returns is called: the agent has passed the other side on. to is what was dialled, for
// a telephone that is not ours; "" for a leg that came in.
func (x *Exchange) engages(leg *sip.Call, to string) (free func()) {
	if leg == nil {
		return func() {}
	}
	agent := ""
	for _, phone := range []string{leg.Leg().Phone, to} {
		if agent == "" && phone != "" {
			agent = x.queues.at(phone)
		}
	}
	if agent == "" {
		return func() {}
	}
	x.queues.tell(acd.Event{Kind: acd.Engage, Agent: agent})
	free = sync.OnceFunc(func() { x.queues.tell(acd.Event{Kind: acd.Disengage, Agent: agent}) })
	go func() {
		<-leg.Done()
		free()
	}()
	return free
}
