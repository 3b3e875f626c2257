// Package graph is a program as a flow graph: what can come after what. It is the one place that knows; the proofs and
// the emitted code ask it.
//
// # The model
//
// Steps are nodes. Each flow has an Entry and, if it returns, an Exit; one End stands for every way a call
// ends. An edge says why the call goes on there: the next step, a branch, an outcome, a key, a miss, a
// hang-up, an error, a goto. An edge is active if the caller did something valid to take it (pressed an option, gave an
// accepted answer), else it is quiet. Every branch counts as possible.
//
//	Entry ─next▶ say ─next▶ menu ─press 1 (active)▶ goto ─goto▶ Entry of the target
//	                          │ noinput, nomatch ▶ itself or the arm
//	                          └ otherwise ▶ …
//
// `do f` has two edges: Do to the Entry of f, which stands for going in, and Next, which stands for coming back: it can
// be taken only if f's Exit can be come to, and is active if that needs the caller's doing. Handlers for errors,
// hang-ups and keys hang on the Entry of their flow.
//
// # Outcomes
//
// An outcome that no arm of its step catches leads to a node Raised of its flow: from there to the flow's handler for
// it, else to a node Escaped, through which it leaves the flow. It arrives, by an edge that needs that node, in every
// flow that does this one; from a flow that runs at the bottom of a call it goes to the handlers of `defaults`. What is
// raised within a handler leaves the flow at once.
//
// # What is bounded
//
// The next round of a loop and the next try of a question are bounded edges: as many as are counted. A cycle of quiet
// edges without a bounded one goes on for ever.
//
// Analyses walk the graph; the emitted code knows its counted edges by number, so that tests can tell which were taken.
// What no call can do has no edge (a second try of a question that is asked once, a hang-up where nothing is waited
// for), or is left out by Takeable.
package graph

