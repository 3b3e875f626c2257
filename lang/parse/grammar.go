package parse

import (
	"io"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"rexian/lang/ast"
	"rexian/lang/token"
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

// read runs the root production over the reader's tokens.
func (g *grammar) read(r *reader) []ast.Decl {
	g.reader = r
	defer func() { g.reader = nil }()
	lex, err := lexer.Upgrade(&stream{tokens: r.tokens})
	if err != nil { // the stream has no errors to give
		return nil
	}
	tree, err := g.parser.ParseFromLexer(lex, participle.AllowTrailing(true))
	if err != nil || tree == nil { // the productions report on the reader and never fail
		return nil
	}
	return tree.Decls
}

// declaration is the production of a declaration. The reader has a cursor of its own over the same
// tokens; participle's follows it declaration by declaration.
func (g *grammar) declaration(lex *lexer.PeekingLexer) (ast.Decl, error) {
	d := g.reader.declaration()
	if d == nil {
		return nil, participle.NextMatch
	}
	lex.FastForward(lexer.RawCursor(g.reader.i - 1))
	return d, nil
}

// definition tells participle the kinds of tokens; files are cut by package token beforehand.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{"EOF": lexer.EOF, "Token": 1}
}

func (definition) Lex(path string, from io.Reader) (lexer.Lexer, error) {
	src, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	tokens, _ := token.Scan(path, src)
	return &stream{tokens: tokens}, nil
}

// stream hands tokens to participle.
type stream struct {
	tokens []token.Token
	next   int
}

func (s *stream) Next() (lexer.Token, error) {
	t := &s.tokens[s.next]
	at := lexer.Position{Offset: t.Span.Start}
	if t.Kind == token.EOF {
		return lexer.EOFToken(at), nil
	}
	s.next++
	return lexer.Token{Type: lexer.TokenType(t.Kind), Value: t.Text, Pos: at}, nil
}
