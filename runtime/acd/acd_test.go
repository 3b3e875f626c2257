package acd

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// floor is a distributor with what it decided, in a short form.
type floor struct {
	t   *testing.T
	d   *Distributor
	now int64
	log []Event
	all []Decision
}

func newFloor(t *testing.T, queues ...*Queue) *floor {
	f := &floor{t: t, d: New(), now: 1_000_000}
	for _, q := range queues {
		f.do(Event{Kind: SetQueue, Config: q})
	}
	return f
}

func (f *floor) do(e Event) []Decision {
	e.At = f.now
	f.log = append(f.log, e)
	out := f.d.Apply(e)
	f.all = append(f.all, out...)
	return out
}

// pass lets seconds pass.
func (f *floor) pass(seconds int64) []Decision {
	f.now += seconds * 1000
	return f.do(Event{Kind: Tick})
}

// agents are signed in one after the other, one second apart, each with skill "a" or with those that stand behind a
// colon; a level stands behind a stroke.
func (f *floor) agents(names ...string) {
	for _, n := range names {
		id, skills, _ := strings.Cut(n, ":")
		p := &Agent{ID: id}
		if skills == "" {
			skills = "a"
		}
		for _, s := range strings.Split(skills, ",") {
			name, level, found := strings.Cut(s, "/")
			k := Skill{Name: name, Level: 1}
			if found {
				fmt.Sscan(level, &k.Level)
			}
			p.Skills = append(p.Skills, k)
		}
		f.do(Event{Kind: SetAgent, Person: p})
		f.do(Event{Kind: SignIn, Agent: id})
		f.now += 1000
	}
}

func (f *floor) join(caller, queue string) []Decision {
	return f.do(Event{Kind: Join, Caller: caller, Queue: queue, Number: "1380000" + caller})
}

// short are decisions as words, without changes of states.
func short(list []Decision) string {
	var words []string
	for _, d := range list {
		switch d.Kind {
		case Offer:
			words = append(words, fmt.Sprintf("%s→%s", d.Caller, strings.Join(d.Agents, "+")))
		case Changed, Waits:
		case Left:
			words = append(words, fmt.Sprintf("%s left %s", d.Caller, d.Reason))
		case Call:
			words = append(words, "call "+d.Caller)
		case Kept:
			words = append(words, "kept "+d.Caller+" "+d.Reason)
		case Moved:
			words = append(words, fmt.Sprintf("%s to %s", d.Caller, d.Queue))
		default:
			words = append(words, fmt.Sprintf("%s %s", d.Kind, d.Agent))
		}
	}
	return strings.Join(words, "; ")
}

func (f *floor) is(got []Decision, want string) {
	f.t.Helper()
	if s := short(got); s != want {
		f.t.Errorf("decided %q, want %q", s, want)
	}
}

// offerOf is the live offer of a caller.
func (f *floor) offerOf(caller string) int64 {
	f.t.Helper()
	c := f.d.callers[caller]
	if c == nil || c.offer == nil {
		f.t.Fatalf("%s has no offer", caller)
	}
	return c.offer.id
}

func (f *floor) answer(caller, agent string) []Decision {
	f.t.Helper()
	return f.do(Event{Kind: Answered, Offer: f.offerOf(caller), Agent: agent})
}

func (f *floor) rings(caller, agent string) {
	f.t.Helper()
	f.do(Event{Kind: Rings, Offer: f.offerOf(caller), Agent: agent})
}

func (f *floor) refuse(caller, agent, reason string) []Decision {
	f.t.Helper()
	return f.do(Event{Kind: Refused, Offer: f.offerOf(caller), Agent: agent, Reason: reason})
}

// talk lets an agent take a caller and talk for seconds.
func (f *floor) talk(caller, agent string, seconds int64) {
	f.t.Helper()
	f.answer(caller, agent)
	f.now += seconds * 1000
	f.do(Event{Kind: TalkOver, Agent: agent})
}

func (f *floor) state(agent string) State { return f.d.agents[agent].state }

