package table

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// state is all that an import of the bureau's data may touch, in writing.
func state(t *testing.T, d *db.DB) string {
	t.Helper()
	var out []string
	for _, query := range []string{`SELECT tax_id || ' ' || name || ' ' || class || ' ' || office || ' ' || phone FROM taxpayers ORDER BY 1`,
		`SELECT number || ' ' || keyed || ' ' || tax_id FROM taxpayer_numbers ORDER BY 1`,
		`SELECT phone || ' ' || tax_id FROM taxpayer_phones ORDER BY 1`,
		`SELECT tax_id || ' ' || period || ' ' || tax || ' ' || amount || ' ' || paid || ' ' || due FROM arrears ORDER BY 1`} {
		var list []string
		if err := d.Select(t.Context(), &list, query); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Join(list, "\n"))
	}
	return strings.Join(out, "\n--\n")
}

// TestTheBureausData comes in, with its faults told and rejected, changes what is there, takes away what is gone, and
// goes back to exactly what was.
func TestTheBureausData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bring := func(kind, batch, file string, remove, dry bool) (*Report, string) {
			t.Helper()
			k, ok := FindKind(kind)
			if !ok {
				t.Fatal(kind)
			}
			var rejects bytes.Buffer
			r, err := ImportKind(t.Context(), d, k, "表.csv", gb(t, file), remove,
				Options{Batch: batch, Actor: "wang", Now: now,
					DryRun: dry, Rejects: &rejects, Tongue: diag.Zh})
			if err != nil {
				t.Fatalf("%s: %v, %+v", batch, err, r.Faults)
			}
			return r, rejects.String()
		}
		empty := state(t, d)
		const taxpayers = "纳税人识别号,户名,类型,主管税务所,手机\r\n913701001000000409,测试公司,企业,一所,+86 138-0013-8000\r\n" +
			"91330100799655058B,杭州某公司,,,\r\n91330100799655059B,错号公司,,,\r\n91330100799655058B,又来一次,,,\r\n"
		if r, _ := bring("纳税人", "dry", taxpayers, false,
			true); summary(r) != "rows 4 added 2 changed 0 same 0 faulty 2" ||
			state(t, d) != empty {
			t.Errorf("a dry run: %s", summary(r))
		}
		r, rejects := bring("taxpayers", "b1", taxpayers, false, false)
		if summary(r) != "rows 4 added 2 changed 0 same 0 faulty 2" || !strings.Contains(rejects, "校验位不对") ||
			!strings.Contains(rejects, "与第3行说的是同一项") {
			t.Errorf("%s, rejected %s", summary(r), rejects)
		}
		first := state(t, d)
		r, rejects = bring("arrears", "b2",
			"税号,所属期,税种,应缴,已缴,缴款期限\r\n913701001000000409,2026-08,增值税,1200.50元,,2026-09-15\r\n"+
				"913701001000000409,2026年7月,增值税,300,100,2026/8/17\r\n91350100M000100Y43,2026-08,增值税,5,,2026-09-15\r\n"+
				"913701001000000409,2026-09,增值税,-3,,2026-10-20\r\n", false, false)
		if r.Added != 2 || r.Faulty != 2 || !strings.Contains(rejects, "先导入纳税人") ||
			!strings.Contains(rejects, "不能是负数") {
			t.Errorf("%s, rejected %s", summary(r), rejects)
		}
		second := state(t, d)
		if !strings.Contains(second, "913701001000000409 24319 增值税 120050 0") {
			t.Errorf("the arrears are %s", second)
		}
		// A changed name and telephone; blank cells change nothing.
		if r, _ := bring("taxpayers", "b3",
			"税号,名称,电话,主管税务机关\r\n913701001000000409,新名公司,13900139000,\r\n91330100799655058B,杭州某公司,,\r\n",
			false, false); r.Changed != 1 || r.Same != 1 {
			t.Error(summary(r))
		}
		third := state(t, d)
		if !strings.Contains(third, "新名公司 企业 一所 13900139000") || strings.Contains(third, "13800138000") {
			t.Errorf("the taxpayer is %s", third)
		}
		// What the new list has no more is settled.
		if r, _ := bring("arrears", "b4", "税号,所属期,税种,金额,截止日\r\n913701001000000409,2026-08,增值税,1000,2026-09-15\r\n",
			true,
			false); r.Changed != 1 || r.Removed != 1 {
			t.Errorf("%s, %d taken away", summary(r), r.Removed)
		}
		for _, back := range []struct{ batch, want string }{{"b4", third}, {"b3", second}, {"b2", first},
			{"b1", empty}} {
			if _, kept, err := Undo(t.Context(), d, back.batch, now); err != nil || kept != 0 {
				t.Errorf("%s: %d kept, %v", back.batch, kept, err)
			}
			if got := state(t, d); got != back.want {
				t.Errorf("after undoing %s there is\n%s\nwant\n%s", back.batch, got, back.want)
			}
		}
		if r, err := ImportKind(t.Context(), d, Kinds[1], "表.csv", []byte("税号,税种\n1,2\n"), false,
			Options{Now: now}); err !=
			ErrFile || !strings.Contains(fmt.Sprint(r.Faults), "所属期、金额、截止日") {
			t.Errorf("%v, %+v", err, r.Faults)
		}
	})
}

// TestWhatWasChangedSinceStays when an import is undone.
func TestWhatWasChangedSinceStays(t *testing.T) {
	d := dbtest.SQLite(t)
	o := Options{Batch: "b1", Now: now}
	if _, err := ImportKind(t.Context(), d, Kinds[0], "a.csv",
		[]byte("税号,名称\n913701001000000409,甲\n91330100799655058B,乙\n"),
		false, o); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec(t.Context(), `UPDATE taxpayers SET phone = '13800138000' WHERE name = '甲'`); err != nil {
		t.Fatal(err)
	}
	if undone, kept, err := Undo(t.Context(), d, "b1", now); err != nil || undone != 1 || kept != 1 {
		t.Errorf("%d undone, %d kept, %v", undone, kept, err)
	}
}
