package stdlib

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/lang/diag"
	"rexian/stdlib/call"
	"rexian/stdlib/callback"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/sqlfunc"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, o Options) *Library {
	t.Helper()
	if o.Data == "" {
		o.Data = t.TempDir()
	}
	l, err := Open(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	return l
}

func word(en, zh string) library.Word { return library.Word{ID: en, Text: diag.Text{Zh: zh, En: en}} }

// own is a function of a deployment for the tests, with a required number and optional digits.
func own(name string, result *types.Type, do fn.Func) Own {
	return Own{Limit: 50 * time.Millisecond, Do: do,
		Function: &library.Function{ID: "own." + name, Path: []library.Word{word("own", "自有"), word(name, name+"函数")},
			Params: []library.Param{{Word: word("n", "数"), Type: types.Of(types.Number)},
				{Word: word("code", "代码"), Type: types.AsSecret(types.Of(types.Digits)), Optional: true}},
			Result: result, Outcomes: []string{"not_found"}, Doc: diag.Text{Zh: "测试。", En: "A test."}}}
}

func TestCall(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	answer := func(v value.Value, err error) fn.Func {
		return func(context.Context, fn.Caller, []value.Value) (value.Value, error) { return v, err }
	}
	row := types.NewRecord("own_row", diag.Text{Zh: "自有行", En: "own_row"},
		&types.Field{ID: "a", Name: diag.Text{Zh: "甲", En: "a"}, Type: types.Of(types.Money)})
	l := open(t, Options{Own: []Own{
		own("echo", types.Of(types.Number), func(_ context.Context, _ fn.Caller, a []value.Value) (value.Value, error) {
			if len(a) != 2 {
				return value.Value{}, errors.New("not padded")
			}
			return a[0], nil
		}),
		own("nothing", nil, answer(value.Text("left out"), nil)),
		own("missing", nil, answer(value.Value{}, fn.Outcome("not_found"))),
		own("undeclared", nil, answer(value.Value{}, fn.Outcome("locked"))),
		own("wrong", types.Of(types.Number), answer(value.Text("x"), nil)),
		own("short", types.OfRecord(row), answer(value.Record(), nil)),
		own("field", types.List(types.OfRecord(row)), answer(value.List(value.Record(value.Text("x"))), nil)),
		own("absent", types.OfRecord(row), answer(value.Absent(), nil)),
		own("rich", types.OfRecord(row), answer(value.Record(value.Int(value.MoneyLimit-1)), nil)),
		own("richer", types.OfRecord(row), answer(value.Record(value.Int(value.MoneyLimit)), nil)),
		own("poorer", types.OfRecord(row), answer(value.Record(value.Int(-value.MoneyLimit)), nil)),
		own("late", types.Of(types.Date), answer(value.Int(2_932_897), nil)),
		own("many", types.List(types.OfRecord(row)), answer(value.List(make([]value.Value, value.MaxItems+1)...), nil)),
		own("panics", nil, func(context.Context, fn.Caller, []value.Value) (value.Value, error) { panic("boom") }),
		own("hangs", nil, func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
			<-hang
			return value.Value{}, nil
		}),
	}})
	one := []value.Value{value.Int(1_000_000)}
	for _, c := range []struct {
		id   string
		args []value.Value
		want string // in the error; "" for none
	}{
		{"own.echo", one, ""}, {"own.nothing", one, ""}, {"own.absent", one, ""},
		{"own.missing", one, "outcome not_found"},
		{"own.undeclared", one, "not in its signature"}, {"own.wrong", one, "its result"},
		{"own.short", one, "its result"}, {"own.field", one, "a: "},
		{"own.panics", one, "boom"}, {"own.hangs", one, "deadline"}, {"own.none", one, "no such function"},
		{"own.rich", one, ""}, {"own.richer", one, "a: it is too large"}, {"own.poorer", one, "a: it is too large"},
		{"own.late", one, "too large"}, {"own.many", one, "too many items"},
		{"count", one, "no such function"},
		{"own.echo", nil, "n is missing"}, {"own.echo", []value.Value{value.Text("1")}, "n is no number"},
		{"own.echo", append(one, value.Text("geheim")), "digits"},
		{"own.echo", append(one, value.Text("12"), value.Int(1)), "3 arguments"},
		{"own.echo", append(one, value.Text(strings.Repeat("1", value.MaxText+1))), "too long"},
	} {
		v, err := l.Call(t.Context(), c.id, fn.Caller{}, c.args)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.id, err, c.want)
		}
		var o fn.Outcome
		if errors.As(err, &o) != (c.id == "own.missing") {
			t.Errorf("%s: the flow gets %v", c.id, err)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: a secret is in the error: %v", c.id, err)
		}
		if c.id == "own.nothing" && !v.IsAbsent() {
			t.Errorf("a result that the signature does not have: %v", v)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	taken := own("x", nil, func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
		return value.Value{},
			nil
	})
	taken.Function.ID, taken.Function.Path = "taxpayer.find", library.ByID("taxpayer.find").Path
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for name, o := range map[string]Options{
		"name taken":   {Own: []Own{taken}},
		"no signature": {Own: []Own{{}}},
		"no folder":    {Data: filepath.Join(file, "x")},
		"no engine":    {URL: "oracle:x"},
		"no bureau":    {Bureau: "sqlite:" + filepath.Join(t.TempDir(), "none.db")},
	} {
		if l, err := Open(t.Context(), o); err == nil || l != nil {
			t.Errorf("%s: opened", name)
		}
	}
}

