package check_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/prove"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

var update = flag.Bool("update", false, "write the golden file anew")

// own are functions such as a deployment adds: one answers with a secret, one writes down what it is told.
func own(t *testing.T) *library.Registry {
	word := func(en, zh string) library.Word { return library.Word{ID: en, Text: diag.Text{Zh: zh, En: en}} }
	lib, err := library.Default().Extend([]*library.Function{
		{ID: "vault.token", Path: []library.Word{word("vault", "金库"), word("token", "口令")},
			Result:   types.AsSecret(types.Of(types.Text)),
			Outcomes: []string{"not_found"}, Doc: diag.Text{Zh: "取一次性口令。", En: "A one-time token."}},
		{ID: "journal.write", Path: []library.Word{word("journal", "日志"), word("write", "写入")},
			Params: []library.Param{{Word: word("text", "内容"), Type: types.Of(types.Text)}},
			Doc:    diag.Text{Zh: "写一行日志。", En: "Writes a line to the log."}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// TestMisuse shows what an author is told who calls a function of the library wrongly: the fault, and the function's
// signature and documentation with it, in both tongues.
func TestMisuse(t *testing.T) {
	lib := own(t)
	const pin = "设 密码 = 询问 保密 数字 6位 { 播放 \"请输入密码。\" 否则 挂机 }\n"
	const id = "\"913701001000000409\""
	var out bytes.Buffer
	for _, c := range []struct{ name, steps string }{
		{"an outcome that nobody catches",
			pin + "设 本户 = 纳税人.核验(" + id + ", 密码) 否则 { 当 密码错误 挂机  当 不可用 挂机 }\n播放 \"{本户.名称}\""},
		{"an outcome that the function has not", "设 本户 = 纳税人.查找(" + id + ") 否则 { 当 密码错误 挂机  否则 挂机 }\n播放 \"{本户.名称}\""},
		{"an argument of another type", "设 本户 = 纳税人.查找(5元) 否则 挂机\n播放 \"{本户.名称}\""},
		{"an argument without its unit", "设 各户 = 纳税人.欠税名单(至少: 100) 否则 挂机\n播放 \"{数量(各户)}\""},
		{"an argument missing", "设 本户 = 纳税人.核验(" + id + ") 否则 挂机\n播放 \"{本户.名称}\""},
		{"an argument too many", "设 各笔 = 纳税人.欠税(" + id + ", 2026-10) 否则 挂机\n播放 \"{数量(各笔)}\""},
		{"a parameter of another name", "设 本户 = 纳税人.查找(税好: " + id + ") 否则 挂机\n播放 \"{本户.名称}\""},
		{"no brackets", "设 本户 = 纳税人.查找 否则 挂机\n播放 \"好。\""},
		{"a lookup within an expression", "如果 纳税人.已结清(" + id + ") { 挂机 }"},
		{"an answer where there is none", pin + "设 对 = 纳税人.核对尾号(" + id + ", 密码) 否则 挂机\n播放 \"好。\""},
		{"a built-in with the wrong type", "播放 \"{数量(5元)}\""},
		{"a secret to a function that writes a log", pin + "执行 日志.写入(密码) 否则 挂机"},
		{"a secret answer spoken", "设 口令 = 金库.口令() 否则 挂机\n播放 \"{口令}\""},
		{"a secret answer attached", "设 口令 = 金库.口令() 否则 挂机\n附带 口令 = 口令"},
		{"a secret answer to a log", "设 口令 = 金库.口令() 否则 挂机\n执行 日志.写入(口令) 否则 挂机"},
		{"a call within a call", "设 各户 = 纳税人.欠税名单(至少: 数量(5元)) 否则 挂机\n播放 \"{数量(各户)}\""},
	} {
		src := "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 出错 挂机 }\n流程 主流程 {\n" + c.steps +
			"\n挂机\n}\n"
		tree, found := parse.Parse("a.flow", []byte(src))
		p, more := check.Check([]*ast.File{tree}, check.Env{Today: today, Library: lib})
		if !diag.HasErrors(more) {
			_, more = prove.Program(p)
		}
		found = append(found, more...)
		documented := 0
		for _, d := range found {
			if len(d.Notes) == 2 {
				documented++
			}
		}
		if documented != 1 {
			t.Errorf("%s: %d of %d findings carry the documentation of a function", c.name, documented, len(found))
		}
		fmt.Fprintf(&out, "== %s\n", c.name)
		for _, tongue := range []diag.Tongue{diag.Zh, diag.En} {
			p := diag.Printer{Tongue: tongue, Source: func(string) []byte { return []byte(src) }}
			if err := p.Print(&out, found); err != nil {
				t.Fatal(err)
			}
		}
		if r := diag.Records(found, diag.En, nil); len(r) > 0 && !strings.Contains(strings.Join(r[0].Notes, " "), "(") {
			t.Errorf("%s: the record lacks the signature: %q", c.name, r[0].Notes)
		}
	}
	const golden = "testdata/misuse.golden"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("what authors are told has changed; -update writes it anew:\n%s", out.String())
	}
}
