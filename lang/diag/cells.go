package diag

import (
	"unicode"
	"unicode/utf8"

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

// Position is one place in a file as the tools around a text count it.
type Position struct {
	Offset int `json:"offset"` // bytes from the start of the file
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // characters from 1: what editors show
	Cell   int `json:"cell"`   // cells of a terminal from 1, with a tab as one
	UTF16  int `json:"utf16"`  // UTF-16 units from 0: what the Language Server Protocol counts
}

// Place finds the position of a byte offset in a file. An offset outside the file is moved to its
// nearer end, one within a character to the character's start.
func Place(src []byte, offset int) Position {
	offset = max(0, min(offset, len(src)))
	for offset > 0 && offset < len(src) && !utf8.RuneStart(src[offset]) {
		offset--
	}
	p := Position{Offset: offset, Line: 1, Column: 1, Cell: 1}
	start := 0
	for i, c := range src[:offset] {
		if c == '\n' {
			p.Line++
			start = i + 1
		}
	}
	for _, r := range string(src[start:offset]) {
		if r == '\uFEFF' && start == 0 && p.UTF16 == 0 {
			p.UTF16++
			continue
		}
		p.Column++
		p.Cell += runeCells(r)
		p.UTF16++
		if r > 0xFFFF {
			p.UTF16++
		}
	}
	return p
}