const bureauFile = `-- 函数: 外部.户名 | bureau.holder
-- 参数: 税号 | id: 文本
-- 结果: 文本
-- 结局: 未找到
-- 库: 外部
-- 说明: 测试。 | For the test.
SELECT name FROM holders WHERE id = :id
`

// TestBureau: a SQL file reads from the bureau's database, which nothing can change.
func TestBureau(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bureau.db")
	b, err := db.Open(t.Context(), "sqlite:"+path, db.Options{})
	must(t, err)
	_, err = b.Exec(t.Context(), `CREATE TABLE holders (id TEXT, name TEXT)`)
	must(t, err)
	_, err = b.Exec(t.Context(), `INSERT INTO holders VALUES ('1', '张三')`)
	must(t, err)
	must(t, b.Close())
	q, wrong := sqlfunc.Parse("查询/户名.sql", []byte(bureauFile))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	l := open(t, Options{Bureau: "sqlite:" + path})
	if l.Has("bureau.holder") {
		t.Fatal("there before it was used")
	}
	reg, wrong := l.Use([]*sqlfunc.Query{q})
	if len(wrong) > 0 || reg.Find("外部", "户名") == nil || l.Registry() != reg {
		t.Fatal(wrong)
	}
	v, err := l.Call(t.Context(), "bureau.holder", fn.Caller{}, []value.Value{value.Text("1")})
	if err != nil || v.Str() != "张三" {
		t.Errorf("%v %v", v, err)
	}
	if _, err := l.Call(t.Context(), "bureau.holder", fn.Caller{}, []value.Value{value.Text("2")}); !errors.Is(err,
		fn.Outcome("not_found")) {
		t.Error(err)
	}
	if _, err := l.Bureau().Exec(t.Context(), `DELETE FROM holders`); err == nil {
		t.Error("the bureau's database was changed")
	}
	if _, wrong := l.Use([]*sqlfunc.Query{q, q}); len(wrong) != 1 || !l.Has("bureau.holder") {
		t.Errorf("a name taken twice: %v", wrong)
	}
}

