package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"rexian/stdlib/db"
)

// Handler does the work of one kind. nil is done; an error is tried again after a while, unless it is Permanent or that
// was the last attempt. ctx ends when the work must stop: the worker is closing, or another has taken the work over.
type Handler func(ctx context.Context, j Job) error

// Kind is how one kind of work is done. A zero field takes the default beside it.
type Kind struct {
	Do     Handler
	AtOnce int           // how many at once on this node: 1
	Lease  time.Duration // how long the work is this worker's without a sign of life: 30 s
	Pause  time.Duration // before the second attempt; doubled for each further one: 10 s
	Most   time.Duration // the longest pause: 1 h
}

// Options are a worker's circumstances. A zero field takes the default beside it.
type Options struct {
	ID     string           // names this start of this worker, never the same twice; required
	Poll   time.Duration    // how often it looks for work: 1 s
	Now    func() time.Time // time.Now
	Rand   func() float64   // 0 ≤ r < 1, for the jitter of pauses: math/rand/v2
	Logger *slog.Logger     // none
}

// Worker does work of some kinds.
type Worker struct {
	d       *db.DB
	kinds   map[string]Kind
	o       Options
	wake    chan struct{}
	mu      sync.Mutex
	running map[int64]*hold
	busy    map[string]int
}

// hold is a job being done.
type hold struct {
	Job
	cancel context.CancelFunc
	lease  time.Duration
}

// NewWorker makes a worker; Run lets it work.
func NewWorker(d *db.DB, kinds map[string]Kind, o Options) *Worker {
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Worker{d: d, kinds: map[string]Kind{}, o: o, wake: make(chan struct{}, 1), running: map[int64]*hold{},
		busy: map[string]int{}}
	for name, k := range kinds {
		if k.AtOnce <= 0 {
			k.AtOnce = 1
		}
		if k.Lease <= 0 {
			k.Lease = 30 * time.Second
		}
		if k.Pause <= 0 {
			k.Pause = 10 * time.Second
		}
		if k.Most <= 0 {
			k.Most = time.Hour
		}
		w.kinds[name] = k
	}
	return w
}

// Wake makes the worker look for work now, after some was ordered.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and then waits for what is being done, whose context has ended too. While the database is
// away it looks again with each poll.
func (w *Worker) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	poll := time.NewTicker(w.o.Poll)
	defer poll.Stop()
	beat := time.NewTicker(w.shortestLease() / 3)
	defer beat.Stop()
	for {
		found := w.look(ctx, &all)
		if found && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-poll.C:
		case <-beat.C:
			w.beat(ctx)
		}
	}
}

func (w *Worker) shortestLease() time.Duration {
	least := time.Hour
	for _, k := range w.kinds {
		least = min(least, k.Lease)
	}
	return least
}

// look claims work of every kind that has room and begins it. It tells whether there was any, and so may be more.
func (w *Worker) look(ctx context.Context, all *sync.WaitGroup) bool {
	found := false
	for name, k := range w.kinds {
		w.mu.Lock()
		room := k.AtOnce - w.busy[name]
		w.mu.Unlock()
		if room <= 0 {
			continue
		}
		list, err := w.claim(ctx, name, k, room)
		if err != nil {
			if ctx.Err() == nil && !db.IsUnavailable(err) {
				w.o.Logger.Error("no work can be claimed", "kind", name, "error", err)
			}
			continue
		}
		for _, j := range list {
			found = true
			inner, cancel := context.WithCancel(ctx)
			h := &hold{j, cancel, k.Lease}
			w.mu.Lock()
			w.running[j.ID] = h
			w.busy[name]++
			w.mu.Unlock()
			all.Go(func() {
				err := do(inner, k.Do, j)
				w.finish(ctx, k, h, err)
				cancel()
				w.mu.Lock()
				delete(w.running, j.ID)
				w.busy[name]--
				w.mu.Unlock()
				w.Wake() // there is room
			})
		}
	}
	return found
}

// do runs a handler and contains its panic.
func do(ctx context.Context, f Handler, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return f(ctx, j)
}

