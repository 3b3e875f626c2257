package token

import (
	"testing"

	"golang.org/x/text/unicode/norm"
)

// TestNormalOfEveryCharacter compares the quick look with the tables of Unicode, for every character alone and behind a
// letter and an ideograph that it might compose with.
func TestNormalOfEveryCharacter(t *testing.T) {
	for c := rune(0); c <= 0x2FFFF; c++ {
		for _, text := range []string{string(c), "e" + string(c), "税" + string(c) + "。"} {
			if got, want := isNormal(text), norm.NFC.IsNormalString(text); got != want {
				t.Fatalf("%U in %q: %v, want %v", c, text, got, want)
			}
			if got, want := Normal(text), norm.NFC.String(text); got != want {
				t.Fatalf("%U: %q, want %q", c, got, want)
			}
		}
	}
}
