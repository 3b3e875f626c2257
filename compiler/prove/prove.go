// Package prove shows what no single step does: that every path of a call ends well, that every outcome is taken by
// somebody, that no call can go round for ever without its caller, that every step and every declaration can be
// reached, and that what a menu says is what it accepts.
//
// # Quiet and active
//
// The language's one idea about time is here. An edge of the flow graph is active if the caller pressed
// something valid to take it: a press arm, an accepted answer. All others are quiet: the machine takes
// them by itself. A cycle with an active edge goes on only while somebody wants it to, and is counted at
// run time; a cycle of quiet edges would go on for ever on a line where nobody listens, and is refused, whatever was
// pressed before it.
//
// All of this is read off the one graph of the program (package graph), in time that grows with its size and no faster.
package prove

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/diag"
)

// Program reports what is wrong with the paths, loops, menus and declarations of p, and gives the graph that it read
// that from. The findings are not sorted. p should be without errors of its own: parts it could not understand are
// passed over.
func Program(p *check.Program) (*graph.Graph, []diag.Diagnostic) { return program(p, nil, nil) }

// Memory proves a program again and again while somebody writes it: what texts say is listened to once, and a question
// that agreed with its words is not compared with them again before either changes. What it finds is what Program
// finds. The zero value has heard nothing.
type Memory struct{ last *listening }

// Program is Program.
func (m *Memory) Program(p *check.Program) (*graph.Graph, []diag.Diagnostic) {
	was := m.last
	m.last = listeningTo(p, was)
	return program(p, was, m.last)
}

func program(p *check.Program, was, now *listening) (*graph.Graph, []diag.Diagnostic) {
	a := &analysis{p: p, g: graph.Build(p), global: globalKeys(p)}
	a.uncaught()
	if a.ends(); slices.ContainsFunc(a.found,
		func(d diag.Diagnostic) bool { return d.Code != "RX3001" && d.Code != "RX3002" }) {
		return a.g, a.found // where steps lead is not known yet
	}
	// What is left only reads, and has two processors: its findings are put together in this order.
	b := &analysis{p: a.p, g: a.g, global: a.global, was: was, now: now}
	wait := beside(func() {
		b.refusals()
		b.absent()
		b.unused()
		b.effects()
		b.agreement()
	})
	a.unreachable()
	a.goesOn()
	a.recursion()
	a.quietCycles()
	a.rounds()
	a.moves()
	wait()
	return a.g, append(a.found, b.found...)
}

// beside runs f on another processor. Whoever waits for it panics as it did: a server that looks at flows must not fall
// for one that cannot be proved.
func beside(f func()) (wait func()) {
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		f()
	}()
	return func() {
		if r := <-done; r != nil {
			panic(r)
		}
	}
}

type analysis struct {
	p     *check.Program
	g     *graph.Graph
	found []diag.Diagnostic

	was, now *listening // at the last proof, and at this one; nil: nothing is kept

	global  []string // the keys of all handlers
	circles []int    // of each flow: the same for those that do each other in a circle, -1 for others
}

func (a *analysis) report(d diag.Diagnostic) { a.found = append(a.found, d) }