import (
	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// NodeKind is what a node stands for.
type NodeKind uint8

const (
	Entry    NodeKind = iota // where a flow begins
	Exit                     // where a flow returns
	End                      // where calls end; one for the program
	Step                     // Step
	Question                 // a menu, an ask, a record, a survey's question: Step; it waits for the caller
	Loop                     // the head of a repeat or for each
	// the end of a loop's round, or of what is done about a miss: Step is the loop or the question
	Round
	Fall    // an end that is no way to end: nothing follows. Why says what is wrong about it
	Through // where an arm of an outcome goes on at the step that follows: Step is its block
	Raised  // an outcome, Tag, on its way to a handler of the flow
	Escaped // an outcome, Tag, that leaves the flow
)

// EdgeKind is why the call goes on along an edge.
type EdgeKind uint8

const (
	Next    EdgeKind = iota
	Branch           // of if, match, when; into and out of a loop
	Outcome          // Label: its tag
	Press            // Label: the keys
	Answer           // an accepted answer
	NoInput          // no key in time, and what is done about it
	NoMatch          // wrong keys
	Tries            // no try is left: the question's otherwise
	Hangup
	Error
	Goto
	Do
)

var edgeNames = [...]string{"next", "branch", "outcome", "press", "answer", "noinput", "nomatch", "otherwise", "hangup",
	"error", "goto", "do"}

// String returns the kind's name, as reports write it.
func (k EdgeKind) String() string { return edgeNames[k] }

// Node is one node.
type Node struct {
	ID   int32
	Kind NodeKind
	Of   *Flow    // nil for End
	Step ast.Node // nil where there is none
	Tag  string   // Raised, Escaped: the outcome. Fall: the code of the finding for who comes here
	at   place
}

// place is a span in half the room: a large program has hundreds of thousands of nodes and edges.
type place struct{ start, end int32 }

func placeOf(s diag.Span) place { return place{int32(s.Start), int32(s.End)} }

func (p place) span() diag.Span { return diag.Span{Start: int(p.start), End: int(p.end)} }

// Span is that of the step, or of what a finding about the node points at.
func (n *Node) Span() diag.Span { return n.at.span() }

// Span is that of the arm or branch that the edge is, else of the step.
func (e *Edge) Span() diag.Span { return e.at.span() }

// Flow is the flow, menu or survey that a node belongs to; nil for End and for the handlers of defaults.
func (n *Node) Flow() *check.FlowInfo {
	if n.Of == nil {
		return nil
	}
	return n.Of.Info
}

// File is the path of the file that a node's span is about.
func (n *Node) File() string {
	if n.Of == nil {
		return ""
	}
	return n.Of.File
}

// Edge is one edge. ID numbers the counted ones in the program, in the order of the flows' names and then of the text;
// it is
// -1 for those that only lead on.
type Edge struct {
	ID       int32
	Kind     EdgeKind
	Active   bool
	Bounded  bool // the next of a counted number of rounds or tries
	From, To *Node
	Needs    *Node // what must be come to as well: the end of the flow that a do runs; nil for nothing
	Arm      *ast.Arm
	Label    string
	at       place
}

// Flow is one flow's part.
type Flow struct {
	Info        *check.FlowInfo // nil: the handlers of defaults
	Index       int             // in Graph.Flows
	File        string
	Entry, Exit *Node
	QuietReturn bool // it can return without the caller's doing
	Calls       bool // it can be at the bottom of a call, where what escapes it meets defaults
	Messages    bool // it can be at the bottom of a message, where nothing does
	Sites       []*Site

	handles map[string]*Node // the nodes Raised of the outcomes that it has handlers for
	raised  map[string]*Node
	escaped map[string]*Node
	sites   []*Site // that run this flow
}

// Site is a step that runs another flow and comes back: a do, or a survey.
type Site struct {
	Node      *Node
	In        *Flow
	To        *Flow
	Next      *Edge // coming back
	InHandler bool  // what escapes To then leaves In as well
}

// Graph is the graph of a program.
type Graph struct {
	Nodes []*Node
	Edges []*Edge // the counted ones, by ID
	// in the order of check.Program.Flows, then that of defaults, then what campaigns do for those not reached
	Flows []*Flow
	End   *Node

	program *check.Program
	out, in adjacency
	all     []*Edge
	byKey   map[key]*Edge
	flows   map[*check.FlowInfo]*Flow
	nodes   ast.Table[*Node]
	unlocks map[*Node][]*Edge // that need a node
	lasting map[*ast.Arm]bool // arms of misses that lead to the next try
	live    []bool            // nodes that can be come to from the beginning of their own flow
	quiet   []bool            // likewise without the caller's doing
	written []bool            // likewise, where every handler counts as needed
	roots   []*Node           // where calls and messages begin
}

// key finds an edge by what it was made of.
type key struct {
	step  ast.Node
	kind  EdgeKind
	label string
	arm   *ast.Arm
}

// EdgeOf finds the edge of a kind that leaves a step: of an arm, if it belongs to one, with the label that the graph
// gave it.
// -1 if the graph has none.
func (g *Graph) EdgeOf(step ast.Node, kind EdgeKind, label string, arm *ast.Arm) int {
	if g.byKey == nil {
		g.byKey = make(map[key]*Edge, len(g.Edges))
		for _, e := range g.Edges {
			from := e.From.Step
			if from == nil && e.Arm != nil {
				from = e.Arm
			}
			k := key{from, e.Kind, e.Label, e.Arm}
			if g.byKey[k] == nil {
				g.byKey[k] = e
			}
		}
	}
	if e := g.byKey[key{step, kind, label, arm}]; e != nil {
		return int(e.ID)
	}
	return -1
}

// Out are the edges that leave a node, in the order in which they were made.
func (g *Graph) Out(n *Node) []*Edge { return g.out.of(n) }

// In are the edges that lead to a node.
func (g *Graph) In(n *Node) []*Edge { return g.in.of(n) }

// adjacency has the edges of each node, one node's behind the other's.
type adjacency struct {
	edges []*Edge
	from  []int32 // where those of a node begin, by its ID, and the end
}

func (a *adjacency) of(n *Node) []*Edge {
	if int(n.ID) >= len(a.from)-1 { // made since the edges were sorted
		return nil
	}
	return a.edges[a.from[n.ID]:a.from[n.ID+1]]
}

// Forget lets go of all that only proofs and coverage ask.
func (g *Graph) Forget() { *g = Graph{program: g.program, lasting: g.lasting} }

// FlowOf finds a flow's part.
func (g *Graph) FlowOf(f *check.FlowInfo) *Flow { return g.flows[f] }

// NodeOf finds the node of a step; nil for a step that could not be read.
func (g *Graph) NodeOf(step ast.Node) *Node { return g.nodes.Of(step) }

// Leaves tells whether what is done about a miss leaves the question for good. What does not is not run when no try is
// left: words to try again would be untrue.
func (g *Graph) Leaves(miss *ast.Arm) bool { return !g.lasting[miss] }

// Live tells whether a node can be come to from the beginning of its own flow or of one of its handlers.
func (g *Graph) Live(n *Node) bool { return g.written[n.ID] }

// Quiet tells whether the machine takes an edge by itself, and for ever if it comes to it again and again.
func (g *Graph) Quiet(e *Edge) bool {
	return unasked(e) && !e.Bounded && (e.Needs == nil || g.quiet[e.Needs.ID])
}

// Defaults is the part of the handlers of defaults.
func (g *Graph) Defaults() *Flow { return g.Flows[len(g.program.Flows)] }