// Each order chooses by its own key. Three agents are ready; the first two have had calls.
func TestOrders(t *testing.T) {
	for order, want := range map[Order]string{
		LongestIdle: "2",     // the others have just come back from a break: that is not idleness
		FewestCalls: "3",     // none
		LeastTalk:   "3",     // none
		RoundRobin:  "3",     // 2 was offered the last
		InOrder:     "1",     // in the list
		RingAll:     "1+2+3", // at once
		Weighted:    "2",     // the highest level
		"":          "2",     // as longest_idle
	} {
		f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Order: order})
		f.agents("1:a/3", "2:a/7", "3:a/5")
		f.do(Event{Kind: SetBreak, Agent: "2"})
		f.do(Event{Kind: SetBreak, Agent: "3"})
		f.join("x", "q")
		f.talk("x", "1", 60)
		f.do(Event{Kind: SetBreak, Agent: "1"})
		f.do(Event{Kind: SetReady, Agent: "2"})
		f.join("y", "q")
		f.talk("y", "2", 200)
		f.pass(1)
		f.do(Event{Kind: SetReady, Agent: "3"})
		f.do(Event{Kind: SetReady, Agent: "1"})
		f.pass(1)
		f.is(f.join("z", "q"), "z→"+want)
	}
}

// Who came late is not flooded: calls count for the time signed in.
func TestFewestCallsCountsTheTimeSignedIn(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Order: FewestCalls})
	f.agents("early")
	for i := range 4 {
		f.join(fmt.Sprint(i), "q")
		f.talk(fmt.Sprint(i), "early", 10)
		f.pass(890)
	}
	f.agents("late") // four calls in an hour for the one; the other has one in two minutes
	f.do(Event{Kind: SetBreak, Agent: "early"})
	f.join("first", "q")
	f.talk("first", "late", 10)
	f.do(Event{Kind: SetReady, Agent: "early"})
	f.pass(120)
	f.is(f.join("x", "q"), "x→early")
}

func TestRandomReplaysAndReachesEverybody(t *testing.T) {
	play := func() (got []string) {
		f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Order: Random, Seed: 7})
		f.agents("1", "2", "3", "4")
		for i := range 60 {
			out := f.join(fmt.Sprint(i), "q")
			a := out[len(out)-1].Agents[0]
			got = append(got, a)
			f.talk(fmt.Sprint(i), a, 5)
		}
		return got
	}
	a, b := play(), play()
	if !slices.Equal(a, b) {
		t.Error("the same seed draws others")
	}
	slices.Sort(a)
	if len(slices.Compact(a)) != 4 {
		t.Error("somebody is never drawn")
	}
}

func TestPriorityIsSecondsOfWaiting(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	f.agents("1")
	f.join("on", "q")
	f.answer("on", "1")
	f.join("old", "q")
	f.now += 8_000
	f.do(Event{Kind: Join, Caller: "vip", Queue: "q", Priority: 10})
	f.now += 1_000
	f.do(Event{Kind: Join, Caller: "small", Queue: "q", Priority: 3})
	f.is(f.do(Event{Kind: TalkOver, Agent: "1"}), "vip→1")
	f.talk("vip", "1", 1)
	f.is(f.answer("old", "1"), "connect 1")
}

func TestStepsOpenAndQueuesHandOn(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Steps: []Step{{After: 20_000, Skills: []string{"b"}},
		{After: 60_000, MoveTo: "r"}}}, &Queue{Name: "r", Skills: []string{"c"}, Longest: 30_000})
	f.agents("A", "B:b", "C:c")
	f.join("on", "q")
	f.answer("on", "A")
	f.is(f.join("x", "q"), "")
	f.is(f.pass(19), "")
	f.is(f.pass(1), "x→B")
	f.rings("x", "B")
	f.is(f.join("y", "q"), "")
	f.is(f.pass(40), "") // x is being offered: moving is put off
	f.is(f.refuse("x", "B", NoAnswer), "x to r; x→C")
	f.rings("x", "C")
	f.is(f.pass(10), "y→B") // B has rested
	f.is(f.refuse("y", "B", Busy), "")
	f.is(f.refuse("x", "C", Busy), "")
	f.is(f.pass(10), "y to r; x→C") // C has rested; x came to r first
}

func TestNobodyIsLeftBehindByATimerInAnOffer(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Longest: 30_000})
	f.agents("1")
	f.join("x", "q")
	f.rings("x", "1")
	f.is(f.pass(40), "")
	f.is(f.refuse("x", "1", NoAnswer), "x left timeout")
	f.pass(10)
	f.join("y", "q")
	f.is(f.do(Event{Kind: CloseQueue, Queue: "q"}), "")
	f.is(f.answer("y", "1"), "connect 1")
	f.is(f.join("z", "q"), "z left closed")
	f.do(Event{Kind: OpenQueue, Queue: "q"})
	f.is(f.join("z", "q"), "")
	f.is(f.pass(30), "z left timeout")
}

