package office

import (
	"errors"
	"testing"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

// An office is found by its code or its name, the code first; what is not known of it is absent.
func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, o := range [][]any{{"01", "历下区税务局", "经十路1号"}, {"02", "01", ""}, {"03", "历下区税务局", "另一处"}} {
			if _, err := d.Exec(t.Context(), `INSERT INTO offices (code, name, district, address, phone, hours)
				VALUES (?, ?, '', ?, '', '')`, o...); err != nil {
				t.Fatal(err)
			}
		}
		find := New(d).Functions()["office.find"]
		for said, want := range map[string]string{"01": "历下区税务局", "历下区税务局": "历下区税务局", " 02 ": "01", "": "",
			"%": "", "' OR 1=1": "", "04": ""} {
			v, err := find(t.Context(), fn.Caller{}, []value.Value{value.Text(said)})
			switch {
			case want == "" && !errors.Is(err, fn.Outcome("not_found")):
				t.Errorf("%q: %v, %v", said, v, err)
			case want != "" && (err != nil || v.Items()[1].Str() != want || !v.Items()[4].IsAbsent()):
				t.Errorf("%q: %v, %v", said, v, err)
			}
		}
	})
}
