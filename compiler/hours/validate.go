package hours

import (
	"slices"
	"time"
)

// Fault names what is wrong with a schedule or a calendar.
type Fault uint8

const (
	NoLines          Fault = iota + 1 // A schedule that is never open by any rule
	UnknownZone                       // Name is the zone
	UnknownPeriod                     // line A names the period Name, which the calendar lacks
	PeriodNoCalendar                  // line A names the period Name, and there is no calendar
	LinesOverlap                      // plain lines A and B name the same day; Date is an example
	DuringOverlap                     // restricted lines A and B both cover Date
	DatedOverlap                      // overrides A and B both cover Date
	SpansOverlap                      // in line or override A (Dated), spans B and C share time
	EmptySpan                         // in line or override A (Dated), span B is no time or no time of day
	BackwardRange                     // a range whose last day is before its first; Name is set in a period
	Unreachable                       // line A never decides a day
	YearLacking                       // the calendar lacks Year, which the horizon needs
	MakeUpHoliday                     // calendar: holiday A is made up for on Date, itself a holiday
	MakeUpWeekday                     // calendar: holiday A is made up for on Date, a workday anyway
	HolidayOverlap                    // calendar: holidays A and B share Date
	PeriodTwice                       // calendar: periods A and B have one name
	NeverAgain                        // no day that the calendar holds, of the next horizonDays, has a span
)

// Problem is one finding. Indexes are into the slices of the Schedule or Calendar, in the order in
// which the flow writes them, so that the compiler can point at the place.
type Problem struct {
	Fault   Fault
	Dated   bool // A is an index into Dated, not Lines
	A, B, C int
	Date    Date
	Year    int
	Name    string
}

// maxYears bounds the horizon that is looked at.
const maxYears = 20

// Validate looks for what would make a schedule surprise its author. Horizon is the stretch of
// dates for which the calendar must hold every year; the zero Range asks for none.
func Validate(s Schedule, calendars []Calendar, horizon Range) []Problem {
	var list []Problem
	add := func(p Problem) { list = append(list, p) }
	if len(s.Lines) == 0 && len(s.Dated) == 0 {
		add(Problem{Fault: NoLines})
	}
	if s.Calendar >= len(calendars) {
		s.Calendar = -1
	}
	zone := s.Zone
	if _, err := time.LoadLocation(zone); err != nil || zone == "" {
		add(Problem{Fault: UnknownZone, Name: zone})
		s.Zone = "UTC" // the rest does not depend on it
	}
	h, err := Resolve(s, calendars)
	if err != nil {
		return list
	}
	for i, l := range s.Lines {
		spans(l.Spans, i, false, repeats(l.Days), add)
		backward(l.During, i, false, add)
		for _, name := range l.Periods {
			if h.calendar == nil {
				add(Problem{Fault: PeriodNoCalendar, A: i, Name: name})
			} else if h.calendar.period(name) < 0 {
				add(Problem{Fault: UnknownPeriod, A: i, Name: name})
			}
		}
	}
	for i, d := range s.Dated {
		spans(d.Spans, i, true, false, add)
		backward(d.Days, i, true, add)
		for j := i + 1; j < len(s.Dated); j++ {
			if day, ok := shared(d.Days, s.Dated[j].Days); ok {
				add(Problem{Fault: DatedOverlap, Dated: true, A: i, B: j, Date: day})
			}
		}
	}
	list = append(list, h.conflicts()...)
	if h.calendar != nil {
		list = append(list, h.calendar.Lacking(horizon)...)
	}
	if len(list) == 0 && horizon != (Range{}) && !h.opens(horizon.First) {
		add(Problem{Fault: NeverAgain})
	}
	return list
}

// opens tells whether a day has a span, from one on as far as a caller would be told of it. A day of a year that the
// calendar lacks may have one.
func (h *Hours) opens(first Date) bool {
	for d := first - 1; d <= first+horizonDays; d++ { // yesterday's may run past midnight
		if day := h.Day(d); len(day.Spans) > 0 || day.Source == CalendarLacks {
			return true
		}
	}
	return false
}

// Lacking returns the years of a stretch of dates that the calendar does not hold, as problems; none for the zero
// Range.
func (c *Calendar) Lacking(horizon Range) []Problem {
	var list []Problem
	if horizon == (Range{}) {
		return nil
	}
	first := horizon.First.year()
	for y := first; y <= min(horizon.Last.year(), first+maxYears); y++ {
		if !c.Holds(y) {
			list = append(list, Problem{Fault: YearLacking, Year: y})
		}
	}
	return list
}

// ValidateCalendar looks for entries of a calendar that contradict each other.
func ValidateCalendar(c Calendar) []Problem {
	var list []Problem
	add := func(p Problem) { list = append(list, p) }
	for i, h := range c.Holidays {
		backward(h.Days, i, false, add)
		backward(h.MakeUp, i, false, add)
		for _, r := range h.MakeUp {
			for d := r.First; d <= min(r.Last, r.First+31); d++ {
				if c.holiday(d) >= 0 {
					add(Problem{Fault: MakeUpHoliday, A: i, Date: d})
				} else if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
					add(Problem{Fault: MakeUpWeekday, A: i, Date: d})
				}
			}
		}
		for j := i + 1; j < len(c.Holidays); j++ {
			if d, ok := shared(h.Days, c.Holidays[j].Days); ok {
				add(Problem{Fault: HolidayOverlap, A: i, B: j, Date: d})
			}
		}
	}
	for i, p := range c.Periods {
		backward(p.Days, i, false, func(q Problem) { q.Name = p.Name; add(q) })
		if j := c.period(p.Name); j < i {
			add(Problem{Fault: PeriodTwice, A: j, B: i, Name: p.Name})
		}
	}
	return list
}

