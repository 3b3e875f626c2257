// Package campaign runs outbound campaigns: where the dialer's decisions, the rows of stdlib/campaign and the calls of
// the exchange meet.
//
// Each node on the database runs every campaign that is running, by claims: there is one runner for each run, which
// lists what is due and lets each target go through
//
//	Judge ─▶ claim target and number ─▶ `skip if` ─▶ Begin: the attempt is written down ─▶ INVITE ─▶ End
//
// A runner holds a gate between claim and Begin, so that `skip if` is asked just before the call and not a minute
// earlier. What a node leaves when it dies is found by the others, and by itself when it starts again: the attempt ends
// as unknown.
package campaign

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/deploy"
	"rexian/runtime/dialer"
	"rexian/runtime/exchange"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/message"
)

// Exchange is what campaigns ask of it; *exchange.Exchange has it.
type Exchange interface {
	Place(ctx context.Context, o exchange.Outgoing) (exchange.Ended, error)
	asker
}

// Outbox is what becomes of the messages of a run; *message.Store has it. It may be nil where no campaign writes.
type Outbox interface {
	Unwanted(ctx context.Context) (map[string]bool, error) // addresses that want no notices
	Batch(ctx context.Context, run string) (map[message.State]int64, error)
	States(ctx context.Context, run string, reasons []string) (map[string]message.State, error)
}

// Options are what an Engine is made of. All are needed but those from Agents on.
type Options struct {
	Exchange   Exchange
	Deployment *deploy.Deployment
	Store      *campaign.Store
	Forbidden  func(ctx context.Context, number string) (bool, error) // from a copy: for previews
	Outbox     Outbox
	Ready      func() bool            // the database has been there since the start
	Dead       func() []campaign.Dead // starts of nodes that are gone
	Seed       func() string          // a new seed for samples
	Now        func() time.Time
	Logger     *slog.Logger
	// Agents are those who take calls on this node, with the callers who wait for them; nil: there are none.
	Agents func() dialer.Agents
	Ring   time.Duration // how long a telephone rings: the exchange's usual time
	Turn   time.Duration // how often is looked for campaigns to run: a second
	Early  Early         // how long sounds are kept that were heard before calls ended; zero: for ever
	// Relearn is told when an announcement was named or forgotten; may be nil.
	Relearn func(ctx context.Context)
}

// Engine runs campaigns until its context ends.
type Engine struct {
	o       Options
	wake    chan struct{}
	pressed atomic.Pointer[pressure]

	mu      sync.Mutex
	runners map[string]*runner
	running sync.WaitGroup

	days map[string]day // when campaigns that start daily were looked at last

	at     at
	prints prints
	ends   ends
	forgot time.Time // when sounds were looked for that are kept no longer
}

// pressure is the priority of a run that found no line, and until when those of less wait.
type pressure struct {
	priority int64
	until    time.Time
}

