package exchange_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rexian/media/sip"
	"rexian/runtime/acd"
	"rexian/runtime/exchange"
)

// A supervisor's telephone takes the caller over: until it answers the talk goes on, then the agent is out of it.
func TestACallerIsTakenOver(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	if err := s.x.TakeOver(t.Context(), s.call, "guest", "tester"); !errors.Is(err, exchange.ErrNoPhone) {
		t.Errorf("a stranger's telephone: %v", err)
	}
	s.rings(func(ctx context.Context) error { return s.x.TakeOver(ctx, s.call, "boss", "tester") }, s.boss, "boss", 750)
	s.heard("caller: boss", "boss: caller")
	agent := s.all["agent"].leg
	<-agent.Done()
	until(t, "a free agent", func() bool { _, busy := s.x.Agents(); return busy == 0 })
	if !strings.Contains(s.journal.text(), " take over ") {
		t.Error("nothing is written down")
	}
	s.caller.leg.Hangup("")
	<-s.all["boss"].leg.Done()
	s.quiet()
}

// A queue that is closed sends away who waits and who comes, until it is opened again.
func TestAQueueIsClosedEarly(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" }`, nil, "咨询")
	if list := m.x.Queues(); len(list) != 1 || list[0].Name != "咨询" || list[0].Ready != 1 { // before any call
		t.Fatalf("%+v", list)
	}
	first := m.dial("13800138000")
	leg := m.desks[0].answers()
	waiting := m.dial("13800138001")
	m.waits(1)
	if err := m.x.CloseQueue("没有", true); !errors.Is(err, exchange.ErrNoQueue) {
		t.Errorf("a queue that is none: %v", err)
	}
	if err := m.x.CloseQueue("咨询", true); err != nil {
		t.Fatal(err)
	}
	waiting.hears("没有座席")
	waiting.gone()
	late := m.dial("13800138002")
	late.hears("没有座席")
	late.gone()
	if q := m.x.Queues()[0]; !q.Closed || q.Waiting != 0 || q.Busy != 1 {
		t.Errorf("%+v", q)
	}
	if err := m.x.CloseQueue("咨询", false); err != nil {
		t.Fatal(err)
	}
	leg.Hangup("")
	first.gone()
	again := m.dial("13800138003")
	m.desks[0].answers().Hangup("")
	again.over()
}

// An agent who is ready picks a caller up for whom another telephone rings: that one stops.
func TestACallerIsPickedUp(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" 分配 顺序 }`, nil, "咨询", "别的")
	c := m.dial("13800138000")
	call := m.journal.newest()
	ringing := m.desks[0].rung()
	if err := m.x.PickUp(t.Context(), call, "9", "tester"); !errors.Is(err, exchange.ErrNoAgent) {
		t.Errorf("nobody: %v", err)
	}
	if err := m.x.PickUp(t.Context(), call, "1", "tester"); !errors.Is(err, exchange.ErrNotReady) {
		t.Errorf("who rings is not ready: %v", err)
	}
	if err := m.x.PickUp(t.Context(), call, "2", "tester"); err != nil {
		t.Fatal(err)
	}
	leg := m.desks[1].answers()
	<-ringing.Done()
	until(t, "the talk", func() bool { return strings.Contains(m.journal.text(), " agent ") })
	if err := m.x.PickUp(t.Context(), call, "1", "tester"); !errors.Is(err, exchange.ErrNotWaiting) {
		t.Errorf("who talks does not wait: %v", err)
	}
	leg.Hangup("")
	c.over()
}

// A click rings the agent, and then the number; meanwhile the agent is offered nobody.
func TestANumberIsDialledForAnAgent(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" }`, func(o *exchange.Options) {
		o.Desk = version(t, "语种 中文 缺则 中文\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 }\n接入号 \"0\" 进入 拨出\n"+
			"流程 拨出 { 转接 通话.接入号 否则 挂机 }\n")
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			if out.To == "053188888888" {
				if out.From != "agent1" {
					t.Errorf("shown is %s", out.From)
				}
				out.To = "agent2"
			}
			return inner.Dial(ctx, out)
		})
	}, "咨询", "别的")
	result := make(chan error, 1)
	go func() { result <- m.x.DialFor(t.Context(), "click", "1", "053188888888") }()
	agent := m.desks[0].answers()
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	other := m.desks[1].answers()
	if s := m.x.AgentList()[0].State; s != acd.Talking {
		t.Errorf("the agent is %s", s)
	}
	other.Hangup("")
	<-agent.Done()
	until(t, "the end", func() bool { return m.x.Calls() == 0 && m.x.AgentList()[0].State == acd.Ready })
	if err := m.x.DialFor(t.Context(), "click2", "9", "1"); !errors.Is(err, exchange.ErrNoAgent) {
		t.Errorf("nobody: %v", err)
	}
}
