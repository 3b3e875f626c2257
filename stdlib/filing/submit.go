package filing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/calendar"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/series"
)

// afterwards is how long is spent finding out what became of a commit that was not answered, when the caller's own time
// is up.
const afterwards = 2 * time.Second

// Submit files a period. The outcomes are already_filed, too_late and unknown. The tax becomes payable by the deadline.
func (s *Store) Submit(ctx context.Context, c fn.Caller, number string, period, sales int64) (Filing, error) {
	if err := s.plausible(sales); err != nil {
		return Filing{}, err
	}
	taxID, err := s.number(ctx, number)
	if err != nil {
		return Filing{}, err
	}
	if f, err := s.filing(ctx, s.db, taxID, period); err != nil {
		return Filing{}, err
	} else if f != nil {
		return s.again(ctx, c, *f, sales)
	}
	duty, err := s.duty(ctx, taxID, period, c.Now)
	if errors.Is(err, fn.Outcome("not_eligible")) {
		return Filing{}, errors.New("filed without being eligible: ask for the previous period first")
	}
	if err != nil {
		return Filing{}, err
	}
	f := Filing{TaxID: taxID, Period: period, Tax: s.o.Tax, Sales: sales, TaxDue: duty.taxOn(sales), State: Filed,
		FiledAt: c.Now.UnixMilli(), CallID: intake.Line(c.CallID, 128), Version: 1}
	if s.o.Authority != nil {
		f.State = Pending
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if f.Receipt, err = s.receipt(ctx, tx, c.Now); err != nil {
			return err
		}
		if err := db.Changed(tx.Exec(ctx, `INSERT INTO filings (`+filingColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (tax_id, period, tax) DO NOTHING`,
			f.TaxID, f.Period, f.Tax, f.Sales, f.TaxDue, f.State, f.Receipt, f.FiledAt, f.CallID,
			f.Version)); err != nil {
			return err
		}
		if f.State == Pending {
			return nil
		}
		return s.payable(ctx, tx, f)
	})
	switch {
	case err == nil && f.State == Filed:
		return f, nil
	case err == nil:
		return s.handOver(ctx, f)
	case errors.Is(err, db.ErrConflict):
		if there, err := s.filing(ctx, s.db, taxID, period); err == nil && there != nil {
			return s.again(ctx, c, *there, sales)
		}
		return Filing{}, fn.Outcome("already_filed")
	case db.IsUnavailable(err):
		return s.findOut(ctx, f)
	}
	return Filing{}, fmt.Errorf("file: %w", err)
}

// again answers who files what is filed: the same call the same sales, the receipt; anybody else, already_filed. A
// filing whose result was unknown is asked about first.
func (s *Store) again(ctx context.Context, c fn.Caller, f Filing, sales int64) (Filing, error) {
	if f.State == Pending {
		settled, err := s.settle(ctx, f)
		if err != nil {
			return Filing{}, err
		}
		f = settled
	}
	if f.CallID != "" && f.CallID == intake.Line(c.CallID, 128) && f.Sales == sales {
		return f, nil
	}
	return Filing{}, fn.Outcome("already_filed")
}

// handOver gives a pending filing to the Authority and settles it.
func (s *Store) handOver(ctx context.Context, f Filing) (Filing, error) {
	err := s.o.Authority.File(ctx, f.Receipt, f)
	switch {
	case err == nil:
		return s.confirm(ctx, f)
	case errors.Is(err, ErrUnknown) || ctx.Err() != nil:
		return Filing{}, fn.Outcome("unknown")
	}
	if _, undo := s.db.Exec(context.WithoutCancel(ctx), `DELETE FROM filings WHERE receipt = ? AND state = ?`,
		f.Receipt, Pending); undo != nil {
		return Filing{}, fn.Outcome("unknown")
	}
	return Filing{}, fmt.Errorf("file with the authority: %w", err)
}

// settle finds out about a pending filing: filed now, or handed over again under its old key.
func (s *Store) settle(ctx context.Context, f Filing) (Filing, error) {
	if s.o.Authority == nil {
		return Filing{}, fn.Outcome("unknown")
	}
	filed, err := s.o.Authority.Filed(ctx, f.Receipt)
	switch {
	case err != nil:
		return Filing{}, fn.Outcome("unknown")
	case filed:
		return s.confirm(ctx, f)
	}
	return s.handOver(ctx, f)
}

func (s *Store) confirm(ctx context.Context, f Filing) (Filing, error) {
	f.State = Filed
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := db.Changed(tx.Exec(ctx, `UPDATE filings SET state = ? WHERE receipt = ? AND state = ?`, Filed,
			f.Receipt, Pending)); err != nil {
			return err
		}
		return s.payable(ctx, tx, f)
	})
	if err != nil && !errors.Is(err, db.ErrConflict) {
		return Filing{}, fn.Outcome("unknown") // the authority has it; Settle finds it
	}
	return f, nil
}

// Settle asks the Authority about up to limit filings whose result is unknown, and returns how many are settled now.
func (s *Store) Settle(ctx context.Context, limit int) (int, error) {
	var list []Filing
	if err := s.db.Select(ctx, &list, `SELECT `+filingColumns+` FROM filings WHERE state = ? ORDER BY filed_at LIMIT ?`,
		Pending, limit); err != nil {
		return 0, fmt.Errorf("list the pending filings: %w", err)
	}
	settled := 0
	for _, f := range list {
		if _, err := s.settle(ctx, f); err == nil {
			settled++
		}
	}
	return settled, ctx.Err()
}

// findOut asks the table what became of a filing whose commit was not answered.
func (s *Store) findOut(ctx context.Context, f Filing) (Filing, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	there, err := s.filing(ctx, s.db, f.TaxID, f.Period)
	switch {
	case err != nil:
		return Filing{}, fn.Outcome("unknown")
	case there == nil:
		return Filing{}, fmt.Errorf("file: %w", db.ErrUnavailable)
	case there.State == Filed && there.CallID == f.CallID && there.Sales == f.Sales:
		return *there, nil
	case there.State == Pending:
		return Filing{}, fn.Outcome("unknown")
	}
	return Filing{}, fn.Outcome("already_filed")
}

// receipt is the next receipt's number: SB, the date, six digits.
func (s *Store) receipt(ctx context.Context, tx *db.Tx, now time.Time) (string, error) {
	date := now.In(intake.Zone(s.o.Zone)).Format("20060102")
	n, err := series.Next(ctx, tx, "SB"+date)
	return fmt.Sprintf("SB%s%06d", date, n), err
}

// payable enters the tax of a filing as what is to be paid by the deadline; a payment made already stays.
func (s *Store) payable(ctx context.Context, tx *db.Tx, f Filing) error {
	due, ok := calendar.Deadline(s.calendar.Load(), f.Period)
	if !ok {
		return fmt.Errorf("the deadline of %d-%02d is not known", f.Period/12, f.Period%12+1)
	}
	_, err := tx.Exec(ctx, `INSERT INTO arrears (tax_id, period, tax, amount, paid, due) VALUES (?, ?, ?, ?, 0, ?)
		ON CONFLICT (tax_id, period, tax) DO UPDATE SET amount = excluded.amount, due = excluded.due`, f.TaxID, f.Period, f.Tax, f.TaxDue, int64(due))
	return err
}

// Correct replaces the sales of a filing before its deadline; its receipt keeps its number. What was filed before stays
// in the history. The outcomes are not_found, too_late and unknown.
func (s *Store) Correct(ctx context.Context, c fn.Caller, number string, period, sales int64) (Filing, error) {
	if err := s.plausible(sales); err != nil {
		return Filing{}, err
	}
	taxID, err := s.number(ctx, number)
	if err != nil {
		return Filing{}, err
	}
	f, err := s.filing(ctx, s.db, taxID, period)
	switch {
	case err != nil:
		return Filing{}, err
	case f == nil:
		return Filing{}, fn.Outcome("not_found")
	case f.State == Pending || s.o.Authority != nil:
		return Filing{}, fn.Outcome("unknown") // what the authority holds is corrected there
	case f.Sales == sales:
		return *f, nil
	}
	duty, err := s.duty(ctx, taxID, period, c.Now)
	if errors.Is(err, fn.Outcome("not_eligible")) {
		return Filing{}, fn.Outcome("not_found")
	}
	if err != nil {
		return Filing{}, err
	}
	was := *f
	f.Sales, f.TaxDue, f.Version, f.FiledAt = sales, duty.taxOn(sales), f.Version+1, c.Now.UnixMilli()
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := db.Changed(tx.Exec(ctx,
			`UPDATE filings SET sales = ?, tax_due = ?, version = ?, filed_at = ? WHERE receipt = ? AND version = ?`,
			f.Sales, f.TaxDue, f.Version, f.FiledAt, f.Receipt, was.Version)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx,
			`INSERT INTO filing_changes (receipt, version, old_sales, new_sales, changed_at, call_id) VALUES (?, ?, ?, ?, ?, ?)`,
			f.Receipt, f.Version, was.Sales, f.Sales, f.FiledAt, intake.Line(c.CallID, 128)); err != nil {
			return err
		}
		return s.payable(ctx, tx, *f)
	})
	switch {
	case err == nil:
		return *f, nil
	case errors.Is(err, db.ErrConflict), db.IsUnavailable(err):
		return Filing{}, fn.Outcome("unknown")
	}
	return Filing{}, fmt.Errorf("correct a filing: %w", err)
}

// PutDuty enters a duty, or changes it.
func (s *Store) PutDuty(ctx context.Context, d Duty) error {
	if d.Cycle != 1 && d.Cycle != 3 && d.Cycle != 12 || d.Rate < 0 || d.Rate > 1_000_000 {
		return fmt.Errorf("a duty with a cycle of %d months and a rate of %d millionths", d.Cycle, d.Rate)
	}
	byPhone := 0
	if d.ByPhone {
		byPhone = 1
	}
	_, err := s.db.Exec(ctx, `INSERT INTO duties (tax_id, tax, cycle, since, until, by_phone, rate, exempt_below) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tax_id, tax) DO UPDATE SET cycle = excluded.cycle, since = excluded.since, until = excluded.until,
		by_phone = excluded.by_phone, rate = excluded.rate, exempt_below = excluded.exempt_below`,
		d.TaxID, intake.Line(d.Tax, intake.MaxName), d.Cycle, d.Since, d.Until, byPhone, d.Rate, d.ExemptBelow)
	if err != nil {
		return fmt.Errorf("enter a duty: %w", err)
	}
	return nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	type filer func(ctx context.Context, c fn.Caller, number string, period, sales int64) (Filing, error)
	file := func(f filer) fn.Func {
		return func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			done, err := f(ctx, c, a.Text(0, 64), a.Int(1, 0), a.Int(2, -1))
			if err != nil {
				return value.Value{}, err
			}
			return done.Record(), nil
		}
	}
	return map[string]fn.Func{
		"filing.status": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			list, err := s.Status(ctx, a.Text(0, 64), a.Int(1, 0))
			items := make([]value.Value, len(list))
			for i, st := range list {
				items[i] = st.Record(intake.English(c))
			}
			return value.List(items...), err
		},
		"filing.previous": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			p, err := s.Previous(ctx, a.Text(0, 64), a.Int(1, 0), c.Now)
			if err != nil {
				return value.Value{}, err
			}
			return p.Record(), nil
		},
		"filing.estimate": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			tax, err := s.Estimate(ctx, a.Text(0, 64), a.Int(1, 0), a.Int(2, -1))
			return value.Int(tax), err
		},
		"filing.submit":  file(s.Submit),
		"filing.correct": file(s.Correct),
	}
}
