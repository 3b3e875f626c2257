package sqlfunc

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const whole = `-- 本文件查外部账户。
-- 函数: 外部.余额 | bureau.balance
-- 参数：税号 | id: 税号
-- parameter: 年度 | year: number optional
-- 结果: 账户 | account { 余额 | balance: 金额, 更新 | updated: 时间点, 户名 | holder: 文本 }
-- 结局: 未找到、有多个
-- 时限: 5秒
-- 库: 外部
-- 说明: 查余额。 | The balance.

-- A sentence with a colon: a comment
SELECT balance, 'a:b; -- no' AS holder, updated /* :no */ FROM accounts
WHERE tax_id = :税号 AND (:year IS NULL OR year = :year) AND :now > 0;
`

func TestParse(t *testing.T) {
	q, wrong := Parse("a.sql", []byte(whole))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	f := q.Function
	if f.ID != "bureau.balance" || f.Path[1].Zh != "余额" || len(f.Params) != 2 || !f.Params[1].Optional ||
		f.Params[0].Type.Kind != types.TaxpayerID ||
		f.Doc.En != "The balance." || strings.Join(f.Outcomes, " ") != "not_found several" ||
		q.Limit != 5*time.Second || q.Database != Bureau {
		t.Errorf("%+v %+v", q, f)
	}
	if f.Result.Kind != types.RecordOf || f.Result.Record.Field("余额").Type.Kind != types.Money ||
		q.Record != f.Result.Record {
		t.Errorf("%v", f.Result)
	}
	if strings.Count(q.SQL, "?") != 4 || strings.Contains(q.SQL, "no */") || !strings.Contains(q.SQL, "'a:b; -- no'") ||
		len(q.args) != 4 || q.args[3] != nowArg {
		t.Errorf("%s %v", q.SQL, q.args)
	}
}

