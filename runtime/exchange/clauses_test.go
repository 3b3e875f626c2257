package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rexian/runtime/acd"
	"rexian/runtime/deploy"
)

// virtual is the floor of a program in virtual time. What is decided stands in said, in short words:
//
//	c→1+2  the telephones of 1 and 2 ring for c        c×full  c leaves
//	c⇒备队 c is in that queue now                      1:out   the agent 1 is that now
type virtual struct {
	t     *testing.T
	d     *acd.Distributor
	now   int64
	said  []string
	rings map[string]rung // by agent
}

// rung is a telephone that rings, until a moment.
type rung struct {
	offer, until int64
	caller       string
}

// newVirtual is a floor with the queues of a program, where 2 has signed in a second before 1, and both before 3, who
// stands by with another skill.
func newVirtual(t *testing.T, v *deploy.Version) *virtual {
	x := &virtual{t: t, d: acd.New(), now: 1_000_000, rings: map[string]rung{}}
	for i := range v.Program.Queues {
		x.do(acd.Event{Kind: acd.SetQueue, Config: acd.FromProgram(&v.Program.Queues[i])})
	}
	for id, s := range [][]acd.Skill{{{Name: "咨询", Level: 5}}, {{Name: "咨询", Level: 1}}, {{Name: "后备", Level: 1}}} {
		x.do(acd.Event{Kind: acd.SetAgent, Person: &acd.Agent{ID: fmt.Sprint(id + 1), Skills: s}})
	}
	for _, id := range []string{"2", "1", "3"} {
		x.do(acd.Event{Kind: acd.SignIn, Agent: id})
		x.pass(1000)
	}
	return x
}

func (x *virtual) do(e acd.Event) {
	e.At = x.now
	for _, d := range x.d.Apply(e) {
		switch d.Kind {
		case acd.Offer:
			x.said = append(x.said, d.Caller+"→"+strings.Join(d.Agents, "+"))
			for _, a := range d.Agents {
				x.rings[a] = rung{d.Offer, x.now + d.Ring, d.Caller}
				x.do(acd.Event{Kind: acd.Rings, Offer: d.Offer, Agent: a})
			}
		case acd.Withdraw:
			x.ends(d.Agent, acd.Withdrawn)
		case acd.Left:
			x.said = append(x.said, d.Caller+"×"+d.Reason)
		case acd.Moved:
			x.said = append(x.said, d.Caller+"⇒"+d.Queue)
		case acd.Changed:
			if d.Now == acd.Out || d.Now == acd.WrapUp {
				x.said = append(x.said, d.Agent+":"+string(d.Now))
			}
		}
	}
}

// ends is the end of a telephone's ringing.
func (x *virtual) ends(agent, reason string) {
	r := x.rings[agent]
	delete(x.rings, agent)
	x.do(acd.Event{Kind: acd.Refused, Offer: r.offer, Agent: agent, Reason: reason})
}

// pass lets time pass: telephones that have rung long enough stop.
func (x *virtual) pass(ms int64) {
	for end := x.now + ms; x.now < end; {
		x.now += 500
		for _, a := range []string{"1", "2", "3"} {
			if r, rings := x.rings[a]; rings && r.until <= x.now {
				x.ends(a, acd.NoAnswer)
			}
		}
		x.do(acd.Event{Kind: acd.Tick})
	}
}

func (x *virtual) join(caller string) { x.joins(acd.Event{Caller: caller}) }

func (x *virtual) joins(e acd.Event) {
	e.Kind = acd.Join
	if e.Queue == "" {
		e.Queue = "咨询"
	}
	e.Number = "138" + e.Caller
	x.do(e)
}

func (x *virtual) answer(agent string) {
	r := x.rings[agent]
	delete(x.rings, agent)
	x.do(acd.Event{Kind: acd.Answered, Offer: r.offer, Agent: agent})
}

func (x *virtual) over(agent string) { x.do(acd.Event{Kind: acd.TalkOver, Agent: agent}) }

// busy lets both agents of the queue talk.
func (x *virtual) busy() {
	for _, c := range []string{"a", "b"} {
		x.join(c)
	}
	for a := range map[string]bool{"1": true, "2": true} {
		x.answer(a)
	}
	x.said = nil
}

