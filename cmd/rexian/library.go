package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/queries"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/stdlib"
	"rexian/stdlib/sqlfunc"
)

// libraryCmd shows what a flow may call, and adds to it.
type libraryCmd struct {
	List libraryListCmd `cmd:"" default:"withargs" help:"library_list"`
	New  libraryNewCmd  `cmd:"" help:"library_new"`
}

type libraryListCmd struct {
	Brief bool   `help:"library_brief"`
	JSON  bool   `help:"json"`
	Name  string `arg:"" optional:"" help:"library_name"`
	Path  string `arg:"" optional:"" help:"library_path" default:"."`
}

func (libraryListCmd) Help() string {
	return "  rexian library\n  rexian library --brief flows\n  rexian library 纳税人.核验\n  rexian library 外部.余额 flows"
}

// functionRecord is a function as JSON.
type functionRecord struct {
	ID        string            `json:"id"`
	Zh        string            `json:"zh"`
	En        string            `json:"en"`
	Kind      string            `json:"kind"` // lookup, builtin, value
	Signature map[string]string `json:"signature"`
	Doc       map[string]string `json:"doc"`
	Outcomes  []string          `json:"outcomes"`
	Example   string            `json:"example,omitempty"`
	Sample    string            `json:"sample,omitempty"`
	File      string            `json:"file,omitempty"` // of a SQL file
}

func (c *libraryListCmd) Run(a *app) error {
	// One argument that is a folder is the program, not the name of a function.
	if info, err := os.Stat(a.File(c.Name)); c.Name != "" && c.Path == "." && err == nil && info.IsDir() {
		c.Name, c.Path = "", c.Name
	}
	if _, err := os.Stat(a.File(c.Path)); err != nil {
		return a.Usage("找不到 %s", "%s is not there", c.Path)
	}
	set := queries.Load(rootOf(a.File(c.Path)), a.registry)
	list := set.Registry.All()
	if c.Name != "" {
		first, second, _ := strings.Cut(c.Name, ".")
		f := set.Registry.Find(first, second)
		if f == nil {
			return a.Usage("没有“%s”；rexian library 列出全部", "there is no %s; rexian library lists all", c.Name)
		}
		list = []*library.Function{f}
	}
	from := map[*library.Function]string{}
	for _, q := range set.Queries {
		from[q.Function] = q.File
	}
	switch {
	case c.JSON:
		if err := c.json(a, list, from); err != nil {
			return err
		}
	case c.Name != "":
		c.page(a, list[0], from[list[0]])
	default:
		for _, f := range list {
			c.line(a, f)
		}
	}
	if len(set.Findings) > 0 { // the functions that are missing in the list
		printer := a.plain(func(name string) []byte { return set.Sources[name] })
		return errors.Join(printer.Print(a.Err, diag.Sort(set.Findings)), cli.ErrFindings)
	}
	return nil
}

// rootOf is the root of a program that is named by its folder or by one file.
func rootOf(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}

// line shows a function in the list, its example below.
func (c *libraryListCmd) line(a *app, f *library.Function) {
	line := a.call(f)
	fmt.Fprintln(a.Out, line+strings.Repeat(" ", max(2, 52-diag.Cells(line)))+f.Doc.In(a.Tongue))
	if f.Example != "" && !c.Brief {
		fmt.Fprint(a.Out, indent(f.Example))
	}
}

// page shows all there is to know about a function.
func (c *libraryListCmd) page(a *app, f *library.Function, file string) {
	fmt.Fprintf(a.Out, "%s\n%s\n%s\n", f.Signature().In(a.Tongue), f.Name().In(1-a.Tongue), f.Doc.In(a.Tongue))
	if tags := f.AllOutcomes(); len(tags) > 0 {
		var names []string
		for _, tag := range tags {
			names = append(names, library.TagName(tag).In(a.Tongue))
		}
		fmt.Fprintln(a.Out, a.Say("结果：%s", "Outcomes: %s", strings.Join(names, a.Say("、", ", "))))
	}
	if file != "" {
		fmt.Fprintln(a.Out, a.Say("文件：%s", "File: %s", file))
	}
	if f.Example != "" {
		fmt.Fprintf(a.Out, "\n%s\n%s", a.Say("例：", "Example:"), indent(f.Example))
	}
	if f.Fake != "" {
		fmt.Fprintf(a.Out, "\n%s\n%s", a.Say("模拟通话里的回答：", "Its answer in a simulated call:"), indent(f.Fake))
	}
}

