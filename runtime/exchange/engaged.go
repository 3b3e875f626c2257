package exchange

import (
	"rexian/media/sip"
	"rexian/runtime/acd"
)

// engages notes that the agent at a leg's far end talks to somebody whom no queue has sent, and is offered nobody until
// the leg has ended. to is what was dialled, for a telephone that is not ours; "" for a leg that came in.
func (x *Exchange) engages(leg *sip.Call, to string) {
	if leg == nil {
		return
	}
	agent := ""
	for _, phone := range []string{leg.Leg().Phone, to} {
		if agent == "" && phone != "" {
			agent = x.queues.at(phone)
		}
	}
	if agent == "" {
		return
	}
	x.queues.tell(acd.Event{Kind: acd.Engage, Agent: agent})
	go func() {
		<-leg.Done()
		x.queues.tell(acd.Event{Kind: acd.Disengage, Agent: agent})
	}()
}
