package message

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/stdlib/db"
)

// Limit is how many texts may go to one number within a time that ends now, whichever calls and flows they are from.
type Limit struct {
	Most   int
	Within time.Duration
}

// DefaultLimits let a caller have what a call or two send, and keep whoever calls with another's number from having
// that one texted all night: a hotline that texts the number a call shows can be made to by anybody.
var DefaultLimits = []Limit{{5, time.Minute}, {10, time.Hour}, {20, 24 * time.Hour}}

// longest is the time that the longest limit looks back.
const longest = 24 * time.Hour

// limits are how many texts may go to one number, and the numbers without limits.
type limits struct {
	list      []Limit
	unlimited []string
}

// SetLimits sets Options.Limits and Options.Unlimited anew.
func (s *Store) SetLimits(list []Limit, unlimited []string) {
	l := &limits{list: list, unlimited: slices.Clone(unlimited)}
	for i, to := range l.unlimited {
		if to, err := recipient(SMS, to); err == nil {
			l.unlimited[i] = to
		}
	}
	s.limits.Store(l)
}

// ErrLimited is for a text to a number that has got as many as may go to it.
var ErrLimited = errors.New("too many texts to one number")

// limited tells whether a text would be one too many for its recipient. Replies are not: who gets one has written, and
// Reply has a limit of its own. Nor is a text to a number that was named beforehand, by the configuration or by whoever
// wrote the flow: no caller can point it at somebody else. Two that ask at once for one number, on any node, ask one
// after the other: tx holds the number's row.
func (s *Store) limited(ctx context.Context, q db.Queryer, d Draft, now time.Time) error {
	to, most := d.Recipient, s.limits.Load()
	if d.Channel != SMS || d.Thread != "" || d.Named || len(most.list) == 0 || slices.Contains(most.unlimited, to) {
		return nil
	}
	if _, err := q.Exec(ctx, `INSERT INTO message_recipients (recipient, last_at) VALUES (?, ?)
		ON CONFLICT (recipient) DO UPDATE SET last_at = excluded.last_at`, to, now.UnixMilli()); err != nil {
		return fmt.Errorf("limit the texts: %w", err)
	}
	for _, l := range most.list {
		var sent int
		if err := q.Get(ctx, &sent,
			`SELECT COUNT(*) FROM messages WHERE recipient = ? AND created_at > ? AND channel = ?`,
			to, now.Add(-l.Within).UnixMilli(), string(SMS)); err != nil {
			return fmt.Errorf("limit the texts: %w", err)
		}
		if sent >= l.Most {
			return &limitError{sent, l.Within}
		}
	}
	return nil
}

// limitError is ErrLimited with what was counted.
type limitError struct {
	sent   int
	within time.Duration
}

func (*limitError) Error() string        { return ErrLimited.Error() }
func (*limitError) Is(target error) bool { return target == ErrLimited }

// heldBack counts and logs a text that is not sent.
func (s *Store) heldBack(d Draft, why *limitError) {
	s.held.Add(1)
	s.o.Logger.Warn("a text is held back: too many to one number", "to", d.Recipient[:3]+"****"+d.Recipient[7:],
		"sent", why.sent, "within", why.within, "call", d.CallID)
}

// Held is how many texts were held back by a limit since the start.
func (s *Store) Held() int64 { return s.held.Load() }

// Sweep forgets the numbers to which no text has gone for so long that no limit counts it, and old reports of no
// message. What was sent stays.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM message_recipients WHERE last_at < ?`,
		now.Add(-longest).UnixMilli()); err != nil {
		return fmt.Errorf("forget whom texts went to: %w", err)
	}
	if _, err := s.db.Exec(ctx, `DELETE FROM message_receipts WHERE received_at < ?`,
		now.Add(-lastAsked).UnixMilli()); err != nil {
		return fmt.Errorf("forget reports of no message: %w", err)
	}
	return nil
}