// New makes an engine; Run starts it.
func New(o Options) *Engine {
	if o.Turn <= 0 {
		o.Turn = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Engine{o: o, wake: make(chan struct{}, 1), runners: map[string]*runner{}, days: map[string]day{},
		at: newAt()}
}

// orphansEvery is how often is looked for what dead nodes have left.
const orphansEvery = 15 * time.Second

// Run runs campaigns until ctx ends, and returns when the calls that are on have been written down.
func (e *Engine) Run(ctx context.Context) {
	tick := time.NewTicker(e.o.Turn)
	defer tick.Stop()
	defer e.running.Wait()
	var looked time.Time
	for {
		if e.o.Ready() {
			if now := e.o.Now(); now.Sub(looked) >= orphansEvery {
				looked = now
				e.adopt(ctx)
				e.recollect(ctx)
				e.unload(ctx)
			}
			e.daily(ctx)
			e.look(ctx)
			e.tidy(ctx)
		}
		select {
		case <-tick.C:
		case <-e.wake:
		case <-ctx.Done():
			return
		}
	}
}

// stir lets the engine look at once.
func (e *Engine) stir() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// look starts a runner for each run that has none.
func (e *Engine) look(ctx context.Context) {
	runs, err := e.o.Store.Active(ctx)
	if err != nil {
		e.told(ctx, "campaigns cannot be listed", err)
		return
	}
	for _, run := range runs {
		e.mu.Lock()
		on := e.runners[run.ID] != nil
		e.mu.Unlock()
		if on {
			continue
		}
		p, ok := e.program(run.Campaign)
		if !ok || p.shape != run.Shape {
			e.halt(ctx, run, WhyProgram)
			continue
		}
		r := newRunner(e, run)
		e.mu.Lock()
		e.runners[run.ID] = r
		e.mu.Unlock()
		e.running.Go(func() {
			r.run(ctx)
			e.mu.Lock()
			delete(e.runners, run.ID)
			e.mu.Unlock()
		})
	}
}

// The reasons for which a run halts by itself.
const (
	WhyProgram = "program_changed" // the flows have no such campaign any more, or its list is of another kind
	WhyLine    = "sick_line"       // the line refuses calls, or drops them at once
)

// byItself is who changes the state of a run when nobody orders it.
const byItself = "rexian"

// halt stops a run until somebody resumes it.
func (e *Engine) halt(ctx context.Context, run campaign.Run, why string) {
	err := e.o.Store.Turn(ctx, run.ID, []string{campaign.Running}, campaign.Halted, why, byItself, e.now())
	switch {
	case err == nil:
		e.o.Logger.Error("a campaign halts", "campaign", run.Campaign, "run", run.ID, "why", why)
	case !errors.Is(err, db.ErrConflict):
		e.told(ctx, "a campaign cannot be halted", err)
	}
}

// told logs what failed, unless that is because the database is away: others say so.
func (e *Engine) told(ctx context.Context, what string, err error) {
	if ctx.Err() == nil && !db.IsUnavailable(err) {
		e.o.Logger.Error(what, "error", err)
	}
}

func (e *Engine) now() int64 { return e.o.Now().UnixMilli() }

// program is a campaign of the version that serves.
type program struct {
	version  *deploy.Version
	campaign *bundle.Campaign
	rules    dialer.Rules
	shape    string
	agents   bool // its flow brings who answers to agents
}

// names tells whether the campaign says what follows an outcome.
func (p program) names(outcome string) bool {
	return slices.ContainsFunc(p.campaign.Retries, func(r bundle.Retry) bool { return r.Outcome == outcome })
}

// program finds a campaign of the version that serves.
func (e *Engine) program(name string) (program, bool) {
	v := e.o.Deployment.Stable()
	if v == nil {
		return program{}, false
	}
	for i := range v.Program.Campaigns {
		if c := &v.Program.Campaigns[i]; c.Name == name {
			return program{v, c, dialer.Of(c, v.Schedules, v.Zone), shape(v.Program, c),
				queues(v.Program, int(c.With))}, true
		}
	}
	return program{}, false
}

// shape is what the list of a campaign is made of: a target that was stored is read again only as what it was.
func shape(p *bundle.Program, c *bundle.Campaign) string {
	if c.Targets < 0 || int(c.Targets) >= len(p.Funcs) {
		return ""
	}
	for _, s := range p.Funcs[c.Targets].Sites {
		if s.Kind != bundle.LookupSite {
			continue
		}
		for _, l := range p.Lookups {
			if l.ID == s.Name {
				return l.Result
			}
		}
		return s.Name
	}
	return ""
}

// adopt ends the attempts of nodes that are gone. Nobody knows how they ended.
func (e *Engine) adopt(ctx context.Context) {
	for _, dead := range append(e.o.Dead(), campaign.Dead{}) {
		lost, err := e.o.Store.Orphans(ctx, dead, 1000)
		if err != nil {
			e.told(ctx, "attempts of nodes that are gone cannot be listed", err)
			return
		}
		for _, a := range lost {
			a.EndedAt, a.Outcome, a.Detail = e.now(), dialer.Unknown, "the node died"
			if err := e.lost(ctx, a, true); err != nil && !errors.Is(err, db.ErrConflict) {
				e.told(ctx, "an attempt of a node that is gone gets no end", err)
				return
			}
		}
		if len(lost) > 0 {
			e.o.Logger.Warn("calls of campaigns were cut off when their node died: their targets wait the whole interval",
				"attempts", len(lost))
		}
	}
}

// unload takes back runs whose node died before their targets were all there.
func (e *Engine) unload(ctx context.Context) {
	switch n, err := e.o.Store.Unload(ctx, e.now()); {
	case err != nil:
		e.told(ctx, "runs that were not loaded whole cannot be taken back", err)
	case n > 0:
		e.o.Logger.Warn("runs of campaigns are taken back: their node died while it loaded their lists", "runs", n)
	}
}

// lost ends an attempt that nobody is at any more; perhaps says that it may have been answered.
func (e *Engine) lost(ctx context.Context, a campaign.Attempt, perhaps bool) error {
	t, err := e.o.Store.Target(ctx, a.Run, a.Ordinal)
	if err != nil {
		return err
	}
	run, err := e.o.Store.Run(ctx, a.Run)
	if err != nil {
		return err
	}
	return e.end(ctx, a, t, run.Campaign, perhaps)
}
