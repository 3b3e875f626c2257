// Package filing is declaring taxes by telephone: what must be filed, what was, and filing it.
//
// A duty is a tax that a taxpayer files in a cycle of months. A period is the last month of its cycle (year*12 +
// month-1) and may be filed from its end to the deadline in the month after it, which the calendar moves by its
// holidays. By telephone one tax is filed, of those duties that allow it: the sales are keyed, the tax follows from the
// duty's rate.
//
// A filing counts from its commit on: whoever hangs up before has filed nothing, whoever does not hear the receipt has
// filed. There is one per taxpayer, period and tax, held by the table's key. The same call filing the same again gets
// the same receipt. Where a commit was not answered, the table is asked; if that cannot be answered either the result
// is unknown, and the next try finds it out.
package filing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/stdlib/calendar"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Options are what a deployment may set.
type Options struct {
	Zone     *time.Location  // of "today"; China's if nil
	Calendar *hours.Calendar // by which deadlines move; calendar.China if nil
	Tax      string          // filed by telephone; 增值税 if ""
	MaxSales int64           // fen; 99,999,999.99 yuan if 0
	// Authority takes what is filed where the bureau's own system is the master; nil files in the database alone.
	Authority Authority
}

// Authority is the bureau's own filing system.
type Authority interface {
	// File files under a key that is the same for every try. It returns ErrUnknown, maybe wrapped, if it cannot tell
	// whether it was filed.
	File(ctx context.Context, key string, f Filing) error
	// Filed tells whether something was filed under a key.
	Filed(ctx context.Context, key string) (bool, error)
}

// ErrUnknown is the error of an Authority that cannot tell.
var ErrUnknown = errors.New("it is not known whether it was filed")

// Store answers for the filings in a database.
type Store struct {
	db       *db.DB
	o        Options
	calendar atomic.Pointer[hours.Calendar]
}

// New returns the filings in d.
func New(d *db.DB, o Options) *Store {
	if o.Tax == "" {
		o.Tax = "增值税"
	}
	if o.MaxSales <= 0 {
		o.MaxSales = 9_999_999_999
	}
	s := &Store{db: d, o: o}
	s.Use(nil)
	return s
}

// Use sets the calendar by which deadlines move from now on: the deployed program's, that of Options if nil.
func (s *Store) Use(c *hours.Calendar) {
	if c == nil {
		c = s.o.Calendar
	}
	s.calendar.Store(calendar.Or(c))
}

// Duty is a tax that a taxpayer files.
type Duty struct {
	TaxID       string `db:"tax_id"`
	Tax         string `db:"tax"`
	Cycle       int64  `db:"cycle"`        // months: 1, 3 or 12
	Since       int64  `db:"since"`        // first month
	Until       int64  `db:"until"`        // last month; 0 if there is none
	ByPhone     bool   `db:"by_phone"`     // may be filed by telephone
	Rate        int64  `db:"rate"`         // of the sales, in millionths
	ExemptBelow int64  `db:"exempt_below"` // fen of sales up to which no tax is due
}

// owes tells whether a period is one to file.
func (d Duty) owes(period int64) bool {
	return period >= d.Since && period < 10_000*12 && (d.Until == 0 || period <= d.Until) &&
		(period+1)%max(d.Cycle, 1) == 0
}

// taxOn is the tax in fen on sales in fen, half a fen up.
func (d Duty) taxOn(sales int64) int64 {
	if sales <= d.ExemptBelow {
		return 0
	}
	whole, rest := sales/1_000_000, sales%1_000_000 // sales × rate may not fit 64 bits
	return whole*d.Rate + (rest*d.Rate+500_000)/1_000_000
}

// Filing states.
const (
	Filed   = "filed"
	Pending = "pending" // handed to the Authority, its answer is not known
)

// Filing is a tax filed for a period.
type Filing struct {
	TaxID   string `db:"tax_id"`
	Period  int64  `db:"period"`
	Tax     string `db:"tax"`
	Sales   int64  `db:"sales"`   // fen
	TaxDue  int64  `db:"tax_due"` // fen
	State   string `db:"state"`
	Receipt string `db:"receipt"`
	FiledAt int64  `db:"filed_at"` // Unix milliseconds
	CallID  string `db:"call_id"`
	Version int64  `db:"version"` // 1, and one more with each correction
}

