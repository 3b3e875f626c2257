package acd

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// crowd are the callers of a queue on a virtual day.
type crowd struct {
	queue    *Queue
	rate     func(ms int64) float64 // arrivals a millisecond
	most     float64                // the highest of them
	talk     func(*rand.Rand) int64 // ms
	patience float64                // mean, ms: an exponential
	handled  float64                // mean of talk and wrap-up, ms, where waits are foretold
	priority int64                  // s
}

// came is what became of a caller on a virtual day. Times are ms; the moments count from the day's begin.
type came struct {
	queue    string
	at       int64
	waited   int64
	answered bool
	told     int64 // the wait that was announced at the joining, -1 for none
	mean     int64 // the mean of the wait that was foretold
	other    int64 // what Asterisk would have announced
	known    int64 // the mean of the wait by who knows the means of talk and patience
	could    int64 // the wait of who gave up, had they stayed
}

// happening is something that happens on a virtual day.
type happening struct {
	at  int64
	seq int
	do  func()
}

type happenings []happening

func (h happenings) Len() int { return len(h) }
func (h happenings) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}
func (h happenings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *happenings) Push(x any)   { *h = append(*h, x.(happening)) }
func (h *happenings) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// virtualDay lets callers come and agents answer in the distributor that answers real calls, as fast as it can.
type virtualDay struct {
	d       *Distributor
	r       *rand.Rand
	now     int64
	seq     int
	next    happenings
	callers map[string]*visit
	ewma    map[string]float64 // Asterisk's: a quarter of each new wait, in seconds
	again   float64            // the share of those who give up that calls again
	gone    []int              // who gave up and would still wait, in list
	seen    func(Event, []Decision)
	list    []came
}

type visit struct {
	came
	crowd *crowd
	gone  bool
}

func newVirtualDay(seed uint64, crowds []*crowd, agents []*Agent) *virtualDay {
	return newSeenDay(seed, crowds, agents, nil)
}

// newSeenDay is one of which all events and decisions are seen.
func newSeenDay(seed uint64, crowds []*crowd, agents []*Agent, seen func(Event, []Decision)) *virtualDay {
	v := &virtualDay{d: New(), r: rand.New(rand.NewPCG(seed, 1)), callers: map[string]*visit{},
		ewma: map[string]float64{}, seen: seen}
	for _, c := range crowds {
		v.do(Event{Kind: SetQueue, Config: c.queue})
	}
	for _, a := range agents {
		v.do(Event{Kind: SetAgent, Person: a})
		v.do(Event{Kind: SignIn, Agent: a.ID})
	}
	for _, c := range crowds {
		v.arrivals(c)
	}
	return v
}

// at plans something.
func (v *virtualDay) at(ms int64, do func()) {
	v.seq++
	heap.Push(&v.next, happening{ms, v.seq, do})
}

// arrivals are a Poisson process whose rate changes, by thinning.
func (v *virtualDay) arrivals(c *crowd) {
	v.at(v.now+int64(v.r.ExpFloat64()/c.most)+1, func() {
		if v.r.Float64()*c.most <= c.rate(v.now) {
			v.join(c)
		}
		v.arrivals(c)
	})
}

func (v *virtualDay) join(c *crowd) {
	id := strconv.Itoa(len(v.callers))
	x := &visit{came: came{queue: c.queue.Name, at: v.now, told: -1}, crowd: c}
	v.callers[id] = x
	v.do(Event{Kind: Join, Caller: id, Queue: c.queue.Name, Priority: c.priority})
	if y := v.d.callers[id]; y == nil || y.offer != nil {
		return // taken at once
	}
	x.told = v.d.Place(id, v.now).Expected
	mean, _, _ := v.d.moments(v.d.queues[c.queue.Name], v.d.ahead(v.d.callers[id]), v.now)
	x.mean = int64(mean)
	x.known = int64(c.foreknown(v.d.share(v.d.queues[c.queue.Name], v.now), v.d.ahead(v.d.callers[id])))
	x.other = int64(1000 * (v.ewma[c.queue.Name] + 30))
	v.at(v.now+int64(v.r.ExpFloat64()*c.patience)+1, func() {
		if !x.gone {
			v.do(Event{Kind: Leave, Caller: id, Reason: Abandoned})
			if v.again > 0 && v.r.Float64() < v.again {
				v.at(v.now+int64(v.r.ExpFloat64()*300_000)+1, func() { v.join(c) })
			}
		}
	})
}

