package check_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// checked checks one source with some files beside it.
func checked(src string, files map[string]string, env check.Env) (*check.Program, []diag.Diagnostic) {
	env.ReadFile = func(path string) ([]byte, error) {
		if s, ok := files[path]; ok {
			return []byte(s), nil
		}
		return readTable(path)
	}
	tree, found := parse.Parse("a.flow", []byte(src))
	p, more := check.Check([]*ast.File{tree}, env)
	return p, append(found, more...)
}

// TestTableFiles holds what can be wrong with a table's file. A cell is named as the spreadsheet shows it.
func TestTableFiles(t *testing.T) {
	const lookUp = `设 厅 = 厅表["01"] 否则 挂机  播放 "{厅.名称}{厅.电话}"`
	const declared = "表格 厅表 取自 \"厅.csv\" { 代码: 数字 2位, 名称: 文本, 电话: 电话 }\n"
	for _, c := range []struct{ name, csv, code, says string }{
		{"sound", "代码,名称,电话\n01,历下,053188880001\n02,市中,053188880002\n", "", ""},
		{"more columns, another order", "电话,备注,名称,代码\n053188880001,x,历下,01\n", "", ""},
		{"a blank cell is an absent value", "代码,名称,电话\n01,历下,\n", "", ""},
		{"a blank key", "代码,名称,电话\n,历下,053188880001\n", "RX8005", "A2"},
		{"a cell of another type", "代码,名称,电话\n01,历下,无\n", "RX8005", "C2"},
		{"zeros cut off by the spreadsheet", "代码,名称,电话\n1,历下,053188880001\n", "RX8005", "前面的0"},
		{"a key that repeats", "代码,名称,电话\n01,历下,053188880001\n01,市中,053188880002\n", "RX8007", "A3"},
		{"a column that is missing", "代码,名字,电话\n01,历下,053188880001\n", "RX8004", "名称"},
		{"a column twice", "代码,名称,名称,电话\n01,历下,历下,053188880001\n", "RX8002", "C1"},
		{"nothing", "", "RX8002", "空"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := around(lookUp, declared)
			_, found := checked(src, map[string]string{"厅.csv": c.csv}, check.Env{})
			if c.code == "" {
				if len(found) > 0 {
					t.Error(render(src, found))
				}
				return
			}
			if len(found) != 1 || string(found[0].Code) != c.code ||
				!strings.Contains(found[0].Sentence(diag.Zh), c.says) {
				t.Errorf("want %s with %q, have\n%s", c.code, c.says, render(src, found))
			}
		})
	}
}

// book is a workbook with a header 代码, 值 and one row: 01 and a number in a format.
func book(t *testing.T, value float64, format string, from1904 bool) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	var b bytes.Buffer
	if err := errors.Join(err, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &from1904}),
		f.SetSheetRow("Sheet1", "A1", &[]any{"代码", "值"}), f.SetSheetRow("Sheet1", "A2", &[]any{"01", value}),
		f.SetCellStyle("Sheet1", "B2", "B2", style), f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWorkbookShowsWhatItHolds: a number that the spreadsheet shows rounded is an error with both figures, never a
// value; a date is the same day in every format and in either system of counting.
func TestWorkbookShowsWhatItHolds(t *testing.T) {
	for _, c := range []struct {
		name, typ string
		value     float64
		format    string
		from1904  bool
		want      string // the value, or what the message has
	}{
		{"rounded", "金额", 1200.5, "0", false, "显示的是“1201”，存的是“1200.5”"},
		{"in full", "金额", 1200.5, "#,##0.00", false, "120050"},
		{"hidden", "金额", 5, ";;;", false, "存的是“5”"},
		{"without its sign", "金额", -5, "0.00;[Red]0.00", false, "存的是“-5”"},
		{"per cent", "数值", 0.205, "0%", false, "存的是“20.5%”"},
		{"date", "日期", 46303, "yyyy-mm-dd", false, "20734"},
		{"date from 1904", "日期", 46303 - 1462, "yyyy-mm-dd", true, "20734"},
		{"Chinese date", "日期", 46303, `yyyy"年"m"月"d"日"`, false, "20734"},
		{"Chinese date with its locale", "日期", 46303, `[$-804]yyyy"年"m"月"d"日";@`, false, "20734"},
		{"date without a year", "日期", 46303, "m/d", false, "20734"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := around(`设 行 = 表["01"] 否则 挂机  播放 "{行.值}"`, "表格 表 取自 \"表.xlsx\" { 代码: 数字 2位, 值: "+c.typ+" }\n")
			p, found := checked(src, map[string]string{"表.xlsx": book(t, c.value, c.format, c.from1904)}, check.Env{})
			if len(found) == 1 && found[0].Code == "RX8005" && strings.Contains(found[0].Sentence(diag.Zh), "B2") &&
				strings.Contains(found[0].Sentence(diag.Zh), c.want) {
				return
			}
			if len(found) > 0 || fmt.Sprint(p.Tables[0].Rows[0][1].N) != c.want {
				t.Errorf("want %s, have\n%s", c.want, render(src, found))
			}
		})
	}
}

