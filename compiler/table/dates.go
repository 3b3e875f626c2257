package table

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// dateParts says whether a number format shows a date, a time of day, or both.
type dateParts struct{ date, clock bool }

// builtInDates knows the numbered formats (ECMA-376 part 1, 18.8.30), among them those reserved for
// Chinese Excel.
func builtInDates(id int) dateParts {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return dateParts{date: true}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56:
		return dateParts{clock: true}
	case id == 22:
		return dateParts{date: true, clock: true}
	}
	return dateParts{}
}

// customDates looks for date letters in a format code, outside quotes, escapes and brackets. An m is a
// month unless the format has hours or seconds and neither year nor day. [h]:mm is a duration, no time of day.
func customDates(code string) dateParts {
	code, _, _ = strings.Cut(code, ";")
	var letters strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"', '[':
			closing := map[byte]byte{'"': '"', '[': ']'}[c]
			end := strings.IndexByte(code[i+1:], closing)
			if end < 0 {
				return dateParts{}
			}
			if inside := strings.ToLower(code[i+1 : i+1+end]); c == '[' && strings.Trim(inside, "hms") == "" {
				return dateParts{}
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		default:
			letters.WriteByte(c)
		}
	}
	s := strings.ToLower(letters.String())
	if strings.Contains(s, "general") || strings.ContainsAny(s, "0#?") && !strings.ContainsAny(s, "yd") {
		return dateParts{}
	}
	clock := strings.ContainsAny(s, "hs")
	date := strings.ContainsAny(s, "yd") || strings.Contains(s, "aaa") || strings.Contains(s, "m") && !clock
	return dateParts{date: date, clock: clock}
}

// lastDay is one more than the number of 9999-12-31, the last day that a spreadsheet knows.
const lastDay = 2_958_466

// dateText writes a spreadsheet's day number as 2026-10-01, 2026-10-01 08:30 or 08:30, to the second.
func dateText(serial float64, d dateParts, date1904 bool) string {
	days, part := math.Modf(serial)
	seconds := int(math.Round(part * 86_400))
	if seconds == 86_400 {
		days, seconds = days+1, 0
	}
	clock := clockText(seconds)
	if !d.date {
		return clock
	}
	// Day 1 is 1900-01-01; Excel believes in a 1900-02-29, day 60, so later days count from one day earlier.
	epoch := time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days >= 60:
		epoch = epoch.AddDate(0, 0, -1)
	}
	date := epoch.AddDate(0, 0, int(days)).Format(time.DateOnly)
	if d.clock && clock != "00:00" {
		return date + " " + clock
	}
	return date
}

// clockText writes seconds as 08:30, or 08:30:15 where there are some; hours may be more than 24.
func clockText(seconds int) string {
	clock := fmt.Sprintf("%02d:%02d", seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		clock += fmt.Sprintf(":%02d", seconds%60)
	}
	return clock
}
