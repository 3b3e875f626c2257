package acd

import "math"

// hour is what the figures of a queue look back on, in minutes.
const hour = 60

// minute is what happened in a queue within a minute.
type minute struct {
	at      int64 // minutes since 1970
	arrived int64
	Figures
}

// figures are those of the last hour.
type figures [hour]minute

// at is the minute of a moment.
func (f *figures) at(now int64) *minute {
	n := now / 60_000
	m := &f[n%hour]
	if m.at != n {
		*m = minute{at: n}
	}
	return m
}

// handled counts a time of talk or wrap-up, in the minutes in which it was.
func (f *figures) handled(from, to int64) {
	for from = max(from, to-hour*60_000+60_000); from < to; {
		next := min(from-from%60_000+60_000, to)
		f.at(from).Handled += next - from
		from = next
	}
}

// busy is how long agents have been with callers of a queue within the last hour, those who are now among them: those
// whose talks are over alone would have had the shorter ones.
func (d *Distributor) busy(q *queue, handled, now int64) int64 {
	for _, a := range d.roster {
		switch {
		case a.queue != q:
		case a.state == Talking && a.offer != nil, a.state == Hold && a.offer != nil:
			handled += min(now-a.answered, hour*60_000)
		case a.state == WrapUp:
			handled += now - a.since
		}
	}
	return handled
}

// sum adds the last hour up.
func (f *figures) sum(now int64) (s minute) {
	n := now / 60_000
	for i := range f {
		if m := &f[i]; n-m.at < hour {
			s.arrived += m.arrived
			s.Calls += m.Calls
			s.Handled += m.Handled
			s.Abandoned += m.Abandoned
			s.Waited += m.Waited
		}
	}
	return s
}

// unsure is how uncertain the mean time of talks is, as variance in squares of the mean for one talk. That of
// log-normal talks is near two (Brown et al. 2005, 4.2); the mean changes during the day, and who gives up is
// estimated, too: found on virtual days, see make waits.
const unsure = 6

// few is how much more the sum varies where few agents serve: times of talk are not exponential, and what is left of
// six long ones says more of when the next agent is free than what is left of thirty. It is divided by the square of
// the agents; found on virtual days of crews of 8 to 50. What is fewer counts as six.
const few = 18

// leastCalls is how many talks must have ended within the hour before a wait is foretold.
const leastCalls = 3

// Place is what a caller who waits may be told.
type Place struct {
	Ahead    int64 // callers of the same queue before this one
	Expected int64 // milliseconds; -1 if nothing is known, or nothing better than what was told before
}

// Place tells where a caller stands. The expected wait is the one that four of five wait no longer than, rounded to
// five seconds. Once it was told, the moment that it named stands unless an earlier one can be told; when it has
// passed, nothing is told any more.
func (d *Distributor) Place(id string, now int64) Place {
	c := d.callers[id]
	if c == nil {
		return Place{Expected: -1}
	}
	p := Place{Ahead: d.ahead(c), Expected: -1}
	ms, ok := d.foretell(c.queue, p.Ahead, now)
	if !ok {
		return p
	}
	by := now + ms
	if c.promised != 0 && by >= c.promised {
		by = c.promised
	}
	c.promised, ms = by, by-now
	if ms > 0 {
		p.Expected = fives(ms)
	}
	return p
}

// fives rounds to five seconds, up where more than 1.5 are over: finer is not spoken, and coarser, or always up, would
// hold for more than four of five where many agents serve.
func fives(ms int64) int64 {
	const five, over = 5_000, 1_500
	return max((ms+five-over)/five*five, five)
}

// Ask tells what a caller who joined a queue now would find: how many wait there, and the wait that four of five such
// callers would wait no longer than. That is none while an agent is ready and nobody waits, and -1 if nothing is known.
func (d *Distributor) Ask(name string, now int64) Place {
	q := d.queues[name]
	if q == nil {
		return Place{Expected: -1}
	}
	p := Place{Expected: -1}
	for _, class := range q.classes {
		p.Ahead += int64(len(class.heap))
	}
	if _, ready, _ := d.Count(name); ready > 0 && p.Ahead == 0 {
		p.Expected = 0
	} else if ms, ok := d.foretell(q, p.Ahead, now); ok {
		p.Expected = fives(ms)
	}
	return p
}

// Foretell is the wait in milliseconds that four of five callers with this one's place wait no longer than.
func (d *Distributor) Foretell(id string, now int64) (ms int64, ok bool) {
	c := d.callers[id]
	if c == nil {
		return 0, false
	}
	return d.foretell(c.queue, d.ahead(c), now)
}

// ahead counts the callers of the same queue who come before one.
func (d *Distributor) ahead(c *caller) int64 {
	n := int64(0)
	for _, class := range c.queue.classes {
		for _, o := range class.heap {
			if before(o, c) {
				n++
			}
		}
	}
	return n
}

// foretell sums the time until each caller ahead and this one is taken: s agents each free themselves at rate 1/AHT,
// and those ahead give up at rate θ each (Whitt's QL_m). The percentile is that of a gamma with the sum's two moments.
func (d *Distributor) foretell(q *queue, ahead, now int64) (ms int64, ok bool) {
	mean, variance, ok := d.moments(q, ahead, now)
	if !ok {
		return 0, false
	}
	return int64(math.Ceil(percentile80(mean, variance))), true
}

// moments are the mean and the variance of that sum.
func (d *Distributor) moments(q *queue, ahead, now int64) (mean, variance float64, ok bool) {
	f := q.figures.sum(now)
	s := d.share(q, now)
	if f.Calls < leastCalls || f.Handled == 0 || s == 0 {
		return 0, 0, false
	}
	rate := s * float64(f.Calls) / float64(d.busy(q, f.Handled, now))
	leaves := 0.0
	if f.Waited > 0 {
		leaves = float64(f.Abandoned) / float64(f.Waited)
	}
	for i := range ahead + 1 {
		x := 1 / (rate + float64(i)*leaves)
		mean += x
		variance += x * x
	}
	variance *= 1 + few/max(s*s, 36)
	return mean, variance + mean*mean*unsure/float64(f.Calls), true
}

// percentile80 is what a gamma of this mean and variance stays below in four of five cases: by Wilson and Hilferty.
func percentile80(mean, variance float64) float64 {
	const z = 0.8416212335729143
	k := mean * mean / variance
	x := 1 - 1/(9*k) + z/math.Sqrt(9*k)
	return mean * x * x * x
}

// share is how many agents a queue has: of those who serve several queues the part of this one's calls.
func (d *Distributor) share(q *queue, now int64) float64 {
	load := make([]float64, len(d.listed))
	index := 0
	for i, o := range d.listed {
		load[i] = float64(o.figures.sum(now).arrived + 1)
		if o == q {
			index = i
		}
	}
	s := 0.0
	for _, a := range d.roster {
		if a.state == Out || a.state == Break || a.state == Unknown || a.next == Out || a.next == Break {
			continue
		}
		mine, all := 0.0, 0.0
		for i, o := range d.listed {
			if a.can(o.classes[len(o.classes)-1]) {
				all += load[i]
				if i == index {
					mine = load[i]
				}
			}
		}
		if mine > 0 {
			s += mine / all
		}
	}
	return s
}
