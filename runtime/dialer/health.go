package dialer

import "slices"

// Health watches whether a line still carries calls, from how attempts over it end. A line that refuses every call, or
// that answers each and drops it at once, must not use up the targets' tries.
type Health struct {
	last   []Ended // at most watched
	halted bool
}

// Ended is an attempt as Health sees it.
type Ended struct {
	ID      string
	Outcome string
	Talked  int64 // milliseconds from answer to end; of one that was answered
	FarEnd  bool  // the far side ended it
}

const (
	watched = 20  // attempts that are looked back on
	sickRow = 10  // so many sick ones, one after the other, halt
	sickAll = 15  // so many of the watched do, too
	instant = 800 // ms: no person hangs up so soon, ten times in a row
)

// sick tells whether an attempt speaks against the line.
func (e Ended) sick() bool {
	return e.Outcome == LineFault || e.Outcome == Blocked || e.Outcome == Answered && e.FarEnd && e.Talked < instant
}

// End takes an attempt that has ended. Once the line is sick it names the attempts that were its fault and that counted
// all the same: the targets get them back. So do those of the calls that were still on then.
func (h *Health) End(e Ended) (halt bool, restore []string) {
	if h.halted {
		if e.sick() && e.Outcome == Answered {
			restore = []string{e.ID}
		}
		return false, restore
	}
	if len(h.last) == watched {
		h.last = slices.Delete(h.last, 0, 1)
	}
	h.last = append(h.last, e)
	row, all := 0, 0
	for _, x := range h.last {
		row++
		if !x.sick() {
			row = 0
			continue
		}
		all++
	}
	if row < sickRow && all < sickAll {
		return false, nil
	}
	for _, x := range h.last {
		if x.sick() && x.Outcome == Answered {
			restore = append(restore, x.ID)
		}
	}
	h.last, h.halted = nil, true
	return true, restore
}
