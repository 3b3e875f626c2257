package parse

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rexian/lang/diag"
	"rexian/lang/token"
)

// Expected is what may stand at a place of a file. It is what Parse asks there: a word that no one knows is put at the
// place, and every question whether it is this keyword or that name is noted, until the reading fails at it.
type Expected struct {
	Word     diag.Span // the word at the place, up to its end, which a choice replaces; empty where there is none
	Keywords []string  // canonical names, in the order in which they were asked for
	Names    []Class   // roles of names: Name, Declared, Field, ArgName, Type, Style
	Units    bool      // a unit after a number
	Days     bool      // a day of the week
}

// probe is the unknown word of Expect. No vocabulary holds it, and it is like no other word.
const probe = "ꙮꙮ"

// probing notes what is asked at a place.
type probing struct {
	at   int // offset of the probe
	done bool
	Expected
}

// Expect tells what may stand at an offset of a file, with errors or without. Within comments and the words of strings
// it is nothing; within the holes of strings it is what an expression is made of.
func Expect(path string, src []byte, offset int) Expected {
	offset = max(0, min(offset, len(src)))
	at := diag.Span{Start: offset, End: offset}
	for at.Start > 0 {
		r, n := utf8.DecodeLastRune(src[:at.Start])
		if !wordRune(r) {
			break
		}
		at.Start -= n
	}
	for at.End < len(src) {
		r, n := utf8.DecodeRune(src[at.End:])
		if !wordRune(r) {
			break
		}
		at.End += n
	}
	for at.Start < at.End && src[at.Start] >= '0' && src[at.Start] <= '9' { // 5秒: the unit is the word
		at.Start++
	}
	before, gap := string(src[:at.Start]), ""
	if n := len(before); n > 0 && before[n-1] >= '0' && before[n-1] <= '9' {
		gap = " "
	}
	text := before + gap + probe
	if next, _ := utf8.DecodeRune(src[at.End:]); next == '{' || next == '"' {
		text += " "
	}
	text += string(src[at.End:])
	r := &reader{path: path, suspect: -1, closedAt: -1, keep: true, room: &room{},
		probe: &probing{at: at.Start + len(gap), Expected: Expected{Word: at}}}
	r.readAll([]byte(text))
	e := r.probe.Expected
	slices.Sort(e.Names)
	e.Names = slices.Compact(e.Names)
	return e
}

func wordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) && r >= utf8.RuneSelf ||
		r >= '0' && r <= '9'
}

// asking tells whether the reading stands at the probe, and what is asked is to be noted.
func (r *reader) asking(i int) bool {
	p := r.probe
	return p != nil && !p.done && !r.failing && !r.muted && i == r.i && r.tokens[i].Span.Start == p.at &&
		r.tokens[i].Kind == token.Word && strings.HasPrefix(r.tokens[i].Text, probe)
}

// asked notes keywords that were asked for.
func (r *reader) asked(i int, ids ...string) {
	if !r.asking(i) {
		return
	}
	for _, id := range ids {
		if !slices.Contains(r.probe.Keywords, id) {
			r.probe.Keywords = append(r.probe.Keywords, id)
		}
	}
}

// askedName notes that a name was asked for.
func (r *reader) askedName(role Class) {
	if r.asking(r.i) {
		r.probe.Names = append(r.probe.Names, role)
	}
}

// answered ends the notes: from here on the reading only guesses what was meant.
func (r *reader) answered() {
	if r.probe != nil && r.asking(r.i) {
		r.probe.done = true
	}
}
