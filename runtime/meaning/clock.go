package meaning

import (
	"slices"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/compiler/ident"
)

// clocked tells whether the conditions that only the calendar decides are as they must be at a moment: whether today is
// past a deadline, whether the deadline of a month is known.
func (s *script) clocked(at time.Time) bool {
	for _, f := range s.facts {
		if yes, known := s.holds(f.t, at); known && yes != f.yes {
			return false
		}
	}
	return true
}

// byCalendar tells whether any condition is such a one.
func (s *script) byCalendar() bool {
	at := time.Date(2026, 10, 12, 0, 0, 0, 0, time.UTC)
	for _, f := range s.facts {
		if _, known := s.holds(f.t, at); known {
			return true
		}
	}
	return false
}

// holds decides a condition by the calendar.
func (s *script) holds(t *term, at time.Time) (yes, known bool) {
	if len(t.args) == 0 {
		return false, false
	}
	x, known := s.onDay(t.args[0], at)
	if id, _ := builtinOf(t.args[0]); t.op == opOK && id != "" {
		given := true
		for _, a := range t.args[0].args {
			_, known := s.onDay(a, at)
			given = given && known
		}
		return given && known, given
	}
	if !known || len(t.args) != 2 {
		return false, false
	}
	y, known := s.onDay(t.args[1], at)
	switch t.op {
	case opEqN:
		return x == y, known
	case opLess:
		return x < y, known
	case opMost:
		return x <= y, known
	}
	return false, false
}

// onDay is a number that only the day decides: see vm.
func (s *script) onDay(t *term, at time.Time) (n int64, known bool) {
	y, m, d := at.Date()
	month := int64(y)*12 + int64(m) - 1
	switch {
	case t.op == opNumber:
		return t.n, true
	case t.op == opWorld && t.s == "today":
		return int64(hours.DateOf(y, m, d)), true
	case t.op == opWorld && t.s == "this_month":
		return month, true
	case t.op == opWorld && t.s == "last_month":
		return month - 1, true
	case t.op == opWorld && t.s == "next_month":
		return month + 1, true
	case (t.op == "AddInt" || t.op == "SubInt") && len(t.args) == 2:
		x, known := s.onDay(t.args[0], at)
		y, also := s.onDay(t.args[1], at)
		if t.op == "SubInt" {
			y = -y
		}
		return x + y, known && also
	}
	if n, known = s.solved[t]; known {
		return n, true
	}
	id, before := builtinOf(t)
	if id == "" {
		return 0, false
	}
	n, known = s.onDay(t.args[0], at)
	if !known {
		return 0, false
	}
	cal := workingYear(s.x.new.prog)
	if before {
		cal = workingYear(s.x.old.prog)
	}
	if id == deadlineID {
		day, err := hours.DeadlineOfMonth(cal, n)
		return int64(day), err == nil
	}
	count, known := s.onDay(t.args[1], at)
	if !known || count%million != 0 {
		return 0, false
	}
	day, err := hours.AddWorkdays(cal, hours.Date(n), count/million)
	return int64(day), err == nil
}

// The built-in functions that go by the calendar.
const (
	deadlineID = "filing.deadline"
	workdaysID = "add_workdays"
	// formerly marks one, or opening hours, that go by the calendar or the schedule of the old program: see dated.
	formerly = "\x00formerly"
)

// builtinOf is the built-in function that a term is the result of, and whether it goes by the old calendar; "" for any
// other term.
func builtinOf(t *term) (id string, before bool) {
	name, call := strings.CutPrefix(t.op, "call:")
	id, before = strings.CutSuffix(name, formerly)
	if call && (id == deadlineID || id == workdaysID) {
		return id, before
	}
	return "", false
}

// workingYear is the calendar by which a program counts working days.
func workingYear(p *bundle.Program) *hours.Calendar {
	if i := int(p.Calendar); i >= 0 && i < len(p.Calendars) {
		return &p.Calendars[i]
	}
	return &hours.Calendar{}
}

// between are keys that only one of two questions takes; "" where there are none.
func (s *script) between(f *found) string {
	if f.class != Options || !collects(f.old) || !collects(f.new) {
		return ""
	}
	o, w := &s.x.old.prog.Questions[f.old.wait.site.Index], &s.x.new.prog.Questions[f.new.wait.site.Index]
	if o.MinLen != w.MinLen && min(o.MinLen, w.MinLen) > 0 {
		return strings.Repeat("1", int(min(o.MinLen, w.MinLen))) + "#"
	}
	if o.MaxLen != w.MaxLen {
		return strings.Repeat("1", int(max(o.MaxLen, w.MaxLen))) + "#"
	}
	at, err := time.Parse("2006-01-02 15:04", s.when)
	if err != nil || !o.Ranged || !w.Ranged {
		return ""
	}
	for i := 3; i <= 4; i++ { // from the one end of the ranges to the other
		a, known := s.onDay(f.old.wait.args[i], at)
		b, also := s.onDay(f.new.wait.args[i], at)
		if a == b || !known || !also {
			continue
		}
		n := max(a, b) // a lower end that one takes, an upper end that the other does
		if i == 3 {
			n = min(a, b)
		}
		switch w.Field {
		case ident.DateOf:
			return strings.ReplaceAll(hours.Date(n).String(), "-", "")
		case ident.Money:
			return strings.ReplaceAll(decimal(n, 100), ".", "*") + "#"
		case ident.Number, ident.Scale:
			return strings.ReplaceAll(decimal(n, 1_000_000), ".", "*") + "#"
		}
	}
	return ""
}

// schedule is when something is open, nil where that cannot be told.
func (m *machine) schedule(name string) *hours.Hours {
	h, known := m.open[name]
	if known {
		return h
	}
	if i := slices.IndexFunc(m.prog.Hours, func(h hours.Schedule) bool { return h.Name == name }); i >= 0 {
		if r, err := hours.Resolve(m.prog.Hours[i], m.prog.Calendars); err == nil {
			h = r
		}
	}
	if m.open == nil {
		m.open = map[string]*hours.Hours{}
	}
	m.open[name] = h
	return h
}