// Each clause of a queue that says who is served by whom, and when (SPEC 14.1): the same scenario with the clause and
// without it, from the source to the decisions. A clause that nothing reads would leave both the same.
func TestEachClauseOfAQueueDecides(t *testing.T) {
	t.Parallel()
	twice := func(x *virtual) {
		for _, c := range []string{"c", "d"} {
			x.join(c)
			for a := range x.rings {
				x.answer(a)
				x.pass(1000)
				x.over(a)
			}
			x.pass(1000)
		}
	}
	worked := func(x *virtual) { // 2 has had a call, long ago; 1 has been there for half the time
		x.do(acd.Event{Kind: acd.SignOut, Agent: "1"})
		x.join("a")
		x.answer("2")
		x.pass(10_000)
		x.over("2")
		x.pass(1000)
		x.do(acd.Event{Kind: acd.SignIn, Agent: "1"})
		x.pass(60_000)
		x.said = nil
		x.join("c")
	}
	for name, c := range map[string]struct {
		with, without string
		play          func(*virtual)
		want, plain   string
	}{
		"技能组":  {`技能组 "后备"`, `技能组 "咨询"`, func(x *virtual) { x.join("c") }, "c→3", "c→2"},
		"同":    {`同 备队`, `技能组 "咨询"`, func(x *virtual) { x.join("c") }, "c→3", "c→2"},
		"同时振铃": {`分配 同时振铃`, ``, func(x *virtual) { x.join("c") }, "c→1+2", "c→2"},
		"顺序":   {`分配 顺序`, ``, func(x *virtual) { x.join("c") }, "c→1", "c→2"},
		"最长空闲": {`分配 最长空闲`, `分配 顺序`, func(x *virtual) { x.join("c") }, "c→2", "c→1"},
		"循环":   {`分配 循环`, `分配 顺序`, twice, "c→1 d→2", "c→1 d→1"},
		"技能加权": {`分配 技能加权`, ``, func(x *virtual) { x.join("c") }, "c→1", "c→2"},
		"通数最少": {`分配 通数最少`, ``, worked, "c→1", "c→2"},
		"时长最少": {`分配 时长最少`, ``, worked, "c→1", "c→2"},
		"首问负责": {`首问负责 30天`, ``, func(x *virtual) { x.joins(acd.Event{Caller: "c", Last: "1"}) }, "c→1", "c→2"},
		"容量":   {`容量 2位`, ``, func(x *virtual) { x.busy(); x.join("c"); x.join("d"); x.join("e") }, "e×full", ""},
		"最长":   {`最长 30秒`, ``, func(x *virtual) { x.busy(); x.join("c"); x.pass(31_000) }, "c×timeout", ""},
		"增加":   {`满 10秒 增加 技能组 "后备"`, ``, func(x *virtual) { x.busy(); x.join("c"); x.pass(11_000) }, "c→3", ""},
		"转入":   {`满 10秒 转入 备队`, ``, func(x *virtual) { x.busy(); x.join("c"); x.pass(11_000) }, "c⇒备队 c→3", ""},
		"目标": {`目标 90% 5秒`, ``, func(x *virtual) {
			x.busy()
			x.joins(acd.Event{Caller: "c", Queue: "三队"})
			x.pass(2000)
			x.join("d")
			x.pass(8000)
			x.over("1")
		}, "d→1", "c→1"},
		"振铃":   {`振铃 5秒`, ``, func(x *virtual) { x.join("c"); x.pass(6000) }, "c→2 c→1", "c→2"},
		"话后处理": {`话后处理 20秒`, ``, func(x *virtual) { x.busy(); x.over("1"); x.join("c") }, "1:wrap_up", "c→1"},
		"漏接":   {`漏接 1次`, ``, func(x *virtual) { x.join("c"); x.pass(31_000) }, "c→2 2:out c→1", "c→2 c→1"},
		"保留排位": {`保留排位 1分钟`, ``, func(x *virtual) {
			x.busy()
			x.join("c")
			x.pass(1000)
			x.join("d")
			x.do(acd.Event{Kind: acd.Leave, Caller: "c", Reason: acd.Abandoned})
			x.pass(1000)
			x.joins(acd.Event{Caller: "c"})
			x.over("1")
		}, "c×abandoned c→1", "c×abandoned d→1"},
	} {
		t.Run(name, func(t *testing.T) {
			for text, want := range map[string]string{c.with: c.want, c.without: c.plain} {
				skill := ` 技能组 "咨询" `
				if strings.Contains(text, "技能组") && !strings.Contains(text, "满") {
					skill = " "
				}
				queue := "队列 咨询 {" + skill + text + " }"
				if strings.HasPrefix(text, "同 ") {
					queue = "队列 咨询 " + text + " { }"
				}
				x := newVirtual(t, version(t, head+queue+`
队列 备队 { 技能组 "后备" }
队列 三队 { 技能组 "咨询" }
流程 主流程 { 排队 咨询 否则 挂机 挂机 }
`))
				c.play(x)
				if got := strings.Join(x.said, " "); got != want {
					t.Errorf("with %q: %s, want %s", text, got, want)
				}
			}
		})
	}
}

// Each clause of a queue that callers hear, or press a key for, by real calls.
func TestEachClauseOfAQueueIsHeard(t *testing.T) {
	t.Parallel()
	for clause, hears := range map[string]string{
		`每 1秒 播放 "请继续等"`: "请继续等", `满 1秒 播放 "请再等一下"`: "请再等一下", `音乐 音乐甲`: "音乐甲",
		`满 1秒 播放 "留言请按2" 满 1秒 可按 2`: "好的留言",
	} {
		t.Run(clause, func(t *testing.T) {
			t.Parallel()
			arm := ""
			if strings.Contains(clause, "可按") {
				arm = `按 2 { 播放 "好的留言" 挂机 }`
			}
			m := newTeam(t, `提示语 音乐甲 { 中文 "音乐甲" } 队列 咨询 { 技能组 "咨询" 最长 20秒 `+clause+` }
流程 主流程 { 排队 咨询 否则 { `+arm+` 否则 挂机 } 播放 "谢谢来电" 挂机 }`, nil, "咨询")
			first := m.dial("13800138000")
			leg := m.desks[0].answers()
			second := m.dial("13800138001")
			if arm != "" {
				second.hears("留言请按2")
				second.leg.Stream().SendKeys("2", 60*time.Millisecond, 100*time.Millisecond)
			}
			second.hears(hears)
			second.leg.Hangup("")
			leg.Hangup("")
			first.over()
		})
	}
}
