// Package replay runs calls that were kept again, on the version that served them and on another, and tells what would
// have been different for their callers.
//
// # The model
//
// A kept call is what its machine was given (see the package kept). First it runs on its own version, which gives its
// course: what was said and done, and what was waited for. If that is not what was said then, the call counts as unlike
// and nothing is claimed of it. Then the other version runs beside the course, from one wait for the caller to the
// next:
//
//	its version  ─ says, looks up … ─▶ wait ─ what came of it ─▶ says … ─▶ wait …
//	                    the same?     the same?     │ the caller's intention
//	the other    ─ says, looks up … ─▶ wait ────────▶ says … ─▶ wait …
//
// What differs is told, and the call goes on by what the caller wanted: an option is found by what it is called and
// where it leads, whatever its key is now. Lookups, lists and switches answer what they answered then to the same
// question; opening hours and tables are the other version's own. Where something was not known then, or where nobody
// knows what the caller would have done, the call ends there, and that is told: nothing is guessed, and a call never
// fails for that it went another way.
package replay

import (
	"rexian/lang/diag"
	"rexian/runtime/kept"
)

// Class says what kind a difference is of, the gravest first.
type Class uint8

const (
	Ending    Class = iota // the call ends otherwise, or is not answered
	Agent                  // who was answered by an agent is not
	Queue                  // another queue, or place in it
	Transfer               // another number
	Voicemail              // another mailbox, or none
	Ticket                 // another ticket is opened
	Text                   // another text or mail is sent
	Callback               // another callback
	Goes                   // something else is asked
	Keys                   // the same by another key
	Words                  // other words
	Lookups                // something else is looked up
	Records                // other milestones, attachments, answers
	classes                // how many there are
)

var classNames = [...]string{"ending", "agent", "queue", "transfer", "voicemail", "ticket", "text", "callback", "goes",
	"keys", "words", "lookups", "records"}

// String is the class's name in reports.
func (c Class) String() string { return classNames[c] }

// Outcome tells whether a difference is one of what became of the call. All others are only heard or written down.
func (c Class) Outcome() bool { return c <= Goes }

// Difference is one thing that would have been different for a caller.
type Difference struct {
	Class Class     `json:"-"`
	Kind  string    `json:"kind"`
	After diag.Text `json:"after"` // what the caller did last
	Old   diag.Text `json:"old"`
	New   diag.Text `json:"new"`
	File  string    `json:"file,omitempty"` // of the other version, 0 and "" where nothing of it corresponds
	Start int       `json:"start,omitempty"`
}

// Sentence says it.
func (d *Difference) Sentence() diag.Text {
	return diag.Text{Zh: d.After.Zh + "：原来" + d.Old.Zh + "，现在" + d.New.Zh,
		En: d.After.En + ": it was " + d.Old.En + ", now it is " + d.New.En}
}

// Result is what became of one call.
type Result struct {
	ID          string
	Started     int64
	Caller      string       // masked
	Differences []Difference // in the order of the call
	Unlike      bool         // it does not come out on its own version as it did
	Missing     bool         // its own version is not kept
	Open        *diag.Text   // why it could not be followed to its end
}

// gravest is the difference that counts.
func (r *Result) gravest() *Difference {
	var worst *Difference
	for i := range r.Differences {
		if d := &r.Differences[i]; worst == nil || d.Class < worst.Class {
			worst = d
		}
	}
	return worst
}

// Call runs one call on both versions.
func (w *Worker) Call(p *Pair, c *kept.Call) Result {
	r := Result{ID: c.ID, Started: c.Started, Caller: c.Caller}
	if !w.course(p.old, c) {
		r.Unlike = true
		return r
	}
	f := follower{w: w, p: p, call: c, result: &r}
	f.run()
	return r
}

// Worker runs calls, one after the other, and uses its memory again. Nothing else may use it meanwhile.
type Worker struct {
	steps    []step
	segments []segment
	values   arena
	used     []bool
	passed   []int // of the new version's steps between two waits: their acts
	acts     []act
}
