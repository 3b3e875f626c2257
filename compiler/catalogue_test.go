package compiler_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/lang/diag"
	"rexian/runtime/readout"
)

// alone gives what is said about a program of one file, for the entry of a code: what nobody is told without asking,
// only for its own.
func alone(t *testing.T, code diag.Code, source string) []diag.Diagnostic {
	t.Helper()
	w, err := compiler.Open("testdata/broken/root")
	if err != nil {
		t.Fatal(err)
	}
	w.Overlay(caseFile, []byte(source))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	p, found := w.Check(compiler.Options{Today: today, Voice: readout.Voice{}})
	if code != "RX3201" { // what is not carried out yet is written all the same
		found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Code == "RX3201" })
	}
	if !diag.HasErrors(found) && code == "RX4106" {
		found = append(found, p.MissingWords()...)
	}
	return found
}

// TestCatalogue runs the example programs of every code: the bad one gives the code and no other error, the
// good one nothing at all. A reader of `rexian explain` may copy either.
func TestCatalogue(t *testing.T) {
	for _, e := range diag.All() {
		t.Run(string(e.Code), func(t *testing.T) {
			if e.Bad != "" {
				found := alone(t, e.Code, e.Bad)
				seen := false
				for _, d := range found {
					seen = seen || d.Code == e.Code
					if d.Code != e.Code && (d.Severity == diag.Error || e.Severity != diag.Error) {
						t.Errorf("the bad program also gives %s", d.Code)
					}
				}
				if !seen || t.Failed() {
					t.Errorf("the bad program\n%s\ngives\n%s", e.Bad, shown(e.Bad, found))
				}
			}
			if e.Good != "" {
				if found := alone(t, e.Code, e.Good); len(found) > 0 {
					t.Errorf("the good program\n%s\ngives\n%s", e.Good, shown(e.Good, found))
				}
			}
		})
	}
}

// TestCatalogueTexts asks each entry for both tongues, the same holes in both, and a code of its family's form.
func TestCatalogueTexts(t *testing.T) {
	hole := regexp.MustCompile(`\{\d\}`)
	for _, e := range diag.All() {
		t.Run(string(e.Code), func(t *testing.T) {
			if !regexp.MustCompile(`^RX[1-8]\d{3}$`).MatchString(string(e.Code)) {
				t.Error("is no code of a family")
			}
			for what, text := range map[string]diag.Text{"message": e.Message, "explanation": e.Explain} {
				if strings.TrimSpace(text.Zh) == "" || strings.TrimSpace(text.En) == "" {
					t.Errorf("the %s lacks a tongue", what)
				}
				if text.Zh == text.En {
					t.Errorf("the %s is the same in both tongues: %s", what, text.Zh)
				}
			}
			holes := func(s string) string {
				set := map[string]bool{}
				for _, h := range hole.FindAllString(s, -1) {
					set[h] = true
				}
				var list []string
				for _, h := range []string{"{0}", "{1}", "{2}", "{3}"} {
					if set[h] {
						list = append(list, h)
					}
				}
				return strings.Join(list, " ")
			}
			if zh, en := holes(e.Message.Zh), holes(e.Message.En); zh != en {
				t.Errorf("the Chinese sentence says %s, the English one %s", zh, en)
			}
			if (e.Bad == "") != (e.Good == "") {
				t.Error("one of its two programs is missing")
			}
		})
	}
}

// TestCodes looks through the sources: every code that is reported has its entry, and every entry is reported.
func TestCodes(t *testing.T) {
	code := regexp.MustCompile(`"(RX\d{4})"`)
	used := map[string]string{}
	for _, root := range []string{"../lang", "../compiler", "../runtime", "../cmd"} {
		if _, err := os.Stat(root); err != nil {
			continue
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range code.FindAllStringSubmatch(string(src), -1) {
				used[m[1]] = path
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for c, path := range used {
		if _, ok := diag.Lookup(diag.Code(c)); !ok {
			t.Errorf("%s, reported in %s, is not in the catalogue", c, path)
		}
	}
	for _, e := range diag.All() {
		if used[string(e.Code)] == "" {
			t.Errorf("%s is in the catalogue and never reported", e.Code)
		}
	}
}
