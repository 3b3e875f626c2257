package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// MayUrge tells whether a ticket may be urged at a moment: it is open and does not wait for the customer, the share of
// its limit that its kind names has gone by or it is overdue, and it has not been urged too often or too recently.
func (s *Store) MayUrge(t Ticket, now time.Time) bool {
	return !t.State.Closed() && t.WaitingOn == 0 && t.Urges < s.o.Urges &&
		(t.UrgedAt == 0 || now.UnixMilli()-t.UrgedAt >= s.o.UrgeGap.Milliseconds()) &&
		(s.Used(t, now) >= s.urgeAt(t) || s.Overdue(t, now))
}

func (s *Store) urgeAt(t Ticket) float64 {
	if k := s.kind(t.Class); k.UrgeAt > 0 {
		return k.UrgeAt
	}
	return s.o.UrgeAt
}

// Urge urges a ticket, for the telephone it was registered from. The outcomes are not_found (of another's ticket too:
// urge has no other word for it) and limit_reached.
func (s *Store) Urge(ctx context.Context, c fn.Caller, number string) error {
	t, err := s.Own(ctx, number, c.Phone)
	if errors.Is(err, fn.Outcome("not_allowed")) {
		return fn.Outcome("not_found")
	}
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		t, err := get(ctx, tx, t.Number, tx.Engine().ForUpdate())
		if err != nil {
			return err
		}
		if !s.MayUrge(t, c.Now) {
			return fn.Outcome("limit_reached")
		}
		was := t.Version
		t.Urges, t.UrgedAt, t.Version = t.Urges+1, c.Now.UnixMilli(), t.Version+1
		if err := update(ctx, tx, t, was); err != nil {
			return err
		}
		return history(ctx, tx, t.Number,
			Event{At: c.Now.UnixMilli(), Actor: "caller", Action: "urge", Was: t.State, Became: t.State})
	})
	if err != nil {
		return fmt.Errorf("urge a ticket: %w", err)
	}
	return nil
}

// Alert is why the staff are told of a ticket.
type Alert int64

// The alerts, each given once.
const (
	AlertUrge    Alert = 1 // Options.UrgeAt of the limit has gone by
	AlertOverdue Alert = 2
)

// Alerted is a ticket with the alert that is due.
type Alerted struct {
	Ticket Ticket
	Alert  Alert
}

// Sweep is run every few minutes. It accepts complaints by silence and tells of the tickets that staff are to hear of:
// those near their limit and those over it, each once, whichever node sweeps. tell runs in the transaction that notes
// the alert, so that what it orders with q is ordered exactly if the alert is noted; its error leaves the alert for the
// next sweep, and ends this one. The list is what was told.
func (s *Store) Sweep(ctx context.Context, now time.Time,
	tell func(ctx context.Context, q db.Queryer, a Alerted) error) ([]Alerted, error) {
	if err := s.acceptSilently(ctx, now); err != nil {
		return nil, err
	}
	// The nearest ends first: whatever has used half of at most 1,000 days ends within two years and a half.
	var near []Ticket
	err := s.db.Select(ctx, &near,
		`SELECT `+columns+` FROM tickets WHERE state IN (?, ?, ?, ?, ?, ?) AND due_at < ? AND alerted < ? ORDER BY due_at LIMIT 5000`,
		string(Received), string(Dispatched), string(Signed), string(Processing), string(Reviewing), string(Approved),
		now.AddDate(3, 0, 0).UnixMilli(), int64(AlertUrge|AlertOverdue))
	if err != nil {
		return nil, fmt.Errorf("list the tickets near their limit: %w", err)
	}
	var list []Alerted
	for _, t := range near {
		alert := Alert(0)
		switch {
		case s.Overdue(t, now):
			alert = AlertOverdue
		case s.Used(t, now) >= s.urgeAt(t) && Alert(t.Alerted)&AlertUrge == 0:
			alert = AlertUrge
		default:
			continue
		}
		was := t.Alerted
		t.Alerted |= int64(alert)
		if alert == AlertOverdue {
			t.Alerted |= int64(AlertUrge)
		}
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			if err := db.Changed(tx.Exec(ctx, `UPDATE tickets SET alerted = ? WHERE number = ? AND alerted = ?`,
				t.Alerted, t.Number, was)); err != nil {
				return err
			}
			return tell(ctx, tx, Alerted{t, alert})
		})
		if errors.Is(err, db.ErrConflict) {
			continue // another node tells of it
		}
		if err != nil {
			return list, fmt.Errorf("note an alert: %w", err)
		}
		list = append(list, Alerted{t, alert})
	}
	return list, nil
}

func (s *Store) acceptSilently(ctx context.Context, now time.Time) error {
	var silent []Ticket
	err := s.db.Select(ctx, &silent,
		`SELECT `+columns+` FROM tickets WHERE state = ? AND accept_by > 0 AND accept_by <= ? AND accepted_at = 0 LIMIT 1000`,
		string(Received), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("list the complaints not yet accepted: %w", err)
	}
	for _, t := range silent {
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			if err := db.Changed(tx.Exec(ctx,
				`UPDATE tickets SET accepted_at = accept_by, version = version + 1 WHERE number = ? AND accepted_at = 0 AND state = ?`,
				t.Number, string(Received))); err != nil {
				return err
			}
			return history(ctx, tx, t.Number,
				Event{At: t.AcceptBy, Actor: "silence", Action: Accept, Was: t.State, Became: t.State})
		})
		if err != nil && !errors.Is(err, db.ErrConflict) {
			return fmt.Errorf("accept a complaint by silence: %w", err)
		}
	}
	return nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"ticket.create": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			t, err := s.Create(ctx, Draft{Class: a.Text(0, 50), Anonymous: a.Bool(1), Recording: a.Text(2, 200),
				Phone: a.Phone(3), Name: a.Text(4, intake.MaxName),
				Content: a.Text(5, intake.MaxNote), CallID: c.CallID, Path: c.Path}, c.Now)
			if err != nil {
				return value.Value{}, err
			}
			return value.Text(t.Number), nil
		},
		"ticket.add": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			return value.Bool(true), s.Add(ctx, c, a.Digits(0, 10), a.Text(1, 200), a.Text(2, intake.MaxNote))
		},
		"ticket.progress": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			t, err := s.Own(ctx, a.Digits(0, 10), a.Phone(1))
			if err != nil {
				return value.Value{}, err
			}
			return s.Record(t, intake.English(c), c.Now), nil
		},
		"ticket.urge": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			return value.Bool(true), s.Urge(ctx, c, intake.Args(args).Digits(0, 10))
		},
		"ticket.to_follow_up": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.ToFollowUp(ctx, intake.Args(args).Text(0, 50))
			items := make([]value.Value, len(list))
			for i, t := range list {
				items[i] = s.Record(t, intake.English(c), c.Now)
			}
			return value.List(items...), err
		},
	}
}
