package laws_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEnglishCounts keeps what is said to people in English from saying “1 files”: behind a number that is not fixed
// diag.Fill takes both forms, as [file|files].
func TestEnglishCounts(t *testing.T) {
	counted := regexp.MustCompile(`%\d*d (?:new |more |of )?([a-z]{2,}(?:s|xes))\b`)
	verbs := map[string]bool{"as": true, "is": true, "was": true, "has": true}
	sayers := map[string]bool{"Say": true, "Usage": true, "Textf": true, "Fill": true}
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		src, err := os.ReadFile(path)
		if seen++; err != nil || !counted.Match(src) {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			of, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !sayers[of.Sel.Name] {
				return true
			}
			for _, arg := range call.Args {
				lit, ok := arg.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range counted.FindAllStringSubmatch(text, -1) {
					if !verbs[m[1]] {
						t.Errorf("%s: %q may be one: write [one|many]", fset.Position(lit.Pos()), m[0])
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 500 {
		t.Errorf("only %d files were read", seen)
	}
}
