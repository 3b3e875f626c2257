package acd

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"
)

// The wait that is announced, over virtual days: make waits.
var (
	waitDays = flag.Int("waits.days", 0, "virtual days of each staffing; 0: a few, whose figures are not judged")
	waitSeed = flag.Uint64("waits.seed", 20261130, "of the days")
	waitCrew = flag.Int("waits.crew", 0, "agents of the only crew; 0: three of them")
)

// shift is a house on a virtual day: a crew, a third of which is at lunch at noon, and callers who come twice as often
// in the busiest hour as in the calmest.
type shift struct {
	agents   int
	load     float64 // of what the whole crew can do, on the average of the day
	talk     float64 // mean, s; the times of talk are log-normal
	patience float64 // mean, s
}

var shifts = []shift{{20, 1.10, 180, 240}, {30, 1.05, 180, 240}, {50, 1.00, 180, 240}}

const (
	dayHours  = 10
	hourly    = 3_600_000
	callAgain = 0.4 // of those who give up, after five minutes on the average
)

// day lets one day go by, and returns who had to wait, with what was announced.
func (s shift) day(seed uint64) []came {
	mean := s.load * float64(s.agents) / (s.talk * 1000)
	c := &crowd{queue: &Queue{Name: "q", Skills: []string{"a"}, WrapUp: 10_000}, most: 1.4 * mean,
		rate: func(ms int64) float64 { // two peaks
			if ms > dayHours*hourly {
				return 0
			}
			return mean * (1 - 0.4*math.Cos(2*math.Pi*float64(ms)/(5*hourly)))
		}, talk: logNormal(s.talk*1000-10_000, 1), patience: s.patience * 1000, handled: s.talk * 1000}
	v := newVirtualDay(seed, []*crowd{c}, crew(s.agents, "a"))
	v.again = callAgain
	for i := range s.agents / 3 {
		a := fmt.Sprint("a", i)
		v.at(4*hourly+int64(i), func() { v.do(Event{Kind: SetBreak, Agent: a}) })
		v.at(5*hourly+int64(i), func() { v.do(Event{Kind: SetReady, Agent: a}) })
	}
	return v.run((dayHours + 1) * hourly)
}

// held is for how many of callers the announced wait held, of so many.
type held struct{ held, all int }

func (h *held) count(good bool) {
	if h.all++; good {
		h.held++
	}
}

func (h held) percent() float64 { return 100 * float64(h.held) / float64(max(h.all, 1)) }

// hourOfDay is an hour of the day, on all days: those who were told, and how many came.
type hourOfDay struct {
	held
	came int
	days []held
}

// unsure is the standard error of the hour's percentage, from how much its days differ: what is told within one hour of
// one day holds, or does not, for most of its callers alike.
func (h *hourOfDay) unsure() float64 {
	sum := 0.0
	for _, d := range h.days {
		e := float64(d.held) - h.percent()/100*float64(d.all)
		sum += e * e
	}
	return 100 * math.Sqrt(sum) / float64(max(h.all, 1))
}

// The wait that is announced holds for four of five callers in every busy hour, one in which more than half of the
// callers wait, and is nearer to what becomes of it than what Asterisk announces. Who gives up counts with the wait
// that they would have had; the errors are those of who was answered.
func TestAnnouncedWaitsAreTrue(t *testing.T) {
	days, list := *waitDays, shifts
	if days == 0 {
		days, list = 2, shifts[:1]
	}
	if *waitCrew > 0 {
		list = []shift{{*waitCrew, 1.10, 180, 240}}
	}
	var served []came
	for _, s := range list {
		hours := make([]hourOfDay, dayHours)
		var all, answered held
		mine := len(served)
		for d := range days {
			for i := range hours {
				hours[i].days = append(hours[i].days, held{})
			}
			for _, c := range s.day(*waitSeed*1000 + uint64(d)) {
				if c.at < hourly || c.at >= dayHours*hourly { // in the first hour little is known
					continue
				}
				h := &hours[c.at/hourly]
				if h.came++; c.told < 0 {
					continue
				}
				h.count(c.could <= c.told)
				h.days[d].count(c.could <= c.told)
				all.count(c.could <= c.told)
				if c.answered {
					answered.count(c.could <= c.told)
					served = append(served, c)
				}
			}
		}
		ours, theirs := errors(served[mine:])
		least := rmse(served[mine:], func(c came) int64 { return c.known })
		t.Logf("%d agents, %d days from seed %d: %d were told, and it held for %.1f %% (of the answered %.1f %%); "+
			"error %.1f s, Asterisk's %.1f s, that is %.2f; by who knows the means of talk and patience %.1f s, %.2f",
			s.agents, days, *waitSeed, all.all, all.percent(), answered.percent(), ours, theirs, ours/theirs, least,
			least/theirs)
		line := ""
		for i, h := range hours {
			busy := 2*h.all > h.came && h.came > 0
			if busy {
				line += fmt.Sprintf(" %d: %.1f ± %.1f %%", i+1, h.percent(), h.unsure())
			}
			if p := h.percent(); busy && *waitDays > 0 && (p < 76 || p > 84) {
				t.Errorf("%d agents, hour %d: it held for %.1f ± %.1f %% of %d", s.agents, i+1, p, h.unsure(), h.all)
			}
		}
		t.Log("busy hours:" + line)
		if p := all.percent(); p < 70 || p > 90 {
			t.Errorf("%d agents: it held for %.1f %%", s.agents, p)
		}
	}
	ours, theirs := errors(served)
	t.Logf("all: error %.1f s, Asterisk's %.1f s, that is %.2f", ours, theirs, ours/theirs)
	limit := 0.6
	if *waitCrew > 0 { // of few agents nobody foretells as much: see DECISIONS 531
		limit = max(limit, rmse(served, func(c came) int64 { return c.known })/theirs+0.03)
	}
	if len(served) < 100 || *waitDays > 0 && ours > limit*theirs || ours > theirs {
		t.Errorf("%d were answered, with an error of %.2f of Asterisk's", len(served), ours/theirs)
	}
}

// errors are those of the mean that was foretold and of what Asterisk would have announced, in seconds.
func errors(list []came) (ours, theirs float64) {
	return rmse(list, func(c came) int64 { return c.mean }), rmse(list, func(c came) int64 { return c.other })
}

// ghosts are callers who gave up, until somebody is served whose turn came after theirs, or an agent is left over: so
// long they would have waited.
func (v *virtualDay) ghosts(after int64, all bool) {
	v.gone = slices.DeleteFunc(v.gone, func(i int) bool {
		if !all && v.list[i].at >= after {
			return false
		}
		v.list[i].could = v.now - v.list[i].at
		return true
	})
}
