package format

import (
	"strings"
	"unicode/utf8"

	"rexian/lang/diag"
	"rexian/lang/parse"
)

// quoted spells a string: straight quotes, the expressions in its holes formatted, and every other
// character as its author wrote it. Where straight quotes would change how the line reads (a “ or ”
// without its partner in the text) the author's quotes stay.
func (s *speller) quoted(l *parse.Lexeme) (text, means string) {
	raw := string(s.src[l.Span.Start:l.Span.End])
	_, open := utf8.DecodeRuneInString(raw)
	_, close := utf8.DecodeLastRuneInString(raw)
	straight := raw[0] == '"' || balanced(l.Text)
	escape := func(part string) string {
		if raw[0] == '"' || !straight {
			return part
		}
		return escapeQuotes(part)
	}
	var b, m strings.Builder
	m.WriteString("text ")
	at := l.Span.Start + open
	for _, h := range l.Holes {
		part := string(s.src[at:h.Span.Start])
		b.WriteString(escape(part))
		m.WriteString(unescapeQuotes(part))
		hole, holeMeans := s.hole(h)
		b.WriteString("{" + hole + "}")
		m.WriteString("\x00" + holeMeans + "\x00")
		at = h.Span.End
	}
	part := string(s.src[at : l.Span.End-close])
	b.WriteString(escape(part))
	m.WriteString(unescapeQuotes(part))
	if straight {
		return `"` + b.String() + `"`, m.String()
	}
	return raw[:open] + b.String() + raw[len(raw)-close:], m.String()
}

// hole formats the expression of a hole, which is one line without columns.
func (s *speller) hole(h parse.Hole) (text, means string) {
	in := speller{src: s.src, lexemes: append(h.Lexemes[:len(h.Lexemes):len(h.Lexemes)], endOf(h)), opt: s.opt,
		keyword: s.keyword}
	for i := range in.lexemes[:len(in.lexemes)-1] { // a hole is in one line by the grammar
		in.lexemes[i].Flags = 0
	}
	in.open = []bracket{{}}
	for i := range in.lexemes[:len(in.lexemes)-1] {
		p := &piece{lex: in.lexemes[i]}
		if in.one(i, p) {
			in.pieces = append(in.pieces, p)
			if m := in.measure(i); m != "" {
				in.pieces = append(in.pieces, measured(m, 0))
			}
		}
	}
	line := &line{pieces: in.pieces}
	marks(in.pieces)
	var b, m strings.Builder
	for k, p := range line.pieces {
		if k > 0 && !glued(line.pieces[k-1], p) {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
		if p.lex.Class != parse.Measure {
			m.WriteString(p.means + "\x01")
		}
	}
	return b.String(), m.String()
}

func endOf(h parse.Hole) parse.Lexeme {
	var l parse.Lexeme
	l.Span = diag.Span{Start: h.Span.End, End: h.Span.End}
	return l
}

// balanced tells whether a text may stand in straight quotes: each Chinese quote in it has its
// partner, and no full-width straight one, which would end the string, is there.
func balanced(text string) bool {
	partner := map[rune]rune{'”': '“', '」': '「', '』': '『'}
	var open []rune
	for _, r := range text {
		switch r {
		case '＂':
			return false
		case '“', '「', '『':
			open = append(open, r)
		case '”', '」', '』':
			if len(open) == 0 || open[len(open)-1] != partner[r] {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// escapeQuotes puts a backslash before each straight quote that has none.
func escapeQuotes(text string) string {
	if !strings.Contains(text, `"`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			b.WriteByte(text[i])
			i++
		case text[i] == '"':
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// unescapeQuotes is the text with \" as ", to compare strings whose quotes were changed.
func unescapeQuotes(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			if text[i+1] != '"' {
				b.WriteByte(text[i])
			}
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
