// Package exchange runs telephone calls: it is where a session meets a SIP call, its sound and the library.
//
// # The model
//
// One goroutine owns a call. Everything that happens to the call comes to its mailbox and is done by that goroutine,
// one thing after the other: keys and sounds heard (from the media engine), answers of the library, a called party
// picking up, the caller hanging up. The session's timers are one timer of that goroutine. So nothing in a call needs a
// lock.
//
//	SIP INVITE ─▶ Serve ─▶ Deployment.Pick ─▶ call ── mailbox ◀── rtp events, library answers, timers
//	                                           │
//	                                        session ─▶ line (what the caller hears)
//	                                                ─▶ world (everything else)
//
// What a call did is told to the Journal as it happens, with the place in the flow that did it.
package exchange

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/media/announce"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/tasks"
	"rexian/runtime/acd"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/fn"
)

// Library is what flows may call, and the lists and switches they ask.
type Library interface {
	Call(ctx context.Context, id string, c fn.Caller, args []value.Value) (value.Value, error)
	InList(ctx context.Context, list, phone string) (bool, error)
	Switch(ctx context.Context, name string) (on, known bool, err error)
	// Closed are the times for which opening hours are closed in an emergency, in force or announced.
	Closed(ctx context.Context, hours string) ([]hours.Closure, error)
}

// Outbox takes what a call sends elsewhere. An fn.Outcome among its errors is for the flow. named tells that the
// program names the recipient of a text, so that no caller chose it.
type Outbox interface {
	SMS(ctx context.Context, c fn.Caller, to, text string, named bool) error
	Mail(ctx context.Context, c fn.Caller, to, subject, text string) error
	Callback(ctx context.Context, c fn.Caller, queue, number string) error
}

// Sounds gives words their sound. missing lists the words that have none; they are left out.
type Sounds interface {
	Clips(v *deploy.Version, s session.Sound) (clips []rtp.Clip, missing []string)
}

// Dialer places calls to other telephones; *sip.Server is one. The error may be a *sip.Failure.
type Dialer interface {
	Dial(ctx context.Context, o sip.Outbound) (*sip.Call, error)
}

// Answers stands in for the library and the world in a call that a test drives; see the package sim.
type Answers interface {
	Lookup(e vm.Effect, now int64) (answer vm.Event, after int64)
	Query(e vm.Effect, now int64) vm.Event
	Outcome(e vm.Effect, now int64) (tag string, after int64)
}

// Arrangement is how a call departs from what others get: a test sets the clock and the world.
type Arrangement struct {
	Version  *deploy.Version // instead of the deployment's
	Now      func() time.Time
	Answers  Answers
	Observer session.Observer
	Begun    func(*Handle)             // told before the call begins; may be nil
	Over     func(vm.End, *vm.Machine) // told when the call has ended; may be nil
	Cover    bool
}

// plain tells whether a call gets what the others get.
func (a *Arrangement) plain() bool {
	return a.Version == nil && a.Now == nil && a.Answers == nil && a.Observer == nil
}

// Options are what an Exchange is made of. Deployment, Library, Sounds and Journal must be there.
type Options struct {
	Deployment *deploy.Deployment
	Library    Library
	Outbox     Outbox
	Sounds     Sounds
	Journal    Journal
	Traces     *kept.Keeper // keeps what calls and messages were given, to be run again; nil: nothing is kept
	Surveys    Surveys      // keeps what is answered; nil: only the events of the call do
	Dialer     Dialer       // nil: transfers fail with line_fault
	// Announcements are those of carriers that are known, when a call is placed; nil: none is listened for.
	Announcements func() *announce.Set
	Recordings    *Recordings
	RecordAll     bool // record whole calls
	Agents        []Agent
	// Desk is what a telephone of ours runs that dials a number of no flow, under the number 0; nil: it is refused
	// as any other caller. Who is such a telephone has proved it before Serve is called.
	Desk *deploy.Version
	// Codes answers what the flows of Desk ask, whose numbers are those of the codes that telephones dial behind a
	// star; the caller's Phone is then the name of the telephone, which has proved that it is it.
	Codes func(ctx context.Context, id string, c fn.Caller, args []value.Value) (value.Value, error)
	// Joins tells which call a telephone comes into that has dialled a code, star and all, and as what: ErrNotAllowed,
	// ErrNoCall and the like if none. It is asked where a flow of such a code transfers; nil: it calls the number.
	Joins func(ctx context.Context, phone, code string) (Joining, error)
	// Own tells which number a SIP or tel address names, or a number that is dialled, where that leads to this server:
	// a flow of ours may answer it. False if it leads to a telephone or to another host; nil: always.
	Own      func(target string) (number string, ok bool)
	Ours     func(phone string) bool // whether a telephone of this name is one of ours; nil: none is
	MaxCalls int                     // 0: no limit
	// places of MaxCalls that are kept for trunks, telephones of ours and trusted networks
	Reserved int
	Metrics  *Metrics
	Logger   *slog.Logger
	Now      func() time.Time
	Arrange  func(*sip.Call) *Arrangement // nil, or nil for a call that is like any other
	// OnAgent is told of each state of an agent's that has ended; it must not block. nil: nobody is.
	OnAgent func(acd.Decision)
	// OnFloor is told that something may have changed with agents or queues; it must not block. nil: nobody is.
	OnFloor func()
	// Reachable tells whether an agent's telephone can be called now; nil: always. What changes is told to Phone.
	Reachable func(phone string) bool
	// Claims settles with other servers who rings an agent; nil: there are none.
	Claims Claims
	// Callbacks keeps who is owed a call, and CallBack is what talks to them, under the numbers 0 and 1
	// (in English), before an agent does; nil: nobody is called back. What changes is told to Owe.
	Callbacks Callbacks
	CallBack  *deploy.Version
	// LastAgent is who served a caller last, since a moment, "" if nobody; nil: nobody ever.
	LastAgent func(ctx context.Context, number string, since time.Time) (agent string, err error)
}

