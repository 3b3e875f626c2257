package ident

import "time"

// days reads YYYYMMDD as days since 1970-01-01, proleptic Gregorian; ok is false where no such day
// exists. The caller has checked that there are eight digits.
func days(s string) (int64, bool) {
	y, m, d := int(atoi(s[:4])), time.Month(atoi(s[4:6])), int(atoi(s[6:8]))
	if y < 1 || m < 1 || m > 12 || d < 1 {
		return 0, false
	}
	t := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d {
		return 0, false
	}
	return t.Unix() / 86400, true // exact: t is a midnight, also before 1970
}
