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
	d      *DB
	tx     *sqlx.Tx
	missed []string // queries that were not prepared yet
}

// Tx runs f in a transaction: committed if f returns nil, undone if it returns an error or panics. f is run again, from
// the beginning, when the engine ended the transaction for another's sake; so it must have no effect beside its
// queries. Within f only t may be used: the database itself would wait for the writer that t holds.
//
// The isolation is each engine's default, read committed or better: guard a change with its condition
// (`UPDATE … WHERE state = ?`) and return ErrConflict if no row was changed.
func (d *DB) Tx(ctx context.Context, f func(t *Tx) error) error {
	for n := 1; ; n++ {
		var missed []string
		err := d.guard(ctx, "transaction", func(limited context.Context) (err error) {
			missed, err = d.once(limited, f)
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
func (d *DB) once(ctx context.Context, f func(t *Tx) error) ([]string, error) {
	tx, err := d.write.db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &Tx{d: d, tx: tx}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing; it also undoes what a panic left
	if err := f(t); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return t.missed, nil
}

// remember prepares for next time what a transaction ran unprepared. It could not do so itself: preparing for all
// connections takes one of the pool, and the transaction may hold the last.
func (d *DB) remember(ctx context.Context, missed []string) {
	for _, query := range missed {
		if s, _ := d.write.statements.get(query); s != nil {
			continue
		}
		if _, err := d.write.statements.prepare(ctx, d.write.db, query); err != nil {
			return // the next one will try again
		}
	}
}

// Engine: see Queryer.
func (t *Tx) Engine() Engine { return t.d.engine }

// Get: see Queryer.
func (t *Tx) Get(ctx context.Context, dst any, query string, args ...any) error {
	s, bound := t.statement(query)
	if args = mend(args); s != nil {
		return doing("query", t.tx.StmtxContext(ctx, s).GetContext(ctx, dst, args...))
	}
	return doing("query", t.tx.GetContext(ctx, dst, bound, args...))
}

// Select: see Queryer.
func (t *Tx) Select(ctx context.Context, dst any, query string, args ...any) error {
	s, bound := t.statement(query)
	if args = mend(args); s != nil {
		return doing("query", t.tx.StmtxContext(ctx, s).SelectContext(ctx, dst, args...))
	}
	return doing("query", t.tx.SelectContext(ctx, dst, bound, args...))
}

// Exec: see Queryer.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, bound := t.statement(query)
	var result sql.Result
	var err error
	if args = mend(args); s != nil {
		result, err = t.tx.StmtxContext(ctx, s).ExecContext(ctx, args...)
	} else {
		result, err = t.tx.ExecContext(ctx, bound, args...)
	}
	return result, doing("query", err)
}

func (t *Tx) statement(query string) (*sqlx.Stmt, string) {
	s, bound := t.d.write.statements.get(query)
	if s == nil {
		t.missed = append(t.missed, query)
	}
	return s, bound
}

func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
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
