package stdlib

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/demo"
)

// What the records of the demo say in words of its own is known beforehand; names of people and places are not.
func TestSpokenKnowsTheRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := demo.Load(t.Context(), d, demo.Fewest, nil); err != nil {
			t.Fatal(err)
		}
		known := Spoken("zh")
		for _, q := range []string{"SELECT DISTINCT tax FROM duties", "SELECT DISTINCT tax FROM arrears",
			"SELECT DISTINCT tax FROM refunds", "SELECT DISTINCT step FROM refunds",
			"SELECT DISTINCT class FROM taxpayers", "SELECT DISTINCT status FROM invoices",
			"SELECT DISTINCT class FROM tickets"} {
			var list []string
			if err := d.Select(t.Context(), &list, q); err != nil {
				t.Fatal(err)
			}
			if len(list) == 0 {
				t.Errorf("%s: nothing", q)
			}
			for _, word := range list {
				if !slices.Contains(known, word) {
					t.Errorf("%s: %q is not known", q, word)
				}
			}
		}
	})
}

func TestSpokenByLanguage(t *testing.T) {
	for _, word := range Spoken("en") {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || word == "" {
			t.Errorf("English: %q", word)
		}
	}
	for _, word := range []string{"增值税", "已受理", "已申报", "复核"} {
		if !slices.Contains(Spoken("zh"), word) {
			t.Errorf("%s is missing", word)
		}
	}
}
