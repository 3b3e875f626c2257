// Which folder may import which.
package laws_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport lists, for each top-level folder, the folders of ours that it may import.
// lang ← compiler ← runtime; media and stdlib know neither the machine nor each other; cmd wires. number and language
// are leaves that the flows and the lines both go by.
var mayImport = map[string][]string{
	"number":   {},
	"locale":   {},
	"lang":     {"locale", "lang"},
	"compiler": {"locale", "number", "lang", "compiler"},
	"runtime":  {"locale", "number", "lang", "compiler", "runtime"},
	"media":    {"locale", "number", "media"},
	"stdlib":   {"locale", "number", "lang", "compiler", "stdlib"},
	"cmd":      {"locale", "number", "lang", "compiler", "runtime", "media", "stdlib", "console", "cmd"},
	"console":  {"lang", "compiler", "runtime", "stdlib", "console"},
	"laws":     {},
}

// meeting is where running calls, and the campaigns that place them, meet the wire and the database: the folders of
// runtime that may see both.
var meeting = []string{"runtime/exchange", "runtime/campaign"}

// leaves may import nothing of ours but what stands here.
var leaves = map[string][]string{
	"lang/diag":       {},
	"lang/words":      {},
	"lang/ast":        {"lang/diag"},
	"compiler/ident":  {"number"},
	"compiler/hours":  {},
	"compiler/table":  {},
	"compiler/value":  {},
	"runtime/readout": {"locale"},
	"runtime/collect": {"compiler/ident"},
	"runtime/dialer":  {"compiler/bundle", "compiler/hours"},
	"runtime/room":    {},

	"media/audio":        {},
	"media/dtmf":         {"media/audio"},
	"media/sdp":          {"media/audio"},
	"media/rtp":          {"media/audio", "media/dtmf", "media/sdp"},
	"media/record":       {"media/audio", "media/dtmf"},
	"media/prompt":       {"locale", "media/audio", "media/rtp"},
	"media/sip/guard":    {},
	"media/tasks":        {},
	"media/progress":     {},
	"media/announce":     {},
	"media/announce/lab": {"media/audio"},
	"media/sip/field":    {},
	"media/sip/validate": {"media/sip/field"},
	"media/sip/digest":   {},
	"media/sip/siptrace": {"media/sip/validate"},

	"stdlib/breaker": {},
	"stdlib/spool":   {},
	"stdlib/fn":      {"compiler/value"},
}

func TestImportsGoOneWay(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "bench" || name == "testdata" || strings.HasPrefix(name, ".") && name != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		top, _, _ := strings.Cut(pkg, "/")
		allowed, known := mayImport[top]
		if !known {
			t.Errorf("%s: folder %q has no place in the house", path, top)
			return nil
		}
		for _, imp := range f.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			ours, ok := strings.CutPrefix(p, "rexian/")
			if !ok {
				continue
			}
			seen++
			target, _, _ := strings.Cut(ours, "/")
			if slices.Contains(meeting, pkg) && (target == "media" || target == "stdlib") {
				continue
			}
			if !slices.Contains(allowed, target) {
				t.Errorf("%s imports %s: %s may import only %v", path, p, top, allowed)
			}
			if leaf, isLeaf := leaves[pkg]; isLeaf && !slices.Contains(leaf, ours) {
				t.Errorf("%s imports %s: %s is a leaf and may import only %v", path, p, pkg, leaf)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatal("no import of ours was seen: the test looks in the wrong place")
	}
}
