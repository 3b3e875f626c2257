package table

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// worksheet is the reading of one worksheet.
type worksheet struct {
	*grid
	*book
	richText
	data     bool // inside the cells
	inRow    bool // inside a row of them
	row, col int
	cells    []Cell
	cell     openCell
}

// openCell is the cell that is being read.
type openCell struct {
	kind    string // its t attribute
	style   int
	formula bool
	inside  bool // its value is being read
	value   []byte
}

// errDone stops the reading of a part of which no more is needed.
var errDone = errors.New("done")

var errDisorder = errors.New("rows or cells out of order")

func (w *worksheet) read() error {
	if w.files[partName(w.book.sheet)] == nil {
		return errors.New("no worksheet in the file")
	}
	if err := w.readMerges(); err != nil {
		return err
	}
	err := w.elements(w.book.sheet, w)
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// readMerges looks for merged cells, which stand behind all others in the file but spoil the rows they cover.
func (w *worksheet) readMerges() error {
	there, err := w.contains(w.book.sheet, "mergeCell")
	if err != nil || !there {
		return err
	}
	defer func() {
		slices.SortStableFunc(w.merged, func(a, b merge) int { return cmp.Compare(a.first, b.first) })
	}()
	return w.elements(w.book.sheet, starts(func(e xml.StartElement) error {
		if e.Name.Local != "mergeCell" {
			return nil
		}
		from, to, isRange := strings.Cut(attr(e, "ref"), ":")
		if !isRange {
			to = from
		}
		col, row, ok1 := coordinates(from)
		_, last, ok2 := coordinates(to)
		if !ok1 || !ok2 {
			return errDisorder
		}
		if len(w.merged) == MaxRows {
			return refuse(TooLarge)
		}
		w.merged = append(w.merged, merge{row, max(row, last), &Error{MergedCell, w.file, row, col, from + ":" + to}})
		return nil
	}))
}

// contains looks for a word in a part, at a tenth of the cost of reading its elements.
func (p *parts) contains(name, word string) (bool, error) {
	r, err := p.open(name)
	if err != nil {
		return false, err
	}
	defer r.Close()
	buffer, kept, found := make([]byte, 64<<10), 0, false
	for {
		n, err := r.Read(buffer[kept:])
		seen := buffer[:kept+n]
		found = found || bytes.Contains(seen, []byte(word))
		switch {
		case err == io.EOF:
			return found, nil
		case err != nil:
			return false, err
		}
		kept = copy(buffer, seen[max(0, len(seen)-len(word)):])
	}
}

func (w *worksheet) start(e xml.StartElement) error {
	name := e.Name.Local
	switch {
	case name == "sheetData":
		w.data = true
	case !w.data:
	case name == "row":
		return w.beginRow(attr(e, "r"))
	case name == "c":
		return w.beginCell(e)
	case name == "v":
		w.cell.inside = true
	case name == "f":
		w.cell.formula = true
	default:
		w.richText.start(name)
	}
	return nil
}

func (w *worksheet) end(name string) error {
	switch {
	case !w.data:
	case name == "sheetData":
		return errDone
	case name == "row":
		if w.inRow = false; !w.add(w.row, w.cells) {
			return errDone
		}
	case name == "c":
		return w.endCell()
	case name == "v":
		w.cell.inside = false
	default:
		w.richText.end(name)
	}
	return nil
}

func (w *worksheet) text(b []byte) {
	if w.cell.inside {
		w.cell.value = append(w.cell.value, b...)
		return
	}
	w.richText.text(b)
}

// beginRow begins the row of a number; without one it is the next.
func (w *worksheet) beginRow(number string) error {
	n := w.row + 1
	if number != "" {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n <= w.row {
			return errDisorder
		}
	}
	if w.inRow {
		return errDisorder
	}
	if n > MaxRows+1 {
		return refuse(TooManyRows)
	}
	w.inRow, w.row, w.col, w.cells = true, n, 0, w.cells[:0]
	return nil
}

func (w *worksheet) beginCell(e xml.StartElement) error {
	if !w.inRow {
		return errDisorder
	}
	n := w.col + 1
	if at := attr(e, "r"); at != "" {
		col, row, ok := coordinates(at)
		if !ok || col <= w.col || row != w.row {
			return errDisorder
		}
		n = col
	}
	if n > MaxColumns {
		return refuse(TooManyColumns)
	}
	w.col = n
	style, _ := strconv.Atoi(attr(e, "s")) // without one, the first
	w.cell = openCell{kind: attr(e, "t"), style: style, value: w.cell.value[:0]}
	w.take()
	return nil
}

// endCell keeps what counts of the cell that ends.
func (w *worksheet) endCell() error {
	cell := Cell{Row: w.row, Col: w.col}
	value := string(bytes.TrimSpace(w.cell.value))
	switch w.cell.kind {
	case "s":
		n, err := strconv.Atoi(value)
		if value != "" && (err != nil || n < 0 || n >= len(w.texts)) {
			return errDisorder
		}
		if value != "" {
			cell.Text = w.texts[n]
		}
	case "inlineStr":
		cell.Text = string(w.take())
	case "str":
		w.b = append(w.b[:0], w.cell.value...)
		cell.Text = string(w.take())
	case "b":
		cell.Text = map[bool]string{true: "TRUE", false: "FALSE"}[truth(value)]
	case "e":
		w.note(ErrorValue, cell.Row, cell.Col, value)
	case "d":
		date, clock, _ := strings.Cut(strings.TrimSuffix(value, "Z"), "T")
		cell.Text = strings.TrimSpace(date + " " + strings.TrimSuffix(clock, ":00"))
	default:
		if value == "" && w.cell.formula {
			w.note(NoFormulaValue, cell.Row, cell.Col, "")
		}
		cell.Text, cell.Stored = w.number(value)
	}
	w.cells = append(w.cells, cell)
	return nil
}

// number is what a cell shows that stores a number, and what it stores where that is another one. Dates are written as
// such whatever their format shows of them.
func (w *worksheet) number(value string) (text, stored string) {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return value, ""
	}
	var f format
	if w.cell.style >= 0 && w.cell.style < len(w.formats) {
		f = w.formats[w.cell.style]
	}
	if s, _ := f.choose(v); s != nil && v >= 0 && v < lastDay {
		switch {
		case s.elapsed:
			return clockText(int(math.Round(v * 86_400))), ""
		case s.date.date || s.date.clock:
			return dateText(v, s.date, w.date1904), ""
		}
	}
	return f.shown(v)
}

