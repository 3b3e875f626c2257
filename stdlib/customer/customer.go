// Package customer is who calls: name, taxpayer number, telephones, class, address, and a bank account that lies
// encrypted.
package customer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Customer is a customer.
type Customer struct {
	ID        string `db:"id" json:"id"`
	Name      string `db:"name" json:"name"`
	TaxID     string `db:"tax_id" json:"tax_id"`
	Class     string `db:"class" json:"class"` // 单位, 个人, VIP…
	Phone     string `db:"phone" json:"phone"`
	Contact   string `db:"contact" json:"contact"` // who answers there
	Address   string `db:"address" json:"address"`
	Region    string `db:"region" json:"region"`
	Company   string `db:"company" json:"company"`
	Account   string `db:"account" json:"account"` // bank account, encrypted; see Vault
	Note      string `db:"note" json:"note"`
	Batch     string `db:"batch" json:"batch"`           // the import that last wrote it; "" if a person did
	UpdatedAt int64  `db:"updated_at" json:"updated_at"` // Unix milliseconds
}

// Columns are the columns of the table, in the order of Args.
const Columns = `id, name, tax_id, class, phone, contact, address, region, company, account, note, batch, updated_at`

// Args are the values of a row of Columns.
func (c Customer) Args() []any {
	return []any{c.ID, c.Name, c.TaxID, c.Class, c.Phone, c.Contact, c.Address, c.Region, c.Company, c.Account, c.Note,
		c.Batch, c.UpdatedAt}
}

// Record is the customer as flows see it: name, taxpayer number, telephone, class, address.
func (c Customer) Record() value.Value {
	return value.Record(value.Text(c.Name), intake.Optional(c.TaxID), intake.Optional(c.Phone),
		intake.Optional(c.Class), intake.Optional(c.Address))
}

// IDOf is the id of a customer: made of the taxpayer number or, without one, of name and telephone; so the same
// customer coming in twice is one.
func IDOf(taxID, name, phone string) string {
	key := "t:" + taxID
	if taxID == "" {
		key = "p:" + phone + ":" + name
	}
	sum := sha256.Sum256([]byte(key))
	return "K" + strings.ToUpper(hex.EncodeToString(sum[:8]))
}

// Clean brings a customer's fields into the form in which they are stored, and gives it its id if it has none.
func Clean(c Customer) (Customer, error) {
	c.Name, c.Class, c.Contact = intake.Line(c.Name, intake.MaxName), intake.Line(c.Class, 50),
		intake.Line(c.Contact, intake.MaxName)
	c.Address, c.Region, c.Company = intake.Line(c.Address, intake.MaxName), intake.Line(c.Region, 100),
		intake.Line(c.Company, intake.MaxName)
	c.Note, c.Phone = intake.Text(c.Note, 2000), intake.Phone(c.Phone)
	if c.TaxID != "" {
		id, ok := intake.TaxpayerID(c.TaxID)
		if !ok {
			return c, errors.New("the taxpayer number cannot be")
		}
		c.TaxID = id
	}
	if c.Name == "" || c.TaxID == "" && c.Phone == "" {
		return c, errors.New("a customer has a name, and a taxpayer number or a telephone")
	}
	if c.ID == "" {
		c.ID = IDOf(c.TaxID, c.Name, c.Phone)
	}
	return c, nil
}

// Store answers for the customers in a database.
type Store struct{ db *db.DB }

// New returns the customers in d.
func New(d *db.DB) *Store { return &Store{d} }

// DB is the database of the customers, for who reads or writes many at once.
func (s *Store) DB() *db.DB { return s.db }

