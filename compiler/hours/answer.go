package hours

import (
	"math"
	"time"
)

// Reason is why a service is closed: the tags of `closed`.
type Reason uint8

const (
	NotClosed Reason = iota
	Emergency
	HolidayClosed
	Break
	OffHours
	Special
)

var reasonWords = [...]Words{{"", ""}, {"紧急停用", "emergency"}, {"节假日", "holiday"}, {"午休", "break"},
	{"非工作时间", "off_hours"}, {"临时安排", "special"}}

// Words returns the tag in both tongues.
func (r Reason) Words() Words {
	if int(r) < len(reasonWords) {
		return reasonWords[r]
	}
	return Words{}
}

// Closure is an emergency closure set at run time: instants, Unix milliseconds, half-open. End 0
// means until it is lifted.
type Closure struct{ Start, End int64 }

func (c Closure) end() int64 {
	if c.End == 0 {
		return math.MaxInt64
	}
	return c.End
}

func (c Closure) has(m int64) bool { return c.Start <= m && m < c.end() }

// Answer is what a schedule says about a moment.
type Answer struct {
	Open     bool
	Reason   Reason // why closed
	Day      Day    // the day whose rule decided: yesterday's where its span runs past midnight
	Why      Words  // the same in words, for traces and screens
	NextOpen int64  // when closed: the first moment it is open again, Unix milliseconds
	HasNext  bool   // false: not within the calendar or 400 days
	Alarm    bool   // the calendar lacks this year: someone must be told
}

// horizonDays bounds the search for the next opening.
const horizonDays = 400

// At answers for a moment, Unix milliseconds, with the emergency closures in force or announced.
func (h *Hours) At(moment int64, emergencies []Closure) Answer {
	a := h.Now(moment, emergencies)
	if !a.Open {
		a.NextOpen, a.HasNext = h.next(h.date(moment), moment, emergencies)
	}
	return a
}

// Now is At without when it opens next, which is dear where that is far ahead, or never.
func (h *Hours) Now(moment int64, emergencies []Closure) Answer {
	today := h.date(moment)
	day := h.Day(today)
	a := Answer{Day: day, Alarm: day.Source == CalendarLacks}
	stopped := false
	for _, e := range emergencies {
		stopped = stopped || e.has(moment)
	}
	if !stopped {
		for _, d := range []Day{h.Day(today - 1), day} {
			for _, s := range d.Spans {
				if from, to := h.instants(d.Date, s); from <= moment && moment < to {
					a.Open, a.Day, a.Why = true, d, h.openWords(d)
					return a
				}
			}
		}
	}
	a.Reason, a.Why = h.closed(day, moment, stopped)
	return a
}

func (h *Hours) openWords(d Day) Words {
	if d.Note.Zh != "" {
		return d.Note
	}
	return Words{"开放", "open"}
}

func (h *Hours) closed(day Day, moment int64, stopped bool) (Reason, Words) {
	switch {
	case stopped:
		return Emergency, Emergency.Words()
	case day.Source == CalendarLacks:
		return OffHours, day.Note
	case day.Source == PublicHoliday:
		return HolidayClosed, day.Note
	case day.Source == DatedOverride && (len(day.Spans) == 0 || h.usuallyOpen(day.Date, moment)):
		return Special, day.Note
	}
	ended := false
	for _, s := range day.Spans {
		from, to := h.instants(day.Date, s)
		if ended && moment < from {
			return Break, Break.Words()
		}
		ended = ended || to <= moment
	}
	return OffHours, OffHours.Words()
}

// usuallyOpen tells whether the service would be open but for the override of the day: then the
// override, not the hour, is why the caller finds it closed.
func (h *Hours) usuallyOpen(d Date, moment int64) bool {
	plain := *h
	plain.schedule.Dated = nil
	for _, s := range plain.Day(d).Spans {
		if from, to := h.instants(d, s); from <= moment && moment < to {
			return true
		}
	}
	return false
}

// next returns the first open moment after a closed one.
func (h *Hours) next(today Date, moment int64, emergencies []Closure) (at int64, ok bool) {
	for d := today - 1; d <= today+horizonDays; d++ {
		if ok && d > h.date(at) {
			break // no later day can begin before it
		}
		for _, s := range h.Day(d).Spans {
			from, to := h.instants(d, s)
			from = max(from, moment)
			for moved := true; moved && from < to; {
				moved = false
				for _, e := range emergencies {
					if e.has(from) {
						from, moved = e.end(), true
					}
				}
			}
			if from < to && (!ok || from < at) {
				at, ok = from, true
			}
		}
	}
	return at, ok
}

// date returns the civil date at a moment in the schedule's zone.
func (h *Hours) date(moment int64) Date {
	y, m, d := time.UnixMilli(moment).In(h.zone).Date()
	return DateOf(y, m, d)
}

// instants turns a span of a day into Unix milliseconds, half-open; equal where clocks jump over it.
func (h *Hours) instants(d Date, s Span) (from, to int64) {
	return instant(h.zone, d, s.From) * 1000, instant(h.zone, d, s.end()) * 1000
}

// instant returns the first Unix second at which the local clock shows seconds after midnight of d
// (up to two days) or has jumped over it. time.Date leaves both cases open, hence this.
func instant(zone *time.Location, d Date, seconds int64) int64 {
	wall := int64(d)*secondsPerDay + seconds
	offset := func(unix int64) int64 {
		_, o := time.Unix(unix, 0).In(zone).Zone()
		return int64(o)
	}
	// Offsets lie between -12 h and +14 h, so the instant lies between these two probes; zones
	// change at most once within so short a time.
	before, after := offset(wall-14*3600), offset(wall+12*3600)
	first := wall - before
	if offset(first) == before {
		return first
	}
	if second := wall - after; offset(second) == after {
		return second
	}
	start, _ := time.Unix(first, 0).In(zone).ZoneBounds()
	return start.Unix()
}
