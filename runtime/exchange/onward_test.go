package exchange_test

import (
	"errors"
	"testing"

	"rexian/media/prompt"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/exchange"
)

// ears hears words at the far side of a call that the house has placed.
func (h *house) ears(leg *sip.Call) *caller {
	c := &caller{h: h, leg: leg, known: h.voices.known()}
	c.ears = prompt.NewListener(c.known)
	leg.Stream().Tap(c)
	return c
}

// The caller's telephone passes the agent on to another (RFC 5589, 6), and hangs up: the agent hears the ringing, then
// the other; when the agent hangs up the flow goes on with the other. The recording of the call goes on, too.
func TestTheCallerPassesTheAgentOn(t *testing.T) {
	t.Parallel()
	o := newOfficeWith(t, func(o *exchange.Options) { o.RecordAll = true })
	c := o.dial("13800138000")
	agent := o.talks()
	result := referring(c.leg, o.other.at("1002"))
	ringing := o.other.rung()
	if second := <-referring(agent, o.other.at("1003")); !refusedWith(second, 491) {
		t.Errorf("the agent passes on at the same time: %v", second)
	}
	c.leg.Hangup("")
	if err := <-result; err == nil {
		t.Error("a caller who has left was told of success")
	}
	heard := agent.Stream().Stats().Received
	until(t, "the agent hears that it rings", func() bool { return agent.Stream().Stats().Received > heard+10 })
	other := o.ears(ringing)
	if err := ringing.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "the two hear each other", func() bool {
		agent.Stream().Play(rtp.Item{ID: 1, Clips: []rtp.Clip{{Sound: o.voices.sound("请稍候")}}})
		other.mu.Lock()
		defer other.mu.Unlock()
		return len(other.said) > 0
	})
	agent.Hangup("")
	other.hears("谢谢来电")
	<-ringing.Done()
	o.quiet()
	until(t, "the recording",
		func() bool { o.index.mu.Lock(); defer o.index.mu.Unlock(); return len(o.index.list) == 1 })
}

// A caller who is alone with the flow passes it on: the other hears the words that the caller had not heard to their
// end, its keys count, and the caller is told of success.
func TestTheCallerPassesTheFlowOn(t *testing.T) {
	t.Parallel()
	h := build(t, menu, nil)
	other := h.desk(h.engine)
	c := h.dial("13800138000")
	c.hears("欢迎")
	result := referring(c.leg, other.at("1002"))
	leg := other.rung()
	ears := h.ears(leg)
	if err := leg.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Errorf("the caller is told %v", err)
	}
	ears.hears("查询请按1，挂机请按2")
	ears.press("2")
	ears.hears("再见")
	<-leg.Done()
	<-c.leg.Done()
	until(t, "the end of the call", func() bool { return h.x.Calls() == 0 && h.journal.unended() == "" })
	if h.journal.only(t)[1].Kind != "passed_on" {
		t.Errorf("the legs: %+v", h.journal.only(t))
	}
}

// A refusal is told to the caller, and the call goes on as it was.
func TestTheCallerIsNotPassedOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	agent := o.talks()
	result := referring(c.leg, o.other.at("1002"))
	o.other.rung().Reject(486, "Busy Here")
	if err := <-result; !refusedWith(err, 486) {
		t.Errorf("the caller is told %v", err)
	}
	if !agent.Answered() || !c.leg.Answered() {
		t.Error("the two were parted")
	}
	agent.Hangup("")
	c.hears("谢谢来电")
	c.over()
	o.quiet()
}

func refusedWith(err error, status int) bool {
	var f *sip.Failure
	return errors.As(err, &f) && f.Status == status
}
