// Package token cuts the text of a flow file into tokens.
//
// The lexer knows spelling, not grammar. It settles everything that does not depend on the place:
// full-width forms become their ASCII twins, `至` becomes a range, `9点30分` a time, `按1` two tokens.
// What does depend on the place is left to the parser: whether `wait` is a keyword or a name, and
// whether `at` begins the phrase `at least`. So a word is a token with its spelling and a pointer to
// all it can mean (package words), and a phrase is several word tokens that the parser joins.
//
// Nothing is lost: comments and separators (`;` `。`) are tokens too, every token has its byte span in
// the file, and between two tokens there is only white space (space, tab, line end, U+3000, a leading
// byte order mark). A formatter can therefore rebuild the file from the tokens.
//
// A string is one token from quote to quote; the parser reads its escapes and holes, since holes hold
// expressions. Each fault is reported once, here, and leaves a Bad token or a usable one; the parser
// says nothing more about a Bad token.
package token

import (
	"rexian/lang/diag"
	"rexian/lang/words"
)

// Kind tells what a token is.
type Kind uint8

const (
	EOF     Kind = iota
	Bad          // a fault that has been reported
	Comment      // from // to the end of its line
	Sep          // ; or 。: only separates, like white space
	Word         // a word of either tongue: keyword or name
	Number       // 12, 1200.50
	Unit         // a unit that touches its number: the 秒 of 5秒
	Measure      // a measure word that touches its number: the 次 of 3次
	Date         // 2026-10-01, 2026年10月1日
	Month        // 2026-08, 2026年8月
	Time         // 8:30, 9点, 9点30分
	String       // quotes included
	LBrace       // {
	RBrace       // }
	LParen
	RParen
	LBracket
	RBracket
	Comma   // , and 、
	Colon   // :
	Dot     // .
	Range   // .. and 至
	Eq      // = and ==
	Ne      // != and ≠
	Lt      // <
	Le      // <= and ≤
	Gt      // >
	Ge      // >= and ≥
	Plus    // +
	Minus   // - – — ～
	Star    // * and ×
	Slash   // / and ÷
	Hash    // #
	Percent // %
)

var spellings = [...]string{LBrace: "{", RBrace: "}", LParen: "(", RParen: ")", LBracket: "[", RBracket: "]",
	Comma: ",", Colon: ":", Dot: ".", Range: "..", Eq: "=", Ne: "!=", Lt: "<", Le: "<=", Gt: ">", Ge: ">=",
	Plus: "+", Minus: "-", Star: "*", Slash: "/", Hash: "#", Percent: "%"}

// Symbol returns the ASCII spelling of a punctuation kind, "" for any other kind.
func (k Kind) Symbol() string {
	if int(k) < len(spellings) {
		return spellings[k]
	}
	return ""
}

// Flags tell how a token lies on its line and what a string holds.
type Flags uint8

const (
	FirstOnLine Flags = 1 << iota // only white space before it on its line
	AtColumn1                     // at the very start of its line
	Touching                      // no white space between it and the token before
	Holes                         // a string with { } or a backslash in it: the slow path
)

// Token is one token.
type Token struct {
	Kind  Kind
	Flags Flags
	Span  diag.Span
	// Text is canonical: NFC, full-width forms made ASCII, digits for a Number, the ASCII spelling of a
	// symbol. A String's is what stands between its quotes, raw.
	Text string
	// N is a Number in millionths, a Date in days since 1970-01-01, a Month as year*12 + month-1, a
	// Time in seconds of the day.
	N int64
	// Word is what a Word or Unit can mean; nil if the vocabulary does not know it.
	Word *words.Word
}

// Has tells whether all the flags are set.
func (t *Token) Has(f Flags) bool { return t.Flags&f == f }
