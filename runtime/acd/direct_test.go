package acd

import "testing"

// Who talks to somebody whom no queue has sent is offered nobody until the last such talk is over, whatever is asked
// for meanwhile; one beside a caller of a queue goes on when that one has left.
func TestADirectTalkIsNoReadiness(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, WrapUp: 5_000})
	f.agents("1")
	f.do(Event{Kind: Engage, Agent: "1"})
	f.do(Event{Kind: Engage, Agent: "1"})
	f.do(Event{Kind: Disengage, Agent: "1"})
	f.is(f.join("x", "q"), "")
	f.is(f.do(Event{Kind: SetReady, Agent: "1"}), "")
	f.is(f.do(Event{Kind: Disengage, Agent: "1"}), "x→1")
	f.answer("x", "1")
	f.do(Event{Kind: Engage, Agent: "1"}) // asks a colleague
	f.do(Event{Kind: TalkOver, Agent: "1", Offer: 1})
	f.join("y", "q")
	f.is(f.pass(6), "")
	if s := f.state("1"); s != Talking {
		t.Errorf("after wrap-up: %s", s)
	}
	f.is(f.do(Event{Kind: Disengage, Agent: "1"}), "y→1")
	f.do(Event{Kind: Disengage, Agent: "1"}) // of nothing
	if s := f.state("1"); s != Reserved {
		t.Errorf("an offer ends with a talk that is none: %s", s)
	}
	f.do(Event{Kind: SignOut, Agent: "1"})
	f.refuse("y", "1", Declined)
	f.do(Event{Kind: Engage, Agent: "1"})
	f.is(f.do(Event{Kind: SignIn, Agent: "1"}), "")
	f.is(f.do(Event{Kind: Disengage, Agent: "1"}), "y→1")
}

// A telephone of which nothing is heard is given up after two seconds, and that is no call missed; one that has the
// call is given ten.
func TestASilentTelephone(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Misses: 1})
	f.agents("1", "2")
	f.is(f.join("x", "q"), "x→1")
	f.is(f.pass(1), "")
	f.is(f.pass(1), "withdraw 1")
	f.is(f.refuse("x", "1", Withdrawn), "x→2")
	if s := f.state("1"); s != Ready {
		t.Errorf("not the agent's fault: %s", s)
	}
	f.do(Event{Kind: Trying, Offer: f.offerOf("x"), Agent: "2"})
	f.is(f.pass(9), "")
	f.is(f.pass(1), "withdraw 2")
}
