package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rexian/lang/diag"
	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// rejected reads a file of faulty rows.
func rejected(t *testing.T, b *bytes.Buffer) [][]string {
	t.Helper()
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked && text != "" {
		t.Fatalf("%v\n%s", err, text)
	}
	return rows
}

// Every faulty row is rejected with its reason, however many there are, and comes in once it is mended.
func TestAllFaultyRowsAreRejected(t *testing.T) {
	d := dbtest.SQLite(t)
	s := customer.New(d)
	var file strings.Builder
	file.WriteString("名称,税号,电话,颜色\n")
	const rows = 2500
	for i := range rows {
		fmt.Fprintf(&file, "=客户%d,91330100799655059B,138%08d,红\n", i, i)
	}
	file.WriteString("好客户,,13900139000,\n")
	var out bytes.Buffer
	r, err := Import(t.Context(), s, "c.csv", []byte(file.String()),
		Options{Batch: "b", Now: now, Rejects: &out, Tongue: diag.Zh})
	if err != nil || r.Added != 1 || r.Faulty != rows || r.Rejected != rows || len(r.Faults) != MaxFaults {
		t.Fatalf("%s, %d rejected, %d faults, %v", summary(r), r.Rejected, len(r.Faults), err)
	}
	text := out.String()
	list := rejected(t, &out)
	if got := strings.Join(list[0], "|"); got != "名称|税号|电话|颜色|导入行号|导入错误" {
		t.Errorf("header %s", got)
	}
	if got := strings.Join(list[rows], "|"); got != "'=客户2499|91330100799655059B|13800002499|红|2501|税号：识别号的校验位不对，请核对" {
		t.Errorf("the last: %s", got)
	}
	mended := strings.ReplaceAll(text, "91330100799655059B", "")
	r, err = Import(t.Context(), s, "c.csv", []byte(mended), Options{Batch: "b2", Now: now})
	if err != nil || r.Added != rows || r.Faulty != 0 || strings.Join(r.Unknown, ",") != "颜色" {
		t.Errorf("mended: %s, unknown %v, %v", summary(r), r.Unknown, err)
	}
	if c, err := s.Find(t.Context(), "13800002499"); err != nil || c.Name != "=客户2499" {
		t.Errorf("%+v, %v", c, err)
	}
}

// Rows that the database refuses are rejected too, in the reader's tongue; a file that cannot be read as a whole
// rejects none.
func TestRejectsOfOtherKinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := customer.New(d)
		const file = "name,phone,note\n甲,13800138000,old\n乙,13900139000,x\n丙,,\n"
		before := []byte("name,phone\n甲,13800138000\n")
		if _, err := Import(t.Context(), s, "c.csv", before, Options{Batch: "a", Now: now}); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		o := Options{Batch: "b", Now: now, Policy: Refuse, Rejects: &out, Tongue: diag.En}
		r, err := Import(t.Context(), s, "c.csv", []byte(file), o)
		if err != nil || r.Faulty != 2 || r.Rejected != 2 || r.Added != 1 {
			t.Fatalf("%s, %d rejected, %v", summary(r), r.Rejected, err)
		}
		want := "name|phone|note|import row|import fault\n" +
			"丙|||4|there is no name, or neither taxpayer number nor telephone\n甲|13800138000|old|2|the customer is there already\n"
		got := ""
		for _, row := range rejected(t, &out) {
			got += strings.Join(row, "|") + "\n"
		}
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
		out.Reset()
		r, err = Import(t.Context(), s, "c.csv", []byte(file+"\"open,1\n"),
			Options{Batch: "c", Now: now, Rejects: &out})
		if !errors.Is(err, ErrFile) || r.Rejected != 0 {
			t.Errorf("a file that is cut off: %d rejected, %v", r.Rejected, err)
		}
		full := errors.New("no space left on the disk")
		o = Options{Batch: "d", Now: now, Rejects: broken{full}}
		if _, err = Import(t.Context(), s, "c.csv", []byte(file), o); !errors.Is(err, full) {
			t.Errorf("rejects that cannot be written: %v", err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM imports`); n != 2 {
			t.Errorf("%d imports", n)
		}
	})
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// A cell that shows another number than it holds, and rows under merged cells, are rejected; those beside them come in.
func TestCellsOfAWorkbookAreRejected(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	format := `0.0,,"百万"`
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	var book, out bytes.Buffer
	if err := errors.Join(err, f.SetSheetRow("Sheet1", "A1", &[]any{"名称", "电话", "地址"}),
		f.SetSheetRow("Sheet1", "A2", &[]any{"甲", 13800138000, "一号"}),
		f.SetSheetRow("Sheet1", "A3", &[]any{"乙", 13900139000, "二号"}),
		f.SetSheetRow("Sheet1", "A4", &[]any{"丙", 13700137000, "三号"}),
		f.SetSheetRow("Sheet1", "A5", &[]any{"丁", "'13600136000", ""}),
		f.SetSheetRow("Sheet1", "A6", &[]any{"戊", "13600136001.0", "五号"}),
		f.SetCellStyle("Sheet1", "B3", "B3", style), f.MergeCell("Sheet1", "C4", "C5"), f.Write(&book)); err != nil {
		t.Fatal(err)
	}
	s := customer.New(dbtest.SQLite(t))
	r, err := Import(t.Context(), s, "c.xlsx", book.Bytes(), Options{Batch: "b", Now: now, Rejects: &out})
	if err != nil || r.Added != 2 || r.Faulty != 3 {
		t.Fatalf("%s, %+v, %v", summary(r), r.Faults, err)
	}
	got := ""
	for _, row := range rejected(t, &out)[1:] {
		got += row[3] + " " + row[4] + "\n"
	}
	if want := "3 电话：显示的是“13900.1百万”，存的是“13900139000”，请改成一致\n4 有合并的单元格，请先取消合并\n5 有合并的单元格，请先取消合并\n"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
