// Package refund is taxes paid back: applications and the step at which each is.
package refund

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Refund is an application for a refund.
type Refund struct {
	Number  string     `db:"number"`
	TaxID   string     `db:"tax_id"`
	Applied hours.Date `db:"applied"`
	Tax     string     `db:"tax"`
	Amount  int64      `db:"amount"` // fen
	Step    string     `db:"step"`   // 受理, 审核, 复核, 退库
	Done    bool       `db:"done"`   // paid out, or refused
}

// Record is the refund as flows see it: day of application, tax, amount, step.
func (r Refund) Record() value.Value {
	return value.Record(value.Int(int64(r.Applied)), value.Text(r.Tax), value.Int(r.Amount), value.Text(r.Step))
}

// Store answers for the refunds in a database.
type Store struct{ db *db.DB }

// New returns the refunds in d.
func New(d *db.DB) *Store { return &Store{d} }

// Put enters a refund, or the step at which it is now.
func (s *Store) Put(ctx context.Context, r Refund) error {
	r.Number = intake.Line(r.Number, 64)
	id, ok := intake.TaxpayerID(r.TaxID)
	if r.Number == "" || !ok || r.Amount <= 0 || !intake.Fen(r.Amount) {
		return errors.New("a refund has a number, a taxpayer and an amount")
	}
	done := 0
	if r.Done {
		done = 1
	}
	_, err := s.db.Exec(ctx, `INSERT INTO refunds (number, tax_id, applied, tax, amount, step, done) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (number) DO UPDATE SET step = excluded.step, done = excluded.done, amount = excluded.amount`,
		r.Number, id, int64(r.Applied), intake.Line(r.Tax, intake.MaxName), r.Amount, intake.Line(r.Step, 50), done)
	if err != nil {
		return fmt.Errorf("enter a refund: %w", err)
	}
	return nil
}

// Progress lists a taxpayer's refunds that are not done, the latest first, at most 20; the number may be today's or the
// old one. A number with stars finds none: who asks has been verified, and has its letters. The outcome is not_found.
func (s *Store) Progress(ctx context.Context, number string) ([]Refund, error) {
	id, ok := intake.TaxpayerID(number)
	if !ok || strings.IndexByte(id, ident.Wild) >= 0 {
		return nil, fn.Outcome("not_found")
	}
	var list []Refund
	err := s.db.Select(ctx, &list, `SELECT r.number, r.tax_id, r.applied, r.tax, r.amount, r.step, r.done
		FROM taxpayer_numbers n JOIN refunds r ON r.tax_id = n.tax_id WHERE n.number = ? AND r.done = 0 ORDER BY r.applied DESC, r.number LIMIT 20`, id)
	if err != nil {
		return nil, fmt.Errorf("list the refunds: %w", err)
	}
	if len(list) == 0 {
		return nil, fn.Outcome("not_found")
	}
	return list, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"refund.progress": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Progress(ctx, intake.Args(args).Text(0, 64))
			items := make([]value.Value, len(list))
			for i, r := range list {
				items[i] = r.Record()
			}
			return value.List(items...), err
		},
	}
}
