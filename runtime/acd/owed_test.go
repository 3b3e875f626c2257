package acd

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// owes is somebody who is owed a call from now on, with the place of a moment.
func (f *floor) owes(caller, queue string, key int64) []Decision {
	return f.do(Event{Kind: Owe, Caller: caller, Queue: queue, Number: "1380000" + caller, Key: key})
}

// One who is owed a call is called when the turn has come: an agent is held until they answer, and serves the next if
// they do not. The place is kept for who calls in, for a quarter of an hour.
func TestWhoIsOwedACallKeepsThePlace(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	f.agents("1")
	f.is(f.join("x", "q"), "x→1")
	f.answer("x", "1")
	f.join("y", "q")
	key, _ := f.d.Key("y")
	f.now += 5_000
	f.is(f.join("z", "q"), "")
	f.is(f.do(Event{Kind: Leave, Caller: "y", Reason: "key"}), "y left key")
	f.is(f.owes("y'", "q", key), "")
	f.is(f.do(Event{Kind: TalkOver, Agent: "1"}), "call y'")
	if f.state("1") != Reserved {
		t.Errorf("nobody is held for who is called: %s", f.state("1"))
	}
	f.now += 8_000
	f.is(f.do(Event{Kind: NotHeard, Caller: "y'", Reason: NoAnswer}), "kept y' no_answer; z→1")
	f.answer("z", "1")
	f.now += 60_000
	f.do(Event{Kind: Join, Caller: "w", Queue: "q", Number: "1380000w"})
	f.now += 1000
	f.do(Event{Kind: Join, Caller: "y2", Queue: "q", Number: "1380000y'"})
	f.is(f.do(Event{Kind: TalkOver, Agent: "1"}), "y2→1") // before w, who came sooner
	f.is(f.answer("y2", "1"), "y' left served; connect 1")
	f.do(Event{Kind: TalkOver, Agent: "1"})
	f.answer("w", "1")
	f.is(f.owes("v", "q", 0), "call v") // talks are short: the turn comes while it rings
	f.is(f.do(Event{Kind: TalkOver, Agent: "1"}), "")
	f.do(Event{Kind: NotHeard, Caller: "v", Reason: Busy})
	f.is(f.pass(KeptFor/1000-1), "")
	f.is(f.pass(2), "v left unreached")
}

// An agent who leaves does not wait on for who is called; the next does. Who has answered is offered at once.
func TestAnAgentWhoIsHeldMayLeave(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	f.agents("1", "2")
	f.is(f.owes("x", "q", 0), "call x")
	f.is(f.do(Event{Kind: SignOut, Agent: "1"}), "")
	if f.state("1") != Out || f.state("2") != Reserved {
		t.Errorf("%s and %s", f.state("1"), f.state("2"))
	}
	f.is(f.owes("y", "q", 0), "")
	f.is(f.do(Event{Kind: Owe, Caller: "x again", Queue: "q", Number: "1380000x"}), "x again left merged")
	f.is(f.do(Event{Kind: Reached, Caller: "x"}), "x→2")
	f.is(f.answer("x", "2"), "connect 2")
	f.is(f.do(Event{Kind: SignIn, Agent: "1"}), "call y")
	f.is(f.do(Event{Kind: Reached, Caller: "y"}), "y→1")
	f.is(f.do(Event{Kind: Leave, Caller: "y", Reason: Abandoned}), "withdraw 1; kept y abandoned")
	f.is(f.do(Event{Kind: NotHeard, Caller: "y", Reason: NoAnswer}), "") // of a call that is over
	if n := f.d.Waiting(); n != 0 {
		t.Errorf("%d wait on the line", n)
	}
}

// Where talks are known to end soon who is owed a call is called before the turn, and no more of them than that.
func TestCallsBeforeTheTurn(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprint(i))
	}
	f.agents(names...)
	f.do(Event{Kind: SetFigures, Queue: "q", Figures: &Figures{Calls: 100, Handled: 100 * 100_000}})
	for _, n := range names {
		f.join("c"+n, "q")
		f.answer("c"+n, n)
	}
	called := 0
	for i := range 20 {
		for _, d := range f.owes(fmt.Sprint("o", i), "q", 0) {
			if d.Kind == Call {
				called++
			}
		}
	}
	for _, d := range f.pass(3) {
		if d.Kind == Call {
			called++
		}
	}
	if called != 3 { // 12 agents, each free every 100 s: 3.6 in 30 s
		t.Errorf("%d are called", called)
	}
}

// owedDay is a virtual day on which callers ask to be called back, miss calls, call in, hang up, and agents come and
// go.
type owedDay struct {
	t     *rapid.T
	v     *virtualDay
	seq   int
	rings map[[2]string]int64
	owed  map[string]*promise
	lives map[string]int // legs to a number
	log   []Event
	all   []Decision
	since int64
}

// promise is a call that somebody is owed.
type promise struct {
	number       string
	live, called bool
	over         bool
	late         bool  // could not be called at first, or has left the place to themselves on the line
	left         int64 // generation of what the person on the line does
}

