package meaning

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/lang/diag"
)

// dated is a call by which a caller notices that a calendar or opening hours differ, made on a day on which they do:
// what is said of a deadline, which reason callers are told. The new program is compared with itself, in which only
// that is an unknown of its own, so that the first call that may show it is the shortest; whether it does is decided by
// the calendars of both.
func (c *Comparison) dated(d *Difference) (test, course string, name diag.Text) {
	was, days, ok := c.formerly(d)
	if !ok {
		return "", "", name
	}
	x := walk(was, c.new, mostDated, false)
	for i := range x.found {
		f := &x.found[i]
		s := x.script(c.lib)
		if s.dates = days; d.Kind == "calendar" {
			s.tells = s.counts(f)
		} else {
			s.tells = s.differs(d.of)
		}
		if s.tells == nil {
			continue
		}
		if test, course = s.write(f); course != "" {
			return test, course, x.title(f)
		}
	}
	return "", "", name
}

// mostDated is how many ways on which it may show are tried.
const mostDated = 24

// formerly is the new program in which the calendar, or the opening hours, of a difference are those of the old one,
// and the days on which it may show.
func (c *Comparison) formerly(d *Difference) (was *bundle.Program, days []hours.Date, ok bool) {
	p := *c.new
	if d.Kind == "calendar" {
		p.Calendars, p.Calendar = c.old.Calendars, c.old.Calendar
		p.Builtins = slices.Clone(p.Builtins)
		for i, id := range p.Builtins {
			if id == deadlineID || id == workdaysID {
				p.Builtins[i], ok = id+formerly, true
			}
		}
		a, b := workingYear(c.old), workingYear(c.new)
		for _, m := range monthsApart(a, b) {
			first := hours.DateOf(int(m/12), time.Month(m%12+1), 1)
			days = append(days, between(first-31, first+58)...)
		}
		for _, day := range workdaysApart(a, b) {
			days = append(days, between(day-10, day+1)...)
		}
		return &p, days, ok && len(days) > 0
	}
	find := func(p *bundle.Program) int {
		return slices.IndexFunc(p.Hours, func(h hours.Schedule) bool { return h.Name == d.of })
	}
	i, j := find(c.old), find(c.new)
	if i < 0 || j < 0 {
		return nil, nil, false
	}
	own, former := c.new.Hours[j], c.old.Hours[i]
	if former.Calendar >= 0 && former.Calendar < len(c.old.Calendars) {
		p.Calendars = append(slices.Clone(p.Calendars), c.old.Calendars[former.Calendar])
		former.Calendar = len(p.Calendars) - 1
	}
	former.Name += formerly
	p.Hours = slices.Clone(p.Hours)
	p.Hours[j] = former
	x, err := hours.Resolve(former, p.Calendars)
	y, err2 := hours.Resolve(own, c.new.Calendars)
	if err != nil || err2 != nil {
		return nil, nil, false
	}
	first, last := years(c.old, c.new)
	for day := first; day <= last; day++ {
		if u, v := x.Day(day), y.Day(day); !slices.Equal(u.Spans, v.Spans) || holiday(&u) != holiday(&v) {
			days = append(days, between(day-1, day)...)
		}
	}
	return &p, days, len(days) > 0
}

func between(first, last hours.Date) (list []hours.Date) {
	for d := first; d <= last; d++ {
		list = append(list, d)
	}
	return list
}

// differs tells when opening hours are otherwise than they were.
func (s *script) differs(name string) func(time.Time) bool {
	return func(at time.Time) bool {
		former, own := s.x.old.schedule(name+formerly), s.x.new.schedule(name)
		if former == nil || own == nil {
			return false
		}
		was, is := former.At(at.UnixMilli(), nil), own.At(at.UnixMilli(), nil)
		return was.Open != is.Open || was.Reason != is.Reason || was.NextOpen != is.NextOpen ||
			was.HasNext != is.HasNext
	}
}

// termIn is where a key names a term: see wordy.
var termIn = regexp.MustCompile(`#(\d+)`)

// counts tells when what a call is told of working days is otherwise than it was; nil for a call that is told nothing
// of them. A month that the caller keys is one whose deadline differs.
func (s *script) counts(f *found) func(time.Time) bool {
	byID := map[int32]*term{}
	for _, t := range s.x.terms {
		byID[t.id] = t
	}
	var told []*term
	add := func(t *term) {
		if id, _ := builtinOf(t); id != "" && !slices.Contains(told, t) {
			told = append(told, t)
		}
	}
	var look func(t *term)
	look = func(t *term) {
		add(t)
		for _, a := range t.args {
			look(a)
		}
	}
	for _, list := range [][]act{f.gone, f.come} {
		for _, a := range list {
			for _, m := range termIn.FindAllStringSubmatch(a.key, -1) {
				if n, err := strconv.ParseInt(m[1], 10, 32); err == nil && byID[int32(n)] != nil {
					look(byID[int32(n)])
				}
			}
		}
	}
	for g := f.new.facts; g != nil; g = g.before {
		look(g.t)
	}
	if len(told) == 0 {
		return nil
	}
	months := monthsApart(workingYear(s.x.old.prog), workingYear(s.x.new.prog))
	for _, t := range told {
		if id, _ := builtinOf(t); id == deadlineID && t.args[0].op == opKeyed && len(months) > 0 {
			s.solved[t.args[0]] = months[0]
		}
	}
	return func(at time.Time) bool {
		for _, t := range told {
			id, before := builtinOf(t)
			if before {
				continue
			}
			was := s.x.make("call:"+id+formerly, t.n, t.s, t.epoch, t.args...)
			n, known := s.onDay(t, at)
			if m, also := s.onDay(was, at); known && also && n != m {
				return true
			}
		}
		return false
	}
}

// monthsApart are the months whose deadline two calendars both know, and know differently.
func monthsApart(a, b *hours.Calendar) (list []int64) {
	first, last := held(a, b)
	for m := int64(first) * 12; m < int64(last+1)*12; m++ {
		x, err := hours.DeadlineOfMonth(a, m)
		y, err2 := hours.DeadlineOfMonth(b, m)
		if err == nil && err2 == nil && x != y {
			list = append(list, m)
		}
	}
	return list
}

// workdaysApart are the days that are working days by one of two calendars that both know them.
func workdaysApart(a, b *hours.Calendar) (list []hours.Date) {
	first, last := held(a, b)
	for d := hours.DateOf(first, 1, 1); d <= hours.DateOf(last, 12, 31); d++ {
		x, err := hours.IsWorkday(a, d)
		y, err2 := hours.IsWorkday(b, d)
		if err == nil && err2 == nil && x != y {
			list = append(list, d)
		}
	}
	return list
}

// held are the first and the last year that one of two calendars holds.
func held(a, b *hours.Calendar) (first, last int) {
	first, last = 9999, 0
	for _, c := range []*hours.Calendar{a, b} {
		for _, y := range yearsOf(c) {
			first, last = min(first, y), max(last, y)
		}
	}
	return first, last
}

// yearsOf are the years whose holidays a calendar knows.
func yearsOf(c *hours.Calendar) (list []int) {
	seen := map[int]bool{}
	for _, h := range c.Holidays {
		for _, r := range append(slices.Clone(h.Days), h.MakeUp...) {
			for _, d := range []hours.Date{r.First, r.Last} {
				y, _, _ := d.Civil()
				seen[y] = true
			}
		}
	}
	for _, y := range c.Years {
		seen[y] = true
	}
	for y := range seen {
		if c.Holds(y) {
			list = append(list, y)
		}
	}
	slices.Sort(list)
	return list
}
