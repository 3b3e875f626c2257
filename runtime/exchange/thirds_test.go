package exchange_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rexian/runtime/exchange"
)

// A caller is passed on by somebody outside the call: until the other answers the talk goes on, then the agent is out
// of it; where the other does not answer the two stay together.
func TestACallerIsTransferred(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	passes := func(ctx context.Context) error { return s.x.Transfer(ctx, s.call, "guest", "tester") }
	result := make(chan error, 1)
	go func() { result <- passes(t.Context()) }()
	s.guest.rung().Reject(486, "Busy Here")
	if err := <-result; exchange.DialOutcome(err) != "busy" {
		t.Errorf("who is busy: %v", err)
	}
	s.heard("caller: agent", "agent: caller")
	s.rings(passes, s.guest, "guest", 2900)
	s.heard("caller: guest", "guest: caller")
	<-s.all["agent"].leg.Done()
	until(t, "the agent is free", func() bool { _, busy := s.x.Agents(); return busy == 0 })
	if !strings.Contains(s.journal.text(), " pass on ") {
		t.Error("nothing is written down")
	}
	s.caller.leg.Hangup("")
	<-s.all["guest"].leg.Done()
	s.quiet()
	if err := passes(t.Context()); !errors.Is(err, exchange.ErrNoCall) {
		t.Errorf("a call that is over: %v", err)
	}
}

// One of three is dropped, whether they talk or ring; the other two go on.
func TestAPartyIsDropped(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	drops := func(who string, want error) {
		t.Helper()
		if err := s.x.Drop(t.Context(), s.call, who, "tester"); !errors.Is(err, want) {
			t.Errorf("dropping %s: %v, not %v", who, err, want)
		}
	}
	drops("guest", exchange.ErrNoParty)
	result := make(chan error, 1)
	go func() { result <- s.adds()(t.Context()) }()
	ringing := s.guest.rung()
	drops("guest", nil)
	<-ringing.Done()
	if err := <-result; err == nil {
		t.Error("success is told of who was dropped")
	}
	s.rings(s.adds(), s.guest, "guest", 2900)
	s.heard("caller: agent guest", "agent: caller guest", "guest: caller agent")
	drops("guest", nil)
	<-s.all["guest"].leg.Done()
	delete(s.all, "guest")
	s.heard("caller: agent", "agent: caller")
	s.rings(s.adds(), s.guest, "guest", 2900)
	drops("1001", nil) // the agent: the caller goes on with the guest
	<-s.all["agent"].leg.Done()
	delete(s.all, "agent")
	s.heard("caller: guest", "guest: caller")
	if !strings.Contains(s.journal.text(), " drop ") {
		t.Error("nothing is written down")
	}
	s.caller.leg.Hangup("")
	s.quiet()
}

// Somebody needs help: all supervisors are rung, the first who answers listens, and the others stop.
func TestSomebodyNeedsHelp(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	if err := s.x.Alarm(t.Context(), s.call, nil, "tester"); !errors.Is(err, exchange.ErrNoPhone) {
		t.Errorf("nobody to ask: %v", err)
	}
	result := make(chan error, 1)
	go func() { result <- s.x.Alarm(t.Context(), s.call, []string{"boss", "chief"}, "tester") }()
	chief := s.guest.rung()
	s.all["boss"] = sings(s.boss.answers(), 750)
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	<-chief.Done()
	s.heard("caller: agent", "agent: caller", "boss: caller agent")
	s.all["boss"].leg.Stream().SendKeys("3", 100*time.Millisecond, 0)
	s.heard("caller: agent boss", "boss: caller agent")
	if !strings.Contains(s.journal.text(), " emergency ") {
		t.Error("nothing is written down")
	}
	if err := s.x.Alarm(t.Context(), "nobody's", []string{"boss"}, "tester"); !errors.Is(err, exchange.ErrNoCall) {
		t.Errorf("no call: %v", err)
	}
	s.caller.leg.Hangup("")
	s.quiet()
}
