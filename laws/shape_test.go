// The shape of a file: how long its lines are, and how many.
package laws_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	columns  = 120 // a tab counts for four
	longFile = 580 // the aim is 500; a file that grows beyond this has two subjects
)

// TestShapeOfFiles: a line keeps within the columns unless a literal in it cannot be broken (a tag, a query, a
// sentence), and a file has one subject.
func TestShapeOfFiles(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines := strings.Split(string(text), "\n")
		if len(lines) > longFile {
			t.Errorf("%s has %d lines: it has more than one subject", path, len(lines))
		}
		raw := false // within a text of several lines
		for i, line := range lines {
			within := raw
			if strings.Count(line, "`")%2 == 1 {
				raw = !raw
			}
			if !within && utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")) > columns && !literal(line) {
				t.Errorf("%s:%d is longer than %d columns", path, i+1, columns)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// literal tells whether a line has a text of more than a third of the columns, or begins one of several lines.
func literal(line string) bool {
	line = strings.ReplaceAll(line, `\"`, "''")
	for _, quote := range []string{"`", `"`} {
		for i, part := range strings.Split(line, quote) {
			if i > 0 && utf8.RuneCountInString(part) > columns/3 {
				return true
			}
		}
	}
	return strings.Count(line, "`")%2 == 1
}
