package stdlib

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/sqlfunc"
)

// sample is a value of a kind: as a flow has it, as the bureau's database writes it, and as a statement gets it.
type sample struct {
	v              value.Value
	column, became string
}

var shareable = map[types.Kind]sample{
	types.Text:       {value.Text("增值税"), "'增值税'", "增值税"},
	types.Digits:     {value.Text("0042"), "'0042'", "0042"},
	types.Number:     {value.Int(1_500_000), "1.5", "1.5"},
	types.Money:      {value.Int(120_050), "1200.50", "120050"},
	types.YesNo:      {value.Bool(true), "(1 = 1)", ""},
	types.Date:       {value.Int(20_734), "'2026-10-08'", "2026-10-08"},
	types.Month:      {value.Int(2026*12 + 9), "'2026-10'", "2026-10"},
	types.Moment:     {value.Int(1_791_422_400_000), "'2026-10-08T04:00:00Z'", "1791422400000"},
	types.Duration:   {value.Int(90_000), "90000", "90000"},
	types.Phone:      {value.Text("13800138000"), "'13800138000'", "13800138000"},
	types.TaxpayerID: {value.Text("913701001000000409"), "'913701001000000409'", "913701001000000409"},
}

// TestEveryLookupThatMayBeShared is answered by the bureau's own tables on either engine, as is said there: all columns
// and all arguments come through, NULL is absent, no row is what the lookup says of it. The list is the library's.
func TestEveryLookupThatMayBeShared(t *testing.T) {
	var may []*library.Function
	heads := map[string]bool{}
	for _, f := range library.Default().All() {
		if _, wrong := sqlfunc.Parse("a.sql", []byte("-- 代替: "+f.Name().Zh+"\nSELECT 1")); len(wrong) == 0 {
			may, heads[f.Path[0].ID] = append(may, f), true
		}
	}
	if len(heads) != 6 || len(may) < 12 {
		t.Errorf("only %d lookups of %v may be shared", len(may), heads)
	}
	for _, url := range []string{"sqlite:" + filepath.Join(t.TempDir(), "hall.db"), dbtest.EmptyURL(t, db.Postgres)} {
		hall, err := db.Open(t.Context(), url, db.Options{})
		must(t, err)
		for _, how := range []string{"full", "null", "none"} {
			var files []*sqlfunc.Query
			for _, f := range may {
				statement, _, _ := sharedStatement(t, f, how)
				files = append(files, sqlFiles(t, "-- 代替: "+f.Name().Zh+"\n-- 库: 外部\n"+statement)...)
			}
			if wrong := sqlfunc.Verify(t.Context(), files, nil, hall); len(wrong) > 0 {
				t.Errorf("%s: %v", how, wrong)
			}
			l := open(t, Options{Bureau: url, Queries: files})
			for _, f := range may {
				_, want, args := sharedStatement(t, f, how)
				v, err := l.Call(t.Context(), f.ID, fn.Caller{}, args)
				if end := fn.Outcome(""); how == "none" && errors.As(err, &end) && end == "not_found" {
					continue
				}
				if err != nil || written(t, v) != written(t, want) {
					t.Errorf("%.6s, %s, %s: %s and not %s, %v", url, f.ID, how, written(t, v), written(t, want), err)
				}
			}
		}
		must(t, hall.Close())
	}
}

// written is a value as JSON.
func written(t *testing.T, v value.Value) string {
	t.Helper()
	b, err := v.MarshalJSON()
	must(t, err)
	return string(b)
}

// sharedStatement is a statement for a lookup that gives a row of full columns, of NULLs, or no row, and only for the
// arguments that come with it; want is what the lookup answers.
func sharedStatement(t *testing.T, f *library.Function, how string) (statement string, want value.Value,
	args []value.Value) {
	t.Helper()
	of := func(kind *types.Type) sample {
		s, ok := shareable[kind.Kind]
		if !ok {
			t.Fatalf("%s has a %s, of which there is no sample", f.ID, kind)
		}
		return s
	}
	row, list := f.Result, f.Result.Kind == types.ListOf
	if list {
		row = row.Elem
	}
	var columns []string
	var values []value.Value
	column := func(kind *types.Type, name string) {
		s := of(kind)
		if how == "null" {
			s.column, s.v = "NULLIF("+s.column+", "+s.column+")", value.Absent()
		}
		columns, values = append(columns, s.column+" AS "+name), append(values, s.v)
	}
	if row.Kind == types.RecordOf {
		for _, field := range row.Record.Fields {
			column(field.Type, field.Name.Zh)
		}
		want = value.Record(values...)
	} else {
		column(row, "答")
		want = values[0]
	}
	conditions := []string{"1 = 1"}
	for _, p := range f.Params {
		s := of(p.Type)
		args = append(args, s.v)
		conditions = append(conditions, fmt.Sprintf("CAST(:%s AS TEXT) = '%s'", p.ID, s.became))
	}
	switch {
	case how == "none" && list:
		want = value.List()
	case how == "none":
		want = value.Absent()
	case list:
		want = value.List(want)
	}
	if how == "none" {
		conditions = append(conditions, "1 = 0")
	}
	return "SELECT " + strings.Join(columns, ", ") + " WHERE " + strings.Join(conditions, " AND "), want, args
}
