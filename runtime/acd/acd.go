// Package acd decides which agent takes which caller. It is pure: events go in, decisions come out, and nothing in it
// reads a clock, knows a leg or a table. The same events give the same decisions, so that a day can be decided again
// from its log, tests run in virtual time by the code that answers real calls, and each offer says why it was made.
//
// # The model
//
//	caller   waiting ─▶ offered ─▶ connected       left(reason) from waiting, and from offered when the caller goes
//	            ▲──────────┘ nobody answered: the same place
//	agent    out · break · ready ─▶ reserved ─▶ ringing ─▶ talking ⇄ hold ─▶ wrap_up ─▶ ready      unknown
//
// Callers stand in a heap for each requirement class: a queue and how many of its steps are open to them. Their key,
// the moment of joining less a second for each point of priority, never changes while they wait, so nothing is ever
// scored anew: an agent who becomes ready looks at the heads of the classes they serve, and takes the one that waits
// longest in shares of its queue's target (the delay-ratio rule of Gurvich and Whitt; see goal). While an agent is
// ready nobody waits whom they could serve: who joins takes the best ready agent at once, by the order of the queue.
//
// What changes for one who waits (a step opens, the longest wait is over, the queue closes) and falls into an offer is
// put off until the offer has ended. An answer counts only for the offer that is live; a later one is dismissed.
//
// Times are Unix milliseconds. A Distributor is not safe for concurrent use.
package acd

import "slices"

// Order is how a queue chooses among agents who are ready.
type Order string

// The orders, with their keys, smallest first.
const (
	RingAll     Order = "ring_all"     // all ring; who answers first has the caller
	LongestIdle Order = "longest_idle" // since the last talk, wrap-up, coming back, or call not answered ended
	RoundRobin  Order = "round_robin"  // after the one who was offered a caller of the queue last
	InOrder     Order = "in_order"     // as the agents are listed
	FewestCalls Order = "fewest_calls" // calls today, for the time signed in today
	LeastTalk   Order = "least_talk"   // time of talk today, for the time signed in today
	Random      Order = "random"       // by the queue's seed
	Weighted    Order = "weighted"     // the highest level in a skill that is asked for, then the longest idle
)

// Queue is what a queue asks for. Times are milliseconds; zero means that the queue says nothing.
type Queue struct {
	Name      string
	Skills    []string // any of them serves
	Order     Order    `json:",omitempty"`
	LastAgent bool     `json:",omitempty"` // who served the caller last comes first: see Event.Last
	Capacity  int      `json:",omitempty"`
	Longest   int64    `json:",omitempty"`
	Ring      int64    `json:",omitempty"`
	WrapUp    int64    `json:",omitempty"`
	Misses    int      `json:",omitempty"` // calls missed in a row that sign an agent out
	KeepPlace int64    `json:",omitempty"`
	Share     float64  `json:",omitempty"` // the target: this share of callers is answered
	// within so long; 80 % in 15 s where the queue says nothing (GB/T 33358-2016)
	Within int64  `json:",omitempty"`
	Steps  []Step `json:",omitempty"`
	Seed   uint64 `json:",omitempty"` // of random
}

// Step is what changes for a caller who has waited After in the queue: more skills serve, or the caller moves.
type Step struct {
	After  int64
	Skills []string `json:",omitempty"`
	MoveTo string   `json:",omitempty"`
}

// Skill is what an agent can do, and how well: 1 to 10, the highest best.
type Skill struct {
	Name  string
	Level int
}

// Agent is a person who takes calls. Agents are in order as they were first listed.
type Agent struct {
	ID     string
	Name   string `json:",omitempty"`
	Skills []Skill
}

// State is what an agent does.
type State string