func (w *owedDay) do(e Event) {
	for at, ok := w.v.d.Next(); ok && at < w.v.now; at, ok = w.v.d.Next() { // one moment at a time
		w.apply(Event{At: max(at, w.since), Kind: Tick})
	}
	e.At = w.v.now
	w.apply(e)
}

func (w *owedDay) apply(e Event) {
	w.since = e.At
	w.log = append(w.log, e)
	out := w.v.d.Apply(e)
	w.all = append(w.all, out...)
	for _, d := range out {
		w.decided(d)
	}
}

// soon lets something happen within seconds.
func (w *owedDay) soon(from, to float64, do func()) {
	w.v.at(w.v.now+int64(1000*(from+(to-from)*w.v.r.Float64()))+1, do)
}

func (w *owedDay) decided(d Decision) {
	if p := w.owed[d.Caller]; p != nil && d.Kind != Changed && d.Kind != Withdraw {
		if p.over {
			w.t.Fatalf("%s is done, and %s is decided", d.Caller, d.Kind)
		}
		w.promised(p, d)
	}
	switch d.Kind {
	case Offer:
		w.inOrder(d.Caller, d.Owed || d.Why.Yielded)
		for _, a := range d.Agents {
			key := [2]string{fmt.Sprint(d.Offer), a}
			w.rings[key] = d.Offer
			w.soon(0, 0, func() { w.do(Event{Kind: Rings, Offer: d.Offer, Agent: a}) })
			w.soon(1, 8, func() { w.picks(key, 0.8) })
		}
	case Withdraw:
		key := [2]string{fmt.Sprint(d.Offer), d.Agent}
		w.soon(0, 0.2, func() { w.picks(key, -1) })
	case Connect:
		delete(w.rings, [2]string{fmt.Sprint(d.Offer), d.Agent})
		w.soon(5, 90, func() {
			w.do(Event{Kind: TalkOver, Agent: d.Agent, Offer: d.Offer})
			if p := w.owed[d.Caller]; p != nil {
				w.hangsUp(p)
			}
		})
	}
}

// picks is what comes of a telephone that rings.
func (w *owedDay) picks(key [2]string, likely float64) {
	offer, there := w.rings[key]
	if !there {
		return
	}
	delete(w.rings, key)
	e := Event{Kind: Answered, Offer: offer, Agent: key[1]}
	if w.v.r.Float64() >= likely {
		e.Kind, e.Reason = Refused, []string{NoAnswer, Busy, Unreachable}[w.v.r.IntN(3)]
	}
	if likely < 0 {
		e.Reason = Withdrawn
	}
	w.do(e)
}

// promised follows what is done for one who is owed a call.
func (w *owedDay) promised(p *promise, d Decision) {
	switch d.Kind {
	case Call:
		if p.called {
			w.t.Fatalf("%s is called twice", d.Caller)
		}
		p.called = true
		w.within(d.Caller, d.Agent)
		if w.lives[p.number] > 0 { // who talks to an agent has asked for another call, in which the server sees to it
			for id, o := range w.owed {
				if o.number == p.number && o.live && !o.over {
					w.t.Fatalf("%s is called for %s and %s", p.number, id, d.Caller)
				}
			}
			w.soon(0, 0, func() { w.do(Event{Kind: NotHeard, Caller: d.Caller, Reason: Postponed}) })
			return
		}
		p.live = true
		w.lives[p.number]++
		w.soon(1, 30, func() { w.comesOf(d.Caller, p) })
	case Kept:
		if d.Reason == Postponed {
			p.called = false
		} else if d.Reason == Abandoned {
			p.left++
		}
	case Connect:
		p.over = true
		p.left++
	case Left:
		p.over = true
		p.left++
		w.hangsUp(p) // its call is ended with it
	}
}

func (w *owedDay) hangsUp(p *promise) {
	if p.live {
		p.live = false
		w.lives[p.number]--
	}
}

// comesOf is what comes of calling somebody.
func (w *owedDay) comesOf(id string, p *promise) {
	if !p.live || p.over {
		return
	}
	if w.v.r.Float64() < 0.6 {
		w.do(Event{Kind: Reached, Caller: id})
		on := p.left
		w.soon(1, 200, func() {
			if p.left == on && !p.over {
				w.hangsUp(p)
				w.do(Event{Kind: Leave, Caller: id, Reason: Abandoned})
			}
		})
		return
	}
	w.hangsUp(p)
	w.do(Event{Kind: NotHeard, Caller: id, Reason: []string{NoAnswer, Busy, Declined, Postponed, Taken}[w.v.r.IntN(5)]})
}

// inOrder finds somebody of the same class who has an earlier key and no agent; somebody on the line, where the agent
// was held before.
func (w *owedDay) inOrder(id string, held bool) {
	c := w.v.d.callers[id]
	if c == nil || c.offer == nil {
		return
	}
	for _, o := range w.v.d.callers {
		if o.queue == c.queue && o.class == c.class && o.offer == nil && o.at >= 0 && o.stood < w.since &&
			before(o, c) &&
			(!o.away || !held) {
			w.t.Fatalf("%s has an agent before %s", id, o.id)
		}
	}
}

