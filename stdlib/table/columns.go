// Package table brings customers in from a spreadsheet and out into one.
//
// Staff keep them as CSV (UTF-8, UTF-16 or the GB18030 that a Chinese Excel saves) or as XLSX; compiler/table reads all
// of these into one grid, whose cells know their places. Import judges every row before anything is written, says of
// each fault where it is and why in both tongues, and writes the good rows in parts, so that calls which write
// meanwhile do not wait. What it has written carries the import's name and can be undone.
//
// Export writes the customers page by page, however many there are, masked unless it is told otherwise. A cell that a
// spreadsheet would take for a formula is defused.
package table

import (
	"slices"
	"strings"

	"rexian/compiler/table"
	"rexian/lang/diag"
	"rexian/stdlib/customer"
)

// column is a column of the spreadsheet.
type column struct {
	name  diag.Text
	other []string // further headers that are understood, in lower case
	kind  table.Kind
	get   func(c *customer.Customer) *string
	mask  func(string) string // nil shows it
}

// columns in the order of the export.
var columns = []column{
	{diag.Text{Zh: "名称", En: "name"}, []string{"姓名", "客户名称", "户名", "纳税人名称", "customer"}, table.Text,
		func(c *customer.Customer) *string { return &c.Name }, nil},
	{diag.Text{Zh: "税号", En: "taxpayer number"},
		[]string{"纳税人识别号", "统一社会信用代码", "识别号", "tax id", "taxpayer id", "tax_id"}, table.TaxpayerID,
		func(c *customer.Customer) *string { return &c.TaxID }, MaskID},
	{diag.Text{Zh: "类别", En: "class"}, []string{"客户类别", "级别", "type"}, table.Text,
		func(c *customer.Customer) *string { return &c.Class }, nil},
	{diag.Text{Zh: "电话", En: "telephone"}, []string{"手机", "手机号", "联系电话", "phone", "mobile"}, table.Phone,
		func(c *customer.Customer) *string { return &c.Phone }, MaskPhone},
	{diag.Text{Zh: "联系人", En: "contact"}, []string{"办税人", "办税人员"}, table.Text,
		func(c *customer.Customer) *string { return &c.Contact }, MaskName},
	{diag.Text{Zh: "地址", En: "address"}, []string{"联系地址", "注册地址"}, table.Text,
		func(c *customer.Customer) *string { return &c.Address }, nil},
	{diag.Text{Zh: "区域", En: "region"}, []string{"区县", "地区", "district"}, table.Text,
		func(c *customer.Customer) *string { return &c.Region }, nil},
	{diag.Text{Zh: "单位", En: "company"}, []string{"所属单位", "工作单位"}, table.Text,
		func(c *customer.Customer) *string { return &c.Company }, nil},
	{diag.Text{Zh: "银行账号", En: "bank account"}, []string{"账号", "银行帐号", "account"}, table.Digits,
		func(c *customer.Customer) *string { return &c.Account }, MaskAccount},
	{diag.Text{Zh: "备注", En: "note"}, []string{"说明", "remark"}, table.Text,
		func(c *customer.Customer) *string { return &c.Note }, nil},
}

// find finds the column that a header names, -1 if none does.
func find(header string) int {
	return slices.IndexFunc(columns, func(c column) bool { return named(header, c.name, c.other) })
}

// named tells whether a header is a name in either tongue, or another one that is understood.
func named(header string, name diag.Text, other []string) bool {
	h := strings.ToLower(strings.TrimSuffix(strings.TrimSpace(header), "*")) // a star marks what must be filled in
	return h == name.Zh || h == name.En || slices.Contains(other, h)
}

// ColumnIn is the name of a column, as a fault has it, in a tongue; what is no column stays as it is.
func ColumnIn(column string, tongue diag.Tongue) string {
	if i := find(column); i >= 0 {
		return columns[i].name.In(tongue)
	}
	for _, k := range Kinds {
		if i := k.fieldOf(column); i >= 0 {
			return k.fields[i].name.In(tongue)
		}
	}
	return column
}

// MaskPhone hides the middle of a telephone number: 138****8000.
func MaskPhone(s string) string { return middle(s, 3, 4) }

// MaskID hides the middle of an identity or taxpayer number: the first six and the last four stay.
func MaskID(s string) string { return middle(s, 6, 4) }

// MaskAccount shows the last four characters of a bank account.
func MaskAccount(s string) string { return middle(s, 0, 4) }

// MaskName shows the first character of a person's name.
func MaskName(s string) string { return middle(s, 1, 0) }

// middle shows the first and the last characters of a text and a star for each between; all stars if it has no more
// than those.
func middle(s string, first, last int) string {
	r := []rune(s)
	hide := len(r) - first - last
	if hide <= 0 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:first]) + strings.Repeat("*", hide) + string(r[len(r)-last:])
}
