package table

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Misfit says why a cell is not of its column's type.
type Misfit uint8

const (
	_              Misfit = iota
	Blank                 // nothing in it
	NotOfKind             // not written as any form of the type
	WrongWidth            // digits, but too few or too many
	LostZeros             // digits, too few, where zeros in front seem to have been cut off by a spreadsheet
	LostDigits            // 9.137E+17: a spreadsheet took an identifier for a number
	OutOfRange            // a day no calendar has, an amount too large
	TooPrecise            // more places after the point than the type keeps
	ShownNotStored        // the cell shows another number than it stores: 1200 for 1200.5
)

var misfitSentences = [...]string{
	Blank: "the cell is blank", NotOfKind: "the cell is not of the column's type",
	WrongWidth: "the number of digits is wrong",
	LostZeros:  "digits are missing, perhaps zeros in front that the spreadsheet cut off: format the column as text",
	LostDigits: "the spreadsheet took this for a number and lost its digits: format the column as text and enter it again",
	OutOfRange: "the value does not exist or is too large", TooPrecise: "there are too many places after the point",
	ShownNotStored: "the cell shows another number than it stores",
}

// CellError is a cell that does not fit its column.
type CellError struct {
	Misfit Misfit
	Column Column
	Text   string
	Stored string // with ShownNotStored, the number in the cell; its Text is the one that is shown
}

func (e *CellError) Error() string {
	s := fmt.Sprintf("%q: %s", e.Text, misfitSentences[e.Misfit])
	if e.Stored != "" {
		s += fmt.Sprintf(", %q", e.Stored)
	}
	return s
}

// Value reads a cell as a value of the column's type, as ParseCell reads its text. A cell whose text and number
// differ has a value only if they mean the same, as 1.2万元 and 12000 do.
func (c Cell) Value(column Column) (Value, error) {
	v, err := ParseCell(column, c.Text)
	if c.Stored == "" {
		return v, err
	}
	if stored, wrong := ParseCell(column, c.Stored); err != nil || wrong != nil || stored != v {
		return Value{}, &CellError{ShownNotStored, column, c.Text, c.Stored}
	}
	return v, nil
}

// unmarked takes off the apostrophe of a number that is kept as text: '01, ’01, ＇０１.
func unmarked(s string) string {
	for _, mark := range []string{"'", "‘", "’", "＇", "`"} {
		rest, ok := strings.CutPrefix(s, mark)
		if ok && rest != "" && strings.Trim(width.Fold.String(rest), "0123456789.,-+ ") == "" {
			return strings.TrimFunc(rest, isBlank)
		}
	}
	return s
}

// folded is a text in ASCII where that has the characters: ０１ is 01, １２００。５ is 1200.5, −5 is -5.
func folded(s string) string {
	s = strings.TrimFunc(norm.NFC.String(width.Fold.String(s)), isBlank)
	if rest, ok := strings.CutPrefix(s, "'"); ok { // no value but a text begins with one
		s = strings.TrimFunc(rest, isBlank)
	}
	s = strings.Replace(s, "−", "-", 1)
	whole, fraction, ok := strings.Cut(s, "。")
	if ok && whole != "" && fraction != "" && isDigits(whole[len(whole)-1:]) && isDigits(fraction[:1]) {
		return whole + "." + fraction
	}
	return s
}

// wholeNumber takes off the .0 with which programs write a whole number: 13800138000.0. One with more figures than such
// programs keep has lost some of them.
func wholeNumber(s string) (string, Misfit) {
	whole, fraction, point := strings.Cut(s, ".")
	switch {
	case !point || !isDigits(whole) || fraction == "" || strings.Trim(fraction, "0") != "":
		return s, 0
	case len(whole) > precision:
		return s, LostDigits
	}
	return whole, 0
}