func TestMissesSignOutAndOthersAreAsked(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Misses: 2})
	f.agents("1", "2")
	f.is(f.join("x", "q"), "x→1")
	f.is(f.refuse("x", "1", NoAnswer), "x→2")
	f.is(f.refuse("x", "2", Unreachable), "")
	f.is(f.pass(10), "x→1")
	f.is(f.refuse("x", "1", Declined), "x→2")
	if f.state("1") != Out || f.d.agents["1"].reason != "misses" {
		t.Errorf("1 is %s", f.state("1"))
	}
	f.is(f.answer("x", "2"), "connect 2")
	f.do(Event{Kind: SignIn, Agent: "1"})
	if f.state("1") != Ready {
		t.Error("who signs in again is not ready")
	}
	f.is(f.join("y", "q"), "y→1")
	f.is(f.refuse("y", "1", NoAnswer), "")
	if f.state("1") != Ready {
		t.Error("the misses before signing out count after it")
	}
}

func TestLastAgentComesFirst(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, LastAgent: true,
		Steps: []Step{{After: 60_000, Skills: []string{"b"}}}})
	f.agents("1", "2", "3:b")
	f.is(f.do(Event{Kind: Join, Caller: "x", Queue: "q", Last: "3"}), "x→3") // not yet in turn, but of the queue
	f.is(f.refuse("x", "3", NoAnswer), "x→1")
	f.is(f.do(Event{Kind: Join, Caller: "y", Queue: "q", Last: "1"}), "y→2") // is not free: the others
}

func TestPlacesAreKept(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, KeepPlace: 60_000})
	f.agents("1")
	f.join("on", "q")
	f.answer("on", "1")
	f.join("x", "q")
	f.now += 5_000
	f.join("y", "q")
	f.do(Event{Kind: Leave, Caller: "x", Reason: Abandoned})
	f.now += 30_000
	f.do(Event{Kind: Join, Caller: "x2", Queue: "q", Number: "1380000x"})
	if p := f.d.Place("y", f.now); p.Ahead != 1 {
		t.Errorf("%d before y", p.Ahead)
	}
	f.do(Event{Kind: Leave, Caller: "x2", Reason: "key"}) // on their own: no place is kept
	f.do(Event{Kind: Join, Caller: "x3", Queue: "q", Number: "1380000x"})
	f.do(Event{Kind: Leave, Caller: "y", Reason: Abandoned})
	f.now += 61_000
	f.do(Event{Kind: Join, Caller: "y2", Queue: "q", Number: "1380000y"}) // too late
	f.is(f.do(Event{Kind: TalkOver, Agent: "1"}), "x3→1")
}

// Of two who came in the same millisecond the first has the place before the other when cut off and back.
func TestAPlaceOfTheSameMomentIsKept(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, KeepPlace: 60_000})
	f.agents("1")
	f.join("on", "q")
	f.answer("on", "1")
	f.join("x", "q")
	f.join("y", "q")
	f.do(Event{Kind: Leave, Caller: "x", Reason: Abandoned})
	f.do(Event{Kind: Join, Caller: "x2", Queue: "q", Number: "1380000x"})
	f.is(f.do(Event{Kind: TalkOver, Agent: "1"}), "x2→1")
}

func TestRingAllIsOneOffer(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Order: RingAll})
	f.agents("1", "2")
	f.is(f.join("x", "q"), "x→1+2")
	o := f.offerOf("x")
	f.agents("3") // comes while they ring
	if got := short(f.all[len(f.all)-1:]); got != "x→3" {
		t.Errorf("who becomes ready meanwhile: %q", got)
	}
	f.is(f.do(Event{Kind: Answered, Offer: o, Agent: "2"}), "connect 2; withdraw 1; withdraw 3")
	f.is(f.do(Event{Kind: Answered, Offer: o, Agent: "1"}), "dismiss 1") // crossed
	if f.state("1") != Ready || f.state("3") != Reserved {
		t.Errorf("1 %s, 3 %s", f.state("1"), f.state("3"))
	}
	f.do(Event{Kind: Refused, Offer: o, Agent: "3", Reason: Withdrawn})
	if f.state("3") != Ready || len(f.d.offers) != 0 {
		t.Errorf("3 is %s, %d offers", f.state("3"), len(f.d.offers))
	}
	f.is(f.do(Event{Kind: Answered, Offer: o, Agent: "3"}), "dismiss 3")
}

