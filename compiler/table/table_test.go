package table

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	encunicode "golang.org/x/text/encoding/unicode"
)

func encode(t testing.TB, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// layout writes a sheet as one line per row, each content with its place, so that a test shows both.
func layout(s *Sheet) string {
	if s == nil {
		return "nil"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d: %s\n", s.HeaderRow, strings.Join(s.Header, "|"))
	for _, row := range s.Rows {
		for i, c := range row {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%s=%s", c.At(), c.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func faults(errs []*Error) []string {
	var all []string
	for _, e := range errs {
		all = append(all, e.Error())
	}
	return all
}

const offices = "代码,名称,电话\n01,历下区办税厅,053188880001\n02,市中区办税厅,053188880002\n"

const officesLayout = "1: 代码|名称|电话\nA2=01 B2=历下区办税厅 C2=053188880001\nA3=02 B3=市中区办税厅 C3=053188880002\n"

func TestReadCSVInEveryEncoding(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		want Encoding
	}{
		{"UTF-8", []byte(offices), UTF8},
		{"UTF-8 with a mark", []byte("\ufeff" + offices), UTF8BOM},
		{"GB18030", encode(t, simplifiedchinese.GB18030, offices), GB18030},
		{"GBK", encode(t, simplifiedchinese.GBK, offices), GB18030},
		{"UTF-16 little endian", encode(t, encunicode.UTF16(encunicode.LittleEndian, encunicode.UseBOM), offices),
			UTF16},
		{"UTF-16 big endian", encode(t, encunicode.UTF16(encunicode.BigEndian, encunicode.UseBOM), offices), UTF16},
		{"UTF-16 without a mark", encode(t, encunicode.UTF16(encunicode.LittleEndian, encunicode.IgnoreBOM), offices),
			UTF16},
		{"UTF-16 big endian without a mark",
			encode(t, encunicode.UTF16(encunicode.BigEndian, encunicode.IgnoreBOM), offices), UTF16},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, errs := Read("offices.csv", c.data)
			if diff := cmp.Diff(officesLayout, layout(s)); diff != "" || errs != nil {
				t.Fatal(diff, faults(errs))
			}
			if s.Encoding != c.want {
				t.Errorf("encoding %v, want %v", s.Encoding, c.want)
			}
		})
	}
}

func TestReadCSVForms(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"semicolons", "a;b\n1;2,5\n", "1: a|b\nA2=1 B2=2,5\n"},
		{"tabs", "a\tb\n1\t2,5\n", "1: a|b\nA2=1 B2=2,5\n"},
		{"sep= line", "sep=;\r\na;b\r\n1;2\r\n", "2: a|b\nA3=1 B3=2\n"},
		{"CRLF", "a,b\r\n1,2\r\n", "1: a|b\nA2=1 B2=2\n"},
		{"old Mac line ends", "a,b\r1,2\r", "1: a|b\nA2=1 B2=2\n"},
		{"no last line end", "a,b\n1,2", "1: a|b\nA2=1 B2=2\n"},
		{"quotes", "a,b\n\"x, \"\"y\"\"\",2\n", "1: a|b\nA2=x, \"y\" B2=2\n"},
		{"a line break in a cell is no row", "a,b\n\"x\ny\",2\n3,4\n", "1: a|b\nA2=x\ny B2=2\nA3=3 B3=4\n"},
		{"quote inside a plain cell", "a,b\n5\" disc,2\n", "1: a|b\nA2=5\" disc B2=2\n"},
		{"text after a quoted cell", "a,b\n\"x\"y,2\n", "1: a|b\nA2=xy B2=2\n"},
		{"separators in quotes do not count", "\"a;;;;\",b\n1,2\n", "1: a;;;;|b\nA2=1 B2=2\n"},
		{"blank rows keep their numbers", "\n\na,b\n\n1,2\n,\n\n", "3: a|b\nA5=1 B5=2\n"},
		{"blank columns at the end", "a,b,,\n1,2,,\n", "1: a|b\nA2=1 B2=2\n"},
		{"blanks around cells", " a ,\u3000b\n\u00a01 , 2\u3000\n", "1: a|b\nA2=1 B2=2\n"},
		{"kept zeros", "a,b\n=\"001\",\"=\"\"002\"\"\"\n", "1: a|b\nA2=001 B2=002\n"},
		{"short row", "a,b,c\n1\n", "1: a|b|c\nA2=1 B2= C2=\n"},
		{"header alone", "a,b\n", "1: a|b\n"},
		{"one column", "a\n1\n2\n", "1: a\nA2=1\nA3=2\n"},
		{"empty column in the middle", "a,,b\n1,,2\n", "1: a||b\nA2=1 B2= C2=2\n"},
		{"composed", "e\u0301\n1\n", "1: é\nA2=1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, errs := Read("x.csv", []byte(c.text))
			if diff := cmp.Diff(c.want, layout(s)); diff != "" || errs != nil {
				t.Error(diff, faults(errs))
			}
		})
	}
}

