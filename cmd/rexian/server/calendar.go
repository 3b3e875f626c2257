package server

import (
	"context"
	"log/slog"
	"math"
	"time"

	"rexian/compiler"
	"rexian/compiler/hours"
	"rexian/runtime/deploy"
)

const (
	// calendarWarning is how many days before a calendar ends the log begins to say so, once a day.
	calendarWarning = 30
	// calendarEvery is how often it is looked whether a new day has begun.
	calendarEvery = 10 * time.Minute
)

// almanac watches over the calendars of what serves: hours count as closed in a year that their calendar does not hold.
type almanac struct {
	log  *slog.Logger
	told hours.Date // the day on which it was last told
	hash string     // of the version that was told of
}

// daysLeft is how many days from a moment on the calendars of a version last; false if it goes by none.
func daysLeft(v *deploy.Version, now time.Time) (days int, calendar string, ok bool) {
	if v == nil {
		return 0, "", false
	}
	today := hours.Date(compiler.Today(now))
	end, calendar, ok := v.Lacks(today)
	return int(end - today), calendar, ok
}

// look tells the log of a calendar that ends soon or has ended, once a day and whenever another version serves.
func (a *almanac) look(v *deploy.Version, now time.Time) {
	left, calendar, ok := daysLeft(v, now)
	today := hours.Date(compiler.Today(now))
	if !ok || left > calendarWarning || a.told == today && a.hash == v.Hash() {
		return
	}
	a.told, a.hash = today, v.Hash()
	year, _, _ := (today + hours.Date(left)).Civil()
	level, says := slog.LevelWarn,
		"a calendar ends soon: add the year's holidays and deploy, or the hotline counts that year as closed"
	if left == 0 {
		level, says = slog.LevelError,
			"a calendar does not hold this year: the hotline counts as closed; add the year's holidays and deploy"
	}
	a.log.Log(context.Background(), level, says, "calendar", calendar, "year", year, "days_left", left)
}

// watchCalendars looks at the calendars of the version that serves, at once and then every day.
func (s *Server) watchCalendars(ctx context.Context) {
	a := almanac{log: s.log}
	tick := time.NewTicker(calendarEvery)
	defer tick.Stop()
	for {
		a.look(s.deployment.Stable(), s.o.Now())
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// calendarDays is the figure of it: 0 once a calendar has ended, infinity where there is none.
func (s *Server) calendarDays() float64 {
	if left, _, ok := daysLeft(s.deployment.Stable(), s.o.Now()); ok {
		return float64(left)
	}
	return math.Inf(1)
}