// The states of agents.
const (
	Out      State = "out"      // not signed in
	Break    State = "break"    // signed in, and takes no calls
	Ready    State = "ready"    // takes the next call
	Reserved State = "reserved" // has an offer that does not ring yet
	Ringing  State = "ringing"
	Talking  State = "talking"
	Hold     State = "hold" // the caller hears music
	WrapUp   State = "wrap_up"
	Unknown  State = "unknown" // the telephone is gone
)

// States are all of them.
var States = []State{Out, Break, Ready, Reserved, Ringing, Talking, Hold, WrapUp, Unknown}

// on tells the states in which the agent is with a caller or is offered one.
func (s State) on() bool { return s == Reserved || s == Ringing || s == Talking || s == Hold }

// EventKind is what happened.
type EventKind string

// The kinds of events, with the fields that they use.
const (
	SetQueue   EventKind = "queue"      // Config: a queue is added, or is other than before
	CloseQueue EventKind = "close"      // Queue
	OpenQueue  EventKind = "open"       // Queue
	SetAgent   EventKind = "agent"      // Person: added, or other than before; new ones are out
	DropAgent  EventKind = "agent gone" // Agent: finishes the call that is on
	SignIn     EventKind = "sign in"    // Agent: is ready
	SignOut    EventKind = "sign out"   // Agent, Reason
	SetReady   EventKind = "ready"      // Agent: the end of a break or of wrap-up
	SetBreak   EventKind = "break"      // Agent, Reason
	// Agent, Reason: the telephone is gone, or another node has it: the state is unknown
	Lost  EventKind = "lost"
	Found EventKind = "found" // Agent: the telephone is back
	Join  EventKind = "join"  // Caller, Queue, Number, Priority; Last: the agent who served them last; Key
	// Caller, Queue, Number, Key: is owed a call, and stands in the queue; Until: called before, the place is kept
	Owe        EventKind = "owe"
	Reached    EventKind = "reached"   // Caller: has answered our call, and is on the line
	NotHeard   EventKind = "unreached" // Caller, Reason: our call came to nothing
	Pick       EventKind = "pick"      // Caller, Agent: who is ready, and asks for this caller
	Leave      EventKind = "leave"     // Caller, Reason: gone, or took a key
	Trying     EventKind = "trying"    // Offer, Agent: the telephone, or who is before it, has the call
	Rings      EventKind = "rings"     // Offer, Agent
	Answered   EventKind = "answered"  // Offer, Agent
	Refused    EventKind = "refused"   // Offer, Agent, Reason: the ringing is over without an answer
	HoldOn     EventKind = "hold"      // Agent
	HoldOff    EventKind = "unhold"    // Agent
	TalkOver   EventKind = "talk over" // Agent, Offer: the caller is with the agent no more
	Engage     EventKind = "engage"    // Agent: talks to somebody who came by no queue; may be said again
	Disengage  EventKind = "disengage" // Agent: one such talk is over
	SetFigures EventKind = "figures"   // Queue, Figures: what is known of the hour before
	NewDay     EventKind = "day"       // figures of today begin anew
	Tick       EventKind = "tick"      // time has passed
)

// Reasons of an offer's end without an answer. Those that are the agent's count as missed.
const (
	NoAnswer    = "no_answer"
	Busy        = "busy"        // 486
	Declined    = "declined"    // 603
	Unreachable = "unreachable" // the telephone did not ring: not the agent's fault
	Withdrawn   = "withdrawn"   // we ended the ringing
	Taken       = "taken"       // another node was before us
)

// Missed is why an agent is out who let too many calls ring.
const Missed = "misses"

// missed tells the reasons that count against the agent.
func missed(reason string) bool { return reason == NoAnswer || reason == Busy || reason == Declined }

// Reasons why callers leave. Whoever sends Leave may say others.
const (
	Abandoned = "abandoned"
	Timeout   = "timeout"
	Closed    = "closed"
	NoAgents  = "no_agents"
	Full      = "full"
)

