package message

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// When a gateway is asked what became of a text that it has taken: first after firstAsked, then ever more rarely until
// lastAsked.
const (
	firstAsked = 2 * time.Minute
	lastAsked  = 3 * 24 * time.Hour
)

// Fates are the states that Fate counts.
var Fates = []State{Sent, Delivered, Failed, Unknown}

// Fate is how many times a message came into a state since the start, here.
func (s *Store) Fate(state State) int64 {
	if i := slices.Index(Fates, state); i >= 0 {
		return s.fate[i].Load()
	}
	return 0
}

// Lost is how many reports were of no message of ours, or of another recipient, since the start.
func (s *Store) Lost() int64 { return s.lost.Load() }

func (s *Store) count(state State) {
	if i := slices.Index(Fates, state); i >= 0 {
		s.fate[i].Add(1)
	}
}

// Receipt notes what a gateway reports of a message, by its id or by the gateway's own. A report that comes twice
// changes nothing, and one that comes late does not undo one that came before: delivered stays. A report may be here
// before the gateway's answer is: one of no message that we know is kept until then. It tells whether there is such a
// message.
func (s *Store) Receipt(ctx context.Context, r Report, now time.Time) (known bool, err error) {
	if r.ID = intake.Line(r.ID, 128); r.ID == "" {
		return false, nil
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		known, err = s.report(ctx, tx, r, now)
		if err != nil || known {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO message_receipts (id, recipient, state, why, received_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET state = CASE WHEN message_receipts.state = 'delivered' THEN 'delivered'
			ELSE excluded.state END`, r.ID, intake.Phone(r.To), string(r.State), intake.Line(r.Why, 500), now.UnixMilli())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note a receipt: %w", err)
	}
	if !known {
		s.lost.Add(1)
	}
	return known, nil
}

// report changes the message that a report is of. One that says another recipient than the message has is of none.
func (s *Store) report(ctx context.Context, q db.Queryer, r Report, now time.Time) (bool, error) {
	var m Message
	err := q.Get(ctx, &m, `SELECT `+columns+` FROM messages WHERE (id = ? OR provider_id = ?) AND state <> ?
		ORDER BY created_at DESC LIMIT 1`, r.ID, r.ID, string(Queued))
	if db.IsNotFound(err) || err == nil && r.To != "" && intake.Phone(r.To) != m.Recipient {
		return false, nil
	}
	if err != nil || m.State == Delivered || m.State == r.State {
		return true, err
	}
	err = db.Changed(q.Exec(ctx, `UPDATE messages SET state = ?, detail = ?, due_at = 0, leased_till = 0, changed_at = ?
		WHERE id = ? AND state NOT IN (?, ?)`, string(r.State), intake.Line(r.Why, 500), now.UnixMilli(), m.ID,
		string(Delivered), string(Queued)))
	if errors.Is(err, db.ErrConflict) {
		return true, nil // another node was told, too
	}
	if err == nil {
		s.count(r.State)
	}
	return true, err
}

// early takes in a report that came before the gateway's answer to the message.
func (s *Store) early(ctx context.Context, id, providerID string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var kept []struct {
			ID        string `db:"id"`
			Recipient string `db:"recipient"`
			State     State  `db:"state"`
			Why       string `db:"why"`
		}
		if err := tx.Select(ctx, &kept, `DELETE FROM message_receipts WHERE id IN (?, ?)
			RETURNING id, recipient, state, why`, id, intake.Line(providerID, 128)); err != nil {
			return err
		}
		for _, k := range kept {
			known, err := s.report(ctx, tx, Report{ID: k.ID, To: k.Recipient, State: k.State, Why: k.Why}, s.o.Now())
			if err != nil {
				return err
			}
			if known {
				s.lost.Add(-1)
			}
		}
		return nil
	})
	if err != nil {
		s.o.Logger.Error("a report of a message is not taken in", "id", id, "error", err)
	}
}

// Follow asks gateways that can tell what became of the messages they have taken, and fetches the reports of those that
// keep them to be fetched. It returns how many messages it learnt of.
func (s *Store) Follow(ctx context.Context, now time.Time) (int, error) {
	learnt := 0
	for channel, p := range s.o.Providers {
		if f, ok := p.(interface{ Follows() bool }); ok && f.Follows() {
			n, err := s.ask(ctx, channel, p, now)
			if learnt += n; err != nil {
				return learnt, err
			}
		}
		f, ok := p.(interface {
			Pulls() bool
			Pull(ctx context.Context) ([]Report, error)
		})
		if !ok || !f.Pulls() || now.UnixMilli() < s.pulled.Load()+pullApart.Milliseconds() {
			continue
		}
		s.pulled.Store(now.UnixMilli())
		limited, cancel := context.WithTimeout(ctx, s.o.Lease/2)
		list, err := f.Pull(limited)
		cancel()
		if err != nil {
			return learnt, err
		}
		for _, r := range list { // they are not to be had again: one that cannot be noted does not keep the others back
			known, e := s.Receipt(ctx, r, now)
			if err = errors.Join(err, e); known {
				learnt++
			}
		}
		if err != nil {
			return learnt, err
		}
	}
	return learnt, nil
}

// pullApart is how often reports are fetched.
const pullApart = 20 * time.Second

// ask asks about messages that were taken and are due to be asked about, a batch at once.
func (s *Store) ask(ctx context.Context, channel Channel, p Provider, now time.Time) (int, error) {
	var list []Message
	// Each is one node's for as long as an answer may take.
	err := s.db.Select(ctx, &list, `UPDATE messages SET due_at = ? WHERE id IN (SELECT id FROM messages WHERE state = ?
		AND channel = ? AND due_at > 0 AND due_at <= ? AND created_at > ? ORDER BY due_at, id LIMIT ?`+
		s.db.Engine().SkipLocked()+`) RETURNING `+columns, now.Add(s.o.Lease).UnixMilli(), string(Sent),
		string(channel),
		now.UnixMilli(), now.Add(-lastAsked).UnixMilli(), s.o.Batch)
	if err != nil {
		return 0, fmt.Errorf("list the messages to ask about: %w", err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	learnt := 0
	for _, m := range list {
		wg.Go(func() {
			limited, cancel := context.WithTimeout(ctx, s.o.Lease/2)
			defer cancel()
			state, err := p.Ask(limited, m)
			if err == nil && (state == Delivered || state == Failed) {
				if _, err = s.report(ctx, s.db, Report{ID: m.ID, State: state, Why: "asked"}, now); err == nil {
					mu.Lock()
					learnt++
					mu.Unlock()
				}
				return
			}
			// As long again as it is old, from two minutes to two hours.
			wait := min(max(now.Sub(time.UnixMilli(m.CreatedAt)), firstAsked), 2*time.Hour)
			if _, err := s.db.Exec(ctx, `UPDATE messages SET due_at = ? WHERE id = ? AND state = ?`,
				now.Add(wait).UnixMilli(), m.ID, string(Sent)); err != nil && ctx.Err() == nil {
				s.o.Logger.Warn("when a message is asked about again is not noted", "id", m.ID, "error", err)
			}
		})
	}
	wg.Wait()
	return learnt, nil
}
