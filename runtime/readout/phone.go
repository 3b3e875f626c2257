package readout

import (
	"strings"

	"rexian/locale"
)

// NormalPhone takes off what people write around a Chinese number: blanks, dashes, brackets and the
// country code (+86, 0086). A number of another country keeps its "+".
func NormalPhone(s string) string {
	var b strings.Builder
	for _, r := range locale.Fold(s) {
		if '0' <= r && r <= '9' || r == '+' && b.Len() == 0 || isWordRune(r) || r == '*' || r == '#' {
			b.WriteRune(r)
		}
	}
	n := b.String()
	for _, code := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(n, code); ok && len(rest) >= 5 {
			n = rest
			// "+86 10 …" is how a landline is written abroad; at home it is dialled with a 0.
			if !isMobile(n) && len(n) >= 9 && n[0] != '0' && n[0] != '4' && n[0] != '8' {
				n = "0" + n
			}
		}
	}
	return n
}

func isMobile(n string) bool { return len(n) == 11 && n[0] == '1' && n[1] >= '3' && n[1] <= '9' }

// PhoneGroups splits a number the way it is read in China: a mobile 3-4-4, a landline by area code and then
// four and four, 400 and 800 numbers 3-3-4, short numbers such as 12366 whole.
func PhoneGroups(s string) []string {
	n := NormalPhone(s)
	switch {
	case isMobile(n):
		return cut(n, 3, 4, 4)
	case len(n) == 10 && (strings.HasPrefix(n, "400") || strings.HasPrefix(n, "800")):
		return cut(n, 3, 3, 4)
	case len(n) >= 10 && n[0] == '0' && n[1] != '0':
		area := 4
		if n[1] == '1' || n[1] == '2' { // 010 and 02x are the three-digit codes
			area = 3
		}
		return append([]string{n[:area]}, subscriber(n[area:])...)
	case len(n) > 6:
		return subscriber(n)
	case n == "":
		return nil
	}
	return []string{n}
}

// subscriber splits seven digits 3-4 and others into fours.
func subscriber(n string) []string {
	if len(n) == 7 {
		return cut(n, 3, 4)
	}
	return cut(n, 4, 4, 4, 4, 4, 4, 4, 4)
}

// residentGroups splits an 18-digit resident number where people breathe: region, birth date, rest.
func residentGroups(s string) []string {
	n := locale.Fold(s)
	if len(n) == 18 {
		return cut(n, 6, 8, 4)
	}
	return []string{n}
}

// cut splits s into pieces of the given sizes; what remains is the last piece.
func cut(s string, sizes ...int) []string {
	var pieces []string
	for _, size := range sizes {
		if len(s) <= size {
			break
		}
		pieces, s = append(pieces, s[:size]), s[size:]
	}
	if s != "" {
		pieces = append(pieces, s)
	}
	return pieces
}

// visibleTail is how many last characters of a masked number may be heard: four of a long one, two
// of a short one, none of one so short that two would give it away.
func visibleTail(length int) int {
	switch {
	case length >= 8:
		return 4
	case length >= 5:
		return 2
	}
	return 0
}

// mask hides the middle of s with one star for each character, keeping head and tail.
func mask(s string, head, tail int) string {
	r := []rune(s)
	if head+tail >= len(r) {
		head, tail = 0, visibleTail(len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
