package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rexian/media/rtp"
	"rexian/media/rtp/rtptest"
	"rexian/media/sip"
	"rexian/runtime/exchange"
)

// desk is a telephone of the test's that others call: each call waits in rings until the test decides.
type desk struct {
	t     *testing.T
	s     *sip.Server
	rings chan *sip.Call
}

func (h *house) desk(engine *rtp.Engine) *desk {
	h.t.Helper()
	d := &desk{t: h.t, rings: make(chan *sip.Call, 8)}
	var err error
	d.s, err = sip.Listen(h.t.Context(),
		sip.Config{Listen: []string{"udp://" + rtptest.Loopback().String() + ":0"}, Media: engine,
			T1: 50 * time.Millisecond,
			OnCall: func(c *sip.Call) {
				if err := c.Ring(); err != nil {
					return
				}
				d.rings <- c
			}})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = d.s.Shutdown(ctx)
	})
	return d
}

func (d *desk) at(user string) string {
	return "sip:" + user + "@" + strings.TrimPrefix(d.s.Addrs()[0], "udp://")
}

// rung is the next call.
func (d *desk) rung() *sip.Call {
	d.t.Helper()
	select {
	case c := <-d.rings:
		return c
	case <-time.After(20 * time.Second):
		d.t.Fatal("nobody called")
		return nil
	}
}

func (d *desk) answers() *sip.Call {
	d.t.Helper()
	for {
		c := d.rung()
		err := c.Answer(d.t.Context())
		if err == nil {
			return c
		}
		if !errors.Is(err, sip.ErrNotRinging) { // else it was given up: who had left was rung again, say
			d.t.Fatal(err)
		}
	}
}

const queueing = head + `
队列 咨询 { 技能组 "咨询" 分配 最长空闲 振铃 20秒 }
流程 主流程 { 播放 "请稍候" 排队 咨询 否则 { 播放 "没有座席" 挂机 } 播放 "谢谢来电" 挂机 }
接入号 "12367" 进入 自助
流程 自助 { 播放 "这里是自助" 转到 自助菜单 }
菜单 自助菜单 { 播放 "结束请按2" 按 2 "结束" { 播放 "再见" 挂机 } 等待 5秒 最多 9次 否则 { 挂机 } }
`

// office is a house with one agent, and a third telephone that the agent may pass callers on to.
type office struct {
	*house
	agent, other *desk
}

func newOffice(t *testing.T) *office {
	t.Helper()
	return newOfficeWith(t, func(*exchange.Options) {})
}

func newOfficeWith(t *testing.T, change func(*exchange.Options)) *office {
	t.Helper()
	o := &office{}
	var at string
	h := build(t, queueing, func(opt *exchange.Options) {
		// The agent's telephone is made after the exchange: it needs the house's engine.
		opt.Agents = []exchange.Agent{{ID: "a", Phone: "agent", Skills: []string{"咨询"}}}
		inner := opt.Dialer
		opt.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			if out.To == "agent" {
				out.To = at
			}
			return inner.Dial(ctx, out)
		})
		opt.Own = func(target string) (string, bool) {
			user, _, _ := strings.Cut(strings.TrimPrefix(target, "sip:"), "@")
			return user, true
		}
		change(opt)
	})
	o.house, o.agent, o.other = h, h.desk(h.engine), h.desk(h.engine)
	at = o.agent.at("1001")
	return o
}

type dialFunc func(context.Context, sip.Outbound) (*sip.Call, error)

func (f dialFunc) Dial(ctx context.Context, o sip.Outbound) (*sip.Call, error) { return f(ctx, o) }

// talks lets the agent answer, and waits until the two talk.
func (o *office) talks() *sip.Call {
	o.t.Helper()
	n := strings.Count(o.journal.text(), " agent ")
	leg := o.agent.answers()
	until(o.t, "the talk", func() bool { return strings.Count(o.journal.text(), " agent ") > n })
	return leg
}

// quiet waits until nothing of any call is left: no agent is busy, no dialog is kept, no stream is open.
func (o *office) quiet() {
	o.t.Helper()
	until(o.t, "the end of everything", func() bool {
		_, busy := o.x.Agents()
		return busy == 0 && o.x.Calls() == 0 && o.journal.unended() == "" && o.server.Dialogs() == 0 &&
			o.agent.s.Dialogs() == 0 &&
			o.other.s.Dialogs() == 0 &&
			o.phone.Dialogs() == 0 && o.engine.Stats().Streams == 0
	})
}

// referring sends a REFER and gives its result when it comes.
func referring(leg *sip.Call, target string) chan error {
	result := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		result <- leg.Refer(ctx, target, nil)
	}()
	return result
}

