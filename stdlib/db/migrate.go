package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrations holds the schema's steps for both engines: migrations/ENGINE/NNNNN_name.sql, the same numbers and names in
// both. 00001–00019 are the core's, the slices begin at 00020. A step that has been released is never changed.
//
//go:embed migrations
var migrations embed.FS

// ErrNewer means that a later version of this program has migrated the database.
var ErrNewer = errors.New("the database was migrated by a newer version of the program")

// Migrate brings the schema up to this program's version, each step in a transaction of its own. Several nodes may
// start at once: one does the work, the others wait. It fails with ErrNewer if the schema is ahead of the program.
func (d *DB) Migrate(ctx context.Context) error {
	if d.o.ReadOnly {
		return errors.New("migrate the database: it is open for reading only")
	}
	steps, err := stepsOf(d.engine)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	dialect, o := goose.DialectSQLite3, []goose.ProviderOption{goose.WithGoMigrations(steps...),
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler))}
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, d.write.db.DB, nil, o...)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	began := d.o.Now()
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate the database: read its version: %w", err)
	}
	if current > target {
		return fmt.Errorf("migrate the database: it is at step %d, the program knows %d: %w", current, target, ErrNewer)
	}
	if current == target {
		return nil
	}
	var done []*goose.MigrationResult
	if err := d.alone(ctx, func() (err error) { done, err = p.Up(ctx); return err }); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	if len(done) > 0 {
		d.o.Logger.Info("the database was migrated", "from", current, "to", target, "took", d.o.Now().Sub(began))
	}
	return nil
}

// stepsOf are the steps of an engine. A file goes to the database as a whole: goose's own reader looks for the ends of
// its statements and takes 4 MB for each of them, which the race detector makes dear.
func stepsOf(e Engine) ([]*goose.Migration, error) {
	dir := "migrations/" + e.String()
	files, err := fs.ReadDir(migrations, dir)
	if err != nil {
		return nil, err
	}
	steps := make([]*goose.Migration, len(files))
	for i, file := range files {
		number, err := goose.NumericComponent(file.Name())
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(migrations, dir+"/"+file.Name())
		if err != nil {
			return nil, err
		}
		up, down, ok := strings.Cut(string(text), "\n-- +goose Down\n")
		if !ok || !strings.Contains(up, "-- +goose Up\n") {
			return nil, fmt.Errorf("%s: not what leads up, then what leads down", file.Name())
		}
		steps[i] = goose.NewGoMigration(number, running(up), running(down))
	}
	return steps, nil
}

// running runs a text of statements in a transaction.
func running(text string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, text)
		return err
	}}
}

// migrating is the number of the lock that one node holds while it migrates a PostgreSQL database. It is goose's own.
const migrating = lock.DefaultLockID

// alone runs f while no other node does so: on PostgreSQL under a lock that a transaction holds, and that its end
// gives back, whatever stands between us and the server. Others wait for it for two minutes.
func (d *DB) alone(ctx context.Context, f func() error) error {
	if d.engine != Postgres {
		return f()
	}
	for range 120 {
		held, err := d.holding(ctx, f)
		if err != nil || held {
			return err
		}
		if err := d.o.sleep(ctx, time.Second); err != nil {
			return err
		}
	}
	return errors.New("another node has been migrating it for two minutes")
}

// holding runs f in the middle of a transaction that holds the lock; false if another has it.
func (d *DB) holding(ctx context.Context, f func() error) (held bool, err error) {
	tx, err := d.write.db.BeginTxx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // it gives back the lock, and changed nothing
	if _, err := tx.ExecContext(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
		return false, err
	}
	if err := tx.GetContext(ctx, &held, `SELECT pg_try_advisory_xact_lock($1)`, migrating); err != nil || !held {
		return false, err
	}
	return true, f()
}
