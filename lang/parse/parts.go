package parse

import (
	"slices"
	"unsafe"

	"rexian/lang/ast"
	"rexian/lang/token"
	"rexian/lang/words"
)

// A file of so many bytes is read in parts of so many tokens, which lie where they are quickly had: tokens take twenty
// times the room of their text.
const large, partTokens = 64 << 10, 8 << 10

// readInParts reads a file part by part; nil if anything is wrong with it, or if its other parts have to be looked at
// to understand one: it is then to be read as a whole.
func readInParts(path string, src []byte, in *room) *ast.File {
	text := unsafe.String(unsafe.SliceData(src), len(src))
	parts := token.InParts(path, text, partTokens, beginsDeclaration)
	whole := &reader{path: path, src: text}
	file := &ast.File{Path: path, Text: text}
	g := grammars.Get().(*grammar)
	defer grammars.Put(g)
	for more := true; more; {
		var all []token.Token
		all, more = parts.Next(in.file)
		r := &reader{path: path, src: text, suspect: -1, closedAt: -1, room: in, numbers: whole.numbers,
			comments: whole.comments, returns: whole.returns}
		r.begin(all)
		file.Decls = append(file.Decls, g.read(r)...)
		if len(parts.Faults()) > 0 || len(r.diags) > 0 || r.faults > 0 || r.consulted {
			return nil
		}
		whole.numbers, whole.comments, whole.returns = r.numbers, r.comments, r.returns
	}
	if whole.returnedNames(file.Decls); len(whole.diags) > 0 {
		return nil
	}
	file.Comments = whole.comments
	return file
}

// beginsDeclaration tells whether a word alone is one that declarations begin with.
func beginsDeclaration(t *token.Token) bool {
	return t.Word != nil && slices.ContainsFunc(t.Word.Senses, func(s words.Sense) bool {
		return len(s.Rest) == 0 && s.Keyword.Class <= words.Contextual && declPlace.has(s.Keyword.ID)
	})
}
