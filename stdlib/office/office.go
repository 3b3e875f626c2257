// Package office is the bureau's tax offices: where they are, how they are called, when they are open.
package office

import (
	"context"
	"fmt"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Office is a tax office. What is not known is "".
type Office struct {
	Code     string `db:"code"`
	Name     string `db:"name"`
	District string `db:"district"`
	Address  string `db:"address"`
	Phone    string `db:"phone"`
	Hours    string `db:"hours"` // in words
}

// Record is the office as flows see it: code, name, district, address, telephone, hours.
func (o Office) Record() value.Value {
	said := func(s string) value.Value {
		if s == "" {
			return value.Absent()
		}
		return value.Text(s)
	}
	return value.Record(value.Text(o.Code), value.Text(o.Name), said(o.District), said(o.Address), said(o.Phone),
		said(o.Hours))
}

// Store answers for the offices in a database.
type Store struct{ db *db.DB }

// New returns the offices in d.
func New(d *db.DB) *Store { return &Store{d} }

// Find is the office with a code or, if none has it, with a name, as the taxpayers' office has it. The outcome is
// not_found.
func (s *Store) Find(ctx context.Context, name string) (Office, error) {
	var o Office
	if name = intake.Line(name, intake.MaxName); name == "" {
		return o, fn.Outcome("not_found")
	}
	err := s.db.Get(ctx, &o, `SELECT code, name, district, address, phone, hours FROM offices WHERE code = ? OR name = ?
		ORDER BY CASE WHEN code = ? THEN 0 ELSE 1 END, code LIMIT 1`, name, name, name)
	if db.IsNotFound(err) {
		return o, fn.Outcome("not_found")
	}
	if err != nil {
		return o, fmt.Errorf("find an office: %w", err)
	}
	return o, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"office.find": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			o, err := s.Find(ctx, intake.Args(args).Text(0, intake.MaxName))
			if err != nil {
				return value.Value{}, err
			}
			return o.Record(), nil
		},
	}
}
