package dialer

// Standing is what is known of a number at the moment at which it is to be called.
type Standing struct {
	Forbidden bool  // it is on the list of those who are not to be called
	Engaged   bool  // a call of ours to it is on, of whatever campaign
	Day       int64 // of Connected, by Day
	Connected int64 // how often it was connected on that day, over all campaigns
}

// Why is the reason of a verdict.
type Why string

// The reasons for which a number is not called now, or never.
const (
	WhyForbidden Why = "do_not_call"  // it is on the list
	WhyNumber    Why = "no_number"    // there is no number, or one that cannot be
	WhyZone      Why = "unknown_zone" // nobody knows which hour it is there
	WhyWindow    Why = "window"       // not at this hour, or on this day
	WhyEngaged   Why = "engaged"      // a call to it is on
	WhyOften     Why = "often"        // it was connected as often as may be on this day
	WhyOver      Why = "over"         // the campaign has no more hours
)

// Do is what is done with a target that is due.
type Do uint8

const (
	Dial Do = iota // now
	Wait           // not before Verdict.Until
	Drop           // never
)

// Verdict is what Judge says.
type Verdict struct {
	Do    Do
	Until int64
	Why   Why
}

// engagedPause is after which time is looked again whether a number is free.
const engagedPause = 30 * 1000

// Judge decides whether a number may be called now. It is asked when the number is locked and just before the INVITE.
func (r *Rules) Judge(number string, s Standing, now int64) Verdict {
	switch {
	case number == "":
		return Verdict{Do: Drop, Why: WhyNumber}
	case s.Forbidden:
		return Verdict{Do: Drop, Why: WhyForbidden}
	}
	if _, ok := Lawful(number, now); !ok {
		return Verdict{Do: Drop, Why: WhyZone}
	}
	open, ok := r.Opens(number, now)
	switch {
	case !ok:
		return Verdict{Do: Drop, Why: WhyOver}
	case open > now:
		return Verdict{Do: Wait, Until: open, Why: WhyWindow}
	case s.Engaged:
		return r.wait(number, now+engagedPause, WhyEngaged)
	case s.Day == Day(number, now) && s.Connected >= MostConnected:
		return r.wait(number, NextDay(number, now), WhyOften)
	}
	return Verdict{Do: Dial}
}

// wait puts a target off to the first moment from at on that the campaign has.
func (r *Rules) wait(number string, at int64, why Why) Verdict {
	open, ok := r.Opens(number, at)
	if !ok {
		return Verdict{Do: Drop, Why: WhyOver}
	}
	return Verdict{Do: Wait, Until: open, Why: why}
}

// Connected counts a connection in a number's standing.
func (s Standing) Connect(number string, now int64) Standing {
	if day := Day(number, now); day != s.Day {
		s.Day, s.Connected = day, 0
	}
	s.Connected++
	return s
}