// Record is the receipt as flows see it: number, tax due, period, moment of filing.
func (f Filing) Record() value.Value {
	return value.Record(value.Text(f.Receipt), value.Int(f.TaxDue), value.Int(f.Period), value.Int(f.FiledAt))
}

const filingColumns = `tax_id, period, tax, sales, tax_due, state, receipt, filed_at, call_id, version`

// Status is a duty of a period, with its filing if there is one.
type Status struct {
	Tax    string
	Period int64
	Due    hours.Date // the deadline; 0 where the calendar does not hold its year
	Filing *Filing
}

// Record is the status as flows see it: tax, result, tax due, deadline, period.
func (s Status) Record(english bool) value.Value {
	due, tax, result := value.Absent(), value.Absent(), results[0]
	if s.Due != 0 {
		due = value.Int(int64(s.Due))
	}
	if s.Filing != nil {
		tax = value.Int(s.Filing.TaxDue)
		if result = results[1]; s.Filing.State != Filed {
			result = results[2]
		}
	}
	word := result[0]
	if english {
		word = result[1]
	}
	return value.Record(value.Text(s.Tax), value.Text(word), tax, due, value.Int(s.Period))
}

// number is the taxpayer number that is asked about: today's, from today's or the old one, its stars filled in as far
// as one taxpayer is meant. "" if none is.
func (s *Store) number(ctx context.Context, number string) (string, error) {
	id, ok := intake.TaxpayerID(number)
	if !ok {
		return "", nil
	}
	var found []struct {
		Number string `db:"number"`
		TaxID  string `db:"tax_id"`
	}
	query, key := `SELECT number, tax_id FROM taxpayer_numbers WHERE number = ?`, id
	if strings.IndexByte(id, ident.Wild) >= 0 {
		query, key = `SELECT number, tax_id FROM taxpayer_numbers WHERE keyed = ? LIMIT 20`, intake.Keyed(id)
	}
	if err := s.db.Select(ctx, &found, query, key); err != nil {
		return "", fmt.Errorf("find the taxpayer: %w", err)
	}
	taxID := ""
	for _, f := range found {
		switch {
		case !intake.Matches(id, f.Number):
		case taxID != "" && taxID != f.TaxID:
			return "", nil
		default:
			taxID = f.TaxID
		}
	}
	return taxID, nil
}

func (s *Store) duties(ctx context.Context, taxID string) ([]Duty, error) {
	var list []Duty
	err := s.db.Select(ctx, &list, `SELECT tax_id, tax, cycle, since, until, by_phone, rate, exempt_below FROM duties
		WHERE tax_id = ? ORDER BY tax`+s.db.Engine().ByteOrder(), taxID)
	if err != nil {
		return nil, fmt.Errorf("list the duties: %w", err)
	}
	return list, nil
}

// Status lists the duties of a period with what was filed. The outcome is not_found where nothing is to be filed.
func (s *Store) Status(ctx context.Context, number string, period int64) ([]Status, error) {
	taxID, err := s.number(ctx, number)
	if err != nil {
		return nil, err
	}
	if taxID == "" {
		return nil, fn.Outcome("not_found")
	}
	duties, err := s.duties(ctx, taxID)
	if err != nil {
		return nil, err
	}
	var filed []Filing
	if err := s.db.Select(ctx, &filed, `SELECT `+filingColumns+` FROM filings WHERE tax_id = ? AND period = ?`, taxID,
		period); err != nil {
		return nil, fmt.Errorf("list the filings: %w", err)
	}
	due, ok := calendar.Deadline(s.calendar.Load(), period)
	if !ok {
		due = 0
	}
	var list []Status
	for _, d := range duties {
		if !d.owes(period) {
			continue
		}
		st := Status{Tax: d.Tax, Period: period, Due: due}
		for i := range filed {
			if filed[i].Tax == d.Tax {
				st.Filing = &filed[i]
			}
		}
		list = append(list, st)
	}
	if len(list) == 0 {
		return nil, fn.Outcome("not_found")
	}
	return list, nil
}

// Previous are the figures before a period.
type Previous struct {
	Average int64   // fen, the average of the sales filed for up to twelve periods before; 0 if there are none
	Last    *Filing // the latest of them
}

