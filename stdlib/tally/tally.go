// Package tally adds up how long calls talked over each trunk on each day, for all servers that share a database: what
// a trunk may carry in a day is one figure, however many servers use it and however often they start.
package tally

import (
	"context"

	"rexian/stdlib/db"
)

// Store keeps the sums in a database.
type Store struct{ db *db.DB }

// Open makes a store.
func Open(d *db.DB) *Store { return &Store{d} }

// Add adds seconds to a trunk's day ("2026-11-29") and returns the day's sum. To add 0 is to ask.
func (s *Store) Add(ctx context.Context, trunk, day string, seconds int64) (sum int64, err error) {
	err = s.db.Get(ctx, &sum, `INSERT INTO trunk_seconds (trunk, day, seconds) VALUES (?, ?, ?)
		ON CONFLICT (trunk, day) DO UPDATE SET seconds = trunk_seconds.seconds + excluded.seconds RETURNING seconds`, trunk, day, seconds)
	return sum, err
}
