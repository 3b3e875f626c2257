// Package dialer decides what an outbound campaign does: whether a number may be called now, what follows an attempt,
// how fast to call, when a sick line must not be used any more. It is pure: moments, counts and outcomes go in, a
// decision comes out. The virtual time of tests, the simulation of a campaign and the server that really dials ask
// the same functions, so what a test shows is what happens.
//
//	                 Judge ── Drop ─────────────▶ given up
//	waiting ──due──▶   │ └──── Wait until ──────▶ waiting
//	                   └ Dial ─▶ attempt ─▶ Follow ─▶ reached · Again at ▶ waiting · Over ▶ `if unreached`
//
// Moments are Unix milliseconds, days count from 1970-01-01. Numbers are in the one form of the package number.
package dialer

import (
	"cmp"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
)

// The outcomes that the dialer itself knows beside the tags of library.CallOutcomes.
const (
	Answered  = "answered"
	NoAnswer  = "no_answer"
	Unknown   = "unknown"
	LineFault = "line_fault"
	Blocked   = "carrier_blocked"
)

const (
	// MostTries is how often a target is called where the campaign does not say, and the most that one may say.
	MostTries = 10
	// MostConnected is how often one number may be connected on a day of its own, over all campaigns.
	MostConnected = 3
	// freeTries is how many attempts that the line spoilt do not count; a number that spoils every one comes to an end.
	freeTries = 10
	// faultPause is after which time a target is called again that the line kept from being called.
	faultPause = int64(time.Minute / time.Millisecond)
	// wholePause is the interval after an attempt of which nobody knows the end, where the campaign has none.
	wholePause = int64(2 * time.Hour / time.Millisecond)
)

// Hours are opening hours; *hours.Hours are.
type Hours interface {
	At(moment int64, emergencies []hours.Closure) hours.Answer
}

// Rules are what a campaign declares.
type Rules struct {
	Name     string
	Hours    Hours          // nil: at any time that the law allows
	Zone     *time.Location // of From and To
	From, To int64          // days, both included; 0: no bound
	Sample   int64          // millionths of the targets that are called; 0: all
	Quota    int64          // how many are to be reached; 0: all
	AtOnce   int64          // how many calls at a time; 0: DefaultAtOnce
	Apart    int64          // least milliseconds between the beginnings of two calls; 0: DefaultApart
	Tries    int64          // how often a target is called; 0: MostTries
	Retries  []bundle.Retry
	Writes   bool // it writes to its targets instead of calling them
}

// What a campaign does that says nothing of its pace: one call after the other, as a person would.
const (
	DefaultAtOnce = 1
	DefaultApart  = 1000

	// One that writes: ten messages in a second, a few handed over at a time.
	textsAtOnce = 8
	textsApart  = 100
)

// Of are the rules of a compiled campaign. schedules are those of its program, in its order.
func Of(c *bundle.Campaign, schedules []*hours.Hours, zone *time.Location) Rules {
	r := Rules{Name: c.Name, Zone: zone, From: c.From, To: c.To, Sample: c.Sample, Quota: c.Quota, AtOnce: c.AtOnce,
		Tries: c.Tries, Retries: c.Retries, Writes: c.Text}
	if per := c.PerSecond; per > 0 {
		if per <= 100 { // written before it was in millionths
			per *= 1_000_000
		}
		r.Apart = max(1_000_000_000/per, 1)
	}
	if c.Hours >= 0 && int(c.Hours) < len(schedules) {
		r.Hours = schedules[c.Hours]
	}
	return r
}

// Pace is how many calls there may be at once, and the least milliseconds between the beginnings of two.
func (r *Rules) Pace() (atOnce, apart int64) {
	atOnce, apart = r.AtOnce, r.Apart
	if r.Writes {
		atOnce, apart = cmp.Or(atOnce, textsAtOnce), cmp.Or(apart, textsApart)
	}
	if atOnce <= 0 {
		atOnce = DefaultAtOnce
	}
	if apart <= 0 {
		apart = DefaultApart
	}
	return atOnce, apart
}

// History is what a target has behind it, with the attempt that has just ended.
type History struct {
	Counted int64 // attempts that count
	Free    int64 // attempts that the line spoilt
	Same    int64 // of all, those that ended as this one
}

// Step is what a target does next.
type Step uint8

const (
	Reached Step = iota // it was reached: nothing more
	Again               // it is called again at At
	Over                // it is not called again: `if unreached` runs
)

// Next is what follows an attempt.
type Next struct {
	Step Step
	At   int64 // of Again: not before
}

// Counts tells whether an attempt that ended so uses up one of the target's tries.
func Counts(outcome string, free int64) bool {
	return outcome != LineFault && outcome != Blocked || free >= freeTries
}

// After counts the attempt that has just ended in h, and tells what follows. What the campaign declares for an outcome
// goes before what is the custom: an attempt that the line spoilt is made again a minute later and does not count, one
// whose end nobody knows counts, and is made again after the longest interval of the campaign.
func (r *Rules) After(number, outcome string, h History, at int64) (Next, History) {
	if outcome == Answered {
		h.Counted++
		return Next{Step: Reached}, h
	}
	counts := Counts(outcome, h.Free)
	if counts {
		h.Counted++
	} else {
		h.Free++
	}
	tries := r.Tries
	if tries <= 0 || tries > MostTries {
		tries = MostTries
	}
	pause, again := r.pause(outcome, h.Same)
	if !again || counts && h.Counted >= tries {
		return Next{Step: Over}, h
	}
	open, ok := r.Opens(number, at+pause)
	if !ok {
		return Next{Step: Over}, h
	}
	return Next{Step: Again, At: open}, h
}

// pause is the time until a target is called again after an outcome that it had same times; false if it is not.
func (r *Rules) pause(outcome string, same int64) (after int64, again bool) {
	longest := int64(0)
	for _, x := range r.Retries {
		if x.Outcome == outcome {
			return x.After, x.UpTo == 0 || same <= x.UpTo
		}
		longest = max(longest, x.After)
	}
	switch outcome {
	case LineFault, Blocked:
		return faultPause, true
	case Unknown:
		if longest == 0 {
			longest = wholePause
		}
		return longest, true
	}
	return 0, false
}
