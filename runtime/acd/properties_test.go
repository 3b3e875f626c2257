package acd

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is a house played at random, and what must hold of it after every event.
type world struct {
	t      *rapid.T
	f      *floor
	with   map[string]string // caller by agent, as connected
	rings  map[[2]string]int64
	states map[string]State
	spent  map[string]int64 // milliseconds in states, by agent
	began  map[string]int64
	left   map[string]bool
	seq    int
}

func (w *world) do(e Event) {
	for _, d := range w.f.do(e) {
		key := [2]string{fmt.Sprint(d.Offer), d.Agent}
		switch d.Kind {
		case Offer:
			for _, a := range d.Agents {
				for k := range w.rings {
					if k[1] == a {
						w.t.Fatalf("%s rings twice", a)
					}
				}
				if w.with[a] != "" {
					w.t.Fatalf("%s talks and is offered %s", a, d.Caller)
				}
				w.rings[[2]string{fmt.Sprint(d.Offer), a}] = d.Offer
			}
			if w.left[d.Caller] {
				w.t.Fatalf("%s has left and is offered", d.Caller)
			}
			w.inOrder(d)
		case Connect:
			for a, c := range w.with {
				if c == d.Caller {
					w.t.Fatalf("%s has %s and %s", c, a, d.Agent)
				}
			}
			if w.left[d.Caller] {
				w.t.Fatalf("%s has left and is connected", d.Caller)
			}
			w.with[d.Agent] = d.Caller
			w.left[d.Caller] = true
			delete(w.rings, key)
		case Dismiss:
			delete(w.rings, key)
		case Left:
			w.left[d.Caller] = true
		case Changed:
			if d.State != w.states[d.Agent] || d.From != w.began[d.Agent] {
				w.t.Fatalf("%s was %s since %d, and %s since %d ended", d.Agent, w.states[d.Agent], w.began[d.Agent],
					d.State, d.From)
			}
			w.states[d.Agent], w.began[d.Agent] = d.Now, d.At
			w.spent[d.Agent] += d.At - d.From
		}
	}
}

// inOrder finds somebody of the same class who waits with an earlier key and could have been offered this agent.
func (w *world) inOrder(d Decision) {
	c := w.f.d.callers[d.Caller]
	if c == nil || d.Why.Last || d.Why.Picked {
		return
	}
	for _, o := range w.f.d.callers {
		if o.step > 0 && o.joined+o.queue.Steps[o.step-1].After == d.At {
			continue // who came to this class at this very moment came after the decision
		}
		if o.queue == c.queue && o.class == c.class && o.offer == nil && o.at >= 0 && before(o, c) {
			w.t.Fatalf("%s is served before %s", c.id, o.id)
		}
	}
}

// nobodyWaitsForNothing: while an agent is ready nobody waits whom they could serve.
func (w *world) nobodyWaitsForNothing() {
	for _, a := range w.f.d.ready {
		for _, c := range w.f.d.callers {
			if c.offer == nil && a.can(c.class) {
				w.t.Fatalf("%s waits and %s is ready", c.id, a.ID)
			}
		}
	}
	for _, c := range w.f.d.callers {
		if c.offer == nil && c.at < 0 {
			w.t.Fatalf("%s stands nowhere", c.id)
		}
	}
	for _, q := range w.f.d.listed {
		if n := len(w.f.d.members(q)); n != q.members {
			w.t.Fatalf("%s has %d callers and counts %d", q.Name, n, q.members)
		}
	}
	for _, a := range w.f.d.roster {
		if (a.state == Reserved || a.state == Ringing) != (a.offer != nil && a.state != Talking && a.state != Hold) {
			w.t.Fatalf("%s is %s with offer %v", a.ID, a.state, a.offer)
		}
	}
}