// TestProblems: each mistake is told once, at its line.
func TestProblems(t *testing.T) {
	const head = "-- 函数: 外部.余额 | bureau.balance\n-- 说明: 说明\n"
	const secret = head + "-- 参数: 密码 | pin: 保密 数字\n"
	for name, c := range map[string]struct {
		src  string
		line int
		want string
	}{
		"no function":       {"-- 说明: x\nSELECT 1", 2, "函数"},
		"no doc":            {"-- 函数: 外部.余额 | bureau.balance\n-- 结果: 数值\nSELECT 1", 3, "说明"},
		"one word":          {"-- 函数: 余额 | balance\n-- 说明: x\nSELECT 1", 1, "函数名"},
		"key":               {head + "-- resutl: number\nSELECT 1", 3, "result"},
		"twice":             {head + "-- 说明: x\nSELECT 1", 3, "两次"},
		"type":              {head + "-- 结果: 金钱\nSELECT 1", 3, "金钱"},
		"type of a flow":    {head + "-- 参数: 队列 | q: 队列\nSELECT :q", 3, "队列"},
		"outcome":           {head + "-- 结局: 没找到\nSELECT 1", 3, "没找到"},
		"limit":             {head + "-- 时限: 5分钟\nSELECT 1", 3, "3秒"},
		"long limit":        {head + "-- 时限: 31秒\nSELECT 1", 3, "30"},
		"database":          {head + "-- 库: 别的\nSELECT 1", 3, "外部"},
		"parameter":         {head + "-- 参数: 税号\nSELECT 1", 3, "税号 | id"},
		"optional first":    {head + "-- 参数: 甲 | a: 数值 可省\n-- 参数: 乙 | b: 数值\nSELECT :a, :b", 4, "最后"},
		"record":            {head + "-- 结果: 账户 { 余额 | balance: 金额 }\nSELECT 1", 3, "记录"},
		"field twice":       {head + "-- 结果: 户 | account { 甲 | a: 数值, 甲 | a: 数值 }\nSELECT 1", 3, "两次"},
		"no statement":      {head, 3, "SQL"},
		"two statements":    {head + "SELECT 1; DELETE FROM x", 3, "一条"},
		"change":            {head + "DELETE FROM calls", 3, "写入"},
		"hidden change":     {head + "WITH x AS (\nDELETE FROM calls RETURNING 1) SELECT 1 FROM x", 4, "DELETE"},
		"into":              {head + "SELECT 1 INTO secrets", 3, "INTO"},
		"drop as a write":   {head + "-- 写入: 是\nDROP TABLE calls", 4, "INSERT"},
		"writes the bureau": {head + "-- 写入: 是\n-- 库: 外部\nDELETE FROM x", 5, "只能读"},
		"unknown parameter": {head + "SELECT\n1 WHERE\n:id = 1", 5, "id"},
		"unused parameter":  {head + "-- 参数: 税号 | id: 税号\nSELECT 1", 4, "没有用到"},
		"positional":        {head + "SELECT ?", 3, "名称"},
		"dollar":            {head + "SELECT $1", 3, "名称"},
		"cast":              {head + "SELECT '1'::int", 3, "CAST"},
		"question mark":     {head + "SELECT 'why?'", 3, "问号"},
		"secret as result":  {secret + "-- 结果: 文本\nSELECT :pin", 5, "保密的“pin”"},
		"secret computed":   {secret + "-- 结果: 文本\nSELECT\nupper(:pin || 'x') FROM x WHERE 1 = 1", 6, "保密的“pin”"},
		"secret of a table": {secret + "-- 结果: 文本\nSELECT x FROM (SELECT :pin AS x)", 5, "保密的“pin”"},
		"secret after else": {secret + "-- 结果: 文本\nSELECT CASE WHEN 1 = 1 THEN 'a' ELSE :pin END", 5, "保密的“pin”"},
		"secret that sorts": {secret + "-- 结果: 文本\nSELECT a FROM x ORDER BY :pin", 5, "保密的“pin”"},
		"secret written":    {secret + "-- 写入: 是\nINSERT INTO x (a) VALUES (:pin)", 5, "保密的“pin”"},
		"secret set":        {secret + "-- 写入: 是\nUPDATE x SET a = (:pin) WHERE 1 = 1", 5, "保密的“pin”"},
		"secret inserted":   {secret + "-- 写入: 是\nINSERT INTO x SELECT :pin", 5, "保密的“pin”"},
		"secret kept":       {secret + "-- 结果: 文本\n-- 留存: 1小时\nSELECT a FROM x WHERE b = :pin", 6, "留存"},
		"not utf-8":         {head + "SELECT '\xff'", 1, "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			q, wrong := Parse("f.sql", []byte(c.src))
			if q != nil || len(wrong) != 1 || wrong[0].Line != c.line || !strings.Contains(wrong[0].Zh, c.want) ||
				wrong[0].En == "" {
				t.Errorf("%v; want %q in line %d", wrong, c.want, c.line)
			}
		})
	}
}

// TestSecretsDecide: what is secret decides which rows there are, and what becomes of it may be written.
func TestSecretsDecide(t *testing.T) {
	const head = "-- 函数: 外部.余额 | bureau.balance\n-- 说明: 说明\n-- 参数: 密码 | pin: 保密 数字\n"
	for _, src := range []string{
		"-- 结果: 文本\nSELECT a FROM x WHERE b = :pin",
		"-- 结果: 文本\nSELECT a FROM x JOIN y ON (x.a = y.a AND y.b IN (:pin)) GROUP BY a HAVING max(c) = :pin",
		"-- 结果: 文本\nSELECT a, CASE WHEN b <> hash(:pin) THEN 'not_found' END AS outcome FROM x",
		"-- 结果: 文本\nSELECT a FROM x WHERE EXISTS (SELECT 1 FROM y WHERE b = :pin)",
		"-- 写入: 是\nUPDATE x SET tries = tries + 1 WHERE b = :pin",
		"-- 写入: 是\nUPDATE x SET b = crypt(:pin, salt('bf')) WHERE a = 1",
		"-- 写入: 是\nINSERT INTO x (b) VALUES (hash(:pin))",
	} {
		if q, wrong := Parse("f.sql", []byte(head+src)); q == nil {
			t.Errorf("%s: %v", src, wrong)
		}
	}
}

