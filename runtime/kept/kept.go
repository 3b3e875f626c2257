// Package kept keeps what each call was given, day by day, so that a day can be run again: on the version that served
// it, or on another.
//
// # The model
//
// A machine is a function of its events: see the package trace. So a kept call is its header and its events, without
// what the machine said to them; that comes out again when the events are given to the same version. A checksum over
// what it said tells whether it really does.
//
//	call ── Recorder ─▶ record ── queue, bounded ─▶ Keeper ─▶ segment ── Read ─▶ Call
//	                              full: dropped, counted      an hour, or as long as it is short enough
//
// A segment is a line of text that names the format, then DEFLATE (RFC 1951) of records one after the other, each with
// its length and its checksum. It is flushed ten times a second, so a program that is killed loses at most a moment's
// calls, and a reader leaves out what is torn at the end. Each start begins a segment of its own.
// What is too old, or too much, goes by whole segments.
//
// # What is in it
//
// The answer to a secret question is masked, letter by letter, and so is every later text that holds it; a flow cannot
// look into a secret, so this changes nothing. Of a telephone number of the other party, and of any that is keyed or
// looked up, the middle is written as zeros. Names, taxpayers' and residents' numbers and all other texts that came
// from outside are tokens of the same form, made with a key that is kept nowhere: see masker. Times, amounts and states
// of things stay, and so do texts that the program holds itself. What a version decides is the same with tokens as it
// was with the texts; where it is not, since a flow takes a text apart, the checksum tells. The folder is readable by
// its owner only.
package kept

import (
	"rexian/runtime/vm"
)

// Format is the first line of a segment.
const Format = "rexian-calls 1\n"

// MaxRecord is how long the record of one call may be, in bytes. What comes after that is not kept: the call is Cut.
const MaxRecord = 64 << 10

// Header says which call it is.
type Header struct {
	Version   string // the hash of the version that ran; see the package deploy
	ID        string
	Started   int64  // Unix milliseconds
	Direction string // "in", "out", "message"
	Number    string // that was dialled, or that a message came to
	Caller    string // the other party, masked: see Mask
	Entry     string // the flow that was entered
	Args      []vm.Value
}

// Call is a call as it is read back.
type Call struct {
	Header
	Events []vm.Event // the first is that of the start
	How    vm.End     // vm.Running: by a fault of the server
	Ended  int64      // Unix milliseconds
	Check  uint32     // over what the machine said: see Sum
	Cut    bool       // it was longer than MaxRecord
}

// Masked stands for one letter of a secret.
const Masked = "•"

// Mask hides the middle of a telephone number by zeros, so that what a flow asks of a number's length and beginning is
// answered as before: 13800008000.
func Mask(number string) string {
	if len(number) < 7 {
		return number
	}
	b := []byte(number)
	for i := 3; i < len(b)-4; i++ {
		b[i] = '0'
	}
	return string(b)
}

// Sum takes an effect into a checksum that begins with SumStart.
func Sum(sum uint32, e *vm.Effect) uint32 {
	for _, n := range [...]uint32{uint32(e.Kind), uint32(e.Index), uint32(e.Prompt), uint32(e.Question),
		uint32(e.How)} {
		sum = (sum ^ n) * 16777619
	}
	return sum
}

// SumStart is the checksum of nothing, as in FNV-1a.
const SumStart uint32 = 2166136261
