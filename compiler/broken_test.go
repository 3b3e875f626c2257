package compiler_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rexian/compiler"
	"rexian/lang/diag"
)

// The archives in testdata/broken hold programs with one mistake each, as beginners make them. An archive
// is a text file:
//
//	the text before the first title is a small sound hotline, one more file of every program below
//	=== title of a case
//	the program; the line with the mistake ends in   //! RX1019 col 3 fix: the line as mended
//
// What is expected stands on the failing line and is taken off before the program is read: the code, the
// column in characters from 1 and, where the finding has a fix after which no error is left, the line that
// the fix makes of it. A program
// without such a line is sound, however odd it looks: nothing at all is said about it.

var update = flag.Bool("update", false, "write what is found into the archives of testdata/broken")

// broken is one program of an archive.
type broken struct {
	title string
	base  string
	lines []string // without what is expected
	line  int      // of the expected finding, from 1; 0 for none
	code  string
	col   int
	mends bool
	fixed string // the line as the fix leaves it, trimmed
}

var expectation = regexp.MustCompile(`[ \t]*//! ?(RX\d{4})?(?: col (\d+))?(?: fix: ?(.*))?[ \t]*$`)

func readArchive(t *testing.T, path string) (base string, cases []*broken) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split("\n"+string(text), "\n=== ")
	titles := map[string]bool{}
	for _, part := range parts[1:] {
		title, program, _ := strings.Cut(part, "\n")
		b := &broken{title: title, base: parts[0]}
		if titles[title] {
			t.Fatalf("%s: two cases are called %s", path, title)
		}
		titles[title] = true
		for i, line := range strings.Split(strings.TrimRight(program, "\n"), "\n") {
			if m := expectation.FindStringSubmatchIndex(line); m != nil {
				if b.line > 0 {
					t.Fatalf("%s: %s expects two findings", path, title)
				}
				b.line = i + 1
				sub := expectation.FindStringSubmatch(line)
				b.code, b.fixed, b.mends = sub[1], strings.TrimSpace(sub[3]), m[6] >= 0
				b.col, _ = strconv.Atoi(sub[2])
				line = line[:m[0]]
			}
			b.lines = append(b.lines, line)
		}
		cases = append(cases, b)
	}
	return parts[0], cases
}

func (b *broken) source() string { return strings.Join(b.lines, "\n") + "\n" }

const (
	baseFile = "a_hotline.flow"
	caseFile = "b_case.flow"
	today    = 20739 // 2026-10-13
)

// findings gives what is said about a case. What the hotline around it declares for others, and the case has
// no use for, is not held against it.
func (b *broken) findings(t *testing.T, source string) []diag.Diagnostic {
	t.Helper()
	asked := [2]string{b.base, source}
	if known, ok := judgedCases.Load(asked); ok {
		return known.([]diag.Diagnostic)
	}
	_, found := b.loaded(t, source).Check(compiler.Options{Today: today})
	found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool {
		return d.File == baseFile && (d.Code == "RX3008" || d.Code == "RX3009") ||
			d.Code == "RX3201" // what is not carried out yet is written all the same
	})
	judgedCases.Store(asked, found)
	return found
}

// judgedCases are the findings of cases that several tests look at, by what is around them and their source.
var judgedCases sync.Map

// loaded is the program of a case, in the hotline around it.
func (b *broken) loaded(t *testing.T, source string) *compiler.Workspace {
	t.Helper()
	w, err := compiler.Open("testdata/broken/root")
	if err != nil {
		t.Fatal(err)
	}
	w.Overlay(baseFile, []byte(b.base))
	w.Overlay(caseFile, []byte(source))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	return w
}

func mended(source string, fix *diag.Fix) string {
	edits := slices.Clone(fix.Edits)
	slices.SortFunc(edits, func(a, b diag.Edit) int { return b.Span.Start - a.Span.Start })
	for _, e := range edits {
		source = source[:e.Span.Start] + e.New + source[e.Span.End:]
	}
	return source
}

func shown(source string, list []diag.Diagnostic) string {
	var out bytes.Buffer
	p := diag.Printer{Source: func(file string) []byte {
		if file == caseFile {
			return []byte(source)
		}
		return nil
	}}
	if err := p.Print(&out, list); err != nil {
		return err.Error()
	}
	return out.String()
}

func archives(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/broken/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	return paths
}

// TestBroken runs every case: one mistake, one finding, at its place, with the right way to mend it.
func TestBroken(t *testing.T) {
	total := 0
	for _, path := range archives(t) {
		base, cases := readArchive(t, path)
		total += len(cases)
		if *update {
			rewrite(t, path, base, cases)
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			for _, b := range cases {
				t.Run(b.title, b.run)
			}
		})
	}
	if total < 200 {
		t.Errorf("only %d cases", total)
	}
}

func (b *broken) run(t *testing.T) {
	source := b.source()
	found := b.findings(t, source)
	if b.line == 0 {
		if len(found) > 0 {
			t.Errorf("is sound, and yet:\n%s", shown(source, found))
		}
		return
	}
	if len(found) != 1 {
		t.Fatalf("want %s at %d:%d and nothing else, have:\n%s", b.code, b.line, b.col, shown(source, found))
	}
	d := found[0]
	at := diag.Place([]byte(source), d.Span.Start)
	if d.File != caseFile || string(d.Code) != b.code || at.Line != b.line || at.Column != b.col {
		t.Errorf("want %s at %d:%d, have:\n%s", b.code, b.line, b.col, shown(source, found))
	}
	if !b.mends {
		return
	}
	if d.Fix == nil {
		t.Fatalf("no fix:\n%s", shown(source, found))
	}
	after := mended(source, d.Fix)
	if line := strings.TrimSpace(strings.Split(after, "\n")[b.line-1]); line != b.fixed {
		t.Errorf("is mended to\n%s\nand not to\n%s", line, b.fixed)
	}
	if left := b.findings(t, after); diag.HasErrors(left) {
		t.Errorf("after the fix there is still:\n%s", shown(after, left))
	}
}

// rewrite writes an archive anew, with what is found as what is expected. Read the difference before
// committing it: a wrong verdict is written down as readily as a right one.
func rewrite(t *testing.T, path, base string, cases []*broken) {
	t.Helper()
	out := strings.TrimPrefix(base, "\n") + "\n"
	for _, b := range cases {
		out += "=== " + b.title + "\n"
		source := b.source()
		found := b.findings(t, source)
		lines := slices.Clone(b.lines)
		switch {
		case len(found) == 1 && found[0].File == caseFile:
			d := found[0]
			at := diag.Place([]byte(source), d.Span.Start)
			note := fmt.Sprintf("    //! %s col %d", d.Code, at.Column)
			if d.Fix != nil && !diag.HasErrors(b.findings(t, mended(source, d.Fix))) {
				note += " fix: " + strings.TrimSpace(strings.Split(mended(source, d.Fix), "\n")[at.Line-1])
			}
			if string(d.Code) != b.code || at.Line != b.line {
				t.Logf("%s: %s: expected %q on line %d\n%s", path, b.title, b.code, b.line, shown(source, found))
			}
			lines[at.Line-1] += note
		case len(found) == 0 && b.line == 0:
		default:
			t.Errorf("%s: %s: expected %q on line %d, found %d:\n%s", path, b.title, b.code, b.line, len(found),
				shown(source, found))
			if b.line > 0 {
				lines[b.line-1] += fmt.Sprintf("    //! %s col %d", b.code, b.col)
			}
		}
		out += strings.Join(lines, "\n") + "\n\n"
	}
	if err := os.WriteFile(path, []byte(strings.TrimRight(out, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
