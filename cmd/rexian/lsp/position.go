package lsp

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"rexian/lang/diag"
)

// position is a place as the protocol counts it: the line from 0, and UTF-16 units in it.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

// lines finds places in a text, whose lines end in \n, \r\n or \r.
type lines struct {
	text   []byte
	starts []int
}

func linesOf(text []byte) *lines {
	l := &lines{text: text, starts: make([]int, 1, 64)}
	for at := 0; at < len(text); {
		i := bytes.IndexAny(text[at:], "\r\n")
		if i < 0 {
			break
		}
		at += i + 1
		if text[at-1] == '\r' && at < len(text) && text[at] == '\n' {
			at++
		}
		l.starts = append(l.starts, at)
	}
	return l
}

// at is where an offset lies.
func (l *lines) at(offset int) position {
	offset = max(0, min(offset, len(l.text)))
	line := sort.SearchInts(l.starts, offset+1) - 1
	return position{line, units(l.text[l.starts[line]:offset])}
}

func (l *lines) span(s diag.Span) span { return span{l.at(s.Start), l.at(s.End)} }

// offset is where a position lies; beyond the end of its line it is that end, beyond the last line the end of the text.
func (l *lines) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(l.starts) {
		return len(l.text)
	}
	at, end := l.starts[p.Line], len(l.text)
	if p.Line+1 < len(l.starts) {
		end = l.starts[p.Line+1]
		for end > at && (l.text[end-1] == '\n' || l.text[end-1] == '\r') {
			end--
		}
	}
	for n := 0; at < end; {
		r, size := utf8.DecodeRune(l.text[at:])
		if n++; r > 0xFFFF {
			n++
		}
		if n > p.Character {
			break
		}
		at += size
	}
	return at
}

// units counts UTF-16 units.
func units(b []byte) (n int) {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if n++; r > 0xFFFF {
			n++
		}
		b = b[size:]
	}
	return n
}

// changed is the text with a part replaced.
func (l *lines) changed(s span, text string) []byte {
	from, to := l.offset(s.Start), l.offset(s.End)
	if to < from {
		from, to = to, from
	}
	out := make([]byte, 0, len(l.text)-(to-from)+len(text))
	return append(append(append(out, l.text[:from]...), text...), l.text[to:]...)
}