// foreknown is the mean of the wait behind so many callers, ms, where the means of talk and patience are known: nobody
// who knows only the line can be nearer to what becomes of it.
func (c *crowd) foreknown(agents float64, ahead int64) float64 {
	mean := 0.0
	for i := range ahead + 1 {
		mean += 1 / (agents/c.handled + float64(i)/c.patience)
	}
	return mean
}

// do tells the distributor of something, and plays the agents whom it offers callers: they answer at once.
func (v *virtualDay) do(e Event) {
	for list := v.apply(e); len(list) > 0; {
		d := list[0]
		list = list[1:]
		switch d.Kind {
		case Offer:
			list = append(list, v.apply(Event{Kind: Answered, Offer: d.Offer, Agent: d.Agents[0]})...)
		case Withdraw:
			list = append(list, v.apply(Event{Kind: Refused, Offer: d.Offer, Agent: d.Agent, Reason: Withdrawn})...)
		case Connect, Left:
			v.ends(d)
		}
	}
	if len(v.gone) > 0 && len(v.d.ready) > 0 {
		v.ghosts(0, true)
	}
}

func (v *virtualDay) apply(e Event) []Decision {
	e.At = v.now
	list := v.d.Apply(e)
	if v.seen != nil {
		v.seen(e, slices.Clone(list))
	}
	return list
}

// ends is the end of a wait.
func (v *virtualDay) ends(d Decision) {
	x := v.callers[d.Caller]
	x.gone, x.waited, x.answered = true, v.now-x.at, d.Kind == Connect
	x.could = x.waited
	v.list = append(v.list, x.came)
	if !x.answered {
		v.gone = append(v.gone, len(v.list)-1)
		return
	}
	v.ghosts(x.at, false)
	v.ewma[x.queue] = (3*v.ewma[x.queue] + float64(x.waited)/1000) / 4
	v.at(v.now+x.crowd.talk(v.r), func() { v.do(Event{Kind: TalkOver, Agent: d.Agent, Offer: d.Offer}) })
}

// run lets the day go on until a moment.
func (v *virtualDay) run(until int64) []came {
	for len(v.next) > 0 && v.next[0].at <= until {
		h := heap.Pop(&v.next).(happening)
		v.now = h.at
		h.do()
	}
	return v.list
}

// crew are so many agents of a skill.
func crew(n int, skills ...string) []*Agent {
	list := make([]*Agent, n)
	for i := range list {
		list[i] = &Agent{ID: fmt.Sprint(skills[0], i)}
		for _, s := range skills {
			list[i].Skills = append(list[i].Skills, Skill{s, 1})
		}
	}
	return list
}

// erlangA is the stationary distribution of how many are in M/M/s+M, by death rates of min(k, s)μ + (k-s)θ. The rates
// are of one unit of time.
func erlangA(lambda, mu, theta float64, s int) []float64 {
	p := []float64{1}
	sum := 1.0
	for k := 1; k < s*3+2000; k++ {
		x := p[k-1] * lambda / (float64(min(k, s))*mu + float64(max(k-s, 0))*theta)
		if p = append(p, x); k > s && x < sum*1e-12 {
			break
		}
		sum += x
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// steady is a rate that does not change.
func steady(perHour float64) func(int64) float64 {
	return func(int64) float64 { return perHour / 3_600_000 }
}

// exponential and logNormal are times of talk of a mean.
func exponential(mean float64) func(*rand.Rand) int64 {
	return func(r *rand.Rand) int64 { return int64(r.ExpFloat64()*mean) + 1 }
}

func logNormal(mean, sigma float64) func(*rand.Rand) int64 {
	return func(r *rand.Rand) int64 {
		return int64(math.Exp(math.Log(mean)-sigma*sigma/2+sigma*r.NormFloat64())) + 1
	}
}

// within is the share of callers of a queue who were answered within a time, of those who were answered or gave up
// later.
func within(list []came, queue string, ms int64) float64 {
	good, all := 0, 0
	for _, c := range list {
		if c.queue != queue || !c.answered && c.waited <= ms {
			continue
		}
		all++
		if c.answered && c.waited <= ms {
			good++
		}
	}
	return float64(good) / float64(max(all, 1))
}

// rmse is the root of the mean squared error of foretold waits.
func rmse(list []came, said func(came) int64) float64 {
	sum, n := 0.0, 0
	for _, c := range list {
		e := float64(said(c)-c.waited) / 1000
		sum += e * e
		n++
	}
	return math.Sqrt(sum / float64(max(n, 1)))
}
