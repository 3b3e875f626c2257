package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// workbook builds a real XLSX file; fill writes into its first sheet, "Sheet1".
func workbook(t testing.TB, fill func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := fill(f); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func smallWorkbook(t testing.TB) []byte {
	return workbook(t, func(f *excelize.File) error {
		if err := f.SetSheetRow("Sheet1", "A1", &[]any{"代码", "名称", "电话"}); err != nil {
			return err
		}
		if err := f.SetSheetRow("Sheet1", "A2", &[]any{"01", "历下区办税厅", "053188880001"}); err != nil {
			return err
		}
		return f.SetSheetRow("Sheet1", "A3", &[]any{"02", "市中区办税厅", "053188880002"})
	})
}

func TestReadWorkbook(t *testing.T) {
	s, errs := Read("offices.xlsx", smallWorkbook(t))
	if diff := cmp.Diff(officesLayout, layout(s)); diff != "" || errs != nil {
		t.Fatal(diff, faults(errs))
	}
	if s.Name != "Sheet1" {
		t.Errorf("sheet %q", s.Name)
	}
}

func TestWorkbookIsKnownByItsBytes(t *testing.T) {
	s, errs := Read("offices.csv", smallWorkbook(t))
	if diff := cmp.Diff(officesLayout, layout(s)); diff != "" || errs != nil {
		t.Fatal(diff, faults(errs))
	}
}

// Every cell is one thing that a spreadsheet stores otherwise than it shows.
func TestWorkbookCells(t *testing.T) {
	day := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		value  any
		format string // a custom number format
		number int    // or a built-in one
		want   string
	}{
		{"text keeps its zeros", "001", "", 0, "001"},
		{"number", 1200.5, "", 0, "1200.5"},
		{"number shown with zeros", 1, "00", 0, "01"},
		{"number as text format", "0531", "@", 0, "0531"},
		{"money", 1200.5, "#,##0.00", 0, "1,200.50"},
		{"date, short", day, "", 14, "2026-10-01"},
		{"date, Chinese", day, `yyyy"年"m"月"d"日"`, 0, "2026-10-01"},
		{"date that hides its year", day, `m"月"d"日"`, 0, "2026-10-01"},
		{"date and time", day.Add(8*time.Hour + 30*time.Minute), "yyyy/m/d h:mm", 0, "2026-10-01 08:30"},
		{"time", 0.354166666666667, "h:mm", 0, "08:30"},
		{"time in 12 hours", 0.5625, "h:mm AM/PM", 0, "13:30"},
		{"month", day, "mmm-yy", 17, "2026-10-01"},
		{"the day before the 29th that never was", 59, "yyyy-mm-dd", 0, "1900-02-28"},
		{"the day after", 61, "yyyy-mm-dd", 0, "1900-03-01"},
		{"truth", true, "", 0, "TRUE"},
		{"per cent", 0.2, "0%", 0, "20%"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := workbook(t, func(f *excelize.File) error {
				f.SetCellValue("Sheet1", "A1", "列")
				f.SetCellValue("Sheet1", "A2", c.value)
				style := &excelize.Style{NumFmt: c.number}
				if c.format != "" && c.number == 0 {
					style.CustomNumFmt = &c.format
				}
				id, err := f.NewStyle(style)
				if err != nil {
					return err
				}
				return f.SetCellStyle("Sheet1", "A2", "A2", id)
			})
			s, errs := Read("x.xlsx", data)
			if s == nil || len(s.Rows) != 1 || errs != nil {
				t.Fatal(layout(s), faults(errs))
			}
			if got := s.Rows[0][0].Text; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestWorkbookDatesFrom1904(t *testing.T) {
	data := workbook(t, func(f *excelize.File) error {
		on := true
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &on}); err != nil {
			return err
		}
		f.SetCellValue("Sheet1", "A1", "日期")
		f.SetCellInt("Sheet1", "A2", 366)
		id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			return err
		}
		return f.SetCellStyle("Sheet1", "A2", "A2", id)
	})
	s, errs := Read("x.xlsx", data)
	if diff := cmp.Diff("1: 日期\nA2=1905-01-01\n", layout(s)); diff != "" || errs != nil {
		t.Error(diff, faults(errs))
	}
}

func TestWorkbookPlacesAndGaps(t *testing.T) {
	data := workbook(t, func(f *excelize.File) error {
		f.SetCellValue("Sheet1", "B3", "a")
		f.SetCellValue("Sheet1", "C3", "b")
		f.SetCellValue("Sheet1", "C7", "x")
		_, err := f.NewSheet("另一张")
		return err
	})
	s, errs := Read("x.xlsx", data)
	if diff := cmp.Diff("3: |a|b\nA7= B7= C7=x\n", layout(s)); diff != "" || errs != nil {
		t.Error(diff, faults(errs))
	}
}

