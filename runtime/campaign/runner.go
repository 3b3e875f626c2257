package campaign

import (
	"context"
	"errors"
	"sync"
	"time"

	"rexian/runtime/dialer"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
)

const (
	// glance is how often a runner looks that has something to do, restful how often one does that has not.
	glance  = 100 * time.Millisecond
	restful = time.Second
	// batch is how many due targets are listed at a time.
	batch = 64
	// ahead is how long before its moment an attempt may be written down: so nodes that call at a fast pace do not
	// wait for each other, and a pause still takes effect within 200 ms.
	ahead = 100 * time.Millisecond
	// patience is how long a claimed target waits for a place among the calls that are on.
	patience = 2 * time.Second
	// busyPause is after which time a target is due again for which there was no line.
	busyPause = 5 * time.Second
	// askPause is after which time a target is due again of which it could not be asked whether it is skipped.
	askPause = time.Minute
)

// runner runs one run on this node.
type runner struct {
	e       *Engine
	id      string
	name    string
	gate    chan struct{} // of the targets that call next
	coming  chan struct{} // targets between claim and call
	closing time.Time     // when closing targets are looked for again
	mu      sync.Mutex
	health  dialer.Health
	paced   paced
	calls   sync.WaitGroup
}

func newRunner(e *Engine, run campaign.Run) *runner {
	// As many as begin within a quarter of a second, and of these as many as begin before ahead is over: what is asked
	// about a target is that old at most when it is called.
	return &runner{e: e, paced: paced{e: e}, id: run.ID, name: run.Campaign,
		gate:   make(chan struct{}, 1+ahead.Milliseconds()/max(run.Apart, 1)),
		coming: make(chan struct{}, 1+250/max(run.Apart, 1))}
}

// run goes on until the run does not run any more, or ctx ends; then it waits for the calls that are on.
func (r *runner) run(ctx context.Context) {
	defer r.calls.Wait()
	for ctx.Err() == nil {
		run, err := r.e.o.Store.Run(ctx, r.id)
		if err != nil {
			r.e.told(ctx, "a campaign cannot be read", err)
			pause(ctx, restful)
			continue
		}
		if run.State != campaign.Running {
			return
		}
		p, ok := r.e.program(run.Campaign)
		if !ok || p.shape != run.Shape {
			r.e.halt(ctx, run, WhyProgram)
			return
		}
		wait, err := r.turn(ctx, run, p)
		if err != nil {
			r.e.told(ctx, "a campaign does not go on", err)
			wait = restful
		}
		if wait < 0 {
			return
		}
		pause(ctx, wait)
	}
}

