package table

import (
	"fmt"
	"io"
)

// Sheet writes rows as a CSV or XLSX file, of which no spreadsheet takes a cell for a formula. An XLSX is kept in a
// temporary file until it is whole.
type Sheet struct{ out sink }

// NewSheet begins a file with its header.
func NewSheet(w io.Writer, f Format, header ...string) (*Sheet, error) {
	out, err := View{Format: f}.open(w)
	if err != nil {
		return nil, fmt.Errorf("write a sheet: %w", err)
	}
	return &Sheet{out}, out.row(header)
}

// Row adds a row.
func (s *Sheet) Row(cells ...string) error { return s.out.row(cells) }

// Close ends the file; whole is false if rows are missing.
func (s *Sheet) Close(whole bool) error { return s.out.close(whole) }
