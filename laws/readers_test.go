package laws

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rexian/compiler/library"
	"rexian/compiler/pending"
	"rexian/lang/diag"
)

// code is the project's own packages, type-checked from their source, without tests. What comes from elsewhere is
// unknown to it: that is enough to tell who uses what of ours, and takes a second.
type code struct {
	fset *token.FileSet
	pkgs map[string]*typed
}

// typed is one package.
type typed struct {
	path  string
	files map[string]*ast.File // by path under the root
	pkg   *types.Package
	info  *types.Info
}

var theCode = sync.OnceValue(func() *code {
	c := &code{fset: token.NewFileSet(), pkgs: map[string]*typed{}}
	look := func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || foreign(path) {
			return nil
		}
		f, err := parser.ParseFile(c.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p := "rexian/" + filepath.ToSlash(filepath.Dir(path))
		if c.pkgs[p] == nil {
			c.pkgs[p] = &typed{path: p, files: map[string]*ast.File{}}
		}
		c.pkgs[p].files[filepath.ToSlash(path)] = f
		return nil
	}
	for _, dir := range []string{"lang", "compiler", "runtime", "number", "cmd", "console", "stdlib", "media/sip"} {
		if err := filepath.WalkDir(dir, look); err != nil {
			panic(err)
		}
	}
	for p := range c.pkgs {
		c.Import(p)
	}
	return c
})

// foreign tells the files of other systems than the one whose code is looked at.
func foreign(path string) bool {
	base := strings.TrimSuffix(filepath.Base(path), ".go")
	for _, s := range []string{"_other", "_windows", "_darwin", "_portable"} {
		if strings.HasSuffix(base, s) {
			return true
		}
	}
	return false
}

// Import makes a code the importer of its own packages; others are empty.
func (c *code) Import(path string) (*types.Package, error) {
	t := c.pkgs[path]
	if t == nil {
		p := types.NewPackage(path, path[strings.LastIndexByte(path, '/')+1:])
		p.MarkComplete()
		return p, nil
	}
	if t.pkg != nil {
		return t.pkg, nil
	}
	t.info = &types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}, Uses: map[*ast.Ident]types.Object{},
		Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: c, Error: func(error) {}}
	var files []*ast.File
	for _, name := range sortedKeys(t.files) {
		files = append(files, t.files[name])
	}
	t.pkg, _ = conf.Check(path, c.fset, files, t.info)
	return t.pkg, nil
}

func sortedKeys[T any](m map[string]T) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// fields are the exported fields of the structs of a package, as Struct.Field.
func (c *code) fields(path string) map[*types.Var]string {
	out := map[*types.Var]string{}
	scope := c.pkgs[path].pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || !tn.Exported() {
			continue
		}
		if s, ok := tn.Type().Underlying().(*types.Struct); ok {
			for i := range s.NumFields() {
				if f := s.Field(i); f.Exported() && !f.Embedded() {
					out[f] = name + "." + f.Name()
				}
			}
		}
	}
	return out
}

// read collects the fields that the files for which in holds read, each with a file. What is only written to is not
// read; what a function reads counts only if something outside of tests calls it, and what String says is for people.
func (c *code) read(in func(file string) bool) map[*types.Var]string {
	called := c.called(in)
	seen := map[*types.Var]string{}
	for _, t := range c.pkgs {
		for name, f := range t.files {
			if !in(name) {
				continue
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && (fn.Name.Name == "String" || !called[t.info.Defs[fn.Name]]) {
					continue
				}
				for _, v := range t.readBy(d) {
					if seen[v] == "" {
						seen[v] = name
					}
				}
			}
		}
	}
	return seen
}

// readBy lists the fields that a declaration reads.
func (t *typed) readBy(d ast.Decl) (list []*types.Var) {
	written := map[ast.Node]bool{}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN {
				for _, l := range n.Lhs {
					written[l] = true
				}
			}
		case *ast.SelectorExpr:
			s := t.info.Selections[n]
			if s == nil || s.Kind() != types.FieldVal || written[n] {
				break
			}
			if v, ok := s.Obj().(*types.Var); ok {
				list = append(list, v)
			}
		}
		return true
	})
	return list
}

