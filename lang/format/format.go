// Package format writes a flow file the one way it is meant to look, in either tongue.
//
// The formatter works on tokens, not on the tree: it changes white space and spelling and nothing
// else, so it cannot lose a comment, reorder a clause or guess at what the author meant. What each
// token is at its place (a keyword, a name, the 次 of 3次) comes from parse.Tokens; a file with errors
// has no such certainty and is refused unchanged.
//
// A file goes through four stages.
//
//	spelling   each token becomes a piece with its text: `：` is `:`, 并且 is 且, “…” is "…"; separators
//	           and filler words go; measure words are the usual ones; on request keywords, units, days
//	           and library names change tongue, within {…} of strings too
//	lines      pieces are put on lines where the author broke them (a one-line block stays one), at most
//	           one empty line between; the indentation is two blanks for each open bracket's line, four
//	           for a line that goes on with the one before, and a string that goes on stands under the
//	           string it continues
//	spaces     one blank or none between two pieces of a line; two or three are kept before a clause,
//	           where authors set clauses apart: `等待 5秒  最多 3次`
//	columns    where the author has lined up something on neighbouring lines, it is lined up again, by
//	           terminal cells (a Chinese character is two wide), since the new spellings may be longer
//
// Columns are the author's choice: what was not lined up is not, and a lined-up group keeps its
// smallest gap. Layout is thus a function of the tokens, the line breaks and the columns. The output is
// read again and compared token by token with the input; a difference is an error of ours and the file
// is left alone. It is laid out again until that changes nothing, since what was lined up may come to lie
// beside something else: so the output is a fixed point.
package format

import (
	"bytes"
	"errors"
	"fmt"

	"rexian/lang/diag"
	"rexian/lang/parse"
)

// Tongue is what the keywords are written in.
type Tongue uint8

const (
	Keep Tongue = iota // each word in the tongue its author chose
	Zh
	En
)

// Options say how to write.
type Options struct {
	Tongue Tongue
	// Library returns both spellings of the library's name that stands at a byte offset of the source,
	// or false where a name of the staff's stands. It is asked when Tongue is Zh or En; nil leaves all
	// names alone. What is known without the checker (types, styles) and what is not (a local variable
	// 金额 is no type) are its own affair: the formatter only knows that a name stands there.
	Library func(offset int) (zh, en string, ok bool)
}

// SyntaxError says that a file was not formatted because it has errors.
type SyntaxError struct {
	Path        string
	Diagnostics []diag.Diagnostic // of Parse, warnings included
}

func (e *SyntaxError) Error() string {
	return e.Path + ": not formatted, the file has errors"
}

// ErrUnsafe is wrapped in the error for a file whose formatted text would read differently: a name
// that becomes part of a phrase in the other tongue, or a fault of the formatter. The file should be
// left as it is.
var ErrUnsafe = errors.New("the formatted text would not read the same")

// Format returns the file in its canonical layout. path is used in messages only. It fails with a
// *SyntaxError if the file has errors, and with ErrUnsafe as said there; src is never modified. Format
// of its own output, with the same options, changes nothing.
func Format(path string, src []byte, opt Options) ([]byte, error) {
	lexemes, found := parse.Tokens(path, src)
	if diag.HasErrors(found) {
		return nil, &SyntaxError{Path: path, Diagnostics: found}
	}
	s := speller{src: src, lexemes: lexemes, opt: opt}
	pieces := s.spell()
	out := layout(pieces, len(src))
	for round := 0; ; round++ {
		again, err := verify(path, pieces, out)
		if err != nil {
			return nil, fmt.Errorf("formatting %s: %w", path, err)
		}
		if round == mostRounds {
			plain(again)
		}
		next := layout(again, len(out))
		if bytes.Equal(next, out) || round > mostRounds {
			return out, nil
		}
		out = next
	}
}

// mostRounds is how often columns are lined up that lie beside each other by what was lined up before. What does not
// come to rest then is set without columns.
const mostRounds = 8

// layout lays pieces out; length is about how long the text is.
func layout(pieces []*piece, length int) []byte {
	lines := breakLines(pieces)
	space(lines)
	align(lines)
	var b bytes.Buffer
	b.Grow(length + length/8)
	write(&b, lines)
	return b.Bytes()
}

// plain forgets what was set apart or lined up.
func plain(pieces []*piece) {
	for _, p := range pieces {
		p.gap = min(p.gap, 1)
	}
}
