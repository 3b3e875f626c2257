package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// everyLimit are the start-up parameters that a PgBouncer is commonly told to ignore.
var everyLimit = []string{"extra_float_digits", "statement_timeout", "lock_timeout",
	"idle_in_transaction_session_timeout", "default_transaction_read_only"}

// TestPoolers: whatever a pooler does with what it does not know, it is found, and queries of many at once with
// values, in transactions and without, answer as they do on the server itself.
func TestPoolers(t *testing.T) {
	s := dbtest.Shared(t)
	for name, c := range map[string]struct {
		o    dbtest.PoolerOptions
		kind db.Pooler
	}{
		"refuses":      {dbtest.PoolerOptions{}, db.PoolerAuto},
		"forgets":      {dbtest.PoolerOptions{Ignore: everyLimit}, db.PoolerAuto},
		"said so":      {dbtest.PoolerOptions{Ignore: everyLimit}, db.PoolerYes},
		"sessions":     {dbtest.PoolerOptions{Mode: "session", Size: 50}, db.PoolerAuto},
		"one is there": {dbtest.PoolerOptions{Size: 2}, db.PoolerAuto},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := "pooled_" + strings.ReplaceAll(name, " ", "_")
			s.Empty(t, database)
			d, err := db.Open(t.Context(), s.Pooled(t, database, c.o),
				db.Options{Pooler: c.kind, Timeout: 30 * time.Second})
			must(t, err)
			defer d.Close()
			must(t, d.Migrate(t.Context()))
			must(t, d.Migrate(t.Context()))
			if !d.Pooled() {
				t.Error("the pooler was not found")
			}
			both(t, d)
			must(t, d.Check(t.Context(), `SELECT name FROM switches WHERE name = ?`))
			if err := d.Check(t.Context(), `SELECT nothing FROM switches WHERE name = ?`); err == nil {
				t.Error("a column that is not there was prepared")
			}
			columns, _, err := d.Columns(t.Context(), `SELECT name, is_on FROM switches WHERE name = ?`, "x")
			if err != nil || strings.Join(columns, " ") != "name is_on" {
				t.Errorf("%v %v", columns, err)
			}
		})
	}
	d, err := db.Open(t.Context(), s.Migrated(t, "straight"), db.Options{})
	must(t, err)
	defer d.Close()
	both(t, d)
	if d.Pooled() {
		t.Error("a pooler was found where there is none")
	}
}

// both runs queries of twenty at once, each some times, with values and in transactions.
func both(t *testing.T, d *db.DB) {
	t.Helper()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			for n := range 15 {
				if err := oneRow(t.Context(), d, fmt.Sprintf("%d-%d", i, n), int64(n)); err != nil {
					t.Errorf("%d-%d: %v", i, n, err)
					return
				}
			}
		})
	}
	all.Wait()
}

func oneRow(ctx context.Context, d *db.DB, name string, n int64) error {
	const insert, read = `INSERT INTO switches (name, is_on, changed) VALUES (?, ?, ?)`,
		`SELECT is_on, changed FROM switches WHERE name = ?`
	if _, err := d.Exec(ctx, insert, name, n%2 == 0, n); err != nil {
		return err
	}
	var got struct {
		On      bool  `db:"is_on"`
		Changed int64 `db:"changed"`
	}
	if err := d.Tx(ctx, func(x *db.Tx) error {
		for range 2 { // from the second time on a statement would be prepared for the transaction
			if err := x.Get(ctx, &got, read+x.Engine().ForUpdate(), name); err != nil {
				return err
			}
		}
		_, err := x.Exec(ctx, `UPDATE switches SET changed = ? WHERE name = ?`, got.Changed+1, name)
		return err
	}); err != nil {
		return err
	}
	if err := d.Get(ctx, &got, read, name); err != nil {
		return err
	}
	if got.On != (n%2 == 0) || got.Changed != n+1 {
		return fmt.Errorf("read back %+v", got)
	}
	return nil
}

