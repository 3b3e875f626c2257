package format

import (
	"bytes"
	"slices"
	"strings"

	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
	"rexian/lang/words"
	"rexian/locale"
)

// piece is one token, or one phrase, as it will be written.
type piece struct {
	lex   parse.Lexeme // the token, the first one of a phrase
	text  string       // what is written
	means string       // what reading it again must give, see verify
	width int          // cells of text

	// Where it stood in the source.
	breaks int // line ends before it; 0 if it stands on the line of the piece before
	gap    int // cells of blanks before it on its line
	col    int // its cell, counted from the first piece of its line

	unary  bool // a minus sign before a number
	record bool // a brace of a record: {税号: …}
	before int  // blanks to write before it; for the first of a line, the indentation
}

func (p *piece) is(k token.Kind) bool { return p.lex.Kind == k }

// keyword tells whether the piece is one of the keywords.
func (p *piece) keyword(ids ...string) bool {
	if p.lex.Class != parse.Keyword {
		return false
	}
	for _, id := range ids {
		if p.lex.ID == id {
			return true
		}
	}
	return false
}

// language tells whether the piece names a language.
func (p *piece) language() bool { return p.keyword("zh", "en") || p.lex.Class == parse.Language }

func (p *piece) opens() bool {
	return p.is(token.LBrace) || p.is(token.LParen) || p.is(token.LBracket)
}

func (p *piece) closes() bool {
	return p.is(token.RBrace) || p.is(token.RParen) || p.is(token.RBracket)
}

// operand tells whether a value may end here, so that a minus sign after it subtracts.
func (p *piece) operand() bool {
	switch p.lex.Kind {
	case token.Number, token.Unit, token.Measure, token.Percent, token.Date, token.Month, token.Time, token.String,
		token.RParen, token.RBracket, token.RBrace:
		return true
	case token.Word:
		return p.lex.Class.IsName() || p.lex.Class == parse.Unit || p.keyword("yes", "no", "none")
	}
	return false
}

// speller turns lexemes into pieces.
type speller struct {
	src     []byte
	lexemes []parse.Lexeme
	opt     Options

	pieces  []*piece
	open    []bracket
	keyword *parse.Lexeme // the last one
	rule    bool          // within a rule, where steps stand in lists
}

// bracket is one that is open while spelling.
type bracket struct {
	brace  bool // { rather than ( or [
	record bool
}

func (s *speller) spell() []*piece {
	s.open = []bracket{{brace: true}}
	var breaks, gap, col, first int
	newLine := true
	at := 0 // end of the token before
	for i := range s.lexemes {
		l := &s.lexemes[i]
		blank := s.src[at:l.Span.Start]
		if n := lineEnds(blank); n > 0 {
			breaks += n
			gap, col, newLine = 0, 0, true
			blank = blank[bytes.LastIndexAny(blank, "\r\n")+1:]
		}
		n := cells(string(blank), col)
		gap, col = gap+n, col+n
		at = l.Span.End
		start := col
		col += cells(string(s.src[l.Span.Start:l.Span.End]), col)
		if l.Kind == token.EOF {
			break
		}
		p := &piece{lex: *l, breaks: breaks, gap: gap}
		if !s.one(i, p) {
			if l.Rest { // the blanks within a phrase are none before the next piece
				gap = 0
			}
			continue
		}
		if newLine {
			first, newLine = start, false
		}
		p.col = start - first
		p.width = diag.Cells(p.text)
		breaks, gap = 0, 0
		s.pieces = append(s.pieces, p)
		if m := s.measure(i); m != "" {
			s.pieces = append(s.pieces, measured(m, p.col+1))
		}
	}
	return s.pieces
}

// measured is a measure word behind its number.
func measured(word string, col int) *piece {
	return &piece{lex: parse.Lexeme{Token: token.Token{Kind: token.Measure}, Class: parse.Measure},
		text: word, width: diag.Cells(word), col: col}
}

// one spells lexeme i into p; false if nothing is written for it.
func (s *speller) one(i int, p *piece) bool {
	l := &s.lexemes[i]
	switch {
	case l.Kind == token.Sep, l.Class == parse.Dropped, l.Class == parse.Measure, l.Rest:
		return false
	case l.Kind == token.Comma && s.strayComma(i):
		return false
	}
	p.means = meaning(l, l.Text)
	switch {
	case l.Kind == token.Comment:
		p.text = "//" + strings.TrimRight(l.Text, " \t\u3000")
	case l.Kind == token.String:
		p.text, p.means = s.quoted(l)
	default:
		p.text = s.spelling(l)
		if l.Class.IsName() {
			p.means = meaning(l, p.text)
		}
	}
	s.brackets(i, p)
	if l.Class == parse.Keyword {
		s.keyword = l
	}
	return true
}