// called are the functions that are called in the files for which in holds: by others than themselves, by an interface,
// or by nobody who could be seen because they are where everything begins.
func (c *code) called(in func(file string) bool) map[types.Object]bool {
	called, through := map[types.Object]bool{}, map[string]bool{}
	type function struct {
		obj  types.Object
		name string
		recv bool
	}
	var all []function
	for _, t := range c.pkgs {
		for name, f := range t.files {
			for _, d := range f.Decls {
				fn, _ := d.(*ast.FuncDecl)
				if fn != nil {
					all = append(all, function{t.info.Defs[fn.Name], fn.Name.Name, fn.Recv != nil})
				}
				ast.Inspect(d, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.Ident:
						if o := t.info.Uses[n]; o != nil && in(name) && (fn == nil || o != t.info.Defs[fn.Name]) {
							called[o] = true
						}
					case *ast.InterfaceType:
						for _, m := range n.Methods.List {
							for _, id := range m.Names {
								through[id.Name] = true
							}
						}
					}
					return true
				})
			}
		}
	}
	for _, f := range all {
		if f.name == "main" || f.name == "init" || f.name == "Error" || f.recv && through[f.name] {
			called[f.obj] = true
		}
	}
	return called
}

// atRunTime tells the files that carry a program out. The simulator and what is built on it play worlds of their own,
// and what compares, explains or lists programs shows them to people.
func atRunTime(file string) bool {
	for _, other := range []string{"runtime/sim/", "runtime/suite/", "runtime/explore/", "runtime/trace/",
		"runtime/meaning/", "runtime/mutate/", "runtime/replay/", "runtime/witness/", "runtime/score/"} {
		if strings.HasPrefix(file, other) {
			return false
		}
	}
	return strings.HasPrefix(file, "runtime/") || strings.HasPrefix(file, "cmd/rexian/server/") ||
		strings.HasPrefix(file, "stdlib/") || strings.HasPrefix(file, "compiler/bundle/bundle.go") ||
		file == "compiler/bundle/ways.go" || file == "compiler/emit/lookups.go"
}

// listed are the fields of the bundle that tell a person something, and those of formats before.
var listed = map[string]string{
	"Listing.Flow": "what disasm shows", "Listing.Line": "what disasm shows",
	"Table.Name": "findings and comparisons name it", "Setting.Name": "tests and comparisons name it",
	"Param.Name": "disasm shows it", "Setting.Kind": "disasm shows it", "Func.Returns": "disasm shows it",
	"Question.Retry": "until format 4", "Program.Playing": "until format 4",
}

// TestEveryFieldOfTheBundleIsRead finds what is compiled and read by nothing that runs: it stands in the list of what
// is not carried out, and what that list names is not read.
func TestEveryFieldOfTheBundleIsRead(t *testing.T) {
	c := theCode()
	seen := c.read(atRunTime)
	waits := map[string]bool{}
	for _, w := range pending.Words {
		for _, f := range w.Fields {
			waits[f] = true
		}
	}
	used := map[string]bool{}
	for v, name := range c.fields("rexian/compiler/bundle") {
		of, _, _ := strings.Cut(name, ".")
		row := name
		if !waits[row] {
			row = of + ".*"
		}
		used[row] = used[row] || waits[row]
		switch {
		case waits[row] && seen[v] != "":
			t.Errorf("%s is read by %s, and pending.Words says that it is not carried out", name, seen[v])
		case seen[v] == "" && !waits[row] && listed[name] == "":
			t.Errorf("%s is compiled, and nothing that runs reads it", name)
		case seen[v] != "" && listed[name] != "":
			t.Errorf("%s is read by %s: take it off the list of what is not", name, seen[v])
		}
	}
	for f := range waits {
		if !used[f] && !strings.HasPrefix(f, "Site.") {
			t.Errorf("pending.Words names %s, which the bundle does not have", f)
		}
	}
}

