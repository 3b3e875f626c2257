package table

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/stdlib/customer"
	"rexian/stdlib/db"
)

// change is what a customer was before an import changed it.
type change struct {
	Customer string `db:"customer"`
	Was      string `db:"was"`
}

// Undo takes an import back: what it added goes, what it changed becomes what it was. A customer that was written by
// somebody since stays; kept counts those that the import had changed. It works in parts, as the import did; if it
// breaks off it is run again. Undoing what is undone is an error for which db.IsConflict holds.
func Undo(ctx context.Context, d *db.DB, batch string, now time.Time) (undone, kept int, err error) {
	var at int64
	if err := d.Get(ctx, &at, `SELECT undone_at FROM imports WHERE batch = ?`, batch); err != nil &&
		!db.IsNotFound(err) {
		return 0, 0, fmt.Errorf("undo an import: %w", err)
	} else if err != nil || at != 0 {
		return 0, 0, fmt.Errorf("the import %s is not there, or undone already: %w", batch, db.ErrConflict)
	}
	if undone, kept, err = undoKinds(ctx, d, batch, now); err != nil {
		return undone, kept, fmt.Errorf("undo an import: %w", err)
	}
	var changes []change
	if err := d.Select(ctx, &changes, `SELECT customer, was FROM import_changes WHERE batch = ? ORDER BY customer`,
		batch); err != nil {
		return 0, 0, fmt.Errorf("undo an import: %w", err)
	}
	for chunk := range slices.Chunk(changes, part) {
		restored := 0
		err := d.Tx(ctx, func(tx *db.Tx) error {
			restored = 0
			for _, c := range chunk {
				ok, err := restore(ctx, tx, c, batch)
				if err != nil {
					return err
				}
				if ok {
					restored++
				}
			}
			return nil
		})
		if err != nil {
			return undone, kept, fmt.Errorf("undo an import: %w", err)
		}
		undone, kept = undone+restored, kept+len(chunk)-restored
	}
	for { // what still carries the import's name was added by it
		r, err := d.Exec(ctx, `DELETE FROM customers WHERE id IN (SELECT id FROM customers WHERE batch = ? LIMIT ?)`,
			batch, part)
		if err != nil {
			return undone, kept, fmt.Errorf("undo an import: %w", err)
		}
		n, err := r.RowsAffected()
		if err != nil {
			return undone, kept, fmt.Errorf("undo an import: %w", err)
		}
		if n == 0 {
			break
		}
		undone += int(n)
	}
	if err := db.Changed(d.Exec(ctx, `UPDATE imports SET undone_at = ? WHERE batch = ? AND undone_at = 0`,
		now.UnixMilli(), batch)); err != nil {
		return undone, kept, fmt.Errorf("undo an import: %w", err)
	}
	return undone, kept, nil
}

// restore makes a customer what it was, if the import was the last to write it.
func restore(ctx context.Context, tx *db.Tx, c change, batch string) (bool, error) {
	var was customer.Customer
	if err := json.Unmarshal([]byte(c.Was), &was); err != nil {
		return false, errors.Join(fmt.Errorf("what %s was cannot be read", c.Customer), err)
	}
	var phone string
	err := tx.Get(ctx, &phone, `SELECT phone FROM customers WHERE id = ? AND batch = ?`+tx.Engine().ForUpdate(),
		c.Customer, batch)
	if db.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `UPDATE customers SET name = ?, tax_id = ?, class = ?, phone = ?, contact = ?, address = ?, region = ?, company = ?, account = ?, note = ?,
		batch = ?, updated_at = ? WHERE id = ?`, append(was.Args()[1:], c.Customer)...); err != nil {
		return false, err
	}
	if phone == was.Phone {
		return true, nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM customer_phones WHERE phone = ? AND customer = ?`, phone,
		c.Customer); err != nil {
		return false, err
	}
	if was.Phone != "" {
		_, err = tx.Exec(ctx, `INSERT INTO customer_phones (phone, customer) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			was.Phone, c.Customer)
	}
	return true, err
}