func TestRandomDays(t *testing.T) {
	orders := []Order{RingAll, LongestIdle, RoundRobin, InOrder, FewestCalls, LeastTalk, Random, Weighted}
	rapid.Check(t, func(r *rapid.T) {
		w := &world{t: r, f: newFloor(t), with: map[string]string{}, rings: map[[2]string]int64{},
			states: map[string]State{}, spent: map[string]int64{}, began: map[string]int64{}, left: map[string]bool{}}
		skills := []string{"a", "b", "c"}
		for i, name := range []string{"p", "q", "s"} {
			q := &Queue{Name: name, Skills: []string{skills[i]}, Order: rapid.SampledFrom(orders).Draw(r, "order"),
				WrapUp:  rapid.SampledFrom([]int64{0, 5_000}).Draw(r, "wrap"),
				Misses:  rapid.IntRange(0, 2).Draw(r, "misses"),
				Longest: rapid.SampledFrom([]int64{0, 60_000}).Draw(r, "longest"), LastAgent: true, KeepPlace: 30_000,
				Capacity: rapid.IntRange(0, 6).Draw(r, "capacity")}
			if rapid.Bool().Draw(r, "steps") {
				q.Steps = []Step{{After: 10_000, Skills: []string{skills[(i+1)%3]}}, {After: 40_000, MoveTo: "q"}}
			}
			w.do(Event{Kind: SetQueue, Config: q})
		}
		began := w.f.now
		for i := range 5 {
			id := fmt.Sprint(i)
			w.began[id], w.states[id] = began, Out
			w.do(Event{Kind: SetAgent, Person: &Agent{ID: id, Skills: []Skill{{skills[i%3], 1 + i}, {skills[i%2], 2}}}})
			w.do(Event{Kind: SignIn, Agent: id})
		}
		r.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { w.nobodyWaitsForNothing() },
			"time": func(r *rapid.T) {
				until := w.f.now + rapid.Int64Range(1, 15_000).Draw(r, "ms")
				for at, ok := w.f.d.Next(); ok && at < until; at, ok = w.f.d.Next() { // one moment at a time
					w.f.now = max(w.f.now, at)
					w.do(Event{Kind: Tick})
				}
				w.f.now = until
				w.do(Event{Kind: Tick})
			},
			"join": func(r *rapid.T) {
				w.seq++
				w.do(Event{Kind: Join, Caller: fmt.Sprint("c", w.seq),
					Queue:  rapid.SampledFrom([]string{"p", "q", "s"}).Draw(r, "queue"),
					Number: fmt.Sprint(w.seq % 4), Priority: rapid.Int64Range(0, 20).Draw(r, "priority"),
					Last: rapid.SampledFrom([]string{"", "0", "3"}).Draw(r, "last")})
			},
			"pick": func(r *rapid.T) {
				if w.seq > 0 {
					w.do(Event{Kind: Pick, Caller: fmt.Sprint("c", rapid.IntRange(1, w.seq).Draw(r, "caller")),
						Agent: fmt.Sprint(rapid.IntRange(0, 4).Draw(r, "agent"))})
				}
			},
			"leave": func(r *rapid.T) {
				if w.seq > 0 {
					w.do(Event{Kind: Leave, Caller: fmt.Sprint("c", rapid.IntRange(1, w.seq).Draw(r, "caller")),
						Reason: Abandoned})
				}
			},
			"ring": func(r *rapid.T) {
				var list [][2]string
				for _, a := range w.f.d.roster {
					for k := range w.rings {
						if k[1] == a.ID {
							list = append(list, k)
						}
					}
				}
				if len(list) == 0 {
					return
				}
				k := rapid.SampledFrom(list).Draw(r, "offer")
				e := Event{Offer: w.rings[k], Agent: k[1], Kind: Refused,
					Reason: rapid.SampledFrom([]string{NoAnswer, Busy, Unreachable, Withdrawn}).Draw(r, "reason")}
				switch rapid.IntRange(0, 3).Draw(r, "what") {
				case 0, 1:
					e.Kind = Answered
				case 2:
					e.Kind = rapid.SampledFrom([]EventKind{Trying, Rings}).Draw(r, "progress")
				default:
					delete(w.rings, k)
				}
				w.do(e)
			},
			"late": func(r *rapid.T) { // an answer to an offer of long ago changes nothing but to be dismissed
				if a := fmt.Sprint(rapid.IntRange(0, 4).Draw(r, "agent")); w.with[a] == "" {
					w.do(Event{Kind: Answered, Offer: 1_000_000, Agent: a})
				}
			},
			"over": func(r *rapid.T) {
				a := fmt.Sprint(rapid.IntRange(0, 4).Draw(r, "agent"))
				if w.with[a] != "" || w.f.d.agents[a].direct > 0 {
					delete(w.with, a)
					w.do(Event{Kind: TalkOver, Agent: a})
				}
			},
			"agent": func(r *rapid.T) {
				w.do(Event{Agent: fmt.Sprint(rapid.IntRange(0, 4).Draw(r, "agent")),
					Kind: rapid.SampledFrom([]EventKind{SignIn,
						SignOut, SetReady, SetBreak, Lost, Found, HoldOn, HoldOff, Engage, Disengage}).Draw(r, "kind")})
			},
		})
		for _, a := range w.f.d.roster { // each second is in one state
			if w.spent[a.ID]+w.f.now-w.began[a.ID] != w.f.now-began {
				r.Fatalf("%s has %d ms in states, of %d", a.ID, w.spent[a.ID]+w.f.now-w.began[a.ID], w.f.now-began)
			}
		}
		replay(t, w.f.log, w.f.all)
	})
}

