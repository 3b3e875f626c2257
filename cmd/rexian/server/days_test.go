package server

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"rexian/runtime/acd"
	"rexian/runtime/exchange"
	"rexian/stdlib/agent/day"
)

// house is a day of agents at several servers on one database, without any of them: what each of them is told comes by
// chance, and what they would write is written as the recorder writes it.
type house struct {
	r      *rand.Rand
	now    int64
	nodes  []*houseNode
	owner  map[string]*houseNode // whose an agent is in the database
	phone  map[string]*houseNode // where the telephone is registered
	rows   map[string][]day.Row
	ends   map[string]int64
	calm   bool // one server, which nobody kills, whose clock nobody sets, and where telephones stay
	sound  bool // several of that kind, whose telephones move: they look every second
	truth  map[string][]day.Row
	was    int64 // ms of truth in sound days, and
	found  int64 // how many of them are written as they were
	caller int
}

// houseNode is one server of it; d is nil while it does not run.
type houseNode struct {
	d      *acd.Distributor
	f      *staff
	fast   int64     // how far its clock is ahead, ms
	spool  []day.Row // not in the database yet
	want   map[string]bool
	offers []acd.Decision // that are open
	talks  map[string]int64
}

// How far clocks are apart at most, ms.
const clocks = 100

var houseAgents = []string{"1001", "1002", "1003"}

func newHouse(r *rand.Rand) *house {
	h := &house{r: r, now: 1_800_000_000_000, owner: map[string]*houseNode{}, phone: map[string]*houseNode{},
		rows: map[string][]day.Row{}, ends: map[string]int64{}, truth: map[string][]day.Row{}}
	h.calm = r.IntN(3) == 0
	h.sound = !h.calm && r.IntN(2) == 0
	for range 1 + r.IntN(3) {
		h.nodes = append(h.nodes, &houseNode{fast: r.Int64N(clocks)})
		if h.calm {
			break
		}
	}
	for _, n := range h.nodes {
		h.start(n)
	}
	return h
}

func (h *house) start(n *houseNode) {
	n.d, n.f, n.want, n.offers, n.talks = acd.New(), &staff{}, map[string]bool{}, nil, map[string]int64{}
	h.tell(n, acd.Event{Kind: acd.SetQueue, Config: &acd.Queue{Name: "q", Skills: []string{"s"}, WrapUp: 20_000}})
	for _, id := range houseAgents {
		h.tell(n, acd.Event{Kind: acd.SetAgent, Person: &acd.Agent{ID: id, Skills: []acd.Skill{{Name: "s", Level: 1}}}})
		h.tell(n, acd.Event{Kind: acd.SignIn, Agent: id})
		if h.phone[id] != n {
			h.tell(n, acd.Event{Kind: acd.Lost, Agent: id, Reason: "telephone"})
		}
	}
}

func (h *house) tell(n *houseNode, e acd.Event) {
	e.At = h.now + n.fast
	for _, d := range n.d.Apply(e) {
		switch d.Kind {
		case acd.Offer:
			if o := h.owner[d.Agents[0]]; o != nil && o != n && o.d != nil { // the claim fails
				defer h.tell(n, acd.Event{Kind: acd.Refused, Offer: d.Offer, Agent: d.Agents[0], Reason: acd.Taken})
				continue
			}
			h.owner[d.Agents[0]] = n
			n.offers = append(n.offers, d)
		case acd.Connect:
			n.talks[d.Agent] = d.Offer
		case acd.Changed:
			h.told(n, d)
		}
	}
}

// told is what a server writes of a state that has ended.
func (h *house) told(n *houseNode, d acd.Decision) {
	if d.At > d.From && (h.calm || h.sound && h.owner[d.Agent] == n && d.State != acd.Unknown) {
		h.truth[d.Agent] = append(h.truth[d.Agent], day.Row{Agent: d.Agent, Began: d.From, Ended: d.At,
			State: segments[d.State], Reason: d.Reason})
	}
	n.spool = append(n.spool, n.f.parts(d)...)
}

// flush writes what a server has told into the database, as a recorder does: some of it may have been written before.
func (h *house) flush(n *houseNode) {
	all := map[string][]day.Row{}
	for _, r := range n.spool {
		all[r.Agent] = append(all[r.Agent], r)
	}
	for id, told := range all {
		var holes []day.Row
		for _, r := range h.rows[id] {
			if r.State == day.Unknown && r.Reason == day.Restart {
				holes = append(holes, r)
			}
		}
		rows, filled, end := day.Follow(h.ends[id], holes, told)
		h.ends[id] = end
		h.rows[id] = append(slices.DeleteFunc(h.rows[id], func(r day.Row) bool { return slices.Contains(filled, r) }),
			rows...)
	}
	if h.r.IntN(4) > 0 { // else the spool is read once more
		n.spool = nil
	}
}

