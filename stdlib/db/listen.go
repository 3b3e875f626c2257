package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// Notify tells all who Listen on a channel, of this program and of others: a short text, best an id, for what it is
// about is in the tables. On SQLite nobody listens. It is to be a statement of its own after the change: within a
// transaction of many a second it would make them wait for each other.
func (d *DB) Notify(ctx context.Context, channel, text string) error {
	if d.engine != Postgres {
		return nil
	}
	if _, err := d.Exec(ctx, `SELECT pg_notify(?, ?)`, channel, text); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// pingListener is how often a connection that listens is asked for a sign of life.
const pingListener = 30 * time.Second

// Listen calls told for each Notify on a channel, and with "" when it begins to hear and when the connection was
// broken and is back, for then something may have been missed; until ctx ends. It returns at once, with false, where
// nothing can be heard: on SQLite, and by way of a pooler, where who listens has no connection of his own. So
// everything that is told is also to be looked for now and then.
func (d *DB) Listen(ctx context.Context, channel string, told func(text string)) bool {
	if d.engine != Postgres || d.settle(ctx) == nil && d.Pooled() {
		return false
	}
	l := pq.NewListener(d.listen, time.Second, 15*time.Second, nil)
	defer func() { _ = l.Close() }() // its connection ends, whatever the server says
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	if err := l.Listen(channel); err != nil { // it waits for the server to be there
		return false
	}
	told("")
	ping := time.NewTicker(pingListener)
	defer ping.Stop()
	for {
		select {
		case n, open := <-l.Notify:
			switch {
			case !open:
				return true
			case n == nil:
				told("")
			default:
				told(n.Extra)
			}
		case <-ping.C:
			_ = l.Ping() // a connection that is dead is found so, and made anew
		case <-ctx.Done():
			return true
		}
	}
}
