package dialer

import "math"

// Pace decides how many lines a campaign may have where agents talk to those who are reached. One line more is dialled
// while the callers who would find no agent within the next moments stay below an allowance of those who come: a normal
// approximation of both, with the share of lines that come by their age, and the agents that become free, as they were
// lately. What was allowed too much of the day or of the last hour is taken back. The zero value is ready; it is used
// by one goroutine at a time.
type Pace struct {
	ages    [paceAges]paceAge
	lines   float64 // that were begun, of late
	talk    float64 // mean milliseconds that an agent is busy with one
	talks   float64
	came    int64 // to an agent's queue, since the beginning
	left    int64 // of these, who were not served in time
	minutes [60]paceMinute
}

type paceAge struct{ risk, came float64 }

type paceMinute struct{ at, came, left int64 }

const (
	paceAges   = 24
	paceBucket = 5_000  // ms of age
	paceAhead  = 12_000 // ms that are looked ahead
	paceGoal   = 0.024  // of those who come may leave, over the day
	paceHour   = 0.036  // from which share of an hour on nobody is dialled without a free agent
	paceLeast  = 0.002
	paceGain   = 8.0
	paceForget = 0.997 // in a line
	paceTalk   = 90_000.0
	paceMost   = 8 // lines for an agent
)

// Agents are those who take the calls of a campaign, at a moment.
type Agents struct {
	Free    int // ready
	Busy    int
	Waiting int // callers who wait for them
}

func paceAgeOf(ms int64) int { return int(min(max(ms, 0)/paceBucket, paceAges-1)) }

// Line learns from a line that is over or has come to the agents, at an age in milliseconds.
func (p *Pace) Line(age int64, came bool) {
	p.lines = p.lines*paceForget + 1
	last := paceAgeOf(age)
	for k := range p.ages {
		a := &p.ages[k]
		a.risk, a.came = a.risk*paceForget, a.came*paceForget
		if k <= last {
			a.risk++
		}
	}
	if came {
		p.ages[last].came++
	}
}

// Came counts one who has come to the agents, and left whether none of them was there in time.
func (p *Pace) Came(now int64, left bool) {
	m := &p.minutes[now/60_000%60]
	if at := now / 60_000; m.at != at {
		*m = paceMinute{at: at}
	}
	p.came++
	m.came++
	if left {
		p.left++
		m.left++
	}
}

// Talked learns how long an agent was busy with one.
func (p *Pace) Talked(ms int64) {
	p.talks = p.talks*0.99 + 1
	p.talk += (float64(ms) - p.talk) / p.talks
}

// Hour is how many have come within the last hour, and how many of them left.
func (p *Pace) Hour(now int64) (came, left int64) {
	for _, m := range p.minutes {
		if m.at > now/60_000-60 {
			came, left = came+m.came, left+m.left
		}
	}
	return came, left
}

// More is how many lines may be begun now. ages are those of the lines that are on and have not come to the agents.
func (p *Pace) More(now int64, ages []int64, a Agents) int {
	free := float64(a.Free - a.Waiting)
	allow := p.allowance(now)
	if allow <= 0 { // one line for each free agent: nobody can be left alone
		return max(a.Free-a.Waiting-len(ages), 0)
	}
	talk := p.talk
	if p.talks < 5 {
		talk = paceTalk
	}
	soon := 1 - math.Exp(-paceAhead/max(talk, 1000))
	free += soon * float64(a.Busy)
	variance := soon * (1 - soon) * float64(a.Busy)
	mean := 0.0
	for _, age := range ages {
		q := p.comes(age)
		mean, variance = mean+q, variance+q*(1-q)
	}
	q, n := p.comes(0), 0
	for ; len(ages)+n < paceMost*(a.Free+a.Busy); n++ {
		mean, variance = mean+q, variance+q*(1-q)
		if overflow(mean-free, math.Sqrt(variance+1e-9)) > allow*max(mean, 0.2) {
			break
		}
	}
	return n
}

// allowance is the share of those who come that may find no agent now, 0 for none.
func (p *Pace) allowance(now int64) float64 {
	came, left := p.Hour(now)
	switch {
	case float64(left+1) > paceHour*float64(max(came, 60)):
		return 0
	case came < 250: // a few more would be a large share
		return paceGoal / 4
	}
	allow := paceGoal
	if p.came > 100 {
		allow += paceGain * (paceGoal - float64(p.left)/float64(p.came))
	}
	return min(max(allow, paceLeast), 4*paceGoal)
}

// comes is the chance that a line of an age comes to the agents within the time that is looked ahead.
func (p *Pace) comes(age int64) float64 {
	stays, at := 1.0, paceAgeOf(age)
	for ms := int64(0); ms < paceAhead; ms += paceBucket {
		part := float64(min(paceBucket, paceAhead-ms)) / paceBucket
		a := &p.ages[min(at, paceAges-1)]
		hazard := (a.came + 0.5) / (a.risk + 4) // until more is known: few come
		if p.lines < 20 {
			hazard = max(hazard, 0.3)
		}
		stays *= 1 - min(hazard, 0.95)*part
		at++
	}
	return 1 - stays
}

// overflow is the mean of what a normal number with this mean and deviation is above zero.
func overflow(mean, deviation float64) float64 {
	z := mean / deviation
	return deviation * (math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) + z*0.5*math.Erfc(-z/math.Sqrt2))
}
