package exchange_test

import (
	"context"
	"strings"
	"sync/atomic"
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

const chained = head + `
队列 咨询 { 技能组 "咨询" }
流程 主流程 { 播放 "请稍候" 转接 "12368" 否则 { 播放 "转不了" 挂机 } }
接入号 "12368" 进入 第二
流程 第二 { 播放 "这里是第二" 转接 "12369" 否则 { 播放 "没有人" 挂机 } }
接入号 "12369" 进入 绕
流程 绕 { 转接 "12369" 否则 { 当 线路故障 { 播放 "绕够了" 挂机 } 否则 挂机 } }
流程 外呼 { 播放 "您好" 转接 "12370" 否则 挂机 }
接入号 "12370" 进入 末了
流程 末了 { 播放 "这里是末了" 挂机 }
`

// chain is a house whose only line is to the telephone of the test, and which owns every number; it counts what is
// dialled.
func chain(t *testing.T) (h *house, d *desk, dialled *atomic.Int64) {
	t.Helper()
	dialled = &atomic.Int64{}
	var at string
	h = build(t, chained, func(opt *exchange.Options) {
		inner := opt.Dialer
		opt.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			dialled.Add(1)
			out.To = at
			return inner.Dial(ctx, out)
		})
		opt.Own = func(target string) (string, bool) { return target, true }
		opt.RecordAll = true
	})
	for _, words := range []string{"请稍候", "这里是第二", "您好", "这里是末了", "绕够了"} {
		h.voices.sound(words)
	}
	d = h.desk(h.engine)
	at = d.at("1001")
	return h, d, dialled
}

// A flow's transfer to a number of ours brings the caller to the flow that answers it, over no line, in a call of its
// own; flows that do so in turn end in an outcome that the last one hears, and do not go on for ever.
func TestAFlowTransfersToAnother(t *testing.T) {
	t.Parallel()
	h, _, dialled := chain(t)
	c := h.dial("13800138000")
	c.hears("请稍候")
	c.hears("这里是第二")
	c.hears("绕够了")
	c.over()
	until(t, "no call and no stream is left", func() bool { return h.x.Calls() == 0 && h.engine.Stats().Streams == 0 })
	text := h.journal.text()
	// the second flow is one hop on, and round is gone until ten are made
	if n := dialled.Load(); n != 0 {
		t.Errorf("%d numbers were dialled", n)
	}
	if strings.Count(text, " to flow ") != 10 || strings.Count(text, "begin in 13800138000 12369 绕") != 9 ||
		strings.Count(text, "begin in 13800138000 12368 第二") != 1 || strings.Count(text, "end departed") != 10 ||
		strings.Contains(text, "没有人") || strings.Contains(text, "转不了") {
		t.Errorf("the journal:\n%s", text)
	}
	h.journal.mu.Lock()
	defer h.journal.mu.Unlock()
	for id, legs := range h.journal.legs {
		if len(legs) != 1 || legs[0].Ended.IsZero() {
			t.Errorf("the legs of %s: %+v", id, legs)
		}
	}
}

// Where there is no place for another call, the flow that transfers is told.
func TestNoPlaceForTheOtherFlow(t *testing.T) {
	t.Parallel()
	h, _, _ := chain(t)
	h.voices.sound("转不了")
	h.x.SetMaxCalls(1, 0)
	c := h.dial("13800138000")
	c.hears("转不了")
	c.over()
}

// Whom we have called is brought to another flow in the same way, and the call that was placed lasts until that is
// over.
func TestACalledPartyIsTransferredToAFlow(t *testing.T) {
	t.Parallel()
	h, d, dialled := chain(t)
	v := h.deploy.Stable()
	out := make(chan exchange.Ended, 1)
	go func() {
		ended, err := h.x.Place(t.Context(), exchange.Outgoing{ID: "out-1", Version: v, To: "13800138000",
			Func: v.Program.FuncNamed("外呼")})
		if err != nil {
			t.Error(err)
		}
		out <- ended
	}()
	leg := d.rung()
	ears := h.ears(leg)
	if err := leg.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	ears.hears("您好")
	until(t, "the other flow", func() bool { return strings.Contains(h.journal.text(), "12370 末了") })
	select {
	case e := <-out:
		t.Errorf("the call is told to be over while the other flow speaks: %+v", e)
	default:
	}
	ears.hears("这里是末了")
	<-leg.Done()
	if e := <-out; e.Outcome != "answered" || e.FarEnd {
		t.Errorf("%+v", e)
	}
	if n := dialled.Load(); n != 1 {
		t.Errorf("%d numbers were dialled", n)
	}
	until(t, "the end", func() bool { return h.x.Calls() == 0 && h.engine.Stats().Streams == 0 })
}
