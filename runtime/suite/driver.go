package suite

import (
	"context"

	"rexian/lang/diag"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// Driver makes the calls of tests. The simulated one plays them in virtual time; one over a real telephone line plays
// the very same lines in real time, as far as it can. A driver is used by as many tests at a time as Options.AtOnce
// says.
type Driver interface {
	// Declines says why this driver cannot play a test of such needs, in both tongues; "" in Zh plays it. A test that
	// is declined counts as skipped, neither passed nor failed.
	Declines(Needs) diag.Text
	// Dial begins a call. An error fails the test: the line is down, the other side refuses.
	Dial(context.Context, Start) (Call, error)
}

// Start says what call to make.
type Start struct {
	// the number dialled and the caller's own; Number is "" for a message and for a campaign without one
	Number, Caller string
	Now            int64 // the test's clock, Unix milliseconds; a driver in real time has its own, see Needs.Clock
	Image          *vm.Image
	Func           int // what the call enters in Image
	Args           []vm.Value
	Renderer       *session.Renderer
	House          *sim.House  // the queues and the agent of the test's calls
	Assumed        sim.Answers // what the test assumes of the world around the call
}

// Call is a call that a test makes. Times are Unix milliseconds by the driver's clock.
type Call interface {
	Now() int64
	Started() int64
	// Over tells whether the call has ended, and how.
	Over() (how vm.End, over bool)
	// Err tells why the driver gave up; nil otherwise.
	Err() error

	// Heard is all that was spoken so far, in order: words with their times. The last may still grow or be cut off.
	Heard() []sim.Utterance
	// Facts is what the call did so far, in order, as far as the driver can see it: see Needs.Facts.
	Facts() []sim.Fact
	// Datum is call data by name, absent if it is not set or cannot be seen: see Needs.Data.
	Datum(name string) vm.Value
	// Covered lists the edges of the flow graph that the call took, none if that cannot be seen.
	Covered() []int

	// Step lets time pass until something happens; false if nothing will unless the caller or an agent does something.
	Step() bool
	// RunUntil lets time pass up to a moment.
	RunUntil(at int64)
	// Resting tells whether the call waits for somebody: it is over, a question is open and all was said, or the caller
	// is in a queue or talks to an agent.
	Resting() bool
	// Silent tells whether nothing more will be said unless somebody acts. A queue has announcements, so it is not
	// silent.
	Silent() bool

	// Press presses keys, gap milliseconds apart; time passes between them, not after the last.
	Press(keys string, gap int64)
	// SayNothing lets the caller be silent until the open question, or the next one, has run out of time once.
	SayNothing()
	// Hangup hangs up on the caller's side, and waits for what the flow still does then.
	Hangup()
	// AgentAnswers lets an agent take the caller, who stands in a queue or is about to; false if the call never gets
	// there.
	AgentAnswers() bool
	// AgentHangsUp lets the agent hang up; false if none talks with the caller.
	AgentHangsUp() bool
}

// simulated is the driver of virtual time: it declines nothing.
type simulated struct{}

func (simulated) Declines(Needs) diag.Text { return diag.Text{} }

func (simulated) Dial(_ context.Context, s Start) (Call, error) {
	c := sim.New(sim.Options{Image: s.Image, Func: s.Func, Args: s.Args, Now: s.Now, Number: s.Number, Caller: s.Caller,
		Answers: s.Assumed, Cover: true, Renderer: s.Renderer, House: s.House})
	c.Start()
	return simCall{c}, nil
}

// simCall is a simulated call.
type simCall struct{ *sim.Call }

func (c simCall) Heard() []sim.Utterance     { return c.Call.Heard }
func (c simCall) Facts() []sim.Fact          { return c.Call.Facts }
func (c simCall) Datum(name string) vm.Value { return c.Machine().Datum(name) }
func (c simCall) Covered() []int             { return c.Machine().Covered() }

func (c simCall) Silent() bool {
	if _, over := c.Over(); over {
		return true
	}
	s := c.Session()
	_, asking := s.Asking()
	return asking && len(s.Unheard()) == 0 && !s.Keying() || s.Talking()
}
