package parse_test

import (
	"strings"
	"testing"

	"rexian/lang/diag"
	"rexian/lang/parse"
)

// TestCatalogue reads the example programs of every code of this family: the bad one gives the code
// and no other error, the good one nothing.
func TestCatalogue(t *testing.T) {
	for _, e := range diag.All() {
		if !strings.HasPrefix(string(e.Code), "RX10") {
			continue
		}
		t.Run(string(e.Code), func(t *testing.T) {
			if e.Bad != "" {
				_, found := parse.Parse("bad.flow", []byte(e.Bad))
				if len(found) != 1 || found[0].Code != e.Code {
					t.Errorf("bad program:\n%s\ngives\n%s", e.Bad, render([]byte(e.Bad), found))
				}
			}
			if _, found := parse.Parse("good.flow", []byte(e.Good)); len(found) != 0 {
				t.Errorf("good program:\n%s\ngives\n%s", e.Good, render([]byte(e.Good), found))
			}
		})
	}
}
