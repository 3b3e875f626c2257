package compiler_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/lang/diag"
)

// TestRechecking edits the files of a program at random, as somebody does who writes, and saves what is often wrong: a
// check that kept what did not change says word for word what a fresh one says.
func TestRechecking(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 30))
	for i := range shapes {
		root, files, _ := shaped(t, i, 12, 3)
		kept := open(t, root)
		now := map[string]string{}
		for _, f := range files {
			now[f] = string(kept.Source(f))
		}
		for range 25 {
			file := files[random.IntN(len(files))]
			now[file] = edited(random, now[file])
			fresh := open(t, root)
			for f, text := range now {
				fresh.Overlay(f, []byte(text))
			}
			kept.Overlay(file, []byte(now[file]))
			got, _ := told(t, kept, true)
			want, _ := told(t, fresh, false)
			if !slices.Equal(want, got) {
				t.Fatalf("%s, %s:\n%s\n%s", shapes[i].name, file, cmp.Diff(want, got), now[file])
			}
		}
	}
}

func open(t *testing.T, root string) *compiler.Workspace {
	t.Helper()
	w, err := compiler.Open(root)
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// told is all that a check of the files as they are now finds.
func told(t *testing.T, w *compiler.Workspace, again bool) ([]fact, *check.Program) {
	t.Helper()
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	p, found, err := w.Judge(compiler.Options{Occurrences: true, Again: again})
	if err != nil {
		t.Fatal(err)
	}
	var list []fact
	for _, r := range diag.Records(found, diag.En, w.Source) {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fact{Of: string(b)})
	}
	for _, path := range w.Paths() {
		for _, o := range p.Occurrences(path) {
			f := fact{File: path, At: o.At, Is: o.Decl}
			if s := o.Symbol; s != nil {
				f.Kind, f.Of, f.In, f.Place, f.Count = s.Kind, s.Name, s.File, s.Span, [3]int{s.Uses, s.Slot}
			}
			list = append(list, f)
		}
	}
	for _, f := range p.Flows {
		list = append(list, fact{Of: fmt.Sprint(f.Name, f.Channel, f.Loops, f.Caller, f.Returns), At: f.Span,
			Count: [3]int{len(f.Exits), len(f.Locals)}})
	}
	return append(list, fact{Of: fmt.Sprint(len(p.Numbers), len(p.Messages), p.Marks)}), p
}

// fact is one thing that a check has found: a finding, what a name stands for, what a flow is.
type fact struct {
	File, Of, In string
	At, Place    diag.Span
	Is           bool
	Kind         check.SymbolKind
	Count        [3]int
}

// edited takes a line away, doubles one, exchanges two, or changes a name, a number or a brace within one.
func edited(random *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	i, j := random.IntN(len(lines)), random.IntN(len(lines))
	switch random.IntN(6) {
	case 0:
		lines[i] = ""
	case 1:
		lines[i] += lines[i]
	case 2:
		lines[i], lines[j] = lines[j], lines[i]
	case 3:
		lines[i] = strings.Replace(lines[i], "f0000", "f0001", 1)
	case 4:
		lines[i] = strings.Replace(lines[i], "hangup", "goto f000003", 1)
	case 5:
		lines[i] = strings.Replace(lines[i], "}", "", 1)
	}
	return strings.Join(lines, "")
}

// TestWriting edits bodies and takes the edits back, so that the program is whole again and again: what is found then
// is what a fresh check finds, and the flows that were not touched are not looked at again.
func TestWriting(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 30))
	for i := range shapes {
		root, files, _ := shaped(t, i, 6, 2)
		kept := open(t, root)
		spared, seen := 0, map[*check.FlowInfo]bool{}
		_, whole := told(t, kept, true)
		for _, f := range whole.Flows {
			seen[f] = true
		}
		for n := range 20 {
			file := files[random.IntN(len(files))]
			text := string(open(t, root).Source(file))
			if n%3 < 2 {
				text = edited(random, text)
			}
			text = "// " + strings.Repeat("x", n) + "\n" + text // what stands behind it is moved
			fresh := open(t, root)
			for _, f := range files {
				fresh.Overlay(f, kept.Source(f))
			}
			fresh.Overlay(file, []byte(text))
			kept.Overlay(file, []byte(text))
			got, p := told(t, kept, true)
			want, _ := told(t, fresh, false)
			if !slices.Equal(want, got) {
				t.Fatalf("%s, %s, edit %d:\n%s\n%s", shapes[i].name, file, n, cmp.Diff(want, got), text)
			}
			for _, f := range p.Flows {
				if seen[f] {
					spared++
				}
				seen[f] = true
			}
		}
		if spared == 0 {
			t.Errorf("%s: every check looked at everything", shapes[i].name)
		}
	}
}

