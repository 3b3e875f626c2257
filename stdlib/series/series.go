// Package series gives out numbers, each once: of tickets, of receipts.
package series

import (
	"context"
	"fmt"

	"rexian/stdlib/db"
)

// Next gives out the next number of a series, from 1. In a transaction that is undone it is given out again; until the
// transaction ends, others who want one of the same series wait.
func Next(ctx context.Context, q db.Queryer, name string) (int64, error) {
	var n int64
	err := q.Get(ctx, &n, `INSERT INTO series (name, last) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET last = series.last + 1 RETURNING last`, name)
	if err != nil {
		return 0, fmt.Errorf("next number of %s: %w", name, err)
	}
	return n, nil
}
