package compiler_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"rexian/compiler"
	"rexian/lang/diag"
)

const (
	entry = "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 不可用 挂机  当 出错 挂机 }\n"
	flow  = "流程 主流程 {\n  播放 欢迎词\n  挂机\n}\n"
	words = "提示语 欢迎词 { 中文 \"您好。\" }\n"
)

func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func loaded(t *testing.T, path string) *compiler.Workspace {
	t.Helper()
	w, err := compiler.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	return w
}

func codes(found []diag.Diagnostic) string {
	var list []string
	for _, d := range found {
		list = append(list, d.File+":"+string(d.Code))
	}
	return strings.Join(list, " ")
}

// TestWorkspaceIsOneProgram: all files under the root are one program, whatever their folders; hidden folders are
// left out, and a file that did not change keeps its tree.
func TestWorkspaceIsOneProgram(t *testing.T) {
	root := writeTree(t, map[string]string{"入口.flow": entry, "语音/词.flow": words, "a/b/流程.flow": flow,
		".old/x.flow": flow, "说明.txt": "x"})
	w := loaded(t, root)
	if got := strings.Join(w.Paths(), " "); got != "a/b/流程.flow 入口.flow 语音/词.flow" {
		t.Fatalf("files: %s", got)
	}
	p, found := w.Check(compiler.Options{Today: today})
	if len(found) > 0 || p.FlowNamed("主流程") == nil {
		t.Fatalf("found %s", codes(found))
	}
	before, changed := w.Tree("入口.flow"), w.Tree("语音/词.flow")
	w.Overlay("语音/词.flow", []byte("提示语 欢迎 { 中文 \"您好。\" }\n"))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	if w.Tree("入口.flow") != before || w.Tree("语音/词.flow") == changed {
		t.Error("parsed what did not change, or kept what did")
	}
	if _, found = w.Check(compiler.Options{}); codes(found) != "a/b/流程.flow:RX2001" {
		t.Errorf("with the overlay: %s", codes(found))
	}
	w.Overlay("语音/词.flow", nil)
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	if _, found = w.Check(compiler.Options{}); len(found) > 0 {
		t.Errorf("without the overlay: %s", codes(found))
	}
}

// TestWorkspaceOfOneFile: a path to a file is a program of that file alone.
func TestWorkspaceOfOneFile(t *testing.T) {
	root := writeTree(t, map[string]string{"甲.flow": entry + flow + words, "乙.flow": flow})
	w := loaded(t, filepath.Join(root, "甲.flow"))
	if _, found := w.Check(compiler.Options{}); len(found) > 0 {
		t.Errorf("found %s", codes(found))
	}
	if _, err := compiler.Open(filepath.Join(root, "没有.flow")); err == nil {
		t.Error("a path that is not there opens")
	}
}

// TestWorkspaceTellsTheWrongName: a flow file that an editor named otherwise is told with its right name, and nothing
// else is; the program is neither built nor served without it.
func TestWorkspaceTellsTheWrongName(t *testing.T) {
	for _, c := range []struct {
		name, want string
		files      []string
	}{
		{"beside flow files", "词.flow.txt:RX8024", []string{"入口.flow", "词.flow.txt"}},
		{"alone", "入口.flow.txt:RX8024", []string{"入口.flow.txt", "词.flow"}},
		{"all of them", "入口.flow.txt:RX8024 词.flow.TXT:RX8024", []string{"入口.flow.txt", "词.flow.TXT"}},
		{"capitals", "入口.FLOW:RX8024 词.Flow:RX8024", []string{"入口.FLOW", "词.Flow"}},
		{"below", "a/词.flow.txt:RX8024", []string{"入口.flow", "a/词.flow.txt"}},
		{"a copy", "词.flow.txt:RX8024", []string{"入口.flow", "词.flow", "词.flow.txt"}},
		{"right names", "", []string{"入口.flow", "词.flow", "说明.txt", "flow.txt", ".x/词.flow.txt"}},
	} {
		files := map[string]string{}
		for _, f := range c.files {
			switch {
			case strings.Contains(f, "入口"):
				files[f] = entry + flow
			case strings.Contains(f, "词"):
				files[f] = words
			default:
				files[f] = "您好"
			}
		}
		w := loaded(t, writeTree(t, files))
		p, found, err := w.Build(compiler.Options{})
		if codes(found) != c.want || (p == nil) != (c.want != "") || (err != nil) != (c.want != "") {
			t.Errorf("%s: %s, want %s; %v", c.name, codes(found), c.want, err)
		}
	}
	root := writeTree(t, map[string]string{"甲.flow.txt": entry + flow + words})
	_, found := loaded(t, filepath.Join(root, "甲.flow.txt")).Check(compiler.Options{})
	if codes(found) != "甲.flow.txt:RX8024" || !strings.Contains(found[0].Sentence(diag.Zh), "“甲.flow”") {
		t.Errorf("one file alone: %v", found)
	}
}

// TestWorkspaceTellsTheEncoding: a file in GB18030 is told as one thing, with the fix to convert it, and read all the
// same.
func TestWorkspaceTellsTheEncoding(t *testing.T) {
	old, err := simplifiedchinese.GB18030.NewEncoder().String(words)
	if err != nil {
		t.Fatal(err)
	}
	w := loaded(t, writeTree(t, map[string]string{"入口.flow": entry + flow, "词.flow": old}))
	_, found := w.Check(compiler.Options{})
	if codes(found) != "词.flow:RX8008" {
		t.Fatalf("found %s", codes(found))
	}
	if f := found[0].Fix; f == nil || f.Edits[0].New != words || string(w.Source("词.flow")) != words {
		t.Errorf("the fix does not convert the file: %v", found[0].Fix)
	}
}

// TestWorkspaceStaysInItsRoot: a program cannot name files outside.
func TestWorkspaceStaysInItsRoot(t *testing.T) {
	root := writeTree(t, map[string]string{"外.csv": "a\n", "内/表.csv": "a\n", "内/入口.flow": entry})
	w := loaded(t, filepath.Join(root, "内"))
	if _, err := w.ReadFile("表.csv"); err != nil {
		t.Error(err)
	}
	if _, err := w.ReadFile("../外.csv"); err == nil {
		t.Error("read a file outside the root")
	}
}

// TestDeploymentSettings: a deployment may override a setting, within its type.
func TestDeploymentSettings(t *testing.T) {
	w := loaded(t, writeTree(t, map[string]string{"a.flow": entry +
		"参数 值班电话: 电话 = \"053188880000\"\n参数 起点: 金额 = 100元\n" +
		"流程 主流程 {\n  播放 \"{起点}\"\n  转接 值班电话 限时 30秒 否则 挂机\n}\n"}))
	p, found := w.Check(compiler.Options{Settings: map[string]string{"值班电话": "+86 138-0013-8000",
		"起点": "1,200.50元"}})
	if len(found) > 0 {
		t.Fatal(codes(found))
	}
	if a, b := p.Find("值班电话").Value, p.Find("起点").Value; a.S != "13800138000" || b.N != 120050 {
		t.Errorf("have %q and %d", a.S, b.N)
	}
	if _, found = w.Check(compiler.Options{Settings: map[string]string{"起点": "很多"}}); codes(found) != "a.flow:RX8006" {
		t.Errorf("found %s", codes(found))
	}
}