// TestRecheckingSeesOtherFiles: a table that has changed on disk is seen at the next Load, though no flow has changed.
func TestRecheckingSeesOtherFiles(t *testing.T) {
	root := writeTree(t, map[string]string{"入口.flow": entry + words +
		"表格 网点 取自 \"网点.csv\" { 名称: 文本, 人数: 数值 }\n流程 主流程 {\n  播放 欢迎词\n" +
		"  设 点 = 网点[\"总局\"] 否则 挂机\n  播放 \"{点.人数}\"\n  挂机\n}\n", "网点.csv": "名称,人数\n总局,3\n"})
	w := loaded(t, root)
	for n, rows := range []string{"名称,人数\n总局,3\n", "名称,人数\n总局,很多\n", "名称,人数\n总局,4\n"} {
		if err := os.WriteFile(filepath.Join(root, "网点.csv"), []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.Load(); err != nil {
			t.Fatal(err)
		}
		p, found := w.Check(compiler.Options{Again: true})
		if wrong := diag.HasErrors(found); wrong != (n == 1) {
			t.Fatalf("rows %d: found %s", n, codes(found))
		}
		if n == 2 && p.Tables[0].Rows[0][1].N != 4_000_000 {
			t.Errorf("the table has %+v", p.Tables[0].Rows)
		}
	}
}

// TestRecheckingWords: a menu that agreed with its words is compared with them again when a prompt in another file, a
// key of a handler, or what a flow hands on has changed.
func TestRecheckingWords(t *testing.T) {
	root := writeTree(t, map[string]string{
		"a.flow": entry + "流程 主流程 { 转到 选择 }\n菜单 选择 {\n  播放 怎么选\n  按 1 \"查询\" 挂机\n  否则 挂机\n}\n",
		"b.flow": "提示语 怎么选 { 中文 \"查询请按1。\" }\n提示语 另一种 { 中文 \"查询请按2。\" }\n" +
			"流程 交来的(话: 提示语) {\n  菜单 {\n    播放 话\n    按 1 \"查询\" 挂机\n    否则 挂机\n  }\n}\n",
		"c.flow": "接入号 \"12345\" 进入 甲\n流程 甲 { 转到 交来的(怎么选) }\n接入号 \"12346\" 进入 乙\n流程 乙 { 播放 另一种 挂机 }\n",
	})
	w := loaded(t, root)
	text := map[string]string{}
	for _, f := range []string{"a.flow", "b.flow", "c.flow"} {
		text[f] = string(w.Source(f))
	}
	for n, c := range []struct{ file, from, to, want string }{
		{"b.flow", "请按1", "请按1", ""},
		{"b.flow", "查询请按1", "查询请按3", "RX4201 RX4201"},
		{"b.flow", "查询请按1", "查询请按1", ""},
		{"c.flow", "交来的(怎么选)", "交来的(另一种)", "RX4201"},
		{"c.flow", "交来的(怎么选)", "交来的(怎么选)", ""},
		{"b.flow", "查询请按1", "查询请按1，人工请按0", "RX4201 RX4201"},
	} {
		changed := strings.Replace(text[c.file], c.from, c.to, 1)
		if n > 0 && changed == text[c.file] && c.from != c.to {
			t.Fatalf("%d changes nothing", n)
		}
		w.Overlay(c.file, []byte(changed))
		if err := w.Load(); err != nil {
			t.Fatal(err)
		}
		_, found := w.Check(compiler.Options{Again: true})
		if have := strings.Join(codesOf(found), " "); have != c.want {
			t.Errorf("%d: found %q, want %q", n, have, c.want)
		}
	}
	w.Overlay("c.flow", []byte(strings.Replace(text["c.flow"], "流程 乙 {", "流程 乙 { 按 0 挂机\n ", 1)))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	if _, found := w.Check(compiler.Options{Again: true}); len(found) > 0 { // 0 is the key of a handler now
		t.Errorf("found %s", codes(found))
	}
}

func codesOf(found []diag.Diagnostic) []string {
	var list []string
	for _, d := range found {
		list = append(list, string(d.Code))
	}
	slices.Sort(list)
	return list
}