func TestSwitches(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		var now atomic.Int64 // seconds
		now.Store(1_800_000_000)
		clock := func() time.Time { return time.Unix(now.Load(), 0) }
		a, b := open(t, Options{URL: url, Now: clock}), open(t, Options{URL: url, Now: clock, Node: "b"})
		ask := func(l *Library, on, known bool) {
			t.Helper()
			if o, k, err := l.Switch(t.Context(), "紧急停用"); err != nil || o != on || k != known {
				t.Errorf("%v %v %v; want %v %v", o, k, err, on, known)
			}
		}
		ask(a, false, false)
		ask(b, false, false)
		set(t, a, "紧急停用", true, "张三", 0)
		ask(a, true, true)
		ask(b, false, false) // within the second
		now.Add(1)
		ask(b, true, true)
		set(t, a, "紧急停用", false, "李四", 0)
		ask(a, false, true)
		version := set(t, b, "公告", true, "张三", db.Fresh)
		for _, was := range []int64{db.Fresh, version - 1, version + 1} {
			if _, err := a.SetSwitch(t.Context(), "公告", false, "李四", was); !errors.Is(err, ErrChanged) {
				t.Errorf("from version %d of %d: %v", was, version, err)
			}
		}
		if _, err := a.SetSwitch(t.Context(), "别的", false, "李四", version); !errors.Is(err, ErrChanged) {
			t.Errorf("a switch that nobody touched, from a version: %v", err)
		}
		next := set(t, a, "公告", false, "李四", version) // in the same millisecond
		all, err := b.SwitchesSet(t.Context())
		if x := all["公告"]; err != nil || next <= version || x.On || x.By != "李四" || x.Changed != next {
			t.Errorf("from %d to %d: %+v %v", version, next, x, err)
		}
		if _, err := a.SetSwitch(t.Context(), "", true, "", 0); err == nil {
			t.Error("a switch without a name")
		}
	})
}

// set sets a switch from a version.
func set(t *testing.T, l *Library, name string, on bool, by string, was int64) int64 {
	t.Helper()
	version, err := l.SetSwitch(t.Context(), name, on, by, was)
	must(t, err)
	return version
}

func TestCallback(t *testing.T) {
	l := open(t, Options{})
	for range 2 {
		must(t, l.Callback(t.Context(), fn.Caller{CallID: "c"}, "咨询", "13800138000"))
	}
	list, err := l.Slices().Callbacks.Page(t.Context(), "咨询", callback.New, nil, callback.After{}, 10)
	if err != nil || len(list) != 1 || list[0].Number != "13800138000" {
		t.Errorf("%+v %v", list, err)
	}
	must(t, l.SMS(t.Context(), fn.Caller{CallID: "c"}, "13800138000", "您好", false))
	if err := l.SMS(t.Context(), fn.Caller{CallID: "c"}, "114", "您好", false); err == nil {
		t.Error("a text to a number that takes none")
	}
}

// TestDatabaseDies: while the server is dead under 200 calls, every lookup is answered within its limit, lists and
// switches as last known, a start in that state answers calls, and after the server's return nothing of the calls is
// missing.
func TestDatabaseDies(t *testing.T) {
	s := dbtest.StartServer(t)
	url, data := s.Migrated(t, "x"), t.TempDir()
	id := []value.Value{value.Text("913701001000000409")}
	const limit = 10 * time.Second // the tests' machine is slow; the library's own limit is 4 s
	began := time.Now()
	lookups := func(l *Library, calls int, want func(error) bool) {
		t.Helper()
		var wg sync.WaitGroup
		for range calls {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				if _, err := l.Call(ctx, "taxpayer.find", fn.Caller{Now: began}, id); !want(err) || ctx.Err() != nil {
					t.Errorf("a lookup: %v", err)
				}
			})
		}
		wg.Wait()
	}
	unavailable := func(err error) bool { var o fn.Outcome; return err != nil && !errors.As(err, &o) }
	notFound := func(err error) bool { return errors.Is(err, fn.Outcome("not_found")) }

	l, err := Open(t.Context(), Options{URL: url, Data: data})
	must(t, err)
	set(t, l, "紧急停用", true, "", 0)
	if on, known, err := l.Switch(t.Context(), "紧急停用"); !on || !known || err != nil {
		t.Fatal(on, known, err)
	}
	if in, err := l.InList(t.Context(), "黑名单", "13800138000"); in || err != nil {
		t.Fatal(in, err)
	}
	lookups(l, 200, notFound)
	s.Kill()
	lookups(l, 200, unavailable)
	l.Calls().Begin(call.Row{ID: "during", Started: began})
	must(t, l.Close())

	l = open(t, Options{URL: url, Data: data}) // started while the server is dead
	if l.Ready() {
		t.Error("ready without a database")
	}
	lookups(l, 20, unavailable)
	if on, known, err := l.Switch(t.Context(), "紧急停用"); !on || !known || err != nil {
		t.Errorf("the last copy of the switches: %v %v %v", on, known, err)
	}
	if in, err := l.InList(t.Context(), "黑名单", "13800138000"); in || err != nil {
		t.Errorf("the last copy of the lists: %v %v", in, err)
	}
	must(t, s.Start())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, l.Calls().Repair(ctx))
	c, err := call.Read(ctx, l.DB(), "during")
	if err != nil || c.Result == nil || *c.Result != call.Interrupted {
		t.Errorf("%+v %v", c, err)
	}
	lookups(l, 200, notFound)
}

