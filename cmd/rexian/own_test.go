package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/lang/diag"
	"rexian/stdlib"
	"rexian/stdlib/fn"
)

// weather is a function such as a deployment writes in Go.
func weather() stdlib.Own {
	return stdlib.Own{
		Function: &library.Function{ID: "sky.degrees", Class: library.Lookup,
			Path: []library.Word{{ID: "sky", Text: diag.Text{Zh: "天气", En: "sky"}},
				{ID: "degrees", Text: diag.Text{Zh: "气温", En: "degrees"}}},
			Params: []library.Param{{Word: library.Word{ID: "city", Text: diag.Text{Zh: "城市", En: "city"}},
				Type: types.Of(types.Text)}},
			Result: types.Of(types.Number), Outcomes: []string{"not_found"},
			Doc:     diag.Text{Zh: "一个城市的气温。", En: "How warm a city is."},
			Example: `设 度 = 天气.气温("济南") 否则 挂机  播放 "{度}度"`, Fake: "21"},
		Do: func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
			return value.Int(21_000_000), nil
		},
	}
}

// TestOwn: a function that a deployment writes in Go is there for every command and for the server, beside SQL files;
// and a wrong one stops the program with a word about it.
func TestOwn(t *testing.T) {
	dir := t.TempDir()
	flow := fmt.Sprintf(deployed, "好") + "流程 甲 { 设 度 = 天气.气温(\"济南\") 否则 挂机  播放 \"{度}度\"  挂机 }\n接入号 \"12345\" 进入 甲\n"
	for name, text := range map[string]string{"a.flow": flow,
		"查询/余额.sql": "-- 函数: 天气.湿度 | sky.damp\n-- 结果: 数值\n-- 说明: 湿度。 | Damp.\n-- 例: 设 湿 = 天气.湿度() 否则 挂机  设 度 = 天气.气温(\"济南\") 否则 挂机  播放 \"{湿}{度}\"\n-- 假定: 3\nSELECT 1\n"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rexian := func(own []stdlib.Own, want int, piece string, args ...string) {
		t.Helper()
		out := &bytes.Buffer{}
		a := &app{App: cli.App{Dir: dir, In: strings.NewReader(""), Out: out, Err: out, Now: time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)}, own: own}
		if status := run(a, args, func(string) string { return "" }); status != want ||
			!strings.Contains(out.String(), piece) {
			t.Errorf("%v: %d\n%s", args, status, out)
		}
	}
	own := []stdlib.Own{weather()}
	rexian(own, 0, "没有问题", "check", ".")
	rexian(own, 0, "二十一度", "sim", "--plain", ".", "12345")
	rexian(own, 0, "天气.气温(城市: 文本) → 数值", "library", "天气.气温")
	rexian(own, 0, "天气.湿度()", "library", "--brief", ".")
	rexian(own, 2, "名称不能用", "library", "new", "sky.degrees", "--zh", "天气.气温", ".")
	rexian(nil, 1, "天气", "check", ".")
	rexian([]stdlib.Own{{Function: weather().Function}}, 2, "lacks its signature", "check", ".")
	rexian(append(own, weather()), 2, "sky.degrees", "check", ".")

	cfg := config.Default()
	cfg.Flows, cfg.Data = dir, t.TempDir()
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, ""
	cfg.Media.PortMin, cfg.Media.PortMax, cfg.Voice.Engine = 0, 0, "none"
	s, err := server.Start(t.Context(), server.Options{Config: cfg, Own: own, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestOwnBuilds goes the way that the manual describes: a function in Go is begun by `library new`, a file beside main
// adds it, and the program that is built knows it. The files are laid over the tree, not into it.
func TestOwnBuilds(t *testing.T) {
	dir, out := t.TempDir(), &bytes.Buffer{}
	a := &app{App: cli.App{Dir: dir, In: strings.NewReader(""), Out: out, Err: out}}
	if status := run(a, []string{"library", "new", "bureau.tax_due", "--zh", "外部.应缴", "--go", "."},
		func(string) string { return "" }); status != 0 {
		t.Fatal(out)
	}
	_, rest, found := strings.Cut(out.String(), "func init()")
	line, _, cut := strings.Cut("func init()"+rest, "；")
	if !found || !cut {
		t.Fatalf("no line to add in\n%s", out)
	}
	add := filepath.Join(dir, "add.go")
	if err := os.WriteFile(add, []byte("package main\n\nimport \"rexian/cmd/rexian/bureau\"\n\n"+line+"\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(here, "bureau", "tax_due.go"): filepath.Join(dir, "bureau", "tax_due.go"),
		filepath.Join(here, "own_bureau.go"):        add}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	built := filepath.Join(dir, "rexian-bureau")
	if b, err := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", built,
		".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	for _, c := range []struct{ args, want string }{
		{"library 外部.应缴", "外部.应缴(税号: 税号) → 金额；结局：未找到、不可用"},
		{"check .", "没有问题"},
		{"sim --plain . 12366", "一百元"},
	} {
		src := strings.Replace(fmt.Sprintf(deployed, "{元}"), "  播放 \"{元}",
			"  设 元 = 外部.应缴(\"913701001000000409\") 否则 挂机\n  播放 \"{元}", 1)
		if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(built, strings.Fields(c.args)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=zh_CN.UTF-8")
		if b, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(b), c.want) {
			t.Errorf("%s: %v\n%s", c.args, err, b)
		}
	}
}

// word is a name in both tongues.
func word(zh, en string) library.Word { return library.Word{ID: en, Text: diag.Text{Zh: zh, En: en}} }

// Plan is 分期.试算, instalments.plan.
var Plan = stdlib.Own{
	Function: &library.Function{
		ID:     "instalments.plan",
		Class:  library.Lookup,
		Path:   []library.Word{word("分期", "instalments"), word("试算", "plan")},
		Params: []library.Param{{Word: word("税号", "id"), Type: types.Of(types.TaxpayerID)}},
		Result: types.OfRecord(types.NewRecord("instalment_plan", diag.Text{Zh: "分期方案", En: "instalment_plan"},
			&types.Field{ID: "each", Name: diag.Text{Zh: "每期", En: "each"}, Type: types.Of(types.Money)},
			&types.Field{ID: "times", Name: diag.Text{Zh: "期数", En: "times"}, Type: types.Of(types.Number)})),
		Outcomes: []string{"not_found", "too_much", "too_little"},
		Own:      []library.Word{word("金额过大", "too_much"), word("无需分期", "too_little")},
		Doc:      diag.Text{Zh: "一户的欠税分六期缴，每期多少。", En: "What a taxpayer pays in six instalments."},
		Fake:     "{每期: 1000元, 期数: 6}",
	},
	Do: func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
		fen, err := askPlan(ctx, args[0].Str())
		switch {
		case errors.Is(err, errNoPlan):
			return value.Value{}, fn.Outcome("not_found")
		case err != nil:
			return value.Value{}, err // the log has it, the flow gets unavailable
		case fen > 500_000_00:
			return value.Value{}, fn.Outcome("too_much")
		case fen < 1_000_00:
			return value.Value{}, fn.Outcome("too_little")
		}
		return value.Record(value.Int(fen/6), value.Int(6_000_000)), nil // fen; numbers in millionths
	},
}

var errNoPlan = errors.New("no such taxpayer")

// askPlan asks the system that knows.
func askPlan(ctx context.Context, id string) (fen int64, err error) {
	known := map[string]int64{"913701001000000409": 15_000_00, "91370100100000083X": 900_000_00,
		"913701001000001215": 20_00}
	fen, ok := known[id]
	if !ok {
		return 0, errNoPlan
	}
	return fen, ctx.Err()
}

// TestOwnOutcomes: the function that the manual shows ends in outcomes of its own, and the lesson's flow, whose lookup
// is a SQL file, is checked and tested with it as it stands.
func TestOwnOutcomes(t *testing.T) {
	here, err := os.ReadFile("own_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for manual, lesson := range map[string]string{"docs/extending.md": "examples/en/22-*/*.flow",
		"docs/扩展库.md": "examples/zh/22-*/*.flow"} {
		text, err := os.ReadFile(filepath.Join("../..", manual))
		if err != nil {
			t.Fatal(err)
		}
		_, code, _ := strings.Cut(string(text), "```go\n// word is")
		code, _, found := strings.Cut(code, "```")
		if !found || !strings.Contains(string(here), "// word is"+code) {
			t.Errorf("%s shows another function than this file has", manual)
		}
		files, err := filepath.Glob(filepath.Join("../..", lesson))
		if err != nil || len(files) != 1 {
			t.Fatal(lesson, files, err)
		}
		flow, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		alone := filepath.Join(t.TempDir(), "lesson.flow") // without the SQL file beside it
		if err := os.WriteFile(alone, flow, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"check", alone}, {"test", alone}} {
			out := &bytes.Buffer{}
			a := &app{App: cli.App{In: strings.NewReader(""), Out: out, Err: out, Now: time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)}, own: []stdlib.Own{Plan}}
			if status := run(a, args, func(string) string { return "" }); status != 0 {
				t.Errorf("%v: %d\n%s", args, status, out)
			}
		}
	}
	l, err := stdlib.Open(t.Context(), stdlib.Options{Data: t.TempDir(), Own: []stdlib.Own{Plan}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for id, want := range map[string]string{"913701001000000409": "", "91370100100000083X": "too_much",
		"913701001000001215": "too_little", "913701001000009995": "not_found"} {
		v, err := l.Call(t.Context(), "instalments.plan", fn.Caller{}, []value.Value{value.Text(id)})
		var o fn.Outcome
		if errors.As(err, &o); string(o) != want || want == "" && (err != nil || v.Items()[0].N != 2_500_00) {
			t.Errorf("%s: %v %v; want %q", id, v, err, want)
		}
	}
}
