package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/stdlib/breaker"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct{ url, want string }{
		"scheme":     {"mysql://u:geheim@h/x", "neither sqlite"},
		"no path":    {"sqlite:", "path"},
		"no folder":  {"sqlite:" + filepath.Join(t.TempDir(), "none", "x.db"), "unable to open"},
		"no server":  {"postgres://u:geheim@127.0.0.1:1/x", "refused"},
		"no url":     {"postgres://u:geheim@h:port%zz/x", "not a URL"},
		"bad option": {"postgres://u@127.0.0.1/x?sslmode=whatever", "sslmode"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := db.Open(t.Context(), c.url, db.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v; want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("the password is in the error: %v", err)
			}
			if (name == "no server" || name == "no folder") != errors.Is(err, db.ErrUnavailable) {
				t.Errorf("unavailable: %v", err)
			}
		})
	}
	if s := db.Redact("postgres://u@h/x?password=geheim"); strings.Contains(s, "geheim") {
		t.Errorf("the password is in %s", s)
	}
}

func TestReadOnly(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		d, err := db.Open(t.Context(), url, db.Options{ReadOnly: true})
		must(t, err)
		defer d.Close()
		var n int
		must(t, d.Get(t.Context(), &n, `SELECT COUNT(*) FROM calls`))
		if _, err := d.Exec(t.Context(), `DELETE FROM calls`); err == nil || db.IsUnavailable(err) {
			t.Errorf("a change of a database open for reading: %v", err)
		}
		if err := d.Migrate(t.Context()); err == nil {
			t.Error("it was migrated")
		}
	})
}

func TestMemoryIsItsOwn(t *testing.T) {
	open := func() *db.DB {
		d, err := db.Open(t.Context(), "sqlite::memory:", db.Options{})
		must(t, err)
		must(t, d.Migrate(t.Context()))
		return d
	}
	a, b := open(), open()
	_, err := a.Exec(t.Context(), `INSERT INTO switches (name, is_on, changed) VALUES ('a', TRUE, 1)`)
	must(t, err)
	var n int
	must(t, b.Get(t.Context(), &n, `SELECT COUNT(*) FROM switches`))
	if n != 0 {
		t.Error("two databases in memory are one")
	}
	must(t, errors.Join(a.Close(), b.Close()))
}

// TestMigrate: several nodes may start at once; a database that is ahead is refused.
func TestMigrate(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			url := dbtest.EmptyURL(t, e)
			var wg sync.WaitGroup
			nodes := 1
			if e == db.Postgres {
				nodes = 3
			}
			for range nodes {
				wg.Go(func() {
					d, err := db.Open(t.Context(), url, db.Options{})
					if err == nil {
						err = errors.Join(d.Migrate(t.Context()), d.Migrate(t.Context()), d.Close())
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			d, err := db.Open(t.Context(), url, db.Options{})
			must(t, err)
			defer d.Close()
			_, err = d.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)`)
			must(t, err)
			if err := d.Migrate(t.Context()); !errors.Is(err, db.ErrNewer) {
				t.Errorf("a newer database: %v", err)
			}
		})
	}
}

// TestTimeLimit: a statement that does not end is ended, and its connection serves the next.
func TestTimeLimit(t *testing.T) {
	slow := map[db.Engine]string{
		db.SQLite:   `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n`,
		db.Postgres: `SELECT 1 FROM pg_sleep(3600)`,
	}
	dbtest.EachURL(t, func(t *testing.T, url string) {
		const limit = time.Second // a machine that is busy answers within it
		d, err := db.Open(t.Context(), url, db.Options{Timeout: limit, Conns: 1})
		for until := time.Now().Add(time.Minute); db.IsUnavailable(err) && time.Now().Before(until); {
			d, err = db.Open(t.Context(), url, db.Options{Timeout: limit, Conns: 1})
		}
		must(t, err)
		defer d.Close()
		var n int64
		for range 2 {
			if err := d.Get(t.Context(), &n, slow[d.Engine()]); !db.IsUnavailable(err) {
				t.Fatalf("a statement without an end: %v", err)
			}
			must(t, d.Get(t.Context(), &n, `SELECT 1`))
		}
		err = d.Tx(t.Context(), func(x *db.Tx) error { // each statement has the limit, the whole has not
			for began := time.Now(); time.Since(began) < limit+limit/2; {
				if err := x.Get(t.Context(), &n, `SELECT 1`); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, err)
		if err := d.Tx(t.Context(), func(x *db.Tx) error {
			return x.Get(t.Context(), &n,
				slow[d.Engine()])
		}); !db.IsUnavailable(err) {
			t.Errorf("a statement without an end in a transaction: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Get(ctx, &n, `SELECT 1`); !errors.Is(err, context.Canceled) {
			t.Errorf("broken off by the caller: %v", err)
		}
		if d.Breaker() != breaker.Closed {
			t.Error("what a caller broke off counts against the database")
		}
	})
}

// TestServerGoesAway: while the server is away every query is answered at once or within its limit, and after its
// return the same DB works again, prepared statements included.
func TestServerGoesAway(t *testing.T) {
	s := dbtest.StartServer(t)
	url := s.Migrated(t, "x")
	var mu sync.Mutex
	now := time.Now()
	var changes []breaker.State
	d, err := db.Open(t.Context(), url, db.Options{Timeout: 10 * time.Second,
		Now:     func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		Changed: func(_, to breaker.State) { changes = append(changes, to) }})
	must(t, err)
	defer d.Close()
	query := func() error {
		var n int
		return d.Get(t.Context(), &n, `SELECT COUNT(*) FROM calls WHERE caller = ?`, "x")
	}
	must(t, query())
	s.Kill()
	for range 10 {
		if err := query(); !errors.Is(err, db.ErrUnavailable) {
			t.Fatalf("the server is dead: %v", err)
		}
	}
	if d.Breaker() != breaker.Open {
		t.Errorf("the breaker is %v", d.Breaker())
	}
	if err := query(); !errors.Is(err, breaker.ErrOpen) {
		t.Errorf("a dead server was asked again: %v", err)
	}
	must(t, s.Start())
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	must(t, query())
	must(t, d.Tx(t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(t.Context(), `INSERT INTO switches (name, is_on, changed) VALUES ('a', TRUE, 1)`)
		return err
	}))
	if len(changes) != 3 || changes[0] != breaker.Open || changes[2] != breaker.Closed {
		t.Errorf("changes %v", changes)
	}
}
