package exchange_test

import (
	"context"
	"testing"

	"rexian/media/sip"
	"rexian/runtime/acd"
	"rexian/runtime/exchange"
)

// An agent who was reached by the number of the telephone is offered no caller until that talk is over.
func TestAnAgentOnADirectCallIsNotReady(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" }
接入号 "12367" 进入 直拨
流程 直拨 { 转接 "8001" 否则 挂机 }`, func(o *exchange.Options) {
		o.Agents[0].Phone = "8001"
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			if out.To == "8001" {
				out.To = "agent1"
			}
			return inner.Dial(ctx, out)
		})
	}, "咨询")
	state := func() acd.State { return m.x.AgentList()[0].State }
	direct := m.dialTo("12367", "13800138000")
	leg := m.desks[0].answers()
	until(t, "the direct talk", func() bool { return state() == acd.Talking })
	waiting := m.dial("13800138001")
	m.waits(1)
	m.silent(1)
	leg.Hangup("")
	direct.gone()
	leg = m.desks[0].answers()
	leg.Hangup("")
	waiting.over()
	until(t, "a free agent", func() bool { return state() == acd.Ready })
}