// Event is something that happened, at a moment. Events are in the order of their moments.
type Event struct {
	At       int64
	Kind     EventKind
	Queue    string   `json:",omitempty"`
	Agent    string   `json:",omitempty"`
	Caller   string   `json:",omitempty"`
	Number   string   `json:",omitempty"` // of the caller, "" if unknown: places are kept by it
	Last     string   `json:",omitempty"`
	Reason   string   `json:",omitempty"`
	Priority int64    `json:",omitempty"` // counts as so many seconds of waiting
	Key      int64    `json:",omitempty"` // a place that was kept elsewhere, 0 for none
	Until    int64    `json:",omitempty"`
	Offer    int64    `json:",omitempty"`
	Config   *Queue   `json:",omitempty"`
	Person   *Agent   `json:",omitempty"`
	Figures  *Figures `json:",omitempty"`
}

// Figures are what happened in a queue within the last hour. Times are milliseconds.
type Figures struct {
	Calls     int64 // talks that ended
	Handled   int64 // talk and wrap-up
	Abandoned int64
	Waited    int64 // of all who left the queue, in whatever way
}

// DecisionKind is what is to be done.
type DecisionKind string

// The kinds of decisions, with the fields that they use.
const (
	Offer    DecisionKind = "offer"    // Offer, Caller, Queue, Agents, Why: their telephones shall ring, for Ring
	Withdraw DecisionKind = "withdraw" // Offer, Caller, Agent: end the ringing; Refused tells that it has ended
	Waits    DecisionKind = "waits"    // Offer, Caller, Queue: the ringing is over, and the caller waits as before
	Connect  DecisionKind = "connect"  // Offer, Caller, Agent: the two talk
	Dismiss  DecisionKind = "dismiss"  // Offer, Agent: hang up an answer that came too late
	// Caller, Queue: the number of who is owed a call shall ring, for Ring; Agent is held for them, "" if one will be
	// free
	Call DecisionKind = "call"
	// Caller, Queue, Reason: the call came to nothing; by postponed it is made later, else the place is kept for a
	// while
	Kept    DecisionKind = "kept"
	Left    DecisionKind = "left"    // Caller, Queue, Reason
	Moved   DecisionKind = "moved"   // Caller, Queue: the new one
	Changed DecisionKind = "changed" // Agent, State, Reason: what they were From to At, and are Now
)

// Decision is what is to be done after an event.
type Decision struct {
	At     int64
	Kind   DecisionKind
	Offer  int64    `json:",omitempty"`
	Caller string   `json:",omitempty"`
	Queue  string   `json:",omitempty"`
	Agent  string   `json:",omitempty"`
	Agents []string `json:",omitempty"`
	Ring   int64    `json:",omitempty"`
	Reason string   `json:",omitempty"`
	State  State    `json:",omitempty"` // the one that ended
	From   int64    `json:",omitempty"` // when it had begun
	Now    State    `json:",omitempty"`
	NowWhy string   `json:",omitempty"` // the reason of Now
	Why    *Why     `json:",omitempty"`
	Owed   bool     `json:",omitempty"` // the caller was owed a call
}

// Defaults where a queue says nothing.
const (
	DefaultRing   = 30_000
	DefaultShare  = 0.80
	DefaultWithin = 15_000
)

// Times of the distributor's own.
const (
	restTime   = 10_000 // until an agent who missed a call is offered another
	emptyTime  = 30_000 // until callers leave a queue whose agents have all signed out
	silentTime = 2_000  // until a telephone of which nothing at all is heard is given up
	slowTime   = 10_000 // until one that has the call and does not ring is
	leastTime  = 1_000  // in a queue, before a caller moves on: queues may send to each other
)

// AllSkills are those that serve after the last step.
func (q *Queue) AllSkills() []string { return q.skills(len(q.Steps)) }

// skills are those that serve after the first n steps.
func (q *Queue) skills(n int) []string {
	list := slices.Clone(q.Skills)
	for _, s := range q.Steps[:n] {
		for _, name := range s.Skills {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}
