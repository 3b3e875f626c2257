// Package invoice checks invoices: number, date and total must all be those of the register.
//
// Which of them is wrong is not told, and one caller may ask so often in a day: the register is not to be guessed at.
package invoice

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
)

// Options are what a deployment may set.
type Options struct {
	Zone   *time.Location // of the day that is counted; China's if nil
	PerDay int64          // checks of one telephone in a day; 20 if 0
}

// Invoice is an invoice of the register.
type Invoice struct {
	Number string     `db:"number"` // 20 digits, or the code of 10 or 12 and the number of 8 of an older one
	Seller string     `db:"seller"`
	Buyer  string     `db:"buyer"`
	Amount int64      `db:"amount"` // fen, tax included
	Issued hours.Date `db:"issued"`
	Status string     `db:"status"` // 正常, 作废, 红冲
}

// Record is the invoice as flows see it: seller, buyer, amount, status, day of issue.
func (i Invoice) Record() value.Value {
	return value.Record(value.Text(i.Seller), intake.Optional(i.Buyer), value.Int(i.Amount), value.Text(i.Status),
		value.Int(int64(i.Issued)))
}

// Store answers for the invoices in a database.
type Store struct {
	db *db.DB
	o  Options
}

// New returns the invoices in d.
func New(d *db.DB, o Options) *Store {
	if o.PerDay <= 0 {
		o.PerDay = 20
	}
	return &Store{d, o}
}

// Put enters an invoice, or changes it.
func (s *Store) Put(ctx context.Context, i Invoice) error {
	number := intake.Digits(i.Number, 20)
	if len(number) < 8 || !intake.Fen(i.Amount) {
		return errors.New("an invoice has a number of 8 to 20 digits, and an amount")
	}
	_, err := s.db.Exec(ctx, `INSERT INTO invoices (number, seller, buyer, amount, issued, status) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (number) DO UPDATE SET seller = excluded.seller, buyer = excluded.buyer, amount = excluded.amount, issued = excluded.issued, status = excluded.status`,
		number, intake.Line(i.Seller, intake.MaxName), intake.Line(i.Buyer, intake.MaxName), i.Amount, int64(i.Issued),
		intake.Line(i.Status, 50))
	if err != nil {
		return fmt.Errorf("enter an invoice: %w", err)
	}
	return nil
}

// Check checks an invoice on behalf of a call. The outcomes are limit_reached, not_found and mismatch. Every check
// counts, whatever comes of it.
func (s *Store) Check(ctx context.Context, c fn.Caller, number string, issued hours.Date, amount int64) (Invoice,
	error) {
	if err := s.count(ctx, c); err != nil {
		return Invoice{}, err
	}
	var i Invoice
	err := s.db.Get(ctx, &i, `SELECT number, seller, buyer, amount, issued, status FROM invoices WHERE number = ?`,
		intake.Digits(number, 20))
	switch {
	case db.IsNotFound(err):
		return Invoice{}, fn.Outcome("not_found")
	case err != nil:
		return Invoice{}, fmt.Errorf("check an invoice: %w", err)
	case i.Issued != issued || i.Amount != amount:
		return Invoice{}, fn.Outcome("mismatch")
	}
	return i, nil
}

// count counts a check of a telephone, or of the call where its number is withheld.
func (s *Store) count(ctx context.Context, c fn.Caller) error {
	caller := intake.Phone(c.Phone)
	if caller == "" {
		caller = "call:" + intake.Line(c.CallID, 128)
	}
	var n int64
	err := s.db.Get(ctx, &n, `INSERT INTO invoice_checks (caller, day, checks) VALUES (?, ?, 1)
		ON CONFLICT (caller, day) DO UPDATE SET checks = invoice_checks.checks + 1 WHERE invoice_checks.checks < ? RETURNING checks`,
		caller, int64(intake.Day(c.Now, s.o.Zone)), s.o.PerDay)
	if db.IsNotFound(err) {
		return fn.Outcome("limit_reached")
	}
	if err != nil {
		return fmt.Errorf("count a check: %w", err)
	}
	return nil
}

// Sweep forgets the counts of the days before a moment's.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM invoice_checks WHERE day < ?`,
		int64(intake.Day(now, s.o.Zone))); err != nil {
		return fmt.Errorf("forget the counts of checks: %w", err)
	}
	return nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"invoice.check": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			i, err := s.Check(ctx, c, a.Digits(0, 20), hours.Date(a.Int(1, 0)), a.Int(2, -1))
			if err != nil {
				return value.Value{}, err
			}
			return i.Record(), nil
		},
	}
}
