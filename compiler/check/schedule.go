package check

import (
	"cmp"
	"slices"

	"rexian/compiler/hours"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// horizonDays is how far ahead of the day of the check calendars must hold the year: by the beginning of December the
// notice for the next year has been published.
const horizonDays = 30

// schedules turns calendars and hours into data and checks them.
func (c *checker) schedules() {
	p := c.p
	var calendars []hours.Calendar
	for _, x := range p.Calendars {
		c.enter(x.File)
		c.calendarFile(x)
		x.Data = calendarData(x)
		calendars = append(calendars, x.Data)
		for _, q := range hours.ValidateCalendar(x.Data) {
			c.calendarProblem(x, q)
		}
	}
	for _, h := range p.HoursList {
		c.enter(h.File)
		h.Zone = p.Zone
		if h.Decl.Zone != nil {
			if c.zone(h.Decl.Zone) {
				h.Zone = plain(h.Decl.Zone)
			}
		}
		if h.Decl.Calendar != nil {
			if s := c.wants(h.Decl.Calendar, Calendar); s != nil {
				h.Calendar = p.Calendars[s.Index]
			}
		}
		h.Schedule = scheduleData(h)
		for _, q := range hours.Validate(h.Schedule, calendars, c.horizon()) {
			c.hoursProblem(h, q)
		}
	}
}

// horizon is the stretch of dates for which calendars must hold every year; the zero Range where the day is not known.
func (c *checker) horizon() hours.Range {
	if c.env.Today <= 0 {
		return hours.Range{}
	}
	return hours.Range{First: hours.Date(c.env.Today), Last: hours.Date(c.env.Today + horizonDays)}
}

// yearLacking reports a year that a calendar does not hold, at the place that uses the calendar.
func (c *checker) yearLacking(at diag.Span, calendar *CalendarInfo, year int) {
	d := c.report("RX5006", at, calendar.Name, year)
	if c.env.Lasting {
		d.Severity = diag.Error
	}
}

// workdays finds the calendar that working days are counted by, and reports the built-ins that need one where nothing
// says which.
func (c *checker) workdays() {
	p := c.p
	if len(p.Calendars) == 1 && (len(c.counted) > 0 || c.deadlines) {
		c.used(p.Calendars[0].Symbol)
	}
	if d := p.Defaults; d != nil && d.Calendar != nil {
		c.enter(p.DefaultsFlow.File)
		if s := c.wants(d.Calendar, Calendar); s != nil {
			p.Calendar = p.Calendars[s.Index]
		}
		return
	}
	if len(p.Calendars) == 1 {
		p.Calendar = p.Calendars[0]
		return
	}
	if len(c.counted) == 0 || diag.HasErrors(c.diags) {
		return // one finding for all places, and none beside others
	}
	var names string
	for i, x := range p.Calendars {
		if i > 0 {
			names += ", "
		}
		names += x.Name
	}
	u := c.firstCounted()
	if names == "" {
		c.report("RX5016", u.span, u.name)
	} else {
		c.report("RX5017", u.span, u.name, names)
	}
}

// workdayYears reports the years that the calendar of working days does not hold, unless hours that go by it have told.
func (c *checker) workdayYears() {
	k := c.p.Calendar
	told := slices.ContainsFunc(c.p.HoursList, func(h *HoursInfo) bool { return h.Calendar == k })
	if k == nil || k.unread || told || len(c.counted) == 0 {
		return
	}
	u := c.firstCounted()
	for _, q := range k.Data.Lacking(c.horizon()) {
		c.yearLacking(u.span, k, q.Year)
	}
}

// firstCounted enters the file of the first place where working days are counted, and returns the place.
func (c *checker) firstCounted() counted {
	u := slices.MinFunc(c.counted, func(a, b counted) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.span.Start, b.span.Start))
	})
	c.enter(u.file)
	return u
}

// counted is a place where working days are counted.
type counted struct {
	flow       *FlowInfo // nil for no flow
	file, name string
	span       diag.Span
}

// countsWorkdays are the built-ins that need a calendar.
var countsWorkdays = map[string]bool{"filing.deadline": true, "add_workdays": true}

