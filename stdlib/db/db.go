// Package db is the house's way to SQL: one set of queries for two engines, SQLite with no server by default and
// PostgreSQL in production.
//
// Queries are written with `?` and rebound. What both engines understand is used as it is (ON CONFLICT, RETURNING,
// CAST, window functions, common table expressions, TRUE and FALSE); the few differences stand in dialect.go. A moment
// is a BIGINT of Unix milliseconds, a date one of days since 1970-01-01, a month year*12+month-1, money a BIGINT of
// fen, yes/no is BOOLEAN in PostgreSQL and an INTEGER of 0 and 1 in SQLite, whose tables are STRICT so that it refuses
// what PostgreSQL refuses.
//
//	            ┌ readers: WAL snapshots, never wait for the writer ┐
//	DB ─ SQLite ┤                                                   ├ one file
//	            └ writer: one connection, BEGIN IMMEDIATE           ┘
//	   └ PostgreSQL: one pool, prepared statements, statement_timeout, a breaker for when the server is away
//
// A statement that was seen before stays prepared, except where a pooler of transactions stands before the server. A
// query that changes data, or reads FOR UPDATE, goes to the writer, any other to a reader; its first word decides.
//
// Texts that a database cannot hold (a NUL, broken UTF-8) are mended on the way in: such a byte becomes U+FFFD.
package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"

	"rexian/stdlib/breaker"
)

// Engine is a kind of database.
type Engine uint8

const (
	SQLite Engine = iota
	Postgres
)

func (e Engine) String() string { return [...]string{"sqlite", "postgres"}[e] }

// Options are what a deployment may choose. A zero field takes the default beside it.
type Options struct {
	Timeout  time.Duration                // limit of one statement, waiting for a connection included: 5 s
	Conns    int                          // PostgreSQL: most connections, 4 per core, at least 8; SQLite: readers, 4
	Lazy     bool                         // Open succeeds though the server does not answer: it may come later
	ReadOnly bool                         // refuse every change, in the database itself
	Pooler   Pooler                       // PostgreSQL: whether a pooler stands before it; found out unless given
	Now      func() time.Time             // the breaker's clock: time.Now
	Rand     func() float64               // 0 ≤ r < 1, for the jitter of retries: math/rand/v2
	Logger   *slog.Logger                 // told when the database goes away and comes back: none
	Changed  func(from, to breaker.State) // told of the same: none
	sleep    func(context.Context, time.Duration) error
}

// DB is an open database. It is safe for use by several goroutines.
type DB struct {
	engine    Engine
	o         Options
	write     pool
	read      pool       // the same as write on PostgreSQL
	connector *connector // of PostgreSQL
	listen    string     // of PostgreSQL: the address for a connection that listens
	breaker   *breaker.Breaker
	gone      io.Closer // what is to be removed after Close
}

// Open opens a database by its URL.
//
//	sqlite:PATH                 a file, made if it is not there
//	sqlite::memory:             a throw-away database of its own, gone at Close
//	postgres://user@host/name   parameters as in libpq; postgresql:// is the same
//
// For PostgreSQL, sslmode defaults to `require` for another host and to `disable` for a socket or the machine itself;
// connect_timeout to 3 s. Open fails with ErrUnavailable if the server does not answer. Nothing is migrated: see
// Migrate.
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.sleep == nil {
		o.sleep = sleep
	}
	d := &DB{o: o}
	scheme, rest, _ := strings.Cut(address, ":")
	var err error
	switch scheme {
	case "sqlite":
		err = d.openSQLite(rest)
	case "postgres", "postgresql":
		err = d.openPostgres(address)
	default:
		return nil, fmt.Errorf("open the database: %q is neither sqlite: nor postgres:", scheme+":")
	}
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", Redact(address), err)
	}
	if err := d.Ping(ctx); err != nil && !(o.Lazy && errors.Is(err, ErrUnavailable) && d.engine == Postgres) {
		return nil, errors.Join(fmt.Errorf("open the database %s: %w", Redact(address), err), d.Close())
	}
	return d, nil
}

// Redact returns a database URL without its password, for logs.
func Redact(address string) string {
	if !strings.HasPrefix(address, "postgres") {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "postgres:"
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// Engine tells which engine it is.
func (d *DB) Engine() Engine { return d.engine }

// Timeout is the limit of one statement.
func (d *DB) Timeout() time.Duration { return d.o.Timeout }

// Breaker tells whether the database is reached: closed if so, open or half-open while it is away.
func (d *DB) Breaker() breaker.State { return d.breaker.State() }

// Ping asks the database for a sign of life; ErrUnavailable if there is none.
func (d *DB) Ping(ctx context.Context) error {
	return d.guard(ctx, "reach the database", func(ctx context.Context) error { return d.write.db.PingContext(ctx) })
}

// Close waits for running statements and closes all connections.
func (d *DB) Close() error {
	var errs []error
	for _, p := range []pool{d.read, d.write} {
		if p.db == nil {
			continue
		}
		// A connection whose server has gone cannot say goodbye: that is no failure of closing.
		if err := p.close(); err != nil && !IsUnavailable(err) && !errors.Is(err, syscall.EPIPE) {
			errs = append(errs, err)
		}
	}
	if d.gone != nil {
		errs = append(errs, d.gone.Close())
	}
	return errors.Join(errs...)
}

// guard runs one exchange with the database within the time limit and behind the breaker, and says in the error what
// was being done.
func (d *DB) guard(ctx context.Context, doing string, run func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, d.o.Timeout)
	defer cancel()
	return d.behind(ctx, doing, func() error { return run(limited) })
}

// behind runs something behind the breaker, whose limits are its own.
func (d *DB) behind(ctx context.Context, doing string, run func() error) error {
	ticket, err := d.breaker.Allow()
	if err != nil {
		return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, err)
	}
	err = run()
	switch class := classify(err); {
	case class == away && ctx.Err() != nil:
		d.breaker.Drop(ticket) // broken off by the caller: nothing is known of the database
		return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, ctx.Err())
	case class == away:
		d.breaker.Done(ticket, d.engine == SQLite) // a file does not go away: a busy one is worth waiting for
		return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, err)
	case class == fault && ctx.Err() != nil:
		d.breaker.Drop(ticket)
		return fmt.Errorf("%s: %w", doing, err)
	}
	d.breaker.Done(ticket, true)
	if err != nil && lostStatement(err) && !d.Pooled() {
		err = fmt.Errorf("%w: %w", ErrPooler, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// sleep waits, or returns the context's error if that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *DB) newBreaker() *breaker.Breaker {
	return breaker.New(breaker.Options{Now: d.o.Now, Changed: func(from, to breaker.State) {
		switch {
		case to == breaker.Closed:
			d.o.Logger.Info("the database is back")
		case from == breaker.Closed:
			d.o.Logger.Warn("the database is away: lookups answer unavailable, events are kept in the spool")
		}
		if d.o.Changed != nil {
			d.o.Changed(from, to)
		}
	}})
}

// newPool wraps a pool of the standard library.
func newPool(x *sqlx.DB, bind int) pool { return pool{db: x, statements: newStatements(bind)} }
