package table

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"rexian/stdlib/customer"
)

// Format is the kind of file of an export.
type Format uint8

const (
	CSV  Format = iota // UTF-8 with a byte order mark, which a Chinese Excel needs
	XLSX               // one sheet, all cells text
)

// View is how an export shows the customers.
type View struct {
	Format  Format
	English bool // the header's tongue
	// Whole shows telephones, numbers, contacts and accounts; else they are masked. Who asks for it gives a reason,
	// which is noted elsewhere.
	Whole bool
	Vault *customer.Vault // opens bank accounts; without one they are left blank
}

const (
	page = 1000
	// maxSheet is how many rows a worksheet has.
	maxSheet = 1_048_576
)

// Export writes all customers and returns how many. It reads them page by page: what it needs does not grow with them,
// but an XLSX is kept in a temporary file until it is whole.
func Export(ctx context.Context, s *customer.Store, w io.Writer, v View) (int, error) {
	out, err := v.open(w)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.name.Zh
		if v.English {
			header[i] = c.name.En
		}
	}
	n, err := 0, out.row(header)
	for after := ""; err == nil; {
		var list []customer.Customer
		if list, err = s.Page(ctx, after, page); err != nil || len(list) == 0 {
			break
		}
		for i := range list {
			if err = out.row(v.cells(&list[i])); err != nil {
				break
			}
			n++
		}
		after = list[len(list)-1].ID
	}
	if end := out.close(err == nil); err == nil {
		err = end
	}
	if err != nil {
		return n, fmt.Errorf("export: %w", err)
	}
	return n, nil
}

// cells are a customer's, masked as the view wants.
func (v View) cells(c *customer.Customer) []string {
	cells := make([]string, len(columns))
	for i, col := range columns {
		text := *col.get(c)
		if text != "" && col.get(c) == &c.Account {
			text = v.account(c)
		}
		if col.mask != nil && !v.Whole && text != "" {
			text = col.mask(text)
		}
		cells[i] = text
	}
	return cells
}

func (v View) account(c *customer.Customer) string {
	if v.Vault == nil {
		return ""
	}
	text, err := v.Vault.Open(c.Account, c.ID)
	if err != nil {
		return "" // encrypted with another key: better blank than wrong
	}
	return text
}

// sink takes rows; close ends the file, whole or not.
type sink interface {
	row(cells []string) error
	close(whole bool) error
}

func (v View) open(w io.Writer) (sink, error) {
	if v.Format == XLSX {
		return newWorkbook(w)
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return commas{c}, nil
}

// commas is a CSV file.
type commas struct{ w *csv.Writer }

func (c commas) row(cells []string) error {
	safe := make([]string, len(cells))
	for i, s := range cells {
		safe[i] = Defuse(s)
	}
	return c.w.Write(safe)
}

func (c commas) close(bool) error { c.w.Flush(); return c.w.Error() }

// formula are the characters with which a spreadsheet takes a cell of a CSV file for a formula.
const formula = "=+-@\t\r"

// Defuse puts an apostrophe before what a spreadsheet would take for a formula, which then shows it as it is.
func Defuse(s string) string {
	if s != "" && strings.IndexByte(formula, s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// defused takes it off again.
func defused(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte(formula, s[1]) >= 0 {
		return s[1:]
	}
	return s
}

// workbook is an XLSX file. Its cells are of the type text: no spreadsheet looks for formulas in those.
type workbook struct {
	w      io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	rows   int
}

func newWorkbook(w io.Writer) (*workbook, error) {
	b := &workbook{w: w, file: excelize.NewFile()}
	var err error
	if b.stream, err = b.file.NewStreamWriter("Sheet1"); err != nil {
		_ = b.file.Close()
		return nil, err
	}
	return b, nil
}

func (b *workbook) row(cells []string) error {
	if b.rows == maxSheet {
		return fmt.Errorf("more than %d rows: export as CSV", maxSheet)
	}
	b.rows++
	values := make([]any, len(cells))
	for i, s := range cells {
		values[i] = s
	}
	return b.stream.SetRow(fmt.Sprintf("A%d", b.rows), values)
}

func (b *workbook) close(whole bool) error {
	defer b.file.Close() // removes the temporary file
	if !whole {
		return nil
	}
	if err := b.stream.Flush(); err != nil {
		return err
	}
	_, err := b.file.WriteTo(b.w)
	return err
}