func TestACallerWhoGoesFreesTheAgentOnlyWhenTheRingingEnds(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	f.agents("1")
	f.join("x", "q")
	o := f.offerOf("x")
	f.is(f.do(Event{Kind: Leave, Caller: "x", Reason: Abandoned}), "withdraw 1; x left abandoned")
	f.is(f.join("y", "q"), "")
	f.is(f.do(Event{Kind: Refused, Offer: o, Agent: "1", Reason: Withdrawn}), "y→1")
	if f.d.agents["1"].misses != 0 {
		t.Error("it counts as a miss")
	}
}

func TestWhatAnAgentAsksForOnACallComesAfterIt(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, WrapUp: 30_000})
	f.agents("1")
	f.join("x", "q")
	f.answer("x", "1")
	f.do(Event{Kind: SetBreak, Agent: "1", Reason: "lunch"})
	if f.state("1") != Talking {
		t.Error("a break ends the call")
	}
	f.do(Event{Kind: TalkOver, Agent: "1"})
	if f.state("1") != WrapUp {
		t.Error("no wrap-up")
	}
	f.pass(30)
	if f.state("1") != Break || f.d.agents["1"].reason != "lunch" {
		t.Errorf("%s", f.state("1"))
	}
	f.do(Event{Kind: SetReady, Agent: "1"})
	f.join("y", "q")
	f.answer("y", "1")
	f.do(Event{Kind: Lost, Agent: "1"})
	f.do(Event{Kind: TalkOver, Agent: "1"})
	f.pass(30)
	f.is(f.join("z", "q"), "")
	f.is(f.do(Event{Kind: Found, Agent: "1"}), "z→1")
}

// An agent who is dropped finishes the call that is on, and is gone then, in whatever state.
func TestAgentsAreDropped(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	f.agents("1", "2", "3")
	f.join("x", "q")
	f.answer("x", "1")
	f.do(Event{Kind: SignOut, Agent: "2"})
	for _, id := range []string{"1", "2", "3"} {
		f.do(Event{Kind: DropAgent, Agent: id})
	}
	if list := f.d.Agents(); len(list) != 1 || list[0].ID != "1" || list[0].State != Talking || list[0].Next != Out {
		t.Errorf("%+v", list)
	}
	f.is(f.join("y", "q"), "") // 1 is still there
	f.do(Event{Kind: TalkOver, Agent: "1"})
	if list := f.d.Agents(); len(list) != 0 || len(f.d.ready) != 0 {
		t.Errorf("%+v", list)
	}
	f.is(f.pass(30), "y left no_agents")
}

func TestAQueueWhoseAgentsHaveAllLeftSendsCallersAway(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Capacity: 2})
	f.is(f.join("w", "q"), "w left no_agents")
	f.agents("1")
	f.do(Event{Kind: SetBreak, Agent: "1"})
	f.join("x", "q")
	f.join("y", "q")
	f.is(f.join("z", "q"), "z left full")
	f.do(Event{Kind: SignOut, Agent: "1"})
	f.is(f.pass(29), "")
	f.do(Event{Kind: SignIn, Agent: "1"})
	f.do(Event{Kind: SetBreak, Agent: "1"})
	f.refuse("x", "1", Busy)
	f.is(f.pass(60), "")
	f.do(Event{Kind: SignOut, Agent: "1"})
	f.is(f.pass(31), "x left no_agents; y left no_agents")
}

// The wait is foretold by the talks of the last hour; what was told stands until it can be told sooner, or has passed.
func TestTheWaitThatIsTold(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	f.agents("1", "2")
	if p := f.d.Ask("q", f.now); p != (Place{}) {
		t.Errorf("agents are ready: %+v", p)
	}
	f.do(Event{Kind: Engage, Agent: "1"})
	f.do(Event{Kind: Engage, Agent: "2"})
	if p := f.d.Ask("q", f.now); p != (Place{Expected: -1}) {
		t.Errorf("nothing is known of what a caller would wait: %+v", p)
	}
	f.join("x", "q")
	if p := f.d.Place("x", f.now); p != (Place{Expected: -1}) {
		t.Errorf("nothing is known: %+v", p)
	}
	f.do(Event{Kind: SetFigures, Queue: "q", Figures: &Figures{Calls: 1000, Handled: 1000 * 180_000}})
	if p := f.d.Place("x", f.now); p != (Place{Expected: 150_000}) { // mean 90 s, 1.5 times an exponential's variance: 147 s
		t.Errorf("%+v", p)
	}
	f.join("y", "q")
	if p := f.d.Place("y", f.now); p != (Place{Ahead: 1, Expected: 280_000}) { // of two such: 281 s
		t.Errorf("%+v", p)
	}
	f.pass(100)
	if p := f.d.Place("x", f.now); p != (Place{Expected: 50_000}) { // and not 150 s once more
		t.Errorf("%+v", p)
	}
	f.do(Event{Kind: Leave, Caller: "x", Reason: Abandoned})
	if p := f.d.Place("y", f.now); p.Ahead != 0 || p.Expected > 150_000 {
		t.Errorf("%+v", p)
	}
	f.pass(200)
	if p := f.d.Place("y", f.now); p.Expected != -1 {
		t.Errorf("what was told has passed: %+v", p)
	}
	if p := f.d.Ask("q", f.now); p.Ahead != 1 || p.Expected <= 0 || p.Expected > 270_000 {
		t.Errorf("who joined now: %+v", p)
	}
	if p := f.d.Ask("none", f.now); p != (Place{Expected: -1}) {
		t.Errorf("a queue that is not there: %+v", p)
	}
	f.do(Event{Kind: SetBreak, Agent: "1"})
	f.do(Event{Kind: SetBreak, Agent: "2"})
	f.join("z", "q")
	if p := f.d.Place("z", f.now); p.Expected != -1 {
		t.Errorf("nobody works: %+v", p)
	}
}

