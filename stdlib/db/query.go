package db

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
)

// Queryer is what a query runs on: the database, or a transaction of it. A function that takes one may be part of its
// caller's transaction.
type Queryer interface {
	// Get reads one row into dst, a pointer to a struct with `db` tags or to a single value. No row is an error for
	// which IsNotFound holds; further rows are left.
	Get(ctx context.Context, dst any, query string, args ...any) error
	// Select reads all rows into dst, a pointer to a slice. No row is an empty slice.
	Select(ctx context.Context, dst any, query string, args ...any) error
	// Exec runs a statement for its effect.
	Exec(ctx context.Context, query string, args ...any) (sql.Result, error)
	// Engine tells which engine it is, for what differs between the two.
	Engine() Engine
}

var _, _ Queryer = (*DB)(nil), (*Tx)(nil)

// Get: see Queryer. A query that changes something and returns a row (INSERT … RETURNING) is fine.
func (d *DB) Get(ctx context.Context, dst any, query string, args ...any) error {
	args = mend(args)
	return d.run(ctx, query, func(ctx context.Context, x sqlx.ExtContext, s *sqlx.Stmt, bound string) error {
		if s != nil {
			return s.GetContext(ctx, dst, args...)
		}
		return sqlx.GetContext(ctx, x, dst, bound, args...)
	})
}

// Select: see Queryer.
func (d *DB) Select(ctx context.Context, dst any, query string, args ...any) error {
	args = mend(args)
	return d.run(ctx, query, func(ctx context.Context, x sqlx.ExtContext, s *sqlx.Stmt, bound string) error {
		if s != nil {
			return s.SelectContext(ctx, dst, args...)
		}
		return sqlx.SelectContext(ctx, x, dst, bound, args...)
	})
}

// Exec: see Queryer.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	args = mend(args)
	var result sql.Result
	err := d.run(ctx, query, func(ctx context.Context, x sqlx.ExtContext, s *sqlx.Stmt, bound string) (err error) {
		if s != nil {
			result, err = s.ExecContext(ctx, args...)
		} else {
			result, err = x.ExecContext(ctx, bound, args...)
		}
		return err
	})
	return result, err
}

// Rows runs a query and gives each of its rows to visit as values by column, for queries whose columns are not known
// when the program is written. At most limit rows are read if it is more than 0.
func (d *DB) Rows(ctx context.Context, query string, limit int, visit func(columns []string, values []any) error,
	args ...any) error {
	args = mend(args)
	return d.run(ctx, query, func(ctx context.Context, x sqlx.ExtContext, s *sqlx.Stmt, bound string) error {
		var rows *sqlx.Rows
		var err error
		if s != nil {
			rows, err = s.QueryxContext(ctx, args...)
		} else {
			rows, err = x.QueryxContext(ctx, bound, args...)
		}
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for n := 0; rows.Next() && (limit <= 0 || n < limit); n++ {
			values, err := rows.SliceScan()
			if err != nil {
				return err
			}
			if err := visit(columns, values); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// Check prepares a query without running it: an error says what the engine does not understand, which table or column
// is not there.
func (d *DB) Check(ctx context.Context, query string) error {
	p := d.poolOf(query)
	return d.guard(ctx, "prepare the query", func(ctx context.Context) error {
		var on sqlx.PreparerContext = p.db
		if d.engine == Postgres { // prepared and forgotten on one connection, whatever stands before the server
			tx, err := p.db.BeginTxx(ctx, nil)
			if err != nil {
				return err
			}
			defer func() { _ = tx.Rollback() }() // it changed nothing
			on = tx
		}
		s, err := sqlx.PreparexContext(ctx, on, p.db.Rebind(query))
		if err != nil {
			return err
		}
		return s.Close()
	})
}

func (d *DB) poolOf(query string) pool {
	if d.engine == SQLite && !changes(query) {
		return d.read
	}
	return d.write
}

// run finds the pool and the prepared statement of a query and runs it, prepared if that is possible.
func (d *DB) run(ctx context.Context, query string,
	use func(context.Context, sqlx.ExtContext, *sqlx.Stmt, string) error) error {
	p := d.poolOf(query)
	return d.guard(ctx, "query", func(ctx context.Context) error {
		if err := d.settle(ctx); err != nil {
			return err
		}
		s, bound := p.statements.get(query)
		if d.o.ReadOnly && d.Pooled() {
			return d.reading(ctx, func(x sqlx.ExtContext) error { return use(ctx, x, nil, bound) })
		}
		if s == nil {
			var err error
			if s, err = p.statements.prepare(ctx, p.db, query); err != nil {
				return err
			}
		}
		err := use(ctx, p.db, s, bound)
		if s != nil && outdated(err) {
			p.statements.forget(query, s)
			return use(ctx, p.db, nil, bound)
		}
		return err
	})
}

// In spreads a slice among the arguments over its one `?`, as in `WHERE id IN (?)`. It fails if a slice is empty.
func In(query string, args ...any) (string, []any, error) { return sqlx.In(query, args...) }

// mend returns the arguments with what no database holds taken out of their texts. The slice given is not changed.
func mend(args []any) []any {
	copied := false
	for i, a := range args {
		var fixed any
		switch s := a.(type) {
		case string:
			if m := Mend(s); m != s {
				fixed = m
			}
		case *string:
			if s != nil {
				if m := Mend(*s); m != *s {
					fixed = m
				}
			}
		case sql.NullString:
			if m := Mend(s.String); m != s.String {
				fixed = sql.NullString{String: m, Valid: s.Valid}
			}
		}
		if fixed != nil {
			if !copied {
				args, copied = append([]any(nil), args...), true
			}
			args[i] = fixed
		}
	}
	return args
}

// Mend returns a text that both engines store as it is: a NUL and each byte that is no UTF-8 become U+FFFD.
func Mend(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// Learn lets PostgreSQL look at tables again that have grown at once, so that it plans by what is in them now: by
// itself it does so within a minute or more, and until then reads tables whole that were empty when it planned.
// SQLite's plans do not depend on it. Where it may not, the plans stay as they are, which is logged.
func (d *DB) Learn(ctx context.Context, tables ...string) {
	if d.engine != Postgres {
		return
	}
	for _, table := range tables {
		if _, err := d.Exec(ctx, `ANALYZE `+table); err != nil && ctx.Err() == nil {
			d.o.Logger.Warn("PostgreSQL does not look at a table anew", "table", table, "error", err)
		}
	}
}

// Columns returns the names of the columns of a query's rows, and on PostgreSQL their types as it names them (INT8,
// VARCHAR); on SQLite, whose values have types of their own, each is "". The query is run: ask for no row of it.
func (d *DB) Columns(ctx context.Context, query string, args ...any) (columns, kinds []string, err error) {
	p := d.poolOf(query)
	err = d.guard(ctx, "query", func(ctx context.Context) error {
		read := func(x sqlx.ExtContext) error {
			rows, err := x.QueryxContext(ctx, p.db.Rebind(query), mend(args)...)
			if err != nil {
				return err
			}
			defer rows.Close()
			list, err := rows.ColumnTypes()
			columns, kinds = nil, nil
			for _, c := range list {
				kind := ""
				if d.engine == Postgres {
					kind = c.DatabaseTypeName()
				}
				columns, kinds = append(columns, c.Name()), append(kinds, kind)
			}
			return err
		}
		if d.o.ReadOnly && d.Pooled() {
			return d.reading(ctx, read)
		}
		return read(p.db)
	})
	return columns, kinds, err
}
