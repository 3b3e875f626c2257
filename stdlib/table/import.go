package table

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/compiler/table"
	"rexian/lang/diag"
	"rexian/stdlib/bulk"
	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// Policy is what becomes of a row whose customer is there already.
type Policy uint8

const (
	Update Policy = iota // the row changes the customer; cells left blank change nothing
	Skip                 // the customer stays as it is
	Refuse               // the row is a fault
)

// Options of an import.
type Options struct {
	DryRun bool
	Policy Policy
	Actor  string          // who imports
	Batch  string          // the import's name, by which it is undone; made of the moment if ""
	Vault  *customer.Vault // encrypts bank accounts; without one a column of them is a fault
	Now    time.Time
	// Progress, if not nil, is told how many of the good rows are done.
	Progress func(done, total int)
	// Strict imports nothing if any row has a fault; else the good rows come in.
	Strict bool
}

// Fault is what is wrong with a cell, a row or the file. Row and Col are as the spreadsheet shows them, 1-based, 0 where
// it is not at one; At is the cell's name, such as "B7".
type Fault struct {
	Row, Col int
	At       string
	Column   string // its header
	Reason   diag.Text
}

// MaxFaults bounds the faults that a report lists; Report.Faulty counts all rows that have one.
const MaxFaults = 1000

// Report is what an import did, or would do in a dry run.
type Report struct {
	Batch    string
	Encoding string // of a CSV file
	Rows     int    // read
	Added    int
	Changed  int
	Same     int // there already, as in the row, or skipped
	Faulty   int // rows with a fault
	Faults   []Fault
	Unknown  []string // headers that name no column: what is under them is left out
	DryRun   bool
}

// ErrFile is for a file that cannot be imported at all; the report says why.
var ErrFile = errors.New("the file cannot be imported")

// row is a row that was judged good.
type row struct {
	at       int
	customer customer.Customer
}

// Import brings customers in. The error is ErrFile, or the database's; then nothing of the import is left. See Report for all else.
func Import(ctx context.Context, s *customer.Store, name string, file []byte, o Options) (*Report, error) {
	if o.Batch = intake.Line(o.Batch, 100); o.Batch == "" {
		o.Batch = "import-" + o.Now.UTC().Format("20060102-150405.000")
	}
	r := &Report{Batch: o.Batch, DryRun: o.DryRun}
	sheet, errs := table.Read(name, file)
	whole, spoilt := sheet != nil, map[int]bool{} // rows of which a cell could not be read
	for _, e := range errs {
		r.fault(e.Row, e.Col, "", fileReason(e))
		switch e.Fault {
		case table.RaggedRow, table.CellTooLong, table.MergedCell, table.NoFormulaValue, table.ErrorValue:
			spoilt[e.Row] = true
		case table.BlankHeader: // what is under it is left out
		default:
			whole = false
		}
	}
	if !whole {
		return r, ErrFile
	}
	r.Encoding, r.Rows = sheet.Encoding.String(), len(sheet.Rows)
	rows, err := r.judge(sheet, spoilt, o)
	if err != nil || len(errs) > 0 && o.Strict {
		return r, cmp.Or(err, ErrFile)
	}
	if o.Strict && r.Faulty > 0 {
		return r, ErrFile
	}
	return r, r.write(ctx, s.DB(), name, rows, o)
}

// fault notes a fault, as long as the report has room.
func (r *Report) fault(at, col int, header string, reason diag.Text) {
	if len(r.Faults) < MaxFaults {
		r.Faults = append(r.Faults, Fault{Row: at, Col: col, At: table.CellName(at, col), Column: header, Reason: reason})
	}
}

