package ident

// residentWeight and residentCheck are GB 11643-1999's (ISO 7064 MOD 11-2).
var residentWeight = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const residentCheck = "10X98765432"

// provinces are the first two digits of GB/T 2260 codes, with 81, 82 and 83 as the residence
// permits of Hong Kong, Macao and Taiwan residents use them.
const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

func province(two string) bool {
	for i := 0; i+2 < len(provinces); i += 3 {
		if provinces[i:i+2] == two {
			return true
		}
	}
	return false
}

// ResidentID judges a resident identity number by GB 11643 and returns it in the form in which it
// is stored. 18 characters: region, date of birth, serial, check character (0–9 or X). 15
// characters, issued before 1999: two digits of the year (19..) and no check. The number of a
// foreigner's permanent residence card (2023) begins with 9 and is judged with its province in the
// second and third place. A birth in the future is not found here: this package has no clock.
func ResidentID(s string) (text string, fault Fault) {
	s = fold(s)
	var born string
	switch len(s) {
	case 18:
		if !allDigits(s[:17]) || (!isDigit(s[17]) && s[17] != 'X') {
			return "", Character
		}
		born = s[6:14]
	case 15:
		if !allDigits(s) {
			return "", Character
		}
		born = "19" + s[6:12]
	default:
		return "", Length
	}
	region := s[:2]
	if s[0] == '9' && len(s) == 18 {
		region = s[1:3]
	}
	if !province(region) {
		return "", Region
	}
	if year := atoi(born[:4]); year < 1850 {
		return "", Date
	}
	if _, ok := days(born); !ok {
		return "", Date
	}
	if len(s) == 18 {
		sum := 0
		for i, w := range residentWeight {
			sum += int(s[i]-'0') * w
		}
		if residentCheck[sum%11] != s[17] {
			return "", Check
		}
	}
	return s, OK
}
