package table

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// counting counts the statements that go to a database.
type counting struct {
	db.Queryer
	n int
}

func (c *counting) Select(ctx context.Context, dst any, query string, args ...any) error {
	c.n++
	return c.Queryer.Select(ctx, dst, query, args...)
}

func (c *counting) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.n++
	return c.Queryer.Exec(ctx, query, args...)
}

// TestRowsGoTogether: an import waits for the database once for a hundred rows, not six times for each, and finds what
// it has written. What goes takes along what was kept beside it.
func TestRowsGoTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.Exec(t.Context(), `INSERT INTO imports (batch, file, actor, rows_read, added, changed, started_at)
			VALUES ('b', 'f', '', 250, 0, 0, 1)`); err != nil {
			t.Fatal(err)
		}
		k, _ := FindKind("taxpayers")
		var rows []turned
		var keys [][]any
		for i := range 250 {
			key := []any{fmt.Sprintf("%018d", i)}
			rows = append(rows, turned{key, nil, []any{fmt.Sprint("公司", i), "企业", "一所", fmt.Sprintf("138%08d", i)}})
			keys = append(keys, key)
		}
		q := &counting{Queryer: d}
		if err := k.notes(t.Context(), q, "b", rows); err != nil {
			t.Fatal(err)
		}
		if err := k.turn(t.Context(), q, rows, now); err != nil {
			t.Fatal(err)
		}
		found, err := k.finds(t.Context(), q, keys)
		if err != nil {
			t.Fatal(err)
		}
		for i, key := range keys {
			if text(found[text(key)]) != text(rows[i].now) {
				t.Errorf("%v says %v", key, found[text(key)])
			}
		}
		if q.n > 3*5 {
			t.Errorf("%d statements for 250 rows", q.n)
		}
		for i, x := range rows {
			rows[i] = turned{x.key, x.now, nil}
		}
		q.n = 0
		if err := k.turn(t.Context(), q, rows, now); err != nil || q.n > 3 {
			t.Fatalf("%d statements for 250 rows that go, %v", q.n, err)
		}
		if got := counted(t, d); got != "0 0 0 0" {
			t.Errorf("there are %s rows left", got)
		}
	})
}

// counted is how many rows of the bureau's data there are.
func counted(t *testing.T, d *db.DB) string {
	t.Helper()
	var list []string
	for _, table := range []string{"taxpayers", "taxpayer_numbers", "taxpayer_phones", "arrears"} {
		var n int
		if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM `+table); err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprint(n))
	}
	return strings.Join(list, " ")
}
