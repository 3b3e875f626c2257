// Package collect is the one algorithm by which keys become an answer. Every line, simulated or
// real, runs it, so a flow's tests hear what a caller will.
//
// A Machine performs one *try* of one question. It is a pure function of what it is told: a key
// went down, the prompts have ended, so much time has passed. It starts no timer; Deadline says
// when it wants to be told the time, and a late Tick, or a key that arrives before the Tick that
// was due, changes nothing about the outcome. The byte-code around it counts misses, plays the
// words for them, and starts the next try.
//
// The phases of a try:
//
//	Lead     a must-hear prompt plays: keys are discarded              (rule 2)
//	Playing  interruptible prompts play: the first key stops them      (rules 3, 4)
//	Waiting  silence: the first-key timer runs                         (rule 4)
//	Keying   keys are coming: between, critical and total timers run   (rules 5, 6)
//	Done     the result is known; further keys wait for the next question
//
// While keys come, what they spell is matched against two things at once: the options on offer
// (menus, and `press` arms beside a field) and the field. A dead end of one leaves the other. When
// what is keyed is complete as an option and could still become something longer, the critical
// timer decides; when nothing longer is possible it is taken at once. If a further key makes it
// neither, the longest complete option is taken and the rest waits for the next question: "12"
// keyed ahead through two menus must not depend on there being an option 10.
//
// A key which a field cannot hold does not end the try: the caller goes on keying, and the whole is
// found invalid at its end, so that one slip costs one try and its tail does not spill into the
// next.
//
// Times are milliseconds since the call began. A Machine and its Buffer are plain data: save them
// as JSON between any two events, read them back, Attach the buffer, go on.
package collect

import "rexian/compiler/ident"

// AllOffered offers every option of a Spec.
const AllOffered = ^uint64(0)

// Timers used where a Spec leaves one zero.
const (
	DefaultWait     = 5_000
	DefaultBetween  = 3_000
	DefaultCritical = 1_500
	DefaultTotal    = 60_000
)

// Spec is one question, as the running flow has worked it out.
type Spec struct {
	Prompts  bool `json:"prompts"`            // something plays before or while keys are awaited
	MustHear bool `json:"mustHear,omitempty"` // and its lead may not be interrupted

	Options []string `json:"options,omitempty"` // the keys of each option: "1", "10", "*"; at most 64
	Offered uint64   `json:"offered"`           // bit i: option i is on offer now

	Field  ident.Kind `json:"field,omitempty"`  // None for a menu
	MinLen int        `json:"minLen,omitempty"` // keys, without the end key; 0: as the kind has it
	MaxLen int        `json:"maxLen,omitempty"`
	Ranged bool       `json:"ranged,omitempty"` // Min..Max apply, both included, in the kind's own units
	Min    int64      `json:"min,omitempty"`
	Max    int64      `json:"max,omitempty"`
	EndKey byte       `json:"endKey,omitempty"` // '#', another key, or 0 for none
	// Listed are all answers that there are, sorted; nil where the kind decides. One that nothing could follow is
	// taken at once, as an option is.
	Listed []string `json:"listed,omitempty"`

	Global      string `json:"global,omitempty"`      // keys of the handlers in force, one each
	AllowGlobal bool   `json:"allowGlobal,omitempty"` // also within a field

	Wait     int64 `json:"wait,omitempty"`     // first key, from the end of the prompts
	Between  int64 `json:"between,omitempty"`  // from key to key
	Critical int64 `json:"critical,omitempty"` // a complete option that could be longer
	Total    int64 `json:"total,omitempty"`    // from the first key, whatever happens
}

// normal fills what the flow did not say.
func (s Spec) normal() Spec {
	def := func(p *int64, v int64) {
		if *p <= 0 {
			*p = v
		}
	}
	def(&s.Wait, DefaultWait)
	def(&s.Between, DefaultBetween)
	def(&s.Critical, DefaultCritical)
	def(&s.Total, DefaultTotal)
	least, most := s.Field.Lengths()
	if s.Field == ident.Several {
		most = len(s.Options)
	}
	if s.MinLen <= 0 || s.Field == ident.Scale { // a scale's range decides
		s.MinLen = least
	}
	if s.MaxLen <= 0 {
		s.MaxLen = most
	}
	s.MaxLen = max(s.MaxLen, s.MinLen)
	return s
}

// Kind is how a try ended.
type Kind uint8

const (
	Pending Kind = iota
	Option       // Index is the option
	Value        // Text and N are the answer; Index too, for a choice
	Global       // Index is the place in Spec.Global
	NoInput      // no key in time
	NoMatch      // Reason says why
	Hangup       // the caller left; Keys are what had been keyed
)

// Reason is why keys were no answer. Traces and reports keep them apart.
type Reason uint8

const (
	NoReason Reason = iota
	Short           // the caller stopped too early
	Long            // more digits than the type holds
	Invalid         // a wrong check digit, no such day, outside the range
	Unlisted        // a key, or an answer, that is not on offer
)

var reasonNames = [...]string{"", "short", "long", "invalid", "unlisted"}

// String returns the reason as reports write it; "" for none.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return "unknown"
}

// Result is how a try ended. Keys are those pressed, without a swallowed end key; whoever logs
// them must know whether the question is secret.
type Result struct {
	Kind   Kind   `json:"kind"`
	Reason Reason `json:"reason,omitempty"`
	Index  int    `json:"index,omitempty"`
	Text   string `json:"text,omitempty"`
	N      int64  `json:"n,omitempty"` // see ident.Value; for Several the set of options as bits
	Keys   string `json:"keys,omitempty"`
}

// Output is what the host must do after an event.
type Output struct {
	StopPrompts bool   // silence the whole prompt queue now
	Discarded   int    // keys thrown away because a must-hear prompt plays
	Done        bool   // Result is set: this is the only Output of the try that has it
	Result      Result // valid when Done
}
