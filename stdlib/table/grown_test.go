package table

import (
	"bytes"
	"fmt"
	"testing"

	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/demo"
)

// TestPostgreSQLLearnsOfAnImport: a table that was empty when it planned is read by its index as soon as rows have come
// into it, though nothing looks at it by itself within this test.
func TestPostgreSQLLearnsOfAnImport(t *testing.T) {
	d := dbtest.Postgres(t)
	var firms bytes.Buffer
	firms.WriteString("税号,名称,电话\n")
	for i := range 2 * part {
		fmt.Fprintf(&firms, "%s,第%d贸易公司,138%08d\n", firm(i), i, i)
	}
	k, _ := FindKind("taxpayers")
	if r, err := ImportKind(t.Context(), d, k, "表.csv", firms.Bytes(), false,
		Options{Batch: "b", Now: now}); err != nil || r.Added != 2*part {
		t.Fatal(summary(r), err)
	}
	for _, table := range []string{"taxpayers", "taxpayer_numbers", "taxpayer_phones", "import_rows"} {
		var rows float64
		if err := d.Get(t.Context(), &rows, `SELECT reltuples FROM pg_class WHERE relname = ?`, table); err != nil ||
			rows != 2*part {
			t.Errorf("PostgreSQL plans as if %s had %v rows, %v", table, rows, err)
		}
	}
}

// firm is the taxpayer number of a company.
func firm(i int) string { return demo.Checked("91370100", fmt.Sprintf("%08d", i)) }
