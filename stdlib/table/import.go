package table

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	// Rejects, if not nil, takes the rows that have a fault as a CSV file, each with its place and all its reasons in
	// Tongue, so that they can be mended there and imported. Nothing is written to it where there are none.
	Rejects io.Writer
	Tongue  diag.Tongue
}

// Fault is what is wrong with a cell, a row or the file. Row and Col are as the spreadsheet shows them, 1-based, 0
// where it is not at one; At is the cell's name, such as "B7".
type Fault struct {
	Row, Col int
	At       string
	Column   string // its header
	Reason   diag.Text
}

// MaxFaults bounds the faults that a report lists; Report.Faulty counts all rows that have one, and Options.Rejects
// gets them.
const MaxFaults = 1000

// Report is what an import did, or would do in a dry run.
type Report struct {
	Batch    string
	Encoding string // of a CSV file
	Rows     int    // read
	Added    int
	Changed  int
	Removed  int // that the file has no more
	Same     int // there already, as in the row, or skipped
	Faulty   int // rows with a fault
	Rejected int // of these, in Options.Rejects
	Faults   []Fault
	Unknown  []string // headers that name no column: what is under them is left out
	DryRun   bool
}

// ErrFile is for a file that cannot be imported at all; the report says why.
var ErrFile = errors.New("the file cannot be imported")

// Import brings customers in. All rows are judged before any is written. The error is ErrFile, or the database's;
// then nothing of the import is left. See Report for all else.
func Import(ctx context.Context, s *customer.Store, name string, file []byte, o Options) (*Report, error) {
	if o.Batch = intake.Line(o.Batch, 100); o.Batch == "" {
		o.Batch = "import-" + o.Now.UTC().Format("20060102-150405.000")
	}
	j := &judge{Report: &Report{Batch: o.Batch, DryRun: o.DryRun}, o: o, seen: map[string]int{}}
	if err := j.read(name, file); err != nil {
		return j.Report, err
	}
	late, err := j.write(ctx, s.DB(), name, j.rows, o)
	if err == nil {
		err = j.rejectLate(name, file, late)
	}
	return j.Report, err
}

// fault notes a fault, as long as the report has room.
func (r *Report) fault(at, col int, header string, reason diag.Text) {
	if len(r.Faults) < MaxFaults {
		r.Faults = append(r.Faults, Fault{Row: at, Col: col, At: table.CellName(at, col), Column: header,
			Reason: reason})
	}
}

// part is how many rows are written in one transaction.
const part = 500

// write compares the rows with what is there and, unless it is a dry run, writes them. It returns the numbers of
// those that are refused since their customer is there. If it breaks off, what was written is undone.
func (r *Report) write(ctx context.Context, d *db.DB, name string, rows []row, o Options) (late []int, err error) {
	if !o.DryRun {
		err := db.Changed(d.Exec(ctx, `INSERT INTO imports (batch, file, actor, rows_read, added, changed, started_at)
			VALUES (?, ?, ?, ?, 0, 0, ?) ON CONFLICT DO NOTHING`,
			o.Batch, intake.Line(name, intake.MaxName), intake.Line(o.Actor, intake.MaxName), r.Rows,
			o.Now.UnixMilli()))
		if err != nil {
			return nil, fmt.Errorf("begin the import %s: %w", o.Batch, err)
		}
	}
	done, grown := 0, growth{tables: []string{"customers", "customer_phones"}}
	for chunk := range slices.Chunk(rows, part) {
		refused, err := r.writePart(ctx, d, chunk, o)
		if err != nil {
			if !o.DryRun {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
				defer cancel()
				_, _, undo := Undo(ctx, d, o.Batch, o.Now)
				err = errors.Join(err, undo)
			}
			return nil, fmt.Errorf("import: %w", err)
		}
		late = append(late, refused...)
		if !o.DryRun {
			grown.to(ctx, d, r.Added)
		}
		if done += len(chunk); o.Progress != nil {
			o.Progress(done, len(rows))
		}
		clear(chunk) // written: what it kept is not needed any more
	}
	if o.DryRun {
		return late, nil
	}
	_, err = d.Exec(ctx, `UPDATE imports SET added = ?, changed = ? WHERE batch = ?`, r.Added, r.Changed, o.Batch)
	return late, err
}

// growth lets the database look anew at tables that an import makes larger, each time that they have grown fourfold.
type growth struct {
	tables []string
	known  int // rows that came in when it last looked
}

// to tells it how many rows have come in.
func (g *growth) to(ctx context.Context, d *db.DB, rows int) {
	if rows >= max(2*part, 4*g.known) {
		g.known = rows
		d.Learn(ctx, g.tables...)
	}
}

// existsAlready is the fault of a row whose customer is there under the policy Refuse.
var existsAlready = diag.Text{Zh: "客户已经存在", En: "the customer is there already"}

func (r *Report) writePart(ctx context.Context, d *db.DB, rows []row, o Options) (refused []int, err error) {
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
		if err := bulk.Insert(ctx, q, `INSERT INTO import_changes (batch, customer, was)`, `ON CONFLICT DO NOTHING`,
			old); err != nil {
			return err
		}
		if err := bulk.Insert(ctx, q, `INSERT INTO customers (`+customer.Columns+`)`, customer.OnConflict,
			write); err != nil {
			return err
		}
		for _, m := range moved {
			if _, err := q.Exec(ctx, `DELETE FROM customer_phones WHERE phone = ? AND customer = ?`, m[0],
				m[1]); err != nil {
				return err
			}
		}
		return bulk.Insert(ctx, q, `INSERT INTO customer_phones (phone, customer)`, `ON CONFLICT DO NOTHING`, phones)
	}
	if o.DryRun {
		err = work(d)
	} else {
		err = d.Tx(ctx, func(tx *db.Tx) error { return work(tx) })
	}
	if err != nil {
		return nil, err
	}
	r.Added, r.Changed, r.Same, r.Faulty = r.Added+added, r.Changed+changed, r.Same+same, r.Faulty+len(faults)
	for _, at := range faults {
		r.fault(at, 0, "", existsAlready)
	}
	return faults, nil
}

// existing reads the customers of some rows that are there, by id.
func existing(ctx context.Context, q db.Queryer, rows []row) (map[string]customer.Customer, error) {
	args := make([]any, part) // always as many, so that it is one query
	for i := range args {
		args[i] = rows[min(i, len(rows)-1)].customer.ID
	}
	var list []customer.Customer
	err := q.Select(ctx, &list,
		`SELECT `+customer.Columns+` FROM customers WHERE id IN (`+strings.TrimSuffix(strings.Repeat("?, ", part),
			", ")+`)`, args...)
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
