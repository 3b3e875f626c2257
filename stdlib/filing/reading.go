package filing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/series"
)

// Reading is what a meter showed at the end of a period: the generic form of a figure keyed once a period.
type Reading struct {
	Account  string `db:"account"`
	Period   int64  `db:"period"`   // year*12 + month-1
	Value    int64  `db:"value"`    // what the meter shows, in whole units
	Used     int64  `db:"used"`     // since the reading before
	Rollover bool   `db:"rollover"` // the meter passed its last digit and began at 0
	Receipt  string `db:"receipt"`
	ReadAt   int64  `db:"read_at"` // Unix milliseconds
	CallID   string `db:"call_id"`
	Version  int64  `db:"version"`
}

// Meter is what a reading is judged by.
type Meter struct {
	Digits int  // the meter's, without places after the point; 1 to 12
	Sure   bool // the caller has confirmed a figure that was called implausible
}

// The reasons why a reading is not plausible. Read again, and with Meter.Sure it is taken.
var (
	ErrLower = errors.New("the reading is lower than the one before")     // taken as a rollover if the caller is sure
	ErrHigh  = errors.New("more than three times the average was used")   // taken if the caller is sure
	ErrRange = errors.New("the meter has not so many digits, or a minus") // never taken
)

const readingColumns = `account, period, value, used, rollover, receipt, read_at, call_id, version`

// Readings answers for the meter readings in a database.
type Readings struct {
	db     *db.DB
	zone   *time.Location
	digits int
}

// NewReadings returns the readings in d; zone is China's if nil. Meters that are read by telephone have digits digits;
// 8 if 0.
func NewReadings(d *db.DB, zone *time.Location, digits int) *Readings {
	if digits <= 0 {
		digits = 8
	}
	return &Readings{d, zone, digits}
}

// Before is the last reading of an account before a period, and the average use of up to twelve before it. Nil if there
// is none.
func (r *Readings) Before(ctx context.Context, account string, period int64) (last *Reading, average int64, err error) {
	var list []Reading
	err = r.db.Select(ctx, &list,
		`SELECT `+readingColumns+` FROM readings WHERE account = ? AND period < ? ORDER BY period DESC LIMIT 12`,
		intake.Line(account, 64), period)
	if err != nil {
		return nil, 0, fmt.Errorf("list the readings: %w", err)
	}
	if len(list) == 0 {
		return nil, 0, nil
	}
	for _, x := range list {
		average += x.Used
	}
	return &list[0], average / int64(len(list)), nil
}

// Submit enters the reading of a period, or corrects it as long as no later period is read. There is one per account
// and period. The errors are ErrLower, ErrHigh and ErrRange; the outcomes too_late (a later period is read) and
// already_filed (another call corrected it at the same moment).
func (r *Readings) Submit(ctx context.Context, c fn.Caller, account string, period, reading int64, m Meter) (Reading,
	error) {
	account = intake.Line(account, 64)
	limit := int64(1)
	for range min(max(m.Digits, 1), 12) {
		limit *= 10
	}
	if account == "" || reading < 0 || reading >= limit || period > intake.Month(intake.Day(c.Now, r.zone)) {
		return Reading{}, ErrRange
	}
	last, average, err := r.Before(ctx, account, period)
	if err != nil {
		return Reading{}, err
	}
	x := Reading{Account: account, Period: period, Value: reading, ReadAt: c.Now.UnixMilli(),
		CallID: intake.Line(c.CallID, 128), Version: 1}
	if last != nil {
		x.Used = reading - last.Value
		if x.Used < 0 {
			if !m.Sure {
				return Reading{}, ErrLower
			}
			x.Used, x.Rollover = x.Used+limit, true
		}
		if average > 0 && x.Used/3 > average && !m.Sure {
			return Reading{}, ErrHigh
		}
	}
	err = r.db.Tx(ctx, func(tx *db.Tx) error {
		var later int64
		if err := tx.Get(ctx, &later, `SELECT COUNT(*) FROM readings WHERE account = ? AND period > ?`, account,
			period); err != nil {
			return err
		}
		if later > 0 {
			return fn.Outcome("too_late")
		}
		var there Reading
		switch err := tx.Get(ctx, &there,
			`SELECT `+readingColumns+` FROM readings WHERE account = ? AND period = ?`+tx.Engine().ForUpdate(), account,
			period); {
		case err == nil && there.Value == x.Value:
			x = there
			return nil
		case err == nil:
			x.Receipt, x.Version = there.Receipt, there.Version+1
			return db.Changed(tx.Exec(ctx, `UPDATE readings SET value = ?, used = ?, rollover = ?, read_at = ?, call_id = ?, version = ?
				WHERE account = ? AND period = ? AND version = ?`, x.Value, x.Used, bit(x.Rollover), x.ReadAt, x.CallID, x.Version, account, period, there.Version))
		case !db.IsNotFound(err):
			return err
		}
		date := c.Now.In(intake.Zone(r.zone)).Format("20060102")
		n, err := series.Next(ctx, tx, "CB"+date)
		if err != nil {
			return err
		}
		x.Receipt = fmt.Sprintf("CB%s%06d", date, n)
		return db.Changed(tx.Exec(ctx,
			`INSERT INTO readings (`+readingColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, period) DO NOTHING`,
			x.Account, x.Period, x.Value, x.Used, bit(x.Rollover), x.Receipt, x.ReadAt, x.CallID, x.Version))
	})
	if errors.Is(err, db.ErrConflict) {
		return Reading{}, fn.Outcome("already_filed")
	}
	if err != nil {
		return Reading{}, fmt.Errorf("enter a reading: %w", err)
	}
	return x, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Functions are the functions of the library by their canonical ids. Values are numbers of the language, in millionths;
// a meter shows whole units, so that a value with a part of one is a mismatch, as one that is not plausible.
func (r *Readings) Functions() map[string]fn.Func {
	const unit = 1_000_000
	return map[string]fn.Func{
		"reading.previous": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			last, average, err := r.Before(ctx, a.Text(0, 64), a.Int(1, 0))
			if err == nil && last == nil {
				err = fn.Outcome("not_found")
			}
			if err != nil {
				return value.Value{}, err
			}
			return value.Record(value.Int(last.Value*unit), value.Int(average*unit), value.Int(last.Period)), nil
		},
		"reading.submit": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			shown := a.Int(2, -unit)
			if shown%unit != 0 {
				return value.Value{}, fn.Outcome("mismatch")
			}
			x, err := r.Submit(ctx, c, a.Text(0, 64), a.Int(1, 0), shown/unit, Meter{Digits: r.digits, Sure: a.Bool(3)})
			if errors.Is(err, ErrLower) || errors.Is(err, ErrHigh) || errors.Is(err, ErrRange) {
				err = fn.Outcome("mismatch")
			}
			if err != nil {
				return value.Value{}, err
			}
			return value.Record(value.Text(x.Receipt), value.Int(x.Used*unit), value.Int(x.Period),
				value.Int(x.ReadAt)), nil
		},
	}
}
