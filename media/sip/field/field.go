// Package field reads the parts that the header fields of SIP are made of (RFC 3261, 25.1): lists cut at commas, values
// with parameters, quoted strings, media types. White space may stand around every separator there, a comma or a
// semicolon within quotes or angle brackets separates nothing, and the names of parameters have no letter case.
//
// Whoever reads a field that the parser keeps as text reads it with this package and not by hand.
package field

import (
	"iter"
	"strings"
)

// Cut cuts s at the first sep outside of quoted strings and angle brackets, without the white space around the pieces.
// found is false where there is none: then before is all of s. size is the length of what stands before sep, in bytes.
func Cut(s string, sep byte) (before, after string, size int, found bool) {
	quoted, inside := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"' && !inside:
			quoted = true
		case c == '<':
			inside = true
		case c == '>':
			inside = false
		case c == sep && !inside:
			return trim(s[:i]), trim(s[i+1:]), i, true
		}
	}
	return trim(s), "", len(s), false
}

// Split gives the pieces between separators; empty ones are left out.
func Split(s string, sep byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for found := true; found; {
			var one string
			one, s, _, found = Cut(s, sep)
			if one != "" && !yield(one) {
				return
			}
		}
	}
}

// List gives the elements of a list that is separated by commas.
func List(s string) iter.Seq[string] { return Split(s, ',') }

// Has says whether a list has an element, letter case aside.
func Has(list, element string) bool {
	for one := range List(list) {
		if strings.EqualFold(one, element) {
			return true
		}
	}
	return false
}

// Params are the parameters behind a value, as text: ";name=value;name".
type Params string

// Value cuts a value from its parameters.
func Value(s string) (value string, p Params) {
	value, rest, _, _ := Cut(s, ';')
	return value, Params(rest)
}

// All gives the parameters in their order: the name as it is written, the value without quotes, "" where there is none.
func (p Params) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for one := range Split(string(p), ';') {
			name, value, _, _ := Cut(one, '=')
			if !yield(name, Unquote(value)) {
				return
			}
		}
	}
}

// Get is the value of a parameter, letter case of its name aside, and whether it is there. Of several the first counts.
func (p Params) Get(name string) (string, bool) {
	for k, v := range p.All() {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return "", false
}

// Unquote takes quotes and backslashes off a quoted string; anything else stays as it is.
func Unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Media reads a media type such as `application / sdp ; charset=utf-8`: the type without white space and in lower
// case, and its parameters. It is "" for what is none.
func Media(s string) (kind string, p Params) {
	head, p := Value(s)
	major, minor, ok := strings.Cut(head, "/")
	if major, minor = trim(major), trim(minor); !ok || !Token(major) || !Token(minor) {
		return "", p
	}
	return strings.ToLower(major + "/" + minor), p
}

// Token says whether s is a token.
func Token(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("-.!%*_+`'~", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}

func trim(s string) string { return strings.Trim(s, " \t\r\n") }
