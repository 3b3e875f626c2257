package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

func TestQueries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var got struct {
			Name    string `db:"name"`
			On      bool   `db:"is_on"`
			Changed int64  `db:"changed"`
		}
		insert := `INSERT INTO switches (name, is_on, changed) VALUES (?, ?, ?)`
		if err := d.Get(ctx, &got, insert+` RETURNING name, is_on, changed`, "甲", true, 5); err != nil || !got.On ||
			got.Name != "甲" {
			t.Fatalf("%+v %v", got, err)
		}
		if err := d.Get(ctx, &got, `SELECT name, is_on, changed FROM switches WHERE name = ? AND is_on`,
			"甲"); err != nil || got.Changed != 5 {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := d.Exec(ctx, insert, "甲", false, 6); !db.IsConflict(err) || db.IsNotFound(err) ||
			db.IsUnavailable(err) {
			t.Errorf("a second row of one key: %v", err)
		}
		if err := d.Get(ctx, &got, `SELECT name, is_on, changed FROM switches WHERE name = ?`,
			"乙"); !db.IsNotFound(err) || db.IsConflict(err) {
			t.Errorf("no row: %v", err)
		}
		if _, err := d.Exec(ctx,
			`INSERT INTO milestones (call_id, seq, at, name) VALUES ('none', 1, 1, 'x')`); !db.IsForeignKey(err) {
			t.Errorf("a row of no call: %v", err)
		}
		if _, err := d.Exec(ctx,
			`INSERT INTO switches (name, is_on, changed) VALUES ('丙', TRUE, 'not a number')`); err == nil {
			t.Error("a text went into a column of numbers")
		}
		var list []string
		if err := d.Select(ctx, &list, `SELECT name FROM switches WHERE changed > ?`, 100); err != nil ||
			len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		if err := db.Changed(d.Exec(ctx, `UPDATE switches SET changed = ? WHERE name = ? AND changed = ?`, 6, "甲",
			4)); !db.IsConflict(err) {
			t.Errorf("a change that came too late: %v", err)
		}
		if err := d.Check(ctx, `SELECT nothing FROM switches WHERE name = ?`); err == nil {
			t.Error("a column that is not there was prepared")
		}
	})
}

// TestStrangeTexts: what a stranger sends is stored as data, whole, and nothing else happens.
func TestStrangeTexts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		texts := map[string]string{
			"plain": "张三", "sql": `'; DROP TABLE calls; --`, "emoji": "🙂👨‍👩‍👧", "long": strings.Repeat("长", 10240),
			"empty": "",
			"nul":   "a\x00b", "broken": "a\xff\xfeb", "quotes": `"'\` + "`" + `%_?$1`, "bidi": "\u202Eabc",
		}
		for name, s := range texts {
			if _, err := d.Exec(ctx, `INSERT INTO switches (name, is_on, changed, note) VALUES (?, FALSE, 0, ?)`, name,
				s); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var back string
			if err := d.Get(ctx, &back, `SELECT note FROM switches WHERE name = ?`, name); err != nil ||
				back != db.Mend(s) {
				t.Errorf("%s came back as %q, %v", name, back, err)
			}
		}
		if db.Mend("a\x00b") != "a\uFFFDb" || db.Mend("张三") != "张三" {
			t.Error("mended wrongly")
		}
	})
}

// TestTransactions: all or nothing, after an error and after a panic; no update is lost among many at once.
func TestTransactions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if _, err := d.Exec(ctx, `INSERT INTO switches (name, is_on, changed) VALUES ('n', FALSE, 0)`); err != nil {
			t.Fatal(err)
		}
		add := func(ctx context.Context, q db.Queryer) error {
			var n int64
			if err := q.Get(ctx, &n, `SELECT changed FROM switches WHERE name = ?`+q.Engine().ForUpdate(),
				"n"); err != nil {
				return err
			}
			_, err := q.Exec(ctx, `UPDATE switches SET changed = ? WHERE name = ?`, n+1, "n")
			return err
		}
		wrong := errors.New("wrong")
		if err := d.Tx(ctx, func(x *db.Tx) error { return errors.Join(add(ctx, x), wrong) }); !errors.Is(err, wrong) {
			t.Errorf("the error of the function is lost: %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = d.Tx(ctx, func(x *db.Tx) error { _ = add(ctx, x); panic("no") })
		}()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					if err := d.Tx(ctx, func(x *db.Tx) error { return add(ctx, x) }); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		var n int64
		if err := d.Get(ctx, &n, `SELECT changed FROM switches WHERE name = 'n'`); err != nil || n != 200 {
			t.Errorf("200 additions gave %d, %v", n, err)
		}
	})
}

// TestATableIsChanged: somebody gives a column another type while statements that read it stay prepared. They are
// prepared anew; PostgreSQL would refuse the old ones for ever.
func TestATableIsChanged(t *testing.T) {
	url := dbtest.PostgresURL(t)
	open := func() *db.DB {
		d, err := db.Open(t.Context(), url, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	d, other := open(), open()
	exec := func(query string) {
		t.Helper()
		if _, err := other.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TABLE theirs (name VARCHAR(20))`)
	exec(`INSERT INTO theirs VALUES ('a')`)
	const query = `SELECT name FROM theirs WHERE name <> ?`
	inside := func() error {
		return d.Tx(t.Context(), func(tx *db.Tx) error {
			var name string
			return tx.Get(t.Context(), &name, query, "x")
		})
	}
	for _, kind := range []string{"VARCHAR(50)", "TEXT", "VARCHAR(30)"} {
		for range 3 {
			var name string
			if err := d.Get(t.Context(), &name, query, "x"); err != nil || name != "a" {
				t.Fatalf("%q, %v", name, err)
			}
			if err := inside(); err != nil {
				t.Fatal(err)
			}
		}
		exec(`ALTER TABLE theirs ALTER name TYPE ` + kind)
	}
	if err := inside(); err != nil { // it may be the first to find out, and is lost
		t.Log(err)
	}
	if err := inside(); err != nil {
		t.Error(err)
	}
}
