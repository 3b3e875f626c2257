package table

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/table"
	"rexian/lang/diag"
)

// The columns that a file of faulty rows has beside those of the import. An import takes no notice of them.
var (
	rejectRow    = diag.Text{Zh: "导入行号", En: "import row"}
	rejectReason = diag.Text{Zh: "导入错误", En: "import fault"}
)

func isRejectColumn(header string) bool {
	return slices.Contains([]string{rejectRow.Zh, rejectRow.En, rejectReason.Zh, rejectReason.En}, header)
}

// rejects is a file of faulty rows: UTF-8 with a byte order mark, as every export. A nil one has none.
type rejects struct {
	w    *csv.Writer
	keep []int // columns of the import that it has
}

func (r *rejects) end() error {
	if r == nil {
		return nil
	}
	r.w.Flush()
	if err := r.w.Error(); err != nil {
		return fmt.Errorf("write the faulty rows: %w", err)
	}
	return nil
}

// reject writes a row to Options.Rejects, with why.
func (j *judge) reject(s *table.Sheet, row table.Row, reasons []diag.Text) error {
	if j.o.Rejects == nil {
		return nil
	}
	if j.rejects == nil {
		if _, err := j.o.Rejects.Write([]byte("\ufeff")); err != nil {
			return fmt.Errorf("write the faulty rows: %w", err)
		}
		j.rejects = &rejects{w: csv.NewWriter(j.o.Rejects)}
		j.rejects.w.UseCRLF = true
		var header []string
		for i, h := range s.Header {
			if !isRejectColumn(h) {
				header, j.rejects.keep = append(header, Defuse(h)), append(j.rejects.keep, i)
			}
		}
		if err := j.rejects.w.Write(append(header, rejectRow.In(j.o.Tongue), rejectReason.In(j.o.Tongue))); err != nil {
			return err
		}
	}
	var cells, why []string
	for _, i := range j.rejects.keep {
		cells = append(cells, Defuse(row.Cells[i].Text))
	}
	for _, reason := range reasons {
		why = append(why, reason.In(j.o.Tongue))
	}
	separator := map[bool]string{true: "；", false: "; "}[j.o.Tongue == diag.Zh]
	if err := j.rejects.w.Write(append(cells, strconv.Itoa(row.Number), strings.Join(why, separator))); err != nil {
		return fmt.Errorf("write the faulty rows: %w", err)
	}
	j.Rejected++
	return nil
}

// rejectLate writes the rows that were good until they met the database. They are read again: to keep the cells of
// all rows for their sake would cost more.
func (j *judge) rejectLate(name string, file []byte, late []int) error {
	if len(late) == 0 || j.o.Rejects == nil {
		return nil
	}
	slices.Sort(late)
	table.Scan(name, file, func(s *table.Sheet, r table.Row) bool {
		if _, found := slices.BinarySearch(late, r.Number); found {
			j.err = j.reject(s, r, []diag.Text{existsAlready})
		}
		return j.err == nil
	})
	if j.err == nil {
		j.err = j.rejects.end()
	}
	return j.err
}
