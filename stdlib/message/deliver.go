package message

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// Provider carries the messages of a channel away.
type Provider interface {
	// Send hands a message over and returns the gateway's id for it. An error wraps ErrRefused if the message will
	// never be taken, ErrUncertain if it may have been, and nothing of both if it was not and may be tried again.
	Send(ctx context.Context, m Message) (providerID string, err error)
	// Ask asks what became of a message by its client message id, or the gateway's where that is known: Sent, Delivered
	// or Failed, Queued if the gateway never heard of it, Unknown if that cannot be told.
	Ask(ctx context.Context, m Message) (State, error)
}

// The errors of a Provider.
var (
	ErrRefused   = errors.New("refused for good")
	ErrUncertain = errors.New("it is not known whether it was taken")
)

// Deliver sends what is due, at most a batch, all at once, and returns how many it took up. Several nodes may deliver:
// each message is one node's.
func (s *Store) Deliver(ctx context.Context, now time.Time) (int, error) {
	var due []Message
	err := s.db.Select(ctx, &due, `UPDATE messages SET state = ?, attempts = attempts + 1, leased_till = ?,
		changed_at = ?, node = ? WHERE id IN (SELECT id FROM messages WHERE state = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?`+s.db.Engine().SkipLocked()+`) RETURNING `+columns,
		string(Sending), now.Add(s.o.Lease).UnixMilli(), now.UnixMilli(), s.o.Node,
		string(Queued), now.UnixMilli(), s.o.Batch)
	if err != nil {
		return 0, fmt.Errorf("take up messages: %w", err)
	}
	var wg sync.WaitGroup
	for _, m := range due {
		wg.Go(func() { s.sendOne(ctx, m, now) })
	}
	wg.Wait()
	return len(due), nil
}

// sendOne sends one message and notes what became of it. If that cannot be noted it is found as unknown when its lease
// is over.
func (s *Store) sendOne(ctx context.Context, m Message, now time.Time) {
	p := s.o.Providers[m.Channel]
	if p == nil {
		s.note(ctx, m, Queued, "", "no provider for "+string(m.Channel), now.Add(time.Hour))
		return
	}
	limited, cancel := context.WithTimeout(ctx, s.o.Lease/2)
	defer cancel()
	id, err := safely(func() (string, error) { return p.Send(limited, m) })
	switch {
	case err == nil:
		s.note(ctx, m, Sent, id, "", now.Add(firstAsked))
		s.early(ctx, m.ID, id)
	case errors.Is(err, ErrRefused):
		s.note(ctx, m, Failed, id, err.Error(), now)
	case errors.Is(err, ErrUncertain) || limited.Err() != nil:
		s.note(ctx, m, Unknown, id, err.Error(), now.Add(time.Minute))
	case m.Attempts >= int64(s.o.Attempts):
		s.note(ctx, m, Failed, id, err.Error(), now)
	default: // 30 s, then four times as long, to 2 hours
		s.note(ctx, m, Queued, id, err.Error(), now.Add(min(30*time.Second<<(2*(m.Attempts-1)), 2*time.Hour)))
	}
}

// safely contains the panic of a provider: whether it sent before is not known.
func safely(send func() (string, error)) (id string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: panic: %v", ErrUncertain, r)
		}
	}()
	return send()
}

func (s *Store) note(ctx context.Context, m Message, state State, providerID, detail string, due time.Time) {
	// What was sent must be noted, also when the node is shutting down.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := s.db.Exec(ctx, `UPDATE messages SET state = ?, provider_id = CASE WHEN ? = '' THEN provider_id ELSE ? END, detail = ?, due_at = ?, leased_till = 0, changed_at = ?
		WHERE id = ? AND state IN (?, ?)`, string(state), providerID, intake.Line(providerID, 128), intake.Line(detail, 500), due.UnixMilli(),
		s.o.Now().UnixMilli(), m.ID, string(Sending), string(Unknown))
	if err != nil {
		s.o.Logger.Error("what became of a message is not noted", "id", m.ID, "state", string(state), "error", err)
		return
	}
	s.count(state)
}

// Resolve asks about messages whose result is unknown, those among them whose sender died, at most a batch; it returns
// how many are known now. After a day without an answer a message stays unknown for staff to see.
func (s *Store) Resolve(ctx context.Context, now time.Time) (int, error) {
	if _, err := s.db.Exec(ctx,
		`UPDATE messages SET state = ?, detail = 'the sender died', due_at = ?, leased_till = 0 WHERE state = ? AND leased_till <= ?`,
		string(Unknown), now.UnixMilli(), string(Sending), now.UnixMilli()); err != nil {
		return 0, fmt.Errorf("find abandoned messages: %w", err)
	}
	var list []Message
	// What went into a file of another node is left to that one: here it would seem that nobody ever heard of it.
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM messages WHERE state = ? AND due_at <= ? AND created_at > ?
		AND (node IN ('', ?) OR channel = ? AND ? OR channel = ? AND ?) ORDER BY due_at, id LIMIT ?`,
		string(Unknown), now.UnixMilli(), now.AddDate(0, 0, -1).UnixMilli(), s.o.Node,
		string(SMS), s.anywhere(SMS), string(Mail), s.anywhere(Mail), s.o.Batch)
	if err != nil {
		return 0, fmt.Errorf("list the unknown messages: %w", err)
	}
	known := 0
	for _, m := range list {
		p := s.o.Providers[m.Channel]
		if p == nil {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, s.o.Lease/2)
		state, err := p.Ask(limited, m)
		cancel()
		switch {
		case err != nil || state == Unknown || state == Sending:
			s.note(ctx, m, Unknown, "", fmt.Sprint("asked: ", state, " ", err), now.Add(10*time.Minute))
		case state == Queued && m.Attempts >= int64(s.o.Attempts):
			s.note(ctx, m, Failed, "", "the gateway never heard of it", now)
			known++
		default:
			s.note(ctx, m, state, "", "asked", now)
			known++
		}
	}
	return known, ctx.Err()
}

// anywhere tells whether any node can ask what became of a message on a channel.
func (s *Store) anywhere(c Channel) bool {
	local, ok := s.o.Providers[c].(interface{ Local() bool })
	return !ok || !local.Local()
}

// Run delivers and resolves until ctx ends: at once when a message enters the outbox here, and every poll for those of
// other nodes and those that become due.
func (s *Store) Run(ctx context.Context, poll time.Duration) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		for ctx.Err() == nil {
			n, err := s.Deliver(ctx, s.o.Now())
			if err != nil && ctx.Err() == nil {
				s.o.Logger.Warn("messages wait", "error", err)
			}
			if n < s.o.Batch {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
			if _, err := s.Resolve(ctx, s.o.Now()); err != nil && ctx.Err() == nil && !db.IsUnavailable(err) {
				s.o.Logger.Warn("unknown messages stay unknown", "error", err)
			}
			if _, err := s.Follow(ctx, s.o.Now()); err != nil && ctx.Err() == nil && !db.IsUnavailable(err) {
				s.o.Logger.Warn("the gateway does not tell what became of texts", "error", err)
			}
		}
	}
}
