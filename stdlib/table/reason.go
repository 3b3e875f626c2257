package table

import (
	"fmt"

	"rexian/compiler/table"
	"rexian/lang/diag"
)

// fileReasons say in both tongues what is wrong with a file.
var fileReasons = map[table.Fault]diag.Text{
	table.Unreadable: {Zh: "文件打不开：已损坏、不是表格，或者有密码",
		En: "the file cannot be read: damaged, no table, or protected by a password"},
	table.UnknownFormat: {Zh: "不支持这种文件，请另存为 CSV 或 XLSX", En: "this kind of file is not read: save it as CSV or XLSX"},
	table.BadEncoding: {Zh: "文字编码认不出来，请另存为 UTF-8 的 CSV",
		En: "the text's encoding is not known: save it as CSV in UTF-8"},
	table.TooLarge:        {Zh: "文件太大，请分成几份", En: "the file is too large: split it"},
	table.TooManyRows:     {Zh: "行数超过十万，请分成几份", En: "more than 100,000 rows: split the file"},
	table.TooManyColumns:  {Zh: "列数太多", En: "too many columns"},
	table.CellTooLong:     {Zh: "单元格里的文字太长", En: "the cell is too long"},
	table.Empty:           {Zh: "表格是空的", En: "the table is empty"},
	table.BlankHeader:     {Zh: "这一列有内容，但没有列名", En: "the column has content and no name"},
	table.DuplicateHeader: {Zh: "列名重复", En: "the column's name stands twice"},
	table.RaggedRow:       {Zh: "这一行比表头长，检查是否多了逗号", En: "the row is longer than the header: perhaps a comma too many"},
	table.OpenQuote:       {Zh: "引号没有结束", En: "a quotation mark is never closed"},
	table.MergedCell:      {Zh: "有合并的单元格，请先取消合并", En: "cells are merged: split them"},
	table.NoFormulaValue: {Zh: "公式没有结果，请在表格软件里打开并保存一次",
		En: "the formula has no stored result: open and save the file in a spreadsheet"},
	table.ErrorValue: {Zh: "单元格里是错误值", En: "the cell holds an error"},
}

func fileReason(e *table.Error) diag.Text {
	r, ok := fileReasons[e.Fault]
	if !ok {
		return diag.Text{Zh: "文件有误", En: e.Error()}
	}
	return r
}

// cellReasons say in both tongues why a cell is not of its column.
var cellReasons = map[table.Misfit]diag.Text{
	table.Blank:      {Zh: "没有填写", En: "the cell is blank"},
	table.NotOfKind:  {Zh: "写法不对", En: "it is not written as such"},
	table.WrongWidth: {Zh: "位数不对", En: "the number of digits is wrong"},
	table.LostZeros: {Zh: "位数不够，前面的零可能被表格软件去掉了，请把这一列设为文本",
		En: "digits are missing, perhaps zeros in front that the spreadsheet cut off: format the column as text"},
	table.LostDigits: {Zh: "被表格软件当成数字，后面的数字已丢失，请把这一列设为文本后重新填写",
		En: "the spreadsheet took it for a number and lost digits: format the column as text and enter it again"},
	table.OutOfRange: {Zh: "没有这样的值", En: "there is no such value"},
	table.TooPrecise: {Zh: "小数位太多", En: "too many places after the point"},
}

func cellReason(e *table.CellError) diag.Text {
	if e.Misfit == table.ShownNotStored {
		return diag.Text{Zh: fmt.Sprintf("显示的是“%s”，存的是“%s”，请改成一致", e.Text, e.Stored),
			En: fmt.Sprintf("it shows %q and holds %q: make them agree", e.Text, e.Stored)}
	}
	r, ok := cellReasons[e.Misfit]
	if !ok {
		return diag.Text{Zh: "内容有误", En: "it cannot be read"}
	}
	return r
}
