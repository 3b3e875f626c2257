package parse

import "strconv"

// spokenNumber reads a whole number in Chinese characters (一百二十, 三千零五, 十万) below 10^13 and
// returns its digits; false for what is no such number.
func spokenNumber(s string) (string, bool) {
	digits := map[rune]int64{'零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	scales := map[rune]int64{'十': 10, '百': 100, '千': 1000}
	var total, section, digit int64
	pending := false
	for _, c := range s {
		if d, ok := digits[c]; ok {
			if pending && c != '零' && digit != 0 {
				return "", false
			}
			digit, pending = d, true
			continue
		}
		if scale, ok := scales[c]; ok {
			if !pending {
				digit = 1
			}
			section += digit * scale
			digit, pending = 0, false
			continue
		}
		var big int64
		switch c {
		case '万':
			big = 10_000
		case '亿':
			big = 100_000_000
		default:
			return "", false
		}
		total = total + (section+digit)*big
		if total > 10_000_000_000_000 {
			return "", false
		}
		section, digit, pending = 0, 0, false
	}
	return strconv.FormatInt(total+section+digit, 10), true
}
