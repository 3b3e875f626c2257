// Package calendar is the working year that the library's deadlines go by.
//
// The flows of a deployment declare the same in their own words; whoever opens the library hands it the calendar of the
// deployed program. China is what is used without one: the notices of the State Council for 2025 and 2026.
package calendar

import (
	"sync"
	"time"

	"rexian/compiler/hours"
)

// China returns the statutory holidays of 2025 and 2026 with their make-up days. It is shared: do not change it.
var China = sync.OnceValue(func() *hours.Calendar {
	day := func(y int, m time.Month, d int) hours.Date { return hours.DateOf(y, m, d) }
	run := func(y int, m time.Month, d, n int) []hours.Range {
		return []hours.Range{{First: day(y, m, d), Last: day(y, m, d) + hours.Date(n-1)}}
	}
	on := func(days ...hours.Date) (list []hours.Range) {
		for _, d := range days {
			list = append(list, hours.Range{First: d, Last: d})
		}
		return list
	}
	return &hours.Calendar{Name: "中国", Holidays: []hours.Holiday{
		{Name: "元旦", Days: run(2025, 1, 1, 1)},
		{Name: "春节", Days: run(2025, 1, 28, 8), MakeUp: on(day(2025, 1, 26), day(2025, 2, 8))},
		{Name: "清明节", Days: run(2025, 4, 4, 3)},
		{Name: "劳动节", Days: run(2025, 5, 1, 5), MakeUp: on(day(2025, 4, 27))},
		{Name: "端午节", Days: run(2025, 5, 31, 3)},
		{Name: "国庆节、中秋节", Days: run(2025, 10, 1, 8), MakeUp: on(day(2025, 9, 28), day(2025, 10, 11))},
		{Name: "元旦", Days: run(2026, 1, 1, 3), MakeUp: on(day(2026, 1, 4))},
		{Name: "春节", Days: run(2026, 2, 15, 9), MakeUp: on(day(2026, 2, 14), day(2026, 2, 28))},
		{Name: "清明节", Days: run(2026, 4, 4, 3)},
		{Name: "劳动节", Days: run(2026, 5, 1, 5), MakeUp: on(day(2026, 5, 9))},
		{Name: "端午节", Days: run(2026, 6, 19, 3)},
		{Name: "中秋节", Days: run(2026, 9, 25, 3)},
		{Name: "国庆节", Days: run(2026, 10, 1, 7), MakeUp: on(day(2026, 9, 20), day(2026, 10, 10))},
	}}
})

// Or is c, or China if it is nil.
func Or(c *hours.Calendar) *hours.Calendar {
	if c != nil {
		return c
	}
	return China()
}

// Workday tells whether people work on d. Of a year whose holidays are not published Monday to Friday are taken: a
// promise to answer must name a day, and is looked at again when the notice is out.
func Workday(c *hours.Calendar, d hours.Date) bool {
	work, err := hours.IsWorkday(c, d)
	if err != nil {
		w := d.Weekday()
		return w != time.Saturday && w != time.Sunday
	}
	return work
}

// Add returns the n-th working day after d, by Workday; d itself for 0 or less.
func Add(c *hours.Calendar, d hours.Date, n int64) hours.Date {
	for n > 0 {
		d++
		if Workday(c, d) {
			n--
		}
	}
	return d
}

// Between counts the working days after from up to and including to, negative if to is earlier.
func Between(c *hours.Calendar, from, to hours.Date) int64 {
	if to < from {
		return -Between(c, to, from)
	}
	n := int64(0)
	for d := from + 1; d <= to; d++ {
		if Workday(c, d) {
			n++
		}
	}
	return n
}

// Deadline is the last day to file and pay for a period that ended: hours.DeadlineOfMonth of the month after it. ok is
// false where the calendar does not hold that year.
func Deadline(c *hours.Calendar, period int64) (d hours.Date, ok bool) {
	d, err := hours.DeadlineOfMonth(c, period+1)
	return d, err == nil
}