func (c *libraryListCmd) json(a *app, list []*library.Function, from map[*library.Function]string) error {
	records := []functionRecord{}
	both := func(t diag.Text) map[string]string { return map[string]string{"zh": t.Zh, "en": t.En} }
	for _, f := range list {
		name := f.Name()
		records = append(records, functionRecord{ID: f.ID, Zh: name.Zh, En: name.En,
			Kind: [...]string{"lookup", "builtin", "value"}[f.Class], Signature: both(f.Signature()),
			Doc: both(f.Doc), Outcomes: append([]string{}, f.AllOutcomes()...), Example: f.Example, Sample: f.Fake,
			File: from[f]})
	}
	return cli.WriteJSON(a.Out, records)
}

// call is how a function is called, without types.
func (a *app) call(f *library.Function) string {
	s := f.Name().In(a.Tongue)
	if f.Class == library.Value {
		return s
	}
	var params []string
	for _, p := range f.Params {
		name := p.In(a.Tongue)
		if p.Optional {
			name = "[" + name + "]"
		}
		params = append(params, name)
	}
	return s + "(" + strings.Join(params, ", ") + ")"
}

type libraryNewCmd struct {
	Zh   string `help:"new_zh" required:"" placeholder:"NAME"`
	SQL  bool   `name:"sql" help:"new_sql" xor:"kind"`
	Go   bool   `name:"go" help:"new_go" xor:"kind"`
	Name string `arg:"" help:"new_name"`
	Path string `arg:"" help:"new_path"`
}

func (libraryNewCmd) Help() string {
	return "  rexian library new bureau.balance --zh 外部.余额 flows\n  rexian library new bureau.balance --zh 外部.余额 --go ./own"
}

func (c *libraryNewCmd) Run(a *app) error {
	scaffold, err := stdlib.ScaffoldSQL(c.Zh, c.Name)
	if err != nil {
		var p sqlfunc.Problem
		if errors.As(err, &p) {
			return a.Usage("%s", "%s", p.In(a.Tongue))
		}
		return cli.Wrong(err)
	}
	root := a.File(c.Path)
	if info, err := os.Stat(root); err == nil && !info.IsDir() || err != nil && !c.Go {
		return a.Usage("%s 不是文件夹", "%s is no folder", c.Path)
	}
	if err := c.free(a, root, scaffold); err != nil {
		return err
	}
	next := a.Say("改好后核对：rexian check --db sqlite::memory: %s",
		"when it is filled in: rexian check --db sqlite::memory: %s", c.Path)
	text, file := scaffold, filepath.Join(queryFolder(root), strings.ReplaceAll(c.Zh, ".", "_")+".sql")
	if c.Go {
		if text, err = stdlib.ScaffoldGo(c.Zh, c.Name); err != nil {
			return cli.Wrong(err)
		}
		head, tail, _ := strings.Cut(c.Name, ".")
		file = filepath.Join(root, head, tail+".go")
		next = a.Say("编进程序：在 cmd/rexian 里加一个文件，写上 func init() { own = append(own, %s.%s) }；见 docs/扩展库.md",
			"to build it in: a file in cmd/rexian with func init() { own = append(own, %s.%s) }; see docs/extending.md",
			head, stdlib.Exported(tail))
	}
	if err := create(file, text); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return a.Usage("%s 已经有了，没有改动", "%s is there already and was left alone", a.shown(file))
		}
		return cli.Wrong(err)
	}
	fmt.Fprintln(a.Out, a.Say("写好了 %s", "%s is written", a.shown(file)))
	fmt.Fprintln(a.Out, next)
	return nil
}

// free makes sure that the names mean nothing yet.
func (c *libraryNewCmd) free(a *app, root, scaffold string) error {
	q, wrong := sqlfunc.Parse("new.sql", []byte(scaffold))
	if len(wrong) == 0 {
		_, wrong = sqlfunc.Extend(queries.Load(root, a.registry).Registry, []*sqlfunc.Query{q})
	}
	if len(wrong) > 0 {
		return a.Usage("%s", "%s", wrong[0].In(a.Tongue))
	}
	return nil
}

// queryFolder is where a program's SQL files go: where it has some already, else the first of the folders.
func queryFolder(root string) string {
	for _, name := range sqlfunc.Folders {
		if info, err := os.Stat(filepath.Join(root, name)); err == nil && info.IsDir() {
			return filepath.Join(root, name)
		}
	}
	return filepath.Join(root, sqlfunc.Folders[0])
}

// create writes a file that is not there, and the folders it lies in.
func create(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// shown is a path from where the user is.
func (a *app) shown(path string) string {
	if rel, err := filepath.Rel(a.File("."), path); err == nil && !outward.MatchString(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

var outward = regexp.MustCompile(`^\.\.(/|\\|$)`)