// Exchange runs calls until it is closed.
type Exchange struct {
	o        Options
	queues   *queues
	running  tasks.Group // not a sync.WaitGroup: a call may come in while Wait waits
	active   atomic.Int64
	most     atomic.Pointer[places]
	draining atomic.Bool
	toldFull atomic.Int64 // when it was told last that calls find no place
	mu       sync.Mutex
	calls    map[string]*telephone
	peers    map[*sip.Call]*telephone // legs that callers talk to
}

// New makes an exchange.
func New(o Options) *Exchange {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics(nil)
	}
	x := &Exchange{o: o, calls: map[string]*telephone{}, peers: map[*sip.Call]*telephone{}}
	x.queues = newQueues(x)
	x.queues.set(o.Agents)
	x.SetMaxCalls(o.MaxCalls, o.Reserved)
	return x
}

// places are how many calls there may be.
type places struct{ most, reserved int }

// SetMaxCalls sets Options.MaxCalls and Options.Reserved anew. Calls that are on stay, if there are more.
func (x *Exchange) SetMaxCalls(most, reserved int) { x.most.Store(&places{most, reserved}) }

// Calls is how many calls are running.
func (x *Exchange) Calls() int { return int(x.active.Load()) }

// Waiting is how many callers wait for an agent, or are being offered one.
func (x *Exchange) Waiting() int { return x.queues.waits() }

// Drain stops new calls: they are refused with 503.
func (x *Exchange) Drain() { x.draining.Store(true) }

// Wait returns when all calls have ended, or with the context's error. Call it after Drain.
func (x *Exchange) Wait(ctx context.Context) error {
	select {
	case <-x.running.None():
		x.queues.stop()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// HangupAll ends every call that is running.
func (x *Exchange) HangupAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range x.calls {
		c.ends(c.leg, "server stops")
	}
}

// errFull and the others are why a call is refused before a flow sees it.
var (
	errFull     = errors.New("too many calls")
	errDraining = errors.New("the server is stopping")
)

// admit counts a call in, unless there are too many. Who is not known leaves some places to those who are: a flood of
// strangers does not keep the carrier's callers out.
func (x *Exchange) admit(known bool) error {
	if x.draining.Load() {
		return errDraining
	}
	p := x.most.Load()
	most := p.most
	if !known {
		most -= p.reserved
	}
	if n := x.active.Add(1); p.most > 0 && int(n) > most {
		x.active.Add(-1)
		return errFull
	}
	return nil
}

// full tells of a call that found no place, once in a while: a server that is full has other things to do.
func (x *Exchange) full(err error, leg *sip.Call) {
	now := x.o.Now().UnixNano()
	last := x.toldFull.Load()
	if now-last < int64(fullEvery) || !x.toldFull.CompareAndSwap(last, now) {
		return
	}
	x.o.Logger.Warn("calls are refused", "reason", err, "calls", x.Calls(), "source", leg.Source().Addr(), "known",
		leg.Known())
}

// fullEvery is how often it is told that calls find no place.
const fullEvery = 10 * time.Second

// Serve runs an inbound call to its end. It is what sip.Config.OnCall wants.
func (x *Exchange) Serve(leg *sip.Call) {
	x.running.Add()
	if c := x.takes(leg); c != nil {
		x.runs(c)
		return
	}
	x.running.Done()
}

// runs runs a call that counts among the calls, and is waited for, to its end.
func (x *Exchange) runs(c *telephone) {
	defer x.running.Done()
	defer x.active.Add(-1)
	x.enter(c)
}

// takes makes a call of what came in, which counts among the calls from then on; nil where it was refused.
func (x *Exchange) takes(leg *sip.Call) *telephone {
	if err := x.admit(leg.Known()); err != nil {
		x.o.Metrics.refused.Inc()
		x.full(err, leg)
		leg.Reject(503, "Service Unavailable")
		return nil
	}
	var a *Arrangement
	if x.o.Arrange != nil {
		a = x.o.Arrange(leg)
	}
	if a == nil {
		a = &Arrangement{}
	}
	c, err := x.newCall(leg, a)
	if err != nil {
		x.active.Add(-1)
		x.o.Metrics.refused.Inc()
		x.o.Logger.Info("call refused", "call", known(leg.ID()), "number", Masked(tame(leg.Dialled())),
			"reason", err)
		leg.Reject(404, "Not Found")
		return nil
	}
	return c
}

// enter runs a call to its end, among the others.
func (x *Exchange) enter(c *telephone) {
	x.mu.Lock()
	x.calls[c.id] = c
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		delete(x.calls, c.id)
		x.mu.Unlock()
	}()
	c.run()
}