// calendarFile reads a calendar's items from its file, which holds what else stands between the braces.
func (c *checker) calendarFile(x *CalendarInfo) {
	if x.Decl.File == nil {
		return
	}
	x.unread = true
	if c.env.ReadFile == nil {
		return
	}
	name := plain(x.Decl.File)
	data, err := c.env.ReadFile(name)
	if err != nil {
		c.report("RX8001", x.Decl.File.Span(), name)
		return
	}
	read, faults := parse.Parse(name, append(append([]byte("calendar _c {\n"), data...), "\n}\n"...))
	for _, f := range faults {
		if f.Severity == diag.Error {
			c.report("RX8003", x.Decl.File.Span(), name, diag.Text{Zh: f.Sentence(diag.Zh), En: f.Sentence(diag.En)})
			return
		}
	}
	if len(read.Decls) != 1 {
		c.report("RX8003", x.Decl.File.Span(), name,
			diag.Text{Zh: "里面只能写放假和时期", En: "it may hold holidays and periods only"})
		return
	}
	x.unread = false
	for _, d := range read.Decls {
		if k, ok := d.(*ast.CalendarDecl); ok {
			copied := *x.Decl
			copied.Holidays, copied.Periods = k.Holidays, k.Periods
			x.Decl = &copied
		}
	}
}

func calendarData(x *CalendarInfo) hours.Calendar {
	k := hours.Calendar{Name: x.Name}
	for _, h := range x.Decl.Holidays {
		k.Holidays = append(k.Holidays,
			hours.Holiday{Name: plain(h.Name), Days: ranges(h.Days), MakeUp: ranges(h.MakeUp)})
	}
	for _, p := range x.Decl.Periods {
		if p.Name != nil {
			k.Periods = append(k.Periods, hours.Period{Name: p.Name.Text, Days: ranges(p.Days)})
		}
	}
	return k
}

func ranges(list []*ast.DayRange) []hours.Range {
	var out []hours.Range
	for _, r := range list {
		if r.First != nil && r.Last != nil {
			out = append(out, hours.Range{First: hours.Date(r.First.Days), Last: hours.Date(r.Last.Days)})
		}
	}
	return out
}

var dayBits = map[string]hours.DaySet{"sunday": hours.Sunday, "monday": hours.Monday, "tuesday": hours.Tuesday,
	"wednesday": hours.Wednesday, "thursday": hours.Thursday, "friday": hours.Friday, "saturday": hours.Saturday,
	"weekend": hours.Weekend, "workdays": hours.Workdays, "daily": hours.Daily}

// days is the set of a range of day words; a range of weekdays may run over the week's end.
func days(r ast.WeekdayRange) hours.DaySet {
	first, last := dayBits[r.First], dayBits[r.Last]
	if first == last || first > hours.Saturday || last > hours.Saturday || first == 0 || last == 0 {
		return first | last
	}
	set := hours.DaySet(0)
	for d := first; ; {
		set |= d
		if d == last {
			return set
		}
		if d <<= 1; d > hours.Saturday {
			d = hours.Sunday
		}
	}
}

func scheduleData(h *HoursInfo) hours.Schedule {
	s := hours.Schedule{Name: h.Name, Zone: h.Zone, Calendar: -1}
	if h.Calendar != nil {
		s.Calendar = h.Calendar.Index
	}
	for _, l := range h.Decl.Lines {
		var spans []hours.Span
		for _, x := range l.Spans {
			if x.From != nil && x.To != nil {
				spans = append(spans, hours.Span{From: x.From.Seconds, To: x.To.Seconds})
			}
		}
		if len(l.Dates) > 0 {
			s.Dated = append(s.Dated, hours.Dated{Days: ranges(l.Dates), Spans: spans})
			h.dated = append(h.dated, l)
			continue
		}
		line := hours.Line{Spans: spans}
		for _, d := range l.Days {
			line.Days |= days(d)
		}
		for _, d := range l.During {
			switch {
			case d.Name != nil && d.Name.Text != "":
				line.Periods = append(line.Periods, d.Name.Text)
			case d.Days != nil:
				line.During = append(line.During, ranges([]*ast.DayRange{d.Days})...)
			}
		}
		s.Lines = append(s.Lines, line)
		h.lines = append(h.lines, l)
	}
	return s
}

