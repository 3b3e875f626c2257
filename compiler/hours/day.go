package hours

import (
	"fmt"
	"slices"
	"time"
)

// Source tells which kind of rule governs a day.
type Source uint8

const (
	Unplanned     Source = iota // no line names the day
	Weekly                      // Line says which
	MakeUpWorkday               // Line says which, -1 if there is no line for workdays
	PublicHoliday               // Holiday says which
	DatedOverride               // Dated says which
	CalendarLacks               // the year is not in the calendar
)

// Words is one thing said in both tongues.
type Words struct{ Zh, En string }

// Day is what governs one civil date: a row of the month that a person checks.
type Day struct {
	Date    Date
	Source  Source
	Line    int      // index into Schedule.Lines, -1 if none decides
	Dated   int      // index into Schedule.Dated, -1
	Holiday int      // index into Calendar.Holidays of the holiday or of that worked for, -1
	Spans   []Span   // opening times, in order of their start; none: closed
	Periods []string // the calendar's periods that hold the date
	Note    Words    // 国庆节, 补班（国庆节）, 征期…; empty on an ordinary day
}

// Hours is a schedule made ready to be asked: its zone loaded, its periods found. It is immutable
// and may be shared by calls.
type Hours struct {
	schedule Schedule
	calendar *Calendar // nil if the schedule has none
	zone     *time.Location
	during   [][]Range // per line: the dates it is restricted to
}

// Resolve makes a schedule ready. It fails on a zone the system does not know and on a calendar
// index out of range; anything else Validate reports is evaluated in a fixed way (the first of two
// conflicting rules, a missing period holds no day), so that a call goes on.
func Resolve(s Schedule, calendars []Calendar) (*Hours, error) {
	if s.Zone == "" {
		return nil, fmt.Errorf("hours %s: no zone", s.Name) // "" would silently be UTC
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, fmt.Errorf("hours %s: zone %q: %w", s.Name, s.Zone, err)
	}
	h := &Hours{schedule: s, zone: zone}
	if s.Calendar >= len(calendars) {
		return nil, fmt.Errorf("hours %s: no calendar %d", s.Name, s.Calendar)
	}
	if s.Calendar >= 0 {
		h.calendar = &calendars[s.Calendar]
	}
	for _, l := range s.Lines {
		dates := slices.Clone(l.During)
		for _, name := range l.Periods {
			if h.calendar == nil {
				continue
			}
			if p := h.calendar.period(name); p >= 0 {
				dates = append(dates, h.calendar.Periods[p].Days...)
			}
		}
		h.during = append(h.during, dates)
	}
	return h, nil
}

// Name returns the schedule's name.
func (h *Hours) Name() string { return h.schedule.Name }

// Zone returns the schedule's zone.
func (h *Hours) Zone() *time.Location { return h.zone }

// Day returns what governs one date, emergencies apart.
func (h *Hours) Day(d Date) Day {
	day := Day{Date: d, Line: -1, Dated: -1, Holiday: -1}
	c := h.calendar
	makeUp := -1
	if c != nil {
		for _, p := range c.Periods {
			if anyHas(p.Days, d) {
				day.Periods = append(day.Periods, p.Name)
			}
		}
		if !c.Holds(d.year()) {
			day.Source = CalendarLacks
			day.Note = Words{"日历没有这一年", "year not in the calendar"}
			return day
		}
		makeUp = c.makeUp(d)
	}
	if i := slices.IndexFunc(h.schedule.Dated, func(x Dated) bool { return anyHas(x.Days, d) }); i >= 0 {
		day.Source, day.Dated, day.Spans = DatedOverride, i, h.schedule.Dated[i].Spans
		day.Note = Words{"特殊日", "special day"}
	} else if makeUp >= 0 {
		day.Source, day.Holiday = MakeUpWorkday, makeUp
		name := c.Holidays[makeUp].Name
		day.Note = Words{"补班（" + name + "）", "make-up workday (" + name + ")"}
	} else if i := h.holiday(d); i >= 0 {
		day.Source, day.Holiday = PublicHoliday, i
		day.Note = Words{c.Holidays[i].Name, "public holiday (" + c.Holidays[i].Name + ")"}
	}
	if day.Source == Unplanned || day.Source == MakeUpWorkday {
		if i := h.line(d, day.Source == MakeUpWorkday); i >= 0 {
			day.Line, day.Spans = i, h.schedule.Lines[i].Spans
			if day.Source == Unplanned {
				day.Source = Weekly
			}
		}
	}
	if day.Note.Zh == "" && len(day.Periods) > 0 {
		day.Note = Words{day.Periods[0], day.Periods[0]}
	}
	day.Spans = slices.SortedFunc(slices.Values(day.Spans), func(a, b Span) int { return int(a.From - b.From) })
	return day
}

func (h *Hours) holiday(d Date) int {
	if h.calendar == nil {
		return -1
	}
	return h.calendar.holiday(d)
}

// rank tells how closely a line names a date: 3 the day itself, 2 workdays or weekend, 1 daily, 0
// not at all. On a make-up workday the day of the week counts for nothing.
func rank(days DaySet, d Date, makeUp bool) int {
	w := d.Weekday()
	weekend := w == time.Saturday || w == time.Sunday
	switch {
	case !makeUp && days&(1<<w) != 0:
		return 3
	case days&Workdays != 0 && (makeUp || !weekend), days&Weekend != 0 && weekend && !makeUp:
		return 2
	case days&Daily != 0:
		return 1
	}
	return 0
}

// line returns the weekly line that governs a date, -1 if none does.
func (h *Hours) line(d Date, makeUp bool) int {
	best, at := 0, -1
	for i := range h.schedule.Lines {
		l := &h.schedule.Lines[i]
		r := rank(l.Days, d, makeUp)
		if r == 0 {
			continue
		}
		if l.restricted() {
			if !anyHas(h.during[i], d) {
				continue
			}
			r += 10 // replaces every plain line
		}
		if r > best {
			best, at = r, i
		}
	}
	return at
}

// Month returns the days of a month in order, for `hours show`.
func (h *Hours) Month(year int, month time.Month) []Day {
	first, next := DateOf(year, month, 1), DateOf(year, month+1, 1)
	days := make([]Day, 0, 31)
	for d := first; d < next; d++ {
		days = append(days, h.Day(d))
	}
	return days
}