// judge reads the rows of a sheet and keeps the good ones.
func (r *Report) judge(sheet *table.Sheet, spoilt map[int]bool, o Options) ([]row, error) {
	where := make([]int, len(columns)) // the sheet's column of each of ours, 1-based, 0 for none
	for i, header := range sheet.Header {
		c := find(header)
		switch {
		case header == "":
		case c < 0:
			r.Unknown = append(r.Unknown, header)
		case where[c] > 0:
			r.fault(sheet.HeaderRow, i+1, header, diag.Text{Zh: "这一列和前面的一列是同一个内容", En: "the column means the same as one before it"})
			return nil, ErrFile
		default:
			where[c] = i + 1
		}
	}
	if where[0] == 0 || where[1] == 0 && where[3] == 0 {
		r.fault(sheet.HeaderRow, 0, "", diag.Text{Zh: "缺少必需的列：名称，以及税号或电话", En: "a column is missing: name, and taxpayer number or telephone"})
		return nil, ErrFile
	}
	rows, seen := make([]row, 0, len(sheet.Rows)), map[string]int{}
	for _, cells := range sheet.Rows {
		at := cells[0].Row
		c, ok := r.customer(cells, where, o)
		if ok = ok && !spoilt[at]; ok {
			if before := seen[c.ID]; before > 0 {
				r.fault(at, 0, "", diag.Text{Zh: fmt.Sprintf("与第%d行是同一个客户", before), En: fmt.Sprintf("the same customer as in row %d", before)})
				ok = false
			} else {
				seen[c.ID] = at
			}
		}
		if !ok {
			r.Faulty++
			continue
		}
		rows = append(rows, row{at, c})
	}
	return rows, nil
}

// customer reads one row; ok is false if it has a fault, which is noted.
func (r *Report) customer(cells []table.Cell, where []int, o Options) (c customer.Customer, ok bool) {
	ok = true
	bad := func(cell table.Cell, i int, reason diag.Text) {
		r.fault(cell.Row, cell.Col, columns[i].name.Zh, reason)
		ok = false
	}
	for i, col := range columns {
		if where[i] == 0 {
			continue
		}
		cell := cells[where[i]-1]
		text := defused(cell.Text)
		if text == "" {
			continue
		}
		kind := table.Column{Kind: col.kind}
		if col.kind == table.Digits {
			kind.Min, kind.Max = 8, 30
		}
		v, err := table.ParseCell(kind, text)
		if e := (*table.CellError)(nil); errors.As(err, &e) {
			bad(cell, i, cellReason(e.Misfit))
			continue
		}
		switch col.kind {
		case table.TaxpayerID:
			if _, valid := intake.TaxpayerID(v.S); !valid {
				bad(cell, i, diag.Text{Zh: "识别号的校验位不对，请核对", En: "a check character of the number does not fit"})
				continue
			}
		case table.Digits:
			if o.Vault == nil {
				bad(cell, i, diag.Text{Zh: "没有配置密钥，不能保存银行账号", En: "bank accounts cannot be kept: no key is configured"})
				continue
			}
		case table.Text:
			if limit := 2000; len([]rune(v.S)) > limit || i != len(columns)-1 && len([]rune(v.S)) > intake.MaxName {
				bad(cell, i, diag.Text{Zh: fmt.Sprintf("太长：最多%d个字", intake.MaxName), En: fmt.Sprintf("too long: %d characters at most", intake.MaxName)})
				continue
			}
		}
		*col.get(&c) = v.S
	}
	if !ok {
		return c, false
	}
	cleaned, err := customer.Clean(c)
	if err != nil {
		r.fault(cells[0].Row, 0, "", diag.Text{Zh: "缺少名称，或者税号和电话都没有", En: "there is no name, or neither taxpayer number nor telephone"})
		return c, false
	}
	if cleaned.Account != "" {
		cleaned.Account = o.Vault.Seal(cleaned.Account, cleaned.ID)
	}
	cleaned.Batch, cleaned.UpdatedAt = o.Batch, o.Now.UnixMilli()
	return cleaned, true
}

// part is how many rows are written in one transaction.
const part = 500

// write compares the rows with what is there and, unless it is a dry run, writes them. If it breaks off, what was written
// is undone.
func (r *Report) write(ctx context.Context, d *db.DB, name string, rows []row, o Options) error {
	if !o.DryRun {
		err := db.Changed(d.Exec(ctx, `INSERT INTO imports (batch, file, actor, rows_read, added, changed, started_at) VALUES (?, ?, ?, ?, 0, 0, ?) ON CONFLICT DO NOTHING`,
			o.Batch, intake.Line(name, intake.MaxName), intake.Line(o.Actor, intake.MaxName), r.Rows, o.Now.UnixMilli()))
		if err != nil {
			return fmt.Errorf("begin the import %s: %w", o.Batch, err)
		}
	}
	done := 0
	for chunk := range slices.Chunk(rows, part) {
		if err := r.writePart(ctx, d, chunk, o); err != nil {
			if !o.DryRun {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
				defer cancel()
				_, _, undo := Undo(ctx, d, o.Batch, o.Now)
				err = errors.Join(err, undo)
			}
			return fmt.Errorf("import: %w", err)
		}
		if done += len(chunk); o.Progress != nil {
			o.Progress(done, len(rows))
		}
	}
	if o.DryRun {
		return nil
	}
	_, err := d.Exec(ctx, `UPDATE imports SET added = ?, changed = ? WHERE batch = ?`, r.Added, r.Changed, o.Batch)
	return err
}

