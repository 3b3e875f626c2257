package table

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

var now = time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)

func gb(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func vault(t *testing.T) *customer.Vault {
	t.Helper()
	v, err := customer.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func summary(r *Report) string {
	return fmt.Sprintf("rows %d added %d changed %d same %d faulty %d", r.Rows, r.Added, r.Changed, r.Same, r.Faulty)
}

func count(t *testing.T, d *db.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := d.Get(t.Context(), &n, query, args...); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := customer.New(d)
		ctx := t.Context()
		file := gb(t, "客户名称*,纳税人识别号,电话,客户类别,银行账号,颜色\r\n"+
			"测试公司,913701001000000409,+86 138-0013-8000,单位,6222020000000000001,红\r\n"+
			"杭州某公司,91330100799655058b,０５７１-８８８８００００,单位,,\r\n"+
			"错号公司,91330100799655059B,13900139000,单位,,\r\n"+
			"丢数公司,9.13701E+17,13900139000,单位,,\r\n"+
			",91330100799655058B,13900139000,单位,,\r\n"+
			"无号码公司,,,单位,,\r\n"+
			"李四,,13700137000,个人,abc,\r\n"+
			"又一测试公司,913701001000000409,13800138001,单位,,\r\n"+
			"=cmd|' /C calc'!A0,,13600136000,个人,,\r\n"+
			"'); DROP TABLE customers; --,,13600136001,个人,,\r\n")
		o := Options{DryRun: true, Actor: "wang", Batch: "b1", Vault: vault(t), Now: now}
		dry, err := Import(ctx, s, "客户.csv", file, o)
		if err != nil {
			t.Fatal(err)
		}
		const want = "rows 10 added 4 changed 0 same 0 faulty 6"
		if got := summary(dry); got != want || dry.Encoding != "GB18030" || !slices.Equal(dry.Unknown, []string{"颜色"}) {
			t.Errorf("dry: %s, %s, unknown %v", got, dry.Encoding, dry.Unknown)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM customers`) + count(t, d, `SELECT COUNT(*) FROM imports`); n != 0 {
			t.Errorf("a dry run has written %d rows", n)
		}
		var faults []string
		for _, f := range dry.Faults {
			if f.Reason.Zh == "" || f.Reason.En == "" {
				t.Errorf("%s has no reason in one tongue: %+v", f.At, f.Reason)
			}
			faults = append(faults, f.At+" "+f.Column+" "+f.Reason.Zh)
		}
		wantFaults := []string{"B4 税号 识别号的校验位不对，请核对", "B5 税号 被表格软件当成数字，后面的数字已丢失，请把这一列设为文本后重新填写",
			"6  缺少名称，或者税号和电话都没有", "7  缺少名称，或者税号和电话都没有", "E8 银行账号 写法不对", "9  与第2行是同一个客户"}
		if !slices.Equal(faults, wantFaults) {
			t.Errorf("faults:\n%s", strings.Join(faults, "\n"))
		}

		o.DryRun = false
		r, err := Import(ctx, s, "客户.csv", file, o)
		if err != nil || summary(r) != want {
			t.Fatal(summary(r), err)
		}
		if c, err := s.Find(ctx, "13800138000"); err != nil || c.Name != "测试公司" ||
			strings.Contains(c.Account, "6222") || c.Batch != "b1" {
			t.Errorf("%+v, %v", c, err)
		}
		o.Batch = "b2"
		if r, err = Import(ctx, s, "客户.csv", file, o); err != nil || r.Same != 4 || r.Added+r.Changed != 0 {
			t.Errorf("imported again: %s, %v", summary(r), err)
		}
		if _, err = Import(ctx, s, "客户.csv", file, o); !db.IsConflict(err) {
			t.Errorf("a second import of the same name: %v", err)
		}
		o.Batch, o.Strict = "b3", true
		if r, err = Import(ctx, s, "客户.csv", file, o); !errors.Is(err, ErrFile) || r.Faulty != 6 {
			t.Errorf("strict: %s, %v", summary(r), err)
		}
	})
}

func TestPolicyAndUndo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := customer.New(d)
		ctx := t.Context()
		run := func(batch string, p Policy, text string) *Report {
			t.Helper()
			r, err := Import(ctx, s, "c.csv", []byte(text), Options{Batch: batch, Policy: p, Now: now, Vault: vault(t)})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		run("first", Update,
			"name,tax id,phone,note,account\n甲,913701001000000409,13800138000,旧,62220200000001\n乙,91330100799655058B,13900139000,旧,\n")
		const changed = "name,tax id,phone,note\n甲新,913701001000000409,13800138001,\n乙,91330100799655058B,13900139000,旧\n丙,9144030071526726XG,13700137000,新\n"
		if got := summary(run("skip", Skip, changed)); got != "rows 3 added 1 changed 0 same 2 faulty 0" {
			t.Errorf("skip: %s", got)
		}
		if undone, kept, err := Undo(ctx, d, "skip", now); err != nil || undone != 1 || kept != 0 {
			t.Errorf("undone %d, kept %d, %v", undone, kept, err)
		}
		if got := summary(run("refuse", Refuse, changed)); got != "rows 3 added 1 changed 0 same 0 faulty 2" {
			t.Errorf("refuse: %s", got)
		}
		if _, _, err := Undo(ctx, d, "refuse", now); err != nil {
			t.Fatal(err)
		}
		if got := summary(run("update", Update, changed)); got != "rows 3 added 1 changed 1 same 1 faulty 0" {
			t.Errorf("update: %s", got)
		}
		phone := func(n string) string {
			c, err := s.Find(ctx, n)
			if err != nil {
				return err.Error()
			}
			return c.Name + " " + c.Note + fmt.Sprint(" ", c.Account != "")
		}
		for n, want := range map[string]string{"13800138001": "甲新 旧 true", "13800138000": "outcome not_found",
			"13900139000": "乙 旧 false", "13700137000": "丙 新 false"} {
			if got := phone(n); got != want {
				t.Errorf("after the update %s: %s, want %s", n, got, want)
			}
		}
		if _, err := s.Put(ctx, customer.Customer{Name: "丙", TaxID: "9144030071526726XG", Phone: "13700137000",
			Note: "手工"}, now); err != nil {
			t.Fatal(err)
		}
		if undone, kept, err := Undo(ctx, d, "update", now); err != nil || undone != 1 || kept != 0 {
			t.Errorf("undone %d, kept %d, %v", undone, kept, err)
		}
		for n, want := range map[string]string{"13800138000": "甲 旧 true", "13800138001": "outcome not_found",
			"13700137000": "丙 手工 false"} {
			if got := phone(n); got != want {
				t.Errorf("after undoing %s: %s, want %s", n, got, want)
			}
		}
		for _, batch := range []string{"update", "never", "' OR 1=1"} {
			if _, _, err := Undo(ctx, d, batch, now); !db.IsConflict(err) {
				t.Errorf("undone %s: %v", batch, err)
			}
		}
	})
}

func TestRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	s := customer.New(d)
	for _, c := range []struct {
		name, file string
		data       []byte
		want       string // part of the first fault
	}{
		{"empty", "c.csv", nil, "空"},
		{"no column of ours", "c.csv", []byte("a,b\n1,2\n"), "缺少必需的列"},
		{"no number", "c.csv", []byte("名称,地址\n甲,x\n"), "缺少必需的列"},
		{"twice the same", "c.csv", []byte("名称,姓名,电话\n甲,乙,13800138000\n"), "同一个内容"},
		{"an old workbook", "c.xls", []byte("\xd0\xcf\x11\xe0"), "另存为"},
		{"a picture", "c.xlsx", []byte("\x89PNG"), "打不开"},
		{"an open quotation mark", "c.csv", []byte("名称,电话\n\"甲,13800138000\n"), "引号"},
		{"NULs", "c.csv", []byte("名称,电话\n甲\x00,13800138000\n"), "编码"},
	} {
		r, err := Import(t.Context(), s, c.file, c.data, Options{Now: now})
		if !errors.Is(err, ErrFile) || len(r.Faults) == 0 || !strings.Contains(r.Faults[0].Reason.Zh, c.want) {
			t.Errorf("%s: %+v, %v", c.name, r.Faults, err)
		}
	}
	r, err := Import(t.Context(), s, "c.csv",
		[]byte("名称,电话,账号\n甲,13800138000,62220200000001\n"+strings.Repeat("名",
			300)+",13800138000,\n乙,13800138000,,多\n丙😀,13900139000,\n"), Options{Now: now})
	if err != nil || r.Added != 1 || r.Faulty != 3 {
		t.Errorf("without a key, too long, a cell too many, an emoji: %s, %v, %+v", summary(r), err, r.Faults)
	}
}

func TestExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := customer.New(d)
		file := "名称,税号,电话,联系人,账号,备注\n甲公司,913701001000000409,13800138000,张三丰,6222020000000000001,\"=1+1\"\n乙,,13900139000,,,\"多行\n\"\"引号\"\"\"\n"
		o := Options{Batch: "b", Now: now, Vault: vault(t)}
		if _, err := Import(t.Context(), s, "c.csv", []byte(file), o); err != nil {
			t.Fatal(err)
		}
		var masked, whole, book bytes.Buffer
		for _, c := range []struct {
			to *bytes.Buffer
			v  View
		}{{&masked, View{}}, {&whole, View{Whole: true, Vault: o.Vault, English: true}},
			{&book, View{Format: XLSX, Vault: o.Vault}}} {
			if n, err := Export(t.Context(), s, c.to, c.v); err != nil || n != 2 {
				t.Fatal(n, err)
			}
		}
		for _, want := range []string{"\ufeff名称,税号,类别,电话,", "甲公司,913701********0409,,138****8000,张**,", ",'=1+1\r\n",
			"\"多行\r\n\"\"引号\"\"\""} {
			if !strings.Contains(masked.String(), want) {
				t.Errorf("masked, no %q in\n%s", want, masked.String())
			}
		}
		if strings.Contains(masked.String(), "6222") || !strings.Contains(whole.String(), "6222020000000000001") ||
			!strings.Contains(whole.String(), "taxpayer number") {
			t.Errorf("accounts:\n%s\n%s", masked.String(), whole.String())
		}
		f, err := excelize.OpenReader(&book)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := f.GetRows("Sheet1")
		if err != nil || len(rows) != 3 {
			t.Fatal(rows, err)
		}
		for r := 1; r <= 3; r++ {
			for c := 'A'; c <= 'J'; c++ {
				cell := fmt.Sprintf("%c%d", c, r)
				if formula, err := f.GetCellFormula("Sheet1", cell); err != nil || formula != "" {
					t.Errorf("%s is a formula: %s, %v", cell, formula, err)
				}
			}
		}
		if !slices.ContainsFunc(rows, func(r []string) bool {
			return r[0] == "甲公司" && r[3] == "138****8000" && r[8] == "***************0001" && r[9] == "=1+1"
		}) {
			t.Errorf("%q", rows)
		}
		// What was exported whole comes back as it was.
		o.Batch = "again"
		if r, err := Import(t.Context(), s, "again.csv", whole.Bytes(), o); err != nil || r.Same != 2 {
			t.Errorf("the export is imported: %s, %+v, %v", summary(r), r.Faults, err)
		}
	})
}

func TestMask(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{MaskPhone("13800138000"), "138****8000"}, {MaskPhone("12366"), "*****"},
		{MaskID("913701001000000409"), "913701********0409"},
		{MaskAccount("62220200000001"), "**********0001"}, {MaskName("张三"), "张*"}, {MaskName("张"), "*"},
		{MaskName(""), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func FuzzDefuse(f *testing.F) {
	for _, s := range []string{"=1+1", "@x", "-1", "'=x", "", "甲"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := Defuse(s)
		if d != "" && strings.IndexByte(formula, d[0]) >= 0 {
			t.Fatalf("%q is a formula still", d)
		}
		if d != s && defused(d) != s {
			t.Fatalf("%q comes back as %q", s, defused(d))
		}
	})
}

// BenchmarkImport imports a hundred thousand customers into SQLite and exports them again.
func BenchmarkImport(b *testing.B) {
	var file bytes.Buffer
	file.WriteString("名称,电话,地址\n")
	const rows = 100_000
	for i := range rows {
		fmt.Fprintf(&file, "客户%d,154%08d,济南市历下区经十路%d号\n", i, i, i)
	}
	for b.Loop() {
		d := dbtest.SQLite(b)
		s := customer.New(d)
		begun := time.Now()
		r, err := Import(b.Context(), s, "c.csv", file.Bytes(), Options{Batch: "b", Now: now})
		if err != nil || r.Added != rows {
			b.Fatal(summary(r), err)
		}
		b.ReportMetric(rows/time.Since(begun).Seconds(), "imported/s")
		begun = time.Now()
		var out counter
		if n, err := Export(b.Context(), s, &out, View{Format: XLSX}); err != nil || n != rows {
			b.Fatal(n, err)
		}
		b.ReportMetric(rows/time.Since(begun).Seconds(), "exported-xlsx/s")
	}
}

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }
