package table

import (
	"context"
	"fmt"
	"strings"

	"rexian/compiler/table"
	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/filter"
	"rexian/stdlib/intake"
)

// field is a column of the bureau's data.
type field struct {
	name    diag.Text
	other   []string // further headers that are understood, in lower case
	kind    table.Kind
	need    bool // the file must have it, and no cell may be blank
	column  string
	example [2]string                    // of Sample
	check   func(v any) (any, diag.Text) // what is kept of a value, or what is wrong with it; nil: anything
	secret  bool                         // no message tells it
	unsaid  any                          // what a new row has where the file says nothing; nil for "" or 0
}

// Kind is a kind of the bureau's data that comes in from a spreadsheet, beside the customers.
type Kind struct {
	ID     string    // as a command names it
	Name   diag.Text // in messages
	table  string
	keys   int // how many fields, from the first on, name a row; the others are what it says
	fields []field
	by     int  // the key that most tells a row from others
	parent bool // the first key must be that of a taxpayer
	// further columns of the table and their values, where all rows of the kind have the same
	fixed  string
	stamp  string                            // column of the moment of the change; "" for none
	update bool                              // rows are those of the taxpayers: they are only changed
	keeps  bool                              // what a file does not have is never taken away
	whole  func(key, values []any) diag.Text // what is wrong with a row as a whole; nil: nothing
	// prepare settles what takes long, before the transaction; nil for nothing
	prepare func(ctx context.Context, q db.Queryer, k *Kind, rows []record) error
	beside  func(ctx context.Context, q db.Queryer, rows []turned) error // other tables; nil for none
	others  []string                                                     // the tables that grow by beside
}

// columnsOf are the names of the columns of some fields.
func columnsOf(fields []field) (names []string) {
	for _, f := range fields {
		names = append(names, f.column)
	}
	return names
}

// where is the condition for the key.
func (k *Kind) where() string {
	cond := strings.Join(columnsOf(k.fields[:k.keys]), " = ? AND ") + " = ?"
	if k.fixed != "" {
		column, value, _ := strings.Cut(k.fixed, "=")
		cond += " AND " + column + " = " + value
	}
	return cond
}

// cells are some columns of one row in writing.
type cells struct {
	A, B, C, D, E, F, G, H string
}

// texts are the columns as they are selected into cells.
func texts(columns []string) string {
	var list []string
	for i, c := range columns {
		list = append(list, fmt.Sprintf("CAST(%s AS TEXT) AS %c", c, 'a'+i))
	}
	return strings.Join(list, ", ")
}

// values are the values of fields that were selected by texts.
func (c cells) values(fields []field) ([]any, error) {
	all := [...]string{c.A, c.B, c.C, c.D, c.E, c.F, c.G, c.H}
	var list []any
	for i, f := range fields {
		if f.isText() {
			list = append(list, all[i])
			continue
		}
		var n int64
		if _, err := fmt.Sscan(all[i], &n); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.column, err)
		}
		list = append(list, n)
	}
	return list, nil
}

// isText tells whether a value is kept as a text, and not as a number.
func (f field) isText() bool {
	switch _, number := f.unsaid.(int64); f.kind {
	case table.Text:
		return !number
	case table.Digits, table.Phone, table.TaxpayerID, table.ResidentID:
		return true
	}
	return false
}

// read reads what a row says. No row is an error for which db.IsNotFound holds.
func (k *Kind) read(ctx context.Context, q db.Queryer, key []any) ([]any, error) {
	fields := k.fields[k.keys:]
	var c cells
	err := q.Get(ctx, &c, `SELECT `+texts(columnsOf(fields))+` FROM `+k.table+` WHERE `+k.where(), key...)
	if err != nil {
		return k.blank(), err
	}
	return c.values(fields)
}

// blank is what a row says of which nothing is said.
func (k *Kind) blank() (list []any) {
	for _, f := range k.fields[k.keys:] {
		switch {
		case f.unsaid != nil:
			list = append(list, f.unsaid)
		case f.isText():
			list = append(list, "")
		default:
			list = append(list, int64(0))
		}
	}
	return list
}

// all lists the keys of all rows.
func (k *Kind) all(ctx context.Context, q db.Queryer) ([][]any, error) {
	fields := k.fields[:k.keys]
	query := `SELECT ` + texts(columnsOf(fields)) + ` FROM ` + k.table
	if k.fixed != "" {
		column, value, _ := strings.Cut(k.fixed, "=")
		query += ` WHERE ` + column + ` = ` + value
	}
	var rows []cells
	if err := q.Select(ctx, &rows, query+` ORDER BY `+strings.Join(columnsOf(fields), ", ")); err != nil {
		return nil, err
	}
	keys := make([][]any, len(rows))
	for i, c := range rows {
		var err error
		if keys[i], err = c.values(fields); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// FindKind finds a kind by its name in either tongue.
func FindKind(name string) (*Kind, bool) {
	for _, k := range Kinds {
		if name == k.ID || name == k.Name.Zh {
			return k, true
		}
	}
	return nil, false
}

// CanRemove tells whether what a file does not have any more can be taken away by an import.
func (k *Kind) CanRemove() bool { return !k.keeps }

// Sample is a file of two rows that could be imported, in a tongue: the headers and how each cell is written.
func (k *Kind) Sample(t diag.Tongue) [][]string {
	rows := make([][]string, 3)
	for _, f := range k.fields {
		rows[0] = append(rows[0], f.name.In(t))
		for i, e := range f.example {
			rows[i+1] = append(rows[i+1], e)
		}
	}
	return rows
}

// besideTaxpayer keeps the numbers and telephones by which taxpayers are found. A telephone that the import took away
// leads to its taxpayer no more. A taxpayer that is deleted takes all of them along.
func besideTaxpayer(ctx context.Context, q db.Queryer, rows []turned) error {
	var numbers, phones []any
	for _, x := range rows {
		if x.now == nil {
			continue
		}
		id, _ := x.key[0].(string)
		numbers = append(numbers, id, intake.Keyed(id), id)
		phone := x.now[len(x.now)-1]
		if x.was != nil && x.was[len(x.was)-1] != phone {
			if _, err := q.Exec(ctx, `DELETE FROM taxpayer_phones WHERE phone = ? AND tax_id = ?`, x.was[len(x.was)-1],
				id); err != nil {
				return err
			}
		}
		if phone != "" {
			phones = append(phones, phone, id)
		}
	}
	if len(numbers) > 0 {
		if _, err := q.Exec(ctx, `INSERT INTO taxpayer_numbers (number, keyed, tax_id) VALUES `+marks(len(numbers)/3, 3)+
			` ON CONFLICT DO NOTHING`, numbers...); err != nil {
			return err
		}
	}
	if len(phones) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `INSERT INTO taxpayer_phones (phone, tax_id) VALUES `+marks(len(phones)/2, 2)+
		` ON CONFLICT DO NOTHING`, phones...)
	return err
}

// besideList lets every node read the lists anew.
func besideList(ctx context.Context, q db.Queryer, _ []turned) error { return filter.Changed(ctx, q) }
