// Package table reads the tables that policy staff keep in a spreadsheet: office addresses, fax
// documents, extension lists.
//
// # The model
//
// A file is a grid of cells under one header row. Staff save it the way their program offers: as CSV in
// UTF-8, GB18030 or UTF-16, with commas, semicolons or tabs, or as an XLSX workbook, of which the first
// visible sheet counts. Read makes one Sheet of all of them: header names, and rows of cells as text, exactly as
// the spreadsheet shows them (a 01 formatted "00" stays 01), except that dates become 2026-10-01 whatever
// their format. Every cell keeps the row and column the spreadsheet shows, so that a message can say "B7". Scan reads
// the same row by row and keeps none.
//
// Text becomes a value only when a column's type asks for it: Cell.Value reads one cell as money, date, phone and so
// on, forgiving in the ways people write these, strict about meaning: what could be understood in two
// ways, shows another number than it stores, or has lost digits on its way through a spreadsheet, is refused and
// not guessed.
//
// A fault is data, an Error with a Fault and a place. Read returns all it finds and whatever part of the
// sheet could be read. It never panics; size, rows, columns and unpacked size are bounded by
// the constants below, so that a hostile file costs little.
package table

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The limits of a table file.
const (
	MaxBytes    = 32 << 20  // of the file
	MaxUnpacked = 256 << 20 // of all parts of a workbook together
	MaxRows     = 100_000   // below the header
	MaxColumns  = 256
	MaxCell     = 32_767 // characters, the limit of the spreadsheets themselves
	maxFaults   = 50
)

// Sheet is a table as it was read.
type Sheet struct {
	Name      string   // of the worksheet; "" for CSV
	Encoding  Encoding // of a CSV file; a workbook is always UTF8
	Header    []string // names, trimmed, in NFC; "" for a column that has none
	HeaderRow int      // the row of the header, 1-based as the spreadsheet shows it
	Rows      [][]Cell // each as long as Header; rows without any content are left out
}

// Cell is one cell: its text without the blanks around it, in NFC, and its place, 1-based.
type Cell struct {
	Text     string
	Stored   string // the number in the cell, where its text shows another: the cell is read as neither of them
	Row, Col int
}

// At returns the cell's name in a spreadsheet, such as "B7".
func (c Cell) At() string { return CellName(c.Row, c.Col) }

// CellName returns the spreadsheet's name of a 1-based row and column, "B7" for 7, 2. With only one of them
// given it is the row's number or the column's letters.
func CellName(row, col int) string {
	name := ""
	for ; col > 0; col = (col - 1) / 26 {
		name = string(rune('A'+(col-1)%26)) + name
	}
	if row > 0 {
		name += strconv.Itoa(row)
	}
	return name
}

// Fault says what is wrong with a file or cell.
type Fault uint8

const (
	_               Fault = iota
	Unreadable            // not a table file, damaged, or protected by a password
	UnknownFormat         // a kind of file that is not read (.xls, .ods); Detail is its ending
	BadEncoding           // text in no known encoding; Detail is the byte offset
	TooLarge              // the file or what it unpacks to
	TooManyRows           // more than MaxRows
	TooManyColumns        // more than MaxColumns
	CellTooLong           // more than MaxCell characters
	Empty                 // no header
	BlankHeader           // a column with content but no name
	DuplicateHeader       // the name, Detail, stands in two columns; the place is the second
	RaggedRow             // a row has content right of the last header
	OpenQuote             // a quoted cell that never ends; the place is its start
	MergedCell            // cells merged into one: only the first would have the value; Detail is the range
	NoFormulaValue        // a formula without a stored result: open the file in a spreadsheet and save it
	ErrorValue            // the cell holds #N/A, #REF!…; Detail is it
)

var faultSentences = map[Fault]string{
	Unreadable: "the file cannot be read", UnknownFormat: "this kind of file cannot be read",
	BadEncoding: "the text is in no known encoding",
	TooLarge:    "the file is too large", TooManyRows: "the table has too many rows",
	TooManyColumns: "the table has too many columns",
	CellTooLong:    "the cell is too long", Empty: "the table is empty", BlankHeader: "the column has no name",
	DuplicateHeader: "the column name stands twice", RaggedRow: "the row is longer than the header",
	OpenQuote:  "the quotation mark is never closed",
	MergedCell: "cells are merged", NoFormulaValue: "the formula has no stored result",
	ErrorValue: "the cell holds an error",
}

// Error is one fault, at a cell where there is one.
type Error struct {
	Fault    Fault
	File     string
	Row, Col int    // 1-based; 0 where the fault is not at a row or column
	Detail   string // see the Fault
}

func (e *Error) Error() string {
	s := e.File
	if at := CellName(e.Row, e.Col); at != "" {
		s += " " + at
	}
	s += ": " + faultSentences[e.Fault]
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	return s
}

// Row is one row of a table below its header, and what of it could not be read.
type Row struct {
	Number int      // as the spreadsheet shows it
	Cells  []Cell   // as many as the header has columns; they are overwritten by the next row
	Faults []*Error // of its cells
}

// Read reads a table from the bytes of a file. The name tells the format only where the bytes do not, and
// appears in the errors. Errors come ordered by place, at most fifty; the sheet is nil only if nothing could be read.
func Read(name string, data []byte) (*Sheet, []*Error) {
	var inRows []*Error
	s, errs := Scan(name, data, func(s *Sheet, r Row) bool {
		s.Rows = append(s.Rows, slices.Clone(r.Cells))
		for _, e := range r.Faults {
			if e.Row == r.Number { // cells that are merged with those of a row before are told of there
				inRows = append(inRows, e)
			}
		}
		return len(inRows) <= maxFaults
	})
	return s, ordered(append(errs, inRows...))
}

