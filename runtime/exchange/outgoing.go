package exchange

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rexian/media/sip"
	"rexian/runtime/collect"
	"rexian/runtime/deploy"
	"rexian/runtime/vm"
	"rexian/stdlib/fn"
)

// Outgoing is a call that is placed for a flow.
type Outgoing struct {
	ID      string // of the call, in its records, and at the beginning of its Call-IDs
	Version *deploy.Version
	To      string // the number that is called
	Show    string // the number that is shown; "" leaves it to the trunk
	Func    int    // the flow that talks to whoever answers, with
	Args    []vm.Value
	Ring    time.Duration // how long it may ring; 0: ringLimit
	Beeps   bool          // end the call where a machine that takes messages answers: its outcome is machine
	// Leave is the flow that takes Func's place once such a machine has beeped, to leave a message; "" for none.
	Leave     string
	LeaveArgs []vm.Value
	Answered  func() // told when it is answered; may be nil
	// Queued is told when who has answered comes to a queue of agents, Served when an agent answers there; may be nil.
	Queued, Served func()

	owed *Owed // who is owed the call; nil: nobody
}

// Ended is how a call that was placed ended.
type Ended struct {
	Outcome string // answered, or a tag of library.CallOutcomes
	// Barred says that no INVITE was sent, and why: a ceiling of the trunks was reached, or they may not call the
	// number.
	Barred *sip.Barred
	SIP    int      // final status of a call that was not answered
	Q850   int      // cause
	Detail string   // what was said about it
	Trunk  string   // that carried it last
	FarEnd bool     // the called side ended a call that was answered
	Early  Evidence // what was heard of a call that was not answered
}

// Place calls a number, lets the flow talk to who answers, and returns when the call is over. It counts among the calls
// and leaves the places that are kept for callers: ErrNoPlace if there is no other.
func (x *Exchange) Place(ctx context.Context, o Outgoing) (Ended, error) {
	x.running.Add()
	defer x.running.Done()
	if err := x.admit(false); err != nil {
		return Ended{}, fmt.Errorf("%w: %w", ErrNoPlace, err)
	}
	place := sync.OnceFunc(func() { x.active.Add(-1) })
	defer place()
	limit := o.Ring
	if limit <= 0 {
		limit = ringLimit
	}
	ringing, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var last *sip.Call
	ear := x.newEarly(gives(cancel))
	ear.keeps = true
	leg, err := x.dial(ringing, sip.Outbound{To: o.To, From: o.Show, ID: o.ID,
		OnLeg: both(func(c *sip.Call) { last = c }, ear.leg)})
	if err != nil {
		e := refusal(err)
		heard := ear.end()
		e.Early = heard
		if heard.Outcome() != "" {
			e.Outcome, e.Detail = heard.Outcome(), heard.Detail()
		}
		if last != nil {
			e.Trunk = last.Leg().Trunk
		}
		if heard.Spoke && heard.Class == "" {
			e.Detail += "; an announcement that is not known"
		}
		return e, nil
	}
	ear.answered(leg.Stream())
	c := x.telephone(leg, &Arrangement{}, known(o.ID))
	c.suspects(o.Beeps || o.Leave != "") // a machine may beep before the answer is written down
	e := Ended{Outcome: "answered", Trunk: leg.Leg().Trunk}
	if o.Answered != nil {
		o.Answered()
	}
	c.direction, c.args, c.version, c.entry, c.release = "out", o.Args, o.Version, o.Func, func() {}
	c.prepare(fn.Caller{CallID: c.id, Phone: tame(o.To), Number: tame(o.Show)})
	c.queued, c.served, c.owed = o.Queued, o.Served, o.owed
	c.message, c.messageArgs = o.Leave, o.LeaveArgs
	x.enter(c)
	if c.given { // to another call of ours, which has a place of its own
		place()
		<-leg.Done()
	}
	if c.reachedMachine != "" {
		e.Outcome = c.reachedMachine
	}
	cause := leg.Cause()
	e.Q850, e.Detail, e.FarEnd = cause.Q850, cause.Text, cause.By == sip.Remote
	return e, nil
}

// ErrNoPlace is for a call that is not placed because there is no place for it.
var ErrNoPlace = errors.New("there is no place for another call")

func (x *Exchange) dial(ctx context.Context, o sip.Outbound) (*sip.Call, error) {
	if x.o.Dialer == nil {
		return nil, errors.New("there is no line")
	}
	return x.o.Dialer.Dial(ctx, o)
}

// refusal is what is known of a call that was not answered.
func refusal(err error) Ended {
	e := Ended{Outcome: DialOutcome(err), Detail: err.Error()}
	errors.As(err, &e.Barred)
	if f := (*sip.Failure)(nil); errors.As(err, &f) {
		e.SIP, e.Q850, e.Detail = f.Status, f.Q850, f.Reason
	}
	return e
}

// UnansweredError is for a function that came to no result; what it asked last ended in the outcome Tag.
type UnansweredError struct{ Tag string }

func (e *UnansweredError) Error() string {
	if e.Tag == "" {
		return "the flow came to no result"
	}
	return "the flow came to no result: " + e.Tag
}

// Ask runs a function of a version that speaks to nobody, and returns what it returns: the list of a campaign, whether
// a target is skipped. It fails with an *UnansweredError if the function comes to no result, and with ctx.
func (x *Exchange) Ask(ctx context.Context, v *deploy.Version, fun int, args []vm.Value, who fn.Caller) (vm.Value,
	error) {
	ctx, cancel := context.WithTimeout(ctx, messageTime)
	defer cancel()
	var last outcomes
	m := x.desk(v, fun, who, &last)
	how, err := m.run(ctx, args)
	switch {
	case err != nil:
		return vm.Absent(), err
	case how != vm.EndReturn:
		return vm.Absent(), &UnansweredError{last.tag}
	}
	return m.session.Result(), nil
}

// Targets asks for the list of a campaign: what the lookup of its function answers. The list is longer than what a call
// may hold, so it does not go through the machine.
func (x *Exchange) Targets(ctx context.Context, v *deploy.Version, fun int, who fn.Caller) ([]vm.Value, error) {
	ctx, cancel := context.WithTimeout(ctx, messageTime)
	defer cancel()
	who.Long = true
	var last outcomes
	m := x.desk(v, fun, who, &last)
	_, err := m.run(ctx, nil)
	switch {
	case err != nil:
		return nil, err
	case !last.answered:
		return nil, &UnansweredError{last.tag}
	}
	return last.value.Items(), nil
}

// outcomes remembers how what a flow asked last was answered.
type outcomes struct {
	tag      string
	value    vm.Value
	answered bool
}

func (o *outcomes) Event(_ int64, e vm.Event) {
	switch e.Kind {
	case vm.Outcome:
		o.tag, o.answered = e.Tag, false
	case vm.Answer:
		o.tag, o.value, o.answered = "", e.Value, true
	}
}

func (*outcomes) Effect(int64, vm.Effect)              {}
func (*outcomes) Collected(int64, int, collect.Result) {}
