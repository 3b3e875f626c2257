// Package parse reads a flow file into its tree.
//
// The grammar is keyword-led: every declaration, step, arm and clause begins with a word that says
// what it is, so every choice is made on one token and an error never spoils more than the sibling it
// stands in. Both tongues share the one grammar, because a production asks for a keyword by its ID and
// never sees its spelling.
//
// participle carries the reading: its lexer interface is fed by package token, and its production for
// a declaration is ours (ParseTypeWith), since three things lie outside what struct tags can say.
// A contextual word is a keyword only where its clause may stand, so keywords are settled while
// parsing and not before; an error must not end the reading; and participle's messages are the
// grammar's own, which is no language for the people who write flows.
//
// Reading goes on after an error. The faulty sibling becomes a Bad node, or is left out where the tree
// has no room for one and its parent is marked Faulty, and the reading resumes at the next word that
// can begin a sibling. Braces are balanced on the way. A declaration keyword at the start of a line
// ends all open blocks: there a `}` was forgotten, and the place is found from the indentation.
//
// What each word turned out to be is recorded on the way (see Tokens): the formatter needs it to write
// the same program in the other tongue.
package parse

import (
	"sync"
	"unsafe"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
)

// MaxBytes is the size of the largest file that is read. A longer one is refused with a diagnostic: a
// hotline of 20,000 lines is below one megabyte.
const MaxBytes = 4 << 20

// MaxDepth is how deep blocks and parentheses may nest, operators of one chain counted as levels.
const MaxDepth = 200

// Parse reads one file. path is the file's name relative to the program's root and goes into the tree
// and the diagnostics. The tree is never nil and holds all that could be read; the diagnostics are in
// the order of the text. The tree is about src itself, not a copy: it must not be changed any more.
func Parse(path string, src []byte) (*ast.File, []diag.Diagnostic) {
	room := rooms.Get().(*room)
	defer rooms.Put(room)
	if len(src) >= large && len(src) <= MaxBytes {
		if file := readInParts(path, src, room); file != nil {
			return file, nil
		}
	}
	r, file := read(path, src, room)
	return file, diag.Sort(r.diags)
}

// room is what the tokens of a file and those of a hole take. Nothing of the tree points into it, so the next file has
// the same.
type room struct {
	file, hole   []token.Token
	marks, inner []mark
}

var rooms = sync.Pool{New: func() any { return &room{} }}

// marksFor gives n marks that are not set.
func marksFor(n int, old []mark) []mark {
	if cap(old) < n {
		return make([]mark, n)
	}
	clear(old[:n])
	return old[:n]
}

// read reads a file in a room that others had before, or, where what each token stood as is to be kept, in none.
func read(path string, src []byte, in *room) (*reader, *ast.File) {
	r := &reader{path: path, suspect: -1, closedAt: -1, keep: in == nil, room: in}
	if in == nil {
		r.room = &room{}
	}
	return r, r.readAll(src)
}

// readAll reads the text.
func (r *reader) readAll(src []byte) *ast.File {
	path := r.path
	if len(src) > MaxBytes {
		r.diags = append(r.diags, diag.New("RX1004", path, diag.Span{}, len(src)/(1<<20)+1, MaxBytes>>20))
		src = nil
	}
	r.src = unsafe.String(unsafe.SliceData(src), len(src))
	all, faults := token.ScanInto(r.room.file, path, r.src)
	r.diags = append(r.diags, faults...)
	r.begin(all)
	r.file = r.tokens
	r.lexed = len(r.diags)

	g := grammars.Get().(*grammar)
	decls := g.read(r)
	grammars.Put(g)

	r.returnedNames(decls)
	return &ast.File{Path: path, Text: r.src, Decls: decls, Comments: r.comments}
}

// begin takes the tokens that are to be read, and keeps the comments among them.
func (r *reader) begin(all []token.Token) {
	r.room.file = all
	r.tokens = all[:0]
	for i := range all {
		switch t := &all[i]; t.Kind {
		case token.Comment:
			r.comments = append(r.comments, ast.Comment{At: t.Span, Text: t.Text})
		case token.Sep:
		default:
			r.tokens = append(r.tokens, *t)
		}
	}
	r.room.marks = marksFor(len(r.tokens), r.room.marks)
	r.marks = r.room.marks
}

var grammars = sync.Pool{New: func() any { return newGrammar() }}
