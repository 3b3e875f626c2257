package lsp

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/source"
	"rexian/lang/diag"
)

// large writes a program of 200 files: one of some 2,000 lines, the others of some 45.
func large(tb testing.TB, root string) string {
	tb.Helper()
	flow := func(b *strings.Builder, i, steps, next int) {
		fmt.Fprintf(b, "流程 业务%d {\n  播放 \"您好，这里是第%d项业务。\"\n", i, i)
		for k := range steps {
			fmt.Fprintf(b, "  设 数%d = %d + %d * 2\n  如果 数%d 大于 %d { 播放 \"共{数%d}件。\" }\n", k, i, k, k, k, k)
		}
		fmt.Fprintf(b, "  转到 业务%d\n}\n\n", next)
	}
	n := 0
	add := func(file string, count, steps int) {
		var b strings.Builder
		if n == 0 {
			b.WriteString("接入号 \"12366\" 进入 业务0\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 当 不可用 挂机 }\n" +
				"信箱 信箱甲 { 问候 \"请留言。\" }\n流程 结束 { 播放 \"再见。\" 挂机 }\n规则 \"能结束\" { 没有路径 到达 信箱甲 }\n")
		}
		for range count {
			flow(&b, n, steps, n+1)
			n++
		}
		if err := os.WriteFile(filepath.Join(root, file), []byte(b.String()), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	for i := range 199 {
		add(fmt.Sprintf("p%03d.flow", i), 1, 20)
	}
	add("q.flow", 42, 22)
	last := fmt.Sprintf("流程 业务%d { 转到 结束 }\n", n)
	if err := os.WriteFile(filepath.Join(root, "z.flow"), []byte(last), 0o600); err != nil {
		tb.Fatal(err)
	}
	return "q.flow"
}

// BenchmarkKeys types into a file of 2,000 lines of a program of 200 files, halves of things among it, and measures
// from the key until the findings are there, and until it is known what became of the rules. It reports the medians and
// the 99ths of a hundred, the processor time of an edit, and the memory in use at the end.
func BenchmarkKeys(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as the command has it
	dir := b.TempDir()
	name := large(b, dir)
	f := meet(b, dir)
	f.ask("initialize", map[string]any{"rootUri": uriOf(f.root),
		"initializationOptions": map[string]any{"rules": true}})
	uri := uriOf(filepath.Join(f.root, name))
	src, err := os.ReadFile(filepath.Join(f.root, name))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(strings.Count(string(src), "\n")), "lines")
	text := linesOf(src)
	f.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 1,
		"text": string(src)}})
	until(f, uri, 1)
	untilRules(f, uri, 1)
	p, err := source.Open(dir, nil)
	if err != nil {
		b.Fatal(err)
	}
	if _, found := p.Check(); diag.HasErrors(found) {
		b.Fatalf("the program has errors of its own, and nothing would be proved: %s", found[0].Sentence(diag.En))
	}
	random := rand.New(rand.NewPCG(1, 2))
	keys := []string{"数", "1", " ", "{", "}", "\"", "转到 ", "\n", "如果 ", "。", "设 甲 = 1"}
	var undo *span
	var took, decided []time.Duration
	spent := processorTime()
	for n := 2; b.Loop(); n++ {
		var at span
		with := ""
		if undo != nil { // what was typed is taken back, or the text would not stay a program
			at, undo = *undo, nil
		} else {
			line := random.IntN(len(text.starts))
			at.Start = position{line, random.IntN(12)}
			at.Start = text.at(text.offset(at.Start))
			at.End = at.Start
			with = keys[random.IntN(len(keys))]
		}
		changed := text.changed(at, with)
		if with != "" {
			end := text.offset(at.Start) + len(with)
			undo = &span{at.Start, linesOf(changed).at(end)}
		}
		text = linesOf(changed)
		began := time.Now()
		f.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": n},
			"contentChanges": []any{map[string]any{"range": at, "text": with}}})
		until(f, uri, n)
		took = append(took, time.Since(began))
		untilRules(f, uri, n)
		decided = append(decided, time.Since(began))
	}
	spent = processorTime() - spent
	millis := func(list []time.Duration, of int) float64 {
		slices.Sort(list)
		return float64(list[len(list)*of/100].Microseconds()) / 1000
	}
	b.ReportMetric(millis(took, 50), "ms-p50")
	b.ReportMetric(millis(took, 99), "ms-p99")
	b.ReportMetric(millis(decided, 50), "rules-ms-p50")
	b.ReportMetric(millis(decided, 99), "rules-ms-p99")
	b.ReportMetric(spent.Seconds()*1000/float64(len(took)), "cpu-ms/edit")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-live")
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB-sys")
}

// until waits for the findings of a version of a document.
func until(f *friend, uri string, version int) {
	for {
		m := f.receive()
		var p struct {
			URI     string
			Version int
		}
		if json.Unmarshal(m.Params, &p) == nil && p.URI == uri && p.Version >= version {
			return
		}
	}
}

// untilRules waits until it is told what became of the rules with a version of a document.
func untilRules(f *friend, uri string, version int) {
	for {
		m := f.receive()
		var p struct{ Versions map[string]int }
		if m.Method == "rexian/rules" && json.Unmarshal(m.Params, &p) == nil && p.Versions[uri] >= version {
			return
		}
	}
}