const (
	statusFile = `-- 函数: 测试.通话 | demo.call
-- 参数: 编号 | id: 文本
-- 结果: 通话行 | call_row { 编号 | id: 文本, 时间 | started: 时间点, 接听 | answered: 是否, 金额 | fee: 金额, 月份 | month: 月份, 日期 | day: 日期 }
-- 结局: 未找到
-- 说明: 测试。 | For the test.
SELECT id, started, answered IS NOT NULL AS 接听, CAST(120050 AS BIGINT) AS fee, '2026-10' AS month, '2026-10-08' AS day FROM calls
WHERE id = :id AND (:caller = '' OR caller = :caller)
`
	listFile = `-- 函数: 测试.各通话 | demo.calls
-- 结果: 列表 文本
-- 说明: 测试。 | For the test.
SELECT id FROM calls ORDER BY id
`
	oneFile = `-- 函数: 测试.一通 | demo.one
-- 参数: 流程 | flow: 文本
-- 结果: 文本
-- 结局: 有多个
-- 说明: 测试。 | For the test.
SELECT id FROM calls WHERE flow = :flow
`
	writeFile = `-- 函数: 测试.登记 | demo.note
-- 参数: 名称 | name: 文本
-- 写入: 是
-- 说明: 测试。 | For the test.
INSERT INTO switches (name, is_on, changed) VALUES (:name, FALSE, :now) ON CONFLICT (name) DO NOTHING
`
)

func load(t testing.TB, files ...string) map[string]*Query {
	t.Helper()
	root := fstest.MapFS{}
	for i, f := range files {
		root["查询/"+string(rune('a'+i))+".sql"] = &fstest.MapFile{Data: []byte(f)}
	}
	list, wrong := Load(root)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	all := map[string]*Query{}
	for _, q := range list {
		all[q.Function.ID] = q
	}
	return all
}

func TestRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		insert := func(id, flow string) {
			_, err := d.Exec(ctx, `INSERT INTO calls (id, node, boot, direction, caller, number, program, flow, lang, started)
				VALUES (?, '', '', 'in', '138', '12366', '', ?, 'zh', 1000)`, id, flow)
			must(t, err)
		}
		insert("c1", "a")
		insert("c2", "b")
		insert("c3", "b")
		all := load(t, statusFile, listFile, oneFile, writeFile)
		call := func(id string, c fn.Caller, args ...value.Value) (value.Value, error) {
			return all[id].Func(d, nil, time.UTC)(ctx, c, args)
		}
		v, err := call("demo.call", fn.Caller{Phone: "138"}, value.Text("c1"))
		must(t, err)
		days := int64(time.Date(2026, 10, 8, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		if f := v.Items(); f[0].Str() != "c1" || f[1].N != 1000 || f[2].N != 0 || f[3].N != 120050 ||
			f[4].N != 2026*12+9 || f[5].N != days {
			t.Errorf("%v", v)
		}
		for _, id := range []string{"none", `c1' OR '1'='1`, "c1\x00"} {
			if _, err := call("demo.call", fn.Caller{}, value.Text(id)); !errors.Is(err, fn.Outcome("not_found")) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if v, err = call("demo.calls", fn.Caller{}); err != nil || len(v.Items()) != 3 || v.Items()[2].Str() != "c3" {
			t.Errorf("%v %v", v, err)
		}
		if v, err = call("demo.one", fn.Caller{}, value.Text("a")); err != nil || v.Str() != "c1" {
			t.Errorf("%v %v", v, err)
		}
		if _, err = call("demo.one", fn.Caller{}, value.Text("b")); !errors.Is(err, fn.Outcome("several")) {
			t.Error(err)
		}
		if v, err = call("demo.one", fn.Caller{}, value.Text("z")); err != nil || !v.IsAbsent() {
			t.Errorf("%v %v", v, err)
		}
		for range 2 {
			_, err = call("demo.note", fn.Caller{Now: time.UnixMilli(7)}, value.Text("x"))
			must(t, err)
		}
		var at int64
		must(t, d.Get(ctx, &at, `SELECT changed FROM switches WHERE name = 'x'`))
		if at != 7 {
			t.Error(at)
		}
		q, _ := Parse("a.sql", []byte(whole))
		if _, err := q.Func(d, nil, time.UTC)(ctx, fn.Caller{}, nil); !errors.Is(err, db.ErrUnavailable) {
			t.Errorf("without a bureau database: %v", err)
		}
	})
}

