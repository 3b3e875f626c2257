// Package dbtest gives tests a database of their own on each engine: migrated, empty, gone afterwards.
//
// PostgreSQL is a throw-away cluster that the first test of a process starts from the server's own programs, without a
// network port and without fsync; it ends with the process, however that ends. SQLite is a file in the test's folder.
// Each test gets a copy of a database that was migrated once. `make test` lends one server to all packages, see [Lend].
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"rexian/stdlib/db"
)

// Each runs f as a subtest on each engine, "sqlite" and "postgres", with an empty, migrated database.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// EachURL is Each for what opens the database itself: f gets the address of an empty, migrated database.
func EachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, PostgresURL(t)) })
}

// SQLite opens an empty, migrated database in a file.
func SQLite(t testing.TB) *db.DB { t.Helper(); return open(t, SQLiteURL(t)) }

// Postgres opens an empty, migrated database on the process's own server.
func Postgres(t testing.TB) *db.DB { t.Helper(); return open(t, PostgresURL(t)) }

func open(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return d
}

// blank is a migrated SQLite file's content, made once.
var blank = sync.OnceValues(func() ([]byte, error) {
	if dir := os.Getenv(lentIn); dir != "" {
		return os.ReadFile(filepath.Join(dir, "blank.db"))
	}
	dir, err := os.MkdirTemp("", "rexian-dbtest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "blank.db")
	if err := migrate("sqlite:" + file); err != nil { // closing moves the log into the file
		return nil, err
	}
	return os.ReadFile(file)
})

// SQLiteURL is the address of an empty, migrated database in a file of the test's folder.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	b, err := blank()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// shared is the server of this process, or the one that is lent, with its migrated template.
var shared = sync.OnceValues(func() (*Server, error) {
	if s := borrowed(); s != nil {
		return s, s.find()
	}
	s, err := start()
	if err != nil {
		return nil, err
	}
	if err := s.create("blank", "template0"); err != nil {
		return nil, err
	}
	return s, migrate(s.URL("blank"))
})

var names atomic.Int64

// PostgresURL is the address of an empty, migrated database on the process's own server. With REXIAN_TEST_POOLER=1 in
// the environment it is that of a pooler of transactions before it: so every test of a store is one of the pooler
// too.
func PostgresURL(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	url := s.copy(t, "blank")
	if os.Getenv("REXIAN_TEST_POOLER") == "1" {
		return s.Pooled(t, path.Base(strings.SplitN(url, "?", 2)[0]), PoolerOptions{})
	}
	return url
}

// Shared is the process's own server, which other tests use too: it is not to be stopped.
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// EmptyURL is the address of a database without any table, on the given engine.
func EmptyURL(t testing.TB, e db.Engine) string {
	t.Helper()
	if e == db.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "empty.db")
	}
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s.copy(t, "template0")
}

// copy makes a database for one test.
func (s *Server) copy(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("t%d_%d", os.Getpid(), names.Add(1)) // other processes may use the server too
	if err := s.create(name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // its connections are closed by then: cleanups run last first
		if err := s.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Logf("drop the test's database: %v", err)
		}
	})
	return s.URL(name)
}

func migrate(url string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	return d.Close()
}
