package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// readWorkbook reads the first worksheet of an XLSX file (ECMA-376). The cells are taken as shown; a
// formula counts as its stored result.
func (g *grid) readWorkbook(data []byte) {
	// The library guards its own parsing only in part; a file must not bring the compiler down with it.
	defer func() {
		if recover() != nil {
			g.rows = nil
			g.fault(Unreadable, 0, 0, "")
		}
	}()
	if f := survey(data, MaxUnpacked); f != 0 {
		g.fault(f, 0, 0, map[Fault]string{
			TooLarge: fmt.Sprintf("%d MB", MaxUnpacked>>20), TooManyRows: strconv.Itoa(MaxRows), TooManyColumns: strconv.Itoa(MaxColumns),
		}[f])
		return
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: MaxUnpacked, UnzipXMLSizeLimit: MaxUnpacked, // equal, so that nothing is unpacked onto the disk
		ShortDatePattern: "yyyy-mm-dd",
	})
	if err != nil {
		g.fault(Unreadable, 0, 0, "")
		return
	}
	defer book.Close()
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		g.fault(Empty, 0, 0, "")
		return
	}
	w := &worksheet{grid: g, book: book, dateStyles: map[int]dateParts{}}
	g.name = sheets[0]
	if err := w.read(); err != nil {
		g.rows = nil
		g.fault(Unreadable, 0, 0, "")
	}
}

// survey looks through the parts of a workbook without keeping them, so that a small file that unpacks to gigabytes,
// or claims a cell in row one million, is refused before anything is built from it. budget is how many bytes
// all parts together may unpack to. It returns 0 if all is well.
func survey(data []byte, budget int64) Fault {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Unreadable
	}
	for _, part := range archive.File {
		// The declared size may lie: what counts is what comes out.
		r, err := part.Open()
		if err != nil {
			return Unreadable
		}
		counted := &countingReader{r: io.LimitReader(r, budget+1)}
		fault := Fault(0)
		if strings.HasPrefix(strings.ToLower(part.Name), "xl/worksheets/") && strings.HasSuffix(strings.ToLower(part.Name), ".xml") {
			fault = surveyWorksheet(counted)
		}
		if fault == 0 {
			_, err = io.Copy(io.Discard, counted)
		}
		r.Close()
		if budget -= counted.n; budget < 0 {
			return TooLarge
		}
		if fault != 0 {
			return fault
		}
		if err != nil {
			return Unreadable
		}
	}
	return 0
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// surveyWorksheet looks at the row and cell numbers of one worksheet part.
func surveyWorksheet(r io.Reader) Fault {
	d := xml.NewDecoder(r)
	rows := 0
	for {
		token, err := d.RawToken()
		if err != nil { // damaged XML is for the library to judge; some programs write what it forgives
			return 0
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "row" && start.Name.Local != "c" {
			continue
		}
		if start.Name.Local == "row" {
			rows++
		}
		for _, a := range start.Attr {
			if a.Name.Local != "r" {
				continue
			}
			if start.Name.Local == "row" {
				n, err := strconv.Atoi(a.Value)
				if err != nil || n < 1 {
					return Unreadable
				}
				rows = max(rows, n)
			} else if col, row, err := excelize.CellNameToCoordinates(a.Value); err != nil {
				return Unreadable
			} else if rows = max(rows, row); col > MaxColumns {
				return TooManyColumns
			}
		}
		if rows > MaxRows+1 {
			return TooManyRows
		}
	}
}

// worksheet is the reading of one worksheet.
type worksheet struct {
	*grid
	book       *excelize.File
	date1904   bool
	dateStyles map[int]dateParts
}

// dateParts says whether a number format shows a date, a time of day, or both.
type dateParts struct{ date, clock bool }

func (w *worksheet) read() error {
	if props, err := w.book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		w.date1904 = *props.Date1904
	}
	merged, err := w.book.GetMergeCells(w.name, true)
	if err != nil {
		return fmt.Errorf("reading merged cells: %w", err)
	}
	for _, m := range merged {
		col, row, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil {
			return fmt.Errorf("reading merged cells: %w", err)
		}
		w.fault(MergedCell, row, col, m.GetStartAxis()+":"+m.GetEndAxis())
	}
	shown, err := w.book.Rows(w.name)
	if err != nil {
		return fmt.Errorf("reading rows: %w", err)
	}
	defer shown.Close()
	stored, err := w.book.Rows(w.name)
	if err != nil {
		return fmt.Errorf("reading rows: %w", err)
	}
	defer stored.Close()
	for row := 1; shown.Next() && stored.Next() && !w.stopped; row++ {
		texts, err := shown.Columns()
		if err != nil {
			return fmt.Errorf("reading row %d: %w", row, err)
		}
		raw, err := stored.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("reading row %d: %w", row, err)
		}
		cells := make([]Cell, 0, len(texts))
		for i, text := range texts {
			cell := Cell{Row: row, Col: i + 1}
			value := ""
			if i < len(raw) {
				value = raw[i]
			}
			cell.Text = w.cellText(cell, text, value)
			cells = append(cells, cell)
		}
		w.add(row, cells)
	}
	return errors.Join(shown.Error(), stored.Error())
}

