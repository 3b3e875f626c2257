package db

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// openSQLite opens a file, or a throw-away one for ":memory:". Writes take turns on one connection, which takes the
// write lock at BEGIN, so that no transaction fails half-way for having read first; readers see the last commit.
func (d *DB) openSQLite(path string) error {
	if path == ":memory:" {
		// Not SQLite's own :memory:, which has no WAL and one connection only: then a read in the middle of a
		// transaction would wait for ever, which it does not on a file.
		dir, err := os.MkdirTemp("", "rexian-db-")
		if err != nil {
			return err
		}
		d.gone = removal(dir)
		path = filepath.Join(dir, "memory.db")
	}
	if path == "" {
		return errors.New("the path of the file is missing: sqlite:PATH")
	}
	d.engine, d.breaker = SQLite, d.newBreaker()
	if !d.o.ReadOnly {
		if err := privately(path); err != nil {
			return err
		}
	}
	readers := d.o.Conns
	if readers <= 0 {
		readers = 4
	}
	if err := d.sqlitePool(&d.write, path, 1, d.o.ReadOnly); err != nil {
		return err
	}
	return d.sqlitePool(&d.read, path, readers, true)
}

func (d *DB) sqlitePool(p *pool, path string, conns int, readOnly bool) error {
	q := url.Values{}
	q.Set("_txlock", "immediate")
	q.Set("_dqs", "0") // "x" is a name, never a text: as in PostgreSQL
	q.Add("_pragma", "busy_timeout("+strconv.FormatInt(d.o.Timeout.Milliseconds(), 10)+")")
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "temp_store(2)")
	if d.o.ReadOnly {
		q.Set("mode", "ro")
	} else {
		q.Add("_pragma", "journal_mode(wal)")
		// NORMAL: a power cut may lose the last commits, never the file. A call's events are in the spool's reach
		// anyway; FULL costs an fsync for each commit.
		q.Add("_pragma", "synchronous(1)")
		q.Add("_pragma", "journal_size_limit(67108864)")
	}
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	}
	x, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return err
	}
	x.SetMaxOpenConns(conns)
	x.SetMaxIdleConns(conns)
	x.SetConnMaxIdleTime(0)
	*p = newPool(sqlx.NewDb(x, "sqlite"), sqlx.QUESTION)
	return nil
}

// removal is a folder to remove at Close.
type removal string

func (r removal) Close() error {
	// The driver may still be unmapping the WAL's index when the last connection is closed.
	var err error
	for range 3 {
		if err = os.RemoveAll(string(r)); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}
