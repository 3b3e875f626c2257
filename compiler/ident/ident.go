// Package ident knows what the numbers people carry look like, and which of them can be true:
// taxpayer numbers, resident identity numbers, telephone numbers, and every other value a caller
// may key on a telephone.
//
// It is a leaf. The compiler asks it about the literals in a flow ("this taxpayer number cannot
// exist: the last digit does not fit"), and the collecting machine asks it about the keys of a
// caller. Both must get the same answer, or a test that passes with a literal would fail with a
// finger; so the rules live here once.
//
// Two kinds of text come in. A *literal* was typed by a person at a desk: blanks, dashes, lower
// case and full-width forms are dropped or folded before anything is judged. *Keys* were pressed on
// a telephone, which has twelve of them: there `*` is the decimal point of an amount, the X that
// ends a resident number, and any one letter of a taxpayer number. A taxpayer number with `*` is
// true when at least one choice of letters satisfies all its check characters; the lookup behind
// the flow then finds which.
//
// A judgement is a Fault, a small value and no error chain: the reader who needs a sentence is
// either a caller (who hears "请重新输入") or a policy officer (whose sentence is in the
// diagnostics' catalogue).
package ident

import "strings"

// Fault tells why a text is no value of its kind. The zero Fault means that it is one.
type Fault uint8

const (
	OK        Fault = iota
	Length          // no number of this kind has so many characters
	Character       // a character that cannot stand where it stands
	Region          // the first digits name no province
	Date            // the digits of a date name no day, month or time
	Check           // a check character does not fit the others
	Unlisted        // none of the answers on offer
	Long            // more digits than the type holds
)

var faultNames = [...]string{"ok", "length", "character", "region", "date", "check", "unlisted", "long"}

// String returns the fault's stable name, for traces and tests.
func (f Fault) String() string {
	if int(f) < len(faultNames) {
		return faultNames[f]
	}
	return "unknown"
}

// Error makes a Fault usable as an error where one is wanted; compare with OK, never with nil.
func (f Fault) Error() string { return "not a valid number: " + f.String() }

// fold makes a literal comparable: full-width forms become ASCII, letters upper case, and the
// blanks and dashes people group digits with are dropped.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 || c == ' ' || c == '-' || c == '\t' || (c >= 'a' && c <= 'z') {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r >= 0xFF01 && r <= 0xFF5E { // full-width ASCII
			r -= 0xFEE0
		}
		switch {
		case r == ' ' || r == '\t' || r == '-' || r == '\u3000' || r == '\u00a0' || r == '–' || r == '—':
		case r >= 'a' && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// atoi reads a run of at most 18 digits; the caller has checked that they are digits.
func atoi(s string) int64 {
	var n int64
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}