// claimed tells whether a server has an agent for a caller.
func (n *houseNode) claimed(id string) bool {
	return slices.ContainsFunc(n.d.Agents(), func(s acd.Status) bool { return s.ID == id && s.Caller != "" })
}

// look is what claims.look does.
func (h *house) look(n *houseNode) {
	taken := map[string]bool{}
	for id, there := range n.want {
		switch o := h.owner[id]; {
		case !there && o == n:
			delete(h.owner, id)
		case there && o != nil && o != n && o.d != nil && o.claimed(id):
			taken[id] = true
			continue
		case there:
			h.owner[id] = n
		}
		delete(n.want, id)
	}
	theirs := map[string]bool{}
	for id, o := range h.owner {
		if o != n && (taken[id] || !n.want[id]) {
			theirs[id] = true
		}
	}
	n.f.days.Theirs(theirs, h.now+n.fast, func(id string) bool { return taken[id] })
	for _, s := range n.d.Agents() {
		gone := s.State == acd.Unknown || s.Next == acd.Unknown
		switch {
		case theirs[s.ID] && !gone && s.State != acd.Out:
			h.tell(n, acd.Event{Kind: acd.Lost, Agent: s.ID, Reason: exchange.AtOtherNode})
		case !theirs[s.ID] && s.State == acd.Unknown && s.Reason == exchange.AtOtherNode:
			h.tell(n, acd.Event{Kind: acd.Found, Agent: s.ID})
			if h.phone[s.ID] != n {
				h.tell(n, acd.Event{Kind: acd.Lost, Agent: s.ID, Reason: "telephone"})
			}
		}
	}
}

// step is something that happens.
func (h *house) step() {
	for range 2 * min(len(h.nodes)-1, 1) {
		if !h.sound {
			break
		}
		h.now += h.r.Int64N(1000) // what one writes the others find when they look next
		for _, n := range h.nodes {
			h.look(n)
		}
	}
	h.now += h.r.Int64N([]int64{50, 1500, 60_000, 3_600_000}[h.r.IntN(4)])
	n, id := h.nodes[h.r.IntN(len(h.nodes))], houseAgents[h.r.IntN(len(houseAgents))]
	if n.d == nil {
		if h.r.IntN(3) == 0 {
			h.start(n)
		}
		return
	}
	switch what := h.r.IntN(20); what {
	case 0, 1, 2:
		h.caller++
		h.tell(n, acd.Event{Kind: acd.Join, Queue: "q", Caller: strconv.Itoa(h.caller)})
	case 3, 4, 5, 6:
		if len(n.offers) == 0 {
			return
		}
		o := n.offers[0]
		e := acd.Event{Kind: acd.Answered, Offer: o.Offer, Agent: o.Agents[0]}
		switch h.r.IntN(4) {
		case 0:
			e.Kind = acd.Rings
		case 1:
			e.Kind, e.Reason = acd.Refused, acd.NoAnswer
		}
		if e.Kind != acd.Rings {
			n.offers = n.offers[1:]
		}
		h.tell(n, e)
	case 7, 8, 9:
		if offer := n.talks[id]; offer != 0 {
			delete(n.talks, id)
			h.tell(n, acd.Event{Kind: acd.TalkOver, Agent: id, Offer: offer})
		}
	case 10, 11:
		kinds := []acd.EventKind{acd.SignIn, acd.SignOut, acd.SetReady, acd.SetBreak, acd.HoldOn, acd.HoldOff, acd.Tick}
		kind := kinds[h.r.IntN(len(kinds))]
		for _, n := range h.nodes {
			if n.d != nil {
				h.tell(n, acd.Event{Kind: kind, Agent: id})
			}
		}
	case 12, 13:
		there := h.phone[id] != n
		if h.calm && h.phone[id] != nil || !there && h.r.IntN(3) > 0 {
			return
		}
		delete(h.phone, id)
		if there {
			h.phone[id] = n
		}
		kind := map[bool]acd.EventKind{true: acd.Found, false: acd.Lost}[there]
		h.tell(n, acd.Event{Kind: kind, Agent: id, Reason: "telephone"})
		n.want[id] = there
	case 14, 15, 16:
		h.look(n)
	case 17, 18:
		h.flush(n)
	case 19:
		if !h.calm && !h.sound {
			h.strike(n)
		}
	}
}

