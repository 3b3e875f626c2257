package user

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/db"
)

// keepOrders is how long what came of an order can be looked up by its key.
const keepOrders = 24 * time.Hour

// The errors of orders with a key.
var (
	ErrRunning = errors.New("the order with this key is being carried out")
	ErrOther   = errors.New("the key was used for another order")
)

// Once begins an order that is known by a key of whoever gives it. fresh is true for one that is to be carried out, and
// then Done is called; else status and answer are what came of it.
func (s *Store) Once(ctx context.Context, key, order string, now time.Time) (fresh bool, status int, answer string,
	err error) {
	key, order = digest(key), digest(order)
	var r struct {
		Body   string `db:"body"`
		Status int    `db:"status"`
		Answer string `db:"answer"`
	}
	err = s.db.Tx(ctx, func(t *db.Tx) error {
		if _, err := t.Exec(ctx, `DELETE FROM idempotent_orders WHERE begun_at < ?`,
			now.Add(-keepOrders).UnixMilli()); err != nil {
			return err
		}
		err := db.Changed(t.Exec(ctx, `INSERT INTO idempotent_orders (key, body, begun_at) VALUES (?, ?, ?)
			ON CONFLICT (key) DO NOTHING`, key, order, now.UnixMilli()))
		if err == nil {
			fresh = true
			return nil
		}
		if !errors.Is(err, db.ErrConflict) {
			return err
		}
		return t.Get(ctx, &r, `SELECT body, status, answer FROM idempotent_orders WHERE key = ?`, key)
	})
	switch {
	case err != nil:
		return false, 0, "", fmt.Errorf("look at an order: %w", err)
	case fresh:
		return true, 0, "", nil
	case r.Body != order:
		return false, 0, "", ErrOther
	case r.Status == 0:
		return false, 0, "", ErrRunning
	}
	return false, r.Status, r.Answer, nil
}

// Done writes down what came of an order; 0 forgets it, so that it may be given again.
func (s *Store) Done(ctx context.Context, key string, status int, answer string) error {
	key = digest(key)
	query, args := `UPDATE idempotent_orders SET status = ?, answer = ? WHERE key = ?`, []any{status, answer, key}
	if status == 0 {
		query, args = `DELETE FROM idempotent_orders WHERE key = ?`, []any{key}
	}
	if _, err := s.db.Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("write down what came of an order: %w", err)
	}
	return nil
}
