package laws_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rexian/lang/words"
)

// TestCardsHaveEveryWord finds each keyword, unit and day on the card of each tongue, as the formatter spells it.
func TestCardsHaveEveryWord(t *testing.T) {
	for card, spelled := range map[string]func(*words.Keyword) string{
		"docs/语言速查.md":          func(k *words.Keyword) string { return k.Chinese[0] },
		"docs/language-card.md": func(k *words.Keyword) string { return k.English[0] },
	} {
		src, err := os.ReadFile(card)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(src)), " ")
		for _, k := range words.All() {
			s := spelled(k)
			found := strings.Contains(text, s)
			if !chinese(card) {
				found = regexp.MustCompile(`\b` + regexp.QuoteMeta(s) + `\b`).MatchString(text)
			}
			if !found {
				t.Errorf("%s lacks %s", card, s)
			}
		}
	}
}

// cardLines and cardColumns are what four sheets of A4 hold at ten points: make cards prints them and counts.
const (
	cardLines   = 215
	cardColumns = 132
)

// TestCardsFitOnFourPages counts the lines of the cards; a Chinese character is two columns wide.
func TestCardsFitOnFourPages(t *testing.T) {
	for _, card := range []string{"docs/语言速查.md", "docs/language-card.md"} {
		src, err := os.ReadFile(card)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(src)), "\n")
		lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" || strings.HasPrefix(l, "```") })
		if len(lines) > cardLines {
			t.Errorf("%s has %d lines, more than %d", card, len(lines), cardLines)
		}
		for _, l := range lines {
			n := 0
			for _, r := range l {
				if n++; r > 0x2E80 {
					n++
				}
			}
			if n > cardColumns {
				t.Errorf("%s: a line of %d columns: %s", card, n, l)
			}
		}
	}
}
