// Package ast is the tree of a flow file, the same for both tongues: a keyword is a node's type or
// a canonical English word in it, never its spelling.
//
// A file is a list of declarations; a flow, a menu, a survey and every arm hold steps; steps hold
// expressions. Wherever the parser met an error it puts a Bad node, whose diagnostic has been given
// already: later stages pass over a Bad in silence, so that one fault is reported once.
//
// Nodes give their span as byte offsets of their file. Comments are not on the nodes: they are kept
// whole, in order, on the File, and the formatter places them by offset.
package ast

import "rexian/lang/diag"

// Node is any node of the tree.
type Node interface {
	Span() diag.Span
	SetSpan(diag.Span)
	number() Number
	setNumber(Number)
	base() *Base
}

// Base gives a node its place and its number.
type Base struct {
	start, end int32
	id         Number
}

// At is the Base of a node that stands somewhere.
func At(s diag.Span) Base { return Base{start: int32(s.Start), end: int32(s.End)} }

// Span is the node's place in its file.
func (b *Base) Span() diag.Span { return diag.Span{Start: int(b.start), End: int(b.end)} }

// SetSpan gives the node its place.
func (b *Base) SetSpan(s diag.Span) { b.start, b.end = int32(s.Start), int32(s.End) }

func (b *Base) number() Number     { return b.id }
func (b *Base) setNumber(n Number) { b.id = n }
func (b *Base) base() *Base        { return b }

// File is one source file.
type File struct {
	Path     string // relative to the program's root, with "/"
	Text     string // its source, which all spans are about
	Decls    []Decl
	Comments []Comment

	outline outlined
}

// Comment is one `// …` up to its line's end.
type Comment struct {
	At   diag.Span
	Text string // without the slashes, as written
}

// Name is a word in a place where a name stands; Text is NFC.
type Name struct {
	Base
	Text string
}

// Decl is a declaration of a file.
type Decl interface {
	Node
	decl()
}

// Step is one step of a block.
type Step interface {
	Node
	step()
}

// Expr is an expression; statically it may also be a lookup, where the grammar's meaning allows one.
type Expr interface {
	Node
	expr()
}

// Bad stands for source that could not be read; its diagnostic has been given. It is a declaration,
// a step, an expression, an arm or a clause, wherever one is wanted.
type Bad struct{ Base }

func (*Bad) decl() {}
func (*Bad) step() {}
func (*Bad) expr() {}
