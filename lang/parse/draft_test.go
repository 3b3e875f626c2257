package parse_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// TestDraft writes in files as people do, and breaks them in all ways that a key or two can: what a draft reads is what
// Parse reads, byte for byte.
func TestDraft(t *testing.T) {
	files, err := filepath.Glob("testdata/*.flow")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	const most = 4 << 10
	for i, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(src[:min(len(src), most)])
		random := rand.New(rand.NewPCG(19, uint64(i)))
		var d parse.Draft
		var undo []string
		for n := range 40 {
			file, found := d.Read(path, []byte(text))
			want, wanted := parse.Parse(path, []byte(text))
			if a, b := shown(want, wanted), shown(file, found); a != b {
				t.Fatalf("%s, edit %d:\n%s\n%s", path, n, cmp.Diff(a, b), text)
			}
			if len(undo) > 0 && random.IntN(3) > 0 {
				text, undo = undo[len(undo)-1], undo[:len(undo)-1]
				continue
			}
			undo = append(undo, text)
			text = typed(random, text)
		}
	}
}

// typed is the text with something written into it, or taken out.
func typed(random *rand.Rand, text string) string {
	keys := []string{"{", "}", "\"", "“", "”", "(", ".", ",", "\n", " ", "流程 新 {\n  挂机\n}\n", "如果 ", "：", "1", "三次",
		"return 甲", "返回 主菜单", "// ", "goto", "设 甲 = ", "\\", "\x00", "｛", "人工", "1元", "\n流程 "}
	at := random.IntN(len(text) + 1)
	if random.IntN(3) == 0 { // at the beginning of a line, where declarations begin
		at = strings.LastIndexByte(text[:at], '\n') + 1
	}
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	end := at
	if random.IntN(3) == 0 {
		end = min(len(text), at+random.IntN(40))
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		if random.IntN(2) == 0 {
			return text[:at] + text[end:]
		}
	}
	return text[:at] + keys[random.IntN(len(keys))] + text[end:]
}

func shown(file *ast.File, found []diag.Diagnostic) string {
	var b strings.Builder
	if err := ast.Dump(&b, file, true); err != nil {
		return err.Error()
	}
	fmt.Fprintf(&b, "%v %q\n", file.Comments, file.Text)
	for _, d := range found {
		fix := d.Fix
		d.Fix = nil // an address otherwise
		fmt.Fprintf(&b, "%+v", d)
		if fix != nil {
			fmt.Fprintf(&b, " %+v", *fix)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestDraftKeepsWhatDidNotChange: a key within one declaration reads no other anew.
func TestDraftKeepsWhatDidNotChange(t *testing.T) {
	var b strings.Builder
	for i := range 50 {
		fmt.Fprintf(&b, "流程 业务%d {\n  播放 \"第%d项。\"\n  挂机\n}\n\n", i, i)
	}
	var d parse.Draft
	before, _ := d.Read("a.flow", []byte(b.String()))
	after, found := d.Read("a.flow", []byte(strings.Replace(b.String(), "第25项", "第25项：您好", 1)))
	if len(found) > 0 {
		t.Fatal(found)
	}
	for i := range before.Decls {
		if kept := before.Decls[i] == after.Decls[i]; kept != (i != 25) {
			t.Errorf("declaration %d: kept is %t", i, kept)
		}
	}
}
