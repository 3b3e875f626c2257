package exchange_test

import (
	"fmt"
	"testing"

	"rexian/stdlib/call"
)

// unended is a leg that is not whole: one without its end or its cause, or a call without its caller's leg.
func (j *journal) unended() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	for id, legs := range j.legs {
		for n, l := range legs {
			if l.Ended.IsZero() || l.Cause == "" || l.Cause == "none" || l.Ended.Before(l.Started) {
				return fmt.Sprintf("%s %d %+v", id, n, l)
			}
		}
		if legs[0].Kind != "caller" || legs[0].Direction == "" {
			return id
		}
	}
	return ""
}

// only gives the legs of the one call there was.
func (j *journal) only(t *testing.T) map[int]call.Leg {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.legs) != 1 {
		t.Fatalf("legs of %d calls", len(j.legs))
	}
	for _, legs := range j.legs {
		return legs
	}
	return nil
}

// Each leg has its record: who it was, when it rang, was answered and ended, why, and how it sounded. The agent stands
// in the call's record though the caller hung up.
func TestEachLegHasItsRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	agent := o.talks()
	result := referring(agent, o.other.at("1002"))
	other := o.other.answers()
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	until(t, "sound", func() bool {
		return other.Stream().Stats().Received > 10 &&
			c.leg.Stream().Stats().Received > 10
	})
	c.leg.Hangup("")
	c.over()
	o.quiet()
	legs := o.journal.only(t)
	if len(legs) != 3 {
		t.Fatalf("%+v", legs)
	}
	for n, want := range []call.Leg{
		{Kind: "caller", Direction: "in", Number: "138****8000", Cause: "remote", Q850: 16},
		{Kind: "agent", Direction: "out", Number: "1001", Agent: "a"},
		{Kind: "passed_on", Direction: "out", Number: "1002", Cause: "local", Q850: 16},
	} {
		l := legs[n]
		if l.Kind != want.Kind || l.Direction != want.Direction || l.Number != want.Number ||
			l.Agent != want.Agent ||
			want.Cause != "" && l.Cause != want.Cause || want.Q850 != 0 && l.Q850 != want.Q850 ||
			l.SIP != 0 {
			t.Errorf("leg %d: %+v", n, l)
		}
		if l.Answered.Before(l.Started) || l.Ended.Before(l.Answered) {
			t.Errorf("leg %d: the moments of %+v", n, l)
		}
		if l.Codec != "PCMA" || l.Sent == 0 || l.Received == 0 || l.MOS < 1 || l.MOS > 4.5 {
			t.Errorf("leg %d: the sound of %+v", n, l)
		}
	}
	o.journal.mu.Lock()
	defer o.journal.mu.Unlock()
	if len(o.journal.ends) != 1 || o.journal.ends[0].Agent != "a" {
		t.Errorf("the call's agent: %+v", o.journal.ends)
	}
}

// A leg that nobody answers says why, in the words of SIP and of Q.850.
func TestALegThatIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	ringing := o.agent.rung()
	ringing.Reject(486, "Busy Here")
	until(t, "the end of the leg", func() bool {
		o.journal.mu.Lock()
		defer o.journal.mu.Unlock()
		for _, legs := range o.journal.legs {
			return !legs[1].Ended.IsZero()
		}
		return false
	})
	c.leg.Hangup("")
	o.quiet()
	l := o.journal.only(t)[1]
	if l.Cause != "refused" || l.SIP != 486 || l.Q850 != 17 || !l.Answered.IsZero() ||
		l.Codec != "" ||
		!l.Ended.After(l.Started) {
		t.Errorf("%+v", l)
	}
}
