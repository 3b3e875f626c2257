package laws

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// office are the methods of the library's stores that the office will call, the pages on which staff work through
// tickets, messages and recordings: built and tested, and called by nothing yet. What gets its caller loses its row.
var office = rowsOf(`
	customer Put Search
	filing PutDuty
	invoice Put
	knowledge SendBack Withdraw
	message ApproveTemplate PutTemplate Render Reply
	notice Withdraw
	refund Put
	taxpayer Pay Put SetPIN
	ticket Bind Journey Out Travel Trips
`)

// trail are the columns that are written for whoever has to look into what was done, and that no page shows yet.
var trail = rowsOf(`
	closures lifted_by
	exports rows_out
	filing_changes old_sales new_sales changed_at
	survey_responses started_at
`)

// rowsOf reads lists of names, the first of a line before a dot to each of the others.
func rowsOf(text string) map[string]bool {
	list := map[string]bool{}
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 1 {
			for _, w := range words[1:] {
				list[words[0]+"."+w] = true
			}
		}
	}
	return list
}

// TestEveryStoreMethodIsCalled finds what the library can do and nobody asks of it.
func TestEveryStoreMethodIsCalled(t *testing.T) {
	c := theCode()
	used, through := map[types.Object]bool{}, map[string]bool{}
	for _, p := range c.pkgs {
		for _, o := range p.info.Uses {
			used[o] = true
		}
		for _, s := range p.info.Selections {
			used[s.Obj()] = true
		}
		for _, o := range p.info.Defs {
			if f, ok := o.(*types.Func); ok {
				if r := f.Signature().Recv(); r != nil && types.IsInterface(r.Type()) {
					through[f.Name()] = true
				}
			}
		}
	}
	waits := map[string]bool{}
	stores := 0
	for path, p := range c.pkgs {
		if !strings.HasPrefix(path, "rexian/stdlib/") {
			continue
		}
		for _, o := range p.info.Defs {
			f, ok := o.(*types.Func)
			if !ok || !f.Exported() || f.Signature().Recv() == nil {
				continue
			}
			if r := f.Signature().Recv().Type().String(); !strings.HasSuffix(r, ".Store") {
				continue
			}
			stores++
			name := p.pkg.Name() + "." + f.Name()
			called := used[o] || through[f.Name()]
			switch {
			case !called && !office[name]:
				t.Errorf("nothing calls %s outside of tests: delete it, or let something call it", name)
			case called && office[name]:
				t.Errorf("%s is called: take it off the list of what the office will call", name)
			}
			waits[name] = true
		}
	}
	for name := range office {
		if !waits[name] {
			t.Errorf("the list of what the office will call has %s, which is not there", name)
		}
	}
	if stores < 100 {
		t.Errorf("only %d methods were looked at", stores)
	}
}

var (
	comment  = regexp.MustCompile(`--[^\n]*`)
	creates  = regexp.MustCompile(`(?s)CREATE TABLE (\w+)\s*\((.*?)\n\)`)
	column   = regexp.MustCompile(`(?m)^\s*(\w+)\s+(?:TEXT|INTEGER|REAL|BLOB)\b`)
	adds     = regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w+)`)
	drops    = regexp.MustCompile(`ALTER TABLE (\w+) DROP COLUMN (\w+)`)
	word     = regexp.MustCompile(`\w+`)
	inserted = regexp.MustCompile(`(?s)INSERT (?:OR \w+ )?INTO\s+\w+\s*\([^)]*\)`)
	assigned = regexp.MustCompile(`(?s)(SET\s+|,\s*)\w+\s*=`)
)

// TestEveryColumnIsWrittenAndRead looks for the columns of the schema among the words of the statements in the packages
// that name their table: in one at least, and in one at least otherwise than to be written.
func TestEveryColumnIsWrittenAndRead(t *testing.T) {
	tables := schema(t)
	type set map[string]bool
	names, reads := map[string]set{}, map[string]set{} // by package: the words of its strings
	c := theCode()
	for path, p := range c.pkgs {
		names[path], reads[path] = set{}, set{}
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				l, ok := n.(*ast.BasicLit)
				if !ok || l.Kind != token.STRING {
					return true
				}
				s, err := strconv.Unquote(l.Value)
				if err != nil {
					return true
				}
				for _, w := range word.FindAllString(s, -1) {
					names[path][w] = true
				}
				rest := assigned.ReplaceAllString(inserted.ReplaceAllString(s, ""), "$1")
				for _, w := range word.FindAllString(rest, -1) {
					reads[path][w] = true
				}
				return true
			})
		}
	}
	count := 0
	for table, columns := range tables {
		named, read := set{}, set{}
		for path, words := range names {
			if words[table] {
				maps.Copy(named, words)
				maps.Copy(read, reads[path])
			}
		}
		for name := range columns {
			count++
			full := table + "." + name
			switch {
			case !named[name]:
				t.Errorf("no statement names the column %s", full)
			case !read[name] && !trail[full]:
				t.Errorf("the column %s is written, and no statement reads it", full)
			case read[name] && trail[full]:
				t.Errorf("the column %s is read: take it off the list", full)
			}
		}
	}
	if count < 300 {
		t.Errorf("only %d columns were looked at", count)
	}
}

// schema is the columns of the tables as the migrations leave them.
func schema(t *testing.T) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob("stdlib/db/migrations/sqlite/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	tables := map[string]map[string]bool{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(src), "-- +goose Down")
		up = comment.ReplaceAllString(up, "")
		for _, m := range creates.FindAllStringSubmatch(up, -1) {
			if tables[m[1]] == nil {
				tables[m[1]] = map[string]bool{}
			}
			for _, c := range column.FindAllStringSubmatch(m[2], -1) {
				tables[m[1]][c[1]] = true
			}
		}
		for _, m := range adds.FindAllStringSubmatch(up, -1) {
			tables[m[1]][m[2]] = true
		}
		for _, m := range drops.FindAllStringSubmatch(up, -1) {
			delete(tables[m[1]], m[2])
		}
	}
	return tables
}
