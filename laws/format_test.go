package laws_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/format"
	"rexian/lang/parse"
	"rexian/locale"
	"rexian/runtime/explore"
)

// TestFormatIsAFixedPoint writes every shipped flow and lesson anew, and the programs of SPEC: what is written once is
// written so again, in the tongue it is in and in both; and to English and back changes no letter.
func TestFormatIsAFixedPoint(t *testing.T) {
	texts := map[string]string{}
	for _, root := range []string{"flows", "examples"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				locale.LearnAll(os.DirFS(path)) // a lesson has a language of its own
			}
			if err != nil || d.IsDir() || filepath.Ext(path) != ".flow" {
				return err
			}
			src, err := os.ReadFile(path)
			texts[path] = string(src)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, doc := range documents {
		for _, e := range examples(t, doc, map[string]string{}) {
			if e.code == "" && e.mark != "steps" {
				texts[doc+":"+e.text] = e.text
			}
		}
	}
	if len(texts) < 60 {
		t.Fatalf("%d programs", len(texts))
	}
	for name, src := range texts {
		name, _, _ = strings.Cut(name, "\n")
		write := func(src string, to format.Tongue) string {
			out, err := format.Format("a.flow", []byte(src), format.Options{Tongue: to})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return string(out)
		}
		for _, tongue := range []format.Tongue{format.Keep, format.Zh, format.En} {
			once := write(src, tongue)
			if twice := write(once, tongue); twice != once {
				t.Errorf("%s: written in tongue %v as\n%s\nand again as\n%s", name, tongue, once, twice)
			}
		}
		zh := write(src, format.Zh)
		if back := write(write(zh, format.En), format.Zh); back != zh {
			t.Errorf("%s: to English and back made\n%s\nof\n%s", name, back, zh)
		}
	}
}

// TestFormatKeepsWhatIsMeant writes random programs anew: once is enough, what is written means the same, and to
// English and back changes no letter.
func TestFormatKeepsWhatIsMeant(t *testing.T) {
	tree := func(seed uint64, src string) string {
		file, found := parse.Parse("a.flow", []byte(src))
		if diag.HasErrors(found) {
			t.Fatalf("program %d: %v\n%s", seed, found, src)
		}
		var b strings.Builder
		if err := ast.Dump(&b, file, false); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for seed := range uint64(40) {
		src := explore.Write(seed)
		write := func(src string, to format.Tongue) string {
			out, err := format.Format("a.flow", []byte(src), format.Options{Tongue: to})
			if err != nil {
				t.Fatalf("program %d: %v\n%s", seed, err, src)
			}
			return string(out)
		}
		meant := tree(seed, src)
		for _, tongue := range []format.Tongue{format.Keep, format.Zh, format.En} {
			once := write(src, tongue)
			if twice := write(once, tongue); twice != once {
				t.Fatalf("program %d: written in tongue %v as\n%s\nand again as\n%s", seed, tongue, once, twice)
			}
			if tree(seed, once) != meant {
				t.Fatalf("program %d means another thing in tongue %v:\n%s", seed, tongue, once)
			}
		}
		zh := write(src, format.Zh)
		if back := write(write(zh, format.En), format.Zh); back != zh {
			t.Fatalf("program %d: to English and back made\n%s\nof\n%s", seed, back, zh)
		}
	}
}
