package diag

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// Position is one place in a file as the tools around a text count it.
type Position struct {
	Offset int `json:"offset"` // bytes from the start of the file
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // characters from 1: what editors show
	Cell   int `json:"cell"`   // cells of a terminal from 1, with a tab as one
	UTF16  int `json:"utf16"`  // UTF-16 units from 0: what the Language Server Protocol counts
}

// Place finds the position of a byte offset in a file. An offset outside the file is moved to its
// nearer end, one within a character to the character's start. Whoever asks for many places keeps Lines.
func Place(src []byte, offset int) Position {
	offset = within(src, offset)
	start := bytes.LastIndexByte(src[:offset], '\n') + 1
	p := lineStart(bytes.Count(src[:start], []byte{'\n'}), start)
	p.advance(src, offset)
	return p
}

// within moves an offset into a file, to the start of a character.
func within(src []byte, offset int) int {
	offset = max(0, min(offset, len(src)))
	for offset > 0 && offset < len(src) && !utf8.RuneStart(src[offset]) {
		offset--
	}
	return offset
}

// lineStart is where a line begins that has so many lines before it.
func lineStart(before, offset int) Position {
	return Position{Offset: offset, Line: before + 1, Column: 1, Cell: 1}
}

// advance goes on to a later place of the same line.
func (p *Position) advance(src []byte, offset int) {
	for i, r := range string(src[p.Offset:offset]) {
		if r == '\uFEFF' && p.Offset+i == 0 {
			p.UTF16++
			continue
		}
		p.Column++
		p.Cell += runeCells(r)
		p.UTF16++
		if r > 0xFFFF {
			p.UTF16++
		}
	}
	p.Offset = offset
}

// Lines finds many places of one file: each costs about what the line costs that it is in, and the next place of the
// same line what lies between them. It is not safe for concurrent use.
type Lines struct {
	src    []byte
	starts []int // of each line
	last   Position
}

// LinesOf finds the lines of a file.
func LinesOf(src []byte) *Lines {
	l := &Lines{src: src, starts: make([]int, 1, bytes.Count(src, []byte{'\n'})+1)}
	for at := 0; ; {
		i := bytes.IndexByte(src[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		l.starts = append(l.starts, at)
	}
	l.last = lineStart(0, 0)
	return l
}

// Place is as the function of this name.
func (l *Lines) Place(offset int) Position {
	offset = within(l.src, offset)
	line, exact := slices.BinarySearch(l.starts, offset)
	if !exact {
		line--
	}
	if l.last.Line != line+1 || l.last.Offset > offset {
		l.last = lineStart(line, l.starts[line])
	}
	l.last.advance(l.src, offset)
	return l.last
}

// Start is where a line begins, the first being 1.
func (l *Lines) Start(line int) int { return l.starts[line-1] }

// Sources finds places in the files of a program.
type Sources struct {
	// Source returns the bytes of a file by the path a diagnostic names, nil if there are none.
	Source func(file string) []byte
	lines  map[string]*Lines
}

// Lines are those of a file, nil if it is not at hand.
func (s *Sources) Lines(file string) *Lines {
	if l, known := s.lines[file]; known {
		return l
	}
	if s.lines == nil {
		s.lines = map[string]*Lines{}
	}
	s.lines[file] = nil
	if s.Source != nil && file != "" {
		if src := s.Source(file); src != nil {
			s.lines[file] = LinesOf(src)
		}
	}
	return s.lines[file]
}

// Line is the line of a place, 0 where the file is not at hand.
func (s *Sources) Line(file string, offset int) int {
	if l := s.Lines(file); l != nil {
		return l.Place(offset).Line
	}
	return 0
}
