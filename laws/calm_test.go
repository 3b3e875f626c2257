package laws_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCalmPackagesKeepNoSyncMap holds what the Makefile says of the packages that are compiled without the race
// detector: none of them keeps a sync.Map, or the linker may take its copy of the map's code for everybody's, and the
// detector sees races that are none.
func TestCalmPackagesKeepNoSyncMap(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?s)\nCALM +:= (.*?[^\\])\n`).FindSubmatch(makefile)
	if list == nil {
		t.Fatal("the Makefile has no list CALM")
	}
	seen := 0
	for p := range strings.FieldsSeq(string(list[1])) {
		folder, ours := strings.CutPrefix(p, "rexian/")
		if !ours {
			continue
		}
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: no files (%v)", p, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			seen++
			if strings.HasPrefix(string(text), "//go:build ") {
				continue // in no build of make test
			}
			if strings.Contains(string(text), "sync.Map") {
				t.Errorf("%s keeps a sync.Map, and %s stands in the list CALM of the Makefile", f, p)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d files were read", seen)
	}
}
