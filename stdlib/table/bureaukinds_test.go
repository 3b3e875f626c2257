package table

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/filter"
	"rexian/stdlib/pin"
)

// content is a table in writing.
func content(t *testing.T, d *db.DB, k *Kind) string {
	t.Helper()
	keys, err := k.all(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, key := range keys {
		row, err := k.read(t.Context(), d, key)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(text(key) + text(row) + "\n")
	}
	return b.String()
}

func sample(t *testing.T, k *Kind, tongue diag.Tongue) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(k.Sample(tongue)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every kind takes its own example in, in both tongues; a second time nothing changes, and all of it goes back.
func TestEveryKindTakesItsExample(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bring := func(k *Kind, batch string, tongue diag.Tongue, dry bool) *Report {
			t.Helper()
			r, err := ImportKind(t.Context(), d, k, "表.csv", sample(t, k, tongue), false,
				Options{Batch: batch, Actor: "wang", Now: now, Tongue: tongue, DryRun: dry})
			if err != nil || r.Faulty != 0 || len(r.Unknown) > 0 || r.Rows != 2 {
				t.Fatalf("%s: %v, %+v", k.ID, err, r)
			}
			return r
		}
		var before []string
		for _, k := range Kinds {
			was := content(t, d, k)
			bring(k, "dry", diag.Zh, true)
			if content(t, d, k) != was {
				t.Errorf("%s: a dry run writes", k.ID)
			}
			before = append(before, was)
			first := bring(k, k.ID+"1", diag.Zh, false)
			there := content(t, d, k)
			if first.Added+first.Changed != 2 || there == was {
				t.Errorf("%s: %+v", k.ID, first)
			}
			if again := bring(k, k.ID+"2", diag.En, false); again.Same != 2 || content(t, d, k) != there {
				t.Errorf("%s again: %+v", k.ID, again)
			}
		}
		var hash string
		if err := d.Get(t.Context(), &hash,
			`SELECT pin_hash FROM taxpayers WHERE tax_id = '913701001000000409'`); err != nil ||
			!pin.Fits(hash, "483920") {
			t.Errorf("the PIN is %q, %v", hash, err)
		}
		lists := filter.New(d, filter.Options{Now: func() time.Time { return now }})
		for list, phone := range map[string]string{"免拨名单": "13800138000", "黑名单": "13900139000"} {
			if in, err := lists.In(t.Context(), list, phone, now); err != nil || !in {
				t.Errorf("%s is not in %s: %v", phone, list, err)
			}
		}
		for i, k := range slices.Backward(Kinds) {
			if _, kept, err := Undo(t.Context(), d, k.ID+"1", now); err != nil || kept != 0 {
				t.Errorf("%s: %d kept, %v", k.ID, kept, err)
			}
			if got := content(t, d, k); got != before[i] {
				t.Errorf("%s is\n%s\nwant\n%s", k.ID, got, before[i])
			}
		}
	})
}

// What is wrong with a cell is told, without a PIN; the others come in.
func TestFaultsOfTheBureausKinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := ImportKind(t.Context(), d, Kinds[0], "表.csv", sample(t, Kinds[0], diag.Zh), false,
			Options{Batch: "t", Now: now}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ kind, file, want string }{
			{"duties", "税号,税种,申报周期,起始月份,税率\n913701001000000409,增值税,周,2024-01,0.03\n", "月、季 或 年"},
			{"duties", "税号,税种,申报周期,起始月份,税率\n913701001000000409,增值税,月,2024-01,3\n", "0.03"},
			{"duties", "税号,税种,申报周期,起始月份\n91350100M000100Y43,增值税,月,2024-01\n", "先导入纳税人"},
			{"pins", "税号,密码\n913701001000000409,483\n", "4 到 32 位数字"},
			{"pins", "税号,密码\n913701001000000409,48x3920\n", "4 到 32 位数字"},
			{"invoices", "发票号码,销售方,金额,开票日期\n123,甲,5,2026-10-01\n", "8 到 20 位"},
			{"invoices", "发票号码,销售方,金额,开票日期,状态\n12345678,甲,5,2026-10-01,丢了\n", "正常、作废、红冲"},
			{"lists", "名单,号码\n黑名单,13800138000\n", "有效至"},
			{"refunds", "受理号,税号,申请日期,税种,金额,进度\n1,913701001000000409,昨天,增值税,5,审核\n", "写法不对"},
		} {
			k, ok := FindKind(c.kind)
			if !ok {
				t.Fatal(c.kind)
			}
			r, err := ImportKind(t.Context(), d, k, "表.csv", []byte(c.file), false,
				Options{Batch: "x", Now: now, DryRun: true, Tongue: diag.Zh})
			told := ""
			for _, f := range r.Faults {
				told += f.Reason.Zh
			}
			if err != nil || r.Faulty != 1 || !strings.Contains(told, c.want) || strings.Contains(told, "48x") {
				t.Errorf("%s: %v, %q", c.file, err, told)
			}
		}
	})
}

// What a new file of invoices has no more is taken away where that is asked for, and goes back.
func TestWhatIsGoneOfAnyKind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, _ := FindKind("发票")
		for i, file := range []string{"发票号码,销售方,金额,开票日期\n12345678,甲,5,2026-10-01\n12345679,乙,6,2026-10-01\n",
			"发票号码,销售方,金额,开票日期\n12345679,乙,6,2026-10-01\n"} {
			r, err := ImportKind(t.Context(), d, k, "表.csv", []byte(file), true,
				Options{Batch: string(rune('a' + i)), Now: now})
			if err != nil || r.Removed != i {
				t.Errorf("file %d: %+v, %v", i, r, err)
			}
		}
		if _, _, err := Undo(t.Context(), d, "b", now); err != nil {
			t.Fatal(err)
		}
		if got := content(t, d, k); strings.Count(got, "\n") != 2 || !strings.Contains(got, "正常") {
			t.Errorf("there is %s", got)
		}
	})
}
