package readout

import (
	"math/bits"
	"time"
)

// Civil is a date of the proleptic Gregorian calendar.
type Civil struct {
	Year    int64
	Month   int // 1–12
	Day     int // 1–31
	Weekday time.Weekday
}

const daysPerEra = 146_097 // 400 years

// civil converts days since 1970-01-01. It counts in 400-year eras from 0000-03-01, so that leap days end
// a year, and never leaves the range of int64, whatever it is given.
func civil(days int64) Civil {
	era, day := floorDiv(days, daysPerEra)
	day += 719_468 // days from 0000-03-01 to 1970-01-01
	era, day = era+day/daysPerEra, day%daysPerEra
	year := (day - day/1460 + day/36_524 - day/146_096) / 365
	ordinal := day - (365*year + year/4 - year/100)
	march := (5*ordinal + 2) / 153 // 0 is March
	c := Civil{
		Year:  era*400 + year,
		Month: int(march) + 3,
		Day:   int(ordinal-(153*march+2)/5) + 1,
	}
	if c.Month > 12 {
		c.Month -= 12
		c.Year++
	}
	_, weekday := floorDiv(days, 7)
	c.Weekday = time.Weekday((weekday + 4) % 7) // 1970-01-01 was a Thursday
	return c
}

// daysOf converts a date to days since 1970-01-01; ok is false for a day the calendar does not have.
func daysOf(year, month, day int) (days int64, ok bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || int(t.Month()) != month || t.Day() != day {
		return 0, false
	}
	days, _ = floorDiv(t.Unix(), 86_400)
	return days, true
}

// local splits a moment (Unix ms) into the local day and the second within it, by the wall clock of zone.
func local(ms int64, zone *time.Location) (day, second int64) {
	offset := int64(0)
	if zone != nil {
		_, o := time.UnixMilli(ms).In(zone).Zone()
		offset = int64(o)
	}
	seconds, _ := floorDiv(ms, 1000)
	return floorDiv(seconds+offset, 86_400)
}

// clock splits seconds since midnight, brought into 0…86400.
func clock(seconds int64) (h, m, s int) {
	if seconds != 86_400 {
		_, seconds = floorDiv(seconds, 86_400)
	}
	return int(seconds / 3600), int(seconds / 60 % 60), int(seconds % 60)
}

// floorDiv divides rounding down, so that the rest is never negative; b > 0.
func floorDiv(a, b int64) (quotient, rest int64) {
	quotient, rest = a/b, a%b
	if rest < 0 {
		quotient, rest = quotient-1, rest+b
	}
	return quotient, rest
}

// magnitude takes the sign off; unlike negation it is right for the smallest int64.
func magnitude(n int64) (negative bool, size uint64) {
	if n < 0 {
		return true, -uint64(n)
	}
	return false, uint64(n)
}

// mulDecimal returns n*10+d and whether it still fits 63 bits; amounts are read digit by digit with it.
func mulDecimal(n, d uint64) (uint64, bool) {
	hi, lo := bits.Mul64(n, 10)
	sum, carry := bits.Add64(lo, d, 0)
	return sum, hi == 0 && carry == 0 && sum < 1<<63
}
