// Package intake is the door of the library: what comes from a telephone, a spreadsheet or a text message passes it
// before it reaches a query.
//
// Queries bind their arguments, so nothing a caller keys can be SQL. What remains is text that a database will not hold
// (PostgreSQL refuses NUL and broken UTF-8), text without end, and numbers written in ten ways. Text, Digits, Phone and
// TaxpayerID bring each into the one form in which it is stored and compared; they never fail, they return what is
// left.
//
// Args reads the arguments of a library function in the order of its signature.
package intake

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/stdlib/fn"
)

// The limits of what is stored, in characters.
const (
	MaxName = 200    // a name, an address, a title
	MaxNote = 10_000 // a statement, a body of text
)

// MaxFen bounds an amount of money: the language's money has twelve digits before the point (100,000 thousand million
// yuan).
const MaxFen = 100_000_000_000_000

// Text returns s as it may be stored: valid UTF-8 in NFC, without NUL and other control characters but line breaks and
// tabs, without blanks around it, of at most max characters. What is cut off is lost; characters are never split.
func Text(s string, max int) string {
	if len(s) > max*8 { // no need to compose ten megabytes to keep 200 characters
		s = s[:max*8]
	}
	clean := true
	for _, r := range s {
		if r == utf8.RuneError || r == 0 || unicode.IsControl(r) || r == '\ufeff' {
			clean = false
			break
		}
	}
	if !clean {
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '\n' || r == '\t':
				return r
			case r == utf8.RuneError || r == '\ufeff' || unicode.IsControl(r):
				return -1
			}
			return r
		}, s)
	}
	s = strings.TrimSpace(norm.NFC.String(s))
	n := 0
	for i := range s {
		if n == max {
			return strings.TrimSpace(s[:i])
		}
		n++
	}
	return s
}

// Line is Text on one line: line breaks and tabs become blanks.
func Line(s string, max int) string {
	return Text(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, s), max)
}

// Digits returns the ASCII digits of s, full-width ones folded, at most max of them; other characters are dropped. ""
// where s holds anything beyond digits, blanks and dashes: half of a number is no number.
func Digits(s string, max int) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
		case r >= '０' && r <= '９':
			r -= '０' - '0'
		case r == ' ' || r == '-' || r == '\u3000':
			continue
		default:
			return ""
		}
		if b.Len() == max {
			return ""
		}
		b.WriteByte(byte(r))
	}
	return b.String()
}

// Phone returns a telephone number in the form in which it is compared and stored (see ident.Phone: no +86, no 0 before
// a mobile number, no blanks). A number that ident does not know, such as an extension or a SIP name, stays as it is,
// cleaned and cut at 64 characters; a withheld number is "".
func Phone(s string) string {
	s = Line(s, 64)
	if n, _, fault := ident.Phone(s); fault == ident.OK {
		return n
	}
	if strings.EqualFold(s, "anonymous") || strings.EqualFold(s, "unknown") || strings.EqualFold(s, "restricted") {
		return ""
	}
	return s
}

// Callable tells whether a text may be a number, an extension or a user of SIP: it has none of the characters that
// none of these has.
func Callable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') &&
			!strings.ContainsRune("+*#._-@", r)
	})
}

// TaxpayerID returns a taxpayer number in the form in which it is compared and stored, its stars kept, and whether it
// can be one at all: length, alphabet and check characters, of today's and the old numbers.
func TaxpayerID(s string) (string, bool) {
	if len(s) > 128 {
		return "", false
	}
	id, _, fault := ident.TaxpayerID(s)
	return id, fault == ident.OK
}

// Keyed is a taxpayer number as a telephone keys it: every letter a star.
func Keyed(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return ident.Wild
		}
		return r
	}, id)
}

// Matches tells whether a number is one that pattern, with stars for letters, may mean.
func Matches(pattern, id string) bool {
	if len(pattern) != len(id) {
		return false
	}
	for i := range len(id) {
		if pattern[i] != id[i] && !(pattern[i] == ident.Wild && id[i] >= 'A' && id[i] <= 'Z') {
			return false
		}
	}
	return true
}

// Fen tells whether an amount can be money at all.
func Fen(n int64) bool { return n > -MaxFen && n < MaxFen }

// Args are the arguments of a library function in the order of its signature.
type Args []value.Value

// Has tells whether the argument at i was given.
func (a Args) Has(i int) bool { return i < len(a) && !a[i].IsAbsent() }

// Text is the text at i, cleaned, of at most max characters; "" if it was not given.
func (a Args) Text(i, max int) string {
	if !a.Has(i) {
		return ""
	}
	return Text(a[i].Str(), max)
}

// Phone is the telephone number at i, normalised.
func (a Args) Phone(i int) string {
	if !a.Has(i) {
		return ""
	}
	return Phone(a[i].Str())
}

// Digits is the run of digits at i; "" if it is none or longer than max.
func (a Args) Digits(i, max int) string {
	if !a.Has(i) {
		return ""
	}
	return Digits(a[i].Str(), max)
}

// Int is the number, amount, date or duration at i in the units of its type; otherwise if it was not given.
func (a Args) Int(i int, otherwise int64) int64 {
	if !a.Has(i) {
		return otherwise
	}
	return a[i].N
}

// Bool is the yes or no at i; no if it was not given.
func (a Args) Bool(i int) bool { return a.Int(i, 0) != 0 }

// Optional makes the value of a text that may not be known: absent where it is "".
func Optional(s string) value.Value {
	if s == "" {
		return value.Absent()
	}
	return value.Text(s)
}

// English tells whether the caller is spoken to in English, so that words from the database are given in English.
func English(c fn.Caller) bool { return strings.HasPrefix(strings.ToLower(c.Lang), "en") }

// Day is the civil date of a moment in a zone, China's if zone is nil: days since 1970-01-01.
func Day(t time.Time, zone *time.Location) hours.Date {
	y, m, d := t.In(Zone(zone)).Date()
	return hours.DateOf(y, m, d)
}

// Month is the month of a date: year*12 + month-1.
func Month(d hours.Date) int64 {
	y, m, _ := d.Civil()
	return int64(y)*12 + int64(m) - 1
}

// EndOf is the moment in Unix milliseconds at which a date is over in a zone.
func EndOf(d hours.Date, zone *time.Location) int64 {
	y, m, day := d.Civil()
	return time.Date(y, m, day+1, 0, 0, 0, 0, Zone(zone)).UnixMilli()
}

// Zone is zone, or China's if it is nil.
func Zone(zone *time.Location) *time.Location {
	if zone != nil {
		return zone
	}
	return china
}

// china needs no zone data on the machine: it has had one offset since 1991.
var china = time.FixedZone("Asia/Shanghai", 8*3600)
