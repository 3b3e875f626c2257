package main

import (
	"errors"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
	"rexian/runtime/replay"
)

// traffic is what callers did on a day, for what a difference means to them.
type traffic struct {
	*replay.Traffic
	day       time.Time
	yesterday bool
}

// trafficOf counts yesterday's calls of a data folder, or those of the latest day that there are calls of.
func (a *app) trafficOf(data string) (*traffic, error) {
	d, err := a.latest(data)
	if err != nil {
		return nil, err
	}
	t := &traffic{day: d.from, yesterday: !d.from.After(a.Now.AddDate(0, 0, -1)) && d.to.After(a.Now.AddDate(0, 0, -1))}
	t.Traffic, err = replay.Count(d.version, func(do func([]byte) error) error {
		_, err := d.read(do)
		return err
	})
	if err != nil {
		return nil, cli.Wrong(err)
	}
	return t, nil
}

// latest is yesterday's calls of a data folder, or those of the latest day that there are calls of.
func (a *app) latest(data string) (*day, error) {
	d, err := a.traces(data)
	if err != nil {
		return nil, err
	}
	d.on(a.Now.AddDate(0, 0, -1))
	any := false
	if _, _, err := d.each(func(c *kept.Call) error {
		if any = c.Direction == "in"; any {
			return errFound
		}
		return nil
	}); err != nil && !errors.Is(err, errFound) {
		return nil, cli.Wrong(err)
	}
	if any {
		return d, nil
	}
	last, ok, err := d.last(a.Now)
	if err != nil {
		return nil, cli.Wrong(err)
	}
	if !ok {
		return nil, a.Usage("%s 里没有通话经过", "no traces of calls are in %s", d.folder())
	}
	d.on(last)
	return d, nil
}

// errFound ends a reading that has come to what it looked for.
var errFound = errors.New("found")

// last is when the latest call began that is kept.
func (d *day) last(now time.Time) (at time.Time, ok bool, err error) {
	d.from, d.to = time.UnixMilli(0), now.AddDate(1, 0, 0)
	_, _, err = d.each(func(c *kept.Call) error {
		if began := time.UnixMilli(c.Started); c.Direction == "in" && (!ok || began.After(at)) {
			at, ok = began, true
		}
		return nil
	})
	return at, ok, err
}

// people says how many callers came where a difference is met.
func (a *app) people(t *traffic, d *meaning.Difference) string {
	if t == nil {
		return ""
	}
	n, pressed, ok := t.People(d)
	if !ok {
		return ""
	}
	when := a.Say("昨天", "yesterday")
	if !t.yesterday {
		when = t.day.Format(time.DateOnly)
	}
	return a.crowd(when, n, pressed)
}

// came is how many callers came where a difference is met, nil where that is not known.
func (t *traffic) came(d *meaning.Difference) *int {
	if t == nil {
		return nil
	}
	n, _, ok := t.People(d)
	if !ok {
		return nil
	}
	return &n
}
