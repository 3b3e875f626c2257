package format

import (
	"cmp"
	"slices"

	"rexian/lang/parse"
	"rexian/lang/token"
)

// cell is one piece in a column: it stands on line `line`, as its number `piece`.
type cell struct{ line, piece int }

// column is what the author lined up on neighbouring lines.
type column struct {
	at    int // its cell in the source, from the start of the lines
	cells []cell
}

// maxPieces is how far into a line columns are looked for: nobody lines up by eye what lies further
// right, and a generated line of a megabyte must not take quadratic time.
const maxPieces = 100

// align lines up again what the author has lined up. Two pieces on neighbouring lines of one
// indentation belong to a column if they stood at the same cell and one of them had two or more blanks
// before it, which nobody types by chance. One line between may stick out of its column.
func align(lines []*line) {
	var columns []*column
	var reach [2]map[int]*column // the columns of the line above and of the one above that, by cell
	for n, l := range lines {
		here := map[int]*column{}
		for back := 1; back <= 2 && n >= back; back++ {
			above := lines[n-back]
			if lines[n-back+1].blank || above.indent != l.indent || l.under != nil || above.under != nil {
				break
			}
			for k := 1; k < min(len(l.pieces), maxPieces); k++ {
				p := l.pieces[k]
				m := partner(above, l, k)
				if m == 0 || here[p.col] != nil {
					continue
				}
				c := reach[back-1][p.col]
				if c == nil {
					c = &column{at: p.col, cells: []cell{{n - back, m}}}
					columns = append(columns, c)
					reach[back-1][p.col] = c
				}
				c.cells = append(c.cells, cell{n, k})
				here[p.col] = c
			}
		}
		reach[0], reach[1] = here, reach[0]
	}
	// A column's place depends on those to its left.
	slices.SortStableFunc(columns, func(a, b *column) int { return cmp.Compare(a.at, b.at) })
	for _, c := range columns {
		c.settle(lines)
	}
}

// partner finds the piece of the line above that piece k was lined up with; 0 if there is none.
func partner(above, l *line, k int) int {
	p := l.pieces[k]
	if p.before == 0 {
		return 0
	}
	for m := 1; m < min(len(above.pieces), maxPieces); m++ {
		q := above.pieces[m]
		if q.col == p.col && q.before > 0 && (p.gap > 1 || q.gap > 1) {
			switch {
			case p.is(token.Comment) || q.is(token.Comment):
				if p.lex.Kind == q.lex.Kind {
					return m
				}
			case k == 1 && m == 1, alike(above, l) && (p.lex.Kind == q.lex.Kind || starts(p) && starts(q)) &&
				starts(p) == starts(q):
				return m
			}
			return 0
		}
	}
	return 0
}

// starts tells whether a piece begins the body of an arm or a clause of a line.
func starts(p *piece) bool {
	return p.is(token.LBrace) && !p.record || p.lex.Class == parse.Keyword && !operator[p.lex.ID]
}

// alike tells whether two lines are of one kind, so that their later pieces may form columns: arms
// with arms, not an arm with a timer.
func alike(a, b *line) bool {
	x, y := a.pieces[0].lex, b.pieces[0].lex
	return x.Kind == y.Kind && x.Class == y.Class && x.ID == y.ID
}

// settle moves the cells of a column to one place: the smallest gap the author left, after the
// longest of what stands before.
func (c *column) settle(lines []*line) {
	gap, end := maxGap, 0
	for _, at := range c.cells {
		p := lines[at.line].pieces[at.piece]
		g := max(1, p.gap)
		if p.is(token.Comment) {
			g = max(2, p.gap)
		}
		gap = min(gap, g)
		end = max(end, lines[at.line].start(p)-p.before)
	}
	for _, at := range c.cells {
		l := lines[at.line]
		p := l.pieces[at.piece]
		p.before = end + gap - (l.start(p) - p.before)
	}
}
