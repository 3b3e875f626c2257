package exchange_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rexian/runtime/exchange"
	"rexian/runtime/room"
)

// An agent asks a colleague while the caller hears music, comes back, asks again and gives the caller over. Who is busy
// or hangs up is no harm: the caller is back.
func TestAnAgentAsksByTheAdministration(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	ctx := t.Context()
	asks := func(ctx context.Context) error { return s.x.Consult(ctx, s.call, "guest", "tester") }
	for _, c := range []struct{ err, want error }{
		{s.x.Complete(ctx, s.call, ""), exchange.ErrNoConsult}, {s.x.Back(ctx, s.call, ""), exchange.ErrNoConsult},
		{s.x.Consult(ctx, "nobody's", "guest", ""), exchange.ErrNoCall},
		{s.x.Complete(ctx, "nobody's", ""), exchange.ErrNoCall},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%v, not %v", c.err, c.want)
		}
	}
	result := make(chan error, 1)
	go func() { result <- asks(ctx) }()
	s.guest.rung().Reject(486, "Busy Here")
	if err := <-result; exchange.DialOutcome(err) != "busy" {
		t.Errorf("who is busy: %v", err)
	}
	s.heard("caller: agent", "agent: caller")

	s.rings(asks, s.guest, "guest", 2900)
	s.heard("agent: guest", "guest: agent")
	until(t, "the caller hears neither", func() bool { // a moment of the talk before is still among the last samples
		return !s.all["caller"].hears(550) && !s.all["caller"].hears(2900)
	})
	if err := asks(ctx); !errors.Is(err, exchange.ErrConsults) {
		t.Errorf("two at a time: %v", err)
	}
	if err := s.x.Transfer(ctx, s.call, "guest", ""); err == nil {
		t.Error("passed on while somebody is asked")
	}
	s.rings(s.supervises(room.Listen), s.boss, "boss", 750)
	s.heard("agent: guest", "guest: agent", "boss: agent guest")
	s.all["boss"].leg.Hangup("")
	delete(s.all, "boss")
	if err := s.x.Back(ctx, s.call, "tester"); err != nil {
		t.Fatal(err)
	}
	<-s.all["guest"].leg.Done()
	delete(s.all, "guest")
	s.heard("caller: agent", "agent: caller")

	s.rings(asks, s.guest, "guest", 2900)
	s.heard("agent: guest", "guest: agent")
	s.all["guest"].leg.Hangup("")
	delete(s.all, "guest")
	s.heard("caller: agent", "agent: caller")

	s.rings(asks, s.guest, "guest", 2900)
	if err := s.x.Hold(ctx, s.call, false, "tester"); err != nil { // a conference
		t.Fatal(err)
	}
	s.heard("caller: agent guest", "agent: caller guest", "guest: caller agent")
	if err := s.x.Complete(ctx, s.call, "tester"); err != nil {
		t.Fatal(err)
	}
	<-s.all["agent"].leg.Done()
	delete(s.all, "agent")
	s.heard("caller: guest", "guest: caller")
	until(t, "the agent is free", func() bool { _, busy := s.x.Agents(); return busy == 0 })
	log := s.journal.text()
	for _, want := range []string{" consult ", " back ", " complete "} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is not written down", want)
		}
	}
	s.caller.leg.Hangup("")
	<-s.all["guest"].leg.Done()
	s.quiet()
}

// Who asks may hang up: the caller goes to the colleague, at once or when that answers; where nobody answers, who asked
// is rung again. Nobody is left over.
func TestWhoAsksHangsUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		before bool // hangs up before the colleague has answered
		by     func(s *theatre) error
		busy   bool
	}{
		{"once the colleague has answered", false, nil, false},
		{"while the colleague rings", true, nil, false},
		{"completing while the colleague rings", true, func(s *theatre) error {
			return s.x.Complete(s.t.Context(), s.call, "tester")
		}, false},
		{"and the colleague is busy", true, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t)
			result := make(chan error, 1)
			go func() { result <- s.x.Consult(t.Context(), s.call, "guest", "tester") }()
			rings := s.guest.rung()
			leaves := func() {
				if c.by == nil {
					s.all["agent"].leg.Hangup("")
				} else if err := c.by(s); err != nil {
					t.Fatal(err)
				}
				<-s.all["agent"].leg.Done()
				delete(s.all, "agent")
				until(t, "the agent is free", func() bool { _, busy := s.x.Agents(); return busy == 0 })
			}
			if c.before {
				leaves()
			}
			if c.busy {
				rings.Reject(486, "Busy Here")
				if err := <-result; err == nil {
					t.Error("success is told of who is busy")
				}
				s.all["agent"] = sings(s.agent.answers(), 550) // is rung again
				s.heard("caller: agent", "agent: caller")
				s.caller.leg.Hangup("")
				<-s.all["agent"].leg.Done()
				s.quiet()
				return
			}
			if err := rings.Answer(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.all["guest"] = sings(rings, 2900)
			if err := <-result; err != nil {
				t.Error(err)
			}
			if !c.before {
				s.heard("agent: guest", "guest: agent")
				leaves()
			}
			s.heard("caller: guest", "guest: caller")
			s.caller.leg.Hangup("")
			<-rings.Done()
			s.quiet()
		})
	}
}
