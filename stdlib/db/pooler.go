package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Pooler says whether a pooler of transactions (PgBouncer, pgcat, Odyssey, …) stands before a PostgreSQL server.
// Behind one every transaction may meet another connection of the server, so nothing that belongs to a connection can
// be relied on: no prepared statement, no setting, no LISTEN, no lock of a session.
type Pooler uint8

// The kinds of Pooler.
const (
	PoolerAuto Pooler = iota // found out with each new connection
	PoolerYes
	PoolerNo
)

// connector opens connections, straight to a server or by way of a pooler.
//
// Straight ones ask for limits as they start. A pooler either refuses that (PgBouncer, unless it is told to ignore
// it) or forgets it: a connection that does not have what it asked for has a pooler before it.
type connector struct {
	straight, pooled *pq.Connector
	settings         map[string]string // what a straight connection asks for and a pooler does not keep
	kind             Pooler
	through          atomic.Bool // from now on connections go by way of a pooler
	settled          atomic.Bool // there was a connection: it is known whether they do
	found            func()      // told when one is found
}

func (c *connector) Driver() driver.Driver { return c.straight.Driver() }

// Connect: see driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.connect(ctx)
	if err == nil {
		c.settled.Store(true)
	}
	return conn, err
}

func (c *connector) connect(ctx context.Context) (driver.Conn, error) {
	if c.through.Load() {
		return c.pooled.Connect(ctx)
	}
	conn, err := c.straight.Connect(ctx)
	if err != nil && !refusesSettings(err) {
		return nil, err
	}
	switch {
	case err != nil && c.kind == PoolerNo:
		return nil, fmt.Errorf("%w (a pooler stands before the database: let it be found, or say so)", err)
	case err != nil:
	case c.kind == PoolerNo:
		return conn, nil
	default:
		kept, err := c.kept(ctx, conn)
		if err == nil && kept {
			return conn, nil
		}
		_ = conn.Close() // it is of no use, whatever it says at its end
		if err != nil {
			return nil, err
		}
	}
	if !c.through.Swap(true) {
		c.found()
	}
	return c.pooled.Connect(ctx)
}

// refusesSettings tells PgBouncer's refusal of a start-up parameter. PostgreSQL has another code for one it does not
// know.
func refusesSettings(err error) bool {
	p := (*pq.Error)(nil)
	return errors.As(err, &p) && p.Code == "08P01" && strings.Contains(p.Message, "startup parameter")
}

// kept tells whether a connection has the settings that it asked for.
func (c *connector) kept(ctx context.Context, conn driver.Conn) (kept bool, err error) {
	q, ok := conn.(driver.QueryerContext)
	if !ok {
		return false, errors.New("a connection that takes no query")
	}
	var same []string
	for name, value := range c.settings {
		if _, err := strconv.ParseInt(value, 10, 64); err == nil {
			value += "ms" // as the server reads a number
		}
		same = append(same,
			`CAST(current_setting('`+name+`') AS interval) = CAST(`+pq.QuoteLiteral(value)+` AS interval)`)
	}
	rows, err := q.QueryContext(ctx, "SELECT "+strings.Join(same, " AND "), nil)
	if err != nil {
		return false, fmt.Errorf("look for a pooler: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, 1)
	if err := rows.Next(row); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return false, fmt.Errorf("look for a pooler: %w", err)
	}
	kept, _ = row[0].(bool)
	return kept, nil
}

// Pooled tells whether a pooler of transactions stands before the server, as far as is known.
func (d *DB) Pooled() bool { return d.connector != nil && d.connector.through.Load() }

// settle makes a first connection, so that nothing is prepared before it is known whether that can be.
func (d *DB) settle(ctx context.Context) error {
	if d.connector == nil || d.connector.settled.Load() {
		return nil
	}
	return d.write.db.PingContext(ctx)
}

// limits are what a transaction by way of a pooler asks for, which straight connections have from their start.
func limits(timeout time.Duration) string {
	ms := strconv.FormatInt(timeout.Milliseconds(), 10)
	return `SET LOCAL statement_timeout = ` + ms + `; SET LOCAL lock_timeout = ` + ms +
		`; SET LOCAL idle_in_transaction_session_timeout = ` + idleLimit
}

// reading runs a query of a database that is open for reading only by way of a pooler, which forgets that: so each is
// in a transaction that says so.
func (d *DB) reading(ctx context.Context, use func(sqlx.ExtContext) error) error {
	tx, err := d.write.db.BeginTxx(ctx, d.txOptions())
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := use(tx); err != nil {
		return err
	}
	return tx.Commit()
}
