package parse

import (
	"io"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"rexian/lang/ast"
)

// program is the root production: a file is a list of declarations.
type program struct {
	Decls []ast.Decl `parser:"@@*"`
}

// grammar is a participle parser together with the reader that its productions work on. Building one
// costs far more than reading a small file, so they are kept in a pool; one serves one file at a time.
type grammar struct {
	parser *participle.Parser[program]
	reader *reader
}

func newGrammar() *grammar {
	g := &grammar{}
	g.parser = participle.MustBuild[program](
		participle.Lexer(definition{}),
		participle.UseLookahead(0),
		participle.ParseTypeWith(g.declaration),
	)
	return g
}

// read runs the root production. The reader has the tokens and the cursor, and says where the file ends: participle is
// given none.
func (g *grammar) read(r *reader) []ast.Decl {
	g.reader = r
	defer func() { g.reader = nil }()
	lex, err := lexer.Upgrade(nothing{})
	if err != nil { // nothing has no errors to give
		return nil
	}
	tree, err := g.parser.ParseFromLexer(lex, participle.AllowTrailing(true))
	if err != nil || tree == nil { // the productions report on the reader and never fail
		return nil
	}
	return tree.Decls
}

// declaration is the production of a declaration.
func (g *grammar) declaration(*lexer.PeekingLexer) (ast.Decl, error) {
	if d := g.reader.draft.next(g.reader); d != nil {
		return d, nil
	}
	return nil, participle.NextMatch
}

// definition tells participle the kinds of tokens; files are cut by package token.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{"EOF": lexer.EOF}
}

func (definition) Lex(string, io.Reader) (lexer.Lexer, error) { return nothing{}, nil }

// nothing is a file without tokens.
type nothing struct{}

func (nothing) Next() (lexer.Token, error) { return lexer.EOFToken(lexer.Position{}), nil }
