// Package taxpayer is who pays taxes: found by number or telephone, verified by PIN, with what is owed to the day.
//
// A number may be keyed with `*` for each of its letters. Beside every number, today's and the old one, stands the form
// in which a telephone keys it; so a lookup is one step into an index, and what several taxpayers share is several.
//
// What is owed is overdue: a tax is in arrears from the day after its deadline. Its late fee runs from that day through
// today (Tax Collection Law, art. 32).
package taxpayer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// Options are what a deployment may set.
type Options struct {
	Zone    *time.Location // of "today"; China's if nil
	Capped  bool           // the late fee does not exceed the tax
	Tries   int            // wrong PINs before the lock; 3 if 0
	Lock    time.Duration  // how long; 30 minutes if 0
	Hash    pin.Hash       // the cost of a new PIN's hash; see pin.Default
	Hashers int            // PINs hashed at a time; half the cores if 0
	Waiting int            // PINs that may wait for a hasher before callers are told that it is unavailable; 64 if 0
	MaxList int            // the most taxpayers of Overdue; fn.LongList if 0
}

// Store answers for the taxpayers in a database.
type Store struct {
	db   *db.DB
	o    Options
	gate *gate
}

// New returns the taxpayers in d.
func New(d *db.DB, o Options) *Store {
	if o.Tries <= 0 {
		o.Tries = 3
	}
	if o.Lock <= 0 {
		o.Lock = 30 * time.Minute
	}
	if o.MaxList <= 0 {
		o.MaxList = fn.LongList
	}
	if o.Hash == (pin.Hash{}) {
		o.Hash = pin.Default
	}
	return &Store{db: d, o: o, gate: newGate(o.Hashers, o.Waiting)}
}

// Taxpayer is a taxpayer as it is registered.
type Taxpayer struct {
	ID      string `db:"tax_id"` // today's number, with its letters
	Name    string `db:"name"`
	Class   string `db:"class"`
	Office  string `db:"office"` // the tax authority in charge
	Phone   string `db:"phone"`
	PINHash string `db:"pin_hash"`
}

// Record is the taxpayer as flows see it: name, id, phone, class, office.
func (t Taxpayer) Record() value.Value {
	return value.Record(value.Text(t.Name), value.Text(t.ID), intake.Optional(t.Phone), intake.Optional(t.Class),
		intake.Optional(t.Office))
}

// Records are taxpayers as flows see a list of them.
func Records(list []Taxpayer) value.Value {
	items := make([]value.Value, len(list))
	for i, t := range list {
		items[i] = t.Record()
	}
	return value.List(items...)
}

const columns = `t.tax_id, t.name, t.class, t.office, t.phone, t.pin_hash`

// maxCandidates bounds how many taxpayers one keyed number is looked through for.
const maxCandidates = 20

// Candidates lists the taxpayers that a number may mean: today's or the old one, `*` for any letter. None where it
// cannot be a taxpayer number.
func (s *Store) Candidates(ctx context.Context, number string) ([]Taxpayer, error) {
	id, ok := intake.TaxpayerID(number)
	if !ok {
		return nil, nil
	}
	var found []struct {
		Taxpayer
		Number string `db:"number"`
	}
	err := s.db.Select(ctx, &found, `SELECT `+columns+`, n.number FROM taxpayer_numbers n JOIN taxpayers t ON t.tax_id = n.tax_id
		WHERE n.keyed = ? ORDER BY t.tax_id LIMIT ?`, intake.Keyed(id), maxCandidates)
	if err != nil {
		return nil, fmt.Errorf("find a taxpayer: %w", err)
	}
	var list []Taxpayer
	for _, f := range found {
		if intake.Matches(id, f.Number) && (len(list) == 0 || list[len(list)-1].ID != f.ID) {
			list = append(list, f.Taxpayer)
		}
	}
	return list, nil
}

// Find finds the one taxpayer that a number means. The outcomes are not_found and several.
func (s *Store) Find(ctx context.Context, number string) (Taxpayer, error) {
	list, err := s.Candidates(ctx, number)
	switch {
	case err != nil:
		return Taxpayer{}, err
	case len(list) == 0:
		return Taxpayer{}, fn.Outcome("not_found")
	case len(list) > 1:
		return Taxpayer{}, fn.Outcome("several")
	}
	return list[0], nil
}

// ByPhone lists the taxpayers that a telephone number is registered with, the latest changed first, at most 20.
func (s *Store) ByPhone(ctx context.Context, phone string) ([]Taxpayer, error) {
	var list []Taxpayer
	if phone = intake.Phone(phone); phone == "" {
		return nil, nil
	}
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM taxpayer_phones p JOIN taxpayers t ON t.tax_id = p.tax_id
		WHERE p.phone = ? ORDER BY t.updated_at DESC, t.tax_id LIMIT ?`, phone, maxCandidates)
	if err != nil {
		return nil, fmt.Errorf("find a taxpayer by telephone: %w", err)
	}
	return list, nil
}

// Put registers a taxpayer, or changes one. old is its number before 2015, "" if it has none; phones are further
// telephones beside its own. Its PIN stays as it is.
func (s *Store) Put(ctx context.Context, t Taxpayer, old string, now time.Time, phones ...string) error {
	id, ok := intake.TaxpayerID(t.ID)
	if !ok || strings.IndexByte(id, ident.Wild) >= 0 {
		return fmt.Errorf("register a taxpayer: %q is no taxpayer number", t.ID)
	}
	t.ID, t.Name, t.Class, t.Office = id, intake.Line(t.Name, intake.MaxName), intake.Line(t.Class, intake.MaxName),
		intake.Line(t.Office, intake.MaxName)
	t.Phone = intake.Phone(t.Phone)
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO taxpayers (tax_id, name, class, office, phone, updated_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (tax_id) DO UPDATE SET name = excluded.name, class = excluded.class, office = excluded.office,
			phone = excluded.phone, updated_at = excluded.updated_at`, t.ID, t.Name, t.Class, t.Office, t.Phone, now.UnixMilli()); err != nil {
			return err
		}
		for _, number := range []string{t.ID, old} {
			if number == "" {
				continue
			}
			n, ok := intake.TaxpayerID(number)
			if !ok {
				return fmt.Errorf("register a taxpayer: %q is no taxpayer number", number)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO taxpayer_numbers (number, keyed, tax_id) VALUES (?, ?, ?)
				ON CONFLICT (number) DO UPDATE SET tax_id = excluded.tax_id`, n, intake.Keyed(n), t.ID); err != nil {
				return err
			}
		}
		for _, p := range append([]string{t.Phone}, phones...) {
			if p = intake.Phone(p); p == "" {
				continue
			}
			if _, err := tx.Exec(ctx,
				`INSERT INTO taxpayer_phones (phone, tax_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, p,
				t.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Today is the date of a moment in the deployment's zone.
func (s *Store) Today(now time.Time) hours.Date { return intake.Day(now, s.o.Zone) }
