package words

import (
	"testing"
	"unicode"
)

// TestDocs: every keyword is told in both tongues, and nothing else is.
func TestDocs(t *testing.T) {
	known := map[string]bool{}
	for _, k := range All() {
		if k.Class > Contextual {
			continue
		}
		known[k.ID] = true
		zh, en := Doc(k.ID)
		if zh == "" || en == "" {
			t.Errorf("%s has no words", k.ID)
			continue
		}
		if r := []rune(en)[0]; !unicode.IsUpper(r) {
			t.Errorf("%s: %s", k.ID, en)
		}
	}
	for id := range docs() {
		if !known[id] {
			t.Errorf("%s is no keyword", id)
		}
	}
}
