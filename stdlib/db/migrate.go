package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

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

// Migrate brings the schema up to this program's version, each step in a transaction of its own. Several nodes may start
// at once: one does the work, the others wait. It fails with ErrNewer if the schema is ahead of the program.
func (d *DB) Migrate(ctx context.Context) error {
	if d.o.ReadOnly {
		return errors.New("migrate the database: it is open for reading only")
	}
	steps, err := fs.Sub(migrations, "migrations/"+d.engine.String())
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	dialect, o := goose.DialectSQLite3, []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler))}
	if d.engine == Postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120)) // tries each second, two minutes
		if err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
		dialect, o = goose.DialectPostgres, append(o, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, d.write.db.DB, steps, o...)
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
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	if len(done) > 0 {
		d.o.Logger.Info("the database was migrated", "from", current, "to", target, "took", d.o.Now().Sub(began))
	}
	return nil
}
