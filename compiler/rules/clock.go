package rules

import (
	"slices"
	"time"

	"rexian/compiler/check"
	"rexian/compiler/hours"
	"rexian/lang/ast"
)

// clocked is an atom that compares the day of the week or the time of the day with a constant.
type clocked struct {
	compared
	of string // weekday, time_of_day
}

// clockOf tells whether a value is the day of the week of today, or the time of the day of now; "" for all others.
func (l *logic) clockOf(e ast.Expr) string {
	named := func(e ast.Expr) (string, *ast.Ref) {
		r, ok := e.(*ast.Ref)
		if !ok {
			return "", nil
		}
		if s := l.p.SymbolOf(r); s != nil && s.Lib != nil {
			return s.Lib.ID, r
		}
		return "", nil
	}
	f, r := named(e)
	of := map[string]string{"weekday": "today", "time_of_day": "now"}[f]
	if of == "" || len(r.Tail) != 1 || r.Tail[0].Kind != ast.CallTail || len(r.Tail[0].Args) != 1 {
		return ""
	}
	if arg, inner := named(r.Tail[0].Args[0].Value); arg != of || len(inner.Tail) > 0 {
		return ""
	}
	return f
}

// window is when hours can be open: every day of the week, and every stretch of a day in seconds. It is nil where that
// is not known.
type window struct {
	days  []int64
	spans []hours.Span
}

// late is how long after the end of its hours a call of a campaign may still be answered, in seconds.
const late = 600

// is tells what the clock says of an atom at the beginning of a call in a window.
func (w *window) is(c clocked) truth {
	if w == nil {
		return unknown
	}
	var can [3]bool
	for _, t := range []truth{yes, no} {
		least, most, ok := c.among(t)
		if c.of == "weekday" {
			const one = 1_000_000
			can[t] = slices.ContainsFunc(w.days, func(d int64) bool {
				return ok && least <= d*one && d*one <= most || !ok && d*one != c.with.N
			})
			continue
		}
		can[t] = !ok || slices.ContainsFunc(w.spans,
			func(s hours.Span) bool { return least <= s.To+late && s.From <= most })
	}
	switch {
	case !can[yes]:
		return no
	case !can[no]:
		return yes
	}
	return unknown
}

// window is when some hours can be open, emergencies apart.
func (d *decider) window(s *check.Symbol) *window {
	if w, ok := d.windows[s]; ok {
		return w
	}
	var w *window
	for _, h := range d.p.HoursList {
		if h.Symbol == s && h.Zone == d.p.Zone {
			w = d.openings(h)
		}
	}
	if d.windows == nil {
		d.windows = map[*check.Symbol]*window{}
	}
	d.windows[s] = w
	return w
}

// openings looks through the years that a schedule's calendar holds, or through two weeks if it has none, and the dates
// that it names. It is nil for one that is open over midnight.
func (d *decider) openings(info *check.HoursInfo) *window {
	var calendars []hours.Calendar
	for _, c := range d.p.Calendars {
		calendars = append(calendars, c.Data)
	}
	h, err := hours.Resolve(info.Schedule, calendars)
	if err != nil {
		return nil
	}
	var ranges []hours.Range
	for _, x := range info.Schedule.Dated {
		ranges = append(ranges, x.Days...)
	}
	for _, l := range info.Schedule.Lines {
		ranges = append(ranges, l.During...)
	}
	fortnight := hours.DateOf(2026, time.January, 5)
	ranges = append(ranges, hours.Range{First: fortnight, Last: fortnight + 13})
	if i := info.Schedule.Calendar; i >= 0 {
		for year := 2000; year < 2100; year++ {
			if calendars[i].Holds(year) {
				ranges = append(ranges, hours.Range{First: hours.DateOf(year, time.January, 1),
					Last: hours.DateOf(year, time.December, 31)})
			}
		}
	}
	w := &window{}
	for _, r := range ranges {
		for on := r.First; on <= r.Last; on++ {
			spans := h.Day(on).Spans
			if day := int64(on.Weekday()+6)%7 + 1; len(spans) > 0 && !slices.Contains(w.days, day) {
				w.days = append(w.days, day)
			}
			for _, s := range spans {
				if s.To <= s.From {
					return nil
				}
				if !slices.Contains(w.spans, s) {
					w.spans = append(w.spans, s)
				}
			}
		}
	}
	return w
}