// A closure is in force on all nodes within a second, ends by itself or by somebody, and what callers are told is in
// their language; while the database is away it is as last known.
func TestClosures(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		var now atomic.Int64 // seconds
		now.Store(1_800_000_000)
		clock := func() time.Time { return time.Unix(now.Load(), 0) }
		a, b := open(t, Options{URL: url, Now: clock}), open(t, Options{URL: url, Now: clock, Node: "b"})
		told := func(l *Library, lang, hours string) string {
			v, err := l.Call(t.Context(), "closure.text", fn.Caller{Lang: lang, Now: clock()},
				[]value.Value{value.Text(hours)})
			if err != nil {
				return err.Error()
			}
			return v.Str()
		}
		closed := func(l *Library, hours string, want int) {
			t.Helper()
			if list, err := l.Closed(t.Context(), hours); err != nil || len(list) != want {
				t.Errorf("%s: %v %v; want %d", hours, list, err, want)
			}
		}
		closed(a, "人工服务", 0)
		closed(b, "人工服务", 0)
		in := func(seconds int64) int64 { return (now.Load() + seconds) * 1000 }
		x, err := a.SetClosure(t.Context(), Closure{Until: in(60), By: "张三",
			Words: map[string]string{"zh": "台风", "en": "Typhoon", "yue": ""}}, db.Fresh)
		must(t, err)
		if _, err := a.SetClosure(t.Context(), Closure{By: "赵六"}, db.Fresh); !errors.Is(err, ErrChanged) {
			t.Errorf("from none yet: %v", err) // two do not close for the same typhoon without knowing
		}
		version, err := a.ClosuresVersion(t.Context())
		must(t, err)
		_, err = a.SetClosure(t.Context(),
			Closure{Hours: "窗口", From: in(30), By: "李四", Words: map[string]string{"zh": "检修"}}, version)
		must(t, err)
		for _, wrong := range []Closure{{Until: in(-1), By: "x"}, {From: in(9), Until: in(8), By: "x"}, {},
			{By: "x", Words: map[string]string{"zh": strings.Repeat("长", 301)}}} {
			if _, err := a.SetClosure(t.Context(), wrong, 0); err == nil {
				t.Errorf("%+v is set", wrong)
			}
		}
		closed(a, "人工服务", 1)
		closed(a, "窗口", 2)
		closed(b, "窗口", 0) // within the second
		now.Add(1)
		closed(b, "窗口", 2)
		for _, c := range []struct{ lang, hours, want string }{{"zh", "人工服务", "台风"}, {"en", "", "Typhoon"},
			{"fr", "", "台风"}, {"zh", "窗口", "台风"}} {
			if got := told(b, c.lang, c.hours); got != c.want {
				t.Errorf("%s of %q: %s, want %s", c.lang, c.hours, got, c.want)
			}
		}
		now.Add(40) // the announced one has begun
		if got := told(b, "zh", "窗口"); got != "检修" {
			t.Errorf("told %s", got)
		}
		if err := a.LiftClosure(t.Context(), x.ID, "王五", version); !errors.Is(err, ErrChanged) {
			t.Errorf("lifted from an old version: %v", err)
		}
		must(t, a.LiftClosure(t.Context(), x.ID, "王五", version+1))
		if err := a.LiftClosure(t.Context(), x.ID, "王五", 0); !errors.Is(err, ErrNoClosure) {
			t.Errorf("lifted twice: %v", err)
		}
		now.Add(1)
		closed(b, "人工服务", 0)
		if got := told(b, "zh", "人工服务"); got != string(fn.Outcome("not_found").Error()) {
			t.Errorf("told %s", got)
		}
		b.closures.read = func(context.Context) ([]Closure, error) { return nil, db.ErrUnavailable }
		now.Add(10)
		closed(b, "窗口", 1)
	})
}
