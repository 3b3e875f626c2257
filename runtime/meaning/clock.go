package meaning

import (
	"time"

	"rexian/compiler/hours"
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
	if t.op == opOK && t.args[0].op == "call:filing.deadline" {
		_, given := s.onDay(t.args[0].args[0], at)
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
	case t.op == "call:filing.deadline":
		n, known := s.onDay(t.args[0], at)
		if !known {
			return 0, false
		}
		p := s.x.new.prog
		cal := &hours.Calendar{}
		if p.Calendar >= 0 && int(p.Calendar) < len(p.Calendars) {
			cal = &p.Calendars[p.Calendar]
		}
		day, err := hours.DeadlineOfMonth(cal, n)
		return int64(day), err == nil
	}
	return 0, false
}
