package stdlib

import (
	"testing"

	"rexian/compiler/library"
)

// TestEveryFunctionIsThere: each lookup of the library is answered here, or is stated to be answered elsewhere; and
// nothing is answered that the library does not know.
func TestEveryFunctionIsThere(t *testing.T) {
	l := open(t, Options{})
	for _, f := range library.All() {
		if f.Class != library.Lookup {
			continue
		}
		if _, elsewhere := Elsewhere[f.ID]; l.Has(f.ID) == elsewhere {
			t.Errorf("%s: here %v, elsewhere %v", f.ID, l.Has(f.ID), elsewhere)
		}
	}
	for id := range Elsewhere {
		if library.ByID(id) == nil {
			t.Errorf("%s is no function", id)
		}
	}
}
