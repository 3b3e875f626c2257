package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"modernc.org/sqlite"
	lite "modernc.org/sqlite/lib"
)

// ErrDamaged is in the error of a file that is no database, or whose pages are not what they were.
var ErrDamaged = errors.New("the database file is damaged")

// IsDamaged tells whether a database file is damaged.
func IsDamaged(err error) bool {
	if errors.Is(err, ErrDamaged) {
		return true
	}
	s, ok := errors.AsType[*sqlite.Error](err)
	return ok &&
		(s.Code()&0xff == lite.SQLITE_CORRUPT || s.Code()&0xff == lite.SQLITE_NOTADB ||
			s.Code() == lite.SQLITE_IOERR_SHORT_READ)
}

// IsFull tells whether a database file could not grow: the disk is full.
func IsFull(err error) bool {
	s, ok := errors.AsType[*sqlite.Error](err)
	return ok && s.Code()&0xff == lite.SQLITE_FULL
}

// IsFailing tells whether the disk failed under a database file.
func IsFailing(err error) bool {
	s, ok := errors.AsType[*sqlite.Error](err)
	return ok && s.Code()&0xff == lite.SQLITE_IOERR
}

// IsBusy tells whether another program holds a database file.
func IsBusy(err error) bool {
	s, ok := errors.AsType[*sqlite.Error](err)
	return ok && (s.Code()&0xff == lite.SQLITE_BUSY || s.Code()&0xff == lite.SQLITE_LOCKED)
}

// Prove reads all pages of a database file and looks whether they fit together; its error is ErrDamaged if they do not.
// A large file takes seconds for each gigabyte: the context may end it. A server proves its files itself, so PostgreSQL
// passes.
func (d *DB) Prove(ctx context.Context) error {
	if d.engine != SQLite {
		return nil
	}
	var says string
	err := d.read.db.GetContext(ctx, &says, `PRAGMA quick_check(1)`)
	switch {
	case IsDamaged(err):
		return fmt.Errorf("prove the database: %w: %w", ErrDamaged, err)
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("prove the database: %w", ctx.Err())
	case err != nil:
		return fmt.Errorf("prove the database: %w", err)
	case says != "ok":
		return fmt.Errorf("prove the database: %w: %s", ErrDamaged, says)
	}
	return nil
}

// privately makes a database file, or takes one from others, so that only its owner reads it: SQLite gives its journals
// the same rights.
func privately(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there is no folder: SQLite says so
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(info.Mode().Perm() &^ 0o077)
	}
	return errors.Join(err, f.Close())
}
