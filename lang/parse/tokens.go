package parse

import (
	"rexian/lang/diag"
	"rexian/lang/token"
)

// Class tells what a token stood as at its place. The zero class, Plain, is everything whose kind says
// it all: symbols, numbers, dates, strings, comments, separators.
type Class uint8

const (
	Plain    Class = iota
	Keyword        // ID is the canonical English name, such as "at least" or "on.date"
	Unit           // ID as in ast.NumberLit.Unit
	Day            // ID as in ast.WeekdayRange
	Measure        // dropped after a number in English; the 键 of 按1键 and 按*键 too
	TelKey         // 井号键, 星号: ID is "#" or "*"
	Dropped        // prose that means nothing: the 那么 before a block
	Language       // a language that is no keyword: its name or tag. ID is the tag
	Sign           // of a comparison: = != < <= > >=; ID is the keyword that says the same
	Through        // - between dates or days, .. between times: ID is the usual sign

	// Names, by the role they play. Those that the library knows are spelled in both tongues.
	Name     // a value, a function, a declared thing
	Declared // where it is declared: never a library name
	Field    // after a dot
	ArgName  // before a colon: of an argument, of a record's field
	Type     // a type, or a part of one
	Style    // of a readout, after the colon of a hole
	Tag      // an outcome or an order
)

// Else is the ID of an `otherwise` that belongs to an `if`: one keyword with `otherwise`, but English
// prints `else` there.
const Else = "else"

// IsName tells whether the class is one of the roles of names.
func (c Class) IsName() bool { return c >= Name }

// Lexeme is a token as it stood at its place.
type Lexeme struct {
	token.Token
	Class Class
	ID    string // canonical ID of a Keyword, Unit, Day or TelKey
	// Rest is set on the second and later words of a phrase: their ID is that of the first. Whoever
	// spells the phrase anew writes it at the first and leaves these out.
	Rest bool
	// Holes are the `{…}` of a string, in order. What lies between them is text, to be kept as it is.
	Holes []Hole
}

// Hole is one `{expr}` or `{expr:style}` in a string.
type Hole struct {
	Span    diag.Span // braces included
	Lexemes []Lexeme  // without the braces; the colon and the style are among them
}

// Tokens returns every token of the file with what it stood as, comments and separators among them and
// EOF last, and the diagnostics of Parse. A file with errors has tokens too; those in unread parts are
// Plain, so a formatter should leave such a file alone. Between two tokens there is only white space.
func Tokens(path string, src []byte) ([]Lexeme, []diag.Diagnostic) {
	r, _ := read(path, src, nil)
	if len(src) > MaxBytes {
		src = nil
	}
	all, _ := token.Scan(path, src)
	list := make([]Lexeme, len(all))
	next := 0
	for i, t := range all {
		l := Lexeme{Token: t}
		if t.Kind != token.Comment && t.Kind != token.Sep {
			l.mark(r.marks[next])
			next++
		}
		for _, h := range r.holes[t.Span.Start] {
			hole := Hole{Span: h.span}
			for k, inner := range h.tokens {
				if inner.Kind == token.EOF {
					break
				}
				il := Lexeme{Token: inner}
				il.mark(h.marks[k])
				hole.Lexemes = append(hole.Lexemes, il)
			}
			l.Holes = append(l.Holes, hole)
		}
		list[i] = l
	}
	return list, diag.Sort(r.diags)
}

func (l *Lexeme) mark(m mark) { l.Class, l.ID, l.Rest = m.class, m.id, m.rest }