// TestManyBadCellsAreCut: a table of the wrong kind is not told cell by cell for ever.
func TestManyBadCellsAreCut(t *testing.T) {
	src := around(`设 行 = 表["01"] 否则 挂机  播放 "{行.额}"`, "表格 表 取自 \"表.csv\" { 码: 数字, 额: 金额 }\n")
	_, found := checked(src, map[string]string{"表.csv": "码,额\n" + strings.Repeat("x,y\n", 500)}, check.Env{})
	if n := len(found); n == 0 || n > 20 {
		t.Errorf("%d findings", n)
	}
}

// TestCalendarFile: a calendar may stand in a file of its own.
func TestCalendarFile(t *testing.T) {
	src := around(`如果 办公 开放 { 继续 }`, "日历 中国 取自 \"中国.cal\"\n作息 办公 { 日历 中国  工作日 08:30-17:30  周六 09:00-12:00 仅限 征期 }\n")
	sound := "放假 \"国庆节\" 2026-10-01..2026-10-07 补班 2026-10-10 // 国办发\n时期 征期 2026-10-01..2026-10-26\n"
	p, found := checked(src, map[string]string{"中国.cal": sound}, check.Env{Today: today})
	if len(found) > 0 || len(p.Calendars[0].Data.Holidays) != 1 || p.Calendar == nil ||
		len(p.Calendar.Decl.Holidays) != 1 {
		t.Errorf("%v\n%s", p.Calendars[0].Data, render(src, found))
	}
	for text, code := range map[string]string{"放假 国庆节\n": "RX8003", "": "RX5001", "}\n流程 坏 { 挂机 }\n": "RX8003",
		sound + "}\n流程 坏 {\n挂机\n": "RX8003"} {
		_, found := checked(src, map[string]string{"中国.cal": text}, check.Env{})
		if len(found) != 1 || string(found[0].Code) != code {
			t.Errorf("%q: want %s, have\n%s", text, code, render(src, found))
		}
	}
	if _, found := checked(src, nil, check.Env{}); len(found) != 1 || found[0].Code != "RX8001" {
		t.Errorf("without the file:\n%s", render(src, found))
	}
}

// TestHorizon: a calendar should hold the year of the next thirty days, and no more, whether hours go by it or working
// days are counted by it; what is to last must.
func TestHorizon(t *testing.T) {
	calendar := "日历 中国 { 放假 \"国庆节\" 2026-10-01..2026-10-07 }\n"
	for _, src := range []string{around(`如果 办公 开放 { 继续 }`, calendar+"作息 办公 { 日历 中国  工作日 08:30-17:30 }\n"),
		around(`设 期限 = 顺延工作日(2026-10-09, 3个工作日)  播放 "{期限}"`, calendar)} {
		// 10-12, 11-23, 12-13, 2027-01-02
		for day, ok := range map[int64]bool{20738: true, 20780: true, 20800: false, 20820: false, 0: true} {
			for _, lasting := range []bool{false, true} {
				_, found := checked(src, nil, check.Env{Today: day, Lasting: lasting})
				if (len(found) == 0) != ok {
					t.Errorf("on day %d:\n%s", day, render(src, found))
				}
				for _, d := range found {
					if d.Code != "RX5006" || (d.Severity == diag.Error) != lasting {
						t.Errorf("on day %d, lasting %v: %s", day, lasting, render(src, found))
					}
				}
			}
		}
	}
}

// TestUnknownNameSaysWhereItIsSet: a let of another flow is pointed at.
func TestUnknownNameSaysWhereItIsSet(t *testing.T) {
	src := around(`执行 取()  播放 "{户数}"`, "流程 取 { 设 户数 = 3  播放 \"{户数}\" 返回 }\n")
	_, found := run(src)
	if len(found) != 1 || len(found[0].Related) != 1 ||
		src[found[0].Related[0].Span.Start:found[0].Related[0].Span.End] != "户数" {
		t.Errorf("have\n%s%v", render(src, found), found)
	}
}
