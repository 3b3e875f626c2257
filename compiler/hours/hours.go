// Package hours answers when a service is open, and why not.
//
// It is a leaf: plain data that the compiler writes into the bundle (Calendar, Schedule), and the
// evaluation of that data (Hours). Nothing here reads a clock; a moment is always handed in.
//
// Two axes meet. A *schedule* is written by local wall clock and civil date: "workdays
// 08:30-12:00". A *moment* is an instant. The evaluation first decides, for a civil date in the
// schedule's zone, which one rule governs the day:
//
//	emergency closure > dated override > make-up workday > statutory holiday > weekly pattern
//
// and then turns that rule's spans into instants. A make-up workday takes the workdays line, never
// the line of its weekday. Among weekly lines one with `during` replaces the plain line on the days
// it names; of plain lines a named day beats workdays and weekend, which beat daily.
//
// A span is half-open and belongs to the day on which it starts, also past midnight: what governs
// the next day does not cut it. Only an emergency, which is a span of instants, does. An end of a
// span is the first instant at which the local clock shows it or has jumped over it, so on the days
// when clocks change nothing opens twice and a span inside the skipped hour is empty.
//
// A year whose holidays are not in the calendar is never guessed at: its days are closed and the
// answer carries Alarm.
package hours

import (
	"slices"
	"time"
)

// Date is a civil date: days since 1970-01-01, proleptic Gregorian.
type Date int64

// DateOf returns the date of a year, month and day; days beyond the month's end run over.
func DateOf(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// Civil returns the year, month and day of a date.
func (d Date) Civil() (year int, month time.Month, day int) { return d.utc().Date() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(((int64(d)+4)%7 + 7) % 7) }

// String returns the date as flows write it: 2026-10-01.
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

func (d Date) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

func (d Date) year() int { return d.utc().Year() }

const secondsPerDay = 86400

// Range is a run of dates, both included.
type Range struct{ First, Last Date }

// Has tells whether the range holds d.
func (r Range) Has(d Date) bool { return r.First <= d && d <= r.Last }

func anyHas(list []Range, d Date) bool {
	return slices.ContainsFunc(list, func(r Range) bool { return r.Has(d) })
}

// Holiday is one entry of the yearly notice.
type Holiday struct {
	Name   string
	Days   []Range
	MakeUp []Range // weekend days that are worked in exchange
}

// Period is a named set of dates, such as 征期.
type Period struct {
	Name string
	Days []Range
}

// Calendar is a country's working year.
type Calendar struct {
	Name     string
	Holidays []Holiday
	Periods  []Period
	// Years whose notice the calendar holds. Empty: those in which some holiday both begins and ends
	// (a New Year's holiday that begins in December says nothing about the year it runs into).
	Years []int
}

// Holds tells whether the calendar knows the holidays of a year.
func (c *Calendar) Holds(year int) bool {
	if len(c.Years) > 0 {
		return slices.Contains(c.Years, year)
	}
	for _, h := range c.Holidays {
		for _, r := range h.Days {
			if r.First.year() == year && r.Last.year() == year {
				return true
			}
		}
	}
	return false
}

// Lacks returns the first date from a day on whose year the calendar does not hold.
func (c *Calendar) Lacks(from Date) Date {
	if !c.Holds(from.year()) {
		return from
	}
	y := from.year() + 1
	for c.Holds(y) { // it holds finitely many
		y++
	}
	return DateOf(y, time.January, 1)
}

// holiday returns the index of the holiday that d is part of, -1 if none.
func (c *Calendar) holiday(d Date) int {
	return slices.IndexFunc(c.Holidays, func(h Holiday) bool { return anyHas(h.Days, d) })
}

// makeUp returns the index of the holiday for which d is worked, -1 if none.
func (c *Calendar) makeUp(d Date) int {
	return slices.IndexFunc(c.Holidays, func(h Holiday) bool { return anyHas(h.MakeUp, d) })
}

func (c *Calendar) period(name string) int {
	return slices.IndexFunc(c.Periods, func(p Period) bool { return p.Name == name })
}

// DaySet is the days a line names: bits.
type DaySet uint16

const (
	Sunday DaySet = 1 << iota // time.Weekday w is 1<<w
	Monday
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Workdays // Monday to Friday and make-up workdays
	Weekend
	Daily
)

const named = Sunday | Monday | Tuesday | Wednesday | Thursday | Friday | Saturday

// Span is a stretch of one day by the local clock, seconds since midnight, half-open. To at or
// before From is on the next day; an equal pair is a mistake that Validate reports and no time.
type Span struct{ From, To int64 }

func (s Span) end() int64 {
	if s.To < s.From {
		return s.To + secondsPerDay
	}
	return s.To
}

// Line is one weekly line. No Spans: closed. During and Periods restrict it to dates; Periods are
// names in the schedule's calendar.
type Line struct {
	Days    DaySet
	Spans   []Span
	During  []Range
	Periods []string
}

func (l *Line) restricted() bool { return len(l.During) > 0 || len(l.Periods) > 0 }

// Dated overrides whole days. No Spans: closed.
type Dated struct {
	Days  []Range
	Spans []Span
}

// Schedule is one `hours` declaration.
type Schedule struct {
	Name     string
	Zone     string // IANA name
	Calendar int    // index among the program's calendars, -1 for none
	Lines    []Line
	Dated    []Dated
}