// claim takes up to n jobs of a kind: those whose time has come, and those whose worker has not been heard of.
func (w *Worker) claim(ctx context.Context, name string, k Kind, n int) ([]Job, error) {
	var list []Job
	err := w.d.Tx(ctx, func(t *db.Tx) error {
		list = nil
		now := w.o.Now().UnixMilli()
		const columns = `SELECT id, kind, key, payload, attempts, max_attempts, created, state = 'running' AS again FROM jobs WHERE kind = ? AND `
		if err := t.Select(ctx, &list,
			columns+`state = 'running' AND lease_until < ? ORDER BY lease_until LIMIT ?`+t.Engine().SkipLocked(),
			name, now, n); err != nil {
			return err
		}
		if more := n - len(list); more > 0 {
			var waiting []Job
			if err := t.Select(ctx, &waiting,
				columns+`state = 'waiting' AND run_at <= ? ORDER BY priority DESC, run_at, id LIMIT ?`+
					t.Engine().SkipLocked(), name, now, more); err != nil {
				return err
			}
			list = append(list, waiting...)
		}
		kept := list[:0]
		for _, j := range list {
			if j.Again && j.Attempt >= j.Attempts {
				if _, err := t.Exec(ctx,
					`UPDATE jobs SET state = 'failed', finished = ?, last_error = 'its worker was not heard of again' WHERE id = ?`,
					now, j.ID); err != nil {
					return err
				}
				continue
			}
			j.Attempt++
			if _, err := t.Exec(ctx,
				`UPDATE jobs SET state = 'running', worker = ?, attempts = ?, lease_until = ? WHERE id = ?`,
				w.o.ID, j.Attempt, now+k.Lease.Milliseconds(), j.ID); err != nil {
				return err
			}
			kept = append(kept, j)
		}
		list = kept
		return nil
	})
	return list, err
}

// mine is the condition that a job is still this worker's: another that claimed it has raised the attempts.
const mine = ` WHERE id = ? AND state = 'running' AND worker = ? AND attempts = ?`

// beat extends the leases of what is being done, and stops what has been taken over.
func (w *Worker) beat(ctx context.Context) {
	w.mu.Lock()
	list := make([]*hold, 0, len(w.running))
	for _, h := range w.running {
		list = append(list, h)
	}
	w.mu.Unlock()
	for _, h := range list {
		err := db.Changed(w.d.Exec(ctx, `UPDATE jobs SET lease_until = ?`+mine, w.o.Now().Add(h.lease).UnixMilli(),
			h.ID, w.o.ID, h.Attempt))
		if errors.Is(err, db.ErrConflict) {
			h.cancel()
		}
	}
}

// finish writes how a job ended. While the database is away it tries again until the lease has run out: then another
// will do the work again.
func (w *Worker) finish(ctx context.Context, k Kind, h *hold, failed error) {
	now := w.o.Now()
	query, args := `UPDATE jobs SET state = 'done', finished = ?, lease_until = NULL, last_error = NULL`,
		[]any{now.UnixMilli()}
	var off *later
	var final *permanent
	switch {
	case failed == nil:
	case errors.As(failed, &off):
		query, args = `UPDATE jobs SET state = 'waiting', lease_until = NULL, run_at = ?, attempts = attempts - 1, last_error = ?`,
			[]any{now.Add(off.after).UnixMilli(), off.why}
	case ctx.Err() != nil: // the worker is closing: the attempt does not count
		query, args = `UPDATE jobs SET state = 'waiting', lease_until = NULL, run_at = ?, attempts = attempts - 1, last_error = ?`,
			[]any{now.UnixMilli(), short(failed)}
	case errors.As(failed, &final) || h.Attempt >= h.Attempts:
		query, args = `UPDATE jobs SET state = 'failed', finished = ?, lease_until = NULL, last_error = ?`,
			[]any{now.UnixMilli(), short(failed)}
		w.o.Logger.Error("work has failed for good", "kind", h.Kind, "key", h.Key, "attempts", h.Attempt, "error",
			failed)
	default:
		query, args = `UPDATE jobs SET state = 'waiting', lease_until = NULL, run_at = ?, last_error = ?`,
			[]any{now.Add(w.pause(k, h.Attempt)).UnixMilli(), short(failed)}
		w.o.Logger.Warn("work has failed and will be tried again", "kind", h.Kind, "key", h.Key, "attempt", h.Attempt,
			"error", failed)
	}
	args = append(args, h.ID, w.o.ID, h.Attempt)
	end := now.Add(k.Lease)
	for {
		_, err := w.d.Exec(context.WithoutCancel(ctx), query+mine, args...)
		if err == nil {
			return
		}
		if !db.IsUnavailable(err) || !w.o.Now().Before(end) || ctx.Err() != nil {
			w.o.Logger.Error("how work ended could not be written", "kind", h.Kind, "key", h.Key, "error", err)
			return
		}
		t := time.NewTimer(w.o.Poll)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
}

// pause is how long to wait after the nth attempt: doubled each time, up to its limit, and up to a fifth more or less,
// so that what failed together is not tried together.
func (w *Worker) pause(k Kind, n int) time.Duration {
	d := k.Most
	if n <= 30 {
		d = min(k.Pause<<(n-1), k.Most)
	}
	return time.Duration(float64(d) * (0.8 + 0.4*w.o.Rand()))
}

// short is an error as it is stored: the reason, not a page of it.
func short(err error) string {
	const most = 2000
	s := []rune(err.Error())
	return string(s[:min(len(s), most)])
}
