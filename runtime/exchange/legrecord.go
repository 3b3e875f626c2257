package exchange

import (
	"sync"
	"sync/atomic"
	"time"

	"rexian/media/quality"
	"rexian/media/sip"
	"rexian/stdlib/call"
)

// Kinds of legs, as records and figures name them.
const (
	callerLeg     = "caller"
	agentLeg      = "agent"
	transferLeg   = "transfer"
	passedLeg     = "passed_on" // whom an agent's telephone passed the caller on to
	supervisorLeg = "supervisor"
)

// legs counts the legs of a call beside the caller's, which is 0. Dialling counts on goroutines of its own.
type legs struct{ count atomic.Int64 }

// own is what is written of the caller's leg.
type own struct {
	mu    sync.Mutex
	agent string
	over  bool
}

// wroteOwn writes what is known of the caller's leg; nothing more when its end is written.
func (c *telephone) wroteOwn(l sip.Leg) {
	c.own.mu.Lock()
	defer c.own.mu.Unlock()
	if c.own.over {
		return
	}
	c.own.over = !l.Ended.IsZero()
	c.wroteLeg(0, callerLeg, c.own.agent, l)
}

// legs lets each call that is placed for this one be written down: when it begins, so that a crash shows it, and when
// it ends. A route that fails is a leg of its own beside the one that was tried after it.
func (c *telephone) legs(kind, agent string) func(*sip.Call) {
	return func(leg *sip.Call) {
		leg.OnEnd(c.begunLeg(kind, agent, leg))
	}
}

// begunLeg writes down that a leg has begun, and returns what writes that it has ended.
func (c *telephone) begunLeg(kind, agent string, leg *sip.Call) func(sip.Leg) {
	n := int(c.placed.count.Add(1))
	if phone := leg.Leg().Phone; agent == "" && phone != "" {
		agent = c.x.queues.at(phone)
	}
	c.wroteLeg(n, kind, agent, leg.Leg())
	return func(l sip.Leg) { c.wroteLeg(n, kind, agent, l) }
}

// talksWith writes down whose call it is from now on, whoever hangs up first; "" changes nothing.
func (c *telephone) talksWith(agent string) {
	if agent != "" {
		c.rows.change.Agent = agent
		c.x.o.Journal.Change(c.id, call.Change{Agent: agent})
	}
}

// wroteLeg writes what is known of a leg. It may be called from any goroutine.
func (c *telephone) wroteLeg(n int, kind, agent string, l sip.Leg) {
	row := call.Leg{Leg: n, Kind: kind, Direction: "out", Number: Masked(tame(l.Number)), CallID: tame(l.CallID),
		Trunk: l.Trunk,
		Phone: l.Phone, Agent: agent, Started: c.shifted(l.Began), Rang: c.shifted(l.Rang),
		Answered: c.shifted(l.Answered), Ended: c.shifted(l.Ended), Quality: heard(l)}
	if l.Inbound {
		row.Direction = "in"
	}
	if !l.Ended.IsZero() {
		row.Cause, row.SIP, row.Q850 = l.Cause.By.String(), l.Cause.Status, l.Cause.Q850
		c.x.o.Metrics.leg(kind, row)
	}
	c.x.o.Journal.Leg(c.id, row)
}

// shifted turns a moment of the lines into the flow's time.
func (c *telephone) shifted(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(c.shift).UTC()
}

// packet is how much sound a packet holds, and what a telephone's buffer holds at least.
const packet = 20 * time.Millisecond

// heard is how a leg sounded: the worse of its two directions. How much of our sound the far side lost it says itself
// (RTCP); one that says nothing is taken to have lost nothing.
func heard(l sip.Leg) call.Quality {
	if !l.Agreed {
		return call.Quality{}
	}
	s := l.Sound
	q := call.Quality{Codec: l.Codec.String(), Sent: s.Sent, Received: s.Received, Lost: s.Lost, FarLost: s.FarLost,
		Jitter: s.Jitter}
	if s.Received == 0 {
		return q
	}
	delay := s.RTT/2 + 2*packet
	came := quality.MOS(quality.Path{Loss: share(s.Lost, s.Received+s.Lost), Delay: delay + 2*s.Jitter})
	went := quality.MOS(quality.Path{Loss: share(s.FarLost, s.Sent), Delay: delay + 2*s.FarJitter})
	q.MOS = min(came, went)
	return q
}

func share(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
