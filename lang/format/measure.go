package format

import (
	"slices"
	"unicode/utf8"

	"rexian/lang/parse"
	"rexian/lang/token"
	"rexian/lang/words"
)

// usual is the measure word that goes with the number of a clause. A clause that is not here keeps
// its author's word, or none.
var usual = map[string]string{
	"tries": "次", "misses": "次", "repeat": "次", "up to": "次", "capacity": "位", "at once": "路", "per second": "通",
	"press": "", "offer": "", "end key": "",
}

// measure returns the measure word to write after lexeme i: none unless it is a number that counts
// things in a Chinese clause. English has none.
func (s *speller) measure(i int) string {
	l := &s.lexemes[i]
	if l.Kind != token.Number && l.Kind != token.Star && l.Kind != token.Hash && l.Class != parse.TelKey {
		return ""
	}
	own := ""
	switch next := &s.lexemes[min(i+1, len(s.lexemes)-1)]; {
	case next.Class == parse.Measure:
		own = next.Text
	case next.Kind == token.Unit, next.Class == parse.Unit, next.Kind == token.Percent, next.Kind == token.Range:
		return ""
	}
	g := s.governor(i)
	chinese := s.chinese(g, own)
	if s.opt.Tongue != En && (g == nil || !s.english(s.clause(g))) {
		return chinese
	}
	if own != "" && chinese == own && s.chinese(g, "") != own {
		return own // what the clause does not say is kept in English, or it would be lost on the way back
	}
	return ""
}

// chinese is the measure word of a number in Chinese: the one that goes with its governor, nil for none, or its own.
func (s *speller) chinese(g *parse.Lexeme, own string) string {
	if g == nil {
		return own
	}
	id := g.ID
	if g.Class == parse.Type {
		if g.Text == "数字" || g.Text == "digits" {
			return "位"
		}
		return own
	}
	if id == "at most" {
		return s.rounds(g, own)
	}
	if id == "per second" && own == "条" { // texts
		return own
	}
	if m, ok := usual[id]; ok {
		return m
	}
	return own
}

// governor is the keyword or type whose number lexeme i is, with only numbers and signs between; nil
// if there is none.
func (s *speller) governor(i int) *parse.Lexeme {
	const reach = 64 // no clause lists more keys
	for back := 1; back <= min(reach, i); back++ {
		l := &s.lexemes[i-back]
		switch {
		case l.Rest, l.Class == parse.Measure, l.Class == parse.TelKey:
		case l.Class == parse.Keyword, l.Class == parse.Type, l.Class == parse.Sign:
			if l.ID == "to" || l.ID == "returns" || l.ID == "is" {
				return nil
			}
			return l
		case l.Kind == token.Number, l.Kind == token.Comma, l.Kind == token.Range, l.Kind == token.Star,
			l.Kind == token.Hash:
		default:
			return nil
		}
	}
	return nil
}

// clause is the keyword by which the tongue of a governor is told: itself, or the last one before a type.
func (s *speller) clause(g *parse.Lexeme) *parse.Lexeme {
	if g.Class == parse.Keyword || s.keyword == nil {
		return g
	}
	return s.keyword
}

// index finds a lexeme's number.
func (s *speller) index(l *parse.Lexeme) int {
	i, _ := slices.BinarySearchFunc(s.lexemes, l.Span.Start,
		func(a parse.Lexeme, at int) int { return a.Span.Start - at })
	return i
}

// rounds is the measure word of `at most`: 次 for a repeat, and for the items of a list what its
// author wrote, or what the loop's name says (作为 一笔, 作为 笔), or 条.
func (s *speller) rounds(most *parse.Lexeme, own string) string {
	i := s.index(most)
	for i--; i >= 0 && s.lexemes[i].Rest; i-- {
	}
	if i >= 0 && s.lexemes[i].ID == "repeat" && s.lexemes[i].Class == parse.Keyword {
		return "次"
	}
	if i < 1 || !s.lexemes[i].Class.IsName() || s.lexemes[i-1].ID != "as" {
		return own
	}
	if own != "" {
		return own
	}
	name := s.lexemes[i].Text
	if r, n := utf8.DecodeRuneInString(name); r == '一' {
		name = name[n:]
	}
	if slices.Contains(words.Measures(), name) {
		return name
	}
	return "条"
}