// stage is what a step brings: who is in the call then.
type stage struct {
	caller            *caller
	agent, other      *sip.Call
	result            chan error
	agentRing, others *sip.Call
	leaves            bool // the caller passes the call on, and leaves it to others to end it
}

// A call may end at every step of ringing, talking and passing on, by each of those who are in it and by the server:
// then the agent is free and nothing is left of any leg.
func TestNothingIsLeftOfALegHoweverACallEnds(t *testing.T) {
	t.Parallel()
	type step struct {
		name string
		make func(o *office) *stage
	}
	steps := []step{
		{"the agent rings", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000")}
			s.agentRing = o.agent.rung()
			return s
		}},
		{"the agent talks", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000")}
			s.agent = o.talks()
			return s
		}},
		{"whom the agent passes on to rings", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000")}
			s.agent = o.talks()
			s.result = referring(s.agent, o.other.at("1002"))
			s.others = o.other.rung()
			return s
		}},
		{"the same, and the agent has left", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000")}
			s.agent = o.talks()
			s.result = referring(s.agent, o.other.at("1002"))
			s.others = o.other.rung()
			s.agent.Hangup("")
			until(o.t, "the agent is free", func() bool { _, busy := o.x.Agents(); return busy == 0 })
			return s
		}},
		{"the other talks", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000")}
			s.agent = o.talks()
			s.result = referring(s.agent, o.other.at("1002"))
			s.other = o.other.answers()
			if err := <-s.result; err != nil {
				o.t.Errorf("the agent is told %v", err)
			}
			until(o.t, "the agent is free", func() bool { _, busy := o.x.Agents(); return busy == 0 })
			return s
		}},
		{"whom the caller passes on to rings", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000"), leaves: true}
			s.agent = o.talks()
			s.result = referring(s.caller.leg, o.other.at("1002"))
			s.others = o.other.rung()
			return s
		}},
		{"the same, while the agent rings", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000"), leaves: true}
			s.agentRing = o.agent.rung()
			s.result = referring(s.caller.leg, o.other.at("1002"))
			s.others = o.other.rung()
			return s
		}},
		{"the same, and the caller has left", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000"), leaves: true}
			s.agent = o.talks()
			s.result = referring(s.caller.leg, o.other.at("1002"))
			s.others = o.other.rung()
			s.caller.leg.Hangup("")
			<-s.caller.leg.Done()
			return s
		}},
		{"a flow has the caller", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000")}
			s.agent = o.talks()
			o.toFlow(s.agent, s.caller)
			return s
		}},
		{"a flow has the agent", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000"), leaves: true}
			s.agent = o.talks()
			s.other = s.agent
			o.toFlow(s.caller.leg, o.ears(s.agent))
			return s
		}},
		{"the other talks in the caller's place", func(o *office) *stage {
			s := &stage{caller: o.dial("13800138000"), leaves: true}
			s.agent = o.talks()
			s.result = referring(s.caller.leg, o.other.at("1002"))
			s.other = o.other.answers()
			if err := <-s.result; err != nil {
				o.t.Errorf("the caller is told %v", err)
			}
			return s
		}},
	}
	for _, st := range steps {
		t.Run(st.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			// A telephone that refuses is left alone for a while, so the agent comes last.
			for _, by := range []string{"the caller", "the other", "the server", "the agent"} {
				t.Run(by+" ends it", func(t *testing.T) {
					outer := o.house.t
					o.house.t = t
					defer func() { o.house.t = outer }()
					st.make(o).endedBy(o, by)
				})
			}
		})
	}
}

// endedBy has one of those who are in the call end it, and then nothing may be left.
func (s *stage) endedBy(o *office, by string) {
	switch by {
	case "the caller":
		s.caller.leg.Hangup("")
	case "the agent":
		if s.agentRing != nil {
			s.agentRing.Reject(486, "Busy Here")
		} else {
			s.agent.Hangup("")
		}
	case "the other":
		if s.others != nil {
			s.others.Reject(603, "Decline")
		} else if s.other != nil {
			s.other.Hangup("")
		}
	case "the server":
		o.x.HangupAll()
	}
	if s.caller.leg.Answered() { // the flow goes on: it waits again, or says good-bye
		s.caller.leg.Hangup("")
	}
	if s.leaves && s.others != nil {
		s.others.Reject(480, "Nobody Is There")
	} else if s.leaves {
		s.other.Hangup("")
	}
	for _, leg := range []*sip.Call{s.agent, s.other} {
		if leg == nil {
			continue
		}
		select {
		case <-leg.Done():
		case <-time.After(10 * time.Second):
			o.t.Error("a leg is still up")
		}
	}
	o.quiet()
}

