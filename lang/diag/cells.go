package diag

import (
	"unicode"

	"golang.org/x/text/width"
)

// Cells returns how many cells of a terminal the text fills: two for the wide and full-width
// characters of Unicode Standard Annex #11, none for combining marks and invisible controls, one for
// everything else. A character of ambiguous width (the quotes “ ”, the dash —) counts as one, as
// terminals draw it. A tab counts as one: whoever draws tabs expands them first.
func Cells(text string) int {
	n := 0
	for _, r := range text {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	switch {
	case r < 0x80:
		return 1
	case r >= 0x4E00 && r <= 0x9FFF:
		return 2
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