func TestVerify(t *testing.T) {
	own := []*db.DB{dbtest.SQLite(t), dbtest.Postgres(t)}
	var good []*Query
	for _, q := range load(t, statusFile, listFile, oneFile, writeFile) {
		good = append(good, q)
	}
	if wrong := Verify(t.Context(), good, own, nil); len(wrong) > 0 {
		t.Error(wrong)
	}
	for src, want := range map[string]string{
		strings.Replace(statusFile, "FROM calls", "FROM colls", 1):            "colls",
		strings.Replace(statusFile, "SELECT id,", "SELECT flow, id,", 1):      "flow",
		strings.Replace(statusFile, "SELECT id,", "SELECT", 1):                "id",
		strings.Replace(oneFile, "SELECT id", "SELECT id, flow", 1):           "2",
		strings.Replace(writeFile, "is_on, changed", "is_off, changed", 1):    "is_off",
		strings.Replace(oneFile, "flow = :flow", "flow = lower(:flow, 3)", 1): "lower",
	} {
		q, wrong := Parse("f.sql", []byte(src))
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		wrong = Verify(t.Context(), []*Query{q}, own, nil)
		if len(wrong) != 2 || !strings.Contains(wrong[0].En, want) || !strings.HasPrefix(wrong[0].En, "sqlite") ||
			!strings.HasPrefix(wrong[1].En, "postgres") {
			t.Errorf("%v; want %q on both engines", wrong, want)
		}
	}
}

// TestTypesOfColumns: a column of which no value of its type is ever made is found before a call asks for it, and none
// is refused of which one may be made.
func TestTypesOfColumns(t *testing.T) {
	d := dbtest.Postgres(t)
	for kind, exprs := range map[string][]string{"BOOL": {"true"}, "DATE": {"DATE '2026-10-08'"},
		"TIMESTAMP": {"TIMESTAMP '2026-10-08 09:00'"}, "TIMESTAMPTZ": {"TIMESTAMPTZ '2026-10-08 09:00Z'"},
		"FLOAT8": {"CAST(1.5 AS float8)"}, "FLOAT4": {"CAST(1.5 AS real)"}, "INT8": {"CAST(1 AS bigint)"},
		"NUMERIC": {"1.5", "CAST(20261008 AS numeric(8))"}, "TEXT": {"'1'", "'2026-10-08'", "'2026-10-08 09:00:00'"},
		"VARCHAR": {"CAST('2026-10-08 09:00:00' AS varchar(20))", "CAST('1' AS varchar(20))"}} {
		for k := types.Kind(0); k < types.Queue; k++ {
			if !convertible(k) {
				continue
			}
			made := false
			for _, expr := range exprs {
				var x any
				if err := d.Get(t.Context(), &x, "SELECT "+expr+" AS x"); err != nil {
					t.Fatal(err)
				}
				if _, kinds, err := d.Columns(t.Context(), "SELECT "+expr+" AS x"); err != nil || kinds[0] != kind {
					t.Fatalf("%s is %v, %v", expr, kinds, err)
				}
				_, err := fromColumn(types.Of(k), x, time.UTC)
				made = made || err == nil
			}
			if made == impossible(k, kind) {
				t.Errorf("%s for %s: made %v", kind, types.Of(k), made)
			}
		}
	}
	q, wrong := Parse("f.sql", []byte(strings.Replace(statusFile, "SELECT id", "SELECT CURRENT_DATE AS id", 1)))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if wrong = Verify(t.Context(), []*Query{q}, []*db.DB{d}, nil); len(wrong) != 1 ||
		!strings.Contains(wrong[0].En, "id is DATE, of which no text") {
		t.Errorf("%v", wrong)
	}
}