// TestPoolerKeepsLimits: behind a pooler, which forgets the settings of a connection, a statement and a wait for a
// lock still end at their limit, and a database that is open for reading is not written to.
func TestPoolerKeepsLimits(t *testing.T) {
	s := dbtest.Shared(t)
	s.Empty(t, "pooler_limits")
	url := s.Pooled(t, "pooler_limits", dbtest.PoolerOptions{Ignore: everyLimit})
	d, err := db.Open(t.Context(), url, db.Options{Timeout: 300 * time.Millisecond})
	must(t, err)
	defer d.Close()
	patient, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	must(t, err)
	defer patient.Close()
	must(t, patient.Migrate(t.Context()))
	_, err = patient.Exec(t.Context(), `INSERT INTO switches (name, is_on, changed) VALUES ('a', TRUE, 1)`)
	must(t, err)
	var n int64
	if err := d.Get(t.Context(), &n, `SELECT 1 FROM pg_sleep(3600)`); !db.IsUnavailable(err) {
		t.Errorf("a statement without an end: %v", err)
	}
	if err := d.Tx(t.Context(), func(x *db.Tx) error {
		return x.Get(t.Context(), &n, `SELECT 1 FROM pg_sleep(3600)`)
	}); !db.IsUnavailable(err) {
		t.Errorf("a statement without an end in a transaction: %v", err)
	}
	var limit string
	must(t, patient.Tx(t.Context(), func(x *db.Tx) error {
		return x.Get(t.Context(), &limit, `SHOW idle_in_transaction_session_timeout`)
	}))
	if limit != "1min" {
		t.Errorf("a transaction may rest for %s", limit)
	}
	must(t, patient.Tx(t.Context(), func(x *db.Tx) error {
		if err := x.Get(t.Context(), &n, `SELECT changed FROM switches WHERE name = 'a' FOR UPDATE`); err != nil {
			return err
		}
		if _, err := d.Exec(t.Context(), `UPDATE switches SET changed = 2 WHERE name = 'a'`); !db.IsUnavailable(err) {
			return fmt.Errorf("a row that another holds was waited for: %w", err)
		}
		return nil
	}))
	reader, err := db.Open(t.Context(), url, db.Options{ReadOnly: true, Timeout: time.Minute})
	must(t, err)
	defer reader.Close()
	must(t, reader.Get(t.Context(), &n, `SELECT changed FROM switches WHERE name = ?`, "a"))
	for what, err := range map[string]error{
		"a change": func() error { _, err := reader.Exec(t.Context(), `DELETE FROM switches`); return err }(),
		"a change in a transaction": reader.Tx(t.Context(), func(x *db.Tx) error {
			_, err := x.Exec(t.Context(), `DELETE FROM switches`)
			return err
		}),
	} {
		if err == nil || db.IsUnavailable(err) {
			t.Errorf("%s of a database open for reading: %v", what, err)
		}
	}
	must(t, patient.Get(t.Context(), &n, `SELECT COUNT(*) FROM switches`))
	if n != 1 {
		t.Error("a database open for reading was written to")
	}
}

// TestPoolerIsRefused: who says that there is no pooler is told that there is one.
func TestPoolerIsRefused(t *testing.T) {
	s := dbtest.Shared(t)
	s.Empty(t, "no_pooler")
	_, err := db.Open(t.Context(), s.Pooled(t, "no_pooler", dbtest.PoolerOptions{}), db.Options{Pooler: db.PoolerNo})
	if err == nil || !strings.Contains(err.Error(), "a pooler stands before the database") {
		t.Errorf("%v", err)
	}
}

// TestMigrateByWayOfAPooler: nodes straight and by way of a pooler migrate an empty database at once.
func TestMigrateByWayOfAPooler(t *testing.T) {
	s := dbtest.Shared(t)
	s.Empty(t, "mixed")
	urls := []string{s.URL("mixed"), s.Pooled(t, "mixed", dbtest.PoolerOptions{})}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			d, err := db.Open(t.Context(), urls[i%2], db.Options{})
			if err == nil {
				err = errors.Join(d.Migrate(t.Context()), d.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
