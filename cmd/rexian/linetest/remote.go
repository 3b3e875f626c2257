package linetest

import (
	"context"
	"strconv"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/lang/diag"
	"rexian/media/sip"
	"rexian/runtime/exchange"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
)

// Remote is the driver that calls a server elsewhere. What its flows ask of the world, the world there answers.
type Remote struct {
	Phone *handset.Telephone
	Host  string // host:port of the server
	Clock bool   // the server lets tests set the clock of their calls
}

var _ suite.Driver = (*Remote)(nil)

// Declines says which tests cannot be played from a caller's end.
func (r *Remote) Declines(n suite.Needs) diag.Text {
	switch {
	case n.Assumes:
		return diag.Text{Zh: "测试有假设，远端的服务器不知道", En: "it assumes things, of which the server knows nothing"}
	case n.Clock && !r.Clock:
		return diag.Text{Zh: "测试设定了时间；服务器允许时加 --clock",
			En: "it sets the clock; add --clock if the server lets tests do so"}
	case n.Agents:
		return diag.Text{Zh: "座席的动作从电话里做不了", En: "agents cannot act from a caller's telephone"}
	case n.Data:
		return diag.Text{Zh: "通话变量从电话里看不到", En: "call data cannot be seen from a caller's telephone"}
	}
	for _, f := range n.Facts {
		if f != sim.HungUp {
			return diag.Text{Zh: "“" + string(f) + "”从电话里看不到",
				En: string(f) + " cannot be seen from a caller's telephone"}
		}
	}
	return declines(n)
}

// Dial calls the server.
func (r *Remote) Dial(ctx context.Context, s suite.Start) (suite.Call, error) {
	c := &remoteCall{line: newLine(ctx, s.Now)}
	headers := map[string]string{}
	if r.Clock {
		headers[ClockHeader] = strconv.FormatInt(s.Now, 10)
	}
	if err := c.dial(r.Phone, "sip:"+s.Number+"@"+r.Host, s.Caller, headers); err != nil {
		return nil, err
	}
	return c, nil
}

// remoteCall is a call of which nothing is known but what is heard.
type remoteCall struct{ *line }

// stillness is how long a line is still when the other side waits for the caller: longer than a lookup usually takes.
const stillness = 4 * time.Second

func (c *remoteCall) Over() (vm.End, bool) {
	switch {
	case c.refused:
		return vm.EndReject, true
	case !c.ended():
		return vm.Running, false
	}
	return vm.EndHangup, true
}

func (c *remoteCall) Datum(string) vm.Value { return vm.Absent() }
func (c *remoteCall) Covered() []int        { return nil }
func (c *remoteCall) Silent() bool          { return c.ended() || c.quiet() > stillness }
func (c *remoteCall) Resting() bool         { return c.Silent() }
func (c *remoteCall) AgentAnswers() bool    { return false }
func (c *remoteCall) AgentHangsUp() bool    { return false }

// Facts: that the other side hung up can be seen.
func (c *remoteCall) Facts() []sim.Fact {
	facts := c.line.Facts()
	if c.ended() && !c.left() {
		facts = append(facts, sim.Fact{Kind: sim.HungUp, At: c.Now(), Seq: len(facts) + 1})
	}
	return facts
}

// left tells whether the caller hung up.
func (c *remoteCall) left() bool {
	for _, f := range c.line.Facts() {
		if f.Kind == sim.CallerLeft {
			return true
		}
	}
	return false
}

func (c *remoteCall) Step() bool {
	if c.ended() {
		return c.listen()
	}
	words := c.words
	happened := false
	c.pass(time.Now().Add(LongestWait), func() bool {
		happened = happened || c.listen() || c.words != words || c.Silent()
		return happened
	})
	return happened && (c.words != words || !c.Silent())
}

func (c *remoteCall) Press(keys string, gap int64) { c.press(keys, gap) }

// SayNothing is silent until the other side speaks again, or hangs up.
func (c *remoteCall) SayNothing() {
	c.silent = true
	defer func() { c.silent, c.toSpeak = false, false }()
	c.pass(time.Now().Add(LongestWait), func() bool { return c.ended() || c.quiet() > time.Second })
	words := c.words
	c.pass(time.Now().Add(LongestWait),
		func() bool { return c.ended() || c.listen() || c.words != words || c.quiet() < 200*time.Millisecond })
	c.acted = time.Now()
}

func (c *remoteCall) Hangup() { c.hangup(func() bool { return true }) }

// SetClock gives a call the clock that its header asks for: what a server does that lets tests drive it. nil for a call
// without.
func SetClock(leg *sip.Call) *exchange.Arrangement {
	at, err := strconv.ParseInt(leg.Header(ClockHeader), 10, 64)
	if err != nil {
		return nil
	}
	shift := time.Until(time.UnixMilli(at))
	return &exchange.Arrangement{Now: func() time.Time { return time.Now().Add(shift) }}
}