// rewrite changes one part of a workbook, for what the library cannot be made to write.
func rewrite(t testing.TB, data []byte, part string, change func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, file := range in.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if file.Name == part {
			changed := change(string(content))
			if changed == string(content) {
				t.Fatalf("%s is unchanged:\n%s", part, content)
			}
			content = []byte(changed)
		}
		w, err := out.Create(file.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// add puts a part into a workbook.
func add(t testing.TB, data []byte, part, content string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, file := range in.File {
		if err := out.Copy(file); err != nil {
			t.Fatal(err)
		}
	}
	w, err := out.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const firstSheet = "xl/worksheets/sheet1.xml"

func TestWorkbookFaults(t *testing.T) {
	base := workbook(t, func(f *excelize.File) error {
		f.SetCellValue("Sheet1", "A1", "a")
		f.SetCellValue("Sheet1", "B1", "b")
		f.SetCellValue("Sheet1", "A2", 1)
		return f.SetCellValue("Sheet1", "B2", 2)
	})
	cell := `<c r="B2"><v>2</v></c>`
	replaceCell := func(with string) func(string) string {
		return func(s string) string { return strings.Replace(s, cell, with, 1) }
	}
	for _, c := range []struct {
		name string
		data []byte
		want []string
		text string // of B2, where a sheet is returned
	}{
		{"formula with its result", rewrite(t, base, firstSheet, replaceCell(`<c r="B2"><f>1+1</f><v>2</v></c>`)), nil,
			"2"},
		{"formula with an empty text",
			rewrite(t, base, firstSheet, replaceCell(`<c r="B2" t="str"><f>""</f><v></v></c>`)), nil, ""},
		{"formula never computed", rewrite(t, base, firstSheet, replaceCell(`<c r="B2"><f>1+1</f></c>`)),
			[]string{"x.xlsx B2: the formula has no stored result"}, ""},
		{"error value", rewrite(t, base, firstSheet, replaceCell(`<c r="B2" t="e"><v>#N/A</v></c>`)),
			[]string{"x.xlsx B2: the cell holds an error (#N/A)"}, ""},
		{"a text that begins like an error",
			rewrite(t, base, firstSheet, replaceCell(`<c r="B2" t="str"><v>#N/A</v></c>`)), nil, "#N/A"},
		{"merged", workbook(t, func(f *excelize.File) error {
			f.SetCellValue("Sheet1", "A1", "a")
			f.SetCellValue("Sheet1", "B1", "b")
			f.SetCellValue("Sheet1", "A2", 1)
			f.SetCellValue("Sheet1", "B2", 2)
			return f.MergeCell("Sheet1", "B2", "B4")
		}), []string{"x.xlsx B2: cells are merged (B2:B4)"}, "2"},
		{"far row", rewrite(t, base, firstSheet, func(s string) string {
			return strings.Replace(s, `</sheetData>`, `<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>`,
				1)
		}), []string{"x.xlsx: the table has too many rows (100000)"}, "2"},
		{"far column", rewrite(t, base, firstSheet, replaceCell(`<c r="XFD2"><v>2</v></c>`)),
			[]string{"x.xlsx: the table has too many columns (256)"}, ""},
		{"nonsense cell", rewrite(t, base, firstSheet, replaceCell(`<c r="0"><v>2</v></c>`)),
			[]string{"x.xlsx: the file cannot be read"}, ""},
		{"nonsense row", rewrite(t, base, firstSheet,
			func(s string) string { return strings.Replace(s, `<row r="2"`, `<row r="-2"`, 1) }),
			[]string{"x.xlsx: the file cannot be read"}, ""},
		{"no sheet", workbook(t, func(f *excelize.File) error { return nil }), []string{"x.xlsx: the table is empty"},
			""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, errs := Read("x.xlsx", c.data)
			if diff := cmp.Diff(c.want, faults(errs)); diff != "" {
				t.Error(diff)
			}
			if s != nil && len(s.Rows) > 0 && s.Rows[0][1].Text != c.text {
				t.Errorf("B2 is %q, want %q", s.Rows[0][1].Text, c.text)
			}
		})
	}
}

// What counts is what a part unpacks to, not what its header claims; a part that is not read costs nothing.
func TestZipBomb(t *testing.T) {
	base := smallWorkbook(t)
	bomb := rewrite(t, base, firstSheet, func(s string) string {
		return strings.Replace(s, "<sheetData>", strings.Repeat(" ", 1<<20)+"<sheetData>", 1)
	})
	picture := add(t, base, "xl/media/image1.png", strings.Repeat(" ", 8<<20))
	texts := rewrite(t, base, "xl/sharedStrings.xml", func(s string) string {
		return strings.Replace(s, "<si>", "<si><t>"+strings.Repeat("a", 1<<20)+"</t></si><si>", 1)
	})
	for _, c := range []struct {
		name   string
		data   []byte
		budget int64
		want   Fault
	}{{"sheet", bomb, 3 << 20, 0}, {"sheet", bomb, 2 << 20, TooLarge}, {"sheet", bomb, 100, TooLarge},
		{"picture", picture, 1 << 20, 0},
		{"texts", texts, 1 << 20, TooLarge}} {
		if len(c.data) > 30_000 {
			t.Fatalf("the bomb weighs %d bytes", len(c.data))
		}
		g := &grid{each: func(*Sheet, Row) bool { return true }}
		err := g.workbook(c.data, c.budget)
		got := Fault(0)
		if r := (*refusal)(nil); errors.As(err, &r) {
			got = r.fault
		} else if err != nil {
			got = Unreadable
		}
		if got != c.want {
			t.Errorf("%s with %d bytes: fault %d, want %d (%v)", c.name, c.budget, got, c.want, err)
		}
	}
}

func TestCustomDateFormats(t *testing.T) {
	for code, want := range map[string]dateParts{
		"yyyy-mm-dd":             {date: true},
		`[$-804]yyyy"年"m"月"d"日"`: {date: true},
		"m/d":                    {date: true},
		"mmm":                    {date: true},
		"h:mm:ss":                {clock: true},
		"mm:ss":                  {clock: true},
		"yyyy/m/d h:mm":          {date: true, clock: true},
		"[h]:mm":                 {},
		"0.00":                   {},
		"General":                {},
		`0"元d"`:                  {},
		`#,##0.00_);[Red](0)`:    {},
		"@":                      {},
		`"unclosed`:              {},
	} {
		if got := customDates(code); got != want {
			t.Errorf("%q: %+v, want %+v", code, got, want)
		}
	}
}