// turn does what there is to do now, and tells when to look again; less than 0 if the run is over.
func (r *runner) turn(ctx context.Context, run campaign.Run, p program) (time.Duration, error) {
	now := r.e.o.Now()
	if !now.Before(r.closing) {
		if err := r.close(ctx, run, p); err != nil {
			return 0, err
		}
	}
	if run.Live == 0 {
		over, err := r.e.o.Store.Finish(ctx, run.ID, now.UnixMilli())
		if over {
			r.e.o.Logger.Info("a campaign is done", "campaign", run.Campaign, "run", run.ID)
		}
		if over || err != nil {
			return -1, err
		}
	}
	if x := r.e.pressed.Load(); x != nil && x.priority > run.Priority && now.Before(x.until) {
		return glance, nil
	}
	free := run.AtOnce - run.Live
	if run.Quota > 0 {
		free = min(free, run.Quota-run.Reached-run.Live)
	}
	if p.agents && r.e.o.Agents != nil {
		free = min(free, r.paced.more())
	}
	if free <= 0 {
		return glance, nil
	}
	due, err := r.e.o.Store.Due(ctx, run.ID, now.UnixMilli(), int(min(free, batch)))
	if err != nil {
		return 0, err
	}
	var begun sync.WaitGroup
	for _, t := range due {
		select {
		case r.coming <- struct{}{}:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		begun.Add(1)
		r.calls.Go(func() { r.target(ctx, p, t, func() { <-r.coming; begun.Done() }) })
	}
	begun.Wait()
	if len(due) == 0 {
		return restful / 4, nil
	}
	return 0, nil
}

// close does what is to be done for targets that were given up: `if unreached`. What fails is tried again later.
func (r *runner) close(ctx context.Context, run campaign.Run, p program) error {
	list, err := r.e.o.Store.Closing(ctx, run.ID, batch)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		r.closing = r.e.o.Now().Add(restful)
	}
	for _, t := range list {
		if err := r.e.unreached(ctx, p, t); err != nil {
			r.closing = r.e.o.Now().Add(askPause)
			return err
		}
		if err := r.e.o.Store.Close(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// target takes one that is due to its call, if it may be called, and through it. begun is told when it has begun, or
// does not.
func (r *runner) target(ctx context.Context, p program, t campaign.Target, begun func()) {
	once := sync.OnceFunc(begun)
	defer once()
	defer r.e.at.begins(t.Holder())()
	err := r.judge(ctx, p, t)
	if err == nil {
		err = r.call(ctx, p, t, once)
	}
	if err != nil && !errors.Is(err, db.ErrConflict) && !errors.Is(err, errNotNow) {
		r.e.told(ctx, "a target of a campaign is not called", err)
	}
}

// errNotNow says that a target is not called now: it was put off, or dropped.
var errNotNow = errors.New("not now")

// judge lets the dialer say whether the target is called now, and claims it. The list of those who are not called is
// looked at here by its copy; the attempt asks the list itself.
func (r *runner) judge(ctx context.Context, p program, t campaign.Target) error {
	s, now := r.e.o.Store, r.e.now()
	forbidden, err := r.e.o.Forbidden(ctx, t.Number)
	if err != nil {
		return err
	}
	v := p.judge(t.Number, dialer.Standing{Forbidden: forbidden}, now)
	switch v.Do {
	case dialer.Wait:
		return errors.Join(errNotNow, s.PutOff(ctx, t, v.Until))
	case dialer.Drop:
		return errors.Join(errNotNow, s.Drop(ctx, t, string(v.Why)))
	}
	n, err := s.Claim(ctx, t, now)
	if errors.Is(err, campaign.ErrEngaged) {
		v = p.judge(t.Number, dialer.Standing{Engaged: true}, now)
		return errors.Join(errNotNow, s.PutOff(ctx, t, v.Until))
	}
	if err != nil {
		return err
	}
	// Until now another call may have connected the number; from now on nobody else does.
	kept := context.WithoutCancel(ctx)
	v = p.judge(t.Number, dialer.Standing{Day: n.Day, Connected: n.Connected}, now)
	switch v.Do {
	case dialer.Wait:
		return errors.Join(errNotNow, s.Release(kept, t, v.Until, ""))
	case dialer.Drop:
		return errors.Join(errNotNow, s.Release(kept, t, now, string(v.Why)))
	}
	return nil
}

// call calls a claimed target and writes down how that ended.
func (r *runner) call(ctx context.Context, p program, t campaign.Target, begun func()) error {
	a, args, err := r.begin(ctx, p, t)
	if err != nil {
		return err
	}
	if p.campaign.Text {
		begun()
		return r.write(ctx, p, t, a)
	}
	line := r.paced.begins() // before the next one asks how many there are
	begun()
	if r.moment(ctx, a) {
		return r.talk(ctx, p, t, a, args, line)
	}
	line.ends()
	a.EndedAt, a.Outcome, a.Detail = r.e.now(), NotPlaced, "paused, or on the list of those who are not called"
	return r.wrote(ctx, a, t)
}

// moment waits for the one at which an attempt is to be made, and tells whether it still may be.
func (r *runner) moment(ctx context.Context, a campaign.Attempt) bool {
	wait := time.UnixMilli(a.BegunAt).Sub(r.e.o.Now())
	if wait <= 0 {
		return true
	}
	pause(ctx, wait)
	ok, err := r.e.o.Store.Still(ctx, a, r.e.now())
	if err != nil {
		r.e.told(ctx, "whether a target may still be called cannot be asked", err)
	}
	return ok
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