// BenchmarkDecision is an agent who becomes free and the caller who comes then: 500 agents, 2,000 who wait, 120
// classes. p50 and p99 are of the decision whom the agent takes. The same events are decided five times, and each
// decision counts with the least that it took: what a busy machine does meanwhile strikes another one each time.
// The time of an operation is that of all five.
func BenchmarkDecision(b *testing.B) {
	b.ReportAllocs()
	least := make([]int64, b.N)
	for turn := range 5 {
		for i, took := range decisions(b, b.N) {
			if turn == 0 || took < least[i] {
				least[i] = took
			}
		}
	}
	slices.Sort(least)
	b.ReportMetric(float64(least[len(least)/2]), "p50-ns")
	b.ReportMetric(float64(least[len(least)*99/100]), "p99-ns")
	b.ReportMetric(float64(least[len(least)*999/1000]), "p99.9-ns")
	b.ReportMetric(float64(least[len(least)-1]), "max-ns")
}

// decisions lets n agents become free one after the other, and tells how long each decision took, ns.
func decisions(b *testing.B, n int) []int64 {
	b.StopTimer()
	d := New()
	for i := range 120 {
		d.Apply(Event{Kind: SetQueue, Config: &Queue{Name: fmt.Sprint(i), Skills: []string{fmt.Sprint("s", i%40)}}})
	}
	for i := range 500 {
		p := &Agent{ID: fmt.Sprint(i)}
		for j := range 6 {
			p.Skills = append(p.Skills, Skill{fmt.Sprint("s", (i*7+j*11)%40), 1})
		}
		d.Apply(Event{Kind: SetAgent, Person: p})
		d.Apply(Event{Kind: SignIn, Agent: p.ID})
	}
	type ring struct {
		offer int64
		agent string
	}
	var rings []ring
	collect := func(list []Decision) {
		for _, x := range list {
			if x.Kind == Offer {
				rings = append(rings, ring{x.Offer, x.Agents[0]})
			}
		}
	}
	callers := make([]string, 2500+n)
	for i := range callers {
		callers[i] = fmt.Sprint("c", i)
	}
	queues := make([]string, 120)
	for i := range queues {
		queues[i] = fmt.Sprint(i)
	}
	for i := range 2500 {
		collect(d.Apply(Event{At: int64(i), Kind: Join, Caller: callers[i], Queue: queues[i%120]}))
	}
	for _, r := range rings {
		d.Apply(Event{At: 2500, Kind: Answered, Offer: r.offer, Agent: r.agent})
	}
	took := make([]int64, n)
	b.StartTimer()
	for i := range n {
		at := int64(2501 + i)
		r := rings[i]
		began := time.Now()
		list := d.Apply(Event{At: at, Kind: TalkOver, Agent: r.agent})
		took[i] = time.Since(began).Nanoseconds()
		collect(list)
		if last := rings[len(rings)-1]; last.agent == r.agent {
			d.Apply(Event{At: at, Kind: Answered, Offer: last.offer, Agent: last.agent})
		}
		collect(d.Apply(Event{At: at, Kind: Join, Caller: callers[2500+i], Queue: queues[i%120]}))
	}
	return took
}
