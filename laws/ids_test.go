package laws_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rexian/lang/words"
)

// TestKeywordsAreConstants keeps the IDs of keywords out of quotes: in the parser everywhere, in the compiler where the
// kind of a clause or the operator of an expression is asked for or given. A sentence of a finding, and the state of a
// value (open, off), are no IDs.
func TestKeywordsAreConstants(t *testing.T) {
	parsed, err := filepath.Glob("lang/parse/*.go")
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := filepath.Glob("compiler/*/*.go")
	if err != nil || len(parsed) == 0 || len(compiled) == 0 {
		t.Fatal("no sources: ", err)
	}
	ids := map[string]bool{}
	for _, k := range words.All() {
		ids[k.ID] = ids[k.ID] || k.Class <= words.Contextual
	}
	for _, path := range append(parsed, compiled...) {
		if !strings.HasSuffix(path, "_test.go") {
			quotedIDs(t, path, ids, strings.HasPrefix(path, "lang/"))
		}
	}
}

// quotedIDs reports the IDs that one file has in quotes.
func quotedIDs(t *testing.T, path string, ids map[string]bool, everywhere bool) {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	quoted := func(e ast.Node) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil && ids[s] {
				t.Errorf("%s: %q is a keyword: use the constant of lang/words", files.Position(l.Pos()), s)
			}
		}
	}
	asked := func(e ast.Expr) bool { // x.Kind, x.Op
		s, ok := e.(*ast.SelectorExpr)
		return ok && (s.Sel.Name == "Kind" || s.Sel.Name == "Op")
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CompositeLit:
			s, ok := x.Type.(*ast.SelectorExpr)
			m, isMap := x.Type.(*ast.MapType)
			if isMap {
				s, ok = m.Value.(*ast.SelectorExpr)
			}
			if ok && (s.Sel.Name == "Text" || s.Sel.Name == "State") {
				if isMap && everywhere {
					for _, e := range x.Elts {
						quoted(e.(*ast.KeyValueExpr).Key)
					}
				}
				return false
			}
		case *ast.BasicLit:
			if everywhere {
				quoted(x)
			}
		case *ast.SwitchStmt:
			if x.Tag != nil && asked(x.Tag) {
				for _, c := range x.Body.List {
					for _, e := range c.(*ast.CaseClause).List {
						quoted(e)
					}
				}
			}
		case *ast.BinaryExpr:
			if asked(x.X) {
				quoted(x.Y)
			}
			if asked(x.Y) {
				quoted(x.X)
			}
		}
		return true
	})
}
