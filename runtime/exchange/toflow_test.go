package exchange_test

import (
	"strings"
	"testing"

	"rexian/media/sip"
	"rexian/runtime/exchange"
)

// self is the address of the flow 自助.
func (h *house) self() string { return strings.Replace(h.target, "12366", "12367", 1) }

// toFlow has a telephone pass on whom it talks to, and hang up, and waits until that one hears the flow.
func (o *office) toFlow(leg *sip.Call, who *caller) {
	o.t.Helper()
	if err := <-referring(leg, o.self()); err != nil {
		o.t.Errorf("the telephone is told %v", err)
	}
	leg.Hangup("")
	who.hears("这里是自助")
}

// An agent passes a caller on to a number that a flow of ours answers: nobody is called, the caller hears that flow and
// keys in it, in a call of its own, and the agent is free at once.
func TestACallerIsPassedOnToAFlow(t *testing.T) {
	t.Parallel()
	o := newOfficeWith(t, func(opt *exchange.Options) { opt.RecordAll = true })
	c := o.dial("13800138000")
	agent := o.talks()
	o.toFlow(agent, c)
	until(t, "the agent is free", func() bool { _, busy := o.x.Agents(); return busy == 0 })
	c.press("2")
	c.hears("再见")
	c.over()
	o.quiet()
	text := o.journal.text()
	if strings.Count(text, "begin in 13800138000 12366 主流程") != 1 ||
		strings.Count(text, "begin in 13800138000 12367 自助") != 1 || strings.Count(text, " to flow ") != 1 {
		t.Errorf("the journal:\n%s", text)
	}
	o.journal.mu.Lock()
	first, second := o.journal.legs[o.journal.ids[0]], o.journal.legs[o.journal.ids[1]]
	o.journal.mu.Unlock()
	if len(first) != 2 || len(second) != 1 || second[0].Number != "138****8000" ||
		!second[0].Ended.After(first[1].Ended) {
		t.Errorf("the legs of the first call %+v\nof the second %+v", first, second)
	}
	until(t, "both calls are recorded",
		func() bool { o.index.mu.Lock(); defer o.index.mu.Unlock(); return len(o.index.list) == 2 })
}

// The caller's telephone passes the agent on to a flow, and the agent hears it.
func TestAnAgentIsPassedOnToAFlow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	agent := o.talks()
	ears := o.ears(agent)
	o.toFlow(c.leg, ears)
	ears.press("2")
	ears.hears("再见")
	<-agent.Done()
	o.quiet()
	if text := o.journal.text(); !strings.Contains(text, "begin in 1001 12367 自助") {
		t.Errorf("the journal:\n%s", text)
	}
}

// Nobody is passed on to a flow where nobody talks to the telephone that asks, where the call that it names is none, or
// where there is no place for another call; then all stays as it was.
func TestNobodyIsPassedOnToAFlow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	ringing := o.agent.rung()
	if err := <-referring(c.leg, o.self()); !refusedWith(err, 488) {
		t.Errorf("alone with the flow: %v", err)
	}
	if err := ringing.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "the talk", func() bool { return strings.Contains(o.journal.text(), " agent ") })
	if err := <-referring(ringing, o.self()+"?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc"); !refusedWith(err, 481) {
		t.Errorf("in place of no call: %v", err)
	}
	o.x.SetMaxCalls(1, 0)
	if err := <-referring(ringing, o.self()); !refusedWith(err, 503) {
		t.Errorf("no place: %v", err)
	}
	if !ringing.Answered() || !c.leg.Answered() || o.x.Calls() != 1 {
		t.Error("the two were parted")
	}
	ringing.Hangup("")
	c.hears("谢谢来电")
	c.over()
	o.quiet()
}