// spans checks the opening times of one line. In a line that covers neighbouring days the part past
// midnight must not run into the next day's first span.
func spans(list []Span, at int, dated, repeats bool, add func(Problem)) {
	for i, a := range list {
		if a.From < 0 || a.From >= secondsPerDay || a.To < 0 || a.To > secondsPerDay || a.From == a.To {
			add(Problem{Fault: EmptySpan, Dated: dated, A: at, B: i})
			continue
		}
		for j := i + 1; j < len(list); j++ {
			b := list[j]
			over := a.From < b.end() && b.From < a.end()
			if repeats {
				over = over || a.end()-secondsPerDay > b.From || b.end()-secondsPerDay > a.From
			}
			if over {
				add(Problem{Fault: SpansOverlap, Dated: dated, A: at, B: i, C: j})
			}
		}
	}
}

// repeats tells whether a line covers two neighbouring days.
func repeats(days DaySet) bool {
	if days&(Workdays|Weekend|Daily) != 0 {
		return true
	}
	d := days & named
	return d&(d>>1) != 0 || d&(Sunday|Saturday) == Sunday|Saturday
}

func backward(list []Range, at int, dated bool, add func(Problem)) {
	for i, r := range list {
		if r.Last < r.First {
			add(Problem{Fault: BackwardRange, Dated: dated, A: at, B: i, Date: r.First})
		}
	}
}

// shared returns the first date in both of two lists.
func shared(a, b []Range) (Date, bool) {
	var found []Date
	for _, x := range a {
		for _, y := range b {
			if first := max(x.First, y.First); first <= min(x.Last, y.Last) {
				found = append(found, first)
			}
		}
	}
	if len(found) == 0 {
		return 0, false
	}
	return slices.Min(found), true
}

// conflicts finds lines that overlap on a day and lines that never decide one. Plain lines are
// compared on the seven days of a week and on a make-up workday; restricted ones on their dates.
func (h *Hours) conflicts() []Problem {
	var list []Problem
	lines := h.schedule.Lines
	used := make([]bool, len(lines))
	const monday = Date(4) // 1970-01-05
	makeUps := h.calendar != nil && slices.ContainsFunc(h.calendar.Holidays,
		func(x Holiday) bool { return len(x.MakeUp) > 0 })
	type pair struct{ a, b int }
	told := map[pair]bool{}
	for n := range 8 {
		d, makeUp := monday+Date(n), n == 7
		if makeUp && !makeUps {
			break
		}
		best, holders := 0, []int(nil)
		for i := range lines {
			r := rank(lines[i].Days, d, makeUp)
			switch {
			case lines[i].restricted() || r == 0 || r < best:
			case r > best:
				best, holders = r, []int{i}
			default:
				holders = append(holders, i)
			}
		}
		for i, b := range holders {
			used[b] = true
			if i > 0 && !told[pair{holders[0], b}] {
				told[pair{holders[0], b}] = true
				list = append(list, Problem{Fault: LinesOverlap, A: holders[0], B: b, Date: d})
			}
		}
	}
	for i := range lines {
		if !lines[i].restricted() {
			continue
		}
		used[i] = h.reaches(i, h.during[i], nil)
		for j := i + 1; j < len(lines); j++ {
			if !lines[j].restricted() {
				continue
			}
			var both []Range
			for _, x := range h.during[i] {
				for _, y := range h.during[j] {
					if r := (Range{max(x.First, y.First), min(x.Last, y.Last)}); r.First <= r.Last {
						both = append(both, r)
					}
				}
			}
			slices.SortFunc(both, func(a, b Range) int { return int(a.First - b.First) })
			var at Date
			if h.reaches(i, both, func(d Date, makeUp bool) bool {
				at = d
				return rank(lines[j].Days, d, makeUp) > 0
			}) {
				used[i], used[j] = true, true
				list = append(list, Problem{Fault: DuringOverlap, A: i, B: j, Date: at})
			}
		}
	}
	for i, l := range lines {
		missing := len(h.during[i]) == 0 && l.restricted() // told already: the period does not exist
		if !used[i] && !missing {
			list = append(list, Problem{Fault: Unreachable, A: i})
		}
	}
	return list
}

// reaches tells whether line i covers some date of the ranges on which weekly lines count (and
// which also satisfies also, unless nil). Of each range 800 days are looked at: two rounds of
// anything a calendar can do.
func (h *Hours) reaches(i int, ranges []Range, also func(d Date, makeUp bool) bool) bool {
	for _, r := range ranges {
		for d := r.First; d <= min(r.Last, r.First+800); d++ {
			makeUp := h.calendar != nil && h.calendar.makeUp(d) >= 0
			if rank(h.schedule.Lines[i].Days, d, makeUp) == 0 || !makeUp && h.holiday(d) >= 0 {
				continue
			}
			if slices.ContainsFunc(h.schedule.Dated, func(x Dated) bool { return anyHas(x.Days, d) }) {
				continue
			}
			if also == nil || also(d, makeUp) {
				return true
			}
		}
	}
	return false
}
