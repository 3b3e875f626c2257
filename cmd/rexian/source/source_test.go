package source_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rexian/cmd/rexian/source"
	"rexian/lang/diag"
)

// Rendered words are many megabytes: they are looked at once, and again when the file is another.
func TestRenderedWordsAreReadOnce(t *testing.T) {
	root := t.TempDir()
	flow := "语种 中文, 英文 缺则 中文\n接入号 \"12366\" 进入 甲\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 当 不可用 挂机 }\n流程 甲 { 挂机 }\n"
	if err := os.WriteFile(filepath.Join(root, "a.flow"), []byte(flow), 0o600); err != nil {
		t.Fatal(err)
	}
	words, err := os.ReadFile("../../../flows/语音/voice-en.pack")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "语音", "voice-en.pack")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	write := func(at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, words, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write(at)
	p, err := source.Open(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	wrong := func() bool {
		_, found := p.Check()
		return slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == "RX8022" })
	}
	if wrong() {
		t.Fatal("whole words are called damaged")
	}
	words[len(words)-1] ^= 1
	if write(at); wrong() {
		t.Error("a file that is as it was by its time and size was read again")
	}
	if write(at.Add(time.Second)); !wrong() {
		t.Error("a file that was damaged since is not looked at")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if wrong() {
		t.Error("a file that is gone is called damaged")
	}
}
