package hours

import (
	"errors"
	"math/bits"
	"time"
)

// ErrYear is returned where an answer would need the holidays of a year the calendar lacks.
var ErrYear = errors.New("the calendar does not hold this year")

// ErrRange is returned where a result would not fit or a count is beyond reason.
var ErrRange = errors.New("out of range")

// maxWorkdays bounds AddWorkdays: forty years.
const maxWorkdays = 10_000

// IsWorkday tells whether people work on d: Monday to Friday that is no holiday, or a make-up day.
func IsWorkday(c *Calendar, d Date) (bool, error) {
	if !c.Holds(d.year()) {
		return false, ErrYear
	}
	if c.makeUp(d) >= 0 {
		return true, nil
	}
	w := d.Weekday()
	return c.holiday(d) < 0 && w != time.Saturday && w != time.Sunday, nil
}

// AddWorkdays returns the n-th working day after d, which itself is not counted; before it for a
// negative n; d for 0.
func AddWorkdays(c *Calendar, d Date, n int64) (Date, error) {
	if n > maxWorkdays || n < -maxWorkdays {
		return 0, ErrRange
	}
	step := Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d += step
		work, err := IsWorkday(c, d)
		if err != nil {
			return 0, err
		}
		if work {
			n--
		}
	}
	return d, nil
}

// DeadlineOfMonth returns the last day for monthly filing and payment in a month (year*12+month-1):
// the 15th; for a run of three or more days of statutory holiday within the 1st to the 15th that
// many working days later; then the next working day if it is none (Implementation Rules of the
// Tax Collection Law, art. 109).
func DeadlineOfMonth(c *Calendar, month int64) (Date, error) {
	if month < 12 || month >= 10_000*12 {
		return 0, ErrRange
	}
	year, m := int(month/12), time.Month(month%12+1)
	if !c.Holds(year) {
		return 0, ErrYear
	}
	first := DateOf(year, m, 1)
	var extra, run int64
	for d := first; d <= first+15; d++ {
		if d < first+15 && c.holiday(d) >= 0 {
			run++
			continue
		}
		if run >= 3 {
			extra += run
		}
		run = 0
	}
	d, err := AddWorkdays(c, first+14, extra)
	if err != nil {
		return 0, err
	}
	if work, err := IsWorkday(c, d); work || err != nil {
		return d, err
	}
	return AddWorkdays(c, d, 1)
}

// DaysBetween returns the days from one date to another, negative if it is earlier.
func DaysBetween(from, to Date) int64 { return int64(to - from) }

// LateFee returns the surcharge in fen on a tax in fen that is days late: 0.05 % a day, half a fen
// up (Tax Collection Law, art. 32). No tax or no days: 0. Capped, it does not exceed the tax.
func LateFee(tax, days int64, capped bool) (int64, error) {
	if tax <= 0 || days <= 0 {
		return 0, nil
	}
	hi, lo := bits.Mul64(uint64(tax), uint64(days))
	// × 5 / 10000 = / 2000, rounded half up
	lo, carry := bits.Add64(lo, 1000, 0)
	hi += carry
	if hi >= 2000 {
		if capped {
			return tax, nil
		}
		return 0, ErrRange
	}
	fee, _ := bits.Div64(hi, lo, 2000)
	if capped && fee > uint64(tax) {
		return tax, nil
	}
	if fee > 1<<63-1 {
		return 0, ErrRange
	}
	return int64(fee), nil
}

// LateFeeBetween is LateFee from the day after the deadline through the day of payment.
func LateFeeBetween(tax int64, deadline, paid Date, capped bool) (int64, error) {
	return LateFee(tax, DaysBetween(deadline, paid), capped)
}
