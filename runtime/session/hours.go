package session

import (
	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/runtime/vm"
)

// Opening answers the query of opening hours: the record of open, reason and next opening that the machine expects.
// reason is the canonical tag of `closed`; next is in Unix milliseconds and absent where none is known.
func Opening(a hours.Answer) vm.Event {
	next := vm.Absent()
	if a.HasNext {
		next = vm.Int(a.NextOpen)
	}
	return vm.Event{Kind: vm.Answer, Value: vm.Record(vm.Bool(a.Open), vm.Text(a.Reason.Words().En), next)}
}

// assumedClosed is how long hours are closed that a test assumes closed while they are open by their schedule.
const assumedClosed = 12 * 3_600_000

// Assume answers the query of opening hours that a test assumes open or closed. Where the schedule says else, the
// reason is a special day, and they open again when the schedule does, half a day later at the earliest.
func Assume(h *hours.Hours, now int64, open bool) vm.Event {
	a := h.At(now, nil)
	if open == a.Open {
		return Opening(a)
	}
	if a.Open {
		a = h.At(now, []hours.Closure{{Start: now, End: now + assumedClosed}})
	}
	a.Open, a.Reason = open, hours.Special
	return Opening(a)
}

// AssumeClosed answers the query of opening hours that a test assumes closed for a reason, a canonical tag. Where they
// are open by their schedule, or closed in an emergency, they open again half a day later at the earliest.
func AssumeClosed(h *hours.Hours, now int64, reason string) vm.Event {
	a := h.At(now, nil)
	for r := hours.Emergency; r <= hours.Special; r++ {
		if r.Words().En != reason {
			continue
		}
		if a.Open || r == hours.Emergency {
			a = h.At(now, []hours.Closure{{Start: now, End: now + assumedClosed}})
		}
		a.Open, a.Reason = false, r
		return Opening(a)
	}
	return Assume(h, now, false)
}

// Schedules makes the opening hours of a program ready to be asked, in the program's order. It fails on a zone that the
// system does not know.
func Schedules(p *bundle.Program) ([]*hours.Hours, error) {
	list := make([]*hours.Hours, len(p.Hours))
	for i, s := range p.Hours {
		h, err := hours.Resolve(s, p.Calendars)
		if err != nil {
			return nil, err
		}
		list[i] = h
	}
	return list, nil
}

// Row finds a table's row by its key and answers the lookup: the row as a record, or not_found.
func Row(t *bundle.Table, key vm.Value) vm.Event {
	for _, row := range t.Rows {
		if len(row) == 0 {
			continue
		}
		first := Constant(row[0])
		if first.N == key.N && first.Str() == key.Str() && !first.IsAbsent() {
			fields := make([]vm.Value, len(row))
			for i, c := range row {
				fields[i] = Constant(c)
			}
			return vm.Event{Kind: vm.Answer, Value: vm.Record(fields...)}
		}
	}
	return vm.Event{Kind: vm.Outcome, Tag: "not_found"}
}

// Constant is a constant of a bundle as a value.
func Constant(c bundle.Const) vm.Value {
	switch {
	case c.Absent:
		return vm.Absent()
	case c.Text:
		return vm.Text(c.S)
	}
	return vm.Int(c.N)
}
