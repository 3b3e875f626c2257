package exchange

import (
	"errors"
	"slices"
	"time"

	"rexian/runtime/acd"
)

// AgentNow is what an agent does now.
type AgentNow struct {
	acd.Status
	Phone  string
	Skills []acd.Skill
}

// The errors of what is asked of agents.
var (
	ErrNoAgent = errors.New("there is no such agent")
	ErrOut     = errors.New("the agent is not signed in")
)

// noPhone is the reason of an agent's being unknown whose telephone is not registered.
const noPhone = "telephone"

// SetAgents sets who takes calls. Who was there already stays as busy or idle as before, and is called at the new
// telephone from the next call on; who is gone finishes the call that is on.
func (x *Exchange) SetAgents(list []Agent) { x.queues.set(list) }

// Agents is how many agents are signed in, and how many of them ring or talk.
func (x *Exchange) Agents() (signedIn, busy int) {
	signedIn, _, busy = x.queues.count("")
	return signedIn, busy
}

// ReadyAgents is how many agents could take a call now, and how many ring or talk.
func (x *Exchange) ReadyAgents() (ready, busy int) {
	_, ready, busy = x.queues.count("")
	return ready, busy
}

// Queue is how a queue of a program stands: its agents, and who waits.
func (x *Exchange) Queue(name string) (signedIn, ready, busy, waiting int) {
	signedIn, ready, busy = x.queues.count(name)
	return signedIn, ready, busy, int(x.queues.ask(name).Ahead)
}

// AgentList are the agents as they are now.
func (x *Exchange) AgentList() []AgentNow {
	q := x.queues
	q.mu.Lock()
	defer q.mu.Unlock()
	var list []AgentNow
	for _, s := range q.acd.Agents() {
		a := q.agents[s.ID]
		n := AgentNow{Status: s, Phone: a.Phone}
		n.Caller = q.callOf(s.Caller)
		for _, name := range a.Skills {
			n.Skills = append(n.Skills, acd.Skill{Name: name, Level: max(a.Levels[name], 1)})
		}
		list = append(list, n)
	}
	return list
}

// SetAgent signs an agent in or out, or begins or ends a break: kind is SignIn, SignOut, SetReady or SetBreak. On a
// call it is done when that is over. It returns what the agent does then.
func (x *Exchange) SetAgent(id string, kind acd.EventKind, reason string) (AgentNow, error) {
	find := func() (AgentNow, bool) {
		list := x.AgentList()
		i := slices.IndexFunc(list, func(a AgentNow) bool { return a.ID == id })
		if i < 0 {
			return AgentNow{}, false
		}
		return list[i], true
	}
	a, ok := find()
	if !ok {
		return a, ErrNoAgent
	}
	if a.State == acd.Out && (kind == acd.SetReady || kind == acd.SetBreak) {
		return a, ErrOut
	}
	events := []acd.Event{{Kind: kind, Agent: id, Reason: reason}}
	if kind == acd.SignIn && x.o.Reachable != nil && !x.o.Reachable(a.Phone) {
		events = append(events, acd.Event{Kind: acd.Lost, Agent: id, Reason: noPhone})
	}
	x.queues.tell(events...)
	if a, ok = find(); !ok {
		return a, ErrNoAgent
	}
	return a, nil
}

// PhoneOf is the telephone of an agent; false if there is no such agent.
func (x *Exchange) PhoneOf(agent string) (phone string, known bool) {
	x.queues.mu.Lock()
	defer x.queues.mu.Unlock()
	a, known := x.queues.agents[agent]
	return a.Phone, known
}

// Phone tells that a telephone is registered, or is no more: its agents, who are returned, can be called, or their
// state is unknown.
func (x *Exchange) Phone(name string, there bool) (agents []string) {
	kind, q := acd.Lost, x.queues
	if there {
		kind = acd.Found
	}
	var events []acd.Event
	q.mu.Lock()
	for _, s := range q.acd.Agents() {
		if a := q.agents[s.ID]; a.Phone == name {
			agents = append(agents, a.ID)
			events = append(events, acd.Event{Kind: kind, Agent: a.ID, Reason: noPhone})
		}
	}
	q.mu.Unlock()
	if len(events) > 0 {
		q.tell(events...)
	}
	return agents
}

// NewDay begins the figures of the agents' day anew.
func (x *Exchange) NewDay() { x.queues.tell(acd.Event{Kind: acd.NewDay}) }

// CloseAgents tells OnAgent of the states that agents are in when the exchange ends.
func (x *Exchange) CloseAgents(now time.Time) {
	if x.o.OnAgent == nil {
		return
	}
	for _, a := range x.AgentList() {
		x.o.OnAgent(acd.Decision{At: now.UnixMilli(), Kind: acd.Changed, Agent: a.ID, State: a.State, Reason: a.Reason,
			From: a.Since, Caller: a.Caller})
	}
}
