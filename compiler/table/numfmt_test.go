package table

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What a format shows, and what a cell stores where that is another number.
func TestNumberFormats(t *testing.T) {
	for _, c := range []struct {
		code         string
		value        float64
		text, stored string
	}{
		{"General", 1200.5, "1200.5", ""},
		{"General", 0.1 + 0.2, "0.3", ""},
		{"General", 13800138000, "13800138000", ""},
		{"General", 370102198001011, "370102198001011", ""},
		{"General", 913701001000000409, "9.13701001E+17", ""},
		{"General", -0.5, "-0.5", ""},
		{"General", 1e-20, "1E-20", ""},
		{"G/通用格式", 7, "7", ""},
		{`General"元"`, 7.5, "7.5元", ""},
		{"@", 531, "531", ""},
		{"", 0, "", "0"},
		{"0", 1200, "1200", ""},
		{"0", 1200.5, "1201", "1200.5"},
		{"0", 1200.4, "1200", "1200.4"},
		{"0", 0.4, "0", "0.4"},
		{"0", 999999.5, "1000000", "999999.5"},
		{"0", 913701001000000409, "9.13701001E+17", ""},
		{"00", 1, "01", ""},
		{"0000", 531, "0531", ""},
		{`000\-0000\-0000`, 13800138000, "138-0013-8000", ""},
		{`0000-00000000`, 53188880001, "0531-88880001", ""},
		{"0.00", 1200.5, "1200.50", ""},
		{"0.00", 1200.505, "1200.51", "1200.505"},
		{"0.00", 99.999, "100.00", "99.999"},
		{"#,##0.00", 1200.5, "1,200.50", ""},
		{"#,##0.00", -1234567.5, "-1,234,567.50", ""},
		{"#,##0", 999, "999", ""},
		{"#,##0", 0, "0", ""},
		{"0,000", 7, "0,007", ""},
		{"#.##", 5, "5", ""},
		{"#.##", 0.25, ".25", ""},
		{"0.0#", 1.5, "1.5", ""},
		{"0.0##", 1.25, "1.25", ""},
		{"0%", 0.2, "20%", ""},
		{"0%", 0.205, "21%", "20.5%"},
		{"0.0%", 0.205, "20.5%", ""},
		{`"¥"#,##0.00`, 80, "¥80.00", ""},
		{`[$¥-804]#,##0.00`, 80, "¥80.00", ""},
		{`#,##0.00"元"`, 80, "80.00元", ""},
		{`#,##0.00_);(#,##0.00)`, -80, "(80.00)", ""},
		{`#,##0.00_);[Red]\-#,##0.00`, -80, "-80.00", ""},
		{`0.00;[Red]0.00`, -5, "5.00", "-5"},
		{`0.00;[Red]0.00`, 5, "5.00", ""},
		{`0;-0;;@`, 0, "", "0"},
		{`;;;`, 5, "", "5"},
		{builtIn[44], 1200.5, `¥1,200.50`, ""},
		{builtIn[44], -1200.5, `¥-1,200.50`, ""},
		{builtIn[44], 0, "0", ""},
		{builtIn[43], 0, "0", ""},
		{`0.0,`, 1200, "1.2", "1200"},
		{`0!.0,"万"`, 12005, "1.2万", "12005"},
		{`0.00,,`, 0, "0.00", ""},
		{`[>=10000]0.00"大";0.0"小"`, 12345.67, "12345.67大", ""},
		{`[>=10000]0.00"大";0.0"小"`, 5.5, "5.5小", ""},
		{`[>=10000]0.00"大";0.0"小"`, -5.5, "-5.5小", ""},
		{"0.00E+00", 1200, "1200", ""},
		{"0.00E+00", 1234.5, "1.23E+03", "1234.5"},
		{"# ?/?", 0.5, "0.5", ""},
		{"# ?/?", 0.3, "2/7", "0.3"},
		{"# ?/4", 0.75, "0.75", ""},
		{"[DBNum1][$-804]General", 1200, "1200", ""},
		{"[DBNum2][$-804]0", 1200.5, "1201", "1200.5"},
		{`0"a;b"`, 5, "5a;b", ""},
		{`"unclosed`, 5, "", "5"},
		{`\`, 5, "", "5"},
		{"[Red", 5, "", "5"},
	} {
		text, stored := parseFormat(c.code).shown(c.value)
		if text != c.text || stored != c.stored {
			t.Errorf("%s of %v: %q stored %q, want %q stored %q", c.code, c.value, text, stored, c.text, c.stored)
		}
	}
}

// A cell that shows another number than it holds has no value, and the error has both figures.
func TestShownAndStored(t *testing.T) {
	for _, c := range []struct {
		code   string
		value  float64
		column Kind
		want   string // the value, or the error
	}{
		{"0", 1200.5, Money, `"1201": the cell shows another number than it stores, "1200.5"`},
		{"0", 1200.5, Number, `"1201": the cell shows another number than it stores, "1200.5"`},
		{"0", 1200.5, Text, `"1201": the cell shows another number than it stores, "1200.5"`},
		{"0", 1200.5, Digits, `"1201": the cell shows another number than it stores, "1200.5"`},
		{"0%", 0.205, Number, `"21%": the cell shows another number than it stores, "20.5%"`},
		{"0.00;0.00", -5, Money, `"5.00": the cell shows another number than it stores, "-5"`},
		{";;;", 5, Money, `"": the cell shows another number than it stores, "5"`},
		{"0.00", 1200.5, Money, "{120050 }"},
		{`0.0,,"万元"`, 0, Money, "{0 }"},
		{"00", 1, Digits, "{0 01}"},
		{builtIn[44], 0, Money, "{0 }"},
	} {
		text, stored := parseFormat(c.code).shown(c.value)
		v, err := Cell{Text: text, Stored: stored}.Value(Column{Kind: c.column})
		got := fmt.Sprint(v)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s of %v: %s, want %s", c.code, c.value, got, c.want)
		}
	}
	if v, err := (Cell{Text: "1.2万元", Stored: "12000"}).Value(Column{Kind: Money}); err != nil || v.N != 1_200_000 {
		t.Errorf("the same amount in another unit: %v, %v", v, err)
	}
	blank, err := Cell{Stored: "5"}.Value(Column{Kind: Money})
	if e := (*CellError)(nil); !errors.As(err, &e) || e.Misfit != ShownNotStored {
		t.Errorf("a hidden number: %v, %v", blank, err)
	}
}

// The forms that spreadsheets and the programs that write them give to numbers.
func TestFormsOfSpreadsheets(t *testing.T) {
	for _, c := range []struct {
		column Column
		text   string
		want   string
	}{
		{Column{Digits, 2, 2}, "'01", "{0 01}"},
		{Column{Digits, 2, 2}, "’01", "{0 01}"},
		{Column{Digits, 2, 2}, "＇０１", "{0 01}"},
		{Column{Digits, 0, 0}, "123.0", "{0 123}"},
		{Column{Digits, 0, 0}, "１２３．０", "{0 123}"},
		{Column{Digits, 2, 2}, "1.0", `"1.0": ` + misfitSentences[LostZeros]},
		{Column{Digits, 0, 0}, "123.5", `"123.5": ` + misfitSentences[NotOfKind]},
		{Column{Kind: Phone}, "'13800138000", "{0 13800138000}"},
		{Column{Kind: Phone}, "13800138000.0", "{0 13800138000}"},
		{Column{Kind: Phone}, "１３８００１３８０００．０", "{0 13800138000}"},
		{Column{Kind: TaxpayerID}, "'913701001000000409", "{0 913701001000000409}"},
		{Column{Kind: TaxpayerID}, "913701001000000409.0", `"913701001000000409.0": ` + misfitSentences[LostDigits]},
		{Column{Kind: ResidentID}, "370102198001011.0", "{0 370102198001011}"},
		{Column{Kind: Money}, "'1200.50", "{120050 }"},
		{Column{Kind: Money}, "１，２００．５０", "{120050 }"},
		{Column{Kind: Money}, "１２００。５", "{120050 }"},
		{Column{Kind: Money}, "−5", "{-500 }"},
		{Column{Kind: Money}, "'￥80", "{8000 }"},
		{Column{Kind: Number}, "20％", "{200000 }"},
		{Column{Kind: YesNo}, "1.0", "{1 }"},
		{Column{Kind: YesNo}, "０", "{0 }"},
		{Column{Kind: Month}, "202608.0", "{24319 }"},
		{Column{Kind: Month}, "2026.10", "{24321 }"},
		{Column{Kind: Date}, "20261001.0", "{20727 }"},
		{Column{Kind: Date}, "'2026-10-01", "{20727 }"},
		{Column{Kind: Text}, "'01", "{0 01}"},
		{Column{Kind: Text}, "‘引用’", "{0 ‘引用’}"},
		{Column{Kind: Text}, "'quoted'", "{0 'quoted'}"},
		{Column{Kind: Text}, "1.0", "{0 1.0}"},
		{Column{Kind: Text}, "１号。2", "{0 １号。2}"},
		{Column{Kind: Digits}, "'", `"'": ` + misfitSentences[Blank]},
	} {
		v, err := ParseCell(c.column, c.text)
		got := fmt.Sprint(v)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v %s: %s, want %s", c.column, c.text, got, c.want)
		}
	}
}

// plainWorkbook is built once: the fuzzer takes it a thousand times a second.
var plainWorkbook = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	f := excelize.NewFile()
	defer f.Close()
	if err := errors.Join(f.SetCellValue("Sheet1", "A1", "a"), f.Write(&b)); err != nil {
		panic(err)
	}
	return b.Bytes()
})

// sheetOf is a workbook with a sheet of this XML.
func sheetOf(t testing.TB, rows string) []byte {
	return rewrite(t, plainWorkbook(), firstSheet, func(s string) string {
		begin, end := strings.Index(s, "<sheetData>"), strings.Index(s, "</sheetData>")
		return s[:begin] + "<sheetData>\n" + rows + s[end:]
	})
}

func TestWorksheetXML(t *testing.T) {
	const text = `<c t="inlineStr"><is><t>`
	const head = `<row r="1">` + text + `a</t></is></c>` + text + `b</t></is></c></row>`
	for _, c := range []struct{ name, rows, want string }{
		{"no numbers of rows and cells",
			strings.Replace(head, ` r="1"`, "", 1) + `<row><c><v>1</v></c><c><v>2</v></c></row>`,
			"1: a|b\nA2=1 B2=2\n"},
		{"runs of a text without its pronunciation", head +
			`<row r="3"><c r="B3" t="inlineStr"><is><r><t>历下</t></r><r><t>区</t></r><rPh sb="0" eb="1"><t>lixia</t></rPh></is></c></row>`,
			"1: a|b\nA3= B3=历下区\n"},
		{"a character that XML cannot carry", head +
			`<row r="2"><c r="A2" t="str"><v>1_x000D_2_x005F_x_xZZ</v></c></row>`, "1: a|b\nA2=1\r2_x_xZZ B2=\n"},
		{"a date as such", head +
			`<row r="2"><c r="A2" t="d"><v>2026-10-01T00:00:00Z</v></c><c r="B2" t="d"><v>2026-10-01T08:30:00</v></c></row>`,
			"1: a|b\nA2=2026-10-01 00:00 B2=2026-10-01 08:30\n"},
		{"prefixes and entities", head +
			`<x:row r="2"><x:c r="A2" t="str"><x:v>&lt;&#39046;&gt;</x:v></x:c></x:row>`, "1: a|b\nA2=<领> B2=\n"},
		{"a text that is not in the list", head +
			`<row r="2"><c r="A2" t="s"><v>99</v></c></row>`, "x.xlsx: the file cannot be read"},
		{"rows backwards", head + `<row r="3"/><row r="2"/>`, "x.xlsx: the file cannot be read"},
		{"cells backwards", head + `<row r="2"><c r="B2"/><c r="A2"/></row>`, "x.xlsx: the file cannot be read"},
		{"a cell of another row", head + `<row r="2"><c r="A3"><v>1</v></c></row>`, "x.xlsx: the file cannot be read"},
		{"broken off", head + `<row r="2"><c r="A2"`, "x.xlsx: the file cannot be read"},
	} {
		s, errs := Read("x.xlsx", sheetOf(t, c.rows))
		got := layout(s)
		if errs != nil {
			got = strings.Join(faults(errs), "\n")
		}
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// The sheet that people see is read, not one that is hidden before it.
func TestHiddenSheetsAreNotRead(t *testing.T) {
	s := &book{parts: &parts{}}
	sheets := map[string]string{"r1": "one.xml", "r2": "two.xml", "r3": "three.xml"}
	element := func(name, id, state string) xml.StartElement {
		e := xml.StartElement{Attr: []xml.Attr{{Name: xml.Name{Local: "name"}, Value: name},
			{Name: xml.Name{Space: "r", Local: "id"}, Value: id}}}
		if state != "" {
			e.Attr = append(e.Attr, xml.Attr{Name: xml.Name{Local: "state"}, Value: state})
		}
		return e
	}
	for _, e := range []struct{ name, id, state, want string }{{"chart", "r9", "", ""},
		{"codes", "r1", "veryHidden", "codes"},
		{"more codes", "r2", "hidden", "codes"}, {"offices", "r3", "", "offices"}, {"others", "r2", "", "offices"}} {
		if s.choose(element(e.name, e.id, e.state), sheets); s.name != e.want {
			t.Errorf("after %s the sheet is %q, want %q", e.name, s.name, e.want)
		}
	}
}

// Whatever the format, a plain number that a cell shows is the one it stores, or the cell says so.
func FuzzFormat(f *testing.F) {
	for _, code := range []string{"0.00", "#,##0.0#;[Red]-0", "0.0,,%", `_ "¥"* "-"??_ ;@`,
		"[>=1]0.0E+0;# ??/??", "[h]:mm", `"`, "[", "\\", "!"} {
		f.Add(code, 1200.5)
		f.Add(code, -0.004)
	}
	f.Add("@@", 2401.0)
	f.Fuzz(func(t *testing.T, code string, value float64) {
		text, stored := parseFormat(code).shown(value)
		shown, misfit := decimal(strings.ReplaceAll(text, ",", ""), 6)
		if misfit != 0 || stored != "" || strings.ContainsAny(code, `"\!$[0123456789`) && !regularDigits(code) {
			return
		}
		want, misfit := decimal(decimalOf(value).plain(), 6)
		if misfit == 0 && shown != want && shown != -want {
			t.Fatalf("%q shows %q of %v and does not say so", code, text, value)
		}
	})
}

// regularDigits tells that a format has no text that could be taken for a figure.
func regularDigits(code string) bool { return strings.Trim(code, "0#?.,;%-") == "" }

// FuzzWorksheet reads whatever stands between the cells of a workbook.
func FuzzWorksheet(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>` +
		`<row r="3"><c r="B3" s="1"><f>1</f><v>1</v></c></row>`)
	f.Add(`<row><c t="s"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells><sheetData>`)
	f.Add(`<row><c t="str"><v>_x0_x00</v></c><c t="d"><v>T</v></c><c t="e"><v>#N/A</v></c>`)
	f.Add(`<c t="s"><v>0</v></c></row>`) // a cell of no row
	f.Add(`<row r="1"><row r="2"></row></row></row>`)
	f.Add(`<row>9c><v>0</v></c></row>`)
	f.Fuzz(func(t *testing.T, rows string) {
		s, errs := Read("x.xlsx", sheetOf(t, rows))
		if s == nil && len(errs) == 0 {
			t.Fatal("neither a sheet nor an error")
		}
	})
}
