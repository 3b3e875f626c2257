package vm

import "rexian/runtime/collect"

// EventKind says what happened.
type EventKind uint8

const (
	Done      EventKind = iota // the effect has been carried out, without a result
	Answer                     // with a result: Value
	Outcome                    // it ended otherwise: Tag, and what it carries in Values
	Collected                  // a try of a question ended: Collect
	Hangup                     // the caller has gone, whatever was asked for
	Fault                      // the host could not do it: raises `error`
	Diverted                   // the flow named Tag takes the place of all that runs, with the arguments Values
)

var eventNames = [...]string{"done", "answer", "outcome", "collected", "hangup", "fault", "diverted"}

// String returns the kind's name, as logs write it.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "?"
}

// Event answers an Effect. Every effect but End has exactly one answer. A hang-up, or another flow, may come in
// place of any.
//
// What the answers look like:
//
//	Lookup    Answer(result), or Outcome "not_found", "unavailable"…
//	Query     Answer: list and switch yes or no; hours a record {open yes or no, reason tag, next opening or absent}
//	Collect   Collected
//	Record    Answer(id of the recording), or Outcome "noinput", "nomatch"
//	Enqueue   Done when the agent has hung up and the caller is still there; Outcome "full", "timeout", "no_agents",
//	          "closed"; or Outcome "press" with Text(keys) in Values[0] when the caller took an offer
//	Transfer  Done when the called party hung up; Outcome "busy"…
//	others    Done, or Outcome "unavailable"
type Event struct {
	Kind    EventKind      `json:"kind"`
	Now     int64          `json:"now"` // Unix milliseconds: the one clock reading of the steps that follow
	Tag     string         `json:"tag,omitempty"`
	Value   Value          `json:"value"`
	Values  []Value        `json:"values,omitempty"`
	Collect collect.Result `json:"collect,omitzero"`
	Agent   string         `json:"agent,omitempty"` // enqueue: who answered
}
