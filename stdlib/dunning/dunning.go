// Package dunning keeps what came of the calls to those who owe: the result, and the day a payment was promised for.
package dunning

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/taxpayer"
)

// Promised is the result of a call that ended in a promise.
const Promised = "承诺缴款"

// Talked is the result of a call that was answered and ended in none other.
const Talked = "接通"

// farthest is how many days ahead a payment may be promised for.
const farthest = 366

// Result is what came of a call.
type Result struct {
	TaxID    string `db:"tax_id"`
	CallID   string `db:"call_id"`
	Phone    string `db:"phone"`
	Reached  int64  `db:"reached"` // Unix milliseconds
	Result   string `db:"result"`
	Promised *int64 `db:"promised"` // days since 1970-01-01; nil if nothing was promised
}

// Record is the result as flows see it: moment, result, day promised.
func (r Result) Record() value.Value {
	promised := value.Absent()
	if r.Promised != nil {
		promised = value.Int(*r.Promised)
	}
	return value.Record(value.Int(r.Reached), value.Text(r.Result), promised)
}

// Store answers for the results in a database.
type Store struct {
	db   *db.DB
	zone *time.Location
}

// New returns the results in d; zone is that of "today", China's if nil.
func New(d *db.DB, zone *time.Location) *Store { return &Store{d, zone} }

// Promise enters that a payment was promised for a day, from today to a year ahead. One call has one result per
// taxpayer: a later promise in the same call replaces the earlier.
func (s *Store) Promise(ctx context.Context, c fn.Caller, number string, day hours.Date) error {
	today := intake.Day(c.Now, s.zone)
	if day < today || day > today+farthest {
		return fmt.Errorf("a payment promised for %d days from now", int64(day)-int64(today))
	}
	promised := int64(day)
	return s.Enter(ctx, c, number, Promised, &promised)
}

// Enter enters what came of a call.
func (s *Store) Enter(ctx context.Context, c fn.Caller, number, result string, promised *int64) error {
	id, ok := intake.TaxpayerID(number)
	if !ok {
		return errors.New("enter a dunning result: no taxpayer number")
	}
	_, err := s.db.Exec(ctx, `INSERT INTO dunning_results (tax_id, call_id, phone, reached, result, promised) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (tax_id, call_id) DO UPDATE SET reached = excluded.reached, result = excluded.result, promised = excluded.promised`,
		id, intake.Line(c.CallID, 128), intake.Phone(c.Phone), c.Now.UnixMilli(), intake.Line(result, 50), promised)
	if err != nil {
		return fmt.Errorf("enter a dunning result: %w", err)
	}
	return nil
}

// Note enters in q what came of an attempt to call a taxpayer, unless something was entered during the call: a promise
// says more.
func Note(ctx context.Context, q db.Queryer, r Result) error {
	id, ok := intake.TaxpayerID(r.TaxID)
	if !ok {
		return nil // a list may have who has no number
	}
	_, err := q.Exec(ctx, `INSERT INTO dunning_results (tax_id, call_id, phone, reached, result, promised)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tax_id, call_id) DO NOTHING`, id, intake.Line(r.CallID, 128),
		intake.Phone(r.Phone), r.Reached, intake.Line(r.Result, 50), r.Promised)
	if err != nil {
		return fmt.Errorf("enter a dunning result: %w", err)
	}
	return nil
}

// followed is for how many days after its day a promise is followed up, if nobody was reached before.
const followed = 30

// Due lists the taxpayers who promised to pay by today, still owe, and were not talked to since the day they promised
// for; the oldest promise first.
func (s *Store) Due(ctx context.Context, now time.Time) ([]taxpayer.Taxpayer, error) {
	today := int64(intake.Day(now, s.zone))
	_, offset := now.In(intake.Zone(s.zone)).Zone()
	var list []taxpayer.Taxpayer
	err := s.db.Select(ctx, &list, `SELECT t.tax_id, t.name, t.class, t.office, t.phone, t.pin_hash
		FROM dunning_results p JOIN taxpayers t ON t.tax_id = p.tax_id
		WHERE p.promised IS NOT NULL AND p.promised <= ? AND p.promised > ?
		AND NOT EXISTS (SELECT 1 FROM dunning_results q WHERE q.tax_id = p.tax_id AND q.call_id <> p.call_id
			AND (q.promised IS NOT NULL AND q.reached > p.reached
			OR q.result = ? AND q.reached >= p.promised * 86400000 - ?))
		AND EXISTS (SELECT 1 FROM arrears a WHERE a.tax_id = p.tax_id AND a.due < ? AND a.paid < a.amount)
		ORDER BY p.promised, p.tax_id LIMIT ?`, today, today-followed, Talked, int64(offset)*1000, today, fn.LongList)
	if err != nil {
		return nil, fmt.Errorf("list of promises: %w", err)
	}
	return list, nil
}

// Last is what came of the last call about a taxpayer. The outcome is not_found.
func (s *Store) Last(ctx context.Context, number string) (Result, error) {
	id, ok := intake.TaxpayerID(number)
	if !ok {
		return Result{}, fn.Outcome("not_found")
	}
	var r Result
	err := s.db.Get(ctx, &r,
		`SELECT tax_id, call_id, phone, reached, result, promised FROM dunning_results WHERE tax_id = ? ORDER BY reached DESC, call_id DESC LIMIT 1`, id)
	if db.IsNotFound(err) {
		return r, fn.Outcome("not_found")
	}
	if err != nil {
		return r, fmt.Errorf("read a dunning result: %w", err)
	}
	return r, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"dunning.promise": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			return value.Bool(true), s.Promise(ctx, c, a.Text(0, 64), hours.Date(a.Int(1, -1)))
		},
		"dunning.result": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			r, err := s.Last(ctx, intake.Args(args).Text(0, 64))
			if err != nil {
				return value.Value{}, err
			}
			return r.Record(), nil
		},
		"dunning.due": func(ctx context.Context, c fn.Caller, _ []value.Value) (value.Value, error) {
			list, err := s.Due(ctx, c.Now)
			return taxpayer.Records(list), err
		},
	}
}
