package check

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"rexian/compiler/ident"
	"rexian/compiler/table"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/lang/diag"
)

// cellKinds are the types that a cell of a table, and a deployment's setting, can have.
var cellKinds = map[types.Kind]table.Kind{types.Text: table.Text, types.Digits: table.Digits,
	types.Number: table.Number,
	types.Money:  table.Money, types.YesNo: table.YesNo, types.Date: table.Date, types.Month: table.Month,
	types.Time:     table.Time,
	types.Duration: table.Duration, types.Phone: table.Phone, types.TaxpayerID: table.TaxpayerID,
	types.ResidentID: table.ResidentID}

// columns reads the columns of a table's declaration into the record of its rows.
func (c *checker) columns(t *TableInfo) {
	var fields []*types.Field
	seen := map[string]bool{}
	for _, col := range t.Decl.Columns {
		if col.Name == nil || col.Name.Text == "" {
			continue
		}
		ct := c.typ(col.Type)
		if !ct.IsBad() {
			if ct.Secret {
				c.report("RX6004", col.Type.Span())
				ct = bad
			} else if _, ok := cellKinds[ct.Kind]; !ok {
				c.report("RX2128", col.Type.Span(), ct.Describe())
				ct = bad
			}
		}
		if seen[col.Name.Text] {
			c.report("RX2002", col.Name.Span(), col.Name.Text)
			continue
		}
		seen[col.Name.Text] = true
		n := col.Name.Text
		f := &types.Field{ID: n, Name: diag.Text{Zh: n, En: n}, Type: ct}
		fields = append(fields, f)
		c.occursField(col.Name, f, true)
	}
	t.Row = types.NewRecord(t.Name, diag.Text{Zh: t.Name + "的一行", En: "row of " + t.Name}, fields...)
	t.Type = types.OfRecord(t.Row)
	t.ByKey = map[string]int{}
}

// maxCells is how many faulty cells of one table are told.
const maxCells = 10

// tables reads the files of all tables, before the flows: a question may ask for a row of one.
func (c *checker) tables() {
	for _, t := range c.p.Tables {
		c.rows(t)
	}
}

// Begins tells whether a key of the table begins with some keys.
func (t *TableInfo) Begins(keys string) bool {
	for key := range t.ByKey {
		if strings.HasPrefix(key, keys) {
			return true
		}
	}
	return false
}

// Has tells whether some keys are the key of a row.
func (t *TableInfo) Has(keys string) bool {
	_, is := t.ByKey[keys]
	return is
}

// rows reads a table's file. The first column is the key of its rows.
func (c *checker) rows(t *TableInfo) {
	if c.env.ReadFile == nil || t.Decl.File == nil || len(t.Row.Fields) == 0 {
		return
	}
	c.enter(t.File)
	name, at := plain(t.Decl.File), t.Decl.File.Span()
	data, err := c.env.ReadFile(name)
	if err != nil {
		c.report("RX8001", at, name)
		return
	}
	sum := sha256.Sum256(data)
	t.Content = hex.EncodeToString(sum[:])
	sheet, faults := table.Read(name, data)
	for _, f := range faults {
		c.report("RX8002", at, name, table.CellName(f.Row, f.Col), faultWords(f))
	}
	if sheet == nil || len(faults) > 0 {
		return
	}
	places := make([]int, len(t.Row.Fields))
	for i, f := range t.Row.Fields {
		places[i] = -1
		for k, h := range sheet.Header {
			if h == f.ID {
				places[i] = k
			}
		}
		if places[i] < 0 {
			c.report("RX8004", c.columnSpan(t, f.ID), name, f.ID, guessedOf(f.ID, sheet.Header).said())
			return
		}
		if f.Type.IsBad() {
			return
		}
	}
	told := 0
	for _, row := range sheet.Rows {
		values := make([]Const, len(places))
		for i, k := range places {
			ft, cell := t.Row.Fields[i].Type, row[k]
			v, words := parseCell(ft, cell)
			switch {
			case words == diag.Text{}:
			case cell.Text == "" && cell.Stored == "" && i > 0:
				values[i] = Const{Type: ft, None: true}
				continue
			default:
				if told++; told <= maxCells {
					c.report("RX8005", at, name, cell.At(), cell.Text, ft.Describe(), words)
				}
				continue
			}
			values[i] = v
		}
		key := row[places[0]].Text
		if values[0].S != "" {
			key = values[0].S
		}
		if before, twice := t.ByKey[key]; twice && key != "" {
			if told++; told <= maxCells {
				c.report("RX8007", at, name, row[places[0]].At(), key, sheet.Rows[before][places[0]].At())
			}
			continue
		}
		t.ByKey[key] = len(t.Rows)
		t.Rows = append(t.Rows, values)
	}
}