// A freed agent takes the class that has waited longest in shares of its target.
func TestTheTargetIsTheRoutingRule(t *testing.T) {
	f := newFloor(t, &Queue{Name: "fast", Skills: []string{"a"}, Share: 0.8, Within: 15_000},
		&Queue{Name: "slow", Skills: []string{"a"}, Share: 0.8, Within: 60_000})
	f.agents("1")
	f.join("on", "fast")
	f.answer("on", "1")
	f.join("s", "slow")
	f.now += 20_000
	f.join("f", "fast")
	f.now += 6_000 // 26/60 against 6/15
	f.is(f.do(Event{Kind: TalkOver, Agent: "1"}), "s→1")
	f.refuse("s", "1", NoAnswer)
	f.now += 10_000 // 36/60 against 16/15
	f.is(f.do(Event{Kind: Tick}), "f→1")
}

// A telephone that does not even ring is given up, and that is no miss of the agent's.
func TestASilentTelephoneIsGivenUp(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}, Misses: 1})
	f.agents("1", "2")
	f.is(f.join("x", "q"), "x→1")
	f.is(f.pass(10), "withdraw 1")
	f.is(f.refuse("x", "1", Withdrawn), "x→2")
	o := f.offerOf("x")
	f.do(Event{Kind: Rings, Offer: o, Agent: "2"})
	f.is(f.pass(20), "")
	if f.state("1") != Ready || f.state("2") != Ringing {
		t.Errorf("1 %s, 2 %s", f.state("1"), f.state("2"))
	}
}

// Each offer says why it was made, in both tongues.
func TestAnOfferExplainsItself(t *testing.T) {
	f := newFloor(t, &Queue{Name: "q", Skills: []string{"a"}})
	f.agents("1", "2")
	out := f.join("x", "q")
	why := out[len(out)-1].Why.Sentence([]string{"李敏"})
	if want := "李敏：能接又空闲的 2 名座席中空闲最久（空闲 2 秒）；来电人已等 0 秒。"; why.Zh != want {
		t.Errorf("%s", why.Zh)
	}
	f.answer("x", "1")
	f.join("y", "q")
	f.answer("y", "2")
	f.do(Event{Kind: Join, Caller: "z", Queue: "q", Priority: 10})
	f.now += 3_000
	f.join("last", "q")
	f.now += 38_000
	out = f.do(Event{Kind: TalkOver, Agent: "2"})
	why = out[len(out)-1].Why.Sentence([]string{"Wang"})
	if want := "Wang: the only one ready of those who can serve; the caller waited 41 s and counts 10 s more, " +
		"the next 38 s."; why.En != want {
		t.Errorf("%s", why.En)
	}
}

// What was logged decides the same again, and passes through JSON on the way.
func replay(t *testing.T, log []Event, want []Decision) {
	t.Helper()
	d, n := New(), 0
	for _, e := range log {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var again Event
		if err := json.Unmarshal(line, &again); err != nil {
			t.Fatal(err)
		}
		for _, x := range d.Apply(again) {
			a, _ := json.Marshal(x)
			b, _ := json.Marshal(want[n])
			if string(a) != string(b) {
				t.Fatalf("decision %d: %s, then %s", n, b, a)
			}
			n++
		}
	}
	if n != len(want) {
		t.Errorf("%d of %d decisions", n, len(want))
	}
}