// handed are the acts whose otherwise is handed on by ast.Act's Otherwise, which every stage asks.
var handed = map[string]bool{"Enqueue": true, "Transfer": true, "Callback": true, "Send": true, "Fax": true,
	"ReceiveFax": true}

// TestEveryNodeIsRead finds what is parsed and looked at by no stage after the parser and the formatter.
func TestEveryNodeIsRead(t *testing.T) {
	c := theCode()
	seen := c.read(func(file string) bool { // an editor and a picture show what they read, and nothing comes of it
		return strings.HasPrefix(file, "runtime/suite/") || strings.HasPrefix(file, "compiler/") &&
			!strings.HasPrefix(file, "compiler/editor/") && !strings.HasPrefix(file, "compiler/chart/")
	})
	for v, name := range c.fields("rexian/lang/ast") {
		of, _, _ := strings.Cut(name, ".")
		// Comments are the formatter's, and rules wait to be proved: their names are checked.
		if name == "HoursLine.Closed" || strings.HasSuffix(name, ".Faulty") {
			continue // a closed line has no spans; what is faulty was reported by the parser
		}
		if name == of+".Else" && handed[of] || of == "Numbers" { // the counter of nodes is the parser's own
			continue
		}
		if seen[v] == "" && of != "Comment" && of != "Claim" && of != "Point" && of != "Base" && of != "File" {
			t.Errorf("%s is parsed, and nothing reads it", name)
		}
	}
}

// made collects the words of a file where they are given, returned or put into something; a word that something is only
// compared with, or looked up by, makes nothing.
func made(f *ast.File, into map[string]bool) {
	compared := map[ast.Node]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CaseClause:
			for _, x := range n.List {
				compared[x] = true
			}
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				compared[n.X], compared[n.Y] = true, true
			}
		case *ast.KeyValueExpr:
			compared[n.Key] = true
		case *ast.IndexExpr:
			compared[n.Index] = true
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && !compared[n] {
				into[s] = true
			}
		}
		return true
	})
}

// TestEveryOutcomeHasAProducer looks for the tag of each outcome among the words of the code that runs.
func TestEveryOutcomeHasAProducer(t *testing.T) {
	c := theCode()
	said := map[string]bool{}
	for _, p := range c.pkgs {
		for name, f := range p.files {
			if !atRunTime(name) && !strings.HasPrefix(name, "media/sip") {
				continue
			}
			made(f, said)
		}
	}
	for _, w := range pending.Words {
		if said[w.ID] && w.Place.En == "outcome of transfer" {
			t.Errorf("a step ends in %s, and pending.Words says that none does", w.ID)
		}
		said[w.ID] = true
	}
	for _, list := range [][]string{library.CallOutcomes, library.QueueOutcomes, library.TableOutcomes} {
		for _, tag := range list {
			if !said[tag] {
				t.Errorf("no step ever ends in %s", tag)
			}
		}
	}
	for _, f := range library.All() {
		for _, tag := range f.AllOutcomes() {
			if f.Class == library.Lookup && !said[tag] {
				t.Errorf("%s never ends in %s", f.ID, tag)
			}
		}
	}
}

// Both READMEs name every word that is not carried out, so that nobody plans on one.
func TestReadmesNameWhatIsNotCarriedOut(t *testing.T) {
	for _, page := range []struct {
		file, from string
		tongue     diag.Tongue
	}{{"README.md", "What is not there yet", diag.En}, {"README.zh.md", "还没有的", diag.Zh}} {
		src, err := os.ReadFile(page.file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, ok := strings.Cut(string(src), page.from)
		list, _, _ := strings.Cut(rest, "\n## ")
		list = strings.Join(strings.Fields(list), " ")
		if !ok {
			t.Errorf("%s has no list that begins with %q", page.file, page.from)
		}
		for _, w := range pending.Words {
			if name := w.Spelling().In(page.tongue); !strings.Contains(list, "`"+name+"`") {
				t.Errorf("%s does not say that `%s` is not carried out", page.file, name)
			}
		}
	}
}