// coordinates reads the name of a cell, such as B7 or $B$7.
func coordinates(name string) (col, row int, ok bool) {
	letters := 0
	name = strings.ReplaceAll(name, "$", "")
	for letters < len(name) {
		c := name[letters] &^ 0x20
		if c < 'A' || c > 'Z' || letters == 4 {
			break
		}
		col = col*26 + int(c-'A'+1)
		letters++
	}
	row, err := strconv.Atoi(name[letters:])
	return col, row, letters > 0 && err == nil && row > 0 && name[letters] != '+'
}

// merge is a range of merged cells: the rows that it covers, and the fault that it is.
type merge struct {
	first, last int
	fault       *Error
}

// mergedAt are the faults of the cells that are merged from a row on, or else one of those that reach into it. Rows are
// asked for in their order, and merges lie in that of their first rows.
func (g *grid) mergedAt(row int) []*Error {
	var faults []*Error
	for len(g.merged) > 0 && g.merged[0].first <= row {
		m := g.merged[0]
		if g.merged = g.merged[1:]; m.first == row {
			faults = append(faults, m.fault)
		}
		if m.last > g.reaching.last {
			g.reaching = m
		}
	}
	if len(faults) == 0 && g.reaching.last >= row {
		faults = append(faults, g.reaching.fault)
	}
	return faults
}
