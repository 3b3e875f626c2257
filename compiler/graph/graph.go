// Package graph is a program as a flow graph: what can come after what.
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
// `do f` has two edges: Do to the Entry of f, which stands for going in, and Next, which stands for coming back and is
// active if f cannot return without the caller's doing. Handlers hang on the Entry of their flow, by edges Error, Hangup,
// Outcome or Press.
//
// Analyses walk the graph; the emitted code knows its edges by number, so that tests can tell which were taken. What no call
// can do has no edge (a second try of a question that is asked once, a hang-up where nothing is waited for), or
// is left out by Takeable (what follows a `do` of a flow that never returns).
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
	Fall                     // the end of a flow that is no way to end: nothing follows
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

var edgeNames = [...]string{"next", "branch", "outcome", "press", "answer", "noinput", "nomatch", "otherwise", "hangup", "error", "goto", "do"}

// String returns the kind's name, as reports write it.
func (k EdgeKind) String() string { return edgeNames[k] }

// Node is one node.
type Node struct {
	ID   int
	Kind NodeKind
	Flow *check.FlowInfo // nil for End and for the handlers of defaults
	Step ast.Node        // nil for Entry, Exit, End
	File string
	Span diag.Span
	Out  []*Edge
	In   []*Edge
}

// Edge is one edge. ID numbers it in the program, in the order of the flows' names and then of the text.
type Edge struct {
	ID       int
	Kind     EdgeKind
	From, To *Node
	Active   bool
	Label    string
	Span     diag.Span // of the arm or branch that it is, else of the step
}

// Flow is one flow's part.
type Flow struct {
	Info         *check.FlowInfo // nil: the handlers of defaults
	Entry, Exit  *Node
	QuietReturn  bool // it can return without the caller's doing
	ReturnsAtAll bool
}

// Graph is the graph of a program.
type Graph struct {
	Nodes []*Node
	Edges []*Edge
	Flows []*Flow // in the order of check.Program.Flows, that of defaults last
	End   *Node
	byKey map[key]*Edge
	flows map[*check.FlowInfo]*Flow
	nodes map[ast.Node]*Node

	roots  []*Node
	limits map[*Edge]func(reached) bool // when an edge can be taken, beside its beginning
}

// key finds an edge by what it was made of.
type key struct {
	step  ast.Node
	kind  EdgeKind
	label string
	arm   *ast.Arm
}

// EdgeOf finds the edge of a kind that leaves a step: of an arm, if it belongs to one, with the label that the graph gave it.
// -1 if the graph has none.
func (g *Graph) EdgeOf(step ast.Node, kind EdgeKind, label string, arm *ast.Arm) int {
	if e := g.byKey[key{step, kind, label, arm}]; e != nil {
		return e.ID
	}
	return -1
}

// FlowOf finds a flow's part.
func (g *Graph) FlowOf(f *check.FlowInfo) *Flow { return g.flows[f] }

// NodeOf finds the node of a step; nil for a step that could not be read.
func (g *Graph) NodeOf(step ast.Node) *Node { return g.nodes[step] }

// Reachable marks the nodes that edges lead to from some nodes, those included.
func (g *Graph) Reachable(from ...*Node) []bool {
	seen := make([]bool, len(g.Nodes))
	stack := append([]*Node(nil), from...)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[n.ID] {
			continue
		}
		seen[n.ID] = true
		for _, e := range n.Out {
			if !seen[e.To.ID] {
				stack = append(stack, e.To)
			}
		}
	}
	return seen
}
