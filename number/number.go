// Package number knows telephone numbers: which can be true, the one form in which each is compared and stored, and how
// they stand in SIP addresses and are written for the other side of a trunk.
//
// It is a leaf that the language (compiler/ident) and the lines (media/sip) both go by: a number that a flow names and
// the same number as a carrier writes it must be one number, or a call is refused that the program answers.
//
// The one form is that of a telephone in the country +86: no blanks or dashes, no +86, 0086 or 86, no 0 before a mobile
// number, the area code's 0 kept ("+86 531 8888-0000" → "053188880000"). Numbers of other countries keep "+".
package number

import "strings"

// Kind tells what a telephone number reaches.
type Kind uint8

const (
	Mobile        Kind = iota + 1 // 11 digits, 13 to 19 first
	Landline                      // area code and subscriber number
	TollFree                      // 400 and 800 numbers
	Service                       // short numbers: 12366, 110, 95588; also behind an area code
	International                 // not of +86; written with "+"
)

// Fault tells why a text is no telephone number. The zero Fault means that it is one.
type Fault uint8

const (
	OK        Fault = iota
	Length          // no number has so many digits; also a subscriber number without its area code
	Character       // a character that cannot stand where it stands
	Region          // the first digits name no area
)

// Parse judges a telephone number and returns its one form. A subscriber number without its area code is a Length
// fault: nobody can tell whose it is. See Rules for a line that knows.
func Parse(s string) (text string, kind Kind, fault Fault) {
	s = fold(s)
	plus := strings.HasPrefix(s, "+")
	s = strings.TrimPrefix(s, "+")
	if s == "" {
		return "", 0, Length
	}
	if !digits(s) {
		return "", 0, Character
	}
	if !plus && strings.HasPrefix(s, "00") && len(s) > 2 {
		plus, s = true, s[2:]
	}
	if plus {
		rest, home := strings.CutPrefix(s, "86")
		if !home {
			if len(s) < 7 || len(s) > 15 { // E.164
				return "", 0, Length
			}
			if s[0] == '0' {
				return "", 0, Region
			}
			return "+" + s, International, OK
		}
		return abroad(rest)
	}
	// "86" alone before a number is how many trunks write it. Nothing at home begins so but a subscriber's number, and
	// that has at most eight digits.
	if rest, ok := strings.CutPrefix(s, "86"); ok && len(s) > 8 {
		if text, kind, fault = abroad(rest); fault == OK && (kind != Service || strings.HasPrefix(text, "0")) {
			return text, kind, OK
		}
	}
	return domestic(s)
}

// abroad judges what stands behind +86: there the area code has no 0, and short numbers have an area.
func abroad(s string) (text string, kind Kind, fault Fault) {
	if text, kind, fault = domestic("0" + s); fault == OK {
		return text, kind, fault
	}
	if text, kind, wrong := domestic(s); wrong == OK {
		return text, kind, OK
	}
	return "", 0, fault
}

// IsMobile tells whether a number, in any of the forms Parse takes, is a mobile one of +86.
func IsMobile(s string) bool {
	_, kind, fault := Parse(s)
	return fault == OK && kind == Mobile
}

// IsExtension tells whether a text is the number of a telephone within an office: 3 to 8 digits. Short numbers of the
// network and subscriber numbers without their area code look the same; whoever dials has to know which it is.
func IsExtension(s string) bool { return len(s) >= 3 && len(s) <= 8 && digits(s) }

// fold takes out what people put between digits to read them, and makes full-width forms ASCII.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c != '+' && (c < '0' || c > '9') {
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
		switch r {
		case ' ', '\t', '-', '(', ')', '/', '\u3000', '\u00a0', '–', '—':
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// domestic judges the digits of a number of +86.
func domestic(s string) (string, Kind, Fault) {
	switch {
	case s == "":
		return "", 0, Length
	case mobilePrefix(s):
		return wantLength(s, 11, Mobile)
	case strings.HasPrefix(s, "400") || strings.HasPrefix(s, "800"):
		return wantLength(s, 10, TollFree)
	case s[0] == '0' && mobilePrefix(s[1:]):
		return wantLength(s[1:], 11, Mobile)
	case s[0] == '0':
		return landline(s)
	case serviceNumber(s):
		return s, Service, OK
	}
	return "", 0, Length
}

func wantLength(s string, n int, kind Kind) (string, Kind, Fault) {
	if len(s) != n {
		return "", 0, Length
	}
	return s, kind, OK
}

func mobilePrefix(s string) bool {
	return len(s) >= 2 && s[0] == '1' && s[1] >= '3'
}

// serviceNumber: 110, 119, 120, 122; 10086, 11185, 12366 and up to three digits behind the service
// (a station of its own); 95588 and the longer numbers of 95 and 96.
func serviceNumber(s string) bool {
	switch {
	case len(s) == 3:
		return s[0] == '1' && (s[1] == '1' || s[1] == '2')
	case len(s) < 5 || len(s) > 8:
		return false
	case s[0] == '1':
		return s[1] <= '2'
	}
	return s[0] == '9' && (s[1] == '5' || s[1] == '6')
}

// AreaCode is the area code of a landline in its one form, such as "0531" or "010"; "" for all other numbers.
func AreaCode(s string) string {
	form, kind, fault := Parse(s)
	if fault != OK || kind != Landline {
		return ""
	}
	return form[:areaLength(form)]
}

// areaLength is the number of digits of the area code at the head of s, 0 if there is none: 010,
// 02x (but not 026), and four digits from 03 to 09, but for 0400 and 0800.
func areaLength(s string) int {
	switch {
	case len(s) < 3 || s[0] != '0':
		return 0
	case s[1] == '1':
		if s[2] == '0' {
			return 3
		}
		return 0
	case s[1] == '2':
		if s[2] == '6' {
			return 0
		}
		return 3
	case s[1] >= '3' && len(s) >= 4 && s[:4] != "0400" && s[:4] != "0800": // of those, the numbers have none
		return 4
	}
	return 0
}

func landline(s string) (string, Kind, Fault) {
	n := areaLength(s)
	if n == 0 {
		if len(s) < 4 {
			return "", 0, Length
		}
		return "", 0, Region
	}
	local := s[n:]
	switch {
	case len(local) == 8 && local[0] >= '2' && local[0] != '9',
		len(local) == 7 && n == 4 && local[0] >= '2' && local[0] != '9':
		return s, Landline, OK
	case len(local) >= 5 && serviceNumber(local):
		return s, Service, OK
	case len(local) < 7 || len(local) > 8 || n == 3:
		return "", 0, Length
	}
	return "", 0, Character
}

// Longest is the greatest number of keys with which a number that begins with keys can go on,
// so that a caller who has keyed all of a mobile number need not wait or press `#`.
func Longest(keys string) int {
	switch {
	case mobilePrefix(keys):
		return 11
	case strings.HasPrefix(keys, "400"), strings.HasPrefix(keys, "800"):
		return 10
	case strings.HasPrefix(keys, "00"):
		return 2 + 15
	case len(keys) > 1 && keys[0] == '0' && mobilePrefix(keys[1:]):
		return 12
	case areaLength(keys) == 3:
		return 11
	}
	return 12
}
