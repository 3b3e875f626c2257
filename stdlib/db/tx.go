package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// tries is how often a transaction that lost a race (serialization failure, deadlock, busy file) is run.
const tries = 6

// Tx is a transaction. Only the function that it was given to may use it, in one goroutine.
type Tx struct {
	d  *DB
	tx *sqlx.Tx
	// queries that were not prepared yet; prepared for this transaction from the second time on
	missed map[string]*sqlx.Stmt
}

// Tx runs f in a transaction: committed if f returns nil, undone if it returns an error or panics. f is run again, from
// the beginning, when the engine ended the transaction for another's sake; so it must have no effect beside its
// queries. Within f only t may be used: the database itself would wait for the writer that t holds.
//
// The time limit is that of each statement; the whole has none but ctx. While it lasts, SQLite lets no other change
// anything.
//
// The isolation is each engine's default, read committed or better: guard a change with its condition
// (`UPDATE … WHERE state = ?`) and return ErrConflict if no row was changed.
func (d *DB) Tx(ctx context.Context, f func(t *Tx) error) error {
	for n := 1; ; n++ {
		var missed map[string]*sqlx.Stmt
		err := d.behind(ctx, "transaction", func() (err error) {
			missed, err = d.once(ctx, f)
			return err
		})
		if err == nil {
			d.remember(ctx, missed)
			return nil
		}
		if n == tries || !isRace(err) || ctx.Err() != nil {
			return err
		}
		pause := time.Duration(float64(int64(4)<<n) * (0.5 + d.o.Rand()) * float64(time.Millisecond))
		if d.o.sleep(ctx, pause) != nil {
			return err
		}
	}
}

// once runs f in one transaction.
func (d *DB) once(ctx context.Context, f func(t *Tx) error) (map[string]*sqlx.Stmt, error) {
	limited, cancel := context.WithTimeout(ctx, d.o.Timeout)
	defer cancel()
	conn, err := d.write.db.Connx(limited)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	tx, err := conn.BeginTxx(ctx, d.txOptions()) // its context is the transaction's, not the statement's
	if err != nil {
		return nil, err
	}
	t := &Tx{d: d, tx: tx}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing; it also undoes what a panic left
	if d.Pooled() {
		if _, err := tx.ExecContext(limited, limits(d.o.Timeout)); err != nil {
			return nil, err
		}
	}
	if err := f(t); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return t.missed, nil
}

// txOptions are what a transaction says of itself: with a pooler, that it only reads if that is so.
func (d *DB) txOptions() *sql.TxOptions {
	if d.o.ReadOnly && d.Pooled() {
		return &sql.TxOptions{ReadOnly: true}
	}
	return nil
}

// remember prepares for next time what a transaction ran unprepared. It could not do so itself: preparing for all
// connections takes one of the pool, and the transaction may hold the last.
func (d *DB) remember(ctx context.Context, missed map[string]*sqlx.Stmt) {
	for query := range missed {
		if s, _ := d.write.statements.get(query); s != nil {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, d.o.Timeout)
		_, err := d.write.statements.prepare(limited, d.write.db, query)
		cancel()
		if err != nil {
			return // the next one will try again
		}
	}
}

// Engine: see Queryer.
func (t *Tx) Engine() Engine { return t.d.engine }

// Get: see Queryer.
func (t *Tx) Get(ctx context.Context, dst any, query string, args ...any) error {
	return t.run(ctx, query, func(ctx context.Context, s *sqlx.Stmt, bound string) error {
		if args = mend(args); s != nil {
			return s.GetContext(ctx, dst, args...)
		}
		return t.tx.GetContext(ctx, dst, bound, args...)
	})
}

// Select: see Queryer.
func (t *Tx) Select(ctx context.Context, dst any, query string, args ...any) error {
	return t.run(ctx, query, func(ctx context.Context, s *sqlx.Stmt, bound string) error {
		if args = mend(args); s != nil {
			return s.SelectContext(ctx, dst, args...)
		}
		return t.tx.SelectContext(ctx, dst, bound, args...)
	})
}

// Exec: see Queryer.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (result sql.Result, err error) {
	err = t.run(ctx, query, func(ctx context.Context, s *sqlx.Stmt, bound string) error {
		if args = mend(args); s != nil {
			result, err = s.ExecContext(ctx, args...)
		} else {
			result, err = t.tx.ExecContext(ctx, bound, args...)
		}
		return err
	})
	return result, err
}

// run runs one statement within its limit, prepared if it was seen before.
func (t *Tx) run(ctx context.Context, query string, use func(context.Context, *sqlx.Stmt, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, t.d.o.Timeout)
	defer cancel()
	s, bound, err := t.statement(ctx, query)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	if err := use(ctx, s, bound); err != nil {
		if s != nil && outdated(err) { // this transaction is lost, the next one is not
			ready, _ := t.d.write.statements.get(query)
			t.d.write.statements.forget(query, ready)
		}
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

func (t *Tx) statement(ctx context.Context, query string) (*sqlx.Stmt, string, error) {
	s, bound := t.d.write.statements.get(query)
	if s != nil {
		return t.tx.StmtxContext(ctx, s), bound, nil
	}
	if t.d.Pooled() {
		return nil, bound, nil
	}
	own, again := t.missed[query]
	if again && own == nil {
		var err error
		if own, err = t.tx.PreparexContext(ctx, bound); err != nil { // closed with the transaction
			return nil, "", err
		}
	}
	if t.missed == nil {
		t.missed = map[string]*sqlx.Stmt{}
	}
	t.missed[query] = own
	return own, bound, nil
}

// Changed turns the result of a conditional change into ErrConflict if it changed no row.
func Changed(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	if err != nil {
		return errors.Join(errors.New("count the changed rows"), err)
	}
	if n == 0 {
		return ErrConflict
	}
	return nil
}
