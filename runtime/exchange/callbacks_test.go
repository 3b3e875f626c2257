package exchange_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"rexian/media/sip"
	"rexian/runtime/exchange"
)

// promises keeps who is owed a call as a database would, and tells the exchange.
type promises struct {
	mu      sync.Mutex
	x       *exchange.Exchange
	list    []exchange.Owed
	claimed []string
	settled []string
}

func (p *promises) Claim(_ context.Context, id string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claimed = append(p.claimed, id)
	return "back" + id, nil
}

func (p *promises) Settle(id string, s exchange.Settlement) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settled = append(p.settled, strings.TrimSpace(id+" "+string(s.State)+" "+s.Agent+" "+s.Note))
}

func (p *promises) became(t *testing.T, what string) {
	t.Helper()
	until(t, what, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.settled) > 0 && p.settled[len(p.settled)-1] == what
	})
}

// Two of three ask to be called instead of waiting. The agent who becomes free is kept for the first while their
// telephone rings, though another waits on the line who came later; who does not answer keeps the place, and has it
// when they call in.
func TestCallersAreCalledBackInTheirTurn(t *testing.T) {
	t.Parallel()
	p := &promises{}
	var outside *desk
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" }`, func(o *exchange.Options) {
		o.Callbacks, o.CallBack = p, version(t, head+`队列 原队列 { 技能组 "甲" }
接入号 "0" 进入 回电
流程 主流程 { 挂机 }
流程 回电 { 播放 "您预约的回电" 排队 原队列 否则 挂机 挂机 }
`)
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			if strings.HasPrefix(out.To, "138") {
				out.To = outside.at(out.To)
			}
			return inner.Dial(ctx, out)
		})
	}, "咨询")
	outside = m.desk(m.engine)
	p.x = m.x
	on := m.dial("13800138000")
	leg := m.desks[0].answers()
	later := m.dial("13800138003")
	m.waits(1)
	m.x.Owe([]exchange.Owed{{ID: "b", Queue: "咨询", Number: "13800138002", Shown: "12366", Place: 2},
		{ID: "a", Queue: "咨询", Number: "13800138001", Shown: "12366", Place: 1}})
	leg.Hangup("")
	on.gone()
	called := outside.rung()
	if n := called.Dialled(); n != "13800138001" || called.Caller().Number != "12366" {
		t.Errorf("%s is called first, from %s", n, called.Caller().Number)
	}
	m.silent(1)
	called.Reject(486, "Busy Here")
	p.became(t, "a missed  busy")
	called = outside.answers()
	leg = m.desks[0].answers()
	p.became(t, "b done 1")
	if got := m.x.AgentList()[0].Caller; got != "backb" {
		t.Errorf("the agent is with %q, not in the call that was placed", got)
	}
	again := m.dial("13800138001")
	m.waits(2)
	called.Hangup("")
	leg = m.desks[0].answers()
	if from := leg.Caller().Number; from != "13800138001" {
		t.Errorf("%s is served, and not who has the place", from)
	}
	p.became(t, "a done  served")
	if len(p.claimed) != 2 {
		t.Errorf("called: %v", p.claimed)
	}
	for _, c := range []*caller{later, again} {
		c.leg.Hangup("")
	}
	again.over()
}