// Scan reads a table as Read does, but row by row: it hands each row to each, with a sheet that has everything but
// the rows, and keeps none. It stops where each returns false. The errors are those of the file and its header; each
// row has its own.
func Scan(name string, data []byte, each func(*Sheet, Row) bool) (*Sheet, []*Error) {
	g := &grid{file: name, each: each}
	switch ext := strings.ToLower(path.Ext(name)); {
	case len(data) > MaxBytes:
		g.fault(TooLarge, 0, 0, fmt.Sprintf("%d MB", MaxBytes>>20))
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		g.readWorkbook(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) && ext == ".xlsx": // an encrypted workbook
		g.fault(Unreadable, 0, 0, "")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		g.fault(UnknownFormat, 0, 0, cmp.Or(ext, ".xls"))
	case ext == ".xlsx" || ext == ".xlsm":
		g.fault(Unreadable, 0, 0, "")
	default:
		g.readCSV(data)
	}
	if g.sheet == nil && len(g.faults) == 0 {
		g.fault(Empty, 0, 0, "")
	}
	return g.sheet, ordered(g.faults)
}

// ordered puts faults in the order of their places, and keeps the first of them.
func ordered(faults []*Error) []*Error {
	slices.SortStableFunc(faults, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Fault, b.Fault))
	})
	return faults[:min(len(faults), maxFaults)]
}

// grid lays the cells of a file, row by row, under its header, and collects what is wrong with it.
type grid struct {
	file     string
	name     string // of the worksheet
	encoding Encoding
	each     func(*Sheet, Row) bool
	sheet    *Sheet   // nil until the header has come
	rows     int      // below it
	cells    []Cell   // of the row that is handed on
	nameless []bool   // columns without a name that have content
	merged   []merge  // that begin below the rows read
	reaching merge    // of those above, the one that reaches farthest
	noted    []*Error // in the row that is being read
	faults   []*Error
	stopped  bool // a limit was passed, or no more is wanted: nothing more is read
}

// fault notes what is wrong with the file.
func (g *grid) fault(f Fault, row, col int, detail string) {
	g.faults = append(g.faults, &Error{f, g.file, row, col, detail})
}

// note notes what is wrong with the row that is being read.
func (g *grid) note(f Fault, row, col int, detail string) {
	g.noted = append(g.noted, &Error{f, g.file, row, col, detail})
}

// add puts one row in; cells without content are dropped. It reports whether reading may go on.
func (g *grid) add(row int, cells []Cell) bool {
	kept := cells[:0]
	for _, c := range cells {
		c.Text = tidy(c.Text)
		switch {
		case c.Text == "" && c.Stored == "":
			continue
		case c.Col > MaxColumns:
			g.fault(TooManyColumns, c.Row, c.Col, strconv.Itoa(MaxColumns))
			g.stopped = true
			return false
		case len(c.Text) > MaxCell && len([]rune(c.Text)) > MaxCell:
			g.note(CellTooLong, c.Row, c.Col, strconv.Itoa(MaxCell))
			continue
		}
		kept = append(kept, c)
	}
	switch {
	case len(kept)+len(g.noted) == 0:
		return true
	case g.sheet == nil:
		g.head(row, kept)
		return true
	case g.rows == MaxRows:
		g.fault(TooManyRows, row, 0, strconv.Itoa(MaxRows))
		g.stopped = true
		return false
	}
	g.rows++
	g.lay(row, kept)
	g.noted = append(g.noted, g.mergedAt(row)...)
	g.stopped = !g.each(g.sheet, Row{row, g.cells, ordered(g.noted)})
	g.noted = nil
	return !g.stopped
}

// head takes the first row with content as the header.
func (g *grid) head(row int, cells []Cell) {
	g.faults = append(append(g.faults, g.noted...), g.mergedAt(row)...)
	if g.noted = nil; len(cells) == 0 {
		return
	}
	g.sheet = &Sheet{Name: g.name, Encoding: g.encoding, HeaderRow: row,
		Header: make([]string, cells[len(cells)-1].Col)}
	columns := map[string]bool{}
	for _, c := range cells {
		g.sheet.Header[c.Col-1] = c.Text
		if columns[c.Text] {
			g.fault(DuplicateHeader, c.Row, c.Col, c.Text)
		}
		columns[c.Text] = true
	}
	g.cells, g.nameless = make([]Cell, len(g.sheet.Header)), make([]bool, len(g.sheet.Header))
}

// lay puts the cells of a row under the columns.
func (g *grid) lay(row int, cells []Cell) {
	for i := range g.cells {
		g.cells[i] = Cell{Row: row, Col: i + 1}
	}
	for _, c := range cells {
		if c.Col > len(g.cells) {
			g.note(RaggedRow, c.Row, c.Col, "")
			return
		}
		if g.sheet.Header[c.Col-1] == "" && !g.nameless[c.Col-1] {
			g.nameless[c.Col-1] = true
			g.fault(BlankHeader, g.sheet.HeaderRow, c.Col, "")
		}
		g.cells[c.Col-1] = c
	}
}

// tidy takes off the blanks around a cell (also full-width, no-break and zero-width ones) and the ="001" with
// which Excel is told to keep zeros. The text is composed (NFC) before, for some blanks are others then.
func tidy(s string) string {
	s = strings.TrimFunc(norm.NFC.String(s), isBlank)
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) &&
		!strings.Contains(inner[:len(inner)-1], `"`) {
		s = strings.TrimFunc(inner[:len(inner)-1], isBlank)
	}
	return s
}

func isBlank(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', '\u0085', '\u00a0', '\u2002', '\u2003', '\u2009', '\u200b', '\u3000',
		'\ufeff':
		return true
	}
	return false
}