// cellText is what counts of a cell that shows text and stores value.
func (w *worksheet) cellText(cell Cell, text, value string) string {
	if value == "" {
		if formula, err := w.book.GetCellFormula(w.name, cell.At()); err == nil && formula != "" {
			if kind, err := w.book.GetCellType(w.name, cell.At()); err == nil && kind == excelize.CellTypeUnset {
				w.fault(NoFormulaValue, cell.Row, cell.Col, "")
			}
		}
		return text
	}
	if strings.HasPrefix(value, "#") {
		if kind, err := w.book.GetCellType(w.name, cell.At()); err == nil && kind == excelize.CellTypeError {
			w.fault(ErrorValue, cell.Row, cell.Col, value)
			return ""
		}
	}
	if value == text {
		return text
	}
	serial, err := strconv.ParseFloat(value, 64)
	if err != nil || serial < 0 || serial > 2_958_466 { // 9999-12-31
		return text
	}
	if d := w.dateParts(cell); d.date || d.clock {
		return dateText(serial, d, w.date1904)
	}
	return text
}

// dateParts looks up whether the cell's number format is one of dates. It is asked only for cells that show
// something else than they store.
func (w *worksheet) dateParts(cell Cell) dateParts {
	id, err := w.book.GetCellStyle(w.name, cell.At())
	if err != nil {
		return dateParts{}
	}
	if d, known := w.dateStyles[id]; known {
		return d
	}
	d := dateParts{}
	if style, err := w.book.GetStyle(id); err == nil {
		d = builtInDates(style.NumFmt)
		if style.CustomNumFmt != nil {
			d = customDates(*style.CustomNumFmt)
		}
	}
	w.dateStyles[id] = d
	return d
}

// builtInDates knows the numbered formats (ECMA-376 part 1, 18.8.30), among them those reserved for
// Chinese Excel.
func builtInDates(id int) dateParts {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return dateParts{date: true}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 55, id == 56:
		return dateParts{clock: true}
	case id == 22:
		return dateParts{date: true, clock: true}
	}
	return dateParts{}
}

// customDates looks for date letters in a format code, outside quotes, escapes and brackets. An m is a
// month unless the format has hours or seconds and neither year nor day. [h]:mm is a duration, no time of day.
func customDates(code string) dateParts {
	code, _, _ = strings.Cut(code, ";")
	var letters strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"', '[':
			closing := map[byte]byte{'"': '"', '[': ']'}[c]
			end := strings.IndexByte(code[i+1:], closing)
			if end < 0 {
				return dateParts{}
			}
			if inside := strings.ToLower(code[i+1 : i+1+end]); c == '[' && strings.Trim(inside, "hms") == "" {
				return dateParts{}
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		default:
			letters.WriteByte(c)
		}
	}
	s := strings.ToLower(letters.String())
	if strings.Contains(s, "general") || strings.ContainsAny(s, "0#?") && !strings.ContainsAny(s, "yd") {
		return dateParts{}
	}
	clock := strings.ContainsAny(s, "hs")
	date := strings.ContainsAny(s, "yd") || strings.Contains(s, "m") && !clock
	return dateParts{date: date, clock: clock}
}

// dateText writes a spreadsheet's day number as 2026-10-01, 2026-10-01 08:30 or 08:30, to the second.
func dateText(serial float64, d dateParts, date1904 bool) string {
	days, part := math.Modf(serial)
	seconds := int(math.Round(part * 86_400))
	clock := fmt.Sprintf("%02d:%02d", seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		clock += fmt.Sprintf(":%02d", seconds%60)
	}
	if !d.date {
		return clock
	}
	if seconds == 86_400 {
		days, clock = days+1, "00:00"
	}
	// Day 1 is 1900-01-01; Excel believes in a 1900-02-29, day 60, so later days count from one day earlier.
	epoch := time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days >= 60:
		epoch = epoch.AddDate(0, 0, -1)
	}
	date := epoch.AddDate(0, 0, int(days)).Format(time.DateOnly)
	if d.clock && clock != "00:00" {
		return date + " " + clock
	}
	return date
}
