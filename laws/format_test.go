package laws_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
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

// TestFormatKeepsWhatIsMeant writes random programs anew, each also with its words scattered over lines, with remarks
// between them: once is enough, what is written means the same, and to English and back changes no letter.
// REXIAN_FORMAT_PROGRAMS says how many, else it is eight.
func TestFormatKeepsWhatIsMeant(t *testing.T) {
	programs := uint64(8)
	if n, err := strconv.ParseUint(os.Getenv("REXIAN_FORMAT_PROGRAMS"), 10, 64); err == nil {
		programs = n
	}
	texts := 0
	for seed := range programs {
		src := explore.Write(seed)
		keepsMeaning(t, seed, src)
		texts++
		scattered := scatter(seed, src)
		if _, found := parse.Parse("a.flow", []byte(scattered)); diag.HasErrors(found) {
			continue // where a line may not end
		}
		texts++
		keepsMeaning(t, seed, scattered)
	}
	t.Logf("%d texts of %d programs", texts, programs)
	if texts < int(programs)*3/2 {
		t.Errorf("only %d texts of %d programs", texts, programs)
	}
}

// remark is what scatter puts between words.
const remark = "// 注：备"

// scatter puts other blanks, ends of lines and remarks between the words of a program.
func scatter(seed uint64, src string) string {
	r := rand.New(rand.NewPCG(seed, 7))
	list, _ := parse.Tokens("a.flow", []byte(src))
	var b strings.Builder
	at := 0
	for _, l := range list {
		gap := src[at:l.Span.Start]
		if gap != "" && strings.TrimSpace(gap) == "" {
			ends := strings.Contains(gap, "\n")
			switch n := r.IntN(12); {
			case ends && n == 0:
				gap = "\n\n\n"
			case ends && n < 3:
				gap = " " + remark + "\n"
			case ends && n == 3:
				gap = "\n  " + remark + "\n\t"
			case n < 3:
				gap = strings.Repeat(" ", n) + gap
			case n == 4 && r.IntN(100) == 0: // seldom: not everywhere may a line end
				gap = "\n"
			}
		}
		b.WriteString(gap)
		b.WriteString(src[l.Span.Start:l.Span.End])
		at = l.Span.End
	}
	return b.String() + src[at:]
}

// keepsMeaning writes a program in each tongue.
func keepsMeaning(t *testing.T, seed uint64, src string) {
	t.Helper()
	tree := func(src string) string {
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
	write := func(src string, to format.Tongue) string {
		out, err := format.Format("a.flow", []byte(src), format.Options{Tongue: to})
		if err != nil {
			t.Fatalf("program %d: %v\n%s", seed, err, src)
		}
		return string(out)
	}
	meant := tree(src)
	for _, tongue := range []format.Tongue{format.Keep, format.Zh, format.En} {
		once := write(src, tongue)
		if twice := write(once, tongue); twice != once {
			t.Fatalf("program %d: written in tongue %v as\n%s\nand again as\n%s", seed, tongue, once, twice)
		}
		if n := strings.Count(once, remark); n != strings.Count(src, remark) {
			t.Fatalf("program %d: %d remarks are left in tongue %v:\n%s\nof\n%s", seed, n, tongue, once, src)
		}
		if tree(once) != meant {
			t.Fatalf("program %d means another thing in tongue %v:\n%s", seed, tongue, once)
		}
	}
	zh := write(src, format.Zh)
	back := write(write(zh, format.En), format.Zh)
	if strings.Contains(src, remark) { // blanks may have made columns that English words do not
		zh, back = squeezed(zh), squeezed(back)
	}
	if back != zh {
		t.Fatalf("program %d: to English and back made\n%s\nof\n%s", seed, back, zh)
	}
}

// squeezed is a text with one blank where a line has some.
func squeezed(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return strings.Join(lines, "\n")
}
