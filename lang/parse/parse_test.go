package parse_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

var update = flag.Bool("update", false, "write the golden files anew")

// render is how a test shows diagnostics: place as line:column (in characters), code, sentence, fix.
func render(src []byte, list []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range list {
		before := src[:d.Span.Start]
		line := bytes.Count(before, []byte("\n")) + 1
		col := len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
		b.WriteString(strings.Join([]string{strconv.Itoa(line) + ":" + strconv.Itoa(col), string(d.Code),
			d.Sentence(diag.Zh)}, " "))
		if d.Fix != nil {
			b.WriteString(" 〔" + d.Fix.Title.Zh + "〕")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func dump(t testing.TB, n any, spans bool) string {
	t.Helper()
	var b strings.Builder
	if err := ast.Dump(&b, n, spans); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// TestHotlines reads the two whole hotlines: no finding, and one tree in both tongues.
func TestHotlines(t *testing.T) {
	zh, found := parse.Parse("hotline.flow", read(t, "testdata/hotline.flow"))
	if len(found) > 0 {
		t.Errorf("hotline.flow:\n%s", render(read(t, "testdata/hotline.flow"), found))
	}
	en, found := parse.Parse("hotline.flow", read(t, "testdata/hotline.en.flow"))
	if len(found) > 0 {
		t.Errorf("hotline.en.flow:\n%s", render(read(t, "testdata/hotline.en.flow"), found))
	}
	zh.Comments, en.Comments = nil, nil
	if d := cmp.Diff(strings.Split(dump(t, zh, false), "\n"), strings.Split(dump(t, en, false), "\n")); d != "" {
		t.Errorf("the tongues give two trees:\n%s", d)
	}
	if len(zh.Decls) < 100 {
		t.Errorf("%d declarations read", len(zh.Decls))
	}
}

// TestGolden compares the tree and the findings of testdata/*.flow with the file of the same name that
// ends in .tree.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.flow")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src := read(t, path)
			file, found := parse.Parse(filepath.Base(path), src)
			got := dump(t, file, true) + render(src, found)
			golden := strings.TrimSuffix(path, ".flow") + ".tree"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(read(t, golden)), got); d != "" {
				t.Errorf("run with -update if this is meant:\n%s", d)
			}
		})
	}
}
