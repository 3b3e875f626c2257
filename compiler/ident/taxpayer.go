package ident

// The kinds of taxpayer number.
const (
	Unified      = "unified"      // GB 32100 unified social credit code, 18 characters
	Resident18   = "resident"     // a natural person: GB 11643 resident number, 18 characters
	Organisation = "organisation" // before 2015: 6 digits of region and a GB 11714 code, 15 characters
	Trader       = "trader"       // a sole trader: a resident number (15 or 18) and 2 digits
)

// Wild is the key that stands for any one letter of a taxpayer number.
const Wild = '*'

// unifiedAlphabet is GB 32100's: no I, O, S, V, Z. A character's value is its index.
const unifiedAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// registrars are the first characters in use: the department that registered the body.
const registrars = "123456789ANY"

var (
	unifiedValue  [256]int8 // -1: not in the alphabet
	unifiedWeight [17]int   // 3^i mod 31
)

// orgWeight is GB 11714's.
var orgWeight = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

func init() {
	for i := range unifiedValue {
		unifiedValue[i] = -1
	}
	for i := range len(unifiedAlphabet) {
		unifiedValue[unifiedAlphabet[i]] = int8(i)
	}
	w := 1
	for i := range unifiedWeight {
		unifiedWeight[i] = w
		w = w * 3 % 31
	}
}

// TaxpayerID judges a taxpayer number, literal or keyed, and returns it in the form in which it is
// compared and stored (upper case, no blanks; each `*` kept) and its kind.
//
// Lengths: 18 (GB 32100, or the resident number of a natural person), 15 (6 digits of region and an
// organisation code of GB 11714), 17 and 20 (a sole trader's: a resident number of 15 or 18 and a
// serial of two digits). Check characters must fit. Where `*` stands for letters, some choice of
// letters must make every check character fit.
func TaxpayerID(s string) (text, kind string, fault Fault) {
	s = fold(s)
	switch len(s) {
	case 18:
		f := unified(s)
		if f == OK {
			return s, Unified, OK
		}
		if residentMay(s) == OK {
			return s, Resident18, OK
		}
		return "", "", f
	case 15:
		if f := oldOrganisation(s); f != OK {
			return "", "", f
		}
		return s, Organisation, OK
	case 17, 20:
		id, serial := s[:len(s)-2], s[len(s)-2:]
		if !allDigits(serial) {
			return "", "", Character
		}
		if f := residentMay(id); f != OK {
			return "", "", f
		}
		return s, Trader, OK
	}
	return "", "", Length
}

// residentMay is the resident number's check with `*` allowed where its one letter, X, may stand.
func residentMay(s string) Fault {
	if len(s) == 18 && s[17] == Wild {
		s = s[:17] + "X"
	}
	_, f := ResidentID(s)
	return f
}

// unified judges 18 characters by GB 32100-2015 and, inside them, the organisation code by GB
// 11714-1997. Wildcards make it a search: the set of sums still possible is carried from left to
// right, as 31 sets (sums modulo 31) of 11 bits (sums modulo 11), which is small whatever the
// number of wildcards.
func unified(s string) Fault {
	if s[0] != Wild && indexByte(registrars, s[0]) < 0 {
		return Character
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i >= 2 && i < 8: // region
			if !isDigit(c) {
				return Character
			}
		case i == 16: // check character of the organisation code
			if !isDigit(c) && c != 'X' && c != Wild {
				return Character
			}
		case c != Wild && unifiedValue[c] < 0:
			return Character
		}
	}
	var reach [31]uint16
	reach[0] = 1
	for i := range 17 {
		var next [31]uint16
		for _, c := range []byte(choices(s, i)) {
			step31 := int(unifiedValue[c]) * unifiedWeight[i] % 31
			step11 := orgStep(i-8, c)
			for m, set := range reach {
				if set != 0 {
					next[(m+step31)%31] |= rotate11(set, step11)
				}
			}
		}
		reach = next
	}
	for _, c := range []byte(choices(s, 17)) {
		// C18 = (31 − Σ mod 31) mod 31 and C9 = (11 − Σ mod 11) mod 11: both sums come to 0.
		if reach[(31-int(unifiedValue[c]))%31]&1 != 0 {
			return OK
		}
	}
	return Check
}

// choices lists the characters that may stand at place i of a unified code: the one written, or
// every letter the place allows.
func choices(s string, i int) string {
	switch {
	case s[i] != Wild:
		return s[i : i+1]
	case i == 0:
		return "ANY"
	case i == 16:
		return "X"
	}
	return unifiedAlphabet[10:]
}

// orgStep is what the character at place i (0–8) of an organisation code adds to its sum modulo 11;
// other places add nothing.
func orgStep(i int, c byte) int {
	switch {
	case i < 0 || i > 8:
		return 0
	case i == 8 && c == 'X':
		return 10
	case i == 8:
		return int(c - '0')
	case isDigit(c):
		return int(c-'0') * orgWeight[i] % 11
	}
	return (int(c-'A') + 10) * orgWeight[i] % 11
}

// rotate11 adds n to every residue in a set of residues modulo 11.
func rotate11(set uint16, n int) uint16 {
	return (set<<n | set>>(11-n)) & (1<<11 - 1)
}

// oldOrganisation judges the 15 characters used before 2015: region and organisation code.
func oldOrganisation(s string) Fault {
	if !allDigits(s[:6]) {
		return Character
	}
	if !province(s[:2]) {
		return Region
	}
	code := s[6:]
	reach := uint16(1)
	for i := range 9 {
		c := code[i]
		var next uint16
		switch {
		case c == Wild && i == 8:
			next = rotate11(reach, orgStep(8, 'X'))
		case c == Wild:
			for l := byte('A'); l <= 'Z'; l++ {
				next |= rotate11(reach, orgStep(i, l))
			}
		case isDigit(c) || c == 'X' || (i < 8 && c >= 'A' && c <= 'Z'):
			next = rotate11(reach, orgStep(i, c))
		default:
			return Character
		}
		reach = next
	}
	if reach&1 == 0 {
		return Check
	}
	return OK
}

func indexByte(s string, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}
