package stdlib

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/callback"
	"rexian/stdlib/db"
	"rexian/stdlib/jobs"
)

const (
	// settleAtOnce is how many filings of unknown result the authority is asked about at a time.
	settleAtOnce = 100
	// keepJobs is how long work that is done can be looked up.
	keepJobs = 30 * 24 * time.Hour
	// keepVersions is of how many changes the versions stay in the database, to be gone back to.
	keepVersions = 50
	// keepAlerts is how long what was told can be looked up.
	keepAlerts = 90 * 24 * time.Hour
	// worthCalling is how long after a call was interrupted its caller is still called back.
	worthCalling = 24 * time.Hour
)

// keepHouse keeps the house at once and every Config.House from then on, until ctx ends.
func (l *Library) keepHouse(ctx context.Context) {
	l.running.Go(func() {
		if _, err := callback.Free(ctx, l.db, callback.Owner{Node: l.o.Node}, l.boot, l.o.Now()); err != nil &&
			ctx.Err() == nil && !db.IsUnavailable(err) {
			l.o.Logger.Warn("whom an earlier start was calling is not called again", "error", err)
		}
		if l.calls.Repair(ctx) == nil { // the calls of an earlier start have their ends
			if err := l.recover(ctx, l.o.Now()); err != nil && ctx.Err() == nil {
				l.o.Logger.Warn("who waited when the program ended is looked for again later", "error", err)
			}
		}
	})
	_ = l.KeepHouse(ctx) // what fails is logged, here and below
	tick := time.NewTicker(l.o.Config.House)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = l.KeepHouse(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// KeepHouse does once what becomes due as time goes by; the Library does it by itself every few minutes. Each part may
// be done by any node, or by several at once.
//
//   - Complaints are accepted by silence, and staff are told of tickets near their limit and over it: in the log,
//     and by mail or text to Config.Alerts, gathered into one an hour for each of them, and not in the quiet hours.
//   - The authority is asked about filings whose result is unknown.
//   - The calls of nodes that are gone get their ends, and callers who waited in a queue there become callbacks.
//   - Tries of PINs, counts of checks, whom texts went to, entries of lists and work that is done are forgotten when
//
// they count no more.
//
// A part that fails is logged and tried again with the next turn; its error is returned. While the database is away
// nothing is done.
func (l *Library) KeepHouse(ctx context.Context) error {
	now := l.o.Now()
	var errs []error
	for _, part := range []struct {
		what string
		do   func(ctx context.Context, now time.Time) error
	}{
		{"tickets", l.alert},
		{"alerts", l.tell},
		{"filings", l.settle},
		{"calls", l.interrupted},
		{"callbacks", l.recover},
		{"tries", func(ctx context.Context, now time.Time) error {
			_, err := l.slices.Taxpayers.Forget(ctx, now)
			return err
		}},
		{"invoices", l.slices.Invoices.Sweep},
		{"lists", func(ctx context.Context, now time.Time) error {
			_,
				err := l.slices.Filter.Sweep(ctx, now)
			return err
		}},
		{"texts", l.slices.Messages.Sweep},
		{"jobs", func(ctx context.Context, now time.Time) error {
			_, err := jobs.Prune(ctx, l.db, now.Add(-keepJobs))
			return err
		}},
		{"versions", func(ctx context.Context, _ time.Time) error { return l.deployed.Prune(ctx, keepVersions) }},
	} {
		err := part.do(ctx, now)
		switch {
		case err == nil:
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case db.IsUnavailable(err):
			return err
		}
		l.o.Logger.Error("the house is not kept", "part", part.what, "error", err)
		errs = append(errs, fmt.Errorf("keep the house: %s: %w", part.what, err))
	}
	return errors.Join(errs...)
}

func (l *Library) settle(ctx context.Context, _ time.Time) error {
	n, err := l.slices.Filings.Settle(ctx, settleAtOnce)
	if n > 0 {
		l.o.Logger.Info("filings whose result was unknown are settled", "filings", n)
	}
	return err
}

func (l *Library) recover(ctx context.Context, now time.Time) error {
	n, err := l.slices.Callbacks.Recover(ctx, now.Add(-worthCalling), now)
	if n > 0 {
		l.o.Logger.Warn("callers waited when the program ended: they are to be called back", "callers", n)
	}
	return err
}