func TestColumns(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	at := time.Date(2026, 10, 8, 9, 0, 0, 0, zone)
	days := int64(time.Date(2026, 10, 8, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	for _, c := range []struct {
		kind types.Kind
		in   any
		want int64
	}{
		{types.Money, int64(5), 5}, {types.Money, "1200.505", 120051}, {types.Money, []byte("-0.5"), -50},
		{types.Money, 19.99, 1999},
		{types.Number, int64(3), 3_000_000}, {types.Number, "0.0000005", 1}, {types.Number, "-1.5", -1_500_000},
		{types.Number, 2.5, 2_500_000},
		{types.YesNo, true, 1}, {types.YesNo, int64(0), 0},
		{types.Date, "2026-10-08", days}, {types.Date, "2026-10-08 09:00:00", days},
		{types.Date, int64(20261008), days}, {types.Date, days, days},
		{types.Date, at, days}, {types.Date, "1969-12-31", -1},
		{types.Month, "2026-10", 24321}, {types.Month, "202610", 24321}, {types.Month, int64(202610), 24321},
		{types.Month, int64(24321), 24321}, {types.Month, at, 24321},
		{types.Moment, at, at.UnixMilli()}, {types.Moment, "2026-10-08 09:00:00", at.UnixMilli()},
		{types.Moment, "2026-10-08T01:00:00Z", at.UnixMilli()}, {types.Moment, int64(9), 9},
		{types.Duration, int64(1500), 1500},
	} {
		if v, err := fromColumn(types.Of(c.kind), c.in, zone); err != nil || v.N != c.want || v.P != nil {
			t.Errorf("%v of %v: %v, %v; want %d", c.kind, c.in, v, err, c.want)
		}
	}
	for _, c := range []struct {
		kind types.Kind
		in   any
	}{{types.Money, "abc"}, {types.Money, ""}, {types.Money, "1e5"}, {types.Money, int64(2e18)},
		{types.Number, int64(1e15)}, {types.Number, "9999999999999999"}, {types.Date, "soon"},
		{types.Month, "2026-13"}, {types.Moment, "soon"}, {types.Duration, "1s"}, {types.YesNo, "yes"},
		{types.Text, 1.5}, {types.Text, "\xff"}} {
		if v, err := fromColumn(types.Of(c.kind), c.in, zone); !errors.Is(err, errColumn) {
			t.Errorf("%v of %v: %v, %v", c.kind, c.in, v, err)
		}
	}
	if v, err := fromColumn(types.Of(types.Money), nil, zone); err != nil || !v.IsAbsent() {
		t.Error("NULL is not absent")
	}
	if toArgument(types.Of(types.Date), value.Int(days), false) != "2026-10-08" ||
		toArgument(types.Of(types.Month), value.Int(24321), false) != "2026-10" ||
		toArgument(types.Of(types.Date), value.Int(days), true) != days ||
		toArgument(types.Of(types.Number), value.Int(1_500_000), true) != 1.5 ||
		toArgument(types.Of(types.Text), value.Absent(), true) != nil ||
		toArgument(types.Of(types.YesNo), value.Int(1), true) != true {
		t.Error("arguments")
	}
}

func TestScaffold(t *testing.T) {
	text, err := Scaffold("外部.余额", "bureau.balance")
	must(t, err)
	q, wrong := Parse("new.sql", []byte(text))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if wrong := Verify(t.Context(), []*Query{q}, []*db.DB{dbtest.SQLite(t), dbtest.Postgres(t)}, nil); len(wrong) > 0 {
		t.Error(wrong)
	}
	reg, wrong := Extend(library.Default(), []*Query{q, q})
	if len(wrong) != 1 || reg.Find("外部", "余额") != q.Function {
		t.Error(wrong)
	}
	if _, err := Scaffold("余额", "balance"); err == nil {
		t.Error("a name of one word")
	}
}

// FuzzParse: whatever a file holds, it is a query with as many placeholders as arguments, or has a problem with a
// place.
func FuzzParse(f *testing.F) {
	for _, s := range []string{whole, statusFile, listFile, oneFile, writeFile, "", "--", "-- 函数:", "SELECT ':", "/*",
		"-- 结果: a|b{"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		q, wrong := Parse("f.sql", b)
		if (q == nil) == (len(wrong) == 0) {
			t.Fatal("neither a query nor a problem, or both")
		}
		for _, p := range wrong {
			if p.Line < 1 || p.Line > strings.Count(string(b), "\n")+2 || p.Zh == "" || p.En == "" {
				t.Fatalf("%+v", p)
			}
		}
		if q != nil && strings.Count(q.SQL, "?") != len(q.args) {
			t.Fatalf("%q has %d arguments", q.SQL, len(q.args))
		}
	})
}

const drawFile = `-- function: 银行.取现 | bank.draw
-- parameter: 卡号 | card: text
-- result: text
-- outcomes: not_found, 超出限额 | over_limit，已挂失 | lost
-- doc: 取现。 | Draws.
-- example: 设 单号 = 银行.取现("1") 否则 挂机  播放 "{单号}"
SELECT flow AS receipt, CASE id WHEN 'c1' THEN 'over_limit' WHEN 'c2' THEN '已挂失' WHEN 'c4' THEN 'wrong_pin' END AS outcome
FROM calls WHERE id = :card
`

// TestOwnOutcomes: a column names the outcome, one of the header's own too; nothing in it is a row as any other.
func TestOwnOutcomes(t *testing.T) {
	q := load(t, drawFile)["bank.draw"]
	if got := strings.Join(q.Function.Outcomes, " "); got != "not_found over_limit lost" {
		t.Errorf("outcomes: %s", got)
	}
	if w, ok := library.Tag("超出限额"); !ok || w.ID != "over_limit" || library.TagName("over_limit").Zh != "超出限额" {
		t.Errorf("the outcome is not known: %v", w)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, id := range []string{"c1", "c2", "c3", "c4"} {
			_, err := d.Exec(t.Context(), `INSERT INTO calls (id, node, boot, direction, caller, number, program, flow, lang,
				started) VALUES (?, '', '', 'in', '138', '12366', '', 'A7', 'zh', 1000)`, id)
			must(t, err)
		}
		if wrong := Verify(t.Context(), []*Query{q}, []*db.DB{d}, nil); len(wrong) > 0 {
			t.Error(wrong)
		}
		draw := q.Func(d, nil, time.UTC)
		for id, want := range map[string]error{"c1": fn.Outcome("over_limit"), "c2": fn.Outcome("lost"),
			"none": fn.Outcome("not_found"), "c3": nil} {
			v, err := draw(t.Context(), fn.Caller{}, []value.Value{value.Text(id)})
			if !errors.Is(err, want) || want == nil && v.Str() != "A7" {
				t.Errorf("%s: %v %v", id, v, err)
			}
		}
		var o fn.Outcome
		if _, err := draw(t.Context(), fn.Caller{}, []value.Value{value.Text("c4")}); err == nil || errors.As(err, &o) {
			t.Errorf("an outcome that the header does not list: %v", err)
		}
	})
	for outcomes, want := range map[string]string{
		"超限":                       "is no outcome",
		"超限 | 超限":                  "an outcome of your own is written",
		"挂机 | hung":                "no keywords",
		"未找到 | nowhere":            "already",
		"超出限额 | other_limit":       "already",
		"over limit | over_limit":  "is written",
		"又一个 | another_one, busy_": "is no outcome",
	} {
		src := strings.Replace(drawFile, "not_found, 超出限额 | over_limit，已挂失 | lost", outcomes, 1)
		if _, wrong := Parse("银行_取现.sql", []byte(src)); len(wrong) == 0 || !strings.Contains(wrong[0].En, want) {
			t.Errorf("%s: %v", outcomes, wrong)
		}
	}
}
