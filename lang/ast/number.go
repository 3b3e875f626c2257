package ast

import "sync/atomic"

// Number tells a node from all others that the process has read: what is known of nodes is kept in Tables by it. It is
// 0 for a node that stands for source that was passed over. Expressions, references and steps have blocks of numbers of
// their own, so that a table of either has few gaps.
type Number uint64

// block is how many numbers a file takes at a time, and how many a page of a table holds.
const block = 128

// given counts the blocks that have been taken.
var given atomic.Uint64

// Numbers gives the nodes of one file their numbers.
type Numbers struct {
	next   [4]Number // of other nodes, of expressions, of steps, of references
	places *Places   // where the nodes' places are noted; nil: nowhere
}

// Noting gives numbers and notes the places of the nodes.
func Noting(p *Places) Numbers { return Numbers{places: p} }

// Give numbers a node that is complete.
func (s *Numbers) Give(n Node) {
	if s.places != nil && n.number() == 0 {
		s.places.note(n)
	}
	series := 0
	switch n.(type) {
	case *Ref:
		series = 3
	case Expr:
		series = 1
	case Step:
		series = 2
	}
	if s.next[series]%block == 0 {
		s.next[series] = Number(given.Add(1)) * block
	}
	n.setNumber(s.next[series])
	s.next[series]++
}

// Table keeps a value for some of the nodes of a program. The zero value is empty.
// Reading it is safe for several goroutines at once.
type Table[V any] struct{ pages map[Number]*[block]V }

// Of is the value of a node, the zero value if it has none. The node is not nil.
func (t *Table[V]) Of(n Node) (v V) {
	i := n.number()
	if p := t.pages[i/block]; p != nil {
		return p[i%block]
	}
	return v
}

// Set gives a node its value. A node without a number has none.
func (t *Table[V]) Set(n Node, v V) {
	i := n.number()
	if i == 0 {
		return
	}
	p := t.pages[i/block]
	if p == nil {
		if t.pages == nil {
			t.pages = map[Number]*[block]V{}
		}
		p = new([block]V)
		t.pages[i/block] = p
	}
	p[i%block] = v
}