// brackets keeps account of the open brackets.
func (s *speller) brackets(i int, p *piece) {
	top := &s.open[len(s.open)-1]
	switch {
	case p.opens():
		b := bracket{brace: p.is(token.LBrace)}
		if b.brace {
			next := s.after(i)
			symbol := i > 0 && s.lexemes[i-1].Kind >= token.LParen && s.lexemes[i-1].Kind <= token.Eq &&
				s.lexemes[i-1].Kind != token.RParen && s.lexemes[i-1].Kind != token.RBracket
			b.record = next.Class == parse.ArgName || next.Kind == token.RBrace && symbol
		}
		p.record = b.record
		s.open = append(s.open, b)
	case p.closes() && len(s.open) > 1:
		p.record = top.record
		s.open = s.open[:len(s.open)-1]
	}
	if len(s.open) == 1 && p.lex.Class == parse.Keyword {
		s.rule = p.lex.ID == "rule"
	}
}

// after returns the next lexeme that is no comment.
func (s *speller) after(i int) *parse.Lexeme {
	for i++; i < len(s.lexemes)-1; i++ {
		if k := s.lexemes[i].Kind; k != token.Comment && k != token.Sep {
			break
		}
	}
	return &s.lexemes[min(i, len(s.lexemes)-1)]
}

// strayComma tells whether a comma only ends a line, as in prose: it stands in no list, since a step
// or the end of the block follows. Steps stand in lists only in rules, and `挂机` after `当`.
func (s *speller) strayComma(i int) bool {
	next := s.after(i)
	if !next.Has(token.FirstOnLine) || !s.open[len(s.open)-1].brace || s.open[len(s.open)-1].record {
		return false
	}
	if next.Kind == token.RBrace {
		return true
	}
	if next.Class != parse.Keyword || s.rule {
		return false
	}
	switch next.ID {
	case "zh", "en", "hangup", "yes", "no", "none", "not":
		return false
	}
	return true
}

// spelling is what is written for a lexeme that is neither string nor comment.
func (s *speller) spelling(l *parse.Lexeme) string {
	switch l.Class {
	case parse.Keyword:
		if l.ID == parse.Else && s.english(l) {
			return parse.Else
		}
		return s.word(words.Contextual, l)
	case parse.Sign:
		if !s.english(l) || !s.joins(l) {
			return s.word(words.Contextual, l)
		}
	case parse.Unit:
		return s.word(words.Unit, l)
	case parse.Day:
		return s.word(words.Day, l)
	case parse.TelKey, parse.Through:
		return l.ID
	case parse.Language:
		return s.language(l)
	}
	if l.Class.IsName() && l.Class != parse.Declared && s.opt.Library != nil {
		if zh, en, ok := s.opt.Library(l.Span.Start); ok {
			switch s.opt.Tongue {
			case Zh:
				return zh
			case En:
				return en
			}
		}
	}
	if symbol := l.Kind.Symbol(); symbol != "" {
		return symbol
	}
	return l.Text
}

// language is a language by what a tongue calls it.
func (s *speller) language(l *parse.Lexeme) string {
	known, ok := locale.Lookup(l.ID)
	switch {
	case !ok || known.Tag != l.ID:
		return l.Text
	case s.opt.Tongue == Zh:
		return known.Name("zh")
	case s.opt.Tongue == En:
		return known.Tag
	}
	return l.Text
}

func (s *speller) word(class words.Class, l *parse.Lexeme) string {
	id := l.ID
	if id == parse.Else {
		id = "otherwise"
	}
	k := words.ByID(class, id)
	if k == nil { // a per cent sign
		if symbol := l.Kind.Symbol(); symbol != "" {
			return symbol
		}
		return l.Text
	}
	if s.english(l) {
		return k.English[0]
	}
	return k.Chinese[0]
}

// english tells whether a word is to be written in English.
func (s *speller) english(l *parse.Lexeme) bool {
	switch s.opt.Tongue {
	case Zh:
		return false
	case En:
		return true
	}
	if l.Class == parse.Sign { // it has no tongue: that of the words before it
		return s.keyword != nil && s.english(s.keyword)
	}
	return l.Text == "" || l.Text[0] < 0x80
}

// joins tells whether the name after a sign would be a part of the English phrase that is written for the sign: open
// in x = open.
func (s *speller) joins(l *parse.Lexeme) bool {
	next := s.after(s.index(l))
	if next.Kind != token.Word {
		return false
	}
	english := words.ByID(words.Contextual, l.ID).English[0]
	first, _, _ := strings.Cut(english, " ")
	w := words.Lookup(first)
	if w == nil {
		return false
	}
	return slices.ContainsFunc(w.Senses, func(x words.Sense) bool {
		phrase := first + " " + strings.Join(x.Rest, " ") + " "
		return strings.HasPrefix(phrase, english+" "+next.Text+" ")
	})
}

// lineEnds counts \n, \r\n and \r.
func lineEnds(blank []byte) int {
	n := bytes.Count(blank, []byte("\n"))
	for i, c := range blank {
		if c == '\r' && (i+1 == len(blank) || blank[i+1] != '\n') {
			n++
		}
	}
	return n
}

// cells is the width of source text that begins at a cell of its line; tabs run to multiples of four.
func cells(text string, from int) int {
	if !strings.Contains(text, "\t") {
		return diag.Cells(text)
	}
	col := from
	for i, part := range strings.Split(text, "\t") {
		if i > 0 {
			col += 4 - col%4
		}
		col += diag.Cells(part)
	}
	return col - from
}
