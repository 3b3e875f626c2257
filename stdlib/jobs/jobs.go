// Package jobs is work that outlives the transaction that ordered it: a text message to send, a mail, a report, an
// attempt to dial. It is ordered in the caller's own transaction, so that it is there exactly if what ordered it is,
// and done at least once by a worker on any node.
//
//	waiting ──claimed──▶ running ──done──▶ done
//	   ▲                   │ │ └──failed for good, or once too often──▶ failed
//	   └──failed: later────┘ └──its worker died: the lease runs out, another claims it (Job.Again)
//
// (kind, key) names a piece of work for good: ordering it twice orders it once. A worker that died may have done the
// work and not said so: a handler looks whether it has been done if Job.Again says so, or does what may be done twice.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/db"
)

// Order is a piece of work to be done.
type Order struct {
	Kind     string    // who does it: a Worker's handler of that name
	Key      string    // names the work within its kind; ordering it again changes nothing
	Payload  any       // what json.Marshal takes
	At       time.Time // not before; the zero time is at once
	Priority int       // the greater first
	Attempts int       // how often it is tried: 10
}

// Job is a piece of work in the hands of a worker.
type Job struct {
	ID       int64  `db:"id"`
	Kind     string `db:"kind"`
	Key      string `db:"key"`
	Payload  string `db:"payload"`      // JSON
	Attempt  int    `db:"attempts"`     // this one, from 1
	Attempts int    `db:"max_attempts"` // how many there may be
	Created  int64  `db:"created"`      // Unix milliseconds
	// Again says that a worker claimed it before and was not heard of again: it may have done the work.
	Again bool `db:"again"`
}

// Decode reads the payload into v.
func (j Job) Decode(v any) error {
	if err := json.Unmarshal([]byte(j.Payload), v); err != nil {
		return fmt.Errorf("the payload of job %d: %w", j.ID, err)
	}
	return nil
}

// Add orders work, best in the transaction whose other changes call for it. added is false if it had been ordered
// before.
func Add(ctx context.Context, q db.Queryer, now time.Time, o Order) (added bool, err error) {
	payload := []byte("{}")
	if o.Payload != nil {
		if payload, err = json.Marshal(o.Payload); err != nil {
			return false, fmt.Errorf("order %s %s: %w", o.Kind, o.Key, err)
		}
	}
	if o.Attempts <= 0 {
		o.Attempts = 10
	}
	at := now
	if o.At.After(now) {
		at = o.At
	}
	r, err := q.Exec(ctx, `INSERT INTO jobs (kind, key, payload, priority, run_at, max_attempts, created) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, key) DO NOTHING`, o.Kind, o.Key, string(payload), o.Priority, at.UnixMilli(), o.Attempts, now.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("order %s %s: %w", o.Kind, o.Key, err)
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// Cancel takes back work that no worker has begun; false if there is none, or it was too late.
func Cancel(ctx context.Context, q db.Queryer, now time.Time, kind, key string) (bool, error) {
	err := db.Changed(q.Exec(ctx,
		`UPDATE jobs SET state = 'cancelled', finished = ? WHERE kind = ? AND key = ? AND state = 'waiting'`,
		now.UnixMilli(), kind, key))
	if errors.Is(err, db.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cancel %s %s: %w", kind, key, err)
	}
	return true, nil
}

// Retry orders work again that has failed for good: from now on, with all its attempts. False if it has not failed.
func Retry(ctx context.Context, q db.Queryer, now time.Time, kind, key string) (bool, error) {
	err := db.Changed(q.Exec(ctx, `UPDATE jobs SET state = 'waiting', finished = NULL, attempts = 0, run_at = ? WHERE kind = ? AND key = ?
		AND state = 'failed'`, now.UnixMilli(), kind, key))
	if errors.Is(err, db.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("retry %s %s: %w", kind, key, err)
	}
	return true, nil
}

// Status is how a piece of work stands.
type Status struct {
	State     string  `db:"state"` // waiting, running, done, failed, cancelled
	Attempts  int     `db:"attempts"`
	RunAt     int64   `db:"run_at"`
	LastError *string `db:"last_error"`
	Finished  *int64  `db:"finished"`
}

// Find tells how a piece of work stands; db.IsNotFound if it was never ordered.
func Find(ctx context.Context, q db.Queryer, kind, key string) (Status, error) {
	var s Status
	if err := q.Get(ctx, &s,
		`SELECT state, attempts, run_at, last_error, finished FROM jobs WHERE kind = ? AND key = ?`, kind,
		key); err != nil {
		return s, fmt.Errorf("find %s %s: %w", kind, key, err)
	}
	return s, nil
}

// Prune removes what was done or cancelled before a moment, and what failed. It returns how many there were.
func Prune(ctx context.Context, q db.Queryer, before time.Time) (int64, error) {
	r, err := q.Exec(ctx, `DELETE FROM jobs WHERE finished IS NOT NULL AND finished < ?`, before.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("prune the jobs: %w", err)
	}
	return r.RowsAffected()
}

// Permanent marks an error that another attempt would meet again: the work has failed for good.
func Permanent(err error) error { return &permanent{err} }

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// Later puts the work off: it is tried again after a while, and this attempt does not count. For quiet hours, a full
// line, a system that is down.
func Later(d time.Duration, why string) error { return &later{d, why} }

type later struct {
	after time.Duration
	why   string
}

func (l *later) Error() string { return l.why }