// parseCell reads a cell as a value of type t; words say what is wrong, and are zero if nothing is.
func parseCell(t *types.Type, cell table.Cell) (Const, diag.Text) {
	v, err := cell.Value(table.Column{Kind: cellKinds[t.Kind], Min: t.Min, Max: t.Max})
	var misfit *table.CellError
	if errors.As(err, &misfit) {
		if misfit.Misfit == table.ShownNotStored {
			return Const{}, diag.Text{Zh: fmt.Sprintf("显示的是“%s”，存的是“%s”，请改成一致", misfit.Text, misfit.Stored),
				En: fmt.Sprintf("it shows %q and holds %q; make them agree", misfit.Text, misfit.Stored)}
		}
		return Const{}, misfitWords[misfit.Misfit]
	}
	if err != nil {
		return Const{}, diag.Text{Zh: "读不出", En: "it cannot be read"}
	}
	fault := ident.OK
	switch t.Kind {
	case types.TaxpayerID:
		_, _, fault = ident.TaxpayerID(v.S)
	case types.ResidentID:
		_, fault = ident.ResidentID(v.S)
	case types.Phone:
		_, _, fault = ident.Phone(v.S)
	}
	if fault != ident.OK {
		return Const{}, faultText[fault]
	}
	if len(v.S) > value.MaxText { // what the machine may hold is less than a spreadsheet's cell
		return Const{}, diag.Text{Zh: fmt.Sprintf("太长，最多 %d KB", value.MaxText>>10),
			En: fmt.Sprintf("it is longer than %d KB", value.MaxText>>10)}
	}
	return Const{Type: t, N: v.N, S: v.S}, diag.Text{}
}

func (c *checker) columnSpan(t *TableInfo, name string) diag.Span {
	for _, col := range t.Decl.Columns {
		if col.Name != nil && col.Name.Text == name {
			return col.Name.Span()
		}
	}
	return t.Span
}

var misfitWords = map[table.Misfit]diag.Text{
	table.Blank:      {Zh: "是空的", En: "it is blank"},
	table.NotOfKind:  {Zh: "写法不对", En: "it is not written like one"},
	table.WrongWidth: {Zh: "位数不对", En: "the number of digits is wrong"},
	table.LostZeros: {Zh: "位数不够，前面的0可能被表格软件去掉了，请把这一列设为文本格式",
		En: "digits are missing; the spreadsheet may have cut zeros off, so format the column as text"},
	table.LostDigits: {Zh: "表格软件把它当成了数，请把这一列设为文本格式",
		En: "the spreadsheet took it for a number, so format the column as text"},
	table.OutOfRange: {Zh: "超出范围", En: "it is out of range"},
	table.TooPrecise: {Zh: "小数位太多", En: "it has too many decimal places"},
}

func faultWords(e *table.Error) diag.Text {
	zh := map[table.Fault]string{table.Unreadable: "读不出这个文件", table.UnknownFormat: "不能读这种文件，请另存为 .xlsx 或 .csv",
		table.BadEncoding: "文字的编码不明，请另存为 UTF-8", table.TooLarge: "文件太大", table.TooManyRows: "行数太多",
		table.TooManyColumns: "列数太多",
		table.CellTooLong:    "单元格太长", table.Empty: "表格是空的",
		table.BlankHeader: "这一列没有列名", table.DuplicateHeader: "列名重复",
		table.RaggedRow: "这一行比列名多", table.OpenQuote: "引号没有结束", table.MergedCell: "有合并的单元格，请拆开",
		table.NoFormulaValue: "公式没有结果，请在表格软件中打开并保存", table.ErrorValue: "单元格是错误值"}[e.Fault]
	plainFault := *e
	plainFault.File, plainFault.Row, plainFault.Col = "", 0, 0
	en := plainFault.Error()
	if len(en) > 2 && en[0] == ':' {
		en = en[2:]
	}
	return diag.Text{Zh: zh, En: en}
}
