package exchange_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rexian/media/sip"
	"rexian/runtime/exchange"
)

// team is a house with agents 1, 2, …, each with a telephone.
type team struct {
	*house
	desks []*desk
}

func newTeam(t *testing.T, queues string, change func(*exchange.Options), skills ...string) *team {
	t.Helper()
	m := &team{}
	phones := map[string]string{}
	src := head + queues
	if !strings.Contains(queues, "流程 主流程") {
		src += `
流程 主流程 { 排队 咨询 否则 { 播放 "没有座席" 挂机 } 播放 "谢谢来电" 挂机 }
`
	}
	m.house = build(t, src, func(o *exchange.Options) {
		for i, s := range skills {
			id := string(rune('1' + i))
			o.Agents = append(o.Agents, exchange.Agent{ID: id, Phone: "agent" + id, Skills: strings.Split(s, ",")})
		}
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			if at := phones[out.To]; at != "" {
				out.To = at
			}
			return inner.Dial(ctx, out)
		})
		if change != nil {
			change(o)
		}
	})
	for i := range skills {
		d := m.desk(m.engine)
		m.desks = append(m.desks, d)
		phones["agent"+string(rune('1'+i))] = d.at("1001")
	}
	return m
}

// silent tells that no telephone of an agent rings.
func (m *team) silent(agent int) {
	m.t.Helper()
	select {
	case <-m.desks[agent-1].rings:
		m.t.Errorf("agent %d rings", agent)
	default:
	}
}

func (m *team) waits(n int) {
	m.t.Helper()
	until(m.t, "the waiting", func() bool { return m.x.Waiting() == n })
}

// By the order of the list the first agent rings; who lets it ring is signed out, and the next rings.
func TestOrderAndMissesOverSIP(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" 分配 顺序 振铃 1秒 漏接 1次 }`, nil, "咨询", "咨询")
	c := m.dial("13800138000")
	leg := m.desks[0].rung()
	m.silent(2)
	second := m.desks[1].answers()
	select {
	case <-leg.Done():
	case <-time.After(20 * time.Second):
		t.Error("the first telephone rings on")
	}
	if n, _ := m.x.Agents(); n != 1 {
		t.Errorf("%d agents are signed in", n)
	}
	second.Hangup("")
	c.hears("谢谢来电")
	c.over()
}

// Who served the caller last rings before others whose turn it would be.
func TestTheLastAgentRingsFirstOverSIP(t *testing.T) {
	t.Parallel()
	asked := make(chan time.Time, 1)
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" 分配 顺序 首问负责 30天 }`, func(o *exchange.Options) {
		o.LastAgent = func(_ context.Context, number string, since time.Time) (string, error) {
			if number != "13800138000" {
				t.Errorf("asked for %s", number)
			}
			asked <- since
			return "2", nil
		}
	}, "咨询", "咨询")
	c := m.dial("13800138000")
	leg := m.desks[1].answers()
	m.silent(1)
	if since := <-asked; time.Since(since) < 29*24*time.Hour {
		t.Errorf("asked since %s", since)
	}
	leg.Hangup("")
	c.over()
}

// A caller who was cut off and calls again has the place of before.
func TestAPlaceIsKeptOverSIP(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" 保留排位 1分钟 }`, nil, "咨询")
	on := m.dial("13800138000")
	leg := m.desks[0].answers()
	cut := m.dial("13800138001")
	m.waits(1)
	later := m.dial("13800138002")
	m.waits(2)
	cut.leg.Hangup("")
	m.waits(1)
	again := m.dial("13800138001")
	m.waits(2)
	leg.Hangup("")
	leg = m.desks[0].rung()
	if from := leg.Caller().Number; from != "13800138001" {
		t.Errorf("%s is served", from)
	}
	for _, c := range []*caller{on, later, again} {
		c.leg.Hangup("")
	}
	again.over()
}

// A caller goes to another queue, whose agents serve from then on, and hears what that says.
func TestCallersMoveToAnotherQueueOverSIP(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" 满 1秒 转入 后备 } 队列 后备 { 技能组 "后备" 满 0秒 播放 "请再等一下" }`, nil,
		"咨询", "后备")
	first := m.dial("13800138000")
	leg := m.desks[0].answers()
	c := m.dial("13800138001")
	m.waits(1)
	m.silent(2)
	second := m.desks[1].answers()
	until(t, "the record of moving", func() bool { return strings.Contains(m.journal.text(), " moved ") })
	second.Hangup("")
	leg.Hangup("")
	first.over()
	c.over()
}

// Agents change while they talk: the telephone of one is another from the next call on, and stays busy until then; one
// who is gone is offered nobody, and when nobody has the skill any more, callers are told so.
func TestAgentsChangeWhileTheyTalk(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" }`, nil, "咨询", "咨询")
	c := m.dial("13800138000")
	leg := m.desks[0].answers()
	until(t, "the talk", func() bool { return strings.Contains(m.journal.text(), " agent ") })
	skill := []string{"咨询"}
	m.x.SetAgents([]exchange.Agent{{ID: "1", Phone: "agent2", Skills: skill}}) // 2 is gone
	waiting := m.dial("13800138001")
	m.waits(1)
	m.silent(2)
	leg.Hangup("")
	c.gone()
	leg = m.desks[1].answers()
	leg.Hangup("")
	waiting.over()
	m.x.SetAgents([]exchange.Agent{{ID: "1", Phone: "agent2", Skills: []string{"专席"}}})
	none := m.dial("13800138002")
	none.hears("没有座席")
	none.over()
}

// gone waits for the end of this call, where others are on.
func (c *caller) gone() {
	c.h.t.Helper()
	select {
	case <-c.leg.Done():
	case <-time.After(20 * time.Second):
		c.h.t.Fatal("the call goes on")
	}
}

// A flow asks a queue before it joins: nobody waits and an agent is ready, so the wait is none; with nobody signed in
// for it, the wait is not known.
func TestAQueueIsAskedBeforeItIsJoined(t *testing.T) {
	t.Parallel()
	for skill, want := range map[string]string{"咨询": "有零位在等，马上接听", "其他": "有零位在等，说不准"} {
		src := head + `队列 咨询 { 技能组 "咨询" }
流程 主流程 {
  设 人数 = 队列.等候人数(咨询) 否则 挂机
  设 要等 = 队列.预计等待(咨询) 否则 挂机
  播放 "有{人数}位在等"
  如果 要等 为空 { 播放 "说不准" }
  如果 要等 不为空 且 要等 是 0秒 { 播放 "马上接听" }
  排队 咨询 否则 挂机
  挂机
}
`
		h := build(t, src, func(o *exchange.Options) {
			o.Agents = []exchange.Agent{{ID: "1", Phone: "agent1", Skills: []string{skill}}}
		})
		h.voices.sound("有零位在等")
		c := h.dial("13800138000")
		for _, words := range strings.Split(want, "，") {
			c.hears(words)
		}
	}
}
