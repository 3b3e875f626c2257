package token

import "rexian/lang/diag"

// Parts cuts a file into tokens a part at a time, so that a large one never lies there as tokens all at once. A part
// ends behind a closing brace, outside of all braces, before a word at the very start of a line.
type Parts struct{ lexer *lexer }

// InParts begins to cut a file. A part has at least so many tokens, but for the last, and ends only before a word of
// which ends says that it begins something.
func InParts(path, text string, least int, ends func(*Token) bool) *Parts {
	l := begin(path, text)
	l.parts, l.most = ends, least
	return &Parts{l}
}

// Next cuts the next part, into the room of tokens that are no longer wanted. Its last token is EOF; more tells that it
// is not that of the file. Together the parts have the tokens of Scan.
func (p *Parts) Next(room []Token) (tokens []Token, more bool) {
	l := p.lexer
	var held []Token
	if n := len(l.tokens); n > 0 { // what the part before ended at
		held = []Token{l.tokens[n-1]}
	}
	if cap(room) == 0 {
		room = make([]Token, 0, l.most+l.most/8)
	}
	l.tokens = append(room[:0], held...)
	l.run(len(l.src))
	n := len(l.tokens)
	last := l.tokens[n-1]
	if last.Kind == EOF {
		return l.tokens, false
	}
	tokens = append(l.tokens, last)
	at := last.Span.Start
	tokens[n-1] = Token{Kind: EOF, Flags: last.Flags, Span: diag.Span{Start: at, End: at}}
	l.tokens = tokens[n:]
	return tokens[:n], true
}

// Faults are what was wrong with the text up to where it has been cut.
func (p *Parts) Faults() []diag.Diagnostic { return p.lexer.diags }

// ended counts the braces among the tokens from number at on, and tells whether a part ends before the last of them.
func (l *lexer) ended(at int) bool {
	for i := at; i < len(l.tokens); i++ {
		switch l.tokens[i].Kind {
		case LBrace:
			l.depth++
		case RBrace:
			l.depth--
		}
	}
	n := len(l.tokens)
	if n <= l.most || l.depth != 0 || at != n-1 || !l.tokens[at].Has(AtColumn1) || l.tokens[at].Kind != Word {
		return false
	}
	before := at - 1
	for before > 0 && (l.tokens[before].Kind == Comment || l.tokens[before].Kind == Sep) {
		before--
	}
	return l.tokens[before].Kind == RBrace && l.parts(&l.tokens[at])
}
