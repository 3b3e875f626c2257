package table

import (
	"context"

	"rexian/compiler/table"
	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// field is a column of the bureau's data.
type field struct {
	name  diag.Text
	other []string // further headers that are understood, in lower case
	kind  table.Kind
	need  bool // the file must have it, and no cell may be blank
}

// Kind is a kind of the bureau's data that comes in from a spreadsheet, beside the customers.
type Kind struct {
	ID   string    // as a command names it
	Name diag.Text // in messages
	// keys is how many fields, from the first on, name a row; the others are what it says
	keys    int
	fields  []field
	parent  string // counts what the first key must be of; "" for none
	read    func(ctx context.Context, q db.Queryer, key []any) ([]any, error)
	put     string // enters or changes a row: its key, its values, where it is stamped the moment
	stamped bool
	drop    string // deletes one, by its key
	all     func(ctx context.Context, q db.Queryer) ([][]any, error)
	beside  func(ctx context.Context, q db.Queryer, key, was, now []any) error // other tables; nil for none
}

var taxNumber = field{diag.Text{Zh: "税号", En: "taxpayer number"}, []string{"纳税人识别号", "统一社会信用代码", "识别号", "tax id",
	"taxpayer id", "tax_id"}, table.TaxpayerID, true}

// Kinds are the kinds of data that can be imported.
var Kinds = []*Kind{
	{ID: "taxpayers", Name: diag.Text{Zh: "纳税人", En: "taxpayers"}, keys: 1, fields: []field{taxNumber,
		{diag.Text{Zh: "名称", En: "name"}, []string{"纳税人名称", "户名", "taxpayer"}, table.Text, true},
		{diag.Text{Zh: "类别", En: "class"}, []string{"纳税人类型", "类型", "type"}, table.Text, false},
		{diag.Text{Zh: "主管税务机关", En: "office"}, []string{"税务机关", "主管税务所", "主管所", "tax office"}, table.Text, false},
		{diag.Text{Zh: "电话", En: "telephone"}, []string{"手机", "手机号", "联系电话", "办税人电话", "phone", "mobile"}, table.Phone,
			false}},
		read: func(ctx context.Context, q db.Queryer, key []any) ([]any, error) {
			var x struct {
				Name   string `db:"name"`
				Class  string `db:"class"`
				Office string `db:"office"`
				Phone  string `db:"phone"`
			}
			err := q.Get(ctx, &x, `SELECT name, class, office, phone FROM taxpayers WHERE tax_id = ?`, key...)
			return []any{x.Name, x.Class, x.Office, x.Phone}, err
		},
		put: `INSERT INTO taxpayers (tax_id, name, class, office, phone, updated_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (tax_id) DO UPDATE SET name = excluded.name, class = excluded.class, office = excluded.office,
			phone = excluded.phone, updated_at = excluded.updated_at`,
		stamped: true, drop: `DELETE FROM taxpayers WHERE tax_id = ?`, beside: besideTaxpayer},
	{ID: "arrears", Name: diag.Text{Zh: "欠税", En: "arrears"}, keys: 3, fields: []field{taxNumber,
		{diag.Text{Zh: "所属期", En: "period"}, []string{"税款所属期", "month"}, table.Month, true},
		{diag.Text{Zh: "税种", En: "tax"}, []string{"征收项目"}, table.Text, true},
		{diag.Text{Zh: "金额", En: "amount"}, []string{"应缴税额", "应缴", "欠税金额", "owed"}, table.Money, true},
		{diag.Text{Zh: "已缴", En: "paid"}, []string{"已缴税额", "已缴金额"}, table.Money, false},
		{diag.Text{Zh: "截止日", En: "due"}, []string{"缴款期限", "限缴日期", "deadline"}, table.Date, true}},
		parent: `SELECT COUNT(*) FROM taxpayers WHERE tax_id = ?`,
		read: func(ctx context.Context, q db.Queryer, key []any) ([]any, error) {
			var x struct {
				Amount int64 `db:"amount"`
				Paid   int64 `db:"paid"`
				Due    int64 `db:"due"`
			}
			err := q.Get(ctx, &x, `SELECT amount, paid, due FROM arrears WHERE tax_id = ? AND period = ? AND tax = ?`,
				key...)
			return []any{x.Amount, x.Paid, x.Due}, err
		},
		put: `INSERT INTO arrears (tax_id, period, tax, amount, paid, due) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (tax_id, period, tax) DO UPDATE SET amount = excluded.amount, paid = excluded.paid, due = excluded.due`,
		drop: `DELETE FROM arrears WHERE tax_id = ? AND period = ? AND tax = ?`,
		all: func(ctx context.Context, q db.Queryer) ([][]any, error) {
			var rows []struct {
				ID     string `db:"tax_id"`
				Period int64  `db:"period"`
				Tax    string `db:"tax"`
			}
			err := q.Select(ctx, &rows, `SELECT tax_id, period, tax FROM arrears ORDER BY tax_id, period, tax`)
			keys := make([][]any, len(rows))
			for i, x := range rows {
				keys[i] = []any{x.ID, x.Period, x.Tax}
			}
			return keys, err
		}},
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
func (k *Kind) CanRemove() bool { return k.all != nil }

// besideTaxpayer keeps the numbers and telephones by which a taxpayer is found. A telephone that the import took away
// leads to the taxpayer no more. A taxpayer that is deleted takes all of them along.
func besideTaxpayer(ctx context.Context, q db.Queryer, key, was, now []any) error {
	if now == nil {
		return nil
	}
	id, _ := key[0].(string)
	if _, err := q.Exec(ctx,
		`INSERT INTO taxpayer_numbers (number, keyed, tax_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id,
		intake.Keyed(id), id); err != nil {
		return err
	}
	phone := now[len(now)-1]
	if was != nil && was[len(was)-1] != phone {
		if _, err := q.Exec(ctx, `DELETE FROM taxpayer_phones WHERE phone = ? AND tax_id = ?`, was[len(was)-1],
			id); err != nil {
			return err
		}
	}
	if phone == "" {
		return nil
	}
	_, err := q.Exec(ctx, `INSERT INTO taxpayer_phones (phone, tax_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, phone, id)
	return err
}
