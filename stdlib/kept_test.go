package stdlib

import (
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/sqlfunc"
)

const sharedArrears = `-- 代替: 纳税人.欠税
-- 库: 外部
-- 时限: 1秒
-- 留存: 24小时
SELECT ym AS 所属期, kind AS tax, fen AS 金额 FROM debts WHERE tax_no = :id ORDER BY ym
`

const sharedBalance = `-- 函数: 外部.余额 | bureau.balance
-- 参数: 税号 | id: 税号
-- 结果: 账户 | account { 余额 | balance: 金额, 截至 | as_of: 时间点 }
-- 结局: 未找到
-- 库: 外部
-- 时限: 1秒
-- 留存: 2小时
-- 说明: 余额。 | The balance.
SELECT fen AS balance FROM debts WHERE tax_no = :id AND ym = '2026-08'
`

// sql are the queries of some files.
func sqlFiles(t *testing.T, files ...string) (list []*sqlfunc.Query) {
	t.Helper()
	for _, src := range files {
		q, wrong := sqlfunc.Parse("a.sql", []byte(src))
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		list = append(list, q)
	}
	return list
}

const debts = `CREATE TABLE debts (tax_no TEXT, ym TEXT, kind TEXT, fen BIGINT);
INSERT INTO debts VALUES ('913701001000000409', '2026-08', '增值税', 120050), ('913701001000000409', '2026-09', '印花税', NULL);`

// TestTheBureausOwnTables: a lookup of the library is answered from the bureau's database, of either engine; what is
// NULL there is absent.
func TestTheBureausOwnTables(t *testing.T) {
	sqlite := "sqlite:" + filepath.Join(t.TempDir(), "hall.db")
	for _, url := range []string{sqlite, dbtest.EmptyURL(t, db.Postgres)} {
		hall, err := db.Open(t.Context(), url, db.Options{})
		must(t, err)
		for statement := range strings.SplitSeq(strings.TrimSuffix(debts, ";"), ";") {
			_, err = hall.Exec(t.Context(), statement)
			must(t, err)
		}
		l := open(t, Options{Bureau: url, Queries: sqlFiles(t, sharedArrears, sharedBalance)})
		if wrong := sqlfunc.Verify(t.Context(), sqlFiles(t, sharedArrears, sharedBalance), nil, hall); len(wrong) > 0 {
			t.Error(wrong)
		}
		must(t, hall.Close())
		v, err := l.Call(t.Context(), "taxpayer.arrears", fn.Caller{}, []value.Value{value.Text("913701001000000409")})
		if err != nil || len(v.Items()) != 2 {
			t.Fatalf("%v, %v", v, err)
		}
		first := v.Items()[0].Items()
		if first[0].N != 2026*12+7 || first[1].Str() != "增值税" || first[2].N != 120050 {
			t.Errorf("the arrears are %v", v)
		}
		if second := v.Items()[1].Items(); !second[2].IsAbsent() {
			t.Errorf("NULL is %v", second[2])
		}
		if v, err = l.Call(t.Context(), "taxpayer.arrears", fn.Caller{},
			[]value.Value{value.Text("91330100799655058B")}); err != nil || len(v.Items()) != 0 {
			t.Errorf("of nobody: %v, %v", v, err)
		}
	}
}

