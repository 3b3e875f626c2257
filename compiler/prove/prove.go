// Package prove proves what no single step shows: that every path of a call ends well, that no call
// can go round for ever without its caller, that every step and every declaration can be reached, and
// that what a menu says is what it accepts.
//
// # Quiet and active
//
// The language's one idea about time is here. An edge of the flow graph is active if the caller pressed
// something valid to take it: a press arm, an accepted answer. All others are quiet: the machine takes
// them by itself. A cycle with an active edge goes on only while somebody wants it to, and is counted at
// run time; a cycle of quiet edges would go on for ever on a line where nobody listens, and is refused.
//
// Steps are structured, so no graph is built for this: each flow is walked once, with two bits that say
// whether the place can be reached at all (live), and whether it can be reached from the flow's start by
// quiet edges alone (quiet). What the walk leaves behind of a flow is small: which flows it goes to and
// whether quietly, and how it returns. The cycles are then found among flows. Since a flow's own way of
// returning matters to those that `do` it, the walks repeat until nothing changes; both bits only ever
// go from false to true, so that ends.
package prove

import (
	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Program reports what is wrong with the paths, loops, menus and declarations of p. The findings are not
// sorted. p should be without errors of its own: parts it could not understand are passed over.
func Program(p *check.Program) []diag.Diagnostic {
	a := &analysis{p: p, summaries: make(map[*check.FlowInfo]*summary, len(p.Flows))}
	for _, f := range p.Files {
		for _, d := range f.Decls {
			if d == ast.Decl(p.Defaults) && p.Defaults != nil {
				a.defaultsFile = f.Path
			}
		}
	}
	for _, f := range p.Flows {
		a.summaries[f] = &summary{exits: map[*check.FlowInfo]exit{}}
	}
	for changed := true; changed; {
		changed = false
		for _, f := range p.Flows {
			if a.walk(f, false) {
				changed = true
			}
		}
	}
	for _, f := range p.Flows {
		a.walk(f, true)
	}
	a.handlersOfDefaults()
	a.quietCycles()
	a.recursion()
	a.unused()
	a.agreement()
	return a.found
}

type analysis struct {
	p            *check.Program
	summaries    map[*check.FlowInfo]*summary
	defaultsFile string
	found        []diag.Diagnostic
}

// summary is what a flow is to others.
type summary struct {
	exits   map[*check.FlowInfo]exit
	returns state // at its `return`s; for a survey or a message flow also at its end
}

// exit is the quietest way from a flow's start to a goto or do of another.
type exit struct {
	quiet bool
	do    bool
	ref   *ast.Ref
	file  string
}

func (a *analysis) report(d diag.Diagnostic) { a.found = append(a.found, d) }

// state says of a place whether any path reaches it, and whether a quiet one does.
type state struct{ live, quiet bool }

func (s state) join(t state) state { return state{s.live || t.live, s.quiet || t.quiet} }

// active is s after the caller has pressed something valid.
func (s state) active() state { return state{live: s.live} }
