// Package fn is what a library function is: a Go function that gets a call's circumstances and the values of its
// arguments and returns a value, an outcome that the flow handles, or an error.
package fn

import (
	"context"
	"time"

	"rexian/compiler/value"
)

// Caller is the call on whose behalf a function runs.
type Caller struct {
	CallID string
	Phone  string // the other party's number, as the line gave it
	Number string // the number that was dialled
	Lang   string // tag of the language spoken now
	Path   string // the flows the call went through
	Now    time.Time
	Place  int64  // that the caller had in a queue and has left unserved, since Unix ms; 0: none
	Batch  string // the run of a campaign that writes to many: what is sent is a notice, sent once for one CallID
	Long   bool   // a campaign asks for its targets: a list may have LongList items, which no call could go through
}

// LongList is how many targets a campaign may have.
const LongList = 200_000

// Func is a library function. args are in the order of the signature, absent where an optional one was not given. An
// error that is an Outcome is for the flow; any other is logged, and the flow sees `unavailable`.
type Func func(ctx context.Context, c Caller, args []value.Value) (value.Value, error)

// Outcome is the canonical tag of how a call ended instead of with a result, such as "not_found".
type Outcome string

func (o Outcome) Error() string { return "outcome " + string(o) }