// TestAnAnswerThatWasKept serves while the bureau's database is away or slow, for as long as its file says, and tells
// of when it is where the record has a field for it; without one the lookup is unavailable within its limit.
func TestAnAnswerThatWasKept(t *testing.T) {
	server := dbtest.StartServer(t)
	url := server.Empty(t, "hall")
	hall, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	must(t, err)
	for statement := range strings.SplitSeq(strings.TrimSuffix(debts, ";"), ";") {
		_, err = hall.Exec(t.Context(), statement)
		must(t, err)
	}
	var clock atomic.Int64 // the library keeps house by it too
	now := func() time.Time { return time.UnixMilli(clock.Load()).UTC() }
	clock.Store(time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC).UnixMilli())
	l := open(t, Options{Bureau: url, Queries: sqlFiles(t, sharedArrears, sharedBalance),
		Now: now})
	ask := func(name, id string) (value.Value, error) {
		began := time.Now()
		v, err := l.Call(t.Context(), name, fn.Caller{Now: now()}, []value.Value{value.Text(id)})
		if took := time.Since(began); took > 20*time.Second { // far more than its limit, for a slow machine
			t.Errorf("%s took %s", name, took)
		}
		return v, err
	}
	const known, unknown = "913701001000000409", "91330100799655058B"
	same := func(what string, at time.Time) {
		t.Helper()
		if v, err := ask("taxpayer.arrears", known); err != nil || len(v.Items()) != 2 {
			t.Errorf("%s: the arrears are %v, %v", what, v, err)
		}
		if v, err := ask("bureau.balance", known); err != nil || v.Items()[0].N != 120050 ||
			v.Items()[1].N != at.UnixMilli() {
			t.Errorf("%s: the balance is %v, %v", what, v, err)
		}
	}
	first := now()
	same("live", first)
	if _, err := ask("bureau.balance", unknown); !errors.Is(err, fn.Outcome("not_found")) {
		t.Errorf("of nobody: %v", err)
	}
	clock.Add(time.Hour.Milliseconds())
	locked := make(chan error, 1)
	release := make(chan struct{})
	holds := make(chan struct{})
	go func() {
		locked <- hall.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `LOCK TABLE debts IN ACCESS EXCLUSIVE MODE`)
			close(holds)
			<-release
			return err
		})
	}()
	<-holds
	same("slow", first)
	close(release)
	must(t, <-locked)
	must(t, hall.Close())
	server.Kill()
	same("away", first)
	if _, err := ask("bureau.balance", unknown); !errors.Is(err, fn.Outcome("not_found")) {
		t.Errorf("an outcome that was kept: %v", err)
	}
	if v, err := ask("taxpayer.arrears", unknown); err == nil {
		t.Errorf("what nobody asked before: %v", v)
	}
	if l.Stale() < 4 {
		t.Errorf("%d kept answers are counted", l.Stale())
	}
	clock.Add(2 * time.Hour.Milliseconds())
	if v, err := ask("bureau.balance", known); err == nil {
		t.Errorf("after its time a kept answer is %v", v)
	}
	if v, err := ask("taxpayer.arrears", known); err != nil || len(v.Items()) != 2 {
		t.Errorf("within its time: %v, %v", v, err)
	}
}

func TestWhatMayNotBeReplaced(t *testing.T) {
	for name, src := range map[string]string{
		"a verification":   "-- 代替: 纳税人.核验\nSELECT 1",
		"a filing":         "-- replaces: filing.submit\nSELECT 1",
		"another's lookup": "-- 代替: 工单.进度\nSELECT 1",
		"nothing":          "-- 代替: 纳税人.没有\nSELECT 1",
		"its signature":    "-- 代替: 纳税人.欠税\n-- 参数: 税号 | id: 税号\nSELECT 1",
		"by a change":      "-- 代替: 纳税人.欠税\n-- 写入: 是\nDELETE FROM arrears WHERE tax_id = :id",
		"kept too long":    "-- 代替: 纳税人.欠税\n-- 留存: 30天\nSELECT 1 AS amount",
		"kept a change":    "-- 函数: 外部.记 | bureau.note\n-- 说明: 记\n-- 写入: 是\n-- 留存: 1小时\nDELETE FROM a",
	} {
		if _, wrong := sqlfunc.Parse("a.sql", []byte(src)); len(wrong) == 0 {
			t.Errorf("%s may be replaced", name)
		}
	}
	if _, wrong := sqlfunc.Extend(nil, sqlFiles(t, sharedArrears, sharedArrears)); len(wrong) != 1 {
		t.Errorf("two files for one lookup: %v", wrong)
	}
}