// Callers who give up while the agent's telephone rings cost nobody an agent: the next caller has the same one.
func TestAnAbandonedRingFreesTheAgent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 4 {
		c := o.dial(fmt.Sprintf("1380013800%d", i))
		o.agent.rung()
		c.leg.Hangup("")
		c.over()
	}
	c := o.dial("13800138009")
	o.agent.answers()
	c.leg.Hangup("")
	o.quiet()
}

// A blind transfer: the agent's telephone asks, hangs up, and is free; the caller hears that it rings and then whom
// they were passed on to. When that one hangs up the flow goes on.
func TestABlindTransfer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	agent := o.talks()
	_ = referring(agent, o.other.at("1002"))
	ringing := o.other.rung()
	if got := ringing.From(); got != "12366" {
		t.Errorf("the other sees %q", got)
	}
	agent.Hangup("")
	until(t, "the agent is free", func() bool { _, busy := o.x.Agents(); return busy == 0 })
	if err := ringing.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "the two hear each other", func() bool {
		ringing.Stream().Play(rtp.Item{ID: 1, Clips: []rtp.Clip{{Sound: o.voices.sound("请稍候"), Silence: 0}}})
		c.mu.Lock()
		defer c.mu.Unlock()
		n := 0
		for _, w := range c.said {
			if strings.HasPrefix(w, "请稍候") {
				n++
			}
		}
		return n > 1
	})
	ringing.Hangup("")
	c.hears("谢谢来电")
	c.over()
	o.quiet()
}

// What comes of a transfer is told to whoever asked for it, and a transfer that fails leaves the two as they were.
func TestATransferThatFails(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	agent := o.talks()
	result := referring(agent, o.other.at("1002"))
	ringing := o.other.rung()
	second := referring(agent, o.other.at("1003")) // one at a time
	var f *sip.Failure
	if err := <-second; !errors.As(err, &f) || f.Status != 491 {
		t.Errorf("a second transfer: %v", err)
	}
	ringing.Reject(486, "Busy Here")
	if err := <-result; !errors.As(err, &f) || f.Status != 486 {
		t.Errorf("the agent is told %v", err)
	}
	if !agent.Answered() || !c.leg.Answered() {
		t.Fatal("the two were parted")
	}
	if _, busy := o.x.Agents(); busy != 1 {
		t.Errorf("%d agents talk", busy)
	}
	// With the agent gone before the refusal the agent's telephone is rung again, and the two talk as before; if that
	// does not answer, the flow goes on as if the agent had hung up.
	for _, back := range []bool{true, false} {
		_ = referring(agent, o.other.at("1002"))
		ringing = o.other.rung()
		agent.Hangup("")
		until(t, "the agent has left", func() bool { _, busy := o.x.Agents(); return busy == 0 })
		ringing.Reject(486, "Busy Here")
		agent = o.agent.rung()
		if got := agent.From(); got != "13800138000" {
			t.Errorf("the agent sees %q", got)
		}
		if !back {
			agent.Reject(480, "Not Here")
			break
		}
		if err := agent.Answer(t.Context()); err != nil {
			t.Fatal(err)
		}
		until(t, "the agent talks again", func() bool { _, busy := o.x.Agents(); return busy == 1 })
		before := c.leg.Stream().Stats().Received
		until(t, "the caller and the agent hear each other", func() bool {
			agent.Stream().Play(rtp.Item{ID: 1, Clips: []rtp.Clip{{Sound: o.voices.sound("请稍候")}}})
			return c.leg.Stream().Stats().Received > before
		})
	}
	c.hears("谢谢来电")
	c.over()
	o.quiet()
}

// An attended transfer (RFC 5589, 7): the call to whom the agent has talked to before takes that talk's place.
func TestAnAttendedTransfer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.dial("13800138000")
	agent := o.talks()
	consulting := make(chan *sip.Call, 1)
	go func() {
		leg, err := o.agent.s.Dial(t.Context(), sip.Outbound{To: o.other.at("1002")})
		if err != nil {
			t.Error(err)
		}
		consulting <- leg
	}()
	consulted := o.other.answers()
	consult := <-consulting
	if err := agent.Refer(t.Context(), "", consult); err != nil {
		t.Errorf("the agent is told %v", err)
	}
	select {
	case <-consult.Done(): // replaced
	case <-time.After(10 * time.Second):
		t.Error("the consultation was not replaced")
	}
	if !consulted.Answered() {
		t.Error("who was consulted does not talk to the caller")
	}
	until(t, "the agent is free", func() bool { _, busy := o.x.Agents(); return busy == 0 })
	consulted.Hangup("")
	o.quiet()
}
