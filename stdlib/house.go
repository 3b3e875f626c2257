package stdlib

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/jobs"
	"rexian/stdlib/message"
	"rexian/stdlib/ticket"
)

const (
	// settleAtOnce is how many filings of unknown result the authority is asked about at a time.
	settleAtOnce = 100
	// keepJobs is how long work that is done can be looked up.
	keepJobs = 30 * 24 * time.Hour
	// keepVersions is of how many changes the versions stay in the database, to be gone back to.
	keepVersions = 50
	// worthCalling is how long after a call was interrupted its caller is still called back.
	worthCalling = 24 * time.Hour
)

// keepHouse keeps the house at once and every Config.House from then on, until ctx ends.
func (l *Library) keepHouse(ctx context.Context) {
	l.running.Go(func() {
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

// KeepHouse does once what becomes due as time goes by; the Library does it by itself every few minutes. Each part may be done
// by any node, or by several at once.
//
//   - Complaints are accepted by silence, and staff are told of tickets near their limit and over it: by mail or text to
//     Config.Alerts, through the outbox, and in the log.
//   - The authority is asked about filings whose result is unknown.
//   - The calls of nodes that are gone get their ends, and callers who waited in a queue there become callbacks.
//   - Tries of PINs, counts of checks, whom texts went to, entries of lists and work that is done are forgotten when
//
// they count no more.
//
// A part that fails is logged and tried again with the next turn; its error is returned. While the database is away nothing is
// done.
func (l *Library) KeepHouse(ctx context.Context) error {
	now := l.o.Now()
	var errs []error
	for _, part := range []struct {
		what string
		do   func(ctx context.Context, now time.Time) error
	}{
		{"tickets", l.alert},
		{"filings", l.settle},
		{"calls", l.interrupted},
		{"callbacks", l.recover},
		{"tries", func(ctx context.Context, now time.Time) error {
			_, err := l.slices.Taxpayers.Forget(ctx, now)
			return err
		}},
		{"invoices", l.slices.Invoices.Sweep},
		{"lists", func(ctx context.Context, now time.Time) error { _, err := l.slices.Filter.Sweep(ctx, now); return err }},
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

// alert tells of the tickets that are due.
func (l *Library) alert(ctx context.Context, now time.Time) error {
	list, err := l.slices.Tickets.Sweep(ctx, now, func(ctx context.Context, q db.Queryer, a ticket.Alerted) error {
		for _, to := range l.o.Config.Alerts {
			d := message.Draft{Channel: message.SMS, Recipient: to, Body: l.alertText(a), Staff: true,
				Reason: fmt.Sprintf("ticket %s alert %d", a.Ticket.Number, a.Alert)}
			if strings.Contains(to, "@") {
				d.Channel, d.Subject = message.Mail, d.Body
			}
			_, err := l.slices.Messages.Send(ctx, q, d, now)
			if errors.Is(err, message.ErrRecipient) {
				l.o.Logger.Error("who is to be told of tickets has no address that can be reached", "to", to)
				continue
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, a := range list {
		l.o.Logger.Warn("a ticket is near its limit or over it", "ticket", a.Ticket.Number, "class", a.Ticket.Class, "unit", a.Ticket.Unit,
			"overdue", a.Alert == ticket.AlertOverdue, "due", l.slices.Tickets.Due(a.Ticket).String())
	}
	return err
}

// alertText says what is due; who reported is not for everybody, and so not in it.
func (l *Library) alertText(a ticket.Alerted) string {
	what := "临近时限，请催办"
	if a.Alert == ticket.AlertOverdue {
		what = "已超过时限"
	}
	unit := a.Ticket.Unit
	if unit == "" {
		unit = "尚未分发"
	}
	return fmt.Sprintf("工单%s（%s，%s）%s，时限%s。", a.Ticket.Number, a.Ticket.Class, unit, what, l.slices.Tickets.Due(a.Ticket))
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