// Record is the previous period as flows see it: average sales, sales, tax due, period.
func (p Previous) Record() value.Value {
	if p.Last == nil {
		return value.Record(value.Int(p.Average), value.Absent(), value.Absent(), value.Absent())
	}
	return value.Record(value.Int(p.Average), value.Int(p.Last.Sales), value.Int(p.Last.TaxDue),
		value.Int(p.Last.Period))
}

// Previous tells the figures before a period, if that may be filed by telephone today. The outcomes are already_filed,
// too_late and not_eligible (no such taxpayer or duty, or the period is not over).
func (s *Store) Previous(ctx context.Context, number string, period int64, now time.Time) (Previous, error) {
	taxID, err := s.number(ctx, number)
	if err != nil {
		return Previous{}, err
	}
	if _, err := s.duty(ctx, taxID, period, now); err != nil {
		return Previous{}, err
	}
	if f, err := s.filing(ctx, s.db, taxID, period); err != nil || f != nil {
		if err == nil {
			err = fn.Outcome("already_filed")
		}
		return Previous{}, err
	}
	var before []Filing
	err = s.db.Select(ctx, &before, `SELECT `+filingColumns+` FROM filings
		WHERE tax_id = ? AND tax = ? AND period < ? AND state = ? ORDER BY period DESC LIMIT 12`, taxID, s.o.Tax, period, Filed)
	if err != nil {
		return Previous{}, fmt.Errorf("list the filings before: %w", err)
	}
	var p Previous
	for _, f := range before {
		p.Average += f.Sales
	}
	if len(before) > 0 {
		p.Average /= int64(len(before))
		p.Last = &before[0]
	}
	return p, nil
}

// duty is the duty that may be filed by telephone for a period now. The outcomes are not_eligible and too_late.
func (s *Store) duty(ctx context.Context, taxID string, period int64, now time.Time) (Duty, error) {
	if taxID == "" {
		return Duty{}, fn.Outcome("not_eligible")
	}
	list, err := s.duties(ctx, taxID)
	if err != nil {
		return Duty{}, err
	}
	for _, d := range list {
		if d.Tax != s.o.Tax || !d.ByPhone || !d.owes(period) {
			continue
		}
		today := intake.Day(now, s.o.Zone)
		if period >= intake.Month(today) {
			return Duty{}, fn.Outcome("not_eligible")
		}
		due, ok := calendar.Deadline(s.calendar.Load(), period)
		if !ok {
			return Duty{}, fmt.Errorf("the calendar %s does not hold the deadline of %d-%02d", s.calendar.Load().Name,
				period/12, period%12+1)
		}
		if today > due {
			return Duty{}, fn.Outcome("too_late")
		}
		return d, nil
	}
	return Duty{}, fn.Outcome("not_eligible")
}

func (s *Store) filing(ctx context.Context, q db.Queryer, taxID string, period int64) (*Filing, error) {
	var f Filing
	err := q.Get(ctx, &f, `SELECT `+filingColumns+` FROM filings WHERE tax_id = ? AND period = ? AND tax = ?`, taxID,
		period, s.o.Tax)
	switch {
	case db.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look the filing up: %w", err)
	}
	return &f, nil
}

// Estimate is the tax in fen on sales in fen, by the duty of a period; nothing is filed. It fails for who has no such
// duty and for sales that cannot be.
func (s *Store) Estimate(ctx context.Context, number string, period, sales int64) (int64, error) {
	if err := s.plausible(sales); err != nil {
		return 0, err
	}
	taxID, err := s.number(ctx, number)
	if err != nil {
		return 0, err
	}
	list, err := s.duties(ctx, taxID)
	if err != nil {
		return 0, err
	}
	for _, d := range list {
		if d.Tax == s.o.Tax && d.owes(period) {
			return d.taxOn(sales), nil
		}
	}
	return 0, fmt.Errorf("estimate: no duty to file %s for %d-%02d", s.o.Tax, period/12, period%12+1)
}

func (s *Store) plausible(sales int64) error {
	if sales < 0 || sales > s.o.MaxSales {
		return fmt.Errorf("sales of %d fen are out of range", sales)
	}
	return nil
}