func (r *Report) writePart(ctx context.Context, d *db.DB, rows []row, o Options) error {
	added, changed, same, faults := 0, 0, 0, []int(nil)
	work := func(q db.Queryer) error {
		added, changed, same, faults = 0, 0, 0, nil // a transaction may run twice
		there, err := existing(ctx, q, rows)
		if err != nil {
			return err
		}
		var write, old, phones [][]any
		var moved [][2]string // telephones that lead to a customer no more
		for _, x := range rows {
			c := x.customer
			if was, ok := there[c.ID]; ok {
				merged := merge(was, c, o.Vault)
				switch {
				case o.Policy == Refuse:
					faults = append(faults, x.at)
					continue
				case o.Policy == Skip || alike(was, merged):
					same++
					continue
				}
				b, err := json.Marshal(was)
				if err != nil {
					return err
				}
				old = append(old, []any{o.Batch, c.ID, string(b)})
				changed++
				if was.Phone != merged.Phone {
					moved = append(moved, [2]string{was.Phone, c.ID})
				}
				c = merged
			} else {
				added++
			}
			write = append(write, c.Args())
			if c.Phone != "" {
				phones = append(phones, []any{c.Phone, c.ID})
			}
		}
		if o.DryRun {
			return nil
		}
		if err := bulk.Insert(ctx, q, `INSERT INTO import_changes (batch, customer, was)`, `ON CONFLICT DO NOTHING`, old); err != nil {
			return err
		}
		if err := bulk.Insert(ctx, q, `INSERT INTO customers (`+customer.Columns+`)`, customer.OnConflict, write); err != nil {
			return err
		}
		for _, m := range moved {
			if _, err := q.Exec(ctx, `DELETE FROM customer_phones WHERE phone = ? AND customer = ?`, m[0], m[1]); err != nil {
				return err
			}
		}
		return bulk.Insert(ctx, q, `INSERT INTO customer_phones (phone, customer)`, `ON CONFLICT DO NOTHING`, phones)
	}
	var err error
	if o.DryRun {
		err = work(d)
	} else {
		err = d.Tx(ctx, func(tx *db.Tx) error { return work(tx) })
	}
	if err != nil {
		return err
	}
	r.Added, r.Changed, r.Same, r.Faulty = r.Added+added, r.Changed+changed, r.Same+same, r.Faulty+len(faults)
	for _, at := range faults {
		r.fault(at, 0, "", diag.Text{Zh: "客户已经存在", En: "the customer is there already"})
	}
	return nil
}

// existing reads the customers of some rows that are there, by id.
func existing(ctx context.Context, q db.Queryer, rows []row) (map[string]customer.Customer, error) {
	args := make([]any, part) // always as many, so that it is one query
	for i := range args {
		args[i] = rows[min(i, len(rows)-1)].customer.ID
	}
	var list []customer.Customer
	err := q.Select(ctx, &list, `SELECT `+customer.Columns+` FROM customers WHERE id IN (`+strings.TrimSuffix(strings.Repeat("?, ", part), ", ")+`)`, args...)
	there := make(map[string]customer.Customer, len(list))
	for _, c := range list {
		there[c.ID] = c
	}
	return there, err
}

// merge is a customer as a row changes it: what the row leaves blank stays, and an account that is the same stays as it
// was encrypted.
func merge(was, now customer.Customer, v *customer.Vault) customer.Customer {
	if was.Account != "" && now.Account != "" && v != nil {
		before, err1 := v.Open(was.Account, was.ID)
		after, err2 := v.Open(now.Account, now.ID)
		if err1 == nil && err2 == nil && before == after {
			now.Account = was.Account
		}
	}
	for _, col := range columns {
		if to := col.get(&now); *to == "" {
			*to = *col.get(&was)
		}
	}
	return now
}

// alike tells whether two are the same but for when and by which import they were written.
func alike(a, b customer.Customer) bool {
	a.Batch, a.UpdatedAt = b.Batch, b.UpdatedAt
	return a == b
}
