// Package editor answers what an editor asks about a program: what stands at a place and where else, what may stand
// there, what a name is called, what is wrong and how to mend it.
//
// It is pure. A Program is one state of all files, with errors or without, checked as `rexian check` checks it; every
// answer is made of that and of the text, and is given in byte offsets of the files. The wire around it (package lsp)
// counts lines and UTF-16 units.
//
// What the parser asks at a place (parse.Expect) is what completion offers; what the checker found of each name
// (check.Occurrence) is what hover, definition, references and rename go by. So an editor never knows another language
// than the compiler.
package editor

import (
	"sort"
	"strings"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// Program is one state of a program. Checked is never nil; the graph and the verdicts are there if it has no errors.
type Program struct {
	compiler.Judged
	Paths   []string
	Source  func(path string) []byte // as it was parsed; nil if there is no such file
	Tree    func(path string) *ast.File
	Library *library.Registry
	Tongue  diag.Tongue // of the reader
	Voice   rules.Voice // nil: nothing is known of time
	// Speak reads a value out: its kind and style by their English names, its number or text in the representation of
	// its type; "" where it has no reading. Nil: nothing is read out.
	Speak func(lang, kind string, c check.Const) string
	Today int64 // days since 1970-01-01

	lexemes  map[string][]parse.Lexeme
	toPerson map[*check.FlowInfo][]rules.Time
}

// Location is a place in a file.
type Location struct {
	File string
	At   diag.Span
}

// say picks the sentence of the reader's tongue.
func (p *Program) say(zh, en string) string { return diag.Text{Zh: zh, En: en}.In(p.Tongue) }

// tokens are the lexemes of a file; they are read once.
func (p *Program) tokens(path string) []parse.Lexeme {
	if l, ok := p.lexemes[path]; ok {
		return l
	}
	l, _ := parse.Tokens(path, p.Source(path))
	if p.lexemes == nil {
		p.lexemes = map[string][]parse.Lexeme{}
	}
	p.lexemes[path] = l
	return l
}

// times are how long it takes to a person; they are measured once.
func (p *Program) times() map[*check.FlowInfo][]rules.Time {
	if p.toPerson == nil && p.Graph != nil && !diag.HasErrors(p.Findings) {
		var entered []*check.FlowInfo
		for _, e := range p.Checked.Numbers {
			if e.Flow != nil {
				entered = append(entered, e.Flow)
			}
		}
		p.toPerson = rules.ToPerson(p.Checked, p.Graph, p.Voice, entered)
	}
	return p.toPerson
}

// occurrence finds the name at an offset, its end included.
func (p *Program) occurrence(path string, offset int) (check.Occurrence, bool) {
	list := p.Checked.Occurrences(path)
	i := sort.Search(len(list), func(i int) bool { return list[i].At.End >= offset })
	if i == len(list) || list[i].At.Start > offset {
		return check.Occurrence{}, false
	}
	if i+1 < len(list) && list[i+1].At.Start == offset { // between two that touch, the later
		i++
	}
	return list[i], true
}

// lexeme finds the token at an offset, within the holes of strings too; nil in white space. before is that before it.
func (p *Program) lexeme(path string, offset int) (l, before, after *parse.Lexeme) {
	return lexemeAt(p.tokens(path), offset)
}

func lexemeAt(list []parse.Lexeme, offset int) (l, before, after *parse.Lexeme) {
	i := sort.Search(len(list), func(i int) bool { return list[i].Span.End > offset })
	if i == len(list) || list[i].Span.Start > offset {
		if i == 0 || list[i-1].Span.End != offset {
			return nil, nil, nil
		}
		i--
	}
	for k := range list[i].Holes {
		if h := &list[i].Holes[k]; h.Span.Start < offset && offset < h.Span.End {
			if l, before, after := lexemeAt(h.Lexemes, offset); l != nil {
				return l, before, after
			}
		}
	}
	if i > 0 {
		before = &list[i-1]
	}
	if i+1 < len(list) {
		after = &list[i+1]
	}
	return &list[i], before, after
}

// Author is the tongue that most keywords of a file are written in; the reader's where it has none.
func (p *Program) Author(path string) diag.Tongue {
	zh, en := 0, 0
	for _, l := range p.tokens(path) {
		if l.Class == parse.Keyword && !l.Rest {
			if l.Text != "" && l.Text[0] >= 0x80 {
				zh++
			} else {
				en++
			}
		}
	}
	switch {
	case zh > en:
		return diag.Zh
	case en > zh:
		return diag.En
	}
	return p.Tongue
}

// text is the source of a span, on one line and not too long.
func (p *Program) text(file string, at diag.Span, most int) string {
	src := p.Source(file)
	if at.Start < 0 || at.End > len(src) || at.Start > at.End {
		return ""
	}
	s := strings.Join(strings.Fields(string(src[at.Start:at.End])), " ")
	if letters := []rune(s); len(letters) > most {
		s = string(letters[:most-1]) + "…"
	}
	return s
}
