package db_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// column is a column as both engines can state it.
type column struct {
	Name     string `db:"name"`
	Type     string `db:"type"`
	Required bool   `db:"required"`
}

// key is an index or a constraint that acts as one, by what it does: the engines name the implicit ones each in its
// way.
type key struct {
	Columns string `db:"columns"`
	Unique  bool   `db:"is_unique"`
	Partial bool   `db:"partial"`
}

type table struct {
	Columns []column
	Keys    []key
	Refers  []string // column>table.column/action
}

// plain maps each engine's types to what the house means by them.
var plain = map[string]string{"bigint": "int", "integer": "int", "smallint": "int", "boolean": "int", "INTEGER": "int",
	"INT":  "int",
	"text": "text", "TEXT": "text", "bytea": "bytes", "BLOB": "bytes", "double precision": "float", "REAL": "float",
	// A search index differs by nature: FTS5 in a table of its own, tsvector in a column.
}

// TestBothEnginesEndTheSame: after all migrations both have the same tables, columns, keys and references.
func TestBothEnginesEndTheSame(t *testing.T) {
	lite, pg := sqliteSchema(t, dbtest.SQLite(t)), postgresSchema(t, dbtest.Postgres(t))
	if len(lite) < 5 {
		t.Fatalf("only %d tables were seen", len(lite))
	}
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
}

// TestStepsComeInPairs: each engine has the same steps under the same names, and each step can be undone.
func TestStepsComeInPairs(t *testing.T) {
	names := map[string][]string{}
	for _, engine := range []string{"sqlite", "postgres"} {
		root := os.DirFS("migrations/" + engine)
		list, err := fs.Glob(root, "*.sql")
		if err != nil || len(list) == 0 {
			t.Fatal(err)
		}
		names[engine] = list
		for _, name := range list {
			b, err := fs.ReadFile(root, name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(b), "-- +goose Down") {
				t.Errorf("%s/%s cannot be undone", engine, name)
			}
			if engine == "sqlite" && strings.Count(string(b), "CREATE TABLE") != strings.Count(string(b), ") STRICT") {
				t.Errorf("%s/%s makes a table that is not STRICT", engine, name)
			}
		}
	}
	if diff := cmp.Diff(names["sqlite"], names["postgres"]); diff != "" {
		t.Errorf("SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
}

func sqliteSchema(t *testing.T, d *db.DB) map[string]table {
	t.Helper()
	ctx := t.Context()
	var names []string
	must(t, d.Select(ctx, &names, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
		AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' ORDER BY name`))
	all := map[string]table{}
	for _, name := range names {
		var x table
		must(t, d.Select(ctx, &x.Columns,
			`SELECT name, type, ("notnull" <> 0 OR pk > 0) AS required FROM pragma_table_info(?)`, name))
		var indexes []struct {
			Name    string `db:"name"`
			Unique  bool   `db:"unique"`
			Partial bool   `db:"partial"`
		}
		must(t, d.Select(ctx, &indexes, `SELECT name, "unique", partial FROM pragma_index_list(?)`, name))
		for _, i := range indexes {
			var columns []string
			must(t, d.Select(ctx, &columns,
				`SELECT COALESCE(name, '(expression)') FROM pragma_index_info(?) ORDER BY seqno`, i.Name))
			x.Keys = append(x.Keys, key{strings.Join(columns, ","), i.Unique, i.Partial})
		}
		var pk []string // an INTEGER PRIMARY KEY has no index of its own
		must(t, d.Select(ctx, &pk, `SELECT name FROM pragma_table_info(?) WHERE pk > 0`, name))
		if len(pk) == 1 && !slices.Contains(x.Keys, key{pk[0], true, false}) {
			x.Keys = append(x.Keys, key{pk[0], true, false})
		}
		must(t, d.Select(ctx, &x.Refers,
			`SELECT "from" || '>' || "table" || '.' || "to" || '/' || lower(on_delete) FROM pragma_foreign_key_list(?)`,
			name))
		all[name] = x
	}
	return tidy(t, all)
}

func postgresSchema(t *testing.T, d *db.DB) map[string]table {
	t.Helper()
	ctx := t.Context()
	var names []string
	must(t, d.Select(ctx, &names, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
		AND table_name NOT LIKE 'goose%' ORDER BY table_name`))
	all := map[string]table{}
	for _, name := range names {
		var x table
		must(t, d.Select(ctx, &x.Columns, `SELECT column_name AS name, data_type AS type, is_nullable = 'NO' AS required
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ? ORDER BY ordinal_position`, name))
		must(t, d.Select(ctx, &x.Keys, `SELECT string_agg(COALESCE(a.attname, '(expression)'), ',' ORDER BY k.n) AS columns,
			i.indisunique AS is_unique, i.indpred IS NOT NULL AS partial
			FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(att, n)
			LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.att
			WHERE i.indrelid = CAST(? AS regclass) GROUP BY i.indexrelid, i.indisunique, i.indpred`, name))
		must(t, d.Select(ctx, &x.Refers, `SELECT a.attname || '>' || f.relname || '.' || b.attname || '/' ||
			CASE c.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'r' THEN 'restrict' ELSE 'no action' END
			FROM pg_constraint c JOIN pg_class f ON f.oid = c.confrelid
			CROSS JOIN LATERAL unnest(c.conkey, c.confkey) k(mine, theirs)
			JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.mine
			JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.theirs
			WHERE c.contype = 'f' AND c.conrelid = CAST(? AS regclass)`, name))
		all[name] = x
	}
	return tidy(t, all)
}

func tidy(t *testing.T, all map[string]table) map[string]table {
	t.Helper()
	for name, x := range all {
		for i, c := range x.Columns {
			p, ok := plain[c.Type]
			if !ok {
				t.Errorf("%s.%s is %s, which the engines do not share", name, c.Name, c.Type)
			}
			x.Columns[i].Type = p
		}
		slices.SortFunc(x.Keys, func(a, b key) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		slices.Sort(x.Refers)
		if x.Refers == nil {
			x.Refers = []string{}
		}
		all[name] = x
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