func TestReadFaults(t *testing.T) {
	manyRows := "a\n" + strings.Repeat("1\n", MaxRows+1)
	for _, c := range []struct {
		name, file string
		data       []byte
		want       []string
	}{
		{"nothing", "x.csv", nil, []string{"x.csv: the table is empty"}},
		{"only blanks", "x.csv", []byte(" ,\n\n ,"), []string{"x.csv: the table is empty"}},
		{"twice", "x.csv", []byte("a,b,a\n"), []string{"x.csv C1: the column name stands twice (a)"}},
		{"long row", "x.csv", []byte("a,b\n1,2\n1,2,3,4\n"), []string{"x.csv C3: the row is longer than the header"}},
		{"nameless", "x.csv", []byte("a,,b\n1,2,3\n4,5,6\n"), []string{"x.csv B1: the column has no name"}},
		{"open quote", "x.csv", []byte("a,b\n1,\"2\n3,4\n"), []string{"x.csv B2: the quotation mark is never closed"}},
		{"two faults, by place", "x.csv", []byte("a,a\n1,2,3\n"),
			[]string{"x.csv B1: the column name stands twice (a)", "x.csv C2: the row is longer than the header"}},
		{"damaged UTF-8", "x.csv", []byte("代码,名称\n历下区\xff办税厅,1\n"),
			[]string{"x.csv: the text is in no known encoding (23)"}},
		{"binary", "x.csv", []byte{0x80, 0xff, 0, 0, 0xff}, []string{"x.csv: the text is in no known encoding (2)"}},
		{"half a GB character", "x.csv", append(encode(t, simplifiedchinese.GBK, "历下区"), 0xc0),
			[]string{"x.csv: the text is in no known encoding (6)"}},
		{"lone surrogate", "x.csv", []byte("\xff\xfea\x00\x00\xd8"),
			[]string{"x.csv: the text is in no known encoding (4)"}},
		{"rows", "x.csv", []byte(manyRows), []string{"x.csv 100002: the table has too many rows (100000)"}},
		{"columns", "x.csv", []byte(strings.Repeat(",", MaxColumns) + "a\n"),
			[]string{"x.csv IW1: the table has too many columns (256)"}},
		{"long cell", "x.csv", []byte("a\n" + strings.Repeat("字", MaxCell+1)),
			[]string{"x.csv A2: the cell is too long (32767)"}},
		{"large", "x.csv", make([]byte, MaxBytes+1), []string{"x.csv: the file is too large (32 MB)"}},
		{"old Excel", "x.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
			[]string{"x.xls: this kind of file cannot be read (.xls)"}},
		{"password", "x.xlsx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), []string{"x.xlsx: the file cannot be read"}},
		{"text named xlsx", "x.xlsx", []byte("a,b\n"), []string{"x.xlsx: the file cannot be read"}},
		{"damaged zip", "x.xlsx", []byte("PK\x03\x04 nothing"), []string{"x.xlsx: the file cannot be read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, errs := Read(c.file, c.data)
			if diff := cmp.Diff(c.want, faults(errs)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFaultsAreCapped(t *testing.T) {
	if _, errs := Read("x.csv", []byte("a\n"+strings.Repeat("1,2\n", 1000))); len(errs) != maxFaults {
		t.Errorf("%d errors", len(errs))
	}
}

func TestCellName(t *testing.T) {
	for _, c := range []struct {
		row, col int
		want     string
	}{{7, 2, "B7"}, {1, 26, "Z1"}, {1, 27, "AA1"}, {1, 702, "ZZ1"}, {1, 703, "AAA1"}, {5, 0, "5"}, {0, 3, "C"},
		{0, 0, ""}} {
		if got := CellName(c.row, c.col); got != c.want {
			t.Errorf("CellName(%d, %d) = %q, want %q", c.row, c.col, got, c.want)
		}
	}
}

func TestDecodeText(t *testing.T) {
	flow := "流程 主流程 {\n  播放 \"欢迎致电12366纳税缴费服务热线。\"\n}\n"
	for _, c := range []struct {
		name string
		data []byte
		want string
		enc  Encoding
		at   int // of the error, or -1
	}{
		{"empty", nil, "", UTF8, -1},
		{"ascii", []byte("flow"), "flow", UTF8, -1},
		{"a flow in GB18030", encode(t, simplifiedchinese.GB18030, flow), flow, GB18030, -1},
		{"four-byte GB18030", encode(t, simplifiedchinese.GB18030, "𠮷野 ü"), "𠮷野 ü", GB18030, -1},
		{"联通 in GBK", encode(t, simplifiedchinese.GBK, "联通"), "联通", GB18030, -1},
		{"mark and nothing", []byte("\xef\xbb\xbf"), "", UTF8BOM, -1},
		{"mark and rubbish", []byte("\xef\xbb\xbfab\xff"), "", UTF8BOM, 5},
		{"damaged flow", []byte(strings.Replace(flow, "播放", "播\x94", 1)), "", UTF8, strings.Index(flow, "播放") + 3},
		{"stray zero", []byte(flow + "\x00" + flow), "", UTF8, len(flow)},
		{"odd UTF-16", []byte("\xff\xfea\x00b"), "", UTF16, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, enc, err := DecodeText(c.data)
			at := -1
			if e, ok := err.(*EncodingError); ok {
				at = e.Offset
			}
			if got != c.want || enc != c.enc || at != c.at {
				t.Errorf("%q, %v, %v", got, enc, err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.csv", []byte(offices))
	f.Add("a.csv", encode(f, simplifiedchinese.GB18030, offices))
	f.Add("a.csv", encode(f, encunicode.UTF16(encunicode.LittleEndian, encunicode.UseBOM), offices))
	f.Add("a.csv", []byte("sep=\xff\n\"a\xff\"\"b\n\r,;\t"))
	f.Add("a.csv", []byte("a,b\r\n\"=\"\"01\"\"\",\"x\ny\"\r\n"))
	f.Add("a.xlsx", smallWorkbook(f))
	f.Add("a.csv", []byte("a\n\u2001\n")) // another blank when it is composed
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		s, errs := Read(name, data)
		if s == nil && len(errs) == 0 {
			t.Fatal("neither a sheet nor an error")
		}
		for _, e := range errs {
			if e.Fault == 0 || e.File != name || faultSentences[e.Fault] == "" {
				t.Fatalf("%+v", e)
			}
		}
		if s == nil {
			return
		}
		last := s.HeaderRow
		for _, row := range s.Rows {
			if len(row) != len(s.Header) || row[0].Row <= last {
				t.Fatalf("row %d after %d has %d cells under %d headers", row[0].Row, last, len(row), len(s.Header))
			}
			last = row[0].Row
			for i, c := range row {
				if c.Row != last || c.Col != i+1 || c.Text != tidy(c.Text) && !strings.HasPrefix(c.Text, `="`) {
					t.Fatalf("%+v", c)
				}
			}
		}
	})
}