// strike kills a server, which loses what it told last, or sets its clock.
func (h *house) strike(n *houseNode) {
	if h.r.IntN(2) == 0 {
		n.fast += h.r.Int64N(7_200_000) - 3_600_000
		return
	}
	n.spool = n.spool[:len(n.spool)-h.r.IntN(len(n.spool)+1)]
	n.d = nil
	for id, o := range h.owner {
		if o == n && h.r.IntN(2) == 0 { // it was buried before it ran again
			delete(h.owner, id)
		}
	}
}

// end stops the servers that run, and writes all that they told.
func (h *house) end() {
	h.now += 1000
	for _, n := range h.nodes {
		for i := 0; n.d != nil && i < len(houseAgents); i++ {
			s := n.d.Agents()[i]
			h.told(n, acd.Decision{At: h.now + n.fast, Kind: acd.Changed, Agent: s.ID, State: s.State, Reason: s.Reason,
				From: s.Since, Caller: s.Caller})
		}
		for n.spool != nil {
			h.flush(n)
		}
	}
}

// whole is what is wrong with the rows of an agent, "" if each moment from the first to the last is in one of them.
func (h *house) whole(id string) string {
	list := slices.Clone(h.rows[id])
	slices.SortFunc(list, func(a, b day.Row) int { return int(a.Began - b.Began) })
	for i, r := range list {
		switch {
		case r.Ended <= r.Began:
			return fmt.Sprintf("%+v", r)
		case i > 0 && list[i-1].Ended != r.Began:
			return fmt.Sprintf("%+v, then %+v", list[i-1], r)
		}
	}
	if len(list) == 0 && h.calm {
		return "nothing is written"
	}
	if h.calm {
		for i, r := range list {
			r.Call, r.Node = "", ""
			if i >= len(h.truth[id]) || r != h.truth[id][i] {
				return fmt.Sprintf("%+v is written, and was not so", r)
			}
		}
		if len(list) != len(h.truth[id]) {
			return fmt.Sprintf("%d of %d rows are written", len(list), len(h.truth[id]))
		}
	}
	for i := 0; h.sound && i < len(h.truth[id]); i++ {
		was, found := h.truth[id][i], int64(0)
		for _, r := range list {
			if r.State == was.State {
				found += max(0, min(r.Ended, was.Ended)-max(r.Began, was.Began))
			}
		}
		h.was += was.Ended - was.Began
		h.found += found
	}
	return ""
}

// Whatever happens to servers, telephones, clocks and agents: each second of an agent's day is in one row. Where one
// server runs all day the rows are what the agent did. REXIAN_AGENT_DAYS is for more of them (make agentdays).
func TestAgentsDaysAreWhole(t *testing.T) {
	days, seed := 2000, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("REXIAN_AGENT_DAYS")); err == nil {
		days = n
	}
	if n, err := strconv.ParseUint(os.Getenv("REXIAN_AGENT_SEED"), 10, 64); err == nil {
		seed = n
	}
	states, told, found := map[string]int{}, int64(0), int64(0)
	for i := range days {
		h := newHouse(rand.New(rand.NewPCG(seed, uint64(i))))
		for range 60 {
			h.step()
		}
		h.end()
		for _, id := range houseAgents {
			if fault := h.whole(id); fault != "" {
				t.Fatalf("seed %d, day %d, agent %s: %s\n%+v", seed, i, id, fault, h.rows[id])
			}
			told, found = told+h.was, found+h.found
			h.was, h.found = 0, 0
			for _, r := range h.rows[id] {
				states[r.State+" "+r.Reason]++
			}
		}
	}
	share := float64(found) / float64(max(told, 1))
	t.Logf("%d days from seed %d: %v; of what agents did whose telephones moved %.4f is written so", days, seed, states,
		share)
	if share < 0.99 { // the rest is of telephones that move while servers have not told yet
		t.Errorf("of what agents did whose telephones moved %.4f is written so", share)
	}
	for _, s := range slices.Sorted(maps.Values(segments)) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(states)), func(x string) bool {
			return len(x) > len(s) && x[:len(s)+1] == s+" "
		}) {
			t.Errorf("nobody was ever %s", s)
		}
	}
}