// hoursProblem says in the program's terms what the hours package found.
func (c *checker) hoursProblem(h *HoursInfo, q hours.Problem) {
	list := h.lines
	if q.Dated {
		list = h.dated
	}
	at, other := h.Span, h.Span
	if q.A < len(list) {
		at = list[q.A].Span()
	}
	if q.B < len(list) {
		other = list[q.B].Span()
	}
	overlap := func(code diag.Code, day any) {
		*c.report(code, other, day) = diag.New(code, c.file, other, day).WithRelated(c.file, at,
			diag.Text{Zh: "另一行在这里", En: "the other line"})
	}
	if h.Calendar != nil && h.Calendar.unread {
		switch q.Fault {
		case hours.UnknownPeriod, hours.Unreachable, hours.YearLacking:
			return
		}
	}
	switch q.Fault {
	case hours.NoLines:
		c.report("RX5007", h.Span, h.Name)
	case hours.UnknownZone: // told where the zone is written
	case hours.UnknownPeriod, hours.PeriodNoCalendar:
		if h.Calendar == nil && h.Decl.Calendar != nil {
			return // the calendar's name is wrong; that has been told
		}
		for _, d := range list[q.A].During {
			if d.Name == nil || d.Name.Text != q.Name {
				continue
			}
			if h.Calendar == nil {
				c.report("RX5002", d.Name.Span(), q.Name, h.Name)
				return
			}
			var known []string
			for _, p := range h.Calendar.Data.Periods {
				known = append(known, p.Name)
			}
			meant := guessedOf(q.Name, known)
			c.fix(c.report("RX5001", d.Name.Span(), h.Calendar.Name, q.Name, meant.said()), d.Name, meant)
			return
		}
	case hours.LinesOverlap:
		overlap("RX5003", weekday(q.Date))
	case hours.DuringOverlap:
		overlap("RX5004", q.Date)
	case hours.DatedOverlap:
		overlap("RX5008", q.Date)
	case hours.SpansOverlap:
		if s := list[q.A].Spans; q.C < len(s) {
			c.report("RX5009", s[q.C].Span())
		}
	case hours.EmptySpan:
		if s := list[q.A].Spans; q.B < len(s) {
			c.report("RX5010", s[q.B].Span())
		}
	case hours.BackwardRange:
		c.report("RX5005", at)
	case hours.Unreachable:
		c.report("RX5011", at)
	case hours.NeverAgain:
		c.report("RX5018", h.Span, h.Name)
	case hours.YearLacking:
		c.yearLacking(h.Decl.Calendar.Span(), h.Calendar, q.Year)
	}
}

// weekday names the day on which two plain lines meet: Validate tries them on the week from monday,
// 1970-01-05, and on a make-up workday after it.
func weekday(d hours.Date) diag.Text {
	names := []diag.Text{{Zh: "周一", En: "monday"}, {Zh: "周二", En: "tuesday"}, {Zh: "周三", En: "wednesday"},
		{Zh: "周四", En: "thursday"},
		{Zh: "周五", En: "friday"}, {Zh: "周六", En: "saturday"}, {Zh: "周日", En: "sunday"},
		{Zh: "补班日", En: "a make-up workday"}}
	return names[max(0, min(int(d)-4, len(names)-1))]
}

func (c *checker) calendarProblem(x *CalendarInfo, q hours.Problem) {
	at := x.Span
	if x.Decl.File != nil {
		at = x.Decl.File.Span() // the spans of its items are those of another file
	} else if q.Fault == hours.BackwardRange && q.Name != "" && q.A < len(x.Decl.Periods) {
		at = x.Decl.Periods[q.A].Span()
	} else if q.Fault == hours.PeriodTwice && q.B < len(x.Decl.Periods) {
		at = x.Decl.Periods[q.B].Span()
	} else if q.A < len(x.Decl.Holidays) && q.Fault != hours.PeriodTwice {
		at = x.Decl.Holidays[q.A].Span()
	}
	switch q.Fault {
	case hours.BackwardRange:
		c.report("RX5005", at)
	case hours.MakeUpHoliday:
		c.report("RX5012", at, q.Date)
	case hours.MakeUpWeekday:
		c.report("RX5013", at, q.Date)
	case hours.HolidayOverlap:
		if x.Decl.File == nil && q.B < len(x.Decl.Holidays) {
			at = x.Decl.Holidays[q.B].Span()
		}
		c.report("RX5014", at, q.Date)
	case hours.PeriodTwice:
		c.report("RX5015", at, q.Name)
	}
}