// within tells whether more are called than agents will be free.
func (w *owedDay) within(id, held string) {
	c := w.v.d.callers[id]
	switch {
	case c == nil:
		return
	case c.offer != nil:
		w.inOrder(id, false)
		if a := c.offer.agents[0]; a.state != Reserved {
			w.t.Fatalf("%s is called for an agent who is %s", id, a.state)
		}
	case held == "" && w.v.d.live(c.queue) > w.v.d.soon(c.queue):
		w.t.Fatalf("%d are called for %d agents", w.v.d.live(c.queue), w.v.d.soon(c.queue))
	}
	for _, o := range w.v.d.owed {
		if o.queue == c.queue && o.class == c.class && o.at >= 0 && o.away && !o.calling && before(o, c) {
			w.t.Fatalf("%s is called before %s", id, o.id)
		}
	}
}

// open tells whether somebody is owed a call still.
func (w *owedDay) open() bool {
	for _, p := range w.owed {
		if !p.over {
			return true
		}
	}
	return false
}

// arrives is a caller.
func (w *owedDay) arrives() {
	w.seq++
	r := w.v.r
	id, number := fmt.Sprint("c", w.seq), fmt.Sprint(r.IntN(8))
	queue := []string{"p", "q"}[r.IntN(2)]
	if r.IntN(6) == 0 { // without having waited
		w.owes(queue, number, 0)
		return
	}
	w.do(Event{Kind: Join, Caller: id, Queue: queue, Number: number})
	w.soon(1, 240, func() {
		key, waits := w.v.d.Key(id)
		switch {
		case !waits:
		case r.IntN(2) == 0:
			w.do(Event{Kind: Leave, Caller: id, Reason: Abandoned})
		default:
			w.do(Event{Kind: Leave, Caller: id, Reason: "key"})
			w.owes(queue, number, key)
		}
	})
}

func (w *owedDay) owes(queue, number string, key int64) {
	id := fmt.Sprint("o", len(w.owed))
	w.owed[id] = &promise{number: queue + number}
	w.do(Event{Kind: Owe, Caller: id, Queue: queue, Number: number, Key: key})
}

// Promises are kept on random days: each who is owed a call is called at most once, but where it was postponed; there
// are no two calls to a number for a queue, no more calls than agents will be free, none out of turn; and at the end
// nobody is forgotten. -rapid.checks=100000 for so many days.
func TestRandomCallbacks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		agents := rapid.IntRange(1, 5).Draw(r, "agents")
		calls := rapid.IntRange(1, 40).Draw(r, "calls")
		order := rapid.SampledFrom([]Order{RingAll, LongestIdle, Random}).Draw(r, "order")
		w := &owedDay{t: r, v: &virtualDay{d: New(), r: rand.New(rand.NewPCG(seed, 1)), now: 1_000_000},
			rings: map[[2]string]int64{}, owed: map[string]*promise{}, lives: map[string]int{}}
		for i, name := range []string{"p", "q"} {
			q := &Queue{Name: name, Skills: []string{string(rune('a' + i))}, Order: order, WrapUp: 3_000,
				KeepPlace: 60_000,
				Steps:     []Step{{After: 20_000, Skills: []string{string(rune('b' - i))}}}}
			w.do(Event{Kind: SetQueue, Config: q})
		}
		for i := range agents {
			w.do(Event{Kind: SetAgent, Person: &Agent{ID: fmt.Sprint(i),
				Skills: []Skill{{string(rune('a' + i%2)), 1}, {string(rune('a' + i/2%2)), 1}}}})
			w.do(Event{Kind: SignIn, Agent: fmt.Sprint(i)})
		}
		const day = 1_800_000
		for range calls {
			w.soon(0, day/1000, w.arrives)
			w.soon(0, day/1000, func() {
				w.do(Event{Agent: fmt.Sprint(w.v.r.IntN(agents)), Kind: []EventKind{SignOut, SignIn, SetBreak, SetReady,
					Lost, Found, Engage, Disengage}[w.v.r.IntN(8)]})
			})
		}
		w.v.run(w.v.now + day)
		for round := 0; round < 2000 && w.open(); round++ { // all come back, and whatever is left is done
			for i := range agents {
				for _, kind := range []EventKind{Disengage, Found, SignIn, SetReady} {
					w.do(Event{Kind: kind, Agent: fmt.Sprint(i)})
				}
			}
			until := w.v.now + 20_000
			w.v.run(until)
			w.v.now = until
		}
		for id, p := range w.owed {
			if !p.over {
				w.t.Fatalf("%s is forgotten: %+v", id, w.v.d.callers[id])
			}
		}
		if w.seq%8 == 0 {
			replay(t, w.log, w.all)
		}
	})
}
