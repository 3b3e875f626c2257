package format

import (
	"rexian/lang/parse"
	"rexian/lang/token"
)

// marks settles which minus signs are signs and which subtract.
func marks(pieces []*piece) {
	for i, p := range pieces {
		p.unary = p.is(token.Minus) && p.lex.Class != parse.Through && (i == 0 || !pieces[i-1].operand())
	}
}

// space gives every piece but the first of its line the blanks before it, columns aside.
func space(lines []*line) {
	for _, l := range lines {
		for k := 1; k < len(l.pieces); k++ {
			prev, p := l.pieces[k-1], l.pieces[k]
			switch {
			case glued(prev, p):
				p.before = 0
			case p.is(token.Comment):
				p.before = min(max(2, p.gap), maxGap)
			case p.gap > 1 && setApart(prev, p):
				p.before = min(p.gap, 3)
			default:
				p.before = 1
			}
		}
	}
}

// maxGap is how far from the words before it a column may stand.
const maxGap = 60

// setApart tells whether an author may set this piece apart by more than one blank: it begins a
// clause, a step or an answer of a survey.
func setApart(prev, p *piece) bool {
	if p.is(token.Number) && prev.is(token.String) {
		return true
	}
	if p.lex.Class != parse.Keyword {
		return p.lex.Class == parse.Day
	}
	return !operator[p.lex.ID] && !prev.is(token.LBrace)
}

// operator are the keywords within an expression or between a step's word and its value.
var operator = set("is", "is not", "in", "not in", "and", "or", "not", "at least", "no more than", "more than",
	"less than",
	"contains", "later than", "earlier than", "not later than", "not earlier than", "is empty", "is not empty",
	"is open",
	"is closed", "is on", "is off", "is mobile", "is not mobile", "then", "as", "to", "yes", "no", "none")

// glued tells whether two neighbours stand together without a blank.
func glued(prev, p *piece) bool {
	switch p.lex.Kind {
	case token.Comma, token.Colon, token.RParen, token.RBracket, token.Dot, token.Range, token.Percent, token.Measure:
		return true
	case token.Unit:
		return p.text[0] >= 0x80 || len(p.text) == 1
	case token.LParen, token.LBracket:
		if prev.lex.Class.IsName() || prev.is(token.RParen) || prev.is(token.RBracket) {
			return true
		}
	case token.RBrace:
		if p.record || prev.is(token.LBrace) {
			return true
		}
	case token.Minus:
		if p.lex.Class == parse.Through || prev.is(token.Time) && !p.unary && p.lex.Flags&spanMinus != 0 {
			return true
		}
	}
	if p.lex.Class == parse.Unit {
		return p.text[0] >= 0x80 || len(p.text) == 1
	}
	switch prev.lex.Kind {
	case token.LParen, token.LBracket, token.Dot, token.Range:
		return true
	case token.LBrace:
		return prev.record
	case token.Colon:
		return p.lex.Class == parse.Style
	case token.Minus:
		return prev.unary || prev.lex.Class == parse.Through || prev.lex.Flags&spanMinus != 0
	}
	return false
}

// spanMinus is set, in the formatter's own copy of a token, on the dash of 08:30-12:00.
const spanMinus token.Flags = 1 << 7

// spans marks the dashes between two times.
func spans(pieces []*piece) {
	for i, p := range pieces {
		if i > 0 && i+1 < len(pieces) && p.is(token.Minus) && pieces[i-1].is(token.Time) && pieces[i+1].is(token.Time) {
			p.lex.Flags |= spanMinus
		}
	}
}
