package ident

import "strings"

// PhoneKind tells what a telephone number reaches.
type PhoneKind uint8

const (
	Mobile        PhoneKind = iota + 1 // 11 digits, 13 to 19 first
	Landline                           // area code and subscriber number
	TollFree                           // 400 and 800 numbers
	Service                            // short numbers: 12366, 110, 95588; also behind an area code
	International                      // not of +86; written with "+"
)

// Phone judges a telephone number, literal or keyed, and returns the one form in which it is
// compared and stored: no blanks or dashes, no +86 or 0086, no 0 before a mobile number, the area
// code's 0 kept ("+86 531 8888-0000" → "053188880000"). Numbers of other countries keep "+".
// A subscriber number without its area code is a Length fault: nobody can tell whose it is.
func Phone(s string) (text string, kind PhoneKind, fault Fault) {
	s = foldPhone(s)
	plus := strings.HasPrefix(s, "+")
	s = strings.TrimPrefix(s, "+")
	if s == "" {
		return "", 0, Length
	}
	if !allDigits(s) {
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
		s = rest
		if text, kind, fault = domestic(s); fault != OK && !strings.HasPrefix(s, "0") {
			// From abroad the area code is dialled without its 0.
			return domestic("0" + s)
		}
		return text, kind, fault
	}
	// "86" alone before a mobile number is how many trunks show the caller.
	if len(s) == 13 && s[:3] == "861" {
		s = s[2:]
	}
	return domestic(s)
}

// IsMobile tells whether a number, in any of the forms Phone takes, is a mobile one of +86.
func IsMobile(s string) bool {
	_, kind, fault := Phone(s)
	return fault == OK && kind == Mobile
}

func foldPhone(s string) string {
	s = fold(s)
	if strings.ContainsAny(s, "()/") {
		s = strings.NewReplacer("(", "", ")", "", "/", "").Replace(s)
	}
	return s
}

// domestic judges the digits of a number of +86.
func domestic(s string) (string, PhoneKind, Fault) {
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

func wantLength(s string, n int, kind PhoneKind) (string, PhoneKind, Fault) {
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

// areaLength is the number of digits of the area code at the head of s, 0 if there is none: 010,
// 02x (but not 026), and four digits from 03 to 09.
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
	case s[1] >= '3' && len(s) >= 4:
		return 4
	}
	return 0
}

func landline(s string) (string, PhoneKind, Fault) {
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

// PhoneLength is the greatest number of keys with which a number that begins with keys can go on,
// so that a caller who has keyed all of a mobile number need not wait or press `#`.
func PhoneLength(keys string) int {
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