// Put enters a customer, or changes it, and returns its id. Further telephones lead to it beside its own.
func (s *Store) Put(ctx context.Context, c Customer, now time.Time, phones ...string) (string, error) {
	c, err := Clean(c)
	if err != nil {
		return "", err
	}
	c.Batch, c.UpdatedAt = "", now.UnixMilli()
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		// A telephone that was its own until now leads to it no more.
		if _, err := tx.Exec(ctx,
			`DELETE FROM customer_phones WHERE customer = ? AND phone IN (SELECT phone FROM customers WHERE id = ?)`,
			c.ID, c.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx,
			`INSERT INTO customers (`+Columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) `+OnConflict,
			c.Args()...); err != nil {
			return err
		}
		for _, p := range append([]string{c.Phone}, phones...) {
			if p = intake.Phone(p); p == "" {
				continue
			}
			if _, err := tx.Exec(ctx,
				`INSERT INTO customer_phones (phone, customer) VALUES (?, ?) ON CONFLICT DO NOTHING`, p,
				c.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("enter a customer: %w", err)
	}
	return c.ID, nil
}

// OnConflict ends an INSERT into customers that changes those that are there; an account that is not given stays.
const OnConflict = `ON CONFLICT (id) DO UPDATE SET name = excluded.name, tax_id = excluded.tax_id, class = excluded.class, phone = excluded.phone,
	contact = excluded.contact, address = excluded.address, region = excluded.region, company = excluded.company,
	account = CASE WHEN excluded.account = '' THEN customers.account ELSE excluded.account END, note = excluded.note, batch = excluded.batch,
	updated_at = excluded.updated_at`

// Get reads a customer. The outcome is not_found.
func (s *Store) Get(ctx context.Context, id string) (Customer, error) {
	var c Customer
	err := s.db.Get(ctx, &c, `SELECT `+Columns+` FROM customers WHERE id = ?`, id)
	if db.IsNotFound(err) {
		return c, fn.Outcome("not_found")
	}
	if err != nil {
		return c, fmt.Errorf("read a customer: %w", err)
	}
	return c, nil
}

// ByPhone lists the customers of a telephone, the latest changed first, at most 20.
func (s *Store) ByPhone(ctx context.Context, phone string) ([]Customer, error) {
	var list []Customer
	if phone = intake.Phone(phone); phone == "" {
		return nil, nil
	}
	err := s.db.Select(ctx, &list, `SELECT c.id, c.name, c.tax_id, c.class, c.phone, c.contact, c.address, c.region, c.company, c.account, c.note, c.batch, c.updated_at
		FROM customer_phones p JOIN customers c ON c.id = p.customer WHERE p.phone = ? ORDER BY c.updated_at DESC, c.id LIMIT 20`, phone)
	if err != nil {
		return nil, fmt.Errorf("find a customer: %w", err)
	}
	return list, nil
}

// Find finds the one customer of a telephone. The outcomes are not_found and several.
func (s *Store) Find(ctx context.Context, phone string) (Customer, error) {
	list, err := s.ByPhone(ctx, phone)
	switch {
	case err != nil:
		return Customer{}, err
	case len(list) == 0:
		return Customer{}, fn.Outcome("not_found")
	case len(list) > 1:
		return Customer{}, fn.Outcome("several")
	}
	return list[0], nil
}

// Class is the class of the customers of a telephone: that of the latest changed if they differ, VIP before all. The
// outcome is not_found.
func (s *Store) Class(ctx context.Context, phone string) (string, error) {
	list, err := s.ByPhone(ctx, phone)
	if err != nil {
		return "", err
	}
	class := ""
	for _, c := range list {
		if class == "" || strings.EqualFold(c.Class, "VIP") {
			class = c.Class
		}
	}
	if class == "" {
		return "", fn.Outcome("not_found")
	}
	return class, nil
}

// Search lists customers whose name, company or address holds a text, or whose number, telephone or region it is, by
// name, at most limit.
func (s *Store) Search(ctx context.Context, text string, limit int) ([]Customer, error) {
	if text = intake.Line(text, 100); text == "" {
		return nil, nil
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
	id, ok := intake.TaxpayerID(text)
	if !ok {
		id = "-" // nobody's; many have none
	}
	var list []Customer
	err := s.db.Select(ctx, &list, `SELECT `+Columns+` FROM customers WHERE name LIKE ? ESCAPE '\' OR company LIKE ? ESCAPE '\' OR address LIKE ? ESCAPE '\'
		OR region = ? OR tax_id = ? OR id = ? OR id IN (SELECT customer FROM customer_phones WHERE phone = ?) ORDER BY name, id LIMIT ?`,
		like, like, like, text, id, text, intake.Phone(text), min(max(limit, 1), 1000))
	if err != nil {
		return nil, fmt.Errorf("search customers: %w", err)
	}
	return list, nil
}

// Page lists customers by id after one, at most limit: for who reads all of them.
func (s *Store) Page(ctx context.Context, after string, limit int) ([]Customer, error) {
	var list []Customer
	collate := s.db.Engine().ByteOrder()
	err := s.db.Select(ctx, &list,
		`SELECT `+Columns+` FROM customers WHERE id`+collate+` > ? ORDER BY id`+collate+` LIMIT ?`, after,
		min(max(limit, 1), 5000))
	if err != nil {
		return nil, fmt.Errorf("list the customers: %w", err)
	}
	return list, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"customer.find": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			c, err := s.Find(ctx, intake.Args(args).Phone(0))
			if err != nil {
				return value.Value{}, err
			}
			return c.Record(), nil
		},
		"customer.class": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			class, err := s.Class(ctx, intake.Args(args).Phone(0))
			if err != nil {
				return value.Value{}, err
			}
			return value.Text(class), nil
		},
	}
}
