package sim

import (
	"slices"
	"strconv"

	"rexian/compiler/bundle"
	"rexian/runtime/acd"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// agentID is the one agent of a simulated house.
const agentID = "1001"

// House is the queues of a program and its one agent, as the calls of a test find them. Who takes whom is decided by
// the package acd, as in the server. The agent has every skill, or those that SignIn says, and talks to somebody else,
// until told to answer; the queues had an hour of talks of three minutes, so that a wait can be foretold.
type House struct {
	program *bundle.Program
	acd     *acd.Distributor
	known   map[string]bool
	call    *Call // the one that is on
	caller  string
	timer   *plan
	out     bool
	talks   bool             // the agent and the call
	served  map[string]int64 // who talked to the agent: when last
	joined  int
}

// NewHouse is a house in which the agent works.
func NewHouse(p *bundle.Program) *House {
	h := &House{program: p, acd: acd.New(), known: map[string]bool{}, served: map[string]int64{}}
	h.skilled(0, nil)
	h.acd.Apply(acd.Event{Kind: acd.SignIn, Agent: agentID})
	h.acd.Apply(acd.Event{Kind: acd.Engage, Agent: agentID})
	return h
}

// SignOut lets the agent sign out at a moment, and SignIn lets them work again.
func (h *House) SignOut(now int64) { h.sign(true, now) }

// SignIn is the opposite of SignOut. The agent has the skills from then on; without any all that queues ask for.
func (h *House) SignIn(now int64, skills ...string) {
	h.skilled(now, skills)
	h.sign(false, now)
}

// Waits tells whether the call stands in a queue.
func (h *House) Waits() bool { return h.caller != "" && !h.talks }

// skilled gives the agent skills.
func (h *House) skilled(now int64, names []string) {
	a := &acd.Agent{ID: agentID}
	if len(names) == 0 {
		for i := range h.program.Queues {
			names = append(names, acd.FromProgram(&h.program.Queues[i]).AllSkills()...)
		}
	}
	for _, s := range names {
		a.Skills = append(a.Skills, acd.Skill{Name: s, Level: 1})
	}
	h.do(acd.Event{At: now, Kind: acd.SetAgent, Person: a})
}

func (h *House) sign(out bool, now int64) {
	if h.out == out {
		return
	}
	h.out = out
	if out {
		h.do(acd.Event{At: now, Kind: acd.SignOut, Agent: agentID})
		h.do(acd.Event{At: now, Kind: acd.TalkOver, Agent: agentID})
		return
	}
	h.do(acd.Event{At: now, Kind: acd.SignIn, Agent: agentID})
	h.do(acd.Event{At: now, Kind: acd.Engage, Agent: agentID})
}

// do tells the distributor of something, and does what it decides.
func (h *House) do(e acd.Event) {
	for _, d := range h.acd.Apply(e) {
		h.decided(d)
	}
	h.timer.drop()
	h.timer = nil
	if at, ok := h.acd.Next(); ok && h.call != nil {
		c := h.call
		h.timer = c.after(at-c.now, func() { h.do(acd.Event{At: c.now, Kind: acd.Tick}) })
	}
}

func (h *House) decided(d acd.Decision) {
	c := h.call
	if c == nil || d.Caller != h.caller {
		return
	}
	switch d.Kind {
	case acd.Left:
		h.caller = ""
		t := c.waiting
		c.waiting = 0
		c.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: d.Reason}, c.now)
	case acd.Moved:
		h.take(d.Queue, c.now)
		c.session.Moved(d.Queue, c.now)
	}
}

// take brings a queue of the program in, with the hour before.
func (h *House) take(name string, now int64) {
	i := slices.IndexFunc(h.program.Queues, func(q bundle.Queue) bool { return q.Name == name })
	if h.known[name] || i < 0 {
		return
	}
	h.known[name] = true
	h.acd.Apply(acd.Event{At: now, Kind: acd.SetQueue, Config: acd.FromProgram(&h.program.Queues[i])})
	h.acd.Apply(acd.Event{At: now, Kind: acd.SetFigures, Queue: name,
		Figures: &acd.Figures{Calls: 20, Handled: 20 * 180_000}})
	for _, t := range h.program.Queues[i].Tiers {
		h.take(t.MoveTo, now)
	}
}

// join puts a call into a queue.
func (h *House) join(c *Call, queue string, priority int64) {
	h.take(queue, c.now)
	h.joined++
	h.call, h.caller = c, strconv.Itoa(h.joined)
	e := acd.Event{At: c.now, Kind: acd.Join, Caller: h.caller, Queue: queue, Number: c.number, Priority: priority}
	if i := slices.IndexFunc(h.program.Queues, func(q bundle.Queue) bool { return q.Name == queue }); i >= 0 {
		if at, ok := h.served[c.number]; ok && c.now-at <= h.program.Queues[i].LastAgent {
			e.Last = agentID
		}
	}
	h.do(e)
}

// leave takes the call out of its queue, or ends its talk.
func (h *House) leave(c *Call, reason string) {
	if h.call != c || h.caller == "" {
		return
	}
	who := h.caller
	h.caller = ""
	if h.talks {
		h.over()
		return
	}
	h.do(acd.Event{At: c.now, Kind: acd.Leave, Caller: who, Reason: reason})
}

// answer lets the agent become free, and answer whoever is offered; false if that is not this call.
func (h *House) answer(c *Call) bool {
	if h.call != c || h.caller == "" || h.out {
		return false
	}
	var offer int64
	for _, d := range h.acd.Apply(acd.Event{At: c.now, Kind: acd.TalkOver, Agent: agentID}) {
		if d.Kind == acd.Offer && d.Caller == h.caller {
			offer = d.Offer
		}
	}
	if offer == 0 {
		return false
	}
	h.served[c.number], h.talks = c.now, true
	h.do(acd.Event{At: c.now, Kind: acd.Answered, Offer: offer, Agent: agentID})
	return true
}

// over ends the talk; the agent takes another at once.
func (h *House) over() {
	h.talks = false
	h.do(acd.Event{At: h.call.now, Kind: acd.TalkOver, Agent: agentID})
	h.do(acd.Event{At: h.call.now, Kind: acd.Engage, Agent: agentID})
}

// place is where the call stands.
func (h *House) place(c *Call) session.Waiting {
	if h.call != c || h.caller == "" {
		return session.Waiting{Expected: -1}
	}
	p := h.acd.Place(h.caller, c.now)
	return session.Waiting{Ahead: p.Ahead, Expected: p.Expected}
}
