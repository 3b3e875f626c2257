package table

import (
	"errors"
	"fmt"

	"rexian/compiler/table"
	"rexian/lang/diag"
	"rexian/stdlib/customer"
	"rexian/stdlib/intake"
)

// row is a row that was judged good.
type row struct {
	at       int
	customer customer.Customer
}

// judge reads a file row by row and keeps the good ones.
type judge struct {
	*Report
	o       Options
	where   []int // the file's column of each of ours, 1-based, 0 for none; nil before the header was read
	rows    []row
	seen    map[string]int // rows by their customers
	reasons []diag.Text    // what is wrong with the row at hand
	rejects *rejects       // nil as long as there are none
	err     error          // why nothing more is read
	kind    *Kind          // of the bureau's data; nil: customers
	records []record       // the good rows of it
}

// read judges the rows of a file. The error is ErrFile, or that of Options.Rejects.
func (j *judge) read(name string, file []byte) error {
	sheet, faults := table.Scan(name, file, func(s *table.Sheet, r table.Row) bool {
		if j.where == nil {
			j.err = j.header(s)
		}
		if j.err == nil {
			j.err = j.row(s, r)
		}
		return j.err == nil
	})
	whole, ofRows := sheet != nil, j.Faults
	j.Faults = nil
	for _, e := range faults {
		j.fault(e.Row, e.Col, "", fileReason(e))
		switch e.Fault {
		case table.BlankHeader, table.MergedCell: // what is under it is left out
		default:
			whole = false
		}
	}
	j.Faults = append(j.Faults, ofRows[:min(len(ofRows), MaxFaults-len(j.Faults))]...)
	switch {
	case !whole:
		j.Rejected = 0 // some rows were never seen
		return ErrFile
	case j.err == nil && j.where == nil: // no row below the header
		j.err = j.header(sheet)
	}
	if j.err == nil {
		j.err = j.rejects.end()
	}
	if j.err == nil && j.o.Strict && j.Faulty+len(faults) > 0 {
		j.err = ErrFile
	}
	j.Encoding = sheet.Encoding.String()
	return j.err
}

// header finds our columns.
func (j *judge) header(s *table.Sheet) error {
	known, of := len(columns), find
	if j.kind != nil {
		known, of = len(j.kind.fields), j.kind.fieldOf
	}
	j.where = make([]int, known)
	for i, header := range s.Header {
		c := of(header)
		switch {
		case header == "" || isRejectColumn(header):
		case c < 0:
			j.Unknown = append(j.Unknown, header)
		case j.where[c] > 0:
			j.fault(s.HeaderRow, i+1, header,
				diag.Text{Zh: "这一列和前面的一列是同一个内容", En: "the column means the same as one before it"})
			return ErrFile
		default:
			j.where[c] = i + 1
		}
	}
	if j.kind != nil {
		if missing := j.kind.lacks(j.where); missing.Zh != "" {
			j.fault(s.HeaderRow, 0, "", diag.Text{Zh: "缺少必需的列：" + missing.Zh, En: "columns are missing: " + missing.En})
			return ErrFile
		}
		return nil
	}
	if j.where[0] == 0 || j.where[1] == 0 && j.where[3] == 0 {
		j.fault(s.HeaderRow, 0, "", diag.Text{Zh: "缺少必需的列：名称，以及税号或电话",
			En: "a column is missing: name, and taxpayer number or telephone"})
		return ErrFile
	}
	return nil
}

// row judges one row and keeps it if it is good. The error is that of Options.Rejects.
func (j *judge) row(s *table.Sheet, r table.Row) error {
	j.Rows++
	j.reasons = j.reasons[:0]
	for _, e := range r.Faults {
		j.wrong(e.Row, e.Col, "", fileReason(e))
	}
	var c customer.Customer
	var x record
	id := ""
	if j.kind != nil {
		x = j.record(r)
		id = text(x.key)
	} else {
		c = j.customer(r.Cells)
		id = c.ID
	}
	if len(j.reasons) == 0 {
		if before := j.seen[id]; before > 0 {
			reason := diag.Text{Zh: "与第%d行是同一个客户", En: "the same customer as in row %d"}
			if j.kind != nil {
				reason = diag.Text{Zh: "与第%d行说的是同一项", En: "it says the same thing as row %d"}
			}
			j.wrong(r.Number, 0, "", diag.Text{Zh: fmt.Sprintf(reason.Zh, before), En: fmt.Sprintf(reason.En, before)})
		}
	}
	if len(j.reasons) > 0 {
		j.Faulty++
		return j.reject(s, r, j.reasons)
	}
	j.seen[id] = r.Number
	if j.kind != nil {
		j.records = append(j.records, x)
		return nil
	}
	j.rows = append(j.rows, row{r.Number, c})
	return nil
}

// wrong notes a fault of the row at hand.
func (j *judge) wrong(at, col int, header string, reason diag.Text) {
	j.fault(at, col, header, reason)
	if header != "" {
		name := ColumnIn(header, j.o.Tongue)
		reason = diag.Text{Zh: name + "：" + reason.Zh, En: name + ": " + reason.En}
	}
	j.reasons = append(j.reasons, reason)
}

// customer reads one row; what is wrong with it is noted.
func (j *judge) customer(cells []table.Cell) (c customer.Customer) {
	for i, col := range columns {
		if j.where[i] == 0 {
			continue
		}
		cell := cells[j.where[i]-1]
		if cell.Text = defused(cell.Text); cell.Text == "" && cell.Stored == "" {
			continue
		}
		text, reason := j.cell(i, cell)
		if reason != (diag.Text{}) {
			j.wrong(cell.Row, cell.Col, col.name.Zh, reason)
			continue
		}
		*col.get(&c) = text
	}
	if len(j.reasons) > 0 {
		return c
	}
	cleaned, err := customer.Clean(c)
	if err != nil {
		j.wrong(cells[0].Row, 0, "", diag.Text{Zh: "缺少名称，或者税号和电话都没有",
			En: "there is no name, or neither taxpayer number nor telephone"})
		return c
	}
	if cleaned.Account != "" {
		cleaned.Account = j.o.Vault.Seal(cleaned.Account, cleaned.ID)
	}
	cleaned.Batch, cleaned.UpdatedAt = j.o.Batch, j.o.Now.UnixMilli()
	return cleaned
}

// cell reads a cell of our column i; the reason is zero if nothing is wrong with it.
func (j *judge) cell(i int, cell table.Cell) (string, diag.Text) {
	kind := table.Column{Kind: columns[i].kind}
	if kind.Kind == table.Digits {
		kind.Min, kind.Max = 8, 30
	}
	v, err := cell.Value(kind)
	if e := (*table.CellError)(nil); errors.As(err, &e) {
		return "", cellReason(e)
	}
	switch kind.Kind {
	case table.TaxpayerID:
		if _, valid := intake.TaxpayerID(v.S); !valid {
			return "", diag.Text{Zh: "识别号的校验位不对，请核对", En: "a check character of the number does not fit"}
		}
	case table.Digits:
		if j.o.Vault == nil {
			return "", diag.Text{Zh: "没有配置密钥，不能保存银行账号", En: "bank accounts cannot be kept: no key is configured"}
		}
	case table.Text:
		limit := intake.MaxName
		if i == len(columns)-1 {
			limit = maxNote
		}
		if len([]rune(v.S)) > limit {
			return "", diag.Text{Zh: fmt.Sprintf("太长：最多%d个字", limit),
				En: fmt.Sprintf("too long: %d characters at most", limit)}
		}
	}
	return v.S, diag.Text{}
}

// maxNote is the longest note, in characters.
const maxNote = 2000
