package dialer

import (
	"cmp"
	"container/heap"
)

// Plan is a campaign in a simulation.
type Plan struct {
	Rules
	Priority int      // the greater first where the lines do not suffice
	Numbers  []string // of the targets, in their order
	Left     []Behind // what they have behind them, in the same order; nil: nothing
	Begins   int64
}

// Callee is what a simulated telephone does: how a call to it ends, after how long it does (ringing), and how long it
// talks if it was answered, in milliseconds.
type Callee func(number string, at int64) (outcome string, rings, talks int64)

// Placed is a call of a simulation.
type Placed struct {
	Campaign, Target int
	Number           string
	At, Ended        int64
	Outcome          string
}

// Played is how a campaign of a simulation went.
type Played struct {
	Placed   int64
	Outcomes map[string]int64 // of attempts
	Reached  int64
	Over     int64         // not reached, and not called any more
	Dropped  map[Why]int64 // never called, by reason
	Ends     int64         // when the last was done; 0 if none was
	Left     int64         // waiting when the simulation ended
}

// Simulate plays campaigns in virtual time until all targets are done, or until a moment. lines bounds the calls at a
// time over all campaigns, 0: no bound. each is told of every call when it begins; may be nil.
func Simulate(plans []Plan, lines int, callee Callee, until int64, each func(Placed)) []Played {
	s := simulate(plans, lines, callee, until, each)
	out := make([]Played, len(plans))
	for _, c := range s.campaigns {
		c.played.Left = int64(c.due.Len()) + c.live
		out[c.index] = c.played
	}
	return out
}

func simulate(plans []Plan, lines int, callee Callee, until int64, each func(Placed)) *simulation {
	s := &simulation{lines: lines, callee: callee, each: each, numbers: map[string]*Standing{}}
	for i := range plans {
		c := &simulated{plan: &plans[i], index: i,
			played: Played{Outcomes: map[string]int64{}, Dropped: map[Why]int64{}}}
		c.targets = make([]target, len(plans[i].Numbers))
		for t := range c.targets {
			due := plans[i].Begins
			if left := plans[i].Left; left != nil {
				due = max(due, left[t].Due)
				c.targets[t].history = History{Counted: left[t].Counted, Free: left[t].Free}
			}
			heap.Push(&c.due, item{due, int64(t), nil})
		}
		s.campaigns = append(s.campaigns, c)
		s.wake(c, plans[i].Begins)
	}
	s.order()
	for s.events.Len() > 0 {
		e := heap.Pop(&s.events).(item)
		if e.at > until {
			break
		}
		e.do(e.at)
	}
	return s
}

// simulation is campaigns in virtual time.
type simulation struct {
	lines     int
	live      int
	callee    Callee
	each      func(Placed)
	campaigns []*simulated // by priority
	numbers   map[string]*Standing
	events    queue
	count     int64
}

// simulated is one campaign of it.
type simulated struct {
	plan    *Plan
	index   int
	targets []target
	due     queue // n is the target
	live    int64
	paced   int64 // when the next call may begin
	woken   int64 // the moment for which it is called to look; 0: none
	played  Played
}

// target is what a target has behind it.
type target struct {
	history History
	ended   map[string]int64
}

// item is something at a moment: an event, or a target that is due.
type item struct {
	at, n int64
	do    func(at int64)
}

// queue is items by moment, then by number.
type queue []item

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].at, q[j].at), cmp.Compare(q[i].n, q[j].n)) < 0
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(item)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// order puts the campaigns by priority, those that were named first before the others.
func (s *simulation) order() {
	byPriority := s.campaigns
	for i := 1; i < len(byPriority); i++ {
		for j := i; j > 0 && byPriority[j].plan.Priority > byPriority[j-1].plan.Priority; j-- {
			byPriority[j], byPriority[j-1] = byPriority[j-1], byPriority[j]
		}
	}
}

// later does something at a moment.
func (s *simulation) later(at int64, do func(at int64)) {
	s.count++
	heap.Push(&s.events, item{at, s.count, do})
}

// wake lets a campaign look at a moment what is due.
func (s *simulation) wake(c *simulated, at int64) {
	if c.woken != 0 && c.woken <= at {
		return
	}
	c.woken = at
	s.later(at, func(now int64) {
		if c.woken == now {
			c.woken = 0
			s.look(c, now)
		}
	})
}

// look calls what is due and may be called, and sees to it that the campaign looks again when there is something.
func (s *simulation) look(c *simulated, now int64) {
	atOnce, apart := c.plan.Pace()
	for c.due.Len() > 0 && c.due[0].at <= now && c.paced <= now && c.live < atOnce &&
		(s.lines == 0 || s.live < s.lines) &&
		(c.plan.Quota == 0 || c.played.Reached+c.live < c.plan.Quota) {
		t := int(heap.Pop(&c.due).(item).n)
		number := c.plan.Numbers[t]
		standing := s.numbers[number]
		if standing == nil {
			standing = &Standing{}
			s.numbers[number] = standing
		}
		switch v := c.plan.Judge(number, *standing, now); v.Do {
		case Drop:
			c.played.Dropped[v.Why]++
			c.played.Ends = now
		case Wait:
			heap.Push(&c.due, item{v.Until, int64(t), nil})
		default:
			c.paced = now + apart
			s.place(c, t, number, standing, now)
		}
	}
	if c.due.Len() > 0 && c.live < atOnce && (s.lines == 0 || s.live < s.lines) {
		if at := max(c.due[0].at, c.paced); at > now {
			s.wake(c, at)
		}
	}
}

// place makes a call.
func (s *simulation) place(c *simulated, t int, number string, standing *Standing, now int64) {
	outcome, rings, talks := s.callee(number, now)
	if outcome != Answered {
		talks = 0
	}
	p := Placed{c.index, t, number, now, now + max(rings, 1) + max(talks, 0), outcome}
	standing.Engaged = true
	c.live++
	s.live++
	c.played.Placed++
	if s.each != nil {
		s.each(p)
	}
	s.later(p.Ended, func(at int64) {
		standing.Engaged = false
		c.live--
		s.live--
		if outcome == Answered {
			*standing = standing.Connect(number, now)
		}
		s.ended(c, t, p)
		for _, other := range s.campaigns {
			if other == c || s.lines > 0 {
				s.look(other, at)
			}
		}
	})
}

// ended does what follows a call.
func (s *simulation) ended(c *simulated, t int, p Placed) {
	c.played.Outcomes[p.Outcome]++
	x := &c.targets[t]
	if x.ended == nil {
		x.ended = map[string]int64{}
	}
	x.ended[p.Outcome]++
	x.history.Same = x.ended[p.Outcome]
	var next Next
	next, x.history = c.plan.After(p.Number, p.Outcome, x.history, p.Ended)
	switch next.Step {
	case Reached:
		c.played.Reached++
	case Again:
		heap.Push(&c.due, item{next.At, int64(t), nil})
		return
	default:
		c.played.Over++
	}
	c.played.Ends = p.Ended
}
