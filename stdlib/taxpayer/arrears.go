package taxpayer

import (
	"context"
	"fmt"
	"strings"

	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// Arrear is a tax that is overdue.
type Arrear struct {
	Period  int64      `db:"period"` // the month: year*12 + month-1
	Tax     string     `db:"tax"`
	Amount  int64      `db:"amount"` // fen still to pay
	Due     hours.Date `db:"due"`
	LateFee int64      `db:"-"` // fen, from the day after Due through the day asked about
}

// Record is the arrear as flows see it: period, tax, amount, due, late fee.
func (a Arrear) Record() value.Value {
	return value.Record(value.Int(a.Period), value.Text(a.Tax), value.Int(a.Amount), value.Int(int64(a.Due)),
		value.Int(a.LateFee))
}

// Arrears lists what a taxpayer owes on a day, by period and tax. The number may have stars as long as it means one
// taxpayer; one that is unknown owes nothing. A number that means several is an error: none of their debts is told.
func (s *Store) Arrears(ctx context.Context, number string, today hours.Date) ([]Arrear, error) {
	id, ok := intake.TaxpayerID(number)
	if !ok {
		return nil, nil
	}
	if strings.IndexByte(id, ident.Wild) >= 0 {
		list, err := s.Candidates(ctx, id)
		switch {
		case err != nil:
			return nil, err
		case len(list) == 0:
			return nil, nil
		case len(list) > 1:
			return nil, fmt.Errorf("arrears: %s means several taxpayers", id)
		}
		id = list[0].ID
	}
	var list []Arrear
	err := s.db.Select(ctx, &list, `SELECT a.period, a.tax, a.amount - a.paid AS amount, a.due
		FROM taxpayer_numbers n JOIN arrears a ON a.tax_id = n.tax_id
		WHERE n.number = ? AND a.due < ? AND a.paid < a.amount ORDER BY a.period, a.tax`+s.db.Engine().ByteOrder(), id, int64(today))
	if err != nil {
		return nil, fmt.Errorf("arrears: %w", err)
	}
	for i := range list {
		a := &list[i]
		if a.LateFee, err = hours.LateFeeBetween(a.Amount, a.Due, today, s.o.Capped); err != nil {
			return nil, fmt.Errorf("late fee of %s: %w", a.Tax, err)
		}
	}
	return list, nil
}

// Overdue lists the taxpayers that owe at least an amount in fen, however little if it is 0 or less, those who owe most
// first, at most Options.MaxList: the next time the campaign asks, the others are at the head.
func (s *Store) Overdue(ctx context.Context, atLeast int64, today hours.Date) ([]Taxpayer, error) {
	var list []Taxpayer
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM taxpayers t JOIN (
			SELECT tax_id, SUM(amount - paid) AS owed FROM arrears WHERE due < ? AND paid < amount GROUP BY tax_id HAVING SUM(amount - paid) >= ?
		) o ON o.tax_id = t.tax_id ORDER BY o.owed DESC, t.tax_id LIMIT ?`, int64(today), max(atLeast, 1), s.o.MaxList)
	if err != nil {
		return nil, fmt.Errorf("list of the overdue: %w", err)
	}
	return list, nil
}

// Pay enters a payment in fen towards a tax, at most what is owed; it returns what is left to pay. The outcome is
// not_found.
func (s *Store) Pay(ctx context.Context, id string, period int64, tax string, fen int64) (int64, error) {
	if fen <= 0 {
		return 0, fmt.Errorf("a payment of %d fen", fen)
	}
	var left int64
	err := s.db.Get(ctx, &left, `UPDATE arrears SET paid = CASE WHEN paid + ? > amount THEN amount ELSE paid + ? END
		WHERE tax_id = ? AND period = ? AND tax = ? RETURNING amount - paid`, fen, fen, id, period, tax)
	return left, asOutcome(err, "enter a payment")
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"taxpayer.find": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			t, err := s.Find(ctx, intake.Args(args).Text(0, 64))
			if err != nil {
				return value.Value{}, err
			}
			return t.Record(), nil
		},
		"taxpayer.by_phone": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.ByPhone(ctx, intake.Args(args).Phone(0))
			if err == nil && len(list) == 0 {
				err = fn.Outcome("not_found")
			}
			return Records(list), err
		},
		"taxpayer.verify": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			t, err := s.Verify(ctx, c, a.Text(0, 64), a.Digits(1, pin.MaxLength))
			if err != nil {
				return value.Value{}, err
			}
			return t.Record(), nil
		},
		"taxpayer.verify_tail": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			return value.Bool(true), s.VerifyTail(ctx, c, a.Text(0, 64), a.Digits(1, 20))
		},
		"taxpayer.arrears": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Arrears(ctx, intake.Args(args).Text(0, 64), s.Today(c.Now))
			items := make([]value.Value, len(list))
			for i, a := range list {
				items[i] = a.Record()
			}
			return value.List(items...), err
		},
		"taxpayer.overdue": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Overdue(ctx, intake.Args(args).Int(0, 0), s.Today(c.Now))
			return Records(list), err
		},
		"taxpayer.settled": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Arrears(ctx, intake.Args(args).Text(0, 64), s.Today(c.Now))
			return value.Bool(len(list) == 0), err
		},
	}
}
